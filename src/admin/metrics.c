/* SPDX-License-Identifier: MIT */
#include "admin/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/command.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/timer.h"
#include "muc/muc.h"
#include "store/store.h"

struct metrics {
	const struct admin *admin; /* borrowed */
	char *path;                /* owned */
	char *draft;               /* owned; written first, then renamed */
	struct timer *timer;
	bool has_failed;           /* said so once */
};

void metrics_settings_init(struct metrics_settings *s)
{
	*s = (struct metrics_settings){ .every = 15000 };
}

/* ---- the text ---- */

static void print_gauge(struct buf *out, const char *name, const char *help,
			int64_t value)
{
	buf_add_format(out, "# TYPE %s gauge\n# HELP %s %s\n%s %lld\n", name,
		       name, help, name, (long long)value);
}

void metrics_print(const struct admin *admin, struct buf *out)
{
	int64_t uptime = (clock_wall() - admin->started) / 1000;

	print_gauge(out, "hallway_uptime_seconds", "Time since the start",
		    uptime > 0 ? uptime : 0);
	print_gauge(out, "hallway_memory_bytes", "Memory in use",
		    (int64_t)mem_in_use());
	print_gauge(out, "hallway_rooms", "Rooms that exist",
		    (int64_t)muc_room_count(admin->muc));
	print_gauge(out, "hallway_occupants", "Occupants in all rooms",
		    (int64_t)muc_occupant_count(admin->muc));
	print_gauge(out, "hallway_records_waiting",
		    "Records that wait to be written",
		    (int64_t)store_waiting(admin->store));
	counter_print(out);
}

/* ---- the file ---- */

/* For a collector under another user: the umask of the daemon does not count. */
static int write_draft(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int error;

	if (fd < 0)
		return hw_error_of_errno(errno);
	error = fchmod(fd, 0644) ? hw_error_of_errno(errno)
				 : file_write_all(fd, buf_data(text), text->len);
	if (close(fd) && !error)
		error = hw_error_of_errno(errno);
	return error;
}

/* A reader finds the old file or the new one, whole. No fsync: after a crash
 * the numbers are of no use. */
static int write_file(const struct metrics *m)
{
	struct buf text = { 0 };
	int error;

	metrics_print(m->admin, &text);
	error = write_draft(m->draft, &text);
	if (!error && rename(m->draft, m->path))
		error = hw_error_of_errno(errno);
	buf_fini(&text);
	return error;
}

static void on_timer(void *owner)
{
	struct metrics *m = owner;
	int error = write_file(m);

	if (error && !m->has_failed)
		log_error(LOG_ADMIN, "%s: cannot be written: %s", m->path,
			  hw_error_text(error));
	else if (!error && m->has_failed)
		log_info(LOG_ADMIN, "%s: written again", m->path);
	m->has_failed = error != 0;
}

struct metrics *metrics_open(struct loop *loop,
			     const struct metrics_settings *settings,
			     const struct admin *admin)
{
	struct metrics *m;

	if (!settings->file)
		return NULL;
	m = mem_new(struct metrics);
	m->admin = admin;
	m->path = str_dup(settings->file);
	m->draft = str_format("%s.new", settings->file);
	m->timer = timer_new(loop, on_timer, m);
	timer_repeat(m->timer, settings->every);
	on_timer(m);
	return m;
}

void metrics_close(struct metrics **m)
{
	if (!*m)
		return;
	timer_free(&(*m)->timer);
	(void)unlink((*m)->draft);
	(void)unlink((*m)->path);
	mem_free(&(*m)->path);
	mem_free(&(*m)->draft);
	mem_free(m);
}
