/* SPDX-License-Identifier: MIT */
/*
 * room_path: the addresses of a room on the site. The first domain's rooms are
 * at the root, the others' below their domain; so is one whose name is ours
 * or a domain.
 *
 * All is appended percent-encoded; "url" means settings.url in front.
 */
#pragma once

#include "base/base.h"

struct buf;
struct web_settings;

/** A path as it is, '/' kept: each piece encoded. */
void room_path_add(struct buf *out, const char *path);

/** "/council/" and what comes behind it, as text that needs no encoding, made
 *  of ASCII ("2026-11-22", "m/ab3"). Owned. */
char *room_path_new(const struct web_settings *s, const char *room,
		    const char *behind);
/** The same with the address of the site in front. Owned. */
char *room_path_new_url(const struct web_settings *s, const char *room,
			const char *behind);
/** settings.url and a path that begins with '/'. Owned. */
char *room_path_new_site_url(const struct web_settings *s, const char *path);
/** "xmpp:council@rooms.example?join" (RFC 5122). Owned. */
char *room_path_new_join(const char *room);
