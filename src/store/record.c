/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The strings of a record: where they are, and which of them must be there. */
struct strings {
	char **at[13];
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
		.at = { &a->jid, &a->affiliation, &a->nick, &a->reason,
			&a->details },
		.count = 5,
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
			&m->body, &m->hats, &m->sender, &m->room },
		.count = 8,
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
		.needed = 1,
	};
}

static struct strings strings_of_presence(struct record_presence *p)
{
	return (struct strings){
		.at = { &p->nick, &p->other, &p->occupant_id, &p->reason },
		.count = 4,
		.needed = 1,
	};
}

static struct strings strings_of_hat(struct record_hat *h)
{
	return (struct strings){
		.at = { &h->jid, &h->uri, &h->title, &h->by },
		.count = 4,
		.needed = 2,
	};
}

static struct strings strings_of_audit(struct record_audit *a)
{
	return (struct strings){
		.at = { &a->by, &a->act, &a->target, &a->reason, &a->detail },
		.count = 5,
		.needed = 2,
	};
}

static struct strings strings_of_group(struct record_group *g, bool is_gone)
{
	return (struct strings){
		.at = { &g->key, &g->acronym, &g->name, &g->type, &g->state,
			&g->area, &g->list_email, &g->list_subscribe,
			&g->list_archive, &g->charter, &g->successor,
			&g->chairs, &g->description },
		.count = 13,
		.needed = is_gone ? 1 : 3,
	};
}

static struct strings strings_of_meeting(struct record_meeting *m)
{
	return (struct strings){
		.at = { &m->name, &m->title, &m->uid, &m->agenda, &m->by,
			&m->subject },
		.count = 6,
		.needed = 1,
	};
}

static struct strings strings_of_note(struct record_note *n)
{
	return (struct strings){
		.at = { &n->meeting, &n->line, &n->jid, &n->nick, &n->person,
			&n->text, &n->other_text },
		.count = 7,
		.needed = 1,
	};
}

#define NOTE_TEXT(name, text) text,
static const char *const note_texts[] = { RECORD_NOTE_TABLE(NOTE_TEXT) };

const char *record_note_text(enum record_note_kind kind)
{
	return note_texts[kind];
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
	case RECORD_PRESENCE:
		return strings_of_presence(&r->as_presence);
	case RECORD_GAP:
		return (struct strings){ .at = { &r->as_gap.domain },
					 .count = 1 };
	case RECORD_HAT:
		return strings_of_hat(&r->as_hat);
	case RECORD_AUDIT:
		return strings_of_audit(&r->as_audit);
	case RECORD_NEWS:
		return (struct strings){ .at = { &r->as_news.text,
						 &r->as_news.link },
					 .count = 2,
					 .needed = 1 };
	case RECORD_GROUP:
	case RECORD_GROUP_GONE:
		return strings_of_group(&r->as_group,
					r->kind == RECORD_GROUP_GONE);
	case RECORD_MEETING:
		return strings_of_meeting(&r->as_meeting);
	case RECORD_NOTE:
		return strings_of_note(&r->as_note);
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

static size_t size_of_string(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

/* A string on its way into a packed record. */
struct packing {
	const char *from; /* or NULL */
	char **to;
	size_t size;
};

static void pack(struct record *r, const struct packing *strings, size_t count)
{
	char *at = (char *)(r + 1);

	for (size_t i = 0; i < count; i++) {
		if (!strings[i].from)
			continue;
		*strings[i].to = memcpy(at, strings[i].from, strings[i].size);
		at += strings[i].size;
	}
}

struct record *record_line_new(const char *room, int64_t at,
			       const struct record_line *line)
{
	struct record head = { .kind = RECORD_MESSAGE, .at = at };
	struct record_message *m = &head.as_message;
	struct packing strings[] = {
		{ .from = room, .to = &head.room },
		{ .from = line->stanza, .to = &m->stanza },
		{ .from = line->jid, .to = &m->jid },
		{ .from = line->nick, .to = &m->nick },
		{ .from = line->occupant_id, .to = &m->occupant_id },
		{ .from = line->body, .to = &m->body },
		{ .from = line->hats, .to = &m->hats },
		{ .from = line->sender, .to = &m->sender },
	};
	size_t size = sizeof(head);
	struct record *r;

	for (size_t i = 0; i < array_len(strings); i++) {
		strings[i].size = size_of_string(strings[i].from);
		size += strings[i].size;
	}
	r = mem_alloc(size);
	pack(r, strings, array_len(strings));
	head.is_packed = true;
	*r = head;
	list_init(&r->node);
	return r;
}

void record_free(struct record **r)
{
	if (!*r)
		return;
	list_remove(&(*r)->node);
	if (!(*r)->is_packed) {
		free_strings(strings_of(*r));
		mem_free(&(*r)->room);
	}
	mem_free(r);
}

void record_message_fini(struct record_message *m)
{
	free_strings(strings_of_message(m));
}

/* Some are about a room or about all; the others belong to one, or to none. */
static bool is_in_place(const struct record *r)
{
	switch (r->kind) {
	case RECORD_AUDIT:
	case RECORD_GAP:
		return true;
	case RECORD_HEARTBEAT:
	case RECORD_PROOF:
	case RECORD_NEWS:
	case RECORD_GROUP_GONE:
		return !r->room;
	default:
		return r->room != NULL;
	}
}

bool record_is_whole(const struct record *r)
{
	/* strings_of() gives writable pointers; nothing is written here */
	struct strings strings = strings_of((struct record *)r);

	if (!is_in_place(r))
		return false;
	if (r->kind == RECORD_MESSAGE && r->as_message.id[0] == '\0')
		return false;
	if (r->kind == RECORD_RETRACTION && r->as_retraction.id[0] == '\0')
		return false;
	if (r->kind == RECORD_NEWS && r->as_news.id[0] == '\0')
		return false;
	if (r->kind == RECORD_NOTE && r->as_note.id[0] == '\0')
		return false;
	for (size_t i = 0; i < strings.needed; i++) {
		if (!*strings.at[i])
			return false;
	}
	return true;
}

size_t record_size(const struct record *r)
{
	struct strings strings = strings_of((struct record *)r);
	size_t size = sizeof(*r) + size_of_string(r->room);

	for (size_t i = 0; i < strings.count; i++)
		size += size_of_string(*strings.at[i]);
	return size;
}
