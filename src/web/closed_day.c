/* SPDX-License-Identifier: MIT */
#include "web/closed_day.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <brotli/encode.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/counter.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/day.h"
#include "web/day_key.h"
#include "web/web.h"
#include "web/web_site.h"

#define KEEP_FOR (3600 * 1000)	/* ms; names and links about a day change */
#define CACHE_CONTROL "public, max-age=300"
#define CACHE_CONTROL_OPEN "no-cache" /* ask each time; the tag says it all */
#define GZIP_LEVEL 6
#define GZIP_LEVEL_OPEN 1 /* it will not be kept for long */
#define BROTLI_LEVEL 5
#define SMALL 512		/* bytes: not worth compressing */
#define SUFFIX ".day"

/* In the order in which they are preferred. */
enum coding { CODING_BROTLI, CODING_GZIP, CODING_NONE, CODING_COUNT };

static const struct {
	const char *name; /* in headers; NULL: none */
	const char *mark; /* in file names and tags */
} codings[CODING_COUNT] = {
	[CODING_BROTLI] = { "br", "b" },
	[CODING_GZIP] = { "gzip", "g" },
	[CODING_NONE] = { NULL, "p" },
};

/* An answer that is kept. */
struct kept {
	char *room, *day;     /* owned */
	const char *type;     /* a literal */
	struct call_header headers[CALL_HEADERS_MAX]; /* values are owned */
	size_t header_count;
	bool is_open;         /* of today: until something is said */
	char digest[25];
	unsigned number;      /* of its files */
	uint64_t size[CODING_COUNT]; /* 0: is not there in that form */
	int64_t made;         /* ms, monotonic */
};

struct closed_days {
	struct reader *reader; /* borrowed */
	char *folder;          /* owned */
	size_t max_bytes;
	uint64_t bytes;
	unsigned last_number;
	uint64_t generation;   /* how often something was dropped */
	struct map *kept;      /* key -> struct kept; who was asked for last is
				* the last */
	struct map *newest;    /* room -> its newest day that we heard of; owned
				* text */
	bool has_failed;       /* and said so */
};

static struct counter count_hits =
	COUNTER_INIT("hallway_web_kept_hits", "days answered from a file");
static struct counter count_made =
	COUNTER_INIT("hallway_web_kept_made", "days made and kept as a file");
static struct counter gauge_bytes =
	GAUGE_INIT("hallway_web_kept_bytes", "size of the days kept as files");

/* ---- files ---- */

static char *path_of(const struct closed_days *d, const struct kept *k,
		     enum coding coding)
{
	return str_format("%s/%08x%s" SUFFIX, d->folder, k->number,
			  codings[coding].mark);
}

static int write_file(struct closed_days *d, struct kept *k,
		      enum coding coding, const struct buf *content)
{
	char *path = path_of(d, k, coding);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0 ? hw_error_of_errno(errno) : 0;

	if (!error)
		error = file_write_all(fd, buf_data(content), content->len);
	if (fd >= 0 && close(fd) && !error)
		error = hw_error_of_errno(errno);
	if (error && !d->has_failed)
		log_warn(LOG_WEB, "%s: %s; days are not kept", path,
			 hw_error_text(error));
	d->has_failed = error != 0;
	mem_free(&path);
	if (error)
		return error;
	k->size[coding] = content->len;
	d->bytes += content->len;
	return 0;
}

/* ---- compression ---- */

