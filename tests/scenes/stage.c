/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include "admin/adhoc.h"
#include "admin/roll.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/env.h"
#include "muc/observer.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

/* ---- what comes to people ---- */

void parcel_free(struct parcel **p)
{
	frozen_unref(&(*p)->stanza);
	jid_free(&(*p)->to);
	elem_free(&(*p)->elem);
	mem_free(&(*p)->local);
	mem_free(p);
}

static struct list *get_inbox(struct stage *s, const char *jid)
{
	struct list *inbox = map_get(s->inboxes, jid);

	if (!inbox) {
		inbox = mem_new(struct list);
		list_init(inbox);
		map_add(s->inboxes, jid, inbox);
	}
	return inbox;
}

static void put_parcel(struct stage *s, const struct envelope *e,
		       struct frozen *stanza, const struct addressee *to)
{
	struct parcel *p = mem_new(struct parcel);

	p->stanza = frozen_ref(stanza);
	p->to = jid_copy(to->jid);
	p->elem = frozen_thaw(stanza);
	p->local = str_dup(envelope_local(e));
	list_add_tail(get_inbox(s, jid_text(to->jid)), &p->node);
}

static void put_parcels(struct stage *s, const struct envelope *e,
			const struct addressee *to)
{
	for (size_t i = 0; i < frozen_count(e->stanza); i++)
		put_parcel(s, e, frozen_part(e->stanza, i), to);
}

static void post(struct stage *s, struct list *envelopes)
{
	struct envelope *e, *tmp;

	list_each_safe(e, tmp, envelopes, node) {
		list_remove(&e->node);
		for (size_t i = 0; i < audience_group_size(e->group); i++) {
			const struct addressee *to =
				audience_group_get(e->group, i);

			if (!e->skip || to->occupant != e->skip)
				put_parcels(s, e, to);
		}
		envelope_free(&e);
	}
}

struct parcel *stage_take(struct stage *s, const char *jid)
{
	struct list *inbox = get_inbox(s, jid);
	struct parcel *p = list_first(inbox, struct parcel, node);

	if (p)
		list_remove(&p->node);
	return p;
}

const char *stage_find_mail(struct stage *s, const char *jid)
{
	struct map_cursor cursor;

	map_begin(s->inboxes, &cursor);
	while (map_next(&cursor))
		if ((!jid || !strcmp(cursor.key, jid)) &&
		    !list_is_empty(cursor.value))
			return cursor.key;
	return NULL;
}

/* ---- the ports ---- */

static bool has_pending(const struct stage *s, const char *room)
{
	const struct saved *saved;

	list_each(saved, &s->saved, node)
		if (saved->gates && !saved->is_committed &&
		    str_equal(saved->record->room, room))
			return true;
	return false;
}

static void on_send(void *owner, const char *room, struct list *envelopes)
{
	struct stage *s = owner;
	struct held *held;

	if (!room || !has_pending(s, room)) {
		post(s, envelopes);
		return;
	}
	held = mem_new(struct held);
	held->room = str_dup(room);
	list_init(&held->envelopes);
	list_move_all(&held->envelopes, envelopes);
	list_add_tail(&s->held, &held->node);
}

static void held_free(struct held **held)
{
	struct envelope *e, *tmp;

	list_each_safe(e, tmp, &(*held)->envelopes, node) {
		list_remove(&e->node);
		envelope_free(&e);
	}
	mem_free(&(*held)->room);
	mem_free(held);
}

void stage_commit(struct stage *s)
{
	struct saved *saved;
	struct held *held, *tmp;

	list_each(saved, &s->saved, node)
		saved->is_committed = true;
	list_each_safe(held, tmp, &s->held, node) {
		list_remove(&held->node);
		post(s, &held->envelopes);
		held_free(&held);
	}
}

