/* SPDX-License-Identifier: MIT */
/*
 * export_xml: the form of an export that is XML: the stanzas as the archive has
 * them.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct buf;
struct export_log;

void export_xml_begin(const struct export_log *l, struct buf *out);
/** 0 or a negative hw_error: what was appended is of no use then. */
HW_MUST_USE int export_xml_day(const struct export_log *l, size_t which,
			       struct buf *out);
void export_xml_end(const struct export_log *l, struct buf *out);
