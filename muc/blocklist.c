/* SPDX-License-Identifier: MIT */
#include "muc/blocklist.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

#define MAX_ID 3071 /* bytes of an address */
#define HOUR   3600 /* s */

static const char *const action_texts[] = {
	[BLOCKLIST_NONE] = "none",       [BLOCKLIST_LOG] = "log",
	[BLOCKLIST_VISITOR] = "visitor", [BLOCKLIST_KICK] = "kick",
	[BLOCKLIST_BAN] = "ban",
};

/* Entries are a set. */
static char there;

void blocklist_settings_init(struct blocklist_settings *s)
{
	*s = (struct blocklist_settings){
		.node = "muc_bans_sha256",
		.action = BLOCKLIST_KICK,
		.max_entries = 100000,
		.max_removals = 20,
	};
}

bool blocklist_action_parse(const char *text, enum blocklist_action *out)
{
	for (size_t i = BLOCKLIST_LOG; i < array_len(action_texts); i++) {
		if (!str_equal(text, action_texts[i]))
			continue;
		*out = (enum blocklist_action)i;
		return true;
	}
	return false;
}

const char *blocklist_action_text(enum blocklist_action a)
{
	return action_texts[a];
}

static void init(struct blocklist *b, const struct blocklist_settings *s,
		 int64_t now)
{
	b->service = str_dup(s->service);
	b->node = str_dup(s->node);
	b->name = str_format("%s/%s", s->service, s->node);
	b->action = s->action;
	b->max_entries = s->max_entries;
	throttle_init(&b->removals, (double)s->max_removals / HOUR,
		      (double)s->max_removals, now);
	b->entries = map_new();
}

void blocklists_init(struct blocklists *l,
		     const struct blocklist_settings *settings, size_t count,
		     int64_t now)
{
	*l = (struct blocklists){ .count = count };
	if (count)
		l->items = mem_alloc(count * sizeof(*l->items));
	for (size_t i = 0; i < count; i++) {
		l->items[i] = (struct blocklist){ .state = BLOCKLIST_IDLE };
		init(&l->items[i], &settings[i], now);
	}
}

void blocklists_fini(struct blocklists *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct blocklist *b = &l->items[i];

		map_free(&b->entries, NULL);
		map_free(&b->fresh, NULL);
		mem_free(&b->service);
		mem_free(&b->node);
		mem_free(&b->name);
		mem_free(&b->trouble);
	}
	mem_free(&l->items);
}

/* ---- looking up ---- */

static char *make_digest(const char *text)
{
	unsigned char digest[DIGEST_SHA256_SIZE];

	digest_sha256(text, strlen(text), digest);
	return hex_encode(digest, sizeof(digest));
}

struct blocklist *blocklists_find(const struct blocklists *l,
				  const struct jid *jid)
{
	struct blocklist *found = NULL;
	char *person, *domain;

	if (!l->count)
		return NULL;
	person = make_digest(jid_bare(jid));
	domain = make_digest(jid_domain(jid));
	for (size_t i = 0; i < l->count; i++) {
		struct blocklist *b = &l->items[i];

		if (found && found->action >= b->action)
			continue;
		if (map_get(b->entries, person) ||
		    map_get(b->entries, domain) ||
		    map_get(b->entries, jid_bare(jid)) ||
		    map_get(b->entries, jid_domain(jid)))
			found = b;
	}
	mem_free(&person);
	mem_free(&domain);
	return found;
}

/* ---- entries ---- */

static bool is_digest(const char *id)
{
	return strlen(id) == 2 * DIGEST_SHA256_SIZE &&
	       !id[strspn(id, "0123456789abcdefABCDEF")];
}

/* A digest in lower case, or an address in normal form; owned, or NULL. */
static char *normal(const char *id)
{
	struct jid *jid;
	char *text;

	if (!*id || strlen(id) > MAX_ID)
		return NULL;
	if (is_digest(id)) {
		text = str_dup(id);
		for (char *c = text; *c; c++)
			if (*c >= 'A' && *c <= 'F')
				*c = (char)(*c - 'A' + 'a');
		return text;
	}
	jid = jid_parse(id);
	text = jid && jid_is_bare(jid) ? str_dup(jid_text(jid)) : NULL;
	jid_free(&jid);
	return text;
}

static bool add(struct map *entries, char *key, size_t max)
{
	if (map_get(entries, key))
		return true;
	if (map_count(entries) >= max)
		return false;
	map_add(entries, key, &there);
	return true;
}

bool blocklist_add(struct blocklist *b, const char *id)
{
	char *key = normal(id);
	bool is_in = key != NULL;

	if (key && b->fresh)
		is_in = add(b->fresh, key, b->max_entries);
	else if (key)
		is_in = add(b->entries, key, b->max_entries);
	if (key && !is_in)
		b->is_cut = true;
	mem_free(&key);
	return is_in;
}

void blocklist_remove(struct blocklist *b, const char *id)
{
	char *key = normal(id);

	if (key) {
		map_steal(b->entries, key);
		if (b->fresh)
			map_steal(b->fresh, key);
	}
	mem_free(&key);
}

void blocklist_begin(struct blocklist *b)
{
	map_free(&b->fresh, NULL);
	b->fresh = map_new();
	b->is_cut = false;
}

bool blocklist_end(struct blocklist *b)
{
	struct map_cursor cursor;
	bool is_new = false;

	map_begin(b->fresh, &cursor);
	while (!is_new && map_next(&cursor))
		is_new = !map_get(b->entries, cursor.key);
	map_free(&b->entries, NULL);
	b->entries = b->fresh;
	b->fresh = NULL;
	return is_new;
}
