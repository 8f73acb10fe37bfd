/* SPDX-License-Identifier: MIT */
#include "xml/elem.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

enum {
	/* holds a short stanza; more than that, and malloc() would go the long
	 * way round its caches */
	FIRST_CHUNK = 1000,
	MAX_CHUNK = 65536,
	MIN_TEXT = 32,
};

/* Memory that an arena got from the heap; its content follows. */
struct chunk {
	struct chunk *older;
	size_t size; /* of all of it */
};

/* The arena of one tree; it lies at the start of its own first chunk. */
struct tree {
	struct chunk *newest;
	char *at;           /* first free byte of newest */
	char *end;          /* behind its last byte */
	size_t memory;      /* of all chunks */
	struct elem *root;
};

struct elem_attr {
	struct elem_attr *next;
	const char *name; /* "xml:..." for those of the xml namespace */
	const char *ns;   /* NULL = none, or xml's */
	const char *value;
};

struct elem_node {
	struct elem_node *next;
	struct elem_node *prev;
	struct elem *parent; /* NULL for a root or what was removed */
	bool is_text;
};

/* A run of the parent's text, so that joining the runs costs nothing. */
struct text {
	struct elem_node node;
	size_t start;
	size_t len;
};

struct elem {
	struct elem_node node;
	struct tree *tree;
	const char *name;
	const char *ns;
	struct elem_attr *attrs;
	struct elem_attr *last_attr;
	struct elem_node *first; /* child nodes */
	struct elem_node *last;
	char *text;      /* all runs joined, with a NUL; NULL = none */
	size_t text_len;
	size_t text_cap; /* bytes at text, the NUL included */
};

/* Most names differ in their first letter. */
static inline bool is_same(const char *a, const char *b)
{
	return *a == *b && !strcmp(a, b);
}

