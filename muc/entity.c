/* SPDX-License-Identifier: MIT */
#include "muc/entity.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/disco.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static void fill_ping(const struct site *site, struct elem *result)
{
	(void)site;
	(void)result;
}

static void fill_version(const struct site *site, struct elem *result)
{
	struct elem *query = elem_add(result, "query", NS_VERSION);

	elem_add_with_text(query, "name", NULL, "hallway");
	elem_add_with_text(query, "version", NULL, site->version);
}

static void fill_time(const struct site *site, struct elem *result)
{
	struct elem *time = elem_add(result, "time", NS_TIME);
	char utc[DATETIME_SIZE];

	datetime_print(site_now(site), utc);
	elem_add_with_text(time, "tzo", NULL, "+00:00");
	elem_add_with_text(time, "utc", NULL, utc);
}

static void fill_last(const struct site *site, struct elem *result)
{
	int64_t seconds = (site_now(site) - site->started) / 1000;
	char *text = str_format("%" PRId64, seconds > 0 ? seconds : 0);

	elem_set_attr(elem_add(result, "query", NS_LAST), "seconds", text);
	mem_free(&text);
}

static const struct row {
	const char *name;
	const char *ns;
	void (*fill)(const struct site *site, struct elem *result);
} rows[] = {
	{ "ping", NS_PING, fill_ping },
	{ "query", NS_VERSION, fill_version },
	{ "time", NS_TIME, fill_time },
	{ "query", NS_LAST, fill_last },
};

struct elem *entity_answer(const struct site *site, const struct stanza *s)
{
	const struct elem *payload = stanza_payload(s);
	struct elem *result;

	if (!payload || s->type != STANZA_GET)
		return NULL;
	for (size_t i = 0; i < array_len(rows); i++) {
		if (!elem_is(payload, rows[i].name, rows[i].ns))
			continue;
		result = stanza_result_new(s);
		rows[i].fill(site, result);
		return result;
	}
	return NULL;
}

void entity_add_features(struct elem *query)
{
	for (size_t i = 0; i < array_len(rows); i++)
		disco_add_feature(query, rows[i].ns);
}
