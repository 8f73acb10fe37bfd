/* SPDX-License-Identifier: MIT */
#include "jid/jid.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "jid/precis.h"

/* One allocation: the whole address, and behind it, where they are no ending
 * of it, the bare address and the local part. */
struct jid {
	uint16_t len;         /* of the whole address */
	uint16_t bare_len;
	uint16_t bare_at;     /* in data; 0 without a resource */
	uint16_t local_at;    /* in data; 0 = no local part */
	uint16_t domain_at;   /* in data, an ending of the bare address */
	uint16_t resource_at; /* in data; 0 = no resource */
	char data[];
};

/* A part of an address before it is put together. */
struct part {
	const char *s; /* NULL = missing */
	size_t len;
};

static size_t put(char *at, const struct part *part)
{
	if (part->len)
		memcpy(at, part->s, part->len);
	return part->len;
}

static size_t put_bare(char *at, const struct part *local,
		       const struct part *domain)
{
	size_t len = put(at, local);

	if (local->s)
		at[len++] = '@';
	len += put(at + len, domain);
	at[len] = '\0';
	return len;
}

/* The parts are normalised. */
static struct jid *build(const struct part *local, const struct part *domain,
			 const struct part *resource)
{
	size_t before = local->s ? local->len + 1 : 0;
	size_t bare_len = before + domain->len;
	size_t len = bare_len + (resource->s ? resource->len + 1 : 0);
	size_t size = len + 1 + (resource->s ? bare_len + 1 : 0) + before;
	struct jid *j = mem_alloc(sizeof(*j) + size);
	size_t at = put_bare(j->data, local, domain);

	j->len = (uint16_t)len;
	j->bare_len = (uint16_t)bare_len;
	j->bare_at = j->local_at = j->resource_at = 0;
	if (resource->s) {
		j->data[at++] = '/';
		j->resource_at = (uint16_t)at;
		at += put(j->data + at, resource);
		j->data[at++] = '\0';
		j->bare_at = (uint16_t)at;
		at += put_bare(j->data + at, local, domain);
	}
	at++;
	j->domain_at = (uint16_t)(j->bare_at + before);
	if (local->s) {
		j->local_at = (uint16_t)at;
		at += put(j->data + at, local);
		j->data[at++] = '\0';
	}
	require(at == size);
	return j;
}

/* ---- normalising ---- */

/* A part in normal form: in space, or where longer work was needed, owned. */
struct normal {
	struct part part;
	char *owned;
	char space[JID_PART_MAX + 1];
};

static bool take_owned(struct normal *n, char *owned)
{
	n->owned = owned;
	n->part.s = owned;
	n->part.len = owned ? strlen(owned) : 0;
	return owned && n->part.len <= JID_PART_MAX;
}

static const char *terminate(struct normal *n, const struct part *raw)
{
	memcpy(n->space, raw->s, raw->len);
	n->space[raw->len] = '\0';
	return n->space;
}

enum {
	PLAIN_LOCAL = 1,
	PLAIN_DOMAIN = 2,
	PLAIN_RESOURCE = 4,
	UPPER = 0x20, /* what makes an upper-case letter a lower-case one */
};

#define IN_ALL	     (PLAIN_LOCAL | PLAIN_DOMAIN | PLAIN_RESOURCE)
#define IN_NO_DOMAIN (PLAIN_LOCAL | PLAIN_RESOURCE)

/* Which parts an ASCII character may stand in as it is, or in lower case. Those
 * of resources alone: RFC 7622 3.3.1. */
static const unsigned char plain_in[256] = {
	['a' ... 'z'] = IN_ALL,	      ['A' ... 'Z'] = IN_ALL | UPPER,
	['0' ... '9'] = IN_ALL,	      ['-' ... '.'] = IN_ALL,
	['_'] = IN_ALL,		      [' '] = PLAIN_RESOURCE,
	['"'] = PLAIN_RESOURCE,	      ['&' ... '\''] = PLAIN_RESOURCE,
	['/'] = PLAIN_RESOURCE,	      [':'] = PLAIN_RESOURCE,
	['<'] = PLAIN_RESOURCE,	      ['>'] = PLAIN_RESOURCE,
	['@'] = PLAIN_RESOURCE,	      ['!'] = IN_NO_DOMAIN,
	['#' ... '%'] = IN_NO_DOMAIN, ['(' ... ','] = IN_NO_DOMAIN,
	[';'] = IN_NO_DOMAIN,	      ['='] = IN_NO_DOMAIN,
	['?'] = IN_NO_DOMAIN,	      ['[' ... '^'] = IN_NO_DOMAIN,
	['`'] = IN_NO_DOMAIN,	      ['{' ... '~'] = IN_NO_DOMAIN,
};

/* The short way: ASCII that has only to be copied. Lower case unless it is a
 * resource. */
static bool copy_plain(struct normal *n, const struct part *raw, unsigned kind)
{
	unsigned char fold = kind == PLAIN_RESOURCE ? 0 : UPPER;
	size_t i;

	for (i = 0; i < raw->len; i++) {
		unsigned char c = (unsigned char)raw->s[i];

		if (!(plain_in[c] & kind))
			return false;
		n->space[i] = (char)(c | (plain_in[c] & fold));
	}
	n->space[raw->len] = '\0';
	n->part.s = n->space;
	n->part.len = raw->len;
	return true;
}

static bool is_sized(const struct part *raw)
{
	return raw->len > 0 && raw->len <= JID_PART_MAX;
}

