/* SPDX-License-Identifier: MIT */
/*
 * hat: the hats that can be worn in a room (XEP-0317): those of the house, the
 * same in every room and under URIs that never change, and those that a room's
 * chairs made for it, kept as text in its configuration.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

enum {
	HAT_URI_SIZE = 256,
	HAT_TITLE_SIZE = 128,
	HAT_HUE_SIZE = 16,
	HATS_OWN_MAX = 32, /* of a room */
};

/** URI of a hat of the house: this and its short name. */
#define HAT_URN "urn:x-hallway:hat:"

struct hat {
	char uri[HAT_URI_SIZE];
	char title[HAT_TITLE_SIZE];
	char hue[HAT_HUE_SIZE]; /* degrees (XEP-0392), or "" */
	const char *name;       /* short; NULL: not of the house */
	enum affiliation rank;  /* what its wearer is at least; or NONE */
	bool gives_voice;       /* its wearer speaks in a moderated room */
};

/** The i-th: those of the house, then those in own (text, or NULL). False at
 *  the end. */
bool hat_get(const char *own, size_t i, struct hat *hat_out);
/** By URI, or by the short name of one of the house. */
bool hat_find(const char *own, const char *word, struct hat *hat_out);
/** The text that own is when the hat is defined, or its title and hue are
 *  changed; owned. NULL: it is not fit, or one too many. hue may be NULL. */
char *hat_define(const char *own, const char *uri, const char *title,
		 const char *hue);
/** The text without it; owned. NULL: own has no such hat. */
char *hat_undefine(const char *own, const char *uri);
/** A name for the list of all hats of a room; owned. */
char *hat_make_hash(const char *own);
