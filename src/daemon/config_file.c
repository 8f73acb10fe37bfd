/* SPDX-License-Identifier: MIT */
#include "daemon/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdio.h>
#include <string.h>
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

struct config_file {
	struct fy_document *doc;
};

/* libfyaml does not tell why a file cannot be opened. */
static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "%s: cannot be read: %s\n", path,
			strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

struct config_file *config_file_open(const char *path)
{
	const struct fy_parse_cfg cfg = {
		.flags = FYPCF_DEFAULT_VERSION_1_2,
	};
	struct config_file *f;
	struct fy_document *doc;

	if (!can_read(path))
		return NULL;
	doc = fy_document_build_from_file(&cfg, path);
	if (!doc) {
		fprintf(stderr, "%s: no valid YAML document\n", path);
		return NULL;
	}
	f = mem_new(struct config_file);
	f->doc = doc;
	return f;
}

void config_file_close(struct config_file **f)
{
	if (!*f)
		return;
	fy_document_destroy((*f)->doc);
	mem_free(f);
}

struct config_node *config_file_root(struct config_file *f)
{
	return node(fy_document_root(f->doc));
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
	const char *text = n ? fy_node_get_scalar0(fy(n)) : NULL;

	return text ? text : "";
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
