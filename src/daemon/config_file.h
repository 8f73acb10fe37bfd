/* SPDX-License-Identifier: MIT */
/*
 * config_file: the syntax of the configuration file (YAML 1.2, libfyaml). Every
 * scalar is text; what it means is config's business. A complaint is printed to
 * stderr with file, line, column and the line itself.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"

struct config_file;
struct config_node;

enum config_shape { CONFIG_SCALAR, CONFIG_LIST, CONFIG_MAPPING };

/** NULL after complaining when the file cannot be read or is no YAML. */
struct config_file *config_file_open(const char *path);
void config_file_close(struct config_file **f);

/** The whole document, or NULL for an empty file. Nodes are borrowed. */
struct config_node *config_file_root(struct config_file *f);
enum config_shape config_node_shape(struct config_node *n);
/** Text of a scalar ("" for null, and for text with a NUL in it). */
const char *config_node_text(struct config_node *n);
/** Items of a list, or pairs of a mapping; NULL past the end. */
struct config_node *config_node_item(struct config_node *list, size_t i);
/** Value of pair i (may be NULL: nothing stands there); key_out its key. */
bool config_node_pair(struct config_node *mapping, size_t i,
		      struct config_node **key_out,
		      struct config_node **value_out);
void config_node_complain(struct config_node *n, const char *format, ...)
	HW_PRINTF(2, 3);
