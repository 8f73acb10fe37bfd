/* SPDX-License-Identifier: MIT */
/*
 * scene: plays scripts against the rooms, in process. A scene is a text file of
 * one command a line; a line that begins with white space continues the one
 * before; '#' begins a comment. TAP, one case for each scene.
 *
 *   user NAME JID             $NAME stands for the full JID from now on
 *   set KEY VALUE             before the first stanza; see settings below;
 *                             "set meetings 1": sessions can be held
 *   config KEY=VALUE...       $room was set up so; before the first stanza
 *   listed JID AFFILIATION [NICK]  ... and has this entry
 *   kept ID JID TEXT          ... and this line is kept, whatever it is
 *   > NAME XML                NAME sends (its domain proven by dialback)
 *   >> NAME XML               ... by certificate
 *   < NAME XML                the next stanza that came to NAME; see match.h
 *   skip [NAME]               forget what came
 *   quiet [NAME]              nothing more has come
 *   submit NAME ROOM ID KEY=VALUE|VALUE...  NAME configures ROOM
 *   join NAME NICK            enter $room; all that comes of it is forgotten
 *   crowd N DOMAIN            p1 to pN enter $room, twenty clients each
 *   hold | commit             records wait | are committed (and go on waiting)
 *   giveback                  the messages that wait go back to their senders
 *   archive hold|answer|fail
 *   store full|free
 *   saved KIND [gates] [TEXT]... the next record not yet looked at
 *                             presence, gap and audit stand aside: the
 *                             next of that kind, only when it is asked for
 *   note KIND [TEXT]...       the next note not yet looked at is of that kind;
 *   note nothing              other records are left for "saved"
 *   saved nothing | forget    saved nothing KIND: none of that one
 *   links [+DOMAIN|-DOMAIN|?DOMAIN]...  the links were told since: people of it
 *                             are here, no more, it does not answer
 *   wait SECONDS              and then the clocks tick
 *   link up|down DOMAIN       the way to it is
 *   word RESULT TEXT          as typed, but by the operator's command
 *   plan RESULT UID|- START END|- [TITLE]  of a session in $room; minutes from
 *                             now; the title "cancel" takes it back
 *   later SECONDS             the same, and nothing is due
 *   hat give|take JID HAT [BY]  the person is given the hat, or loses it
 *   hat make|destroy URI [HUE] [TITLE]  $room has a hat of its own, no more
 *   calm MINUTES [REASON] | calm end  $room; 0: as long as usual
 *   ban [full] KEY [REASON] | unban KEY  from the whole service
 *   leaders [ROLE|NAME|ADDRESS]...  the group's list says so ('_' is a blank)
 *   leader claim|confirm|deny JID ADDRESS
 *   summon N [REASON]         so many were called to $room
 *   lost DOMAIN               it stayed unreachable beyond the grace
 *   farewell [TEXT]           the service stops for good
 *   undelivered NAME COND     what came last to NAME did not reach it
 *   restart [old]
 *   rooms N | sessions N      how many there are
 *
 * At the end all that came must have been looked at.
 */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "match.h"
#include "meeting/word.h"
#include "muc/bans.h"
#include "muc/hats.h"
#include "muc/leaders.h"
#include "muc/note_well.h"
#include "muc/room_config.h"
#include "muc/summons.h"
#include "stage.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/envelope.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

struct scene {
	const char *path; /* borrowed */
	int line;         /* of the command being played */
	struct stage stage;
	struct names names;
	bool has_failed;
};

static void fail(struct scene *sc, const char *format, ...) HW_PRINTF(2, 3);

static void fail(struct scene *sc, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = str_format_va(format, args);
	va_end(args);
	printf("# %s:%d: %s\n", sc->path, sc->line, text);
	mem_free(&text);
	sc->has_failed = true;
}

/* ---- words ---- */

/* Cuts the first word off; "" at the end. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");

	*at = word + strcspn(word, " \t");
	if (**at)
		*(*at)++ = '\0';
	return word;
}

static const char *get_jid(struct scene *sc, const char *name)
{
	const char *jid = map_get(sc->names.values, name);

	if (!jid)
		fail(sc, "nobody is called %s", name);
	return jid;
}

static struct elem *read_xml(struct scene *sc, const char *text)
{
	char *filled = names_fill(&sc->names, text);
	struct elem *e = NULL;

	if (filled)
		e = parser_read(filled, strlen(filled), NS_SERVER);
	if (!e)
		fail(sc, "not well-formed, or an unknown $name: %s", text);
	mem_free(&filled);
	return e;
}

static void show(const char *what, const struct elem *e)
{
	struct buf out = { 0 };

	write_elem(&out, e, NS_SERVER);
	printf("#   %s %s\n", what, buf_str(&out));
	buf_fini(&out);
}

/* ---- commands ---- */

