/* SPDX-License-Identifier: MIT */
/*
 * channel_search: public rooms by words in name, description and address
 * (XEP-0433).
 *
 * Thread: conference loop. Reads the directory of one domain.
 */
#pragma once

#include "base/base.h"

struct directory;
struct elem;
struct site;
struct stanza;

/** Is it a search? Then it is answered. */
bool channel_search_run(struct site *site, const struct directory *rooms,
			const struct stanza *s);
