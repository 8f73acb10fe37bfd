/* SPDX-License-Identifier: MIT */
/*
 * texts: the built-in pages, the bytes of the files in texts/; made at the build.
 */
#pragma once

#include <stddef.h>

#define TEXTS_DECLARE(name)                   \
	extern const unsigned char text_##name[]; \
	extern const size_t text_##name##_len

TEXTS_DECLARE(note_well);
TEXTS_DECLARE(overview);
TEXTS_DECLARE(getting_started);
TEXTS_DECLARE(meeting);
TEXTS_DECLARE(questions);
TEXTS_DECLARE(how_it_works);
TEXTS_DECLARE(acknowledgements);
TEXTS_DECLARE(privacy);
