/* SPDX-License-Identifier: MIT */
#include "xmpp/stanza.h"

#include <stdatomic.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/passing.h"

static const char *const kind_names[] = { "message", "presence", "iq" };

static bool find_kind(const struct elem *e, enum stanza_kind *kind_out)
{
	size_t i;

	for (i = 0; i < array_len(kind_names); i++) {
		if (!elem_is(e, kind_names[i], NS_SERVER))
			continue;
		*kind_out = (enum stanza_kind)i;
		return true;
	}
	return false;
}

/* What a type attribute means on each kind. */
struct type_name {
	enum stanza_kind kind;
	const char *text; /* NULL = without the attribute */
	enum stanza_type type;
};

static const struct type_name type_names[] = {
	{ STANZA_MESSAGE, "groupchat", STANZA_GROUPCHAT },
	{ STANZA_MESSAGE, "chat", STANZA_CHAT },
	{ STANZA_MESSAGE, "headline", STANZA_HEADLINE },
	{ STANZA_MESSAGE, "error", STANZA_ERROR },
	{ STANZA_PRESENCE, NULL, STANZA_AVAILABLE },
	{ STANZA_PRESENCE, "unavailable", STANZA_UNAVAILABLE },
	{ STANZA_PRESENCE, "probe", STANZA_PROBE },
	{ STANZA_PRESENCE, "subscribe", STANZA_SUBSCRIPTION },
	{ STANZA_PRESENCE, "subscribed", STANZA_SUBSCRIPTION },
	{ STANZA_PRESENCE, "unsubscribe", STANZA_SUBSCRIPTION },
	{ STANZA_PRESENCE, "unsubscribed", STANZA_SUBSCRIPTION },
	{ STANZA_PRESENCE, "error", STANZA_ERROR },
	{ STANZA_IQ, "get", STANZA_GET },
	{ STANZA_IQ, "set", STANZA_SET },
	{ STANZA_IQ, "result", STANZA_RESULT },
	{ STANZA_IQ, "error", STANZA_ERROR },
};

static enum stanza_type find_type(enum stanza_kind kind, const char *text)
{
	size_t i;

	for (i = 0; i < array_len(type_names); i++)
		if (type_names[i].kind == kind &&
		    str_equal(type_names[i].text, text))
			return type_names[i].type;
	/* RFC 6121 5.2.2: an unknown type of message is "normal" */
	return kind == STANZA_MESSAGE ? STANZA_NORMAL : STANZA_UNKNOWN;
}

/* NULL where the attribute may be left out. */
static const char *type_text(enum stanza_kind kind, enum stanza_type type)
{
	size_t i;

	for (i = 0; i < array_len(type_names); i++)
		if (type_names[i].kind == kind && type_names[i].type == type)
			return type_names[i].text;
	return NULL;
}

/* ---- taking in ---- */

/* Reads an address and writes it back in normal form. */
static enum stanza_fault take_address(struct elem *e, const char *name,
				      struct jid **jid_out)
{
	const char *text = elem_attr(e, name);

	if (!text)
		return STANZA_NO_ADDRESS;
	*jid_out = jid_parse(text);
	if (!*jid_out)
		return STANZA_BAD_ADDRESS;
	if (strcmp(text, jid_text(*jid_out)))
		elem_set_attr(e, name, jid_text(*jid_out));
	return STANZA_OK;
}

static enum stanza_fault fill(struct stanza *s)
{
	enum stanza_fault from, to;

	if (!find_kind(s->elem, &s->kind))
		return STANZA_NOT_ONE;
	s->type = find_type(s->kind, elem_attr(s->elem, "type"));
	from = take_address(s->elem, "from", &s->from);
	to = take_address(s->elem, "to", &s->to);
	/* who has one that is bad may rely on the other being there */
	if (from == STANZA_NO_ADDRESS || to == STANZA_NO_ADDRESS)
		return STANZA_NO_ADDRESS;
	return from ? from : to;
}

enum stanza_fault stanza_try(struct elem *elem, struct stanza **stanza_out)
{
	struct stanza *s = mem_new(struct stanza);
	enum stanza_fault fault;

	s->elem = elem;
	fault = fill(s);
	if (fault != STANZA_OK) {
		s->elem = NULL;
		stanza_free(&s);
	}
	*stanza_out = s;
	return fault;
}

enum stanza_fault stanza_give(struct elem *owned, struct stanza **stanza_out)
{
	enum stanza_fault fault = stanza_try(owned, stanza_out);

