/* SPDX-License-Identifier: MIT */
/*
 * catchup: the command that tells somebody whom a room knows what they missed:
 * how much was said since they left, and what of it was decided.
 *
 * Thread: conference loop.
 */
#pragma once

struct order;

void catchup_run(const struct order *order);
