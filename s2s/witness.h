/* SPDX-License-Identifier: MIT */
/*
 * witness: is a key that others were shown in our name one of ours? XEP-0220, the
 * authoritative server; logged and counted.
 *
 * Thread: its loop's.
 */
#pragma once

struct elem;
struct packet;
struct place;

/** The answer to a db:verify; owned. */
struct elem *witness_answer(const struct place *place, const struct packet *p);
