/* SPDX-License-Identifier: MIT */
#include "dialback/packet.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

/* Bounds of what we keep of a peer's words. Keys are 64 digits, or 40 of old
 * servers; stream ids some 40. */
#define MAX_KEY 256
#define MAX_ID 256
#define MAX_DOMAIN 1023

static const char *const kind_names[] = {
	[PACKET_RESULT] = "result",
	[PACKET_VERIFY] = "verify",
};

static const char *const type_names[] = {
	[PACKET_REQUEST] = "request",
	[PACKET_VALID] = "valid",
	[PACKET_INVALID] = "invalid",
	[PACKET_ERROR] = "error",
};

static bool read_kind(const struct elem *e, struct packet *out)
{
	for (size_t i = 0; i < array_len(kind_names); i++) {
		if (elem_is(e, kind_names[i], NS_DIALBACK)) {
			out->kind = (enum packet_kind)i;
			return true;
		}
	}
	return false;
}

static bool read_type(const struct elem *e, struct packet *out)
{
	const char *type = elem_attr(e, "type");

	out->type = PACKET_REQUEST;
	if (!type)
		return true;
	for (size_t i = PACKET_VALID; i < array_len(type_names); i++) {
		if (str_equal(type, type_names[i])) {
			out->type = (enum packet_type)i;
			return true;
		}
	}
	return false;
}

/* A domain only: no local part, no resource. */
static char *read_domain(const struct elem *e, const char *name)
{
	const char *text = elem_attr(e, name);

	if (!text || !*text || strlen(text) > MAX_DOMAIN ||
	    strpbrk(text, "@/ "))
		return NULL;
	return idna_to_unicode(text);
}

/* The text of an answer is the key echoed by some (Prosody): not looked at. */
static bool read_key(const struct elem *e, struct packet *out)
{
	const char *text = elem_text(e);

	if (out->type != PACKET_REQUEST)
		return true;
	while (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')
		text++;
	out->key = str_dup_n(text, strcspn(text, " \n\r\t"));
	return strlen(out->key) <= MAX_KEY;
}

static bool read_id(const struct elem *e, struct packet *out)
{
	const char *id = elem_attr(e, "id");

	/* XEP-0220: only a verify is named; Prosody puts one on results */
	if (out->kind != PACKET_VERIFY)
		return true;
	if (!id || !*id || strlen(id) > MAX_ID)
		return false;
	out->id = str_dup(id);
	return true;
}

static enum cond_name read_cond(const struct elem *e)
{
	const struct elem *error = elem_child(e, "error", NULL);
	const struct elem *child;

	if (!error)
		return COND_UNDEFINED_CONDITION;
	child = elem_child(error, NULL, NS_STANZA_ERROR);
	for (; child; child = elem_next(child, NULL, NS_STANZA_ERROR)) {
		for (int i = 0; i < COND_COUNT; i++) {
			if (str_equal(elem_name(child),
				      cond_element((enum cond_name)i)))
				return (enum cond_name)i;
		}
	}
	return COND_UNDEFINED_CONDITION;
}

enum packet_fault packet_read(const struct elem *e, struct packet *out)
{
	memset(out, 0, sizeof(*out));
	out->cond = COND_UNDEFINED_CONDITION;
	if (!read_kind(e, out) || !read_type(e, out))
		return PACKET_UNKNOWN;
	out->from = read_domain(e, "from");
	out->to = read_domain(e, "to");
	if (!out->from || !out->to || !read_id(e, out) || !read_key(e, out))
		return PACKET_BAD_ADDRESS;
	if (out->type == PACKET_ERROR)
		out->cond = read_cond(e);
	return PACKET_OK;
}

void packet_fini(struct packet *p)
{
	mem_free(&p->from);
	mem_free(&p->to);
	mem_free(&p->id);
	mem_free(&p->key);
}

static struct elem *new_elem(enum packet_kind kind, const char *from,
			     const char *to, const char *id)
{
	struct elem *e = elem_new(kind_names[kind], NS_DIALBACK);

	elem_set_attr(e, "from", from);
	elem_set_attr(e, "to", to);
	elem_set_attr(e, "id", id);
	return e;
}

struct elem *packet_result_new(const char *from, const char *to,
			       const char *key)
{
	struct elem *e = new_elem(PACKET_RESULT, from, to, NULL);

	elem_add_text(e, key);
	return e;
}

struct elem *packet_verify_new(const char *from, const char *to, const char *id,
			       const char *key)
{
	struct elem *e = new_elem(PACKET_VERIFY, from, to, id);

	elem_add_text(e, key);
	return e;
}

struct elem *packet_answer_new(const struct packet *request,
			       enum packet_type type, enum cond_name cond)
{
	struct elem *e = new_elem(request->kind, request->to, request->from,
				  request->id);
	struct cond error;

	require(type != PACKET_REQUEST);
	elem_set_attr(e, "type", type_names[type]);
	if (type != PACKET_ERROR)
		return e;
	/* XEP-0220 2.4: <error/> stands in the stream's default namespace */
	error = cond_make(cond, NULL);
	cond_add(e, &error, NULL, NS_SERVER);
	return e;
}
