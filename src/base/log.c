/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

#define AREA_NAME(name, text) (text),
static const char *const area_names[] = { LOG_AREA_TABLE(AREA_NAME) };

static const char *const level_names[] = { "error", "warn", "info", "debug" };

/* sd-daemon(3): the priorities of syslog */
static const int level_priorities[] = { 3, 4, 6, 7 };

enum line_style { STYLE_UNKNOWN, STYLE_TIME, STYLE_JOURNAL };

/* Where lines go; the lock also keeps the lines in the order of their time. */
struct sink {
	pthread_mutex_t lock;
	int fd;                /* owned unless it is stderr */
	enum line_style style; /* unknown until the first line or configure */
};

static struct sink sink = { PTHREAD_MUTEX_INITIALIZER, STDERR_FILENO,
			    STYLE_UNKNOWN };

/* Relaxed: read by every thread while main may change them. */
static _Atomic int levels[LOG_AREA_COUNT] = {
	[0 ... LOG_AREA_COUNT - 1] = LOG_INFO
};

/* JOURNAL_STREAM is inherited; it speaks of our stderr only if that still is
 * the stream it names (systemd.exec(5)). */
static enum line_style stderr_style(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char own[64];

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return STYLE_TIME;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return str_equal(stream, own) ? STYLE_JOURNAL : STYLE_TIME;
}

void log_settings_init(struct log_settings *s, enum log_level level)
{
	for (size_t i = 0; i < LOG_AREA_COUNT; i++)
		s->levels[i] = level;
	s->file = NULL;
}

static void set_sink(int fd, enum line_style style)
{
	int old;

	pthread_mutex_lock(&sink.lock);
	old = sink.fd;
	sink.fd = fd;
	sink.style = style;
	pthread_mutex_unlock(&sink.lock);
	if (old != STDERR_FILENO)
		close(old);
}

int log_configure(const struct log_settings *s)
{
	int fd;

	for (size_t i = 0; i < LOG_AREA_COUNT; i++)
		atomic_store_explicit(&levels[i], (int)s->levels[i],
				      memory_order_relaxed);
	if (!s->file) {
		set_sink(STDERR_FILENO, stderr_style());
		return 0;
	}
	fd = open(s->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return hw_error_of_errno(errno);
	set_sink(fd, STYLE_TIME);
	return 0;
}

bool log_is_on(enum log_area area, enum log_level level)
{
	return (int)level <=
	       atomic_load_explicit(&levels[area], memory_order_relaxed);
}

/* "2026-11-23T01:02:03.456Z " */
static void add_time(struct buf *line)
{
	int64_t now = clock_wall();
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_add_format(line, "%s.%03dZ ", text, (int)(now % 1000));
}

static void add_head(struct buf *line, enum log_area area, enum log_level level)
{
	if (sink.style == STYLE_UNKNOWN)
		sink.style = stderr_style();
	if (sink.style == STYLE_JOURNAL) {
		buf_add_format(line, "<%d>", level_priorities[level]);
	} else {
		add_time(line);
		buf_add_format(line, "%-5s ", level_names[level]);
	}
	buf_add_format(line, "%s: ", area_names[area]);
}

/* There is nowhere to complain: a line that cannot be written is lost. A rest
 * follows only where the system took a part, as a disk about to fill does. */
static void write_line(const struct buf *line)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t n =
			write(sink.fd, buf_data(line) + done, line->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

static void add_escaped(struct buf *line, const char *format, va_list args)
{
	struct buf text = { 0 };

	buf_add_format_va(&text, format, args);
	str_add_escaped(line, (const char *)buf_data(&text), text.len, "");
	buf_fini(&text);
}

void log_write(enum log_area area, enum log_level level, const char *format,
	       ...)
{
	int saved = errno; /* a log line must not change what it tells about */
	struct buf line = { 0 };
	va_list args;

	pthread_mutex_lock(&sink.lock);
	add_head(&line, area, level);
	va_start(args, format);
	add_escaped(&line, format, args);
	va_end(args);
	buf_add_char(&line, '\n');
	write_line(&line);
	pthread_mutex_unlock(&sink.lock);
	buf_fini(&line);
	errno = saved;
}

bool log_level_parse(const char *name, enum log_level *level_out)
{
	for (size_t i = 0; i < array_len(level_names); i++)
		if (str_equal(name, level_names[i])) {
			*level_out = (enum log_level)i;
			return true;
		}
	return false;
}
