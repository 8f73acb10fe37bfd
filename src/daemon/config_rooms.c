/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include <string.h>

#include "base/str.h"
#include "daemon/config_normal.h"
#include "daemon/config_row.h"

static bool is_create_word(const char *text)
{
	return str_equal(text, "operators") || str_equal(text, "anyone");
}

static char *normal_create(const char *text)
{
	return is_create_word(text) ? str_dup(text)
				    : config_normal_domain(text);
}

static void read_rooms_log(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "always"))
		r->config->muc.logs_always = true;
	else if (str_equal(text, "default"))
		r->config->muc.logs_always = false;
	else
		config_complain(r, value, "log: expected default or always");
}

static void read_anonymous(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "visitor"))
		r->config->muc.guests_are_visitors = true;
	else if (str_equal(text, "participant"))
		r->config->muc.guests_are_visitors = false;
	else
		config_complain(r, value,
				"anonymous_accounts: expected "
				"participant or visitor");
}

/* "" turns it off. */
static void read_note_well(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (config_node_shape(value) == CONFIG_SCALAR && strlen(text) <= 4000)
		str_set(&r->config->note_well, *text ? text : NULL);
	else
		config_complain(r, value,
				"note_well: expected a text of 4000 "
				"bytes at most, or \"\"");
}

static const struct config_key rooms_keys[] = {
	LIST("create", create, "operators, anyone, or domains", normal_create),
	COUNT("max_users", muc.max_users, 1, 1000000),
	COUNT("max_rooms", muc.max_rooms, 1, 10000000),
	COUNT("max_per_creator", muc.max_per_creator, 0, 1000000),
	COUNT("max_watchers", muc.max_watchers, 0, 1000000),
	DURATION("keep_tombstones", muc.keep_tombstones, 0, 3650 * DAYS),
	SPECIAL("log", read_rooms_log),
	SPECIAL("anonymous_accounts", read_anonymous),
	SPECIAL("note_well", read_note_well),
	TEXT("spool", spool, "the path of a folder"),
	COUNT("user_messages", muc.limits.user_messages, 0, 100000),
	COUNT("user_presences", muc.limits.user_presences, 0, 100000),
	COUNT("user_nicks", muc.limits.user_nicks, 0, 100000),
	COUNT("user_captions", muc.limits.user_captions, 0, 1000),
	COUNT("room_messages", muc.limits.room_messages, 0, 1000000),
	COUNT("domain_joins", muc.limits.domain_joins, 0, 1000000),
	COUNT("room_joins", muc.limits.room_joins, 0, 1000000),
	COUNT("domain_users", muc.limits.domain_users, 0, 1000000),
	COUNT("notice_users", muc.limits.notice_users, 0, 1000000),
	COUNT("max_lines", muc.limits.max_lines, 0, 10000),
	SIZE("max_body", muc.limits.max_body, 0, 1 << 20),
	COUNT("max_nick", muc.limits.max_nick, 0, 1000),
	COUNT("max_affiliations", muc.max_affiliations, 1, 1000000),
	DURATION("invite_after", muc.invite_after, 0, DAYS),
	COUNT("user_invites", muc.user_invites, 0, 500),
	COUNT("room_invites", muc.room_invites, 0, 100000),
	COUNT("history", muc.history, 0, 1000),
	SIZE("max_stanza", muc.max_stanza, 1024, 1 << 20),
};

static void set_create(struct config_reading *r, struct config_node *rooms)
{
	struct config *c = r->config;
	const struct config_list *l = &c->create;

	for (size_t i = 0; i < l->count; i++) {
		if (l->count > 1 && is_create_word(l->items[i]))
			config_complain(r, rooms,
					"create: \"%s\" stands alone or not "
					"at all",
					l->items[i]);
	}
	if (!l->count || str_equal(l->items[0], "operators"))
		c->muc.create = MUC_CREATE_OPERATORS;
	else if (str_equal(l->items[0], "anyone"))
		c->muc.create = MUC_CREATE_ANYONE;
	else
		c->muc.create = MUC_CREATE_DOMAINS;
}

void config_read_rooms(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "rooms", rooms_keys,
					  array_len(rooms_keys) };

	config_section_read(r, &s, r->config, value);
	set_create(r, value);
}

static const struct config_key meetings_keys[] = {
	DURATION("warn_after", meetings.warn_after, 60000, 7 * DAYS),
	DURATION("end_after", meetings.end_after, 60000, 7 * DAYS),
	DURATION("longest", meetings.longest, 60000, 30 * DAYS),
	COUNT("max_queue", meetings.max_queue, 1, 100000),
	COUNT("max_mics", meetings.max_mics, 1, 100000),
	COUNT("max_notes", meetings.max_notes, 100, 10000000),
	COUNT("max_planned", meetings.max_planned, 0, 1000000),
	DURATION("queue_line", meetings.queue_line, 0, DAYS),
	DURATION("speaker", meetings.speaker, 0, DAYS),
	BOOL("need_note_well", meetings.need_note_well),
};
SECTION(meetings, meetings_keys)
