/* SPDX-License-Identifier: MIT */
/*
 * pages_host FOLDER: the pages with a record that a test writes. Reads one JSON
 * object a line: records to save, the rooms there are, {"op": "serve"}; answers
 * each with a line: "ok", or the port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "store/backend.h"
#include "store/record.h"
#include "web/web.h"
#include "web/web_site.h"

struct host {
	char *database, *cache, *records;
	struct sign_key *sign_key;
	char *public_key;
	char *listen, *certificate, *key; /* or NULL */
	void *backend;
	struct web *web; /* NULL: does not serve yet */
};

static void must(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "pages_host: %s: %s\n", what, hw_error_text(error));
	exit(1);
}

static char *text(const json_t *o, const char *name)
{
	return str_dup(json_string_value(json_object_get(o, name)));
}

static int64_t number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static bool flag(const json_t *o, const char *name, bool otherwise)
{
	json_t *value = json_object_get(o, name);

	return value ? json_is_true(value) : otherwise;
}

static struct record *begin(const json_t *o, enum record_kind kind)
{
	const char *room = json_string_value(json_object_get(o, "room"));

	return record_new(kind, room, number(o, "at"));
}

static struct record *read_message(const json_t *o)
{
	struct record *r = begin(o, RECORD_MESSAGE);
	struct record_message *m = &r->as_message;
	char *id = text(o, "id");

	(void)str_copy(m->id, sizeof(m->id), id ? id : "");
	m->at = r->at;
	m->jid = text(o, "jid");
	m->nick = text(o, "nick");
	m->occupant_id = text(o, "occupant_id");
	m->stanza = text(o, "stanza");
	m->body = text(o, "body");
	m->hats = text(o, "hats");
	m->is_subject = flag(o, "is_subject", false);
	m->is_public = flag(o, "is_public", true);
	mem_free(&id);
	return r;
}

static struct record *read_retraction(const json_t *o)
{
	struct record *r = begin(o, RECORD_RETRACTION);
	char *id = text(o, "id");

	(void)str_copy(r->as_retraction.id, sizeof(r->as_retraction.id), id);
	r->as_retraction.stanza = text(o, "stanza");
	r->as_retraction.by = text(o, "by");
	r->as_retraction.reason = text(o, "reason");
	r->as_retraction.at = r->at;
	mem_free(&id);
	return r;
}

static struct record *read_presence(const json_t *o)
{
	struct record *r = begin(o, RECORD_PRESENCE);

	r->as_presence.move = (enum record_move)number(o, "move");
	r->as_presence.nick = text(o, "nick");
	r->as_presence.other = text(o, "other");
	r->as_presence.reason = text(o, "reason");
	r->as_presence.is_public = flag(o, "is_public", true);
	return r;
}

static struct record *read_gap(const json_t *o)
{
	struct record *r = begin(o, RECORD_GAP);

	r->as_gap.domain = text(o, "domain");
	r->as_gap.from = number(o, "from");
	r->as_gap.until = number(o, "until");
	return r;
}

static struct record *read_news(const json_t *o)
{
	struct record *r = begin(o, RECORD_NEWS);
	char *id = text(o, "id");

	(void)str_copy(r->as_news.id, sizeof(r->as_news.id), id);
	r->as_news.text = text(o, "text");
	r->as_news.link = text(o, "link");
	mem_free(&id);
	return r;
}

static struct record *read_group(const json_t *o)
{
	struct record *r = begin(o, RECORD_GROUP);
	struct record_group *g = &r->as_group;

	g->key = text(o, "key");
	g->acronym = text(o, "acronym");
	g->name = text(o, "name");
	g->type = text(o, "type");
	g->state = text(o, "state");
	g->area = text(o, "area");
	g->list_email = text(o, "list_email");
	g->list_archive = text(o, "list_archive");
	g->charter = text(o, "charter");
	return r;
}

static struct record *read_meeting(const json_t *o)
{
	struct record *r = begin(o, RECORD_MEETING);
	struct record_meeting *m = &r->as_meeting;

	m->name = text(o, "name");
	m->title = text(o, "title");
	m->uid = text(o, "uid");
	m->agenda = text(o, "agenda");
	m->by = str_dup("chair@home.example");
	m->state = (enum record_meeting_state)number(o, "state");
	m->planned = number(o, "planned");
	m->planned_end = number(o, "planned_end");
	m->started = number(o, "started");
	m->ended = number(o, "ended");
	m->is_public = flag(o, "is_public", true);
	return r;
}

static enum record_note_kind read_note_kind(const json_t *o)
{
	const char *kind = json_string_value(json_object_get(o, "kind"));

	for (int i = 0; i < RECORD_NOTE_COUNT; i++)
		if (str_equal(kind, record_note_text(
					    (enum record_note_kind)i)))
			return (enum record_note_kind)i;
	must(HW_E_INVALID, "no such kind of note");
	return RECORD_NOTE_COUNT;
}

static struct record *read_note(const json_t *o)
{
	struct record *r = begin(o, RECORD_NOTE);
	struct record_note *n = &r->as_note;
	char *id = text(o, "id");

	(void)str_copy(n->id, sizeof(n->id), id ? id : "");
	n->kind = read_note_kind(o);
	n->meeting = text(o, "meeting");
	n->line = text(o, "line");
	n->jid = text(o, "jid");
	n->nick = text(o, "nick");
	n->person = text(o, "person");
	n->text = text(o, "text");
	n->other_text = text(o, "other_text");
	n->number = number(o, "number");
	n->other = number(o, "other");
	mem_free(&id);
	return r;
}

