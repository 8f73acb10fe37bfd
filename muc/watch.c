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

struct watcher {
	struct jid *client;  /* owned; full */
	struct jid *service; /* owned; our domain it asked */
	struct map *told;    /* owned; bare JIDs of rooms told of */
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
	return str_format("%s %s", domain, jid_text(client));
}

/* ---- beginning and ending ---- */

static void add(struct site *s, const char *key, const struct stanza *presence)
{
	struct watcher *watcher;
	struct cond full = cond_make(COND_RESOURCE_CONSTRAINT,
				     "Too many watch already.");

	if (map_get(s->watch.watchers, key))
		return;
	if (map_count(s->watch.watchers) >= s->watch.max) {
		site_refuse(s, presence, &full, NULL);
		return;
	}
	watcher = mem_new(struct watcher);
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

static bool is_news(const struct watcher *watcher, const struct room *r)
{
	return str_equal(jid_domain(r->jid), jid_domain(watcher->service)) &&
	       affiliation_list_get(&r->affiliations, watcher->client) >=
		       AFFILIATION_MEMBER &&
	       !map_get(watcher->told, jid_text(r->jid)) &&
	       !roster_find_session(&r->roster, watcher->client);
}

static void tell(struct site *s, struct watcher *watcher,
		 struct room *const *rooms, size_t count)
{
	static char there;
	struct elem *e = NULL, *rai = NULL;
	char id[RAND_ID_SIZE];

	for (size_t i = 0; i < count; i++) {
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
	}
	site_answer(s, e, watcher->client, jid_domain(watcher->service));
}

void watch_tell(struct site *s, struct room *const *rooms, size_t count)
{
	struct map_cursor cursor;

	if (!count)
		return;
	map_begin(s->watch.watchers, &cursor);
	while (map_next(&cursor))
		tell(s, cursor.value, rooms, count);
}
