/* SPDX-License-Identifier: MIT */
/*
 * export_text: a line as people read it in a file: plain, or as Markdown.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

struct buf;
struct day_item;

/** On one line; doc/protocol/record.md has the form. */
void export_text_add_line(struct buf *out, const struct day_item *item);
void export_text_add_markdown(struct buf *out, const struct day_item *item);
/** So that no character of it is a mark of Markdown. */
void export_text_add_escaped(struct buf *out, const char *text);