static bool has_id(const struct frozen *f, const char *stanza_id)
{
	struct buf text = { 0 };
	bool has;

	frozen_write(f, &text, "", 0);
	has = strstr(buf_str(&text), stanza_id) != NULL;
	buf_fini(&text);
	return has;
}

static void withdraw(struct stage *s, const char *stanza_id)
{
	struct envelope *e, *tmp;
	struct held *held;

	list_each(held, &s->held, node)
		list_each_safe(e, tmp, &held->envelopes, node)
			if (has_id(e->stanza, stanza_id)) {
				list_remove(&e->node);
				envelope_free(&e);
			}
}

static void give_back_one(struct stage *s, struct saved *saved)
{
	withdraw(s, saved->record->as_message.id);
	muc_unsaved(s->muc, saved->record);
	list_remove(&saved->node);
	record_free(&saved->record);
	mem_free(&saved);
}

void stage_give_back(struct stage *s)
{
	struct saved *saved, *tmp;

	list_each_safe(saved, tmp, &s->saved, node)
		if (!saved->is_committed &&
		    saved->record->kind == RECORD_MESSAGE &&
		    saved->record->as_message.sender)
			give_back_one(s, saved);
	stage_commit(s);
}

static void on_save(void *owner, const char *room, struct record *owned,
		    bool gates)
{
	struct stage *s = owner;
	struct saved *saved = mem_new(struct saved);

	require(str_equal(room, owned->room));
	saved->record = owned;
	saved->gates = gates;
	saved->is_committed = !s->holds_records;
	list_add_tail(&s->saved, &saved->node);
}

static bool on_may_save(void *owner)
{
	return !((struct stage *)owner)->is_store_full;
}

static void on_ask(void *owner, uint64_t id, struct archive_query *owned)
{
	struct stage *s = owner;
	struct question *q = mem_new(struct question);

	q->id = id;
	q->query = owned;
	list_add_tail(&s->questions, &q->node);
}

static bool on_attend(void *owner, const char *local, const char *remote,
		      bool on)
{
	struct stage *s = owner;

	(void)local;
	buf_add_format(&s->links, " %c%s", on ? '+' : '-', remote);
	return true;
}

static void on_doubt(void *owner, const char *local, const char *remote)
{
	struct stage *s = owner;

	(void)local;
	buf_add_format(&s->links, " ?%s", remote);
}

static bool on_errand(void *owner, const struct errand *errand)
{
	return adhoc_take(((struct stage *)owner)->adhoc, errand);
}

static int64_t on_now(void *owner)
{
	return ((struct stage *)owner)->now;
}

/* ---- the archive ---- */

static void copy_row(struct record_message *to,
		     const struct record_message *from)
{
	*to = *from;
	to->jid = str_dup(from->jid);
	to->nick = str_dup(from->nick);
	to->occupant_id = str_dup(from->occupant_id);
	to->stanza = str_dup(from->stanza);
	to->body = str_dup(from->body);
	to->hats = str_dup(from->hats);
	to->sender = NULL; /* not kept */
	to->room = str_dup(from->room);
}

/* A line's place in the archive; -1: it is not there. */
static int64_t find_place(const struct stage *s, const char *room,
			  const char *id)
{
	const struct saved *saved;
	int64_t place = 0;

	list_each(saved, &s->saved, node) {
		if (saved->is_committed &&
		    saved->record->kind == RECORD_MESSAGE &&
		    str_equal(saved->record->room, room) &&
		    str_equal(saved->record->as_message.id, id))
			return place;
		place++;
	}
	return -1;
}

/* The places that an id stands for, exclusive; false: it is not there. */
static bool find_bound(const struct stage *s, const struct archive_query *q,
		       const char *id, int64_t *place)
{
	if (id)
		*place = find_place(s, q->room, id);
	return *place != -1;
}

