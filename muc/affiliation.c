/* SPDX-License-Identifier: MIT */
#include "muc/affiliation.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

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
	mem_free(&entry);
}

void affiliation_list_init(struct affiliation_list *l)
{
	l->entries = NULL;
}

void affiliation_list_fini(struct affiliation_list *l)
{
	if (l->entries)
		map_free(&l->entries, entry_free);
}

void affiliation_list_set(struct affiliation_list *l, const char *key,
			  enum affiliation a, const char *nick,
			  const char *reason)
{
	struct affiliation_entry *entry;

	if (!l->entries)
		l->entries = map_new();
	if (a == AFFILIATION_NONE) {
		entry_free(map_steal(l->entries, key));
		return;
	}
	entry = mem_new(struct affiliation_entry);
	entry->affiliation = a;
	entry->nick = str_dup(nick);
	entry->reason = str_dup(reason);
	entry_free(map_put(l->entries, key, entry));
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
