/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The strings of a record: where they are, and which of them must be there. */
struct strings {
	char **at[6];
	size_t count;
	size_t needed; /* the first so many */
};

static struct strings strings_of_room(struct record_room *r)
{
	return (struct strings){
		.at = { &r->config, &r->subject, &r->subject_nick },
		.count = 3,
		.needed = 1,
	};
}

static struct strings strings_of_affiliation(struct record_affiliation *a)
{
	return (struct strings){
		.at = { &a->jid, &a->affiliation, &a->nick, &a->reason },
		.count = 4,
		.needed = 2,
	};
}

static struct strings strings_of_session(struct record_session *s, bool is_gone)
{
	return (struct strings){
		.at = { &s->jid, &s->nick, &s->role, &s->presence },
		.count = 4,
		.needed = is_gone ? 1 : 3,
	};
}

static struct strings strings_of_message(struct record_message *m)
{
	return (struct strings){
		.at = { &m->stanza, &m->jid, &m->nick, &m->occupant_id,
			&m->body },
		.count = 5,
		.needed = 1,
	};
}

static struct strings strings_of_retraction(struct record_retraction *r)
{
	return (struct strings){
		.at = { &r->stanza, &r->by, &r->reason },
		.count = 3,
		.needed = 2,
	};
}

static struct strings strings_of_proof(struct record_proof *p)
{
	return (struct strings){
		.at = { &p->domain, &p->proof },
		.count = 2,
		.needed = 2,
	};
}

static struct strings strings_of(struct record *r)
{
	switch (r->kind) {
	case RECORD_ROOM:
		return strings_of_room(&r->as_room);
	case RECORD_AFFILIATION:
		return strings_of_affiliation(&r->as_affiliation);
	case RECORD_SESSION:
	case RECORD_SESSION_GONE:
		return strings_of_session(&r->as_session,
					  r->kind == RECORD_SESSION_GONE);
	case RECORD_MESSAGE:
		return strings_of_message(&r->as_message);
	case RECORD_RETRACTION:
		return strings_of_retraction(&r->as_retraction);
	case RECORD_PROOF:
		return strings_of_proof(&r->as_proof);
	case RECORD_ROOM_GONE:
	case RECORD_HEARTBEAT:
		break;
	}
	return (struct strings){ .count = 0 };
}

static void free_strings(struct strings strings)
{
	for (size_t i = 0; i < strings.count; i++)
		mem_free(strings.at[i]);
}

struct record *record_new(enum record_kind kind, const char *room, int64_t at)
{
	struct record *r = mem_new(struct record);

	list_init(&r->node);
	r->kind = kind;
	r->room = str_dup(room);
	r->at = at;
	return r;
}

void record_free(struct record **r)
{
	if (!*r)
		return;
	list_remove(&(*r)->node);
	free_strings(strings_of(*r));
	mem_free(&(*r)->room);
	mem_free(r);
}

void record_message_fini(struct record_message *m)
{
	free_strings(strings_of_message(m));
}

static bool is_of_room(enum record_kind kind)
{
	return kind != RECORD_HEARTBEAT && kind != RECORD_PROOF;
}

bool record_is_whole(const struct record *r)
{
	/* strings_of() gives writable pointers; nothing is written here */
	struct strings strings = strings_of((struct record *)r);

	if (is_of_room(r->kind) != (r->room != NULL))
		return false;
	if (r->kind == RECORD_MESSAGE && r->as_message.id[0] == '\0')
		return false;
	if (r->kind == RECORD_RETRACTION && r->as_retraction.id[0] == '\0')
		return false;
	for (size_t i = 0; i < strings.needed; i++) {
		if (!*strings.at[i])
			return false;
	}
	return true;
}

static size_t size_of_string(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

size_t record_size(const struct record *r)
{
	struct strings strings = strings_of((struct record *)r);
	size_t size = sizeof(*r) + size_of_string(r->room);

	for (size_t i = 0; i < strings.count; i++)
		size += size_of_string(*strings.at[i]);
	return size;
}
