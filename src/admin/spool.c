/* SPDX-License-Identifier: MIT */
#include "admin/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/importer.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch.h"

#define QUIET 2     /* s without a change: the file is whole */
#define SOON 1000   /* ms; look again */
#define LATER 60000 /* ms; where the kernel tells nothing */
#define LIST_MAX ((off_t)16 << 20)

struct spool {
	struct importer *importer; /* borrowed */
	char *folder;              /* owned */
	struct watch *watch;
	struct timer *timer;
	char *name;     /* owned; of the file that is being taken
				    * up, or NULL */
	struct buf log; /* what is said of it */
	bool is_stuck;  /* files cannot be moved: nothing more */
};

/* ---- files ---- */

static bool is_named_well(const char *name)
{
	return *name != '.' && !str_has_suffix(name, "~") &&
	       !str_has_suffix(name, ".tmp") && !str_has_suffix(name, ".part");
}

/* A file of its own, no link that leads elsewhere. */
static bool is_file(const struct spool *s, const char *name, struct stat *st)
{
	char *path = str_format("%s/%s", s->folder, name);
	bool is = lstat(path, st) == 0 && S_ISREG(st->st_mode);

	mem_free(&path);
	return is;
}

static bool is_quiet(const struct stat *st)
{
	time_t now = time(NULL);

	/* one from the future is as old as it will get */
	return st->st_mtime > now || now - st->st_mtime >= QUIET;
}

/* The first file that is whole, owned, or NULL; *waits_out: there is one that
 * may be soon. */
static char *find_file(const struct spool *s, bool *waits_out)
{
	struct dirent **entries;
	int count = scandir(s->folder, &entries, NULL, alphasort);
	char *found = NULL;
	struct stat st;

	*waits_out = false;
	if (count < 0)
		return NULL;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (!found && is_named_well(name) && is_file(s, name, &st)) {
			if (is_quiet(&st))
				found = str_dup(name);
			else
				*waits_out = true;
		}
		free(entries[i]);
	}
	free(entries);
	return found;
}

static bool read_all(int fd, struct buf *out)
{
	ssize_t n;

	while ((n = read(fd, buf_reserve(out, 65536), 65536)) > 0)
		buf_grow(out, (size_t)n);
	return n == 0;
}

/* Owned; NULL, and why. */
static char *read_file(const struct spool *s, const char **why_out)
{
	char *path = str_format("%s/%s", s->folder, s->name), *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct buf out = { 0 };
	struct stat st;

	*why_out = "the file cannot be read";
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > LIST_MAX)
			*why_out = "the file is too long";
		else if (read_all(fd, &out) &&
			 !memchr(buf_data(&out), '\0', out.len))
			text = buf_steal_str(&out);
	}
	if (fd >= 0)
		close(fd);
	buf_fini(&out);
	mem_free(&path);
	return text;
}

static bool write_log(const char *path, struct buf *log)
{
	FILE *file = fopen(path, "we");
	bool is_good;

	if (!file)
		return false;
	is_good = fwrite(buf_data(log), 1, log->len, file) == log->len;
	return fclose(file) == 0 && is_good;
}

/* Owned: in a folder, under a name that is free. */
static char *new_place(const struct spool *s, const char *folder)
{
	char *path = str_format("%s/%s/%s", s->folder, folder, s->name);

	for (unsigned i = 1; access(path, F_OK) == 0 && i < 10000; i++) {
		mem_free(&path);
		path = str_format("%s/%s/%s.%u", s->folder, folder, s->name, i);
	}
	return path;
}

static bool move_file(const struct spool *s, const char *to)
{
	char *from = str_format("%s/%s", s->folder, s->name);
	bool is_moved = rename(from, to) == 0;

	mem_free(&from);
	return is_moved;
}

static void put_away(struct spool *s, const char *folder)
{
	char *path = new_place(s, folder);
	char *log = str_format("%s.log", path);

	if (!write_log(log, &s->log) || !move_file(s, path)) {
		log_error(LOG_ADMIN,
			  "%s: cannot be moved to %s (%s); nothing more is "
			  "imported from the folder until the next start",
			  s->name, folder, strerror(errno));
		s->is_stuck = true;
	}
	mem_free(&log);
	mem_free(&path);
}

/* ---- taking one up ---- */

static void on_row(void *owner, const struct command_value *values,
		   size_t count)
{
	struct spool *s = owner;

	for (size_t i = 0; i < count; i++) {
		const char *text = values[i].text ? values[i].text : "";

		if (i > 0)
			buf_add_char(&s->log, '\t');
		str_add_escaped(&s->log, text, strlen(text), "");
	}
	buf_add_char(&s->log, '\n');
}

static void on_end(void *owner, const char *error, const char *text)
{
	struct spool *s = owner;

	/* it is not the file's fault, and it stays where it is */
	if (str_equal(error, IMPORTER_STOPPING)) {
		mem_free(&s->name);
		return;
	}
	if (error)
		buf_add_format(&s->log, "%s: %s\n", error, text);
	if (error)
		log_warn(LOG_ADMIN, "%s: not imported: %s", s->name, text);
	else
		log_info(LOG_ADMIN, "%s: imported", s->name);
	put_away(s, error ? "failed" : "done");
	mem_free(&s->name);
	buf_fini(&s->log);
	timer_start(s->timer, 0); /* the next one */
}

static void import(struct spool *s)
{
	const struct importer_wish wish = { .by = "spool", .applies = true };
	const struct command_reply reply = {
		.owner = s,
		.row = on_row,
		.end = on_end,
	};
	const char *why;
	char *text = read_file(s, &why);

	if (text)
		importer_run(s->importer, text, &wish, &reply);
	else
		on_end(s, "unreadable", why);
	mem_free(&text);
}

static void look(void *owner)
{
	struct spool *s = owner;
	bool waits = false;

	if (s->name || s->is_stuck)
		return;
	if (importer_is_busy(s->importer))
		waits = true;
	else
		s->name = find_file(s, &waits);
	if (s->name)
		import(s);
	else
		timer_start(s->timer, waits ? SOON : LATER);
}

/* ---- life ---- */

static bool make_folder(const char *folder, const char *below)
{
	char *path = str_format("%s/%s", folder, below);
	bool is_there = (mkdir(path, 0770) == 0 || errno == EEXIST) &&
			access(path, R_OK | W_OK | X_OK) == 0;

	mem_free(&path);
	return is_there;
}

struct spool *spool_open(struct loop *loop, struct importer *importer,
			 const char *folder)
{
	struct spool *s;

	if (!make_folder(folder, ".") && mkdir(folder, 0770)) {
		log_error(LOG_ADMIN, "%s: cannot be made: %s", folder,
			  strerror(errno));
		return NULL;
	}
	if (!make_folder(folder, "done") || !make_folder(folder, "failed")) {
		log_error(LOG_ADMIN, "%s: cannot be written to: %s", folder,
			  strerror(errno));
		return NULL;
	}
	s = mem_new(struct spool);
	s->importer = importer;
	s->folder = str_dup(folder);
	s->timer = timer_new(loop, look, s);
	s->watch = watch_new(loop, look, s);
	watch_add(s->watch, folder);
	timer_start(s->timer, 0);
	return s;
}

void spool_close(struct spool **s)
{
	if (!*s)
		return;
	watch_free(&(*s)->watch);
	timer_free(&(*s)->timer);
	buf_fini(&(*s)->log);
	mem_free(&(*s)->name);
	mem_free(&(*s)->folder);
	mem_free(s);
}
