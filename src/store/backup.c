/* SPDX-License-Identifier: MIT */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "store/reader.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

#define PORTION 1024 /* pages between two looks whether to go on */

static int create_file(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return hw_error_of_errno(errno);
	close(fd);
	return 0;
}

static int copy_pages(const struct backup_settings *s, struct sqlite3 *from,
		      struct sqlite3 *to)
{
	struct sqlite3_backup *b =
		sqlite3_backup_init(to, "main", from, "main");
	int code = SQLITE_OK, error = 0;

	if (!b)
		return sqlite_error(to, sqlite3_errcode(to));
	while (!error && code != SQLITE_DONE) {
		code = sqlite3_backup_step(b, PORTION);
		error = sqlite_error(to, code);
		if (!error && s->is_cancelled && s->is_cancelled(s->owner))
			error = HW_E_CANCELLED;
	}
	code = sqlite3_backup_finish(b);
	return error ? error : sqlite_error(to, code);
}

/* The reader's transaction holds the moment; who writes goes on meanwhile, in
 * the write-ahead log. */
static int copy(const struct backup_settings *s, struct sqlite3 *to)
{
	struct reader *reader = NULL;
	int64_t at;
	int error = reader_open(s->from, &reader);

	if (error)
		return error;
	error = reader_begin(reader);
	if (!error)
		error = reader_heartbeat(reader, &at); /* from here on */
	if (!error)
		error = copy_pages(s, reader_db(reader), to);
	reader_end(reader);
	reader_close(&reader);
	return error;
}

int backup_make(const struct backup_settings *settings)
{
	struct sqlite3 *to = NULL;
	int error = create_file(settings->to);

	if (error)
		return error;
	error = sqlite_open(settings->to, true, &to);
	if (!error) {
		error = sqlite_run(to, "PRAGMA synchronous = FULL");
		if (!error)
			error = copy(settings, to);
		sqlite_close(&to);
	}
	if (error)
		unlink(settings->to);
	return error;
}
