/* SPDX-License-Identifier: MIT */
#include "web/line.h"

#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/datetime.h"
#include "xmpp/ns.h"

#define COLOURS 12
#define ALL_EMOJI_MAX 512 /* bytes of one person's reactions to a line */
#define ME "/me "

/* Bytes of the first count characters of text, or of all. */
static size_t bytes_of(const char *text, size_t count)
{
	size_t len = strlen(text), at = 0;
	uint32_t code;

	while (count-- > 0 && at < len) {
		size_t n = str_utf8_next(text + at, len - at, &code);

		at += n ? n : 1;
	}
	return at;
}

static bool read_position(const struct elem *e, const char *name, size_t *out)
{
	const char *text = elem_attr(e, name);
	int64_t value;

	if (!text || str_to_int64(text, 0, 1 << 20, &value))
		return false;
	*out = (size_t)value;
	return true;
}

/* Takes the piece out that an element of XEP-0428 names. */
static void cut_piece(char **text, const struct elem *piece)
{
	size_t start, end, from, until;

	if (!piece) {
		str_set(text, "");
		return;
	}
	if (!read_position(piece, "start", &start) ||
	    !read_position(piece, "end", &end)) {
		str_set(text, "");
		return;
	}
	if (start >= end)
		return;
	from = bytes_of(*text, start);
	until = bytes_of(*text, end);
	memmove(*text + from, *text + until, strlen(*text + until) + 1);
}

/* XEP-0428: what is there only for those who do not know for. */
static void cut_fallback(char **text, const struct elem *e, const char *purpose)
{
	const struct elem *child;

	for (child = elem_child(e, "fallback", NS_FALLBACK); child;
	     child = elem_next(child, "fallback", NS_FALLBACK)) {
		if (!str_equal(elem_attr(child, "for"), purpose))
			continue;
		cut_piece(text, elem_child(child, "body", NS_FALLBACK));
		return;
	}
}

static void read_reactions(struct line *l, const struct elem *reactions)
{
	const struct elem *child;
	struct buf all;

	buf_init(&all);
	for (child = elem_child(reactions, "reaction", NS_REACTIONS); child;
	     child = elem_next(child, "reaction", NS_REACTIONS)) {
		const char *emoji = elem_text(child);

		/* one sign, however many characters make it up */
		if (!*emoji || strpbrk(emoji, " \t\r\n") ||
		    all.len + strlen(emoji) >= ALL_EMOJI_MAX)
			continue;
		if (all.len > 0)
			buf_add_char(&all, ' ');
		buf_add_str(&all, emoji);
	}
	l->kind = LINE_REACTION;
	str_set(&l->about, elem_attr(reactions, "id"));
	mem_free(&l->text);
	l->text = buf_steal_str(&all);
}

static void read_tombstone(struct line *l, const struct elem *retracted)
{
	const struct elem *moderated =
		elem_child(retracted, "moderated", NS_MODERATED);
	const char *stamp = elem_attr(retracted, "stamp");

	l->kind = LINE_TOMBSTONE;
	l->is_moderated = moderated != NULL;
	str_set(&l->reason, elem_child_text(retracted, "reason", NS_RETRACT));
	if (stamp && datetime_parse(stamp, &l->gone_at))
		l->gone_at = 0;
}

static bool is_encrypted(const struct elem *e)
{
	return elem_child(e, "encrypted", NS_OMEMO) ||
	       elem_child(e, "encrypted", NS_OMEMO_2) ||
	       elem_child(e, "openpgp", NS_OPENPGP) ||
	       elem_child(e, "x", NS_LEGACY_OPENPGP);
}

static void read_reply(struct line *l, const struct elem *e)
{
	const struct elem *reply = elem_child(e, "reply", NS_REPLY);

	if (!reply || !elem_attr(reply, "id"))
		return;
	str_set(&l->reply_to, elem_attr(reply, "id"));
	cut_fallback(&l->text, e, NS_REPLY);
}

static void read_talk(struct line *l, const struct elem *e)
{
	const struct elem *replace = elem_child(e, "replace", NS_CORRECT);

	l->kind = LINE_TALK;
	read_reply(l, e);
	if (replace && elem_attr(replace, "id")) {
		l->kind = LINE_CORRECTION;
		str_set(&l->about, elem_attr(replace, "id"));
	} else if (str_has_prefix(l->text, ME)) {
		l->kind = LINE_ME;
		memmove(l->text, l->text + strlen(ME),
			strlen(l->text + strlen(ME)) + 1);
	}
}

static void read_stanza(struct line *l, const struct elem *e, bool is_subject)
{
	const char *body = elem_child_text(e, "body", NS_SERVER);
	const struct elem *part;

	str_set(&l->sent_id, elem_attr(e, "id"));
	str_set(&l->thread, elem_child_text(e, "thread", NS_SERVER));
	part = elem_child(e, "body", NS_SERVER);
	str_set(&l->lang, part ? elem_attr(part, "xml:lang") : NULL);
	if (!l->lang)
		str_set(&l->lang, elem_attr(e, "xml:lang"));
	if (body)
		str_set(&l->text, body);
	if ((part = elem_child(e, "retracted", NS_RETRACT))) {
		str_set(&l->text, "");
		read_tombstone(l, part);
	} else if (elem_child(e, "retract", NS_RETRACT)) {
		str_set(&l->text, "");
	} else if ((part = elem_child(e, "reactions", NS_REACTIONS))) {
		read_reactions(l, part);
	} else if (is_encrypted(e)) {
		l->kind = LINE_ENCRYPTED;
		str_set(&l->text, "");
	} else if (body) {
		read_talk(l, e);
	} else if (is_subject) {
		l->kind = LINE_SUBJECT;
		body = elem_child_text(e, "subject", NS_SERVER);
		str_set(&l->text, body ? body : "");
	}
}

