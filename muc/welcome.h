/* SPDX-License-Identifier: MIT */
/*
 * welcome: what a newcomer is sent, in the order of XEP-0045 #order: the others,
 * itself, history, subject.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;
struct nickname;

/** nick: as it was taken; 210 is told when that is not what was asked for. */
void welcome_session(const struct act *a, const struct nickname *nick);