/* As the store does with what was taken back. */
static void bury(const struct stage *s, struct record_message *row)
{
	const struct saved *saved;

	list_each(saved, &s->saved, node) {
		const struct record *r = saved->record;

		if (!saved->is_committed || r->kind != RECORD_RETRACTION ||
		    !str_equal(r->as_retraction.id, row->id))
			continue;
		str_set(&row->stanza, r->as_retraction.stanza);
		str_set(&row->body, NULL);
	}
}

static bool has_words(const struct stage *s, const struct record_message *m,
		      const char *words)
{
	struct record_message copy;
	char *list = str_dup(words), *rest = list, *word;
	bool has = true;

	copy_row(&copy, m);
	bury(s, &copy);
	while (has && (word = strsep(&rest, " ")))
		has = copy.body && strcasestr(copy.body, word);
	record_message_fini(&copy);
	mem_free(&list);
	return has;
}

static bool is_held_by(const struct stage *s, const struct record_message *m,
		       const char *text)
{
	struct record_message copy;
	bool has;

	copy_row(&copy, m);
	bury(s, &copy);
	has = strstr(copy.stanza, text) != NULL;
	record_message_fini(&copy);
	return has;
}

static bool is_one_of(const struct archive_query *q, const char *id)
{
	for (size_t i = 0; i < q->id_count; i++)
		if (str_equal(q->ids[i], id))
			return true;
	return !q->id_count;
}

static bool is_asked_for(const struct stage *s, const struct saved *saved,
			 const struct archive_query *q)
{
	const struct record_message *m = &saved->record->as_message;

	return saved->is_committed && saved->record->kind == RECORD_MESSAGE &&
	       str_equal(saved->record->room, q->room) && m->at >= q->start &&
	       (!q->end || m->at <= q->end) && is_one_of(q, m->id) &&
	       (!q->only_id || str_equal(m->id, q->only_id)) &&
	       (!q->jid || str_equal(m->jid, q->jid)) &&
	       (!q->nick || str_equal(m->nick, q->nick)) &&
	       (!q->occupant_id || str_equal(m->occupant_id, q->occupant_id)) &&
	       (!q->holds || is_held_by(s, m, q->holds)) &&
	       (!q->words || has_words(s, m, q->words));
}

/** Places, exclusive: of all that match, and of the page among them. */
struct bounds {
	int64_t from, until;
	int64_t after, before;
};

static bool find_bounds(const struct stage *s, const struct archive_query *q,
			struct bounds *b)
{
	*b = (struct bounds){ -2, INT64_MAX, -2, INT64_MAX };
	for (size_t i = 0; i < q->id_count; i++)
		if (find_place(s, q->room, q->ids[i]) < 0)
			return false;
	return find_bound(s, q, q->from_id, &b->from) &&
	       find_bound(s, q, q->until_id, &b->until) &&
	       find_bound(s, q, q->after_id, &b->after) &&
	       find_bound(s, q, q->before_id, &b->before);
}

static void take_page(const struct archive_query *q, size_t first, size_t end,
		      const struct saved **found, struct archive_page *page)
{
	size_t count = end - first;

	page->is_complete = count <= q->max;
	if (count > q->max)
		count = q->max;
	if (q->last_page)
		first = end - count;
	page->rows = mem_zero(count + 1, sizeof(*page->rows));
	page->count = count;
	page->first_index = count ? (int64_t)first : -1;
	for (size_t i = 0; i < count; i++)
		copy_row(&page->rows[i],
			 &found[first + i]->record->as_message);
}

static void fill_page(const struct stage *s, const struct archive_query *q,
		      const struct bounds *b, struct archive_page *page)
{
	const struct saved **found = NULL, *saved;
	size_t total = 0, first = 0, end = 0;
	int64_t place = -1;

	list_each(saved, &s->saved, node) {
		place++;
		if (place <= b->from || place >= b->until ||
		    !is_asked_for(s, saved, q))
			continue;
		found = mem_realloc(found, (total + 1) * sizeof(*found));
		found[total++] = saved;
		first += place <= b->after;
		end += place < b->before;
	}
	if (end < first)
		end = first;
	take_page(q, first, end, found, page);
	for (size_t i = 0; i < page->count; i++)
		bury(s, &page->rows[i]);
	if (q->want_count)
		page->total = (int64_t)total;
	mem_free(&found);
}