static bool normalise_local(struct normal *n, const struct part *raw)
{
	if (!is_sized(raw))
		return false;
	if (copy_plain(n, raw, PLAIN_LOCAL))
		return true;
	/* Mappings may bring forth a character that is not for local parts */
	return take_owned(n, precis_username(terminate(n, raw))) &&
	       !strpbrk(n->part.s, "\"&'/:<>@");
}

/* An ASCII name whose dots, labels and "xn--" need no closer look. */
static bool is_plain_domain(const struct part *name)
{
	size_t i, label = 0;

	for (i = 0; i < name->len; i++) {
		if (name->s[i] != '.') {
			if (++label > 63)
				return false;
			continue;
		}
		if (label == 0)
			return false;
		label = 0;
	}
	return label > 0 && !strstr(name->s, "xn--");
}

static bool normalise_domain(struct normal *n, const struct part *raw)
{
	if (!is_sized(raw))
		return false;
	if (copy_plain(n, raw, PLAIN_DOMAIN) && is_plain_domain(&n->part))
		return true;
	return take_owned(n, idna_to_unicode(terminate(n, raw)));
}

static bool normalise_resource(struct normal *n, const struct part *raw)
{
	if (!is_sized(raw))
		return false;
	if (copy_plain(n, raw, PLAIN_RESOURCE))
		return true;
	return take_owned(n, precis_opaque(terminate(n, raw)));
}

static void normal_init(struct normal *n)
{
	n->part.s = NULL;
	n->part.len = 0;
	n->owned = NULL;
}

static struct jid *normalise(const struct part *local,
			     const struct part *domain,
			     const struct part *resource)
{
	struct normal l, d, r;
	struct jid *j = NULL;

	normal_init(&l);
	normal_init(&d);
	normal_init(&r);
	if (normalise_domain(&d, domain) &&
	    (!local->s || normalise_local(&l, local)) &&
	    (!resource->s || normalise_resource(&r, resource)))
		j = build(&l.part, &d.part, &r.part);
	mem_free(&l.owned);
	mem_free(&d.owned);
	mem_free(&r.owned);
	return j;
}

/* ---- making ---- */

static struct part part_of(const char *s)
{
	struct part part = { s, s ? strlen(s) : 0 };

	return part;
}

struct jid *jid_new(const char *local, const char *domain, const char *resource)
{
	struct part l = part_of(local), d = part_of(domain);
	struct part r = part_of(resource);

	return normalise(&l, &d, &r);
}

/* RFC 7622 3.1: first cut at the first '/', then at the first '@'. */
struct jid *jid_parse(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	const char *at = memchr(text, '@', len);
	struct part local = { NULL, 0 }, domain = { text, len };
	struct part resource = part_of(slash ? slash + 1 : NULL);

	if (at) {
		local.s = text;
		local.len = (size_t)(at - text);
		domain.s = at + 1;
		domain.len = len - local.len - 1;
	}
	return normalise(&local, &domain, &resource);
}

struct jid *jid_copy(const struct jid *j)
{
	size_t size;

	if (!j)
		return NULL;
	size = sizeof(*j) + j->len + 1u;
	if (j->resource_at)
		size += j->bare_len + 1u;
	if (j->local_at)
		size += j->bare_len - strlen(jid_domain(j));
	return mem_dup(j, size);
}

void jid_free(struct jid **j)
{
	mem_free(j);
}

void jid_set(struct jid **pp, const struct jid *j)
{
	struct jid *copy = jid_copy(j);

	jid_free(pp);
	*pp = copy;
}

/* ---- parts ---- */

const char *jid_local(const struct jid *j)
{
	return j->local_at ? j->data + j->local_at : NULL;
}

const char *jid_domain(const struct jid *j)
{
	return j->data + j->domain_at;
}

const char *jid_resource(const struct jid *j)
{
	return j->resource_at ? j->data + j->resource_at : NULL;
}

const char *jid_text(const struct jid *j)
{
	return j->data;
}

const char *jid_bare(const struct jid *j)
{
	return j->data + j->bare_at;
}

static struct part domain_part(const struct jid *j)
{
	struct part part = { jid_domain(j),
			     (size_t)(j->bare_at + j->bare_len -
				      j->domain_at) };

	return part;
}

static struct part local_part(const struct jid *j)
{
	struct part part = { jid_local(j), 0 };

	if (part.s)
		part.len = j->bare_len - domain_part(j).len - 1;
	return part;
}

static const struct part no_part = { NULL, 0 };

struct jid *jid_to_bare(const struct jid *j)
{
	struct part local = local_part(j), domain = domain_part(j);

	return build(&local, &domain, &no_part);
}

struct jid *jid_with_resource(const struct jid *j, const char *resource)
{
	struct part local = local_part(j), domain = domain_part(j);
	struct part raw = part_of(resource);
	struct normal normal;
	struct jid *result = NULL;

	normal_init(&normal);
	if (normalise_resource(&normal, &raw))
		result = build(&local, &domain, &normal.part);
	mem_free(&normal.owned);
	return result;
}

/* ---- comparing ---- */

bool jid_equal(const struct jid *a, const struct jid *b)
{
	if (!a || !b)
		return a == b;
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

bool jid_equal_bare(const struct jid *a, const struct jid *b)
{
	if (!a || !b)
		return a == b;
	return a->bare_len == b->bare_len &&
	       !memcmp(a->data, b->data, a->bare_len);
}

bool jid_is_bare(const struct jid *j)
{
	return !j->resource_at;
}
