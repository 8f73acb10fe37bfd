/* SPDX-License-Identifier: MIT */
#include "muc/watch.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define TELL_MAX 400      /* rooms of one message; below 64 KiB */
#define BEGUN_AT_ONCE 100 /* watchers told of the past in a tick */
#define WATCH_OF_USER 20  /* clients */

struct watcher {
	struct jid *client;  /* owned; full */
	struct jid *service; /* owned; our domain it asked */
	struct map *told;    /* owned; bare JIDs of rooms told of */
	bool is_behind;      /* to be told of what was said before */
};

void watch_init(struct watch *w, size_t max)
{
	w->watchers = map_new();
	w->max = max;
}

static void free_watcher(void *value)
{
	struct watcher *watcher = value;

	if (!watcher)
		return;
	jid_free(&watcher->client);
	jid_free(&watcher->service);
	map_free(&watcher->told, NULL);
	mem_free(&watcher);
}

void watch_fini(struct watch *w)
{
	map_free(&w->watchers, free_watcher);
}

/* No address has a blank. */
static char *make_key(const struct jid *client, const char *domain)
{
	return str_join(domain, " ", jid_text(client));
}

/* ---- beginning and ending ---- */

/* No person and no domain takes all there is. */
static bool has_place(const struct watch *w, const struct jid *client)
{
	struct map_cursor cursor;
	size_t of_user = 0, of_domain = 0;

	if (map_count(w->watchers) >= w->max)
		return false;
	map_begin(w->watchers, &cursor);
	while (map_next(&cursor)) {
		const struct watcher *watcher = cursor.value;

		of_user += jid_equal_bare(watcher->client, client);
		of_domain += str_equal(jid_domain(watcher->client),
				       jid_domain(client));
	}
	return of_user < WATCH_OF_USER && of_domain < (w->max + 1) / 2;
}

/* Asked again, nothing is told twice. */
static void add(struct site *s, const char *key, const struct stanza *presence)
{
	struct watcher *watcher = map_get(s->watch.watchers, key);
	struct cond full = cond_make(COND_RESOURCE_CONSTRAINT,
				     "Too many watch already.");

	if (watcher)
		return;
	if (!has_place(&s->watch, presence->from)) {
		site_refuse(s, presence, &full, NULL);
		return;
	}
	watcher = mem_new(struct watcher);
	watcher->is_behind = true;
	s->watch.has_begun = true;
	watcher->client = jid_copy(presence->from);
	watcher->service = jid_to_bare(presence->to);
	watcher->told = map_new();
	map_add(s->watch.watchers, key, watcher);
}

void watch_presence(struct site *s, const struct stanza *presence)
{
	char *key = make_key(presence->from, jid_domain(presence->to));

	if (presence->type == STANZA_UNAVAILABLE ||
	    presence->type == STANZA_ERROR)
		free_watcher(map_steal(s->watch.watchers, key));
	else if (presence->type == STANZA_AVAILABLE &&
		 jid_resource(presence->from) &&
		 elem_child(presence->elem, "rai", NS_ROOM_ACTIVITY))
		add(s, key, presence);
	mem_free(&key);
}

void watch_bounced(struct site *s, const struct stanza *error)
{
	char *key = make_key(error->from, jid_domain(error->to));

	free_watcher(map_steal(s->watch.watchers, key));
	mem_free(&key);
}

void watch_lost(struct watch *w, const char *local, const char *remote)
{
	struct map_cursor cursor;

	map_begin(w->watchers, &cursor);
	while (map_next(&cursor)) {
		const struct watcher *watcher = cursor.value;

		if (str_equal(jid_domain(watcher->client), remote) &&
		    str_equal(jid_domain(watcher->service), local))
			free_watcher(map_steal(w->watchers, cursor.key));
	}
}

void watch_entered(struct watch *w, const struct room *r,
		   const struct jid *client)
{
	char *key = make_key(client, jid_domain(r->jid));
	struct watcher *watcher = map_get(w->watchers, key);

	if (watcher)
		map_steal(watcher->told, jid_text(r->jid));
	mem_free(&key);
}

/* ---- telling ---- */

/* Only for the first news: was anything said since they were there? */
static bool is_missed(const struct watcher *watcher, const struct room *r)
{
	const struct affiliation_entry *entry;

	entry = affiliation_list_find(&r->affiliations,
				      jid_bare(watcher->client));
	return entry && r->said > entry->left;
}

static bool is_news(const struct watcher *watcher, const struct room *r)
{
	return str_equal(jid_domain(r->jid), jid_domain(watcher->service)) &&
	       affiliation_list_knows(&r->affiliations, watcher->client) &&
	       !map_get(watcher->told, jid_text(r->jid)) &&
	       !roster_find_session(&r->roster, watcher->client) &&
	       (!watcher->is_behind || is_missed(watcher, r));
}

/* What does not fit into one message comes with the next tick. */
static void tell(struct site *s, struct watcher *watcher,
		 struct room *const *rooms, size_t count)
{
	static char there;
	struct elem *e = NULL, *rai = NULL;
	char id[RAND_ID_SIZE];
	size_t told = 0, i;

	for (i = 0; i < count && told < TELL_MAX; i++) {
		if (!is_news(watcher, rooms[i]))
			continue;
		if (!e) {
			rand_id(id);
			e = stanza_elem_new(STANZA_MESSAGE, NULL,
					    watcher->service, id);
			rai = elem_add(e, "rai", NS_ROOM_ACTIVITY);
		}
		elem_add_with_text(rai, "activity", NULL,
				   jid_text(rooms[i]->jid));
		map_add(watcher->told, jid_text(rooms[i]->jid), &there);
		told++;
	}
	watcher->is_behind = i < count;
	s->watch.has_begun |= watcher->is_behind;
	site_answer(s, e, watcher->client, jid_domain(watcher->service));
}

/* Owned array. */
static struct room **gather(struct map *rooms, bool is_any_old,
			    size_t *count_out)
{
	struct room **list = NULL;
	struct map_cursor cursor;
	size_t count = 0;

	map_begin(rooms, &cursor);
	while (map_next(&cursor)) {
		struct room *r = cursor.value;

		if (is_any_old ? !r->said : !r->has_news)
			continue;
		list = mem_realloc(list, (count + 1) * sizeof(struct room *));
		list[count++] = r;
	}
	*count_out = count;
	return list;
}

/* So few at once that a tick stays short, however many come. */
static void tell_begun(struct site *s, struct map *rooms)
{
	struct map_cursor cursor;
	size_t count, left = BEGUN_AT_ONCE;
	struct room **list = gather(rooms, true, &count);

	s->watch.has_begun = false;
	map_begin(s->watch.watchers, &cursor);
	while (map_next(&cursor)) {
		struct watcher *watcher = cursor.value;

		if (!watcher->is_behind)
			continue;
		if (!left) {
			s->watch.has_begun = true;
			break;
		}
		left--;
		tell(s, watcher, list, count);
	}
	mem_free(&list);
}

static void tell_others(struct site *s, struct map *rooms)
{
	struct map_cursor cursor;
	size_t count;
	struct room **list = gather(rooms, false, &count);

	for (size_t i = 0; i < count; i++)
		list[i]->has_news = false;
	map_begin(s->watch.watchers, &cursor);
	while (count && map_next(&cursor)) {
		struct watcher *watcher = cursor.value;

		if (!watcher->is_behind)
			tell(s, watcher, list, count);
	}
	mem_free(&list);
}

void watch_tick(struct site *s, struct map *rooms)
{
	if (s->watch.has_begun)
		tell_begun(s, rooms);
	tell_others(s, rooms);
}