static void do_user(struct scene *sc, char *args)
{
	char *name = next_word(&args);

	names_set(&sc->names, name, next_word(&args));
}

static void set_create(struct muc_settings *s, const char *value)
{
	static const char *domains[1];
	static char domain[256];

	if (!strcmp(value, "anyone")) {
		s->create = MUC_CREATE_ANYONE;
		return;
	}
	str_copy(domain, sizeof(domain), value);
	domains[0] = domain;
	s->create = MUC_CREATE_DOMAINS;
	s->create_domains = domains;
	s->create_domain_count = 1;
}

static bool set_limit(struct room_limits_settings *s, const char *key,
		      size_t number)
{
	const struct {
		const char *key;
		size_t *field;
	} rows[] = {
		{ "user_messages", &s->user_messages },
		{ "user_presences", &s->user_presences },
		{ "user_nicks", &s->user_nicks },
		{ "user_pages", &s->user_pages },
		{ "user_captions", &s->user_captions },
		{ "room_messages", &s->room_messages },
		{ "domain_joins", &s->domain_joins },
		{ "room_joins", &s->room_joins },
		{ "domain_users", &s->domain_users },
		{ "notice_users", &s->notice_users },
		{ "max_lines", &s->max_lines },
		{ "max_body", &s->max_body },
		{ "max_nick", &s->max_nick },
	};

	for (size_t i = 0; i < array_len(rows); i++) {
		if (strcmp(rows[i].key, key))
			continue;
		*rows[i].field = number;
		return true;
	}
	return false;
}

/* SERVICE NODE ACTION [REMOVALS [ENTRIES]] */
static void set_blocklist(struct scene *sc, const char *service, char *args)
{
	static char service_text[80], node_text[80];
	static struct blocklist_settings list;
	int64_t removals, entries;

	(void)str_copy(service_text, sizeof(service_text), service);
	(void)str_copy(node_text, sizeof(node_text), next_word(&args));
	blocklist_settings_init(&list);
	list.service = service_text;
	list.node = node_text;
	if (!blocklist_action_parse(next_word(&args), &list.action))
		fail(sc, "no such action");
	if (!str_to_int64(next_word(&args), 0, INT32_MAX, &removals))
		list.max_removals = (size_t)removals;
	if (!str_to_int64(next_word(&args), 0, INT32_MAX, &entries))
		list.max_entries = (size_t)entries;
	sc->stage.settings.blocklists = &list;
	sc->stage.settings.blocklist_count = 1;
}

static void do_set(struct scene *sc, char *args)
{
	struct muc_settings *s = &sc->stage.settings;
	const char *key = next_word(&args);
	const char *value = next_word(&args);
	int64_t number = 0;
	bool is_number = !str_to_int64(value, 0, INT32_MAX, &number);

	if (!strcmp(key, "create"))
		set_create(s, value);
	else if (!strcmp(key, "blocklist"))
		set_blocklist(sc, value, args);
	else if (!strcmp(key, "calm_joins") && is_number)
		s->calm.joins = (size_t)number;
	else if (!strcmp(key, "max_users") && is_number)
		s->max_users = (size_t)number;
	else if (!strcmp(key, "max_rooms") && is_number)
		s->max_rooms = (size_t)number;
	else if (!strcmp(key, "max_watchers") && is_number)
		s->max_watchers = (size_t)number;
	else if (!strcmp(key, "max_bans") && is_number)
		s->max_bans = (size_t)number;
	else if (!strcmp(key, "max_per_creator") && is_number)
		s->max_per_creator = (size_t)number;
	else if (is_number && set_limit(&s->limits, key, (size_t)number))
		return;
	else if (!strcmp(key, "guests_are_visitors"))
		s->guests_are_visitors = true;
	else if (!strcmp(key, "meetings"))
		sc->stage.has_meetings = true;
	else if (!strcmp(key, "max_queue") && is_number)
		sc->stage.meetings.max_queue = (size_t)number;
	else if (!strcmp(key, "max_mics") && is_number)
		sc->stage.meetings.max_mics = (size_t)number;
	else if (!strcmp(key, "max_notes") && is_number)
		sc->stage.meetings.max_notes = (size_t)number;
	else if (!strcmp(key, "max_planned") && is_number)
		sc->stage.meetings.max_planned = (size_t)number;
	else if (!strcmp(key, "speaker") && is_number)
		sc->stage.meetings.speaker = number * 1000;
	else if (!strcmp(key, "longest") && is_number)
		sc->stage.meetings.longest = number * 1000;
	else if (!strcmp(key, "commands"))
		sc->stage.has_commands = true;
	else if (!strcmp(key, "need_note_well"))
		sc->stage.meetings.need_note_well = true;
	else if (!strcmp(key, "note_well"))
		s->note_well = NOTE_WELL_DEFAULT;
	else if (!strcmp(key, "logs_always"))
		s->logs_always = true;
	else if (!strcmp(key, "user_invites") && is_number)
		s->user_invites = (size_t)number;
	else if (!strcmp(key, "room_invites") && is_number)
		s->room_invites = (size_t)number;
	else if (!strcmp(key, "max_affiliations") && is_number)
		s->max_affiliations = (size_t)number;
	else if (!strcmp(key, "history") && is_number)
		s->history = (size_t)number;
	else if (!strcmp(key, "archive_page") && is_number)
		s->archive_page = (size_t)number;
	else if (!strcmp(key, "archive_bytes") && is_number)
		s->archive_bytes = (size_t)number;
	else if (!strcmp(key, "archive_pages") && is_number)
		s->archive_pages = (size_t)number;
	else if (!strcmp(key, "archive_questions") && is_number)
		s->archive_questions = (size_t)number;
	else if (!strcmp(key, "max_stanza") && is_number)
		s->max_stanza = (size_t)number;
	else
		fail(sc, "no setting %s like that", key);
}