	if (fault != STANZA_OK)
		elem_free(&owned);
	return fault;
}

void stanza_free(struct stanza **s)
{
	if (!*s)
		return;
	elem_free(&(*s)->elem);
	jid_free(&(*s)->from);
	jid_free(&(*s)->to);
	mem_free(s);
}

struct stanza *stanza_copy(const struct stanza *s)
{
	struct stanza *copy = mem_dup(s, sizeof(*s));

	copy->elem = elem_copy(s->elem);
	copy->from = jid_copy(s->from);
	copy->to = jid_copy(s->to);
	return copy;
}

/* ---- looking ---- */

const char *stanza_id(const struct stanza *s)
{
	return elem_attr(s->elem, "id");
}

const char *stanza_lang(const struct stanza *s)
{
	return elem_attr(s->elem, "xml:lang");
}

bool stanza_is_request(const struct stanza *s)
{
	return s->kind == STANZA_IQ &&
	       (s->type == STANZA_GET || s->type == STANZA_SET);
}

struct elem *stanza_payload(const struct stanza *s)
{
	struct elem *e = elem_child(s->elem, NULL, NULL);

	while (e && elem_is(e, "error", NS_SERVER))
		e = elem_next(e, NULL, NULL);
	return e;
}

/* ---- making ---- */

struct elem *stanza_elem_new(enum stanza_kind kind, const char *type,
			     const struct jid *from, const char *id)
{
	struct elem *e = elem_new(kind_names[kind], NS_SERVER);

	if (from)
		elem_set_attr(e, "from", jid_text(from));
	elem_set_attr(e, "id", id);
	elem_set_attr(e, "type", type);
	return e;
}

static struct elem *reply_new(const struct stanza *s, const char *type)
{
	struct elem *e = stanza_elem_new(s->kind, type, s->to, stanza_id(s));

	elem_set_attr(e, "to", jid_text(s->from));
	return e;
}

struct elem *stanza_result_new(const struct stanza *s)
{
	return reply_new(s, "result");
}

struct elem *stanza_error_new(const struct stanza *s, const struct cond *cond,
			      const struct jid *by)
{
	struct elem *e;

	if (s->type == STANZA_ERROR || s->type == STANZA_RESULT)
		return NULL;
	e = reply_new(s, "error");
	cond_add(e, cond, by ? jid_text(by) : NULL, NULL);
	return e;
}

/* ---- frozen ---- */

struct frozen {
	atomic_int refs;
	enum stanza_kind kind;
	enum stanza_type type;
	enum passing passing;
	uint64_t sender;  /* hash of from, of what may be outdone */
	size_t head_len;  /* bytes in data before the place of "to" */
	size_t tail_len;  /* and behind it */
	const char *from; /* in data, or NULL */
	const char *id;   /* in data, or NULL */
	struct frozen **parts; /* owned, each a reference; NULL: it is one */
	size_t part_count;     /* of them, or 1 */
	size_t parts_len;      /* bytes of all, but for "to" */
	char data[];
};

#define HOLE " to=''"

/* Bytes that are seldom exceeded; what malloc() has at hand. */
#define USUAL_SIZE 1000

static size_t str_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static const char *put_str(char **at, const char *s)
{
	size_t size = str_size(s);
	char *copy = *at;

	if (!s)
		return NULL;
	memcpy(copy, s, size);
	*at += size;
	return copy;
}

static uint64_t hash_of(const char *from)
{
	return from ? map_hash(from, strlen(from)) : 0;
}

/* text: all of it, with the place of "to" behind head_len bytes. */
static struct frozen *frozen_make(const struct elem *e, const struct buf *text,
				  size_t head_len)
{
	const char *from = elem_attr(e, "from"), *id = elem_attr(e, "id");
	struct frozen *f = mem_alloc(sizeof(*f) + text->len + 1 +
				     str_size(from) + str_size(id));
	char *at = f->data + text->len;

	atomic_init(&f->refs, 1);
	require(find_kind(e, &f->kind));
	f->type = find_type(f->kind, elem_attr(e, "type"));
	f->passing = passing_of(e, f->kind, f->type);
	f->sender = f->passing != PASSING_NOT ? hash_of(from) : 0;
	f->head_len = head_len;
	f->tail_len = text->len - head_len;
	memcpy(f->data, buf_data(text), text->len);
	*at++ = '\0';
	f->from = put_str(&at, from);
	f->id = put_str(&at, id);
	f->parts = NULL;
	f->part_count = 1;
	f->parts_len = 0;
	return f;
}