static size_t align(size_t size)
{
	return (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
}

static void tree_add_chunk(struct tree *t, size_t need)
{
	size_t size = t->memory; /* as much again */
	struct chunk *chunk;

	if (size > MAX_CHUNK)
		size = MAX_CHUNK;
	if (size < need + sizeof(*chunk))
		size = need + sizeof(*chunk);
	chunk = mem_alloc(size);
	chunk->older = t->newest;
	chunk->size = size;
	t->newest = chunk;
	t->at = (char *)(chunk + 1);
	t->end = (char *)chunk + size;
	t->memory += size;
}

static void *tree_take(struct tree *t, size_t size)
{
	void *p;

	size = align(size);
	if ((size_t)(t->end - t->at) < size)
		tree_add_chunk(t, size);
	p = t->at;
	t->at += size;
	return p;
}

static const char *tree_copy(struct tree *t, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(tree_take(t, size), s, size);
}

/* Namespaces repeat down a tree: keep one copy where the parent has it. */
static const char *tree_copy_ns(struct tree *t, const struct elem *parent,
				const char *ns)
{
	if (parent && (!ns || parent->ns == ns || is_same(parent->ns, ns)))
		return parent->ns;
	return tree_copy(t, ns);
}

static struct elem *tree_take_elem(struct tree *t, const struct elem *parent,
				   const char *name, const char *ns)
{
	struct elem *e = tree_take(t, sizeof(*e));

	memset(e, 0, sizeof(*e));
	e->tree = t;
	e->name = tree_copy(t, name);
	e->ns = tree_copy_ns(t, parent, ns);
	return e;
}

struct elem *elem_new(const char *name, const char *ns)
{
	struct chunk *chunk = mem_alloc(FIRST_CHUNK);
	struct tree *t = (struct tree *)(chunk + 1);

	require(name && ns);
	chunk->older = NULL;
	chunk->size = FIRST_CHUNK;
	t->newest = chunk;
	t->at = (char *)(t + 1);
	t->end = (char *)chunk + FIRST_CHUNK;
	t->memory = FIRST_CHUNK;
	t->root = tree_take_elem(t, NULL, name, ns);
	return t->root;
}

void elem_free(struct elem **root)
{
	struct chunk *chunk, *older;

	if (!*root)
		return;
	require((*root)->tree->root == *root);
	for (chunk = (*root)->tree->newest; chunk; chunk = older) {
		older = chunk->older;
		free(chunk);
	}
	*root = NULL;
}

size_t elem_memory(const struct elem *root)
{
	return root->tree->memory;
}

const char *elem_name(const struct elem *e)
{
	return e->name;
}

const char *elem_ns(const struct elem *e)
{
	return e->ns;
}

bool elem_is(const struct elem *e, const char *name, const char *ns)
{
	return (!name || is_same(e->name, name)) &&
	       (!ns || e->ns == ns || is_same(e->ns, ns));
}

/* ---- attributes ---- */

/* Is attr the one called name in ns? "lang" in xml's namespace is the same as
 * "xml:lang" without one. */
static bool attr_is(const struct elem_attr *attr, const char *name,
		    const char *ns)
{
	if (ns && is_same(ns, XML_NS))
		return !attr->ns && !strncmp(attr->name, "xml:", 4) &&
		       !strcmp(attr->name + 4, name);
	return is_same(attr->name, name) && str_equal(attr->ns, ns);
}

static struct elem_attr *attr_find(const struct elem *e, const char *name,
				   const char *ns)
{
	struct elem_attr *attr;

	for (attr = e->attrs; attr; attr = attr->next)
		if (attr_is(attr, name, ns))
			return attr;
	return NULL;
}

static void attr_remove(struct elem *e, const struct elem_attr *gone)
{
	struct elem_attr *attr, *before = NULL;

	for (attr = e->attrs; attr != gone; attr = attr->next)
		before = attr;
	if (before)
		before->next = gone->next;
	else
		e->attrs = gone->next;
	if (e->last_attr == gone)
		e->last_attr = before;
}

void elem_append_attr(struct elem *e, const char *name, const char *ns,
		      const char *value)
{
	struct elem_attr *attr = tree_take(e->tree, sizeof(*attr));

	attr->next = NULL;
	attr->ns = NULL;
	if (ns && !strcmp(ns, XML_NS)) {
		size_t size = strlen(name) + 1;
		char *full = tree_take(e->tree, size + 4);

		memcpy(full, "xml:", 4);
		memcpy(full + 4, name, size);
		attr->name = full;
	} else {
		attr->name = tree_copy(e->tree, name);
		if (ns)
			attr->ns = tree_copy(e->tree, ns);
	}
	attr->value = tree_copy(e->tree, value);
	if (e->last_attr)
		e->last_attr->next = attr;
	else
		e->attrs = attr;
	e->last_attr = attr;
}

const char *elem_attr_ns(const struct elem *e, const char *name, const char *ns)
{
	const struct elem_attr *attr = attr_find(e, name, ns);

	return attr ? attr->value : NULL;
}

void elem_set_attr_ns(struct elem *e, const char *name, const char *ns,
		      const char *value)
{
	struct elem_attr *attr = attr_find(e, name, ns);

	if (attr && value)
		attr->value = tree_copy(e->tree, value);
	else if (attr)
		attr_remove(e, attr);
	else if (value)
		elem_append_attr(e, name, ns, value);
}

const char *elem_attr(const struct elem *e, const char *name)
{
	return elem_attr_ns(e, name, NULL);
}

void elem_set_attr(struct elem *e, const char *name, const char *value)
{
	elem_set_attr_ns(e, name, NULL, value);
}

const struct elem_attr *elem_next_attr(const struct elem *e,
				       const struct elem_attr *attr)
{
	return attr ? attr->next : e->attrs;
}

const char *elem_attr_name(const struct elem_attr *attr)
{
	return attr->name;
}

const char *elem_attr_value(const struct elem_attr *attr)
{
	return attr->value;
}

const char *elem_attr_get_ns(const struct elem_attr *attr)
{
	return attr->ns;
}

/* ---- children ---- */

static void node_append(struct elem *parent, struct elem_node *node)
{
	node->parent = parent;
	node->next = NULL;
	node->prev = parent->last;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
}

struct elem *elem_add(struct elem *parent, const char *name, const char *ns)
{
	struct elem *e = tree_take_elem(parent->tree, parent, name, ns);

	node_append(parent, &e->node);
	return e;
}

struct elem *elem_add_with_text(struct elem *parent, const char *name,
				const char *ns, const char *text)
{
	struct elem *e = elem_add(parent, name, ns);

	if (text)
		elem_add_text(e, text);
	return e;
}

/* Room for len more bytes and the NUL. Text that grows at the arena's end, as
 * under the parser, grows in place. */
static void text_reserve(struct elem *e, size_t len)
{
	struct tree *t = e->tree;
	size_t need = e->text_len + len + 1;
	size_t cap;
	char *text;

	if (need <= e->text_cap)
		return;
	cap = align(need);
	if (e->text && e->text + e->text_cap == t->at &&
	    (size_t)(t->end - e->text) >= cap) {
		t->at = e->text + cap;
		e->text_cap = cap;
		return;
	}
	if (e->text)
		cap = align(need + e->text_len);
	else if (cap < MIN_TEXT)
		cap = MIN_TEXT;
	text = tree_take(t, cap);
	if (e->text)
		memcpy(text, e->text, e->text_len);
	e->text = text;
	e->text_cap = cap;
}

void elem_add_text_n(struct elem *e, const char *text, size_t len)
{
	struct text *run;

	if (!len)
		return;
	if (!e->last || !e->last->is_text) {
		run = tree_take(e->tree, sizeof(*run));
		run->node.is_text = true;
		run->start = e->text_len;
		run->len = 0;
		node_append(e, &run->node);
	}
	run = container_of(e->last, struct text, node);
	text_reserve(e, len);
	memcpy(e->text + e->text_len, text, len);
	e->text_len += len;
	e->text[e->text_len] = '\0';
	run->len += len;
}

void elem_add_text(struct elem *e, const char *text)
{
	elem_add_text_n(e, text, strlen(text));
}

static void node_remove(struct elem *parent, struct elem_node *node)
{
	require(node->parent == parent);
	if (node->prev)
		node->prev->next = node->next;
	else
		parent->first = node->next;
	if (node->next)
		node->next->prev = node->prev;
	else
		parent->last = node->prev;
	node->parent = NULL;
	node->prev = node->next = NULL;
}

void elem_remove(struct elem *parent, struct elem *child)
{
	node_remove(parent, &child->node);
}

void elem_strip(struct elem *e)
{
	struct elem_node *node, *next;

	for (node = e->first; node; node = next) {
		next = node->next;
		if (node->is_text)
			node_remove(e, node);
	}
	e->text = NULL;
	e->text_len = e->text_cap = 0;
	e->attrs = e->last_attr = NULL;
}

static struct elem *find_from(struct elem_node *node, const char *name,
			      const char *ns)
{
	struct elem *e;

	for (; node; node = node->next) {
		if (node->is_text)
			continue;
		e = container_of(node, struct elem, node);
		if (elem_is(e, name, ns))
			return e;
	}
	return NULL;
}

struct elem *elem_child(const struct elem *e, const char *name, const char *ns)
{
	return find_from(e->first, name, ns);
}

struct elem *elem_next(const struct elem *child, const char *name,
		       const char *ns)
{
	return find_from(child->node.next, name, ns);
}

struct elem *elem_parent(const struct elem *e)
{
	return e->node.parent;
}

const struct elem_node *elem_next_node(const struct elem *e,
				       const struct elem_node *node)
{
	return node ? node->next : e->first;
}

const struct elem *elem_node_elem(const struct elem_node *node)
{
	return node->is_text ? NULL : container_of(node, struct elem, node);
}

const char *elem_node_text(const struct elem_node *node, size_t *len_out)
{
	const struct text *run;

	if (!node->is_text)
		return NULL;
	run = container_of(node, struct text, node);
	*len_out = run->len;
	return node->parent->text + run->start;
}

const char *elem_text(const struct elem *e)
{
	return e->text ? e->text : "";
}

const char *elem_child_text(const struct elem *e, const char *name,
			    const char *ns)
{
	const struct elem *child = elem_child(e, name, ns);

	return child ? elem_text(child) : NULL;
}

/* ---- copies ---- */

static void copy_content(struct elem *to, const struct elem *from)
{
	const struct elem_attr *attr;
	const struct elem_node *node;
	const struct elem *child;
	const char *text;
	size_t len;

	for (attr = from->attrs; attr; attr = attr->next)
		elem_append_attr(to, attr->name, attr->ns, attr->value);
	for (node = from->first; node; node = node->next) {
		child = elem_node_elem(node);
		if (child) {
			copy_content(elem_add(to, child->name, child->ns),
				     child);
			continue;
		}
		text = elem_node_text(node, &len);
		elem_add_text_n(to, text, len);
	}
}

struct elem *elem_copy(const struct elem *e)
{
	struct elem *copy = elem_new(e->name, e->ns);

	copy_content(copy, e);
	return copy;
}

struct elem *elem_add_copy(struct elem *parent, const struct elem *e)
{
	struct elem *copy = elem_add(parent, e->name, e->ns);

	copy_content(copy, e);
	return copy;
}