static void add_values(struct elem *field, char *values)
{
	char *next;

	for (char *value = values; value; value = next) {
		next = strchr(value, '|');
		if (next)
			*next++ = '\0';
		form_add_value(field, value);
	}
}

/* KEY=VALUE of muc#roomconfig; a key that names its own is left alone. */
static void add_field(struct elem *form, char *word)
{
	char *value = strchr(word, '='), *var;
	bool is_whole = str_has_prefix(word, "x-") || strchr(word, '#');

	if (!value)
		return;
	*value++ = '\0';
	var = str_format("%s%s",
			 is_whole ? "" : "muc#roomconfig_",
			 word);
	add_values(form_add_field(form, var, NULL, NULL, NULL), value);
	mem_free(&var);
}

static void add_form(struct elem *parent, char *args)
{
	struct elem *form = form_add(parent, "submit", NS_MUC_ROOMCONFIG);
	char *word;

	for (word = next_word(&args); *word; word = next_word(&args))
		add_field(form, word);
}

static char *make_config(char *args)
{
	struct elem *root = elem_new("config", NS_MUC_OWNER);
	struct buf out = { 0 };

	add_form(root, args);
	write_elem(&out, root, NULL);
	elem_free(&root);
	return buf_steal_str(&out);
}

static void do_config(struct scene *sc, char *args)
{
	struct record *r = record_new(RECORD_ROOM, "hallway@rooms.example",
				      sc->stage.now);
	struct room_config config;
	char *text = make_config(args);

	room_config_init(&config);
	config.is_persistent = true;
	if (room_config_read(&config, text))
		fail(sc, "no such configuration");
	r->as_room.config = room_config_write(&config);
	r->as_room.created = sc->stage.now;
	room_config_fini(&config);
	mem_free(&text);
	stage_give(&sc->stage, r);
}

static void do_listed(struct scene *sc, char *args)
{
	struct record *r = record_new(RECORD_AFFILIATION,
				      "hallway@rooms.example", sc->stage.now);
	const char *nick;

	r->as_affiliation.jid = str_dup(next_word(&args));
	r->as_affiliation.affiliation = str_dup(next_word(&args));
	nick = next_word(&args);
	if (*nick)
		r->as_affiliation.nick = str_dup(nick);
	stage_give(&sc->stage, r);
}

/* As it may come back from a disk. */
static void do_kept(struct scene *sc, char *args)
{
	struct record *r = record_new(RECORD_MESSAGE, "hallway@rooms.example",
				      sc->stage.now);
	struct record_message *m = &r->as_message;

	str_copy(m->id, sizeof(m->id), next_word(&args));
	m->jid = str_dup(next_word(&args));
	m->stanza = str_dup(args);
	m->at = sc->stage.now;
	m->is_public = true;
	stage_give(&sc->stage, r);
}

static void deliver(struct scene *sc, char *args, enum muc_proof proof)
{
	const char *from = get_jid(sc, next_word(&args));
	struct elem *e = from ? read_xml(sc, args) : NULL;

	if (e && !stage_deliver(&sc->stage, e, from, proof))
		fail(sc, "that is no stanza");
}

static void do_send(struct scene *sc, char *args)
{
	deliver(sc, args, MUC_BY_DIALBACK);
}

static void do_send_by_certificate(struct scene *sc, char *args)
{
	deliver(sc, args, MUC_BY_CERTIFICATE);
}

static void do_submit(struct scene *sc, char *args)
{
	const char *from = get_jid(sc, next_word(&args));
	char *room = names_fill(&sc->names, next_word(&args));
	struct elem *iq = elem_new("iq", NS_SERVER);

	elem_set_attr(iq, "type", "set");
	elem_set_attr(iq, "to", room);
	elem_set_attr(iq, "id", next_word(&args));
	add_form(elem_add(iq, "query", NS_MUC_OWNER), args);
	mem_free(&room);
	if (!from)
		elem_free(&iq);
	else if (!stage_deliver(&sc->stage, iq, from, MUC_BY_CERTIFICATE))
		fail(sc, "that is no stanza");
}

