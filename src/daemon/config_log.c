/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include "base/str.h"
#include "daemon/config_row.h"

#define LOG_AREA_KEY(area, text)                                \
	{ text,                                                 \
	  CONFIG_LEVEL,                                         \
	  AT(log.levels) + LOG_##area * sizeof(enum log_level), \
	  0,                                                    \
	  0,                                                    \
	  0,                                                    \
	  "error, warn, info or debug",                         \
	  NULL,                                                 \
	  NULL },

/* find_level() has read it: it comes first, wherever it stands. */
static void read_log_level(struct config_reading *r, struct config_node *value)
{
	(void)r;
	(void)value;
}

static const struct config_key log_keys[] = { SPECIAL("level", read_log_level),
					      TEXT("file", log_file,
						   "the path of a file"),
					      LOG_AREA_TABLE(LOG_AREA_KEY) };

/* What "level" says of all areas, before single areas are set. */
static enum log_level find_level(struct config_reading *r,
				 struct config_node *mapping)
{
	struct config_node *key, *value;
	enum log_level level = LOG_INFO;

	for (size_t i = 0; config_node_pair(mapping, i, &key, &value); i++) {
		if (value && str_equal(config_node_text(key), "level") &&
		    !log_level_parse(config_node_text(value), &level))
			config_complain(r, value,
					"level: expected error, "
					"warn, info or debug");
	}
	return level;
}

void config_read_log(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "log", log_keys,
					  array_len(log_keys) };

	if (config_node_shape(value) == CONFIG_MAPPING)
		log_settings_init(&r->config->log, find_level(r, value));
	config_section_read(r, &s, r->config, value);
}