bool stage_answer(struct stage *s, bool fails)
{
	struct question *q = list_first(&s->questions, struct question, node);
	struct archive_page *page;
	struct bounds bounds;
	uint64_t id;

	if (!q)
		return false;
	list_remove(&q->node);
	page = archive_page_new(fails ? ARCHIVE_FAILED : ARCHIVE_OK);
	if (!fails && !find_bounds(s, q->query, &bounds))
		page->status = ARCHIVE_NO_ID;
	else if (!fails)
		fill_page(s, q->query, &bounds, page);
	if (q->query->only_id && !fails && !page->count)
		page->status = ARCHIVE_NO_ID;
	id = q->id;
	archive_query_free(&q->query);
	mem_free(&q);
	muc_archive_answered(s->muc, id, page);
	return true;
}

/* ---- life ---- */

void stage_init(struct stage *s)
{
	static const char *const domains[] = { "rooms.example" };
	static const char *const operators[] = { "op@home.example" };

	static const char *const admins[] = { "mailto:post@rooms.example",
					      "xmpp:op@home.example" };
	static const char *const outage[] = { "https://x.example/s.json" };
	static const char *const terms[] = { "https://x.example/terms" };
	static const struct contacts_settings contacts[] = { {
		.uris = { [CONTACT_ADMIN] = admins,
			  [CONTACT_OUTAGE] = outage,
			  [CONTACT_TERMS] = terms },
		.count = { [CONTACT_ADMIN] = array_len(admins),
			   [CONTACT_OUTAGE] = array_len(outage),
			   [CONTACT_TERMS] = array_len(terms) },
	} };

	*s = (struct stage){ .now = INT64_C(1700000000000) };
	muc_settings_init(&s->settings);
	s->settings.domains = domains;
	s->settings.domain_count = array_len(domains);
	s->settings.contacts = contacts;
	s->settings.operators = operators;
	s->settings.operator_count = array_len(operators);
	s->settings.version = "1.2.3";
	s->settings.log_url = "https://x.example/";
	memset(s->settings.secret, 7, sizeof(s->settings.secret));
	s->inboxes = map_new();
	meeting_settings_init(&s->meetings);
	list_init(&s->held);
	list_init(&s->saved);
	list_init(&s->questions);
}

/* ---- who looks on ---- */

/* Whoever looks on is told whole persons, in each scene. */
static void expect_whole(const struct observed_person *who)
{
	require(who->nick && *who->nick);
	require(who->jid && strchr(who->jid, '/') == NULL);
	require(*who->occupant_id);
}

static void on_line(void *owner, const struct observed_line *line)
{
	(void)owner;
	require(line->room && line->message);
	if (line->by)
		expect_whole(line->by);
}

static void on_moved(void *owner, const char *room,
		     const struct observed_person *who, int64_t at)
{
	(void)owner;
	require(room && at > 0);
	expect_whole(who);
}

static void on_renamed(void *owner, const char *room,
		       const struct observed_person *who, const char *old_nick)
{
	on_moved(owner, room, who, 1);
	require(old_nick && !str_equal(old_nick, who->nick));
}

static void on_voice_wanted(void *owner, const char *room,
			    const struct observed_person *who)
{
	on_moved(owner, room, who, 1);
}

static void on_retracted(void *owner, const char *room, const char *id)
{
	(void)owner;
	require(room && id);
}

static void on_room_gone(void *owner, const char *room)
{
	(void)owner;
	require(room);
}

static bool is_in_session(void *owner, const char *room)
{
	(void)owner;
	require(room);
	return false;
}

