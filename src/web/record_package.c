/* SPDX-License-Identifier: MIT */
#include "web/record_package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/meeting_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/day_key.h"
#include "web/html.h"
#include "web/minutes_text.h"
#include "web/record_zip.h"
#include "web/room_path.h"
#include "web/session_log.h"
#include "web/web.h"
#include "web/web_site.h"

#define MEETINGS_MAX 5000 /* of a room, that a tombstone may be of */
#define MARK 8            /* bytes of a digest that tell rooms apart */

/* ---- files: "council-2026-11-22-1405-0123456789abcdef.2.3.zip" is the second
 * revision, with three tombstones ---- */

struct kept {
	unsigned revision; /* 0: there is none */
	size_t tombstones;
	char *file; /* owned; its name, or NULL */
};

/* What stands before revision and tombstones. */
static char *new_stem(const char *room, const char *name)
{
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *local = str_dup_n(room, strcspn(room, "@")), *hex, *stem;

	for (char *c = local; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
			*c = '-';
	digest_sha256(room, strlen(room), digest);
	hex = hex_encode(digest, MARK);
	stem = str_format("%.60s-%s-%s.", local, name, hex);
	mem_free(&local);
	mem_free(&hex);
	return stem;
}

struct finding {
	const char *stem;
	struct kept *kept;
};

static int on_file(void *owner, const char *name)
{
	struct finding *f = owner;
	struct kept k = { 0 };
	int end = 0;

	if (!str_has_prefix(name, f->stem) ||
	    sscanf(name + strlen(f->stem), "%u.%zu.zip%n", &k.revision,
		   &k.tombstones, &end) != 2 ||
	    !end || name[strlen(f->stem) + (size_t)end] ||
	    k.revision <= f->kept->revision)
		return 0;
	mem_free(&f->kept->file);
	k.file = str_dup(name);
	*f->kept = k;
	return 0;
}

static int find_kept(const struct web_settings *s, const char *stem,
		     struct kept *kept)
{
	struct finding f = { .stem = stem, .kept = kept };
	int error = file_each(s->records, on_file, &f);

	return error == HW_E_NOT_FOUND ? 0 : error;
}

static void drop(const struct web_settings *s, struct kept *k)
{
	char *path = k->file ? str_format("%s/%s", s->records, k->file) : NULL;

	if (path && unlink(path) && errno != ENOENT)
		log_warn(LOG_WEB, "%s: %s", path, strerror(errno));
	mem_free(&path);
	mem_free(&k->file);
}

static int write_whole(const char *path, const struct buf *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;
	int error = 0;

	if (fd < 0)
		return hw_error_of_errno(errno);
	n = write(fd, buf_data(bytes), bytes->len);
	if (n != (ssize_t)bytes->len)
		error = n < 0 ? hw_error_of_errno(errno) : HW_E_NO_SPACE;
	else if (fsync(fd))
		error = hw_error_of_errno(errno);
	if (close(fd) && !error)
		error = hw_error_of_errno(errno);
	return error;
}

static int keep(const struct web_settings *s, const char *stem, struct kept *k,
		const struct buf *bytes)
{
	char *path, *fresh = str_format("%s/%snew", s->records, stem);
	int error;

	k->file = str_format("%s%u.%zu.zip", stem, k->revision, k->tombstones);
	path = str_format("%s/%s", s->records, k->file);
	if (mkdir(s->records, 0700) && errno != EEXIST)
		error = hw_error_of_errno(errno);
	else
		error = write_whole(fresh, bytes);
	if (!error && rename(fresh, path))
		error = hw_error_of_errno(errno);
	if (!error)
		error = file_sync_folder(s->records);
	if (error)
		(void)unlink(fresh);
	mem_free(&path);
	mem_free(&fresh);
	return error;
}

/* ---- making ---- */

static bool is_possible(const struct web_desk *desk)
{
	return desk->settings->records && desk->settings->sign_key;
}

static int make(const struct web_desk *desk, const char *room,
		const struct session_log *l, const char *stem, struct kept *k)
{
	const struct web_room *view = web_site_find(desk->site, room);
	const struct minutes_view v = {
		.settings = desk->settings,
		.room = room,
		.name = view && view->is_on_web && view->name ? view->name
							      : room,
		.row = l->row,
		.minutes = l->minutes,
		.lines = l->lines,
		.is_away = true,
	};
	struct buf bytes = { 0 };
	int error;

	k->revision++;
	k->tombstones = l->tombstones;
	error = record_zip_make(l, &v, desk->settings->sign_key, k->revision,
				clock_wall(), &bytes);
	if (!error)
		error = keep(desk->settings, stem, k, &bytes);
	if (error)
		log_warn(LOG_WEB, "%s: the record of session %s: %s", room,
			 l->row->name, hw_error_text(error));
	buf_fini(&bytes);
	return error;
}

/* Is what was said then still kept? */
static int check_kept(const struct web_desk *desk, const struct session_log *l)
{
	int64_t since = 0;
	int error = log_reader_kept_since(desk->reader, &since);

	return !error && l->from < since ? HW_E_CLOSED : error;
}

/* The newest that may be shown: the one that is there, or a fresh one.
 * HW_E_NOT_FOUND: there is none; HW_E_CLOSED: there is none any more. */
static int get(const struct web_desk *desk, const char *room,
	       const struct session_log *l, struct kept *k)
{
	char *stem;
	int error;

	if (!is_possible(desk) || l->row->state != RECORD_MEETING_ENDED)
		return HW_E_NOT_FOUND;
	stem = new_stem(room, l->row->name);
	error = find_kept(desk->settings, stem, k);
	if (!error)
		error = check_kept(desk, l);
	if (error == HW_E_CLOSED) {
		drop(desk->settings, k);
	} else if (!error && (!k->file || k->tombstones != l->tombstones)) {
		struct kept old = *k;

		k->file = NULL;
		error = make(desk, room, l, stem, k);
		/* what was taken back must go, whether there is a new one */
		drop(desk->settings, &old);
	}
	mem_free(&stem);
	return error;
}

/* ---- answers ---- */

static char *path_new(const struct web_settings *s, const char *room,
		      const char *name, unsigned revision)
{
	char *behind = revision == 1 ? str_format("meeting/%s/record.zip", name)
				     : str_format("meeting/%s/record-%u.zip",
						  name, revision);
	char *path = room_path_new(s, room, behind);

	mem_free(&behind);
	return path;
}

static void send_file(struct call *c, const struct kept *k)
{
	char *path = str_format("%s/%s", c->desk->settings->records, k->file);
	char *name = str_format("attachment; filename=\"%s\"", k->file);
	struct stat st;

	c->file = open(path, O_RDONLY | O_CLOEXEC);
	if (c->file >= 0 && fstat(c->file, &st) == 0) {
		c->file_size = (uint64_t)st.st_size;
		c->type = "application/zip";
		c->cache = "public, max-age=300";
		c->etag = str_format("\"%s\"", k->file);
		call_add_header(c, "Content-Disposition", name);
		call_add_header(c, "Access-Control-Allow-Origin", "*");
		call_add_header(c, "X-Robots-Tag", "noindex");
	} else {
		call_fail(c, 503, NULL);
	}
	mem_free(&name);
	mem_free(&path);
}

static void tell_replaced(struct call *c, const struct session_log *l,
			  const struct kept *k)
{
	char *path =
		path_new(c->desk->settings, c->room, l->row->name, k->revision);
	char *url = room_path_new_site_url(c->desk->settings, path);
	char *text = str_format("Something of this record was taken back "
				"after it was made, so it is not given out "
				"any more. Revision %u has what stands: %s",
				k->revision, url);

	call_fail(c, 410, text);
	mem_free(&text);
	mem_free(&url);
	mem_free(&path);
}

static void answer(struct call *c, unsigned revision)
{
	struct session_log *l = NULL;
	struct kept k = { 0 };
	int error = session_log_read(c->desk->reader, c->room, c->parts[0], &l);

	if (!error)
		error = get(c->desk, c->room, l, &k);
	if (error == HW_E_CLOSED)
		call_fail(c, 410,
			  "What was said in that session is not kept "
			  "any longer.");
	else if (error == HW_E_NOT_FOUND || (!error && revision > k.revision))
		call_fail(c, 404,
			  "There is no record of such a session. One "
			  "is made when a session ends.");
	else if (error)
		call_fail(c, 503, NULL);
	else if (revision < k.revision)
		tell_replaced(c, l, &k);
	else
		send_file(c, &k);
	mem_free(&k.file);
	session_log_free(&l);
}

void record_package_answer(struct call *c)
{
	answer(c, 1);
}

void record_package_answer_revision(struct call *c)
{
	static const char prefix[] = "record-";
	int64_t revision;

	if (!str_has_prefix(c->parts[1], prefix) ||
	    str_to_int64(c->parts[1] + strlen(prefix), 2, 1000000, &revision))
		call_fail(c, 404, NULL);
	else
		answer(c, (unsigned)revision);
}

void record_package_write(struct call *c, struct html *h,
			  const struct session_log *l)
{
	struct kept k = { 0 };
	char *path;

	if (get(c->desk, c->room, l, &k)) {
		mem_free(&k.file);
		return;
	}
	path = path_new(c->desk->settings, c->room, l->row->name, k.revision);
	html_elem(h, "h2", "The record");
	html_open(h, "p");
	html_link(h, path, "All of it in one signed file (ZIP)");
	html_text(h, ". Check it anywhere with ");
	html_elem(h, "code", "hallwayctl record verify");
	html_text(h, ".");
	if (k.revision > 1)
		html_format(h,
			    " This is revision %u: something was taken back "
			    "after the first was made.",
			    k.revision);
	html_close(h);
	mem_free(&path);
	mem_free(&k.file);
}

/* ---- what happens ---- */

struct sweeping {
	const struct web_settings *settings;
	int64_t since;
};

/* The first day of the session that a file is of; false: it is no such file. */
static bool read_day(const char *file, int64_t *start_out)
{
	char key[DAY_KEY_SIZE];
	bool is_found = false;

	for (const char *at = strchr(file, '-'); at; at = strchr(at + 1, '-')) {
		int64_t start;

		(void)str_copy(key, sizeof(key), at + 1);
		if (!day_key_parse(key, &start))
			continue;
		*start_out = start;
		is_found = true;
	}
	return is_found;
}

static int sweep_file(void *owner, const char *name)
{
	const struct sweeping *s = owner;
	struct kept k = { 0 };
	int64_t start;

	if (!str_has_suffix(name, ".zip") || !read_day(name, &start) ||
	    start + DAY_MS > s->since)
		return 0;
	k.file = str_dup(name);
	drop(s->settings, &k);
	return 0;
}

void record_package_sweep(const struct web_desk *desk)
{
	struct sweeping s = { .settings = desk->settings };
	int error;

	if (!is_possible(desk))
		return;
	error = log_reader_kept_since(desk->reader, &s.since);
	if (!error && s.since > 0)
		error = file_each(desk->settings->records, sweep_file, &s);
	if (error && error != HW_E_NOT_FOUND)
		log_warn(LOG_WEB, "%s: %s", desk->settings->records,
			 hw_error_text(error));
}

static void renew(const struct web_desk *desk, const char *room,
		  const char *name)
{
	struct session_log *l = NULL;
	struct kept k = { 0 };

	if (!session_log_read(desk->reader, room, name, &l))
		(void)get(desk, room, l, &k);
	mem_free(&k.file);
	session_log_free(&l);
}

struct touching {
	int64_t at;
	char **names; /* owned */
	size_t count;
};

static void on_meeting(void *owner, const struct record *record)
{
	struct touching *t = owner;
	const struct record_meeting *m = &record->as_meeting;

	if (m->state != RECORD_MEETING_ENDED || t->at < m->started ||
	    t->at > m->ended + DAY_MS)
		return;
	t->names = mem_realloc(t->names, (t->count + 1) * sizeof(char *));
	t->names[t->count++] = str_dup(m->name);
}

static void heed_retraction(const struct web_desk *desk, const struct record *r)
{
	struct touching t = { 0 };
	char *room = NULL;
	bool is_public;
	int error = log_reader_find(desk->reader, r->as_retraction.id, &room,
				    &t.at, &is_public);

	if (!error)
		error = meeting_reader_list(desk->reader, r->room, true,
					    MEETINGS_MAX, on_meeting, &t);
	if (error)
		log_warn(LOG_WEB, "%s: records of sessions: %s", r->room,
			 hw_error_text(error));
	for (size_t i = 0; i < t.count; i++) {
		renew(desk, r->room, t.names[i]);
		mem_free(&t.names[i]);
	}
	mem_free(&t.names);
	mem_free(&room);
}

void record_package_heed(const struct web_desk *desk,
			 const struct record *record)
{
	if (!is_possible(desk))
		return;
	if (record->kind == RECORD_RETRACTION)
		heed_retraction(desk, record);
	if (record->kind != RECORD_MEETING)
		return;
	record_package_sweep(desk);
	if (record->as_meeting.state == RECORD_MEETING_ENDED)
		renew(desk, record->room, record->as_meeting.name);
}