static bool compress_gzip(const struct buf *in, int level, struct buf *out)
{
	z_stream z = { 0 };
	size_t room;
	bool is_done;

	/* 15: the largest window; 16: with the head of gzip */
	if (in->len > UINT32_MAX / 2 ||
	    deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	room = deflateBound(&z, in->len);
	z.next_in = (unsigned char *)buf_data(in);
	z.avail_in = (unsigned)in->len;
	z.next_out = buf_reserve(out, room);
	z.avail_out = (unsigned)room;
	is_done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	buf_grow(out, z.total_out);
	deflateEnd(&z);
	return is_done;
}

static bool compress_brotli(const struct buf *in, struct buf *out)
{
	size_t len = BrotliEncoderMaxCompressedSize(in->len);

	if (!len || !BrotliEncoderCompress(
			    BROTLI_LEVEL, BROTLI_DEFAULT_WINDOW,
			    BROTLI_MODE_TEXT, in->len, buf_data(in), &len,
			    buf_reserve(out, len)))
		return false;
	buf_grow(out, len);
	return true;
}

static bool pack(enum coding coding, bool is_open, const struct buf *in,
		 struct buf *out)
{
	if (in->len < SMALL)
		return false;
	if (coding == CODING_GZIP)
		return compress_gzip(
			in, is_open ? GZIP_LEVEL_OPEN : GZIP_LEVEL, out);
	return !is_open && compress_brotli(in, out);
}

/* ---- what is kept ---- */

static void drop_files(struct closed_days *d, const struct kept *k)
{
	for (int i = 0; i < CODING_COUNT; i++) {
		char *path = path_of(d, k, (enum coding)i);

		(void)unlink(path);
		d->bytes -= k->size[i];
		mem_free(&path);
	}
}

static void kept_free(struct kept *k)
{
	for (size_t i = 0; i < k->header_count; i++)
		mem_free(&k->headers[i].value);
	mem_free(&k->room);
	mem_free(&k->day);
	mem_free(&k);
}

static void drop(struct closed_days *d, const char *key)
{
	struct kept *k = map_steal(d->kept, key);

	if (!k)
		return;
	d->generation++;
	drop_files(d, k);
	kept_free(k);
	counter_set(&gauge_bytes, (int64_t)d->bytes);
}

/* Of a room (NULL: of all), the days from first to last (NULL: all). */
static void drop_days(struct closed_days *d, const char *room,
		      const char *first, const char *last)
{
	struct map_cursor cursor;

	map_begin(d->kept, &cursor);
	while (map_next(&cursor)) {
		const struct kept *k = cursor.value;

		if ((!room || strcmp(k->room, room) == 0) &&
		    (!first || (strcmp(k->day, first) >= 0 &&
				strcmp(k->day, last) <= 0)))
			drop(d, cursor.key);
	}
}

static void make_space(struct closed_days *d)
{
	struct map_cursor cursor;

	map_begin(d->kept, &cursor);
	while (d->bytes > d->max_bytes && map_next(&cursor))
		drop(d, cursor.key);
	counter_set(&gauge_bytes, (int64_t)d->bytes);
}

static struct kept *kept_new(struct closed_days *d, const struct call *c,
			     bool is_open)
{
	struct kept *k = mem_new(struct kept);
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *hex;

	k->room = str_dup(c->room);
	k->day = str_dup(c->parts[0]);
	k->type = c->type;
	k->is_open = is_open;
	k->number = ++d->last_number;
	k->made = clock_mono();
	for (size_t i = 0; i < c->header_count; i++) {
		k->headers[i].name = c->headers[i].name;
		k->headers[i].value = str_dup(c->headers[i].value);
	}
	k->header_count = c->header_count;
	digest_sha256(buf_data(&c->body), c->body.len, digest);
	hex = hex_encode(digest, 12);
	str_copy(k->digest, sizeof(k->digest), hex);
	mem_free(&hex);
	return k;
}

static int write_files(struct closed_days *d, struct kept *k,
		       const struct buf *body)
{
	int error = write_file(d, k, CODING_NONE, body);

	for (int i = 0; i < CODING_NONE && !error; i++) {
		struct buf packed = { 0 };

		if (pack((enum coding)i, k->is_open, body, &packed) &&
		    packed.len < body->len)
			error = write_file(d, k, (enum coding)i, &packed);
		buf_fini(&packed);
	}
	return error;
}

static struct kept *keep(struct closed_days *d, const char *key,
			 const struct call *c, bool is_open)
{
	struct kept *k;

	if (c->body.len > d->max_bytes / 2)
		return NULL;
	k = kept_new(d, c, is_open);
	if (write_files(d, k, &c->body)) {
		drop_files(d, k);
		kept_free(k);
		return NULL;
	}
	map_add(d->kept, key, k);
	counter_add(&count_made, 1);
	make_space(d);
	return map_get(d->kept, key);
}

/* ---- answers ---- */

uint64_t closed_days_generation(const struct closed_days *d)
{
	return d ? d->generation : 0;
}

void closed_days_count_hit(void)
{
	counter_add(&count_hits, 1);
}

static enum coding choose(const struct call *c, const struct kept *k)
{
	for (int i = 0; i < CODING_NONE; i++)
		if (k->size[i] && call_takes(c, codings[i].name))
			return (enum coding)i;
	return CODING_NONE;
}

static char *etag_of(const struct kept *k, enum coding coding)
{
	return str_format("\"%s%s\"", k->digest, codings[coding].mark);
}

/* False: its file is gone. */
static bool send_kept(struct closed_days *d, struct call *c,
		      const struct kept *k)
{
	enum coding coding = choose(c, k);
	char *path = path_of(d, k, coding);

	mem_free(&c->etag);
	c->etag = etag_of(k, coding);
	if (!call_has(c, c->etag)) {
		c->file = open(path, O_RDONLY | O_CLOEXEC);
		c->file_size = k->size[coding];
	}
	mem_free(&path);
	if (c->file < 0 && !call_has(c, c->etag)) {
		mem_free(&c->etag);
		return false;
	}
	c->is_kept = true;
	c->type = k->type;
	c->cache = k->is_open ? CACHE_CONTROL_OPEN : CACHE_CONTROL;
	for (size_t i = 0; i < k->header_count; i++)
		call_add_header(c, k->headers[i].name, k->headers[i].value);
	if (codings[coding].name)
		call_add_header(c, "Content-Encoding", codings[coding].name);
	call_add_header(c, "Vary", "Accept-Encoding");
	return true;
}

enum state {
	STATE_NONE,   /* not to be kept */
	STATE_OPEN,   /* today */
	STATE_CLOSED, /* over, and signed */
};

/* A whole day in a room that is on the web, and nothing special about how it is
 * to look. Between midnight and the signature a day changes by itself. */
static enum state state_of(const struct call *c)
{
	int64_t start, now = clock_wall();

	if (!c->desk->days || c->arg_count > 0 || !c->view ||
	    !c->view->is_on_web || !day_key_parse(c->parts[0], &start))
		return STATE_NONE;
	if (start + DAY_MS + DAY_REST <= now)
		return STATE_CLOSED;
	return start <= now && now < start + DAY_MS ? STATE_OPEN : STATE_NONE;
}

/* The form is what stands behind the day in the path. */
static char *key_of(const struct call *c, bool is_open)
{
	const char *last = strrchr(c->path, '/');

	return str_format("%s%s %d%d", c->room, last ? last : "",
			  c->view->is_noindex, is_open);
}

/* What was made is sent as it was kept: the same tag, and small. */
static void send_made(struct closed_days *d, struct call *c,
		      const struct kept *k)
{
	struct call_header headers[CALL_HEADERS_MAX];
	size_t count = c->header_count;

	memcpy(headers, c->headers, sizeof(headers));
	c->header_count = 0;
	if (send_kept(d, c, k)) {
		buf_clear(&c->body);
		while (count > 0) {
			count--;
			mem_free(&headers[count].value);
		}
		return;
	}
	memcpy(c->headers, headers, sizeof(headers));
	c->header_count = count;
}

void closed_day_answer(struct call *c, void (*make)(struct call *c))
{
	struct closed_days *d = c->desk->days;
	enum state state = state_of(c);
	const struct kept *k;
	char *key;

	if (state == STATE_NONE) {
		make(c);
		return;
	}
	key = key_of(c, state == STATE_OPEN);
	k = map_get(d->kept, key);
	if (k && clock_mono() - k->made > KEEP_FOR) {
		drop(d, key);
		k = NULL;
	}
	if (k && send_kept(d, c, k)) {
		map_to_end(d->kept, key);
		closed_days_count_hit();
	} else {
		drop(d, key);
		make(c);
		k = c->status == 200 && !c->response && c->file < 0
			    ? keep(d, key, c, state == STATE_OPEN)
			    : NULL;
		if (k)
			send_made(d, c, k);
	}
	mem_free(&key);
}

/* ---- changes ---- */

/* A new day has another before it: links between them change. */
static void heed_message(struct closed_days *d, const char *room, int64_t at)
{
	char day[DAY_KEY_SIZE];
	char *before;

	day_key_print(at, day);
	drop_days(d, room, day, day);
	if (str_equal(map_get(d->newest, room), day))
		return;
	drop_days(d, room, NULL, NULL);
	before = map_put(d->newest, room, str_dup(day));
	mem_free(&before);
}

/* It may have been told on the page of the day before. */
static void heed_retraction(struct closed_days *d, const struct record *r)
{
	char first[DAY_KEY_SIZE], day[DAY_KEY_SIZE];
	char *room = NULL;
	bool is_public;
	int64_t at;

	if (log_reader_find(d->reader, r->as_retraction.id, &room, &at,
			    &is_public)) {
		drop_days(d, r->room, NULL, NULL);
		return;
	}
	day_key_print(at - DAY_REST, first);
	day_key_print(at, day);
	drop_days(d, room, first, day);
	mem_free(&room);
}

/* It marks lines, of its own day or of one since the session's first. */
static void heed_note(struct closed_days *d, const struct record *r)
{
	char first[DAY_KEY_SIZE], last[DAY_KEY_SIZE];

	d->generation++;
	if (!r->as_note.line && r->as_note.kind != RECORD_NOTE_MIC_DONE)
		return;
	day_key_print(r->at, last);
	/* its name begins with its day */
	(void)str_copy(first, sizeof(first), r->as_note.meeting);
	drop_days(d, r->room, first, last);
}

void closed_days_heed(struct closed_days *d, const struct record *r)
{
	char first[DAY_KEY_SIZE], last[DAY_KEY_SIZE];

	if (!d)
		return;
	switch (r->kind) {
	case RECORD_MESSAGE:
		heed_message(d, r->room, r->as_message.at);
		break;
	case RECORD_RETRACTION:
		d->generation++; /* it may be in a session's minutes */
		heed_retraction(d, r);
		break;
	case RECORD_MEETING:
		d->generation++;
		break;
	case RECORD_NOTE:
		heed_note(d, r);
		break;
	case RECORD_GAP:
		day_key_print(r->as_gap.from, first);
		day_key_print(r->as_gap.until, last);
		drop_days(d, r->room, first, last);
		break;
	default:
		break;
	}
}

/* ---- life ---- */

static void empty_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (str_has_suffix(entry->d_name, SUFFIX))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

struct closed_days *closed_days_open(const struct web_settings *settings,
				     struct reader *reader)
{
	struct closed_days *d;

	if (!settings->cache || !settings->cache_size)
		return NULL;
	if (mkdir(settings->cache, 0700) && errno != EEXIST) {
		log_warn(LOG_WEB, "%s: %s; days are not kept",
			 settings->cache,
			 hw_error_text(hw_error_of_errno(errno)));
		return NULL;
	}
	empty_folder(settings->cache);
	counter_register(&count_hits);
	counter_register(&count_made);
	counter_register(&gauge_bytes);
	d = mem_new(struct closed_days);
	d->reader = reader;
	d->folder = str_dup(settings->cache);
	d->max_bytes = settings->cache_size;
	d->kept = map_new();
	d->newest = map_new();
	return d;
}

void closed_days_close(struct closed_days **d)
{
	if (!*d)
		return;
	drop_days(*d, NULL, NULL, NULL);
	map_free(&(*d)->kept, NULL);
	map_free(&(*d)->newest, free);
	mem_free(&(*d)->folder);
	mem_free(d);
}
