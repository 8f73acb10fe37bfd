/* SPDX-License-Identifier: MIT */
#include "xml/parser.h"

#include <expat.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/write.h"

/* Not in every build of expat 2.5: there it does not defer either. */
XMLPARSEAPI(XML_Bool)
XML_SetReparseDeferralEnabled(XML_Parser parser, XML_Bool is_enabled)
	__attribute__((weak));

enum {
	/* An unfinished tag is scanned again only with this many new bytes, or
	 * when it may have come to its end: scanning is quadratic otherwise. */
	TOKEN_PIECE = 4096,
	/* Bytes scanned again for one element, as a multiple of max_bytes. */
	MAX_RESCAN = 16,
	MEMORY_FLOOR = 8192, /* max_growth does not bite below */
	MAX_PIECE = 1 << 20, /* expat counts in int */
};

/* Cannot occur in XML 1.0, so no namespace can contain it. */
#define NS_SEPARATOR '\x01'

struct parser {
	XML_Parser expat;
	struct parser_settings settings;
	struct parse_event *events; /* [taken, len) wait */
	size_t taken, len, cap;
	enum parse_fault fault;
	char fault_text[96];

	size_t max_bytes;    /* of the element being read */
	unsigned depth;      /* open elements, the root included */
	unsigned *children;  /* elements seen in each open element */
	struct elem *at;     /* innermost open element below the root */
	char *default_ns;    /* declared by the root */

	struct buf held;     /* fed to us, not yet to expat */
	uint64_t fed;        /* bytes fed to us */
	uint64_t passed;     /* of those, to expat */
	uint64_t begun;      /* where the open top-level element begins */
	uint64_t complete;   /* where the last event ended */
	uint64_t rescanned;  /* bytes expat saw more than once, this element */
};

void parser_settings_init(struct parser_settings *s)
{
	s->max_bytes = 262144;
	s->max_token = 65536;
	s->max_depth = 64;
	s->max_children = 512;
	s->max_attrs = 128;
	s->max_name = 256;
	s->max_value = 16384;
	s->max_growth = 4;
}

/* ---- faults ---- */

static void fail(struct parser *p, enum parse_fault fault, const char *text)
{
	if (p->fault)
		return;
	p->fault = fault;
	str_copy(p->fault_text, sizeof(p->fault_text), text);
}

/* fail() inside a handler. expat may call a few more handlers after the stop:
 * each looks at the fault first. */
static void stop(struct parser *p, enum parse_fault fault, const char *text)
{
	fail(p, fault, text);
	XML_StopParser(p->expat, XML_FALSE);
}

static enum parse_fault fault_of(enum XML_Error error)
{
	switch (error) {
	case XML_ERROR_UNBOUND_PREFIX:
		return PARSE_FAULT_PREFIX;
	case XML_ERROR_UNKNOWN_ENCODING:
	case XML_ERROR_INCORRECT_ENCODING:
		return PARSE_FAULT_ENCODING;
	case XML_ERROR_UNDEFINED_ENTITY:
	case XML_ERROR_RECURSIVE_ENTITY_REF:
	case XML_ERROR_ENTITY_DECLARED_IN_PE:
		return PARSE_FAULT_RESTRICTED;
	case XML_ERROR_NO_MEMORY: /* its own bound on memory */
	case XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
		return PARSE_FAULT_TOO_BIG;
	default:
		return PARSE_FAULT_SYNTAX;
	}
}

/* ---- where we are ---- */

/* The current event of a handler, in bytes of the stream. */
static uint64_t event_begin(const struct parser *p)
{
	return (uint64_t)XML_GetCurrentByteIndex(p->expat);
}

static uint64_t event_end(const struct parser *p)
{
	return event_begin(p) + (uint64_t)XML_GetCurrentByteCount(p->expat);
}

