/* SPDX-License-Identifier: MIT */
/*
 * config_section: reads one mapping of the configuration file against a table of
 * the keys it may have. Complaints are made at their nodes and counted.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"
#include "daemon/config_file.h"

struct config;

/** An owned list of owned strings. */
struct config_list {
	char **items;
	size_t count;
};
void config_list_add(struct config_list *l, char *owned);
void config_list_clear(struct config_list *l);
/** As the settings of the modules want it. */
const char *const *config_list_view(const struct config_list *l);

/** One reading of a file: where values go, and how often it was wrong. */
struct config_reading {
	struct config *config;
	size_t complaints;
};

enum config_type {
	CONFIG_TEXT,
	CONFIG_TEXTS, /* struct config_list; one scalar is a list of one */
	CONFIG_BOOL,
	CONFIG_COUNT,	 /* size_t or unsigned, see width */
	CONFIG_DURATION, /* int64_t ms */
	CONFIG_SIZE,	 /* size_t bytes */
	CONFIG_LEVEL,	 /* enum log_level */
	CONFIG_SPECIAL,	 /* read() does it all */
};

/** A key of a mapping. */
struct config_key {
	const char *name;
	enum config_type type;
	size_t offset;	      /* into the struct that the mapping fills */
	size_t width;	      /* CONFIG_COUNT: bytes of the field */
	int64_t min, max;     /* of numbers, inclusive */
	const char *expected; /* completes "expected ..." */
	/* CONFIG_SPECIAL: the whole value. */
	void (*read)(struct config_reading *r, struct config_node *value);
	/* CONFIG_TEXTS: normal form of an item, owned; NULL = not good. */
	char *(*normal)(const char *text);
};

struct config_section {
	const char *name; /* its key, or NULL */
	const struct config_key *keys;
	size_t count;
};

/** Fill base from mapping. Unknown keys are complaints that name the nearest
 *  known one. */
void config_section_read(struct config_reading *r,
			 const struct config_section *section, void *base,
			 struct config_node *mapping);

/** Complain at node, and count it. */
#define config_complain(r, node, ...)                                          \
	do {                                                                   \
		config_node_complain(node, __VA_ARGS__);                       \
		(r)->complaints++;                                             \
	} while (0)