static const struct {
	const char *op;
	struct record *(*read)(const json_t *o);
} readers[] = {
	{ "message", read_message }, { "retraction", read_retraction },
	{ "presence", read_presence }, { "gap", read_gap },
	{ "news", read_news },	       { "group", read_group },
	{ "meeting", read_meeting },   { "note", read_note },
};

/* As the daemon does: saved, then told. */
static void save(struct host *h, struct record *owned)
{
	const struct backend_ops *ops = &backend_sqlite;

	if (!record_is_whole(owned))
		must(HW_E_INVALID, "a record is not whole");
	must(ops->begin(h->backend), "begin");
	must(ops->save(h->backend, owned), "save");
	must(ops->commit(h->backend), "commit");
	if (h->web)
		web_committed(h->web, owned);
	else
		record_free(&owned);
}

static void show(struct host *h, const json_t *o)
{
	struct web_site *site = web_site_new();
	json_t *from;
	size_t i;

	site->at = number(o, "at");
	json_array_foreach(json_object_get(o, "rooms"), i, from) {
		struct web_room *to = web_site_add_room(site);

		to->jid = text(from, "jid");
		to->name = text(from, "name");
		to->description = text(from, "description");
		to->subject = text(from, "subject");
		to->lang = text(from, "lang");
		to->venue = text(from, "venue");
		to->occupants = (size_t)number(from, "occupants");
		to->said = number(from, "said");
		to->is_on_web = flag(from, "is_on_web", true);
		to->is_noindex = flag(from, "is_noindex", false);
		to->is_gone = flag(from, "is_gone", false);
	}
	web_show(h->web, site);
}

static void serve(struct host *h, const json_t *o)
{
	const char *listen[] = { "127.0.0.1:0", "[::1]:0" };
	static const char *const domains[] = { "rooms.example",
					       "other.example" };
	struct web_settings s;

	web_settings_init(&s);
	s.listen = listen;
	s.listen_count = flag(o, "both", false) ? 2 : 1;
	s.domains = domains;
	s.domain_count = 2;
	s.url = "https://rooms.example/";
	s.database = h->database;
	s.cache = h->cache;
	s.records = h->records;
	s.sign_key = h->sign_key;
	s.public_key = h->public_key;
	s.client = "https://chat.example/#{room}";
	s.version = "test";
	if (number(o, "page_lines"))
		s.page_lines = (size_t)number(o, "page_lines");
	if (number(o, "day_lines"))
		s.day_lines = (size_t)number(o, "day_lines");
	if (number(o, "cache_size"))
		s.cache_size = (size_t)number(o, "cache_size");
	if (number(o, "search_rate"))
		s.search_rate = (int)number(o, "search_rate");
	if (number(o, "max_clients"))
		s.max_clients = (size_t)number(o, "max_clients");
	if (number(o, "max_per_address"))
		s.max_per_address = (size_t)number(o, "max_per_address");
	h->listen = text(o, "listen");
	if (h->listen)
		listen[0] = h->listen;
	s.certificate = h->certificate = text(o, "certificate");
	s.key = h->key = text(o, "key");
	must(web_open(&s, &h->web), "web_open");
	for (size_t i = 0; i < s.listen_count; i++)
		printf("%u%c", web_port(h->web, i),
		       i + 1 < s.listen_count ? ' ' : '\n');
	fflush(stdout);
}

static void run_line(struct host *h, const json_t *o)
{
	const char *op = json_string_value(json_object_get(o, "op"));

	if (str_equal(op, "serve")) {
		serve(h, o);
		return;
	}
	if (str_equal(op, "renew"))
		web_renew(h->web);
	if (str_equal(op, "site"))
		show(h, o);
	if (str_equal(op, "caption"))
		web_caption(h->web,
			    json_string_value(json_object_get(o, "room")),
			    json_string_value(json_object_get(o, "nick")),
			    json_string_value(json_object_get(o, "text")));
	for (size_t i = 0; i < array_len(readers); i++)
		if (str_equal(op, readers[i].op))
			save(h, readers[i].read(o));
	puts("ok");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const unsigned char seed[SIGN_SEED_SIZE] = "for tests alone";
	static char line[1 << 20];
	struct host h = { 0 };

	if (argc != 2)
		return 2;
	h.database = str_format("%s/hallway.db", argv[1]);
	h.cache = str_format("%s/days", argv[1]);
	h.records = str_format("%s/records", argv[1]);
	h.sign_key = sign_key_new(seed);
	h.public_key = sign_key_pem(h.sign_key);
	must(backend_sqlite.open(h.database, BACKEND_SYNC_RELAXED, &h.backend),
	     "open");
	while (fgets(line, sizeof(line), stdin)) {
		json_error_t error;
		json_t *o = json_loads(line, 0, &error);

		if (!o) {
			fprintf(stderr, "pages_host: %s\n", error.text);
			return 1;
		}
		run_line(&h, o);
		json_decref(o);
	}
	web_close(&h.web);
	backend_sqlite.close(h.backend);
	mem_free(&h.database);
	mem_free(&h.cache);
	mem_free(&h.records);
	mem_free(&h.public_key);
	sign_key_free(&h.sign_key);
	mem_free(&h.listen);
	mem_free(&h.certificate);
	mem_free(&h.key);
	return 0;
}
