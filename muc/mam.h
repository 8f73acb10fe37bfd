/* SPDX-License-Identifier: MIT */
/*
 * mam: a room's archive, asked by a client (XEP-0313, XEP-0431). Reading
 * changes nothing: it stands in nobody's order, and the answer leaves at once.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void mam_query(struct act *a);
/** The fields of a query (#query-form). */
void mam_form(struct act *a);
/** The first and the last line (#archive-metadata). */
void mam_metadata(struct act *a);