static void do_expect(struct scene *sc, char *args)
{
	const char *name = next_word(&args);
	const char *jid = get_jid(sc, name);
	struct elem *pattern = jid ? read_xml(sc, args) : NULL;
	struct parcel *p;
	char *fault;

	if (!pattern)
		return;
	p = stage_take(&sc->stage, jid);
	fault = p ? match_elem(pattern, p->elem, &sc->names)
		  : str_format("nothing came to %s", name);
	if (fault) {
		fail(sc, "%s", fault);
		show("expected", pattern);
		if (p)
			show("came    ", p->elem);
	}
	mem_free(&fault);
	if (p)
		parcel_free(&p);
	elem_free(&pattern);
}

static void skip_all(struct scene *sc, const char *only)
{
	const char *jid;
	struct parcel *p;

	while ((jid = stage_find_mail(&sc->stage, only))) {
		p = stage_take(&sc->stage, jid);
		parcel_free(&p);
	}
}

static void do_skip(struct scene *sc, char *args)
{
	const char *name = next_word(&args);

	skip_all(sc, *name ? get_jid(sc, name) : NULL);
}

static void do_quiet(struct scene *sc, char *args)
{
	const char *name = next_word(&args);
	const char *jid = stage_find_mail(&sc->stage,
					  *name ? get_jid(sc, name) : NULL);
	struct parcel *p;

	if (!jid)
		return;
	fail(sc, "not quiet at %s", jid);
	p = stage_take(&sc->stage, jid);
	show("came    ", p->elem);
	parcel_free(&p);
}

static void do_join(struct scene *sc, char *args)
{
	const char *from = get_jid(sc, next_word(&args));
	char *text = str_format("<presence to='$room/%s'><x xmlns='muc'/>"
				"</presence>", args);
	struct elem *e = from ? read_xml(sc, text) : NULL;

	mem_free(&text);
	if (e && !stage_deliver(&sc->stage, e, from, MUC_BY_CERTIFICATE))
		fail(sc, "that is no stanza");
	skip_all(sc, NULL);
}

static void do_crowd(struct scene *sc, char *args)
{
	int64_t count = 0;
	const char *number = next_word(&args), *domain = next_word(&args);

	if (str_to_int64(number, 1, 100000, &count))
		fail(sc, "a crowd of how many?");
	for (int64_t i = 1; i <= count; i++) {
		char *name = str_format("p%d", (int)i);
		char *jid = str_format("a%d@%s/%d", (int)i / 20, domain, (int)i);
		char *join = str_format("%s A%d", name, (int)i / 20);

		names_set(&sc->names, name, jid);
		do_join(sc, join);
		mem_free(&join);
		mem_free(&jid);
		mem_free(&name);
	}
}

static void do_hold(struct scene *sc, char *args)
{
	(void)args;
	sc->stage.holds_records = true;
}

static void do_commit(struct scene *sc, char *args)
{
	(void)args;
	stage_commit(&sc->stage);
}

static void do_giveback(struct scene *sc, char *args)
{
	(void)args;
	stage_give_back(&sc->stage);
}

static void do_archive(struct scene *sc, char *args)
{
	const char *what = next_word(&args);

	if (!strcmp(what, "hold"))
		sc->stage.holds_answers = true;
	else if (!stage_answer(&sc->stage, !strcmp(what, "fail")))
		fail(sc, "the archive was not asked");
}

static void do_store(struct scene *sc, char *args)
{
	sc->stage.is_store_full = !strcmp(next_word(&args), "full");
}

static const char *const kind_names[] = {
	[RECORD_ROOM] = "room",
	[RECORD_ROOM_GONE] = "room-gone",
	[RECORD_AFFILIATION] = "affiliation",
	[RECORD_SESSION] = "session",
	[RECORD_SESSION_GONE] = "session-gone",
	[RECORD_MESSAGE] = "message",
	[RECORD_RETRACTION] = "retraction",
	[RECORD_HEARTBEAT] = "heartbeat",
	[RECORD_PROOF] = "proof",
	[RECORD_PRESENCE] = "presence",
	[RECORD_GAP] = "gap",
	[RECORD_HAT] = "hat",
	[RECORD_AUDIT] = "audit",
	[RECORD_NEWS] = "news",
	[RECORD_GROUP] = "group",
	[RECORD_GROUP_GONE] = "group-gone",
	[RECORD_MEETING] = "meeting",
	[RECORD_NOTE] = "note",
};

static const char *const move_names[] = {
	[RECORD_CAME] = "came",     [RECORD_WENT] = "went",
	[RECORD_RENAMED] = "renamed", [RECORD_KICKED] = "kicked",
	[RECORD_BANNED] = "banned", [RECORD_REMOVED] = "removed",
};

