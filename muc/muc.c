/* SPDX-License-Identifier: MIT */
#include "muc/muc.h"

#include <inttypes.h>

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/creation.h"
#include "muc/decline.h"
#include "muc/directory.h"
#include "muc/dispatch.h"
#include "muc/errand.h"
#include "muc/ghost.h"
#include "muc/guest.h"
#include "muc/house.h"
#include "muc/iq_relay.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/pm.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/rtbl.h"
#include "muc/service.h"
#include "muc/unsaved.h"
#include "muc/wake.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

/* Sessions of lost domains taken out in one turn: each of them is told to all
 * domains in its room. */
#define LOST_AT_ONCE 500

void muc_settings_init(struct muc_settings *s)
{
	*s = (struct muc_settings){
		.operator_needs_certificate = true,
		.create = MUC_CREATE_OPERATORS,
		.max_users = 5000,
		.max_rooms = 20000,
		.max_per_creator = 20,
		.max_bans = 10000,
		.max_watchers = 10000,
		.keep_tombstones = INT64_C(30) * 24 * 3600 * 1000,
		.history = 50,
		.max_affiliations = 10000,
		.invite_after = 60000,
		.user_invites = 20,
		.room_invites = 200,
		.max_stanza = 65000,
		.archive_page = 100,
		.archive_bytes = 512 << 10,
		.archive_pages = 6000,
		.archive_questions = 200,
		.ping_after = 600000,
		.ping_timeout = 60000,
		.version = "",
	};
	room_limits_settings_init(&s->limits);
	calm_settings_init(&s->calm);
}

/* ---- life ---- */

/* A set: the values only have to be there. */
static struct map *set_new(const char *const *keys, size_t count)
{
	static char there;
	struct map *set = map_new();

	for (size_t i = 0; i < count; i++)
		if (!map_get(set, keys[i]))
			map_add(set, keys[i], &there);
	return set;
}

static void init_site(struct site *site, const struct muc_settings *settings,
		      const struct muc_env *env)
{
	site->env = *env;
	site->domain = str_dup(settings->domain_count ? settings->domains[0]
						       : "");
	bans_init(&site->bans, settings->max_bans);
	blocklists_init(&site->blocklists, settings->blocklists,
			settings->blocklist_count, site_now(site));
	site->calm = settings->calm;
	site->history = settings->history;
	site->max_users = settings->max_users;
	site->max_stanza = settings->max_stanza;
	site->limits = settings->limits;
	site_archive_init(&site->archive, settings, site_now(site));
	site->logs_always = settings->logs_always;
	site->max_affiliations = settings->max_affiliations;
	site->invite_after = settings->invite_after;
	site->user_invites = settings->user_invites;
	site->room_invites = settings->room_invites;
	memcpy(site->secret, settings->secret, sizeof(site->secret));
	site->version = str_dup(settings->version ? settings->version : "");
	site->keep = settings->keep;
	if (settings->note_well && *settings->note_well)
		site->note_well = str_dup(settings->note_well);
	site->operators = set_new(settings->operators,
				  settings->operator_count);
	site->operator_needs_certificate = settings->operator_needs_certificate;
	site->guests_are_visitors = settings->guests_are_visitors;
	site->started = site_now(site);
	site->questions = map_new();
	homes_init(&site->homes, settings->ping_after, settings->ping_timeout);
	eventing_init(&site->eventing);
}

struct muc *muc_new(const struct muc_settings *settings,
		    const struct muc_env *env)
{
	struct muc *m = mem_new(struct muc);

	init_site(&m->site, settings, env);
	m->create = settings->create;
	m->create_domains = set_new(settings->create_domains,
				    settings->create_domain_count);
	m->max_rooms = settings->max_rooms;
	m->max_per_creator = settings->max_per_creator;
	m->keep_tombstones = settings->keep_tombstones;
	m->site.rooms = m->rooms = map_new();
	watch_init(&m->site.watch, settings->max_watchers);
	reports_init(&m->site.reports, m->site.started);
	room_limits_init(&m->site.usage, &m->site.limits, m->site.started);
	m->site.contacts = map_new();
	losses_init(&m->losses);
	m->domains = map_new();
	log_url_init(&m->site.log_url, settings, m->domains);
	for (size_t i = 0; i < settings->domain_count; i++) {
		struct directory *d = mem_new(struct directory);

		directory_init(d);
		map_add(m->domains, settings->domains[i], d);
		if (settings->contacts)
			map_add(m->site.contacts, settings->domains[i],
				contacts_new(&settings->contacts[i]));
	}
	return m;
}