struct frozen *frozen_new_around(const struct elem *e,
				 const struct write_inset *inset)
{
	struct buf text;
	struct frozen *f;
	size_t head_len;

	buf_init(&text);
	(void)buf_reserve(&text, USUAL_SIZE);
	head_len = write_elem_around(&text, e, NS_SERVER, "to", inset);
	f = frozen_make(e, &text, head_len);
	buf_fini(&text);
	return f;
}

struct frozen *frozen_new(const struct elem *e)
{
	return frozen_new_around(e, NULL);
}

struct frozen *frozen_ref(struct frozen *f)
{
	atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
	return f;
}

static void free_frozen(struct frozen *f)
{
	for (size_t i = 0; f->parts && i < f->part_count; i++)
		frozen_unref(&f->parts[i]);
	mem_free(&f->parts);
	free(f);
}

void frozen_unref(struct frozen **f)
{
	if (*f && atomic_fetch_sub_explicit(&(*f)->refs, 1,
					    memory_order_acq_rel) == 1)
		free_frozen(*f);
	*f = NULL;
}

struct frozen *frozen_bundle_new(enum stanza_kind kind)
{
	struct frozen *f = mem_new(struct frozen);

	atomic_init(&f->refs, 1);
	f->kind = kind;
	f->type = STANZA_UNKNOWN;
	f->passing = PASSING_NOT;
	f->parts = mem_zero(1, sizeof(struct frozen *));
	return f;
}

/* Twice the room whenever a power of two is full. */
void frozen_bundle_add(struct frozen *bundle, struct frozen *part)
{
	size_t n = bundle->part_count;

	require(bundle->parts && part->kind == bundle->kind && !part->parts);
	if (n > 0 && (n & (n - 1)) == 0)
		bundle->parts = mem_realloc(bundle->parts,
					    2 * n * sizeof(struct frozen *));
	bundle->parts[bundle->part_count++] = frozen_ref(part);
	bundle->parts_len += frozen_size(part, 0);
}

size_t frozen_count(const struct frozen *f)
{
	return f->part_count;
}

struct frozen *frozen_part(struct frozen *f, size_t i)
{
	require(i < f->part_count);
	return f->parts ? f->parts[i] : f;
}

enum stanza_kind frozen_kind(const struct frozen *f)
{
	return f->kind;
}

enum stanza_type frozen_type(const struct frozen *f)
{
	return f->type;
}

const char *frozen_from(const struct frozen *f)
{
	return f->from;
}

const char *frozen_id(const struct frozen *f)
{
	return f->id;
}

uint64_t frozen_sender(const struct frozen *f)
{
	return f->passing != PASSING_NOT ? f->sender : hash_of(f->from);
}

bool frozen_is_passing(const struct frozen *f)
{
	return f->passing != PASSING_NOT;
}

bool frozen_is_outdone(const struct frozen *older, const struct frozen *newer)
{
	if (older->passing == PASSING_NOT ||
	    older->kind != newer->kind || !str_equal(older->from, newer->from))
		return false;
	if (older->passing == PASSING_PRESENCE)
		return newer->type == STANZA_AVAILABLE ||
		       newer->type == STANZA_UNAVAILABLE;
	return newer->type == older->type;
}

size_t frozen_size(const struct frozen *f, size_t to_len)
{
	if (f->parts)
		return f->parts_len + f->part_count * to_len;
	return f->head_len + strlen(HOLE) + to_len + f->tail_len;
}

void frozen_write(const struct frozen *f, struct buf *out, const char *to,
		  size_t to_len)
{
	for (size_t i = 0; f->parts && i < f->part_count; i++)
		frozen_write(f->parts[i], out, to, to_len);
	if (f->parts)
		return;
	write_addressed(out, f->data, f->head_len, f->tail_len, to, to_len);
}

const char *frozen_str(const struct frozen *f)
{
	require(!f->parts);
	return f->data;
}

struct elem *frozen_thaw(const struct frozen *f)
{
	struct elem *e;

	require(!f->parts);
	e = parser_read(f->data, f->head_len + f->tail_len, NS_SERVER);
	if (e)
		return e;
	/* One of ours that is beyond a peer's bounds: a bounce needs no more
	 * of it than this. */
	e = elem_new(kind_names[f->kind], NS_SERVER);
	elem_set_attr(e, "from", f->from);
	elem_set_attr(e, "id", f->id);
	elem_set_attr(e, "type", type_text(f->kind, f->type));
	return e;
}