static void add_text(struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_add_format(out, " %s=%s", name, value);
}

/* "session gates jid=... nick=..." */
static void print_saved(struct buf *out, const struct saved *saved)
{
	const struct record *r = saved->record;

	buf_add_str(out, kind_names[r->kind]);
	buf_add_str(out, saved->gates ? " gates" : " free");
	switch (r->kind) {
	case RECORD_ROOM:
		add_text(out, "subject", r->as_room.subject);
		add_text(out, "subject_nick", r->as_room.subject_nick);
		break;
	case RECORD_AFFILIATION:
		add_text(out, "jid", r->as_affiliation.jid);
		add_text(out, "affiliation", r->as_affiliation.affiliation);
		add_text(out, "nick", r->as_affiliation.nick);
		add_text(out, "details", r->as_affiliation.details);
		break;
	case RECORD_SESSION:
	case RECORD_SESSION_GONE:
		add_text(out, "jid", r->as_session.jid);
		add_text(out, "nick", r->as_session.nick);
		add_text(out, "role", r->as_session.role);
		add_text(out, "presence", r->as_session.presence);
		break;
	case RECORD_MESSAGE:
		add_text(out, "id", r->as_message.id);
		add_text(out, "jid", r->as_message.jid);
		add_text(out, "nick", r->as_message.nick);
		add_text(out, "body", r->as_message.body);
		add_text(out, "stanza", r->as_message.stanza);
		add_text(out, "hats", r->as_message.hats);
		if (r->as_message.is_subject)
			buf_add_str(out, " is_subject");
		if (r->as_message.is_public)
			buf_add_str(out, " is_public");
		break;
	case RECORD_RETRACTION:
		add_text(out, "id", r->as_retraction.id);
		add_text(out, "by", r->as_retraction.by);
		add_text(out, "reason", r->as_retraction.reason);
		add_text(out, "stanza", r->as_retraction.stanza);
		break;
	case RECORD_PRESENCE:
		add_text(out, "move", move_names[r->as_presence.move]);
		if (r->as_presence.is_public)
			buf_add_str(out, " is_public");
		add_text(out, "nick", r->as_presence.nick);
		add_text(out, "other", r->as_presence.other);
		add_text(out, "reason", r->as_presence.reason);
		break;
	case RECORD_HAT:
		add_text(out, "jid", r->as_hat.jid);
		add_text(out, "uri", r->as_hat.uri);
		add_text(out, "title", r->as_hat.title);
		add_text(out, "by", r->as_hat.by);
		break;
	case RECORD_AUDIT:
		add_text(out, "by", r->as_audit.by);
		add_text(out, "act", r->as_audit.act);
		add_text(out, "target", r->as_audit.target);
		add_text(out, "reason", r->as_audit.reason);
		add_text(out, "detail", r->as_audit.detail);
		break;
	case RECORD_NEWS:
		add_text(out, "text", r->as_news.text);
		break;
	case RECORD_GAP:
		buf_add_format(out, " domain=%s for=%" PRId64,
			       r->as_gap.domain,
			       (r->as_gap.until - r->as_gap.from) / 1000);
		break;
	case RECORD_ROOM_GONE:
	case RECORD_HEARTBEAT:
	case RECORD_PROOF:
	case RECORD_GROUP:
	case RECORD_GROUP_GONE:
		break;
	case RECORD_MEETING:
		add_text(out, "name", r->as_meeting.name);
		add_text(out, "title", r->as_meeting.title);
		buf_add_format(out, " state=%d", (int)r->as_meeting.state);
		break;
	case RECORD_NOTE:
		add_text(out, "kind", record_note_text(r->as_note.kind));
		add_text(out, "person", r->as_note.person);
		add_text(out, "text", r->as_note.text);
		add_text(out, "other_text", r->as_note.other_text);
		add_text(out, "nick", r->as_note.nick);
		add_text(out, "jid", r->as_note.jid);
		add_text(out, "line", r->as_note.line);
		buf_add_format(out, " number=%" PRId64 " other=%" PRId64,
			       r->as_note.number, r->as_note.other);
		break;
	}
}

/* Records that nothing waits for are looked at only when asked for. */
static bool is_aside(enum record_kind kind)
{
	return kind == RECORD_PRESENCE || kind == RECORD_GAP ||
	       kind == RECORD_AUDIT || kind == RECORD_NOTE ||
	       kind == RECORD_NEWS;
}

/* The next of that kind, which stands aside; -1: of all that do not. */
static struct saved *next_saved(struct scene *sc, int kind)
{
	struct saved *saved;

	list_each(saved, &sc->stage.saved, node) {
		enum record_kind is = saved->record->kind;

		if (saved->is_checked ||
		    (kind < 0 ? is_aside(is) : (int)is != kind))
			continue;
		saved->is_checked = true;
		return saved;
	}
	return NULL;
}