static void free_room(void *value)
{
	struct room *r = value;
	struct stanza *s;
	bool by_certificate;

	while ((s = wake_take_waiting(&r->waiting, &by_certificate)))
		stanza_free(&s);
	room_free(&r);
}

static void free_directory(void *value)
{
	directory_fini(value);
	free(value);
}

static void free_contacts(void *value)
{
	struct contacts *c = value;

	contacts_free(&c);
}

void muc_free(struct muc **m)
{
	if (!*m)
		return;
	map_free(&(*m)->rooms, free_room);
	losses_fini(&(*m)->losses);
	map_free(&(*m)->domains, free_directory);
	map_free(&(*m)->site.questions, free);
	homes_fini(&(*m)->site.homes);
	eventing_fini(&(*m)->site.eventing);
	presence_memo_fini(&(*m)->site.memo);
	log_url_fini(&(*m)->site.log_url);
	map_free(&(*m)->create_domains, NULL);
	map_free(&(*m)->site.operators, NULL);
	watch_fini(&(*m)->site.watch);
	reports_fini(&(*m)->site.reports);
	room_limits_fini(&(*m)->site.usage);
	map_free(&(*m)->site.contacts, free_contacts);
	bans_fini(&(*m)->site.bans);
	blocklists_fini(&(*m)->site.blocklists);
	mem_free(&(*m)->site.domain);
	mem_free(&(*m)->site.version);
	mem_free(&(*m)->site.note_well);
	mem_free(m);
}

/* ---- restoring ---- */

void muc_restore(struct muc *m, const struct record *record)
{
	struct jid *jid = record->room ? jid_parse(record->room) : NULL;
	struct room *r;

	if (jid && !jid_local(jid) && record->kind == RECORD_AFFILIATION &&
	    map_get(m->domains, jid_domain(jid)))
		bans_restore(m, record);
	if (!jid || !jid_local(jid) || !map_get(m->domains, jid_domain(jid))) {
		jid_free(&jid);
		return;
	}
	r = map_get(m->rooms, jid_bare(jid));
	if (record->kind == RECORD_ROOM && !r) {
		r = house_add_room(m, jid, record->as_room.created);
		persist_restore_room(r, &record->as_room);
		house_list_room(m, r);
	} else if (record->kind == RECORD_AFFILIATION && r) {
		persist_restore_affiliation(r, &record->as_affiliation);
	} else if (record->kind == RECORD_HAT && r) {
		persist_restore_hat(r, &record->as_hat);
	} else if (record->kind == RECORD_SESSION && r) {
		persist_restore_session(r, &record->as_session);
	}
	jid_free(&jid);
}

/* Also ends rooms whose last occupant went just before a crash. */
static void check_restored(struct muc *m, bool sessions_too_old)
{
	struct map_cursor cursor;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		struct room *r = cursor.value;

		if (sessions_too_old)
			leave_remove_domain(r, NULL, &ghost_note);
		leave_check_empty(r);
		house_finish(m, r);
	}
}

static void make_standing_room(struct muc *m, const char *domain)
{
	struct jid *jid = jid_new(HOUSE_STANDING_ROOM, domain, NULL);
	struct room *r;

	require(jid);
	r = map_get(m->rooms, jid_text(jid));
	if (!r) {
		r = house_add_room(m, jid, site_now(&m->site));
		r->history.state = HISTORY_AWAKE;
		r->config.is_persistent = true;
		r->config.list_readers = 1u << ROLE_MODERATOR;
		r->config.of_house = true;
		house_list_room(m, r);
		persist_room(r);
	}
	/* also of one that an earlier release kept */
	r->config.of_house = true;
	jid_free(&jid);
}

void muc_start(struct muc *m, bool sessions_too_old)
{
	struct map_cursor cursor;

	check_restored(m, sessions_too_old);
	map_begin(m->domains, &cursor);
	while (map_next(&cursor))
		make_standing_room(m, cursor.key);
}

/* ---- waking ---- */

/* The stanza stands in line until the room's history is there. Taken. */
static void wait_for_room(struct muc *m, struct room *r, struct stanza *owned,
			  enum muc_proof proof)
{
	struct cond cond = cond_make(COND_RESOURCE_CONSTRAINT,
				     "The room is waking; try again soon.");

	if (!wake_add_waiting(r, owned, proof == MUC_BY_CERTIFICATE)) {
		site_refuse(&m->site, owned, &cond, r->jid);
		stanza_free(&owned);
		return;
	}
	if (r->history.state == HISTORY_ASLEEP)
		wake_ask(r, site_new_question(&m->site, r->jid));
}