static const struct muc_observer observer = {
	.on_line = on_line,
	.on_passing = on_line,
	.on_came = on_moved,
	.on_went = on_moved,
	.on_renamed = on_renamed,
	.on_voice_wanted = on_voice_wanted,
	.on_retracted = on_retracted,
	.on_room_gone = on_room_gone,
	.is_in_session = is_in_session,
};

static void make_muc(struct stage *s)
{
	struct muc_env env = {
		.owner = s,
		.send = on_send,
		.save = on_save,
		.may_save = on_may_save,
		.ask_archive = on_ask,
		.now = on_now,
		.attend = on_attend,
		.doubt = on_doubt,
		.observer = &observer,
	};

	if (s->has_commands)
		env.on_errand = on_errand;
	if (s->has_meetings) {
		s->desk = meeting_desk_new(&s->meetings);
		env.observer = meeting_observer(s->desk);
	}
	s->muc = muc_new(&s->settings, &env);
	if (s->desk)
		meeting_set_muc(s->desk, s->muc);
	s->admin.muc = s->muc;
	s->admin.meetings = s->desk;
	s->admin.domains = s->settings.domains;
	s->admin.domain_count = s->settings.domain_count;
	s->admin.roll = roll_new(s->muc);
	s->adhoc = adhoc_new(&s->admin);
}

static void free_inbox(void *value)
{
	struct list *inbox = value;
	struct parcel *p, *tmp;

	list_each_safe(p, tmp, inbox, node) {
		list_remove(&p->node);
		parcel_free(&p);
	}
	free(inbox);
}

static void drop_held(struct stage *s)
{
	struct held *held, *tmp;

	list_each_safe(held, tmp, &s->held, node) {
		list_remove(&held->node);
		held_free(&held);
	}
}

static void drop_questions(struct stage *s)
{
	struct question *q, *tmp;

	list_each_safe(q, tmp, &s->questions, node) {
		list_remove(&q->node);
		archive_query_free(&q->query);
		mem_free(&q);
	}
}

/* all: else only what was never committed. */
static void drop_saved(struct stage *s, bool all)
{
	struct saved *saved, *tmp;

	list_each_safe(saved, tmp, &s->saved, node) {
		if (saved->is_committed && !all)
			continue;
		list_remove(&saved->node);
		record_free(&saved->record);
		mem_free(&saved);
	}
}

void stage_fini(struct stage *s)
{
	buf_fini(&s->links);
	adhoc_free(&s->adhoc);
	roll_free(&s->admin.roll);
	muc_free(&s->muc);
	meeting_desk_free(&s->desk);
	map_free(&s->inboxes, free_inbox);
	drop_held(s);
	drop_questions(s);
	drop_saved(s, true);
}

/* ---- restart ---- */

/* The name of the thing that a record is about, within its room. */
static const char *record_key(const struct record *r)
{
	switch (r->kind) {
	case RECORD_AFFILIATION:
		return r->as_affiliation.jid;
	case RECORD_HAT:
		return r->as_hat.jid;
	case RECORD_SESSION:
	case RECORD_SESSION_GONE:
		return r->as_session.jid;
	case RECORD_MEETING:
		return r->as_meeting.name;
	default:
		return "";
	}
}

static enum record_kind thing(enum record_kind kind)
{
	if (kind == RECORD_ROOM_GONE)
		return RECORD_ROOM;
	return kind == RECORD_SESSION_GONE ? RECORD_SESSION : kind;
}

/* Is a record of this one's kind overtaken by a later one? */
static bool is_overtaken(const struct stage *s, const struct saved *saved)
{
	const struct list *at;

	for (at = saved->node.next; at != &s->saved; at = at->next) {
		const struct record *later =
			container_of(at, struct saved, node)->record;

		if (!str_equal(later->room, saved->record->room))
			continue;
		if (later->kind == RECORD_ROOM_GONE)
			return true;
		if (thing(later->kind) == thing(saved->record->kind) &&
		    str_equal(record_key(later), record_key(saved->record)) &&
		    (later->kind != RECORD_HAT ||
		     str_equal(later->as_hat.uri, saved->record->as_hat.uri)))
			return true;
	}
	return false;
}

