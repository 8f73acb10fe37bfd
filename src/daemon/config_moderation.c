/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_row.h"
#include "jid/jid.h"

/* "SERVICE NODE ACTION"; the parts, to be freed with the first. False: it is
 * not that. */
static bool split_blocklist(const char *text, char **service_out,
			    const char **node_out, const char **action_out)
{
	char *copy = str_dup(text), *rest = NULL;

	*service_out = strtok_r(copy, " \t", &rest) ? copy : NULL;
	*node_out = strtok_r(NULL, " \t", &rest);
	*action_out = strtok_r(NULL, " \t", &rest);
	if (*service_out && *node_out && *action_out &&
	    !strtok_r(NULL, " \t", &rest))
		return true;
	mem_free(&copy);
	*service_out = NULL;
	return false;
}

static char *normal_blocklist(const char *text)
{
	enum blocklist_action action;
	const char *node, *word;
	char *service, *normal = NULL;
	struct jid *jid;

	if (!split_blocklist(text, &service, &node, &word))
		return NULL;
	jid = jid_parse(service);
	if (jid && !jid_resource(jid) && blocklist_action_parse(word, &action))
		normal = str_format("%s %s %s", jid_text(jid), node, word);
	jid_free(&jid);
	mem_free(&service);
	return normal;
}

static const struct config_key moderation_keys[] = {
	COUNT("max_bans", muc.max_bans, 0, 1000000),
	LIST("blocklists", blocklists,
	     "\"SERVICE NODE ACTION\", with log, visitor, kick or ban",
	     normal_blocklist),
	COUNT("blocklist_entries", blocklist_entries, 0, 10000000),
	COUNT("blocklist_removals", blocklist_removals, 0, 1000000),
	DURATION("calm_time", muc.calm.time, 60000, 7 * DAYS),
	DURATION("calm_slow_mode", muc.calm.slow_mode, 0, DAYS),
	DURATION("calm_newcomer", muc.calm.newcomer, 0, 7 * DAYS),
	COUNT("calm_joins", muc.calm.joins, 1, 1000000),
};
SECTION(moderation, moderation_keys)

void config_lend_blocklists(struct config *c)
{
	size_t count = c->blocklists.count;

	c->blocklist_parts = mem_zero(count + 1, sizeof(*c->blocklist_parts));
	for (size_t i = 0; i < count; i++) {
		struct blocklist_settings *s = &c->blocklist_parts[i];
		const char *action;
		char *service;

		blocklist_settings_init(s);
		s->max_entries = c->blocklist_entries;
		s->max_removals = c->blocklist_removals;
		/* the service's own string holds the others */
		if (split_blocklist(c->blocklists.items[i], &service, &s->node,
				    &action))
			(void)blocklist_action_parse(action, &s->action);
		s->service = service;
	}
	c->muc.blocklists = c->blocklist_parts;
	c->muc.blocklist_count = count;
}