/* A request that asked the archive, with what it asked for. */
static void run_again(struct muc *m, struct room *r, uint64_t id,
		      const struct archive_page *page)
{
	struct act act = {
		.room = r,
		.page = page,
		.now = site_now(&m->site),
	};
	char *note = NULL;
	struct stanza *s = lookups_take(&r->lookups, id, &act.by_certificate,
					&note);

	if (!s)
		return;
	act.note = note;
	act.stanza = s;
	act.session = roster_find_session(&r->roster, s->from);
	dispatch_run(&act);
	mem_free(&note);
	stanza_free(&s);
	house_finish(m, r);
}

/* The room may have ended meanwhile; its people are told all the same. */
void muc_unsaved(struct muc *m, const struct record *record)
{
	const struct record_message *message = &record->as_message;
	struct room *r = map_get(m->rooms, record->room);
	struct jid *room, *to;

	if (r) {
		unsaved_give_back(r, message);
		return;
	}
	room = jid_parse(record->room);
	to = message->sender ? jid_parse(message->sender) : NULL;
	if (room && to)
		site_answer(&m->site, unsaved_error(message, room), to,
			    jid_domain(room));
	jid_free(&room);
	jid_free(&to);
}

void muc_archive_answered(struct muc *m, uint64_t id,
			  struct archive_page *owned)
{
	char *key = str_format("%" PRIu64, id);
	char *jid = map_steal(m->site.questions, key);
	struct room *r = jid ? map_get(m->rooms, jid) : NULL;
	struct list waiting;

	list_init(&waiting);
	if (r && r->history.state == HISTORY_ASKED &&
	    r->history.question == id) {
		wake_answer(r, owned);
		list_move_all(&waiting, &r->waiting);
		r->waiting_count = 0;
		house_deliver_waiting(m, &waiting);
	} else if (r) {
		run_again(m, r, id, owned);
	}
	mem_free(&jid);
	mem_free(&key);
	archive_page_free(&owned);
}

/* ---- delivering ---- */

static void deliver_to_domain(struct muc *m, struct stanza *s,
			      enum muc_proof proof)
{
	struct directory *d = map_get(m->domains, jid_domain(s->to));

	if (!d)
		log_debug(LOG_MUC, "%s: not one of our domains",
			  jid_domain(s->to));
	else if (jid_local(s->to))
		creation_try(m, s, proof);
	else if (!errand_pass(m, NULL, s, proof == MUC_BY_CERTIFICATE) &&
		 !guest_learn(m, s) && !rtbl_learn(m, s))
		service_deliver(&m->site, d, s);
}

/* Anything that comes is a sign of life. Whoever is in the room has their home
 * at hand. */
static void hear(struct muc *m, const struct act *a)
{
	if (a->session)
		home_hear(a->session->home, a->now);
	else
		homes_hear(&m->site.homes, jid_domain(a->stanza->to),
			   jid_domain(a->stanza->from), a->now);
}

void muc_deliver(struct muc *m, struct stanza *owned, enum muc_proof proof)
{
	struct act act = {
		.room = map_get(m->rooms, jid_bare(owned->to)),
		.stanza = owned,
		.by_certificate = proof == MUC_BY_CERTIFICATE,
		.now = site_now(&m->site),
	};

	if (act.room)
		act.session = roster_find_session(&act.room->roster,
						  owned->from);
	hear(m, &act);
	if (!act.room) {
		deliver_to_domain(m, owned, proof);
	} else if (act.room->config.is_destroyed) {
		creation_replace(m, act.room, owned, proof);
	} else if (errand_pass(m, act.room, owned, act.by_certificate)) {
		/* the room may be gone */
	} else if (wake_is_needed(act.room, owned)) {
		wait_for_room(m, act.room, owned, proof);
		return;
	} else {
		house_deliver_to_room(&act);
		house_finish(m, act.room);
	}
	stanza_free(&owned);
}

/* ---- what the links tell ---- */

/* Does anybody wait for what becomes of it? Talk to all does not count: who was
 * meant is removed when the domain is lost. */
static bool is_awaited(const struct frozen *f)
{
	enum stanza_type type = frozen_type(f);

	return type == STANZA_GET || type == STANZA_SET ||
	       ((type == STANZA_NORMAL || type == STANZA_CHAT) &&
		frozen_kind(f) == STANZA_MESSAGE);
}

