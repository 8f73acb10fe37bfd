/* SPDX-License-Identifier: MIT */
#include "web/export_zip.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/export.h"
#include "web/web.h"

struct export_zip {
	const struct export_log *log; /* borrowed */
	struct archive *archive;      /* of the library */
	struct buf *out;              /* borrowed while something is written */
	struct buf manifest;
	char *folder;                 /* owned; of all files */
	time_t now;
	size_t next;                  /* day */
	bool has_failed;
};

static la_ssize_t on_write(struct archive *archive, void *owner,
			   const void *data, size_t len)
{
	struct export_zip *z = owner;

	(void)archive;
	if (z->out)
		buf_add(z->out, data, len);
	return (la_ssize_t)len;
}

/* Only what no system minds. */
static char *fit_name(const char *room)
{
	size_t len = strcspn(room, "@");
	char *name = str_dup_n(room, len);

	for (char *at = name; *at; at++) {
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') &&
		    *at != '-')
			*at = '-';
	}
	return name;
}

struct export_zip *export_zip_new(const struct export_log *log)
{
	struct export_zip *z = mem_new(struct export_zip);

	z->log = log;
	z->folder = fit_name(log->room);
	z->now = (time_t)(clock_wall() / 1000);
	z->archive = archive_write_new();
	require(z->archive);
	z->has_failed =
		archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(z->archive, 0) !=
			ARCHIVE_OK ||
		archive_write_open(z->archive, z, NULL, on_write, NULL) !=
			ARCHIVE_OK;
	return z;
}

void export_zip_free(struct export_zip **z)
{
	if (!*z)
		return;
	(*z)->out = NULL; /* what it still writes is for nobody */
	(void)archive_write_free((*z)->archive);
	buf_fini(&(*z)->manifest);
	mem_free(&(*z)->folder);
	mem_free(z);
}

static void fail(struct export_zip *z)
{
	const char *text = archive_error_string(z->archive);

	log_warn(LOG_WEB, "%s: a ZIP file cannot be made: %s", z->log->room,
		 text ? text : "unknown");
	z->has_failed = true;
}

static void add_file(struct export_zip *z, const char *name,
		     const struct buf *content)
{
	struct archive_entry *entry = archive_entry_new();
	char *path = str_format("%s/%s", z->folder, name);

	require(entry);
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, z->now, 0);
	archive_entry_set_size(entry, (la_int64_t)content->len);
	if (archive_write_header(z->archive, entry) != ARCHIVE_OK ||
	    archive_write_data(z->archive, buf_data(content), content->len) !=
		    (la_ssize_t)content->len)
		fail(z);
	archive_entry_free(entry);
	mem_free(&path);
}

static void add_listed(struct export_zip *z, const char *name,
		       const struct buf *content)
{
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *hex;

	digest_sha256(buf_data(content), content->len, digest);
	hex = hex_encode(digest, sizeof(digest));
	buf_add_format(&z->manifest, "%s  %s\n", hex, name);
	mem_free(&hex);
	add_file(z, name, content);
}

/* A file is a whole export of that one day. */
static void add_day(struct export_zip *z, enum export_form form)
{
	const char *day = z->log->days[z->next];
	char *name = str_format("%s%s", day, export_suffix(form));
	struct buf content = { 0 };
	bool is_first = true;

	export_begin(z->log, form, &content);
	if (export_day(z->log, form, z->next, &is_first, &content)) {
		z->has_failed = true;
	} else {
		export_end(z->log, form, &content);
		add_listed(z, name, &content);
	}
	buf_fini(&content);
	mem_free(&name);
}

static void finish(struct export_zip *z)
{
	const char *key = z->log->settings->public_key;
	struct buf content = { 0 };

	if (key) {
		buf_add_str(&content, key);
		add_listed(z, "key.pem", &content);
		buf_fini(&content);
	}
	add_file(z, "MANIFEST.sha256", &z->manifest);
	if (!z->has_failed && archive_write_close(z->archive) != ARCHIVE_OK)
		fail(z);
}

bool export_zip_fill(struct export_zip *z, struct buf *out)
{
	bool is_last = z->next == z->log->count;

	z->out = out;
	if (is_last) {
		finish(z);
	} else {
		for (int form = 0;
		     form < EXPORT_FORM_COUNT && !z->has_failed; form++)
			add_day(z, (enum export_form)form);
		z->next++;
	}
	z->out = NULL;
	return !is_last && !z->has_failed;
}
