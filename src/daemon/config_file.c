/* SPDX-License-Identifier: MIT */
#include "daemon/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

/* A config_node is a libfyaml node under another name. */
static struct fy_node *fy(struct config_node *n)
{
	return (struct fy_node *)n;
}

static struct config_node *node(struct fy_node *n)
{
	return (struct config_node *)n;
}

/* Nothing stands there: libfyaml reports nothing at such a node. */
static bool is_nothing(struct fy_node *n)
{
	return !n || fy_node_is_null(n);
}

struct config_file {
	struct fy_parser *parser;
	struct fy_document *doc; /* NULL for an empty file */
};

/* libfyaml does not tell why a file cannot be opened. */
static FILE *open_text(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "%s: cannot be read: %s\n", path,
			strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		fprintf(stderr, "%s: is not a regular file\n", path);
	} else {
		return fdopen(fd, "r");
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* libfyaml 0.7 takes a NUL for the end of the file, passes over other bytes that
 * are no UTF-8, and in a directive runs in circles at them. */
static bool is_good_line(const char *path, size_t number, const char *line,
			 size_t len)
{
	uint32_t code = 0;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = str_utf8_next(line + i, len - i, &code);
		if (n && code)
			continue;
		fprintf(stderr, "%s:%zu:%zu: error: expected text in UTF-8\n",
			path, number, i + 1);
		return false;
	}
	return true;
}

static bool is_good_text(const char *path)
{
	FILE *file = open_text(path);
	bool is_good = file != NULL;
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t len;

	while (is_good && (len = getline(&line, &size, file)) > 0)
		is_good = is_good_line(path, ++number, line, (size_t)len);
	if (is_good && ferror(file)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		is_good = false;
	}
	mem_free(&line);
	if (file)
		fclose(file);
	return is_good;
}

/** What is looked through for what we do not understand. */
struct search {
	const char *path;
	struct fy_node *last; /* the last scalar: libfyaml reports nothing at a
			       * place where nothing stands */
	bool is_good;
};

static void search_complain(struct search *s, struct fy_node *n,
			    const char *text)
{
	s->is_good = false;
	if (n)
		config_node_complain(node(n), "%s", text);
	else
		fprintf(stderr, "%s:1:1: error: %s\n", s->path, text);
}

static void search_mapping(struct search *s, struct fy_node *mapping);

/* An alias would pass for a scalar with the anchor's name. */
static void search(struct search *s, struct fy_node *n)
{
	struct fy_node *item;
	void *iter = NULL;

	if (fy_node_is_mapping(n)) {
		search_mapping(s, n);
	} else if (fy_node_is_sequence(n)) {
		while ((item = fy_node_sequence_iterate(n, &iter))) {
			if (is_nothing(item))
				search_complain(s, s->last,
						"behind this, a list has an "
						"item without a value");
			else
				search(s, item);
		}
	} else {
		s->last = n;
		if (fy_node_is_alias(n))
			search_complain(s, n, "aliases are not understood");
	}
}

static void search_mapping(struct search *s, struct fy_node *mapping)
{
	struct fy_node_pair *pair;
	void *iter = NULL;

	while ((pair = fy_node_mapping_iterate(mapping, &iter))) {
		if (is_nothing(fy_node_pair_key(pair)))
			search_complain(s, s->last,
					"behind this, a value has no key");
		else
			search(s, fy_node_pair_key(pair));
		if (!is_nothing(fy_node_pair_value(pair)))
			search(s, fy_node_pair_value(pair));
	}
}

/* A second document would be ignored silently. */
static bool is_alone(struct config_file *f)
{
	struct fy_document *second = fy_parse_load_document(f->parser);
	struct fy_node *n;

	if (!second)
		return !fy_parser_get_stream_error(f->parser);
	n = fy_document_root(second);
	config_node_complain(node(is_nothing(n) ? fy_document_root(f->doc) : n),
			     "expected one YAML document only");
	fy_document_destroy(second);
	return false;
}

static bool load(struct config_file *f, const char *path)
{
	struct search s = { .path = path, .is_good = true };

	if (fy_parser_set_input_file(f->parser, path))
		return false;
	f->doc = fy_parse_load_document(f->parser);
	if (!f->doc)
		return !fy_parser_get_stream_error(f->parser);
	if (!is_alone(f))
		return false;
	search(&s, fy_document_root(f->doc));
	return s.is_good;
}

struct config_file *config_file_open(const char *path)
{
	const struct fy_parse_cfg cfg = {
		.flags = FYPCF_DEFAULT_VERSION_1_2,
	};
	struct config_file *f;

	if (!is_good_text(path))
		return NULL;
	f = mem_new(struct config_file);
	f->parser = fy_parser_create(&cfg);
	require(f->parser != NULL); /* out of memory */
	if (!load(f, path)) {
		fprintf(stderr, "%s: cannot be understood\n", path);
		config_file_close(&f);
	}
	return f;
}

void config_file_close(struct config_file **f)
{
	if (!*f)
		return;
	fy_document_destroy((*f)->doc);
	fy_parser_destroy((*f)->parser);
	mem_free(f);
}

struct config_node *config_file_root(struct config_file *f)
{
	struct fy_node *root = f->doc ? fy_document_root(f->doc) : NULL;

	return is_nothing(root) ? NULL : node(root);
}

enum config_shape config_node_shape(struct config_node *n)
{
	if (fy_node_is_mapping(fy(n)))
		return CONFIG_MAPPING;
	if (fy_node_is_sequence(fy(n)))
		return CONFIG_LIST;
	return CONFIG_SCALAR;
}

const char *config_node_text(struct config_node *n)
{
	size_t len = 0;
	const char *text = n ? fy_node_get_scalar0(fy(n)) : NULL;

	if (!text || !fy_node_get_scalar(fy(n), &len) || strlen(text) != len)
		return "";
	return text;
}

struct config_node *config_node_item(struct config_node *list, size_t i)
{
	return node(fy_node_sequence_get_by_index(fy(list), (int)i));
}

bool config_node_pair(struct config_node *mapping, size_t i,
		      struct config_node **key_out,
		      struct config_node **value_out)
{
	struct fy_node_pair *pair;

	if ((int)i >= fy_node_mapping_item_count(fy(mapping)))
		return false;
	pair = fy_node_mapping_get_by_index(fy(mapping), (int)i);
	*key_out = node(fy_node_pair_key(pair));
	*value_out = node(fy_node_pair_value(pair));
	if (is_nothing(fy(*value_out)))
		*value_out = NULL;
	return true;
}

void config_node_complain(struct config_node *n, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = str_format_va(format, args);
	va_end(args);
	fy_node_report(fy(n), FYET_ERROR, "%s", text);
	mem_free(&text);
}