void muc_undelivered(struct muc *m, struct envelope *owned, enum cond_name why)
{
	const char *from = frozen_from(owned->stanza);
	const char *id = frozen_id(owned->stanza);
	const struct jid *to;
	struct jid *jid = NULL;
	struct room *r = NULL;

	if (from && is_awaited(owned->stanza))
		jid = jid_parse(from);
	if (jid)
		r = map_get(m->rooms, jid_bare(jid));
	if (r && audience_group_size(owned->group)) {
		to = audience_group_get(owned->group, 0)->jid;
		if (frozen_kind(owned->stanza) == STANZA_IQ)
			iq_relay_undelivered(r, id, to, why);
		else if (jid_is_bare(jid))
			decline_undelivered(r, id, to, why);
		else
			pm_undelivered(r, id, to, why);
		house_finish(m, r);
	}
	jid_free(&jid);
	envelope_free(&owned);
}

/* Returns how many of max sessions were taken out; max = there may be more. */
static size_t lose_portion(struct muc *m, struct loss *loss, size_t max)
{
	struct map_cursor cursor;
	size_t count, total = 0;

	map_begin(m->rooms, &cursor);
	while (total < max && map_next(&cursor)) {
		struct room *r = cursor.value;

		if (!str_equal(jid_domain(r->jid), loss->local))
			continue;
		count = leave_remove_lost(r, loss->remote, loss->at,
					  max - total, &ghost_note);
		if (!count)
			continue;
		log_info(LOG_MUC, "%s: %zu sessions of %s lost",
			 jid_text(r->jid), count, loss->remote);
		if (losses_tell(loss, jid_text(r->jid)))
			persist_gap(r, loss->remote, loss->heard);
		house_finish(m, r);
		total += count;
	}
	return total;
}

static void lose_some(struct muc *m)
{
	size_t left = LOST_AT_ONCE;
	struct loss *loss;

	while (left && (loss = losses_first(&m->losses))) {
		left -= lose_portion(m, loss, left);
		if (left)
			losses_remove(loss);
	}
}

void muc_domain_broken(struct muc *m, const char *local, const char *remote)
{
	homes_doubt(&m->site.homes, &m->site, local, remote);
}

void muc_domain_lost(struct muc *m, const char *local, const char *remote)
{
	bool is_waiting = losses_first(&m->losses) != NULL;
	int64_t now = site_now(&m->site);
	int64_t heard = homes_heard(&m->site.homes, local, remote);

	watch_lost(&m->site.watch, local, remote);
	losses_add(&m->losses, local, remote, heard ? heard : now, now);
	if (!is_waiting) /* else the next tick goes on */
		lose_some(m);
}

void muc_farewell(struct muc *m, const char *text)
{
	const struct presence_note note = { .codes = { 332 }, .reason = text };
	struct map_cursor cursor;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		struct room *r = cursor.value;

		if (leave_remove_domain(r, NULL, &note))
			house_finish(m, r);
	}
}

/* The name of a room that a user destroyed is free again some day. */
static bool is_expired(const struct muc *m, const struct room *r, int64_t now)
{
	return r->config.is_destroyed && !r->config.of_house &&
	       now - r->created > m->keep_tombstones;
}

void muc_tick(struct muc *m)
{
	struct map_cursor cursor;
	int64_t now = site_now(&m->site);
	bool is_stored = m->site.env.may_save(m->site.env.owner);

	lose_some(m);
	homes_tick(&m->site.homes, &m->site);
	room_limits_prune(&m->site.usage, 0, now);
	watch_tick(&m->site, m->rooms);
	rtbl_tick(m);
	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		struct room *r = cursor.value;

		if (is_stored)
			wake_let_sleep(r, now);
		if (is_expired(m, r, now)) {
			r->config.is_destroyed = false;
			r->is_over = true;
			house_finish(m, r);
			continue;
		}
		calm_tick(r, now);
		room_limits_prune(&r->limits, calm_slow_mode(r) * 1000, now);
		presence_show_late(r);
		note_well_prune(&r->note_well, now);
		if (!list_is_empty(&r->relay.items))
			iq_relay_tick(r, now);
		if (!list_is_empty(&r->out))
			house_finish(m, r);
	}
}

/* ---- numbers ---- */

size_t muc_room_count(const struct muc *m)
{
	return map_count(m->rooms);
}

size_t muc_occupant_count(const struct muc *m)
{
	struct map_cursor cursor;
	size_t count = 0;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		const struct room *r = cursor.value;

		count += roster_session_count(&r->roster);
	}
	return count;
}
