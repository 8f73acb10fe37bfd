/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include "base/str.h"
#include "daemon/config_row.h"
#include "daemon/config_value.h"

static void read_sync(struct config_reading *r, struct config_node *value)
{
	static const char *const words[] = { "full", "normal", "relaxed" };

	for (size_t i = 0; i < array_len(words); i++) {
		if (str_equal(config_node_text(value), words[i])) {
			r->config->store.sync = (enum backend_sync)i;
			return;
		}
	}
	config_complain(r, value, "sync: expected full, normal or relaxed");
}

/* "forever" is 0. */
static void read_kept(struct config_reading *r, struct config_node *value,
		      int64_t *ms_out)
{
	const char *text = config_node_text(value);
	int64_t ms;

	if (str_equal(text, "forever"))
		*ms_out = 0;
	else if (text && !config_value_duration(text, &ms) && ms >= DAYS &&
		 ms <= 36500 * DAYS)
		*ms_out = ms;
	else
		config_complain(r, value,
				"expected forever, or a time from "
				"1d to 36500d");
}

static void read_keep(struct config_reading *r, struct config_node *value)
{
	read_kept(r, value, &r->config->store.keep);
}

static void read_keep_presence(struct config_reading *r,
			       struct config_node *value)
{
	read_kept(r, value, &r->config->store.keep_presence);
}

static const struct config_key store_keys[] = {
	COUNT("queue", store.max_records, 1, 10000000),
	SIZE("queue_bytes", store.max_bytes, 65536, 1LL << 32),
	DURATION("queue_age", store.max_age, 10, 3600000),
	DURATION("give_up", store.give_up, 1000, 3600000),
};
SECTION(store, store_keys)

static const struct config_key archive_keys[] = {
	SPECIAL("sync", read_sync),
	SPECIAL("keep", read_keep),
	SPECIAL("keep_presence", read_keep_presence),
	COUNT("page", muc.archive_page, 1, 1000),
	SIZE("page_bytes", muc.archive_bytes, 4096, 1 << 24),
	COUNT("user_pages", muc.limits.user_pages, 0, 100000),
	COUNT("all_pages", muc.archive_pages, 0, 1000000),
	COUNT("questions", muc.archive_questions, 1, 100000),
};
SECTION(archive, archive_keys)