/* Which kind does the command name, after "nothing" or alone? */
static int find_aside(const char *args)
{
	if (str_has_prefix(args, "nothing "))
		args += strlen("nothing ");
	for (size_t i = 0; i < array_len(kind_names); i++)
		if (is_aside((enum record_kind)i) &&
		    str_has_prefix(args, kind_names[i]))
			return (int)i;
	return -1;
}

static void do_saved(struct scene *sc, char *args)
{
	int kind = find_aside(args);
	struct saved *saved = next_saved(sc, kind);
	struct buf line = { 0 };
	char *filled = names_fill(&sc->names, args), *at = filled;
	const char *word;

	if (saved)
		print_saved(&line, saved);
	else
		buf_add_format(&line, "nothing %s",
			       kind < 0 ? "" : kind_names[kind]);
	for (word = next_word(&at); *word; word = next_word(&at))
		if (!strstr(buf_str(&line), word))
			fail(sc, "saved without %s: %s", word, buf_str(&line));
	mem_free(&filled);
	buf_fini(&line);
}

static void do_forget(struct scene *sc, char *args)
{
	struct saved *saved;

	(void)args;
	list_each(saved, &sc->stage.saved, node)
		saved->is_checked = true;
}

static void do_wait(struct scene *sc, char *args)
{
	int64_t seconds = 0;

	if (str_to_int64(next_word(&args), 0, INT32_MAX, &seconds))
		fail(sc, "wait how long?");
	sc->stage.now += seconds * 1000;
	clock_fake(sc->stage.now, sc->stage.now);
	if (sc->stage.muc)
		muc_tick(sc->stage.muc);
	if (sc->stage.desk)
		meeting_tick(sc->stage.desk);
}

/* "note KIND ..." is "saved note kind=KIND ...". */
static void do_note(struct scene *sc, char *args)
{
	const char *kind = next_word(&args);
	char *line = strcmp(kind, "nothing")
			     ? str_format("note kind=%s %s", kind, args)
			     : str_dup("nothing note");

	do_saved(sc, line);
	mem_free(&line);
}

static void do_link(struct scene *sc, char *args)
{
	bool is_up = !strcmp(next_word(&args), "up");

	meeting_link(sc->stage.desk, next_word(&args), is_up);
}

static void check_result(struct scene *sc, enum meeting_result is,
			 const char *wanted)
{
	if (strcmp(meeting_result_word(is), wanted))
		fail(sc, "%s: %s", meeting_result_word(is),
		     meeting_result_text(is));
}

/* As typed, by the operator. */
static void do_word(struct scene *sc, char *args)
{
	const char *result = next_word(&args);
	struct word w;

	stage_open(&sc->stage);
	word_read(&w, args);
	check_result(sc,
		     meeting_run(sc->stage.desk, "hallway@rooms.example", &w,
				 NULL, NULL),
		     result);
	word_fini(&w);
}

static int64_t minutes_from_now(struct scene *sc, const char *text)
{
	int64_t minutes = 0;

	if (str_to_int64(text, -1000000, 1000000, &minutes))
		return 0;
	return sc->stage.now + minutes * 60000;
}

static void do_plan(struct scene *sc, char *args)
{
	const char *result = next_word(&args), *uid = next_word(&args);
	struct meeting_plan plan = { .uid = strcmp(uid, "-") ? uid : NULL };

	stage_open(&sc->stage);
	plan.start = minutes_from_now(sc, next_word(&args));
	plan.end = minutes_from_now(sc, next_word(&args));
	plan.title = *args ? args : NULL;
	plan.is_cancelled = !strcmp(args, "cancel");
	check_result(sc,
		     meeting_plan(sc->stage.desk, "hallway@rooms.example",
				  &plan, "control"),
		     result);
}

static void do_later(struct scene *sc, char *args)
{
	int64_t seconds = 0;

	if (str_to_int64(next_word(&args), 0, INT32_MAX, &seconds))
		fail(sc, "how much later?");
	sc->stage.now += seconds * 1000;
	clock_fake(sc->stage.now, sc->stage.now);
}

static enum hats_result change_hat(struct muc *m, const char *what,
				   const char *who, char *args)
{
	static const char room[] = "hallway@rooms.example";
	const char *word = next_word(&args);

	if (!strcmp(what, "make"))
		return muc_hat_make(m, room, who, args, word, "control");
	if (!strcmp(what, "destroy"))
		return muc_hat_destroy(m, room, who, "control");
	if (!strcmp(what, "take"))
		return muc_hat_take(m, room, who, word,
				    *args ? args : "control");
	return muc_hat_give(m, room, who, word, *args ? args : "control");
}

