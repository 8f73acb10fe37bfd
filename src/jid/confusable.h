/* SPDX-License-Identifier: MIT */
/*
 * confusable: how a name looks - two names with the same look can be taken for
 * each other (after UTS #39 4; the letters of Latin, Greek, Cyrillic, Armenian
 * and Cherokee that share a shape, and marks that hardly show).
 */
#pragma once

#include "base/base.h"

/** Owned. Text that is not valid UTF-8 is its own look. */
char *confusable_make(const char *text);
