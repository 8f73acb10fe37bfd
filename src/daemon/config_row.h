/* SPDX-License-Identifier: MIT */
/*
 * config_row: the rows of the tables of keys (struct config_key), in short.
 *
 * Thread: none; constants.
 */
#pragma once

#include "base/base.h"
#include "daemon/config.h"
#include "daemon/config_section.h"

#define AT(member) offsetof(struct config, member)
#define DAYS	   (24 * 3600 * (int64_t)1000)

#define TEXT(name, member, expected)                                           \
	{                                                                      \
		name, CONFIG_TEXT, AT(member), 0, 0, 0, expected, NULL, NULL   \
	}
#define LIST(name, member, expected, normal)                                   \
	{                                                                      \
		name, CONFIG_TEXTS, AT(member), 0, 0, 0, expected, NULL,       \
			normal                                                 \
	}
#define BOOL(name, member)                                                     \
	{                                                                      \
		name, CONFIG_BOOL, AT(member), 0, 0, 0, "yes or no", NULL,     \
			NULL                                                   \
	}
#define COUNT(name, member, min, max)                                          \
	{                                                                      \
		name, CONFIG_COUNT, AT(member),                                \
			sizeof(((struct config *)0)->member), min, max,        \
			"a number", NULL, NULL                                 \
	}
#define DURATION(name, member, min, max)                                       \
	{                                                                      \
		name, CONFIG_DURATION, AT(member), 0, min, max,                \
			"a duration with a unit (250ms, 120s, 15m, 24h, 7d)",  \
			NULL, NULL                                             \
	}
#define SIZE(name, member, min, max)                                           \
	{                                                                      \
		name, CONFIG_SIZE, AT(member), 0, min, max,                    \
			"a size (65000, 64KiB, 2MiB)", NULL, NULL              \
	}
#define SPECIAL(name, fn)                                                      \
	{                                                                      \
		name, CONFIG_SPECIAL, 0, 0, 0, 0, NULL, fn, NULL               \
	}

/* A reader that is the table alone. Public: config_part.h declares it. */
#define SECTION(name, table)                                                   \
	void config_read_##name(struct config_reading *r,                      \
				struct config_node *value)                     \
	{                                                                      \
		const struct config_section s = { #name, table,                \
						  array_len(table) };          \
		config_section_read(r, &s, r->config, value);                  \
	}