static void do_hat(struct scene *sc, char *args)
{
	const char *what = next_word(&args), *who = next_word(&args);
	enum hats_result result;

	stage_open(&sc->stage);
	result = change_hat(sc->stage.muc, what, who, args);
	if (result != HATS_DONE)
		fail(sc, "%s", hats_result_text(result));
}

static void do_leaders(struct scene *sc, char *args)
{
	struct buf lines = { 0 };
	char *word;

	for (word = next_word(&args); *word; word = next_word(&args)) {
		for (char *at = word; *at; at++)
			*at = *at == '|' ? '\t' : *at == '_' ? ' ' : *at;
		buf_add_format(&lines, "%s\n", word);
	}
	stage_open(&sc->stage);
	if (muc_leaders_set(sc->stage.muc, "hallway@rooms.example",
			    buf_str(&lines)) != LEADERS_DONE)
		fail(sc, "the list was not taken");
	buf_fini(&lines);
}

static void do_leader(struct scene *sc, char *args)
{
	static const char room[] = "hallway@rooms.example";
	const char *what = next_word(&args), *jid = next_word(&args);
	const char *address = next_word(&args);
	enum leaders_result result;
	struct muc *m;

	stage_open(&sc->stage);
	m = sc->stage.muc;
	if (!strcmp(what, "claim"))
		result = muc_leaders_claim(m, room, jid, address);
	else if (!strcmp(what, "confirm"))
		result = muc_leaders_confirm(m, room, jid, address, "control");
	else
		result = muc_leaders_deny(m, room, jid, address, "control");
	if (result != LEADERS_DONE)
		fail(sc, "%s", leaders_result_text(result));
}

static void check_number(struct scene *sc, size_t is, const char *wanted);

static void do_summon(struct scene *sc, char *args)
{
	const char *number = next_word(&args);
	size_t count = 0;

	stage_open(&sc->stage);
	if (!muc_summon(sc->stage.muc, "hallway@rooms.example",
			*args ? args : NULL, &count))
		fail(sc, "no such room");
	check_number(sc, count, number);
}

static void do_lost(struct scene *sc, char *args)
{
	muc_domain_lost(sc->stage.muc, "rooms.example", next_word(&args));
}

static void do_farewell(struct scene *sc, char *args)
{
	stage_open(&sc->stage);
	muc_farewell(sc->stage.muc, *args ? args : NULL);
}

static void do_links(struct scene *sc, char *args)
{
	struct buf *told = &sc->stage.links;
	char *expected = *args ? str_format(" %s", args) : str_dup("");

	if (!str_equal(buf_str(told), expected))
		fail(sc, "the links were told:%s", buf_str(told));
	buf_eat(told, told->len);
	mem_free(&expected);
}

static bool find_cond(const char *element, enum cond_name *name_out)
{
	for (int i = 0; i < COND_COUNT; i++) {
		if (strcmp(cond_element((enum cond_name)i), element))
			continue;
		*name_out = (enum cond_name)i;
		return true;
	}
	return false;
}

static void do_undelivered(struct scene *sc, char *args)
{
	const char *jid = get_jid(sc, next_word(&args));
	struct parcel *p = jid ? stage_take(&sc->stage, jid) : NULL;
	enum cond_name why;

	if (!p || !find_cond(next_word(&args), &why)) {
		fail(sc, "nothing came, or no such condition");
		return;
	}
	muc_undelivered(sc->stage.muc, envelope_new(p->stanza, p->to, p->local),
			why);
	parcel_free(&p);
}

static void do_restart(struct scene *sc, char *args)
{
	stage_restart(&sc->stage, !strcmp(next_word(&args), "old"));
}

static void check_number(struct scene *sc, size_t is, const char *wanted)
{
	int64_t number = -1;

	if (str_to_int64(wanted, 0, INT32_MAX, &number) ||
	    is != (size_t)number)
		fail(sc, "there are %zu", is);
}

static void do_rooms(struct scene *sc, char *args)
{
	stage_open(&sc->stage);
	check_number(sc, muc_room_count(sc->stage.muc), next_word(&args));
}

static void do_sessions(struct scene *sc, char *args)
{
	stage_open(&sc->stage);
	check_number(sc, muc_occupant_count(sc->stage.muc), next_word(&args));
}

static void do_ban(struct scene *sc, char *args)
{
	const char *key = next_word(&args);
	bool is_full = !strcmp(key, "full");

	if (is_full)
		key = next_word(&args);
	stage_open(&sc->stage);
	if (muc_ban(sc->stage.muc, key, *args ? args : NULL, "control") !=
	    (is_full ? BANS_FULL : BANS_DONE))
		fail(sc, "%s %s be banned", key, is_full ? "can" : "cannot");
}

static void do_unban(struct scene *sc, char *args)
{
	const char *key = next_word(&args);

	stage_open(&sc->stage);
	if (muc_unban(sc->stage.muc, key, NULL, "control") != BANS_DONE)
		fail(sc, "%s is not banned", key);
}