/* Sessions come in the order of joining, as from the real store. */
static void restore_sessions(struct stage *s, const char *room)
{
	int64_t last = -1;
	const struct saved *saved, *next;

	for (;;) {
		next = NULL;
		list_each(saved, &s->saved, node) {
			const struct record *r = saved->record;

			if (r->kind == RECORD_SESSION &&
			    str_equal(r->room, room) &&
			    !is_overtaken(s, saved) &&
			    r->as_session.joined > last &&
			    (!next || r->as_session.joined <
					      next->record->as_session.joined))
				next = saved;
		}
		if (!next)
			return;
		last = next->record->as_session.joined;
		list_each(saved, &s->saved, node)
			if (saved->record->kind == RECORD_SESSION &&
			    str_equal(saved->record->room, room) &&
			    !is_overtaken(s, saved) &&
			    saved->record->as_session.joined == last)
				muc_restore(s->muc, saved->record);
	}
}

static void restore_all_of(struct stage *s, enum record_kind kind,
			   const char *room)
{
	const struct saved *saved;

	list_each(saved, &s->saved, node)
		if (saved->record->kind == kind &&
		    str_equal(saved->record->room, room) &&
		    !is_overtaken(s, saved))
			muc_restore(s->muc, saved->record);
}

static void restore_room(struct stage *s, const struct saved *room)
{
	muc_restore(s->muc, room->record);
	restore_all_of(s, RECORD_AFFILIATION, room->record->room);
	restore_all_of(s, RECORD_HAT, room->record->room);
	restore_sessions(s, room->record->room);
}

/* Every session as it was last, then what happened in them. */
static void restore_meetings(struct stage *s)
{
	const struct saved *saved;

	list_each(saved, &s->saved, node)
		if (saved->record->kind == RECORD_MEETING &&
		    !is_overtaken(s, saved))
			meeting_restore(s->desk, saved->record);
	list_each(saved, &s->saved, node)
		if (saved->record->kind == RECORD_NOTE)
			meeting_restore(s->desk, saved->record);
}

static void restore_all(struct stage *s)
{
	const struct saved *saved;

	if (s->desk)
		restore_meetings(s);
	list_each(saved, &s->saved, node)
		if (saved->record->kind == RECORD_ROOM &&
		    !is_overtaken(s, saved))
			restore_room(s, saved);
}

void stage_give(struct stage *s, struct record *owned)
{
	struct saved *saved = mem_new(struct saved);

	saved->record = owned;
	saved->is_committed = saved->is_checked = true;
	list_add_tail(&s->saved, &saved->node);
}

static void start(struct stage *s, bool sessions_too_old)
{
	muc_start(s->muc, sessions_too_old);
	if (s->desk)
		meeting_start_desk(s->desk);
}

void stage_open(struct stage *s)
{
	if (s->muc)
		return;
	make_muc(s);
	restore_all(s);
	start(s, false);
}

void stage_restart(struct stage *s, bool sessions_too_old)
{
	adhoc_free(&s->adhoc);
	roll_free(&s->admin.roll);
	muc_free(&s->muc);
	meeting_desk_free(&s->desk);
	drop_held(s);
	drop_questions(s);
	drop_saved(s, false);
	make_muc(s);
	restore_all(s);
	start(s, sessions_too_old);
}

bool stage_deliver(struct stage *s, struct elem *owned, const char *from,
		   enum muc_proof proof)
{
	struct stanza *stanza;

	elem_set_attr(owned, "from", from);
	if (stanza_give(owned, &stanza) != STANZA_OK)
		return false;
	stage_open(s);
	muc_deliver(s->muc, stanza, proof);
	while (!s->holds_answers && stage_answer(s, false))
		;
	return true;
}
