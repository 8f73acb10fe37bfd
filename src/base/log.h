/* SPDX-License-Identifier: MIT */
/*
 * log: lines for the operator, by area and level. Subject first, one line, peer
 * text quoted (str_quote). error = an operator must act; warn = soon; info =
 * life-cycle of links and rooms; debug = outlines of stanzas, never bodies.
 *
 * Thread: any; a line is written with one write().
 */
#pragma once

#include "base/base.h"

/* name in the config */
#define LOG_AREA_TABLE(X)          \
	X(MAIN, "main")            \
	X(CONFIG, "config")        \
	X(NET, "net")              \
	X(TLS, "tls")              \
	X(DNS, "dns")              \
	X(S2S, "s2s")              \
	X(DIALBACK, "dialback")    \
	X(MUC, "muc")              \
	X(STORE, "store")          \
	X(WEB, "web")              \
	X(ADMIN, "admin")

#define LOG_AREA_MEMBER(name, text) LOG_##name,
enum log_area { LOG_AREA_TABLE(LOG_AREA_MEMBER) LOG_AREA_COUNT };

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_settings {
	enum log_level levels[LOG_AREA_COUNT];
	const char *file;  /* borrowed during the call; NULL = stderr */
};

/** All areas at level; what the process starts with is info to stderr. */
void log_settings_init(struct log_settings *s, enum log_level level);
/** Takes up levels and sink; reopens the file (rotation). On error the old sink
 *  stays. May be called again at any time from the main thread. */
HW_MUST_USE int log_configure(const struct log_settings *s);

bool log_is_on(enum log_area area, enum log_level level);
void log_write(enum log_area area, enum log_level level, const char *format,
	       ...) HW_PRINTF(3, 4);

/** A level by its name in the configuration; false when unknown. */
bool log_level_parse(const char *name, enum log_level *level_out);

#define log_at(area, level, ...)                              \
	do {                                                  \
		if (log_is_on(area, level))                   \
			log_write(area, level, __VA_ARGS__);  \
	} while (0)
#define log_error(area, ...) log_at(area, LOG_ERROR, __VA_ARGS__)
#define log_warn(area, ...) log_at(area, LOG_WARN, __VA_ARGS__)
#define log_info(area, ...) log_at(area, LOG_INFO, __VA_ARGS__)
#define log_debug(area, ...) log_at(area, LOG_DEBUG, __VA_ARGS__)
