/* SPDX-License-Identifier: MIT */
#include "muc/affiliation.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/nickname.h"

#define AFFILIATION_TEXT(name, text) text,
static const char *const texts[] = { AFFILIATION_TABLE(AFFILIATION_TEXT) };

const char *affiliation_text(enum affiliation a)
{
	require(a < AFFILIATION_COUNT);
	return texts[a];
}

bool affiliation_parse(const char *text, enum affiliation *a_out)
{
	for (size_t i = 0; i < array_len(texts); i++) {
		if (str_equal(text, texts[i])) {
			*a_out = (enum affiliation)i;
			return true;
		}
	}
	return false;
}

enum role affiliation_role(enum affiliation a, bool is_moderated)
{
	switch (a) {
	case AFFILIATION_OWNER:
	case AFFILIATION_ADMIN:
		return ROLE_MODERATOR;
	case AFFILIATION_MEMBER:
		return ROLE_PARTICIPANT;
	case AFFILIATION_NONE:
		return is_moderated ? ROLE_VISITOR : ROLE_PARTICIPANT;
	case AFFILIATION_OUTCAST:
	case AFFILIATION_COUNT:
		break;
	}
	return ROLE_NONE;
}

static void entry_free(void *value)
{
	struct affiliation_entry *entry = value;

	if (!entry)
		return;
	mem_free(&entry->nick);
	mem_free(&entry->reason);
	mem_free(&entry->details);
	mem_free(&entry);
}

void affiliation_list_init(struct affiliation_list *l)
{
	*l = (struct affiliation_list){ 0 };
}

void affiliation_list_fini(struct affiliation_list *l)
{
	if (l->entries)
		map_free(&l->entries, entry_free);
	if (l->nicks)
		map_free(&l->nicks, free);
}

/* The key of a nick; false when it is none. */
static bool make_key(struct nickname *n, const char *nick)
{
	return nick && nickname_make(n, nick);
}

/* Handed out, or NULL. */
static struct affiliation_entry *take_entry(struct affiliation_list *l,
					    const char *key)
{
	struct affiliation_entry *entry = map_steal(l->entries, key);
	struct nickname n;

	if (entry && make_key(&n, entry->nick)) {
		free(map_steal(l->nicks, n.key));
		nickname_fini(&n);
	}
	return entry;
}

static void reserve(struct affiliation_list *l, const char *key,
		    struct affiliation_entry *entry, const char *nick)
{
	struct nickname n;

	if (!make_key(&n, nick))
		return;
	if (!map_get(l->nicks, n.key)) {
		entry->nick = str_dup(n.text);
		map_add(l->nicks, n.key, str_dup(key));
	}
	nickname_fini(&n);
}

void affiliation_list_set(struct affiliation_list *l, const char *key,
			  enum affiliation a, const char *nick,
			  const char *reason)
{
	struct affiliation_entry *entry, *old;
	char *own_nick = str_dup(nick), *own_reason = str_dup(reason);

	if (!l->entries) {
		l->entries = map_new();
		l->nicks = map_new();
	}
	old = take_entry(l, key);
	entry = mem_new(struct affiliation_entry);
	entry->affiliation = a;
	if (old) {
		entry->left = old->left;
		entry->details = old->details;
		old->details = NULL;
		entry_free(old);
	}
	entry->reason = str_dup(own_reason);
	reserve(l, key, entry, own_nick);
	if (a != AFFILIATION_NONE || entry->nick)
		map_add(l->entries, key, entry);
	else
		entry_free(entry);
	mem_free(&own_nick);
	mem_free(&own_reason);
}

void affiliation_list_describe(struct affiliation_list *l, const char *key,
			       const char *details)
{
	struct affiliation_entry *entry = l->entries ? map_get(l->entries, key)
						     : NULL;

	if (entry)
		str_set(&entry->details, details);
}

bool affiliation_entry_tells(const struct affiliation_entry *e, const char *key)
{
	size_t len = strlen(key);
	const char *at = e->details;

	while (at && *at) {
		if (!strncmp(at, key, len) && at[len] == '\t')
			return true;
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return false;
}

void affiliation_list_note_left(struct affiliation_list *l, const char *key,
				int64_t now)
{
	struct affiliation_entry *entry = l->entries ? map_get(l->entries, key)
						     : NULL;

	if (entry)
		entry->left = now;
}

const struct affiliation_entry *
affiliation_list_find(const struct affiliation_list *l, const char *key)
{
	return l->entries ? map_get(l->entries, key) : NULL;
}

enum affiliation affiliation_list_get(const struct affiliation_list *l,
				      const struct jid *jid)
{
	const struct affiliation_entry *entry;

	entry = affiliation_list_find(l, jid_bare(jid));
	if (entry)
		return entry->affiliation;
	entry = affiliation_list_find(l, jid_domain(jid));
	if (entry && entry->affiliation == AFFILIATION_OUTCAST)
		return AFFILIATION_OUTCAST;
	return AFFILIATION_NONE;
}

bool affiliation_list_knows(const struct affiliation_list *l,
			    const struct jid *jid)
{
	const struct affiliation_entry *entry;

	entry = affiliation_list_find(l, jid_bare(jid));
	return entry && entry->affiliation > AFFILIATION_OUTCAST;
}

const char *affiliation_list_find_nick(const struct affiliation_list *l,
				       const char *nick_key)
{
	return l->nicks ? map_get(l->nicks, nick_key) : NULL;
}

bool affiliation_list_leaves(const struct affiliation_list *l,
			     const char *nick_key, const struct jid *jid)
{
	const char *key = affiliation_list_find_nick(l, nick_key);

	return !key || str_equal(key, jid_bare(jid));
}

size_t affiliation_list_count(const struct affiliation_list *l)
{
	return l->entries ? map_count(l->entries) : 0;
}

size_t affiliation_list_count_of(const struct affiliation_list *l,
				 enum affiliation a)
{
	struct map_cursor cursor;
	size_t count = 0;

	if (!l->entries)
		return 0;
	map_begin(l->entries, &cursor);
	while (map_next(&cursor))
		count += ((const struct affiliation_entry *)cursor.value)
				 ->affiliation == a;
	return count;
}