static void do_calm(struct scene *sc, char *args)
{
	const char *room = get_jid(sc, "room");
	const char *word = next_word(&args);
	int64_t minutes;
	enum calm_answer answer;

	stage_open(&sc->stage);
	if (!room)
		return;
	if (!str_to_int64(word, 0, 10000, &minutes))
		answer = muc_calm(sc->stage.muc, room, minutes * 60000,
				  "control", *args ? args : NULL);
	else
		answer = muc_calm_end(sc->stage.muc, room, "control");
	if (answer != CALM_DONE)
		fail(sc, "the room is not made calm, or is not");
}

static const struct {
	const char *name;
	void (*run)(struct scene *sc, char *args);
} commands[] = {
	{ "user", do_user },       { "set", do_set },
	{ ">", do_send },          { ">>", do_send_by_certificate },
	{ "<", do_expect },        { "skip", do_skip },
	{ "later", do_later },
	{ "submit", do_submit },   { "crowd", do_crowd },
	{ "quiet", do_quiet },     { "join", do_join },
	{ "hold", do_hold },       { "commit", do_commit },
	{ "giveback", do_giveback },
	{ "archive", do_archive }, { "store", do_store },
	{ "config", do_config },   { "listed", do_listed },
	{ "kept", do_kept },
	{ "saved", do_saved },     { "forget", do_forget },
	{ "links", do_links },     { "hat", do_hat },
	{ "summon", do_summon },
	{ "leaders", do_leaders }, { "leader", do_leader },
	{ "wait", do_wait },       { "lost", do_lost },
	{ "undelivered", do_undelivered }, { "farewell", do_farewell },
	{ "restart", do_restart }, { "rooms", do_rooms },
	{ "sessions", do_sessions }, { "ban", do_ban },
	{ "unban", do_unban },     { "calm", do_calm },
	{ "note", do_note },       { "link", do_link },
	{ "word", do_word },       { "plan", do_plan },
};

static void play_command(struct scene *sc, char *command)
{
	char *args = command;
	const char *name = next_word(&args);

	for (size_t i = 0; i < array_len(commands); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		commands[i].run(sc, args);
		return;
	}
	fail(sc, "no command is called %s", name);
}

/* ---- files ---- */

static bool read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	char block[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)))
		buf_add(out, block, n);
	fclose(f);
	return true;
}

/* Cuts the next line off; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at, *end;

	if (!*line)
		return NULL;
	end = line + strcspn(line, "\n");
	*at = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

static bool is_continued(const char *line)
{
	return *line == ' ' || *line == '\t';
}

static void play_text(struct scene *sc, char *text)
{
	struct buf command = { 0 };
	char *line;
	int number = 0;

	while ((line = next_line(&text)) && !sc->has_failed) {
		number++;
		if (!command.len)
			sc->line = number;
		if (command.len)
			buf_add_char(&command, ' ');
		if (*line && *line != '#')
			buf_add_str(&command, line + strspn(line, " \t"));
		if (is_continued(text) || !command.len)
			continue;
		line = buf_steal_str(&command);
		play_command(sc, line);
		mem_free(&line);
	}
	buf_fini(&command);
	sc->line = number;
}

static bool play(const char *path)
{
	struct scene sc = { .path = path };
	struct buf text = { 0 };

	if (!read_file(path, &text)) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	names_init(&sc.names);
	names_set(&sc.names, "domain", "rooms.example");
	names_set(&sc.names, "room", "hallway@rooms.example");
	stage_init(&sc.stage);
	clock_fake(sc.stage.now, sc.stage.now);
	buf_str(&text);
	play_text(&sc, (char *)text.data + text.start);
	if (!sc.has_failed)
		do_quiet(&sc, (char[]){ "" });
	stage_fini(&sc.stage);
	names_fini(&sc.names);
	buf_fini(&text);
	return !sc.has_failed;
}

static int play_all(char *const *paths, size_t count)
{
	int failed = 0;

	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		const char *name = strrchr(paths[i], '/');
		bool is_good = play(paths[i]);

		printf("%sok %zu - %s\n", is_good ? "" : "not ", i + 1,
		       name ? name + 1 : paths[i]);
		fflush(stdout);
		failed += !is_good;
	}
	return failed ? 1 : 0;
}

/* With arguments: these scenes; without: all of the source tree. */
int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char *pattern;
	glob_t found;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		return play_all(argv + 1, (size_t)argc - 1);
	pattern = str_format("%s/tests/scenes/*.scene", top ? top : ".");
	if (glob(pattern, 0, NULL, &found)) {
		printf("Bail out! no scenes: %s\n", pattern);
		mem_free(&pattern);
		return 1;
	}
	status = play_all(found.gl_pathv, found.gl_pathc);
	globfree(&found);
	mem_free(&pattern);
	return status;
}
