/* SPDX-License-Identifier: MIT */
/*
 * probe: presence probes (XEP-0045 #bizrules-presence): answered, never a join.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void probe_answer(struct act *a);
