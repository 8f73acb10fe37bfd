/* SPDX-License-Identifier: MIT */
/*
 * room_list: the directory - every room that anybody may know, and those that
 * are gone and left a log.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/"; heeds the arguments q, area, sort, from. */
void room_list_answer(struct call *c);
