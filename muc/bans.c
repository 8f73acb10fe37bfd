/* SPDX-License-Identifier: MIT */
#include "muc/bans.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/audit.h"
#include "muc/house.h"
#include "muc/leave.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "store/record.h"

static void ban_free(void *value)
{
	struct ban *ban = value;

	mem_free(&ban->key);
	mem_free(&ban->reason);
	mem_free(&ban);
}

void bans_init(struct bans *b, size_t max)
{
	b->items = map_new();
	b->max = max;
}

void bans_fini(struct bans *b)
{
	map_free(&b->items, ban_free);
}

const struct ban *bans_find(const struct bans *b, const struct jid *real)
{
	const struct ban *ban;

	if (!map_count(b->items))
		return NULL;
	ban = map_get(b->items, jid_bare(real));
	return ban ? ban : map_get(b->items, jid_domain(real));
}

static void add(struct bans *b, const char *key, const char *reason,
		int64_t at)
{
	struct ban *ban = mem_new(struct ban);

	ban->key = str_dup(key);
	ban->reason = str_dup(reason);
	ban->at = at;
	map_add(b->items, key, ban);
}

/* ---- in the store ---- */

/* Affiliations are read back with the row of what they belong to. */
static void save_row(struct muc *m)
{
	struct record *r = record_new(RECORD_ROOM, m->site.domain,
				      site_now(&m->site));

	r->as_room.config = str_dup("");
	r->as_room.created = r->at;
	m->site.env.save(m->site.env.owner, m->site.domain, r, false);
}

static void save(struct muc *m, const char *key, const char *affiliation,
		 const char *reason)
{
	struct record *r = record_new(RECORD_AFFILIATION, m->site.domain,
				      site_now(&m->site));

	r->as_affiliation.jid = str_dup(key);
	r->as_affiliation.affiliation = str_dup(affiliation);
	r->as_affiliation.reason = str_dup(reason);
	r->as_affiliation.at = r->at;
	m->site.env.save(m->site.env.owner, m->site.domain, r, false);
}

void bans_restore(struct muc *m, const struct record *record)
{
	const struct record_affiliation *a = &record->as_affiliation;

	if (str_equal(a->affiliation, "outcast") &&
	    !map_get(m->site.bans.items, a->jid))
		add(&m->site.bans, a->jid, a->reason, a->at);
}

/* ---- making and lifting ---- */

static bool is_meant(const struct ban *ban, const struct occupant *o)
{
	return str_equal(ban->key, occupant_bare(o)) ||
	       str_equal(ban->key, jid_domain(o->shown->jid));
}

static void remove_from(struct muc *m, struct room *r, const struct ban *ban)
{
	const struct presence_note note = { .codes = { 301 },
					    .reason = ban->reason };
	struct occupant *o, *next;
	struct leave_party party;

	leave_party_init(&party);
	list_each_safe(o, next, &r->roster.occupants, node) {
		if (!is_meant(ban, o) ||
		    site_is_operator(&m->site, o->shown->jid, true))
			continue;
		o->affiliation = AFFILIATION_OUTCAST;
		leave_take_out(r, o, &party);
	}
	if (leave_party_is_empty(&party))
		return;
	leave_see_off(r, &party, &note);
	leave_check_empty(r);
	house_finish(m, r);
}

static void remove_from_all(struct muc *m, const struct ban *ban)
{
	struct map_cursor cursor;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor))
		remove_from(m, cursor.value, ban);
}

/* In normal form, owned; NULL: no bare JID and no domain. */
static char *read_key(const char *text)
{
	struct jid *jid = jid_parse(text);
	char *key = jid && jid_is_bare(jid) ? str_dup(jid_text(jid)) : NULL;

	jid_free(&jid);
	return key;
}

static enum bans_answer ban_key(struct muc *m, const char *key,
				const char *reason, const char *by)
{
	struct site *site = &m->site;

	if (map_get(site->bans.items, key))
		return BANS_NO_CHANGE;
	if (map_count(site->bans.items) >= site->bans.max)
		return BANS_FULL;
	if (!site->env.may_save(site->env.owner))
		return BANS_BEHIND;
	log_info(LOG_MUC, "%s: banned by %s", key, by);
	if (!map_count(site->bans.items))
		save_row(m);
	add(&site->bans, key, reason, site_now(site));
	save(m, key, "outcast", reason);
	audit_save(site, NULL, by, "ban", key, reason);
	remove_from_all(m, map_get(site->bans.items, key));
	return BANS_DONE;
}

enum bans_answer muc_ban(struct muc *m, const char *text, const char *reason,
			 const char *by)
{
	char *key = read_key(text);
	enum bans_answer answer = BANS_BAD_KEY;

	/* a service that bans itself helps nobody */
	if (key && !map_get(m->domains, key))
		answer = ban_key(m, key, reason, by);
	mem_free(&key);
	return answer;
}

enum bans_answer muc_unban(struct muc *m, const char *text, const char *reason,
			   const char *by)
{
	char *key = read_key(text);
	enum bans_answer answer = BANS_BAD_KEY;
	struct ban *ban = key ? map_get(m->site.bans.items, key) : NULL;

	if (ban && !m->site.env.may_save(m->site.env.owner)) {
		answer = BANS_BEHIND;
	} else if (ban) {
		ban_free(map_steal(m->site.bans.items, key));
		save(m, key, "none", NULL);
		audit_save(&m->site, NULL, by, "unban", key, reason);
		log_info(LOG_MUC, "%s: ban lifted by %s", key, by);
		answer = BANS_DONE;
	} else if (key) {
		answer = BANS_NO_CHANGE;
	}
	mem_free(&key);
	return answer;
}

void muc_bans_each(const struct muc *m,
		   void (*fn)(void *owner, const struct ban *ban),
		   void *owner)
{
	struct map_cursor cursor;

	map_begin(m->site.bans.items, &cursor);
	while (map_next(&cursor))
		fn(owner, cursor.value);
}
