/* SPDX-License-Identifier: MIT */
#include "admin/store_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <jansson.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/reader.h"
#include "xmpp/datetime.h"

#define PAGE 500 /* lines read at once */

/* A file that is being written, under another name until it is whole. */
struct writing {
	const struct store_export_settings *settings;
	char *path; /* owned */
	FILE *file;
	int64_t lines;
	char last[RAND_ID_SIZE]; /* of the line written last; "" = none */
};

/* Text that is no good UTF-8 is in no database of ours. */
static void add(json_t *to, const char *name, const char *text)
{
	if (text)
		json_object_set_new(to, name, json_string(text));
}

static int write_line(struct writing *w, const struct record_message *m)
{
	json_t *line = json_object();
	char stamp[DATETIME_SIZE];
	int error = 0;

	datetime_print(m->at, stamp);
	add(line, "id", m->id);
	add(line, "at", stamp);
	add(line, "nick", m->nick);
	add(line, "jid", m->jid);
	add(line, "occupant_id", m->occupant_id);
	add(line, "hats", m->hats);
	add(line, "text", m->body);
	json_object_set_new(line, "is_public", json_boolean(m->is_public));
	add(line, "stanza", m->stanza);
	if (json_dumpf(line, w->file, JSON_COMPACT) ||
	    fputc('\n', w->file) == EOF)
		error = hw_error_of_errno(errno);
	json_decref(line);
	w->lines++;
	(void)str_copy(w->last, sizeof(w->last), m->id);
	return error;
}

static struct archive_query *ask(const struct writing *w)
{
	struct archive_query *q = archive_query_new(w->settings->room, PAGE);

	q->start = w->settings->start;
	q->end = w->settings->end;
	q->after_id = *w->last ? str_dup(w->last) : NULL;
	return q;
}

/* One page. *is_done_out: it was the last. */
static int write_page(struct writing *w, struct reader *reader,
		      bool *is_done_out)
{
	struct archive_query *q = ask(w);
	struct archive_page *page = reader_ask(reader, q);
	int error = page->status == ARCHIVE_OK ? 0 : HW_E_IO;

	for (size_t i = 0; !error && i < page->count; i++)
		error = write_line(w, &page->rows[i]);
	*is_done_out = page->is_complete;
	archive_page_free(&page);
	archive_query_free(&q);
	return error;
}

static int write_all(struct writing *w)
{
	const struct store_export_settings *s = w->settings;
	struct reader *reader = NULL;
	int error = reader_open(s->database, &reader);
	bool is_done = false;

	while (!error && !is_done) {
		if (s->is_cancelled(s->owner))
			error = HW_E_CANCELLED;
		else
			error = write_page(w, reader, &is_done);
	}
	reader_close(&reader);
	return error;
}

static int open_file(struct writing *w)
{
	int fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	w->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (w->file)
		return 0;
	if (fd >= 0)
		close(fd);
	return hw_error_of_errno(errno);
}

static int close_file(struct writing *w, int error)
{
	if (!error && (fflush(w->file) || fsync(fileno(w->file))))
		error = hw_error_of_errno(errno);
	if (fclose(w->file) && !error)
		error = hw_error_of_errno(errno);
	if (!error && link(w->path, w->settings->path))
		error = hw_error_of_errno(errno);
	(void)unlink(w->path);
	return error;
}

int store_export_run(const struct store_export_settings *s, int64_t *lines_out)
{
	struct writing w = { .settings = s };
	int error;

	w.path = str_format("%s.new", s->path);
	error = open_file(&w);
	if (!error)
		error = close_file(&w, write_all(&w));
	mem_free(&w.path);
	*lines_out = w.lines;
	return error;
}
