/* SPDX-License-Identifier: MIT */
#include "web/record_zip.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "web/minutes_text.h"
#include "web/session_export.h"
#include "web/session_log.h"

struct packing {
	struct archive *archive; /* of the library */
	struct buf *out;         /* borrowed; NULL: nobody wants it any more */
	struct buf manifest;
	time_t at;
	bool has_failed;
};

static la_ssize_t on_write(struct archive *archive, void *owner,
			   const void *data, size_t len)
{
	struct packing *p = owner;

	(void)archive;
	if (p->out)
		buf_add(p->out, data, len);
	return (la_ssize_t)len;
}

static void add_file(struct packing *p, const char *name,
		     const struct buf *content)
{
	struct archive_entry *entry = archive_entry_new();

	require(entry);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, p->at, 0);
	archive_entry_set_size(entry, (la_int64_t)content->len);
	if (archive_write_header(p->archive, entry) != ARCHIVE_OK ||
	    archive_write_data(p->archive, buf_data(content), content->len) !=
		    (la_ssize_t)content->len)
		p->has_failed = true;
	archive_entry_free(entry);
}

/* Empties the content. */
static void add_listed(struct packing *p, const char *name, struct buf *content)
{
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *hex;

	digest_sha256(buf_data(content), content->len, digest);
	hex = hex_encode(digest, sizeof(digest));
	buf_add_format(&p->manifest, "%s  %s\n", hex, name);
	mem_free(&hex);
	add_file(p, name, content);
	buf_clear(content);
}

static void add_said(struct packing *p, const struct session_log *l,
		     const struct minutes_view *v, struct buf *b)
{
	session_export_text(l, b);
	add_listed(p, "transcript.txt", b);
	session_export_html(l, v, b);
	add_listed(p, "transcript.html", b);
	session_export_json(l, v->room, b);
	add_listed(p, "transcript.json", b);
	session_export_chatlog(l, b);
	add_listed(p, "chatlog.json", b);
}

static void add_rest(struct packing *p, const struct session_log *l,
		     const struct minutes_view *v, struct buf *b)
{
	session_export_polls(l, b);
	add_listed(p, "polls.json", b);
	minutes_write_markdown(b, v);
	add_listed(p, "minutes.md", b);
	session_export_minutes(v, b);
	add_listed(p, "minutes.html", b);
	session_export_attendance(l, b);
	add_listed(p, "attendance.json", b);
	session_export_tombstones(l, b);
	add_listed(p, "tombstones.json", b);
}

static void add_key(struct packing *p, const struct sign_key *key,
		    struct buf *b)
{
	char *pem = sign_key_pem(key);

	buf_add_str(b, pem);
	add_listed(p, "key.pem", b);
	mem_free(&pem);
}

/* The last two: what lists the others, and who says so. */
static void sign(struct packing *p, const struct sign_key *key, struct buf *b)
{
	unsigned char signature[SIGN_SIZE];
	struct buf statement = { 0 };
	char *text;

	add_file(p, "MANIFEST.sha256", &p->manifest);
	buf_add_str(&statement, RECORD_ZIP_STATEMENT);
	buf_add(&statement, buf_data(&p->manifest), p->manifest.len);
	sign_make(key, buf_data(&statement), statement.len, signature);
	text = base64_encode(signature, sizeof(signature));
	buf_add_format(b, "%s\n", text);
	add_file(p, "MANIFEST.sig", b);
	mem_free(&text);
	buf_fini(&statement);
}

int record_zip_make(const struct session_log *l, const struct minutes_view *v,
		    const struct sign_key *key, unsigned revision, int64_t now,
		    struct buf *out)
{
	struct packing p = { .out = out, .at = (time_t)(now / 1000) };
	struct buf b = { 0 };

	require(v->is_away);
	p.archive = archive_write_new();
	require(p.archive);
	p.has_failed =
		archive_write_set_format_zip(p.archive) != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(p.archive, 0) != ARCHIVE_OK ||
		archive_write_open(p.archive, &p, NULL, on_write, NULL) !=
			ARCHIVE_OK;
	session_export_head(l, v, revision, now, &b);
	add_listed(&p, "session.json", &b);
	add_said(&p, l, v, &b);
	add_rest(&p, l, v, &b);
	add_key(&p, key, &b);
	sign(&p, key, &b);
	if (archive_write_close(p.archive) != ARCHIVE_OK)
		p.has_failed = true;
	p.out = NULL;
	(void)archive_write_free(p.archive);
	buf_fini(&b);
	buf_fini(&p.manifest);
	return p.has_failed ? HW_E_IO : 0;
}