/* Bytes expat has but could not yet make a token of. */
static uint64_t pending(const struct parser *p)
{
	XML_Index at = XML_GetCurrentByteIndex(p->expat);

	return at < 0 ? p->passed : p->passed - (uint64_t)at;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* ---- events ---- */

static void post(struct parser *p, enum parse_kind kind, struct elem *owned)
{
	struct parse_event *event;

	if (p->len == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 4;
		p->events = mem_realloc(p->events,
					p->cap * sizeof(*p->events));
	}
	event = &p->events[p->len++];
	event->kind = kind;
	event->elem = owned;
	event->default_ns = NULL;
	if (kind == PARSE_HEADER) {
		event->default_ns = p->default_ns;
		p->default_ns = NULL;
	}
	p->complete = event_end(p);
	p->rescanned = 0;
}

bool parser_next(struct parser *p, struct parse_event *event_out)
{
	if (p->taken == p->len)
		return false;
	*event_out = p->events[p->taken++];
	if (p->taken == p->len)
		p->taken = p->len = 0;
	return true;
}

/* ---- handlers ---- */

/* Splits expat's "namespace SEPARATOR name"; *ns_out is NULL without one. The
 * namespace is copied to space if it fits, else it is too long. */
static const char *split_name(const char *full, char *space, size_t size,
			      const char **ns_out)
{
	const char *mark = strchr(full, NS_SEPARATOR);
	size_t len;

	*ns_out = NULL;
	if (!mark)
		return full;
	len = (size_t)(mark - full);
	if (len >= size)
		return NULL;
	memcpy(space, full, len);
	space[len] = '\0';
	*ns_out = space;
	return mark + 1;
}

enum { NS_SIZE = 1024 };

static bool add_attrs(struct parser *p, struct elem *e, const char **attrs)
{
	char space[NS_SIZE];
	const char *name, *ns;
	unsigned count = 0;

	for (; *attrs; attrs += 2) {
		name = split_name(attrs[0], space, sizeof(space), &ns);
		if (!name || strlen(name) > p->settings.max_name ||
		    ++count > p->settings.max_attrs ||
		    strlen(attrs[1]) > p->settings.max_value)
			return false;
		elem_append_attr(e, name, ns, attrs[1]);
	}
	return true;
}

/* The elements that the open one may contain, and how deep it may be. */
static bool count_elem(struct parser *p)
{
	const struct parser_settings *s = &p->settings;

	if (p->depth > s->max_depth)
		return false;
	if (p->depth > 1 && ++p->children[p->depth - 1] > s->max_children)
		return false;
	p->children[p->depth] = 0;
	return true;
}

static bool is_within_bounds(const struct parser *p, const struct elem *at)
{
	const struct parser_settings *s = &p->settings;

	return event_end(p) - p->begun <= p->max_bytes &&
	       elem_memory(at) <= s->max_growth * p->max_bytes + MEMORY_FLOOR;
}

static struct elem *make_elem(struct parser *p, const char *full)
{
	char space[NS_SIZE];
	const char *ns;
	const char *name = split_name(full, space, sizeof(space), &ns);

	if (!name || strlen(name) > p->settings.max_name)
		return NULL;
	return p->at ? elem_add(p->at, name, ns ? ns : "")
		     : elem_new(name, ns ? ns : "");
}

static void on_start(void *owner, const char *name, const char **attrs)
{
	struct parser *p = owner;
	bool is_top = p->depth <= 1;
	struct elem *e = NULL;

	if (p->fault)
		return;
	if (is_top) {
		p->begun = event_begin(p);
		p->max_bytes = p->settings.max_bytes;
	}
	if ((size_t)XML_GetCurrentByteCount(p->expat) <=
		    p->settings.max_token &&
	    count_elem(p))
		e = make_elem(p, name);
	if (!e || !add_attrs(p, e, attrs) || !is_within_bounds(p, e)) {
		stop(p, PARSE_FAULT_TOO_BIG, "element beyond its bounds");
		if (is_top)
			elem_free(&e);
		return;
	}
	if (p->depth++ == 0)
		post(p, PARSE_HEADER, e);
	else
		p->at = e;
}

static void on_end(void *owner, const char *name)
{
	struct parser *p = owner;
	struct elem *e = p->at;

	(void)name;
	if (p->fault)
		return;
	p->depth--;
	if (p->depth == 0) {
		post(p, PARSE_END, NULL);
		return;
	}
	if (!is_within_bounds(p, e)) {
		p->depth++;
		stop(p, PARSE_FAULT_TOO_BIG, "element beyond its bounds");
		return;
	}
	p->at = elem_parent(e);
	if (!p->at)
		post(p, PARSE_ELEM, e);
}

static bool is_space(const char *s, int len)
{
	int i;

	for (i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
		    s[i] != '\n')
			return false;
	return true;
}

static void on_text(void *owner, const char *s, int len)
{
	struct parser *p = owner;

	if (p->fault)
		return;
	if (p->at) {
		elem_add_text_n(p->at, s, (size_t)len);
		if (!is_within_bounds(p, p->at))
			stop(p, PARSE_FAULT_TOO_BIG,
			     "element beyond its bounds");
	} else if (!is_space(s, len)) {
		stop(p, PARSE_FAULT_SYNTAX, "text between elements");
	}
}

/* expat does not tell which prefix a name had; the default namespace of a
 * stream is only seen here. */
static void on_namespace(void *owner, const char *prefix, const char *uri)
{
	struct parser *p = owner;

	if (!p->fault && p->depth == 0 && !prefix)
		str_set(&p->default_ns, uri);
}

static void on_declaration(void *owner, const char *version,
			   const char *encoding, int standalone)
{
	struct parser *p = owner;

	if (p->fault)
		return;
	if (encoding && !str_equal_case(encoding, "UTF-8"))
		stop(p, PARSE_FAULT_ENCODING, "encoding is not UTF-8");
	else if (!str_equal(version, "1.0") || standalone != -1)
		stop(p, PARSE_FAULT_RESTRICTED, "not XML 1.0 as in RFC 6120");
}

static void on_doctype(void *owner, const char *name, const char *system_id,
		       const char *public_id, int has_subset)
{
	(void)name, (void)system_id, (void)public_id, (void)has_subset;
	stop(owner, PARSE_FAULT_RESTRICTED, "DOCTYPE");
}

static void on_comment(void *owner, const char *text)
{
	(void)text;
	stop(owner, PARSE_FAULT_RESTRICTED, "comment");
}

static void on_instruction(void *owner, const char *target, const char *data)
{
	(void)target, (void)data;
	stop(owner, PARSE_FAULT_RESTRICTED, "processing instruction");
}

static void on_entity(void *owner, const char *name, int is_parameter)
{
	(void)name, (void)is_parameter;
	stop(owner, PARSE_FAULT_RESTRICTED, "entity");
}

/* ---- life ---- */

static void set_handlers(XML_Parser expat)
{
	XML_SetElementHandler(expat, on_start, on_end);
	XML_SetCharacterDataHandler(expat, on_text);
	XML_SetStartNamespaceDeclHandler(expat, on_namespace);
	XML_SetXmlDeclHandler(expat, on_declaration);
	XML_SetStartDoctypeDeclHandler(expat, on_doctype);
	XML_SetCommentHandler(expat, on_comment);
	XML_SetProcessingInstructionHandler(expat, on_instruction);
	XML_SetSkippedEntityHandler(expat, on_entity);
}

struct parser *parser_new(const struct parser_settings *settings)
{
	struct parser *p = mem_new(struct parser);

	p->settings = *settings;
	p->max_bytes = settings->max_bytes;
	p->children = mem_zero(settings->max_depth + 2, sizeof(*p->children));
	buf_init(&p->held);
	p->expat = XML_ParserCreateNS("UTF-8", NS_SEPARATOR);
	require(p->expat);
	/* With deferral a complete stanza can wait for bytes that never come */
	if (XML_SetReparseDeferralEnabled)
		XML_SetReparseDeferralEnabled(p->expat, XML_FALSE);
	XML_SetUserData(p->expat, p);
	set_handlers(p->expat);
	return p;
}

/* The unfinished element, from any open one in it. */
static void drop_open(struct parser *p)
{
	struct elem *root = p->at;

	while (root && elem_parent(root))
		root = elem_parent(root);
	elem_free(&root);
	p->at = NULL;
}

void parser_free(struct parser **pp)
{
	struct parser *p = *pp;
	struct parse_event event;

	if (!p)
		return;
	while (parser_next(p, &event)) {
		elem_free(&event.elem);
		mem_free(&event.default_ns);
	}
	drop_open(p);
	XML_ParserFree(p->expat);
	buf_fini(&p->held);
	mem_free(&p->default_ns);
	mem_free(&p->children);
	mem_free(&p->events);
	mem_free(pp);
}

/* ---- feeding ---- */

/* expat detects UTF-16 by its first two bytes, whatever it was told. */
static bool check_encoding(struct parser *p, const unsigned char *data,
			   size_t len)
{
	size_t i;

	for (i = 0; i < len && p->fed + i < 2; i++) {
		if (data[i] == 0 || data[i] >= 0x80)
			fail(p, PARSE_FAULT_ENCODING, "not UTF-8");
		else if (p->fed + i == 0 && data[i] != '<' &&
			 !is_space((const char *)data, 1))
			fail(p, PARSE_FAULT_SYNTAX, "not XML");
	}
	return !p->fault;
}

/* Bounds of what is not complete yet; what was completed on the way, the
 * handlers have measured. */
static void check_bounds(struct parser *p)
{
	const struct parser_settings *s = &p->settings;
	uint64_t token = pending(p) + p->held.len;
	size_t max = p->at ? p->max_bytes : s->max_bytes;

	if (token > smaller(s->max_token, max))
		fail(p, PARSE_FAULT_TOO_BIG, "token too long");
	else if (p->at && p->fed - p->begun > p->max_bytes)
		fail(p, PARSE_FAULT_TOO_BIG, "element too long");
	else if (p->rescanned > (uint64_t)MAX_RESCAN * max)
		fail(p, PARSE_FAULT_TOO_BIG, "tag in too many pieces");
}

static void pass(struct parser *p, const char *data, size_t len)
{
	enum XML_Error error;

	p->rescanned += pending(p);
	p->passed += len;
	if (XML_Parse(p->expat, data, (int)len, 0) != XML_STATUS_ERROR)
		return;
	error = XML_GetErrorCode(p->expat);
	fail(p, fault_of(error), XML_ErrorString(error));
}

static void feed_piece(struct parser *p, const char *data, size_t len)
{
	p->fed += len;
	if (pending(p) && p->held.len + len < TOKEN_PIECE &&
	    !memchr(data, '>', len)) {
		buf_add(&p->held, data, len);
	} else if (p->held.len) {
		buf_add(&p->held, data, len);
		pass(p, (const char *)buf_data(&p->held), p->held.len);
		buf_clear(&p->held);
	} else {
		pass(p, data, len);
	}
	if (!p->fault)
		check_bounds(p);
}

enum parse_result parser_feed(struct parser *p, const void *data, size_t len)
{
	const char *at = data;
	size_t piece;

	require(!p->fault);
	if (!check_encoding(p, data, len))
		return PARSE_BAD;
	while (len && !p->fault) {
		piece = smaller(len, MAX_PIECE);
		feed_piece(p, at, piece);
		at += piece;
		len -= piece;
	}
	if (p->fault)
		drop_open(p);
	return p->fault ? PARSE_BAD : PARSE_MORE;
}

enum parse_fault parser_fault(const struct parser *p)
{
	return p->fault;
}

const char *parser_fault_text(const struct parser *p)
{
	return p->fault_text;
}

bool parser_is_idle(const struct parser *p)
{
	return !p->fault && p->taken == p->len && p->fed == p->complete;
}

void parser_set_max_bytes(struct parser *p, size_t max_bytes)
{
	p->settings.max_bytes = max_bytes;
}

/* ---- whole documents ---- */

/* Takes the one element between the tags of a scope. Anything else, such as a
 * text that closes the scope itself, is none. */
static struct elem *take_document(struct parser *p)
{
	struct parse_event event;
	struct elem *root = NULL;
	unsigned count = 0;

	while (parser_next(p, &event)) {
		mem_free(&event.default_ns);
		if (event.kind == PARSE_ELEM && count++ == 0)
			root = event.elem;
		else
			elem_free(&event.elem);
	}
	if (count != 1)
		elem_free(&root);
	return root;
}

struct elem *parser_read(const char *text, size_t len, const char *scope)
{
	struct parser_settings settings;
	struct elem *root = NULL;
	struct buf all;
	struct parser *p;

	parser_settings_init(&settings);
	p = parser_new(&settings);
	buf_init(&all);
	write_scope_open(&all, scope);
	buf_add(&all, text, len);
	write_scope_close(&all);
	if (parser_feed(p, buf_data(&all), all.len) == PARSE_MORE &&
	    p->depth == 0)
		root = take_document(p);
	buf_fini(&all);
	parser_free(&p);
	return root;
}
