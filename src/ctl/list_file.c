/* SPDX-License-Identifier: MIT */
#include "ctl/list_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "ctl/talk.h"

#define READ_SIZE 65536
#define LIST_MAX ((size_t)14 << 20) /* a request is a line of 16 MiB */

bool list_file_is_meant(const char *command)
{
	return str_equal(command, "rooms import") ||
	       str_equal(command, "meetings import");
}

static int complain(const char *path, const char *why)
{
	fprintf(stderr, "hallwayctl: %s: %s\n", path, why);
	return EXIT_USAGE;
}

static int add_stream(const char *path, FILE *file, struct buf *out)
{
	size_t n;

	while ((n = fread(buf_reserve(out, READ_SIZE), 1, READ_SIZE, file)) >
	       0) {
		buf_grow(out, n);
		if (out->len > LIST_MAX)
			return complain(path, "is too long");
	}
	if (ferror(file))
		return complain(path, strerror(errno));
	buf_add_char(out, '\n'); /* what follows begins a line */
	return -1;
}

static int add_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	int status;

	if (!file)
		return complain(path, strerror(errno));
	status = add_stream(path, file, out);
	fclose(file);
	return status;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int add_folder(const char *path, struct buf *out)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_visible, alphasort);
	int status = -1;

	if (count < 0)
		return complain(path, strerror(errno));
	for (int i = 0; i < count; i++) {
		char *file = str_format("%s/%s", path, entries[i]->d_name);

		if (status < 0)
			status = add_file(file, out);
		mem_free(&file);
		free(entries[i]);
	}
	free(entries);
	return status;
}

int list_file_add(const char *path, struct buf *out)
{
	struct stat st;

	if (str_equal(path, "-"))
		return add_stream("standard input", stdin, out);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(path, out);
	return add_file(path, out);
}
