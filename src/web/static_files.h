/* SPDX-License-Identifier: MIT */
/*
 * static_files: the bytes of the files in static/, made by embed.sh at the
 * build.
 */
#pragma once

#include <stddef.h>

extern const unsigned char static_css[];
extern const size_t static_css_len;
extern const unsigned char static_js[];
extern const size_t static_js_len;
extern const unsigned char static_icon[];
extern const size_t static_icon_len;
