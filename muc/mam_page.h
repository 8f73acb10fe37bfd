/* SPDX-License-Identifier: MIT */
/*
 * mam_page: a page of the archive as the stanzas that its reader gets (XEP-0313
 * #results): a message for each line, then the answer to the question.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;
struct mam_request;

/** a->page to the asker, at once. */
void mam_page_send(struct act *a, const struct mam_request *request);