/* Stanzas as one stream: a parser for each costs more than what it reads. */
struct line_reader {
	struct parser *parser; /* within the stream, between two stanzas; NULL:
				* none yet, or the last stanza broke it */
};

struct line_reader *line_reader_new(void)
{
	return mem_new(struct line_reader);
}

void line_reader_free(struct line_reader **r)
{
	if (!*r)
		return;
	parser_free(&(*r)->parser);
	mem_free(r);
}

/* What has been read, if it is of that kind; owned. */
static struct elem *take_event(struct parser *p, enum parse_kind kind)
{
	struct parse_event event = { .elem = NULL };

	if (!parser_next(p, &event))
		return NULL;
	mem_free(&event.default_ns);
	if (event.kind != kind)
		elem_free(&event.elem);
	return event.elem;
}

static void begin_stream(struct line_reader *r)
{
	struct parser_settings settings;
	struct elem *header;
	struct buf scope;

	parser_settings_init(&settings);
	r->parser = parser_new(&settings);
	buf_init(&scope);
	write_scope_open(&scope, NS_SERVER);
	require(parser_feed(r->parser, buf_data(&scope), scope.len) ==
		PARSE_MORE);
	buf_fini(&scope);
	header = take_event(r->parser, PARSE_HEADER);
	require(header);
	elem_free(&header);
}

/* One whole stanza and no more, or NULL; then the next begins anew. */
static struct elem *read_elem(struct line_reader *r, const char *stanza)
{
	struct elem *e = NULL;

	if (!r->parser)
		begin_stream(r);
	if (parser_feed(r->parser, stanza, strlen(stanza)) == PARSE_MORE)
		e = take_event(r->parser, PARSE_ELEM);
	if (e && parser_is_idle(r->parser))
		return e;
	elem_free(&e);
	parser_free(&r->parser);
	return NULL;
}

/* Takes e, which may be NULL. */
static struct line *make(const struct record_message *m, struct elem *e)
{
	struct line *l = mem_new(struct line);

	l->kind = LINE_OTHER;
	l->id = str_dup(m->id);
	l->at = m->at;
	l->nick = str_dup(m->nick);
	l->occupant_id = str_dup(m->occupant_id);
	l->speaker = str_dup(m->jid);
	l->hats = str_dup(m->hats);
	l->text = str_dup("");
	if (e)
		read_stanza(l, e, m->is_subject);
	elem_free(&e);
	return l;
}

struct line *line_new(const struct record_message *m)
{
	return make(m, parser_read(m->stanza, strlen(m->stanza), NS_SERVER));
}

struct line *line_reader_make(struct line_reader *r,
			      const struct record_message *m)
{
	return make(m, read_elem(r, m->stanza));
}

void line_free(struct line **l)
{
	if (!*l)
		return;
	mem_free(&(*l)->id);
	mem_free(&(*l)->nick);
	mem_free(&(*l)->occupant_id);
	mem_free(&(*l)->speaker);
	mem_free(&(*l)->text);
	mem_free(&(*l)->lang);
	mem_free(&(*l)->sent_id);
	mem_free(&(*l)->about);
	mem_free(&(*l)->reply_to);
	mem_free(&(*l)->thread);
	mem_free(&(*l)->hats);
	mem_free(&(*l)->reason);
	mem_free(l);
}

/* Nobody's word for who they are but the room's: a nick alone says nothing. */
bool line_is_of_same(const struct line *a, const struct line *b)
{
	if (a->occupant_id && b->occupant_id)
		return strcmp(a->occupant_id, b->occupant_id) == 0;
	if (a->speaker && b->speaker)
		return strcmp(a->speaker, b->speaker) == 0;
	return false;
}

static void digest_person(const struct line *l,
			  unsigned char out[DIGEST_SHA256_SIZE])
{
	const char *who = l->occupant_id ? l->occupant_id : l->nick;

	digest_sha256(who ? who : "", who ? strlen(who) : 0, out);
}

unsigned line_colour(const struct line *l)
{
	unsigned char digest[DIGEST_SHA256_SIZE];

	if (!l->occupant_id && !l->nick)
		return 0;
	digest_person(l, digest);
	return (digest[0] * 256u + digest[1]) % COLOURS;
}

void line_person(const struct line *l, char out[LINE_PERSON_SIZE])
{
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *hex;

	digest_person(l, digest);
	hex = hex_encode(digest, (LINE_PERSON_SIZE - 1) / 2);
	str_copy(out, LINE_PERSON_SIZE, hex);
	mem_free(&hex);
}
