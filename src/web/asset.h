/* SPDX-License-Identifier: MIT */
/*
 * asset: the files that do not change while the daemon runs - style, script,
 * picture. Built in; their addresses carry what they are made of, so that a
 * browser may keep them for ever.
 *
 * Thread: web thread; asset_start() before it.
 */
#pragma once

#include "base/base.h"

struct call;

enum asset { ASSET_CSS, ASSET_JS, ASSET_ICON, ASSET_COUNT };

/** Works out the addresses; again is harmless. */
void asset_start(void);
/** "/-/hallway.0a1b2c3d.css" */
const char *asset_path(enum asset which);
/** Handlers: "/-/{name}" and "/favicon.ico". */
void asset_answer(struct call *c);
void asset_answer_icon(struct call *c);
