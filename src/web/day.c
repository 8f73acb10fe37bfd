/* SPDX-License-Identifier: MIT */
#include "web/day.h"

#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/reader.h"
#include "web/day_key.h"
#include "web/line.h"

#define PAGE 1000       /* lines a question */
#define PRESENCE_MAX 20000
#define EMOJI_MAX 24 /* different ones at a line */

/* A day while it is put together. */
struct making {
	struct day *day;
	size_t cap;
	struct line_reader *reader;
	struct map *by_id; /* stanza-id -> struct day_item, borrowed */
	struct map
		*by_sent_id; /* sender's id -> the newest of them, borrowed */
	struct map *roots;   /* stanza-id of a correction -> what it corrects */
	struct map *threads; /* thread -> its newest line, borrowed */
	struct map *reactions; /* target's stanza-id TAB person -> struct line
				 * of the last reaction, borrowed */
	struct day_item **others; /* presence and gaps; owned until merged */
	size_t other_count, other_cap;
	int64_t other_start, other_end; /* the day's, or those of the part */
};

static void *grown(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 64;
	return mem_realloc(array, *cap * size);
}

/* Later ones take the place of earlier ones. */
static void put(struct map *m, const char *key, void *value)
{
	void *before = map_put(m, key, value);

	(void)before;
}

static struct day_item *item_new(struct making *m,
				 const struct record_message *row)
{
	struct day_item *item = mem_new(struct day_item);

	item->kind = DAY_LINE;
	item->line = line_reader_make(m->reader, row);
	item->at = item->line->at;
	return item;
}

static void add_line(struct making *m, const struct record_message *row)
{
	struct day_item *item = item_new(m, row);
	struct day *d = m->day;

	d->items = grown(d->items, d->count, &m->cap, sizeof(*d->items));
	d->items[d->count++] = item;
	put(m->by_id, item->line->id, item);
}

/* ---- what belongs to another line ---- */

static void add_version(struct day_item *item, const struct line *l)
{
	size_t count = item->version_count;

	item->versions = mem_realloc(item->versions,
				     (count + 1) * sizeof(*item->versions));
	item->versions[count] = (struct day_version){
		.id = l->id,
		.text = l->text,
		.at = l->at,
	};
	item->version_count++;
}

/* XEP-0308: by the same person, of a line that can be corrected. Some name the
 * correction before instead of the line itself. */
static struct day_item *find_corrected(struct making *m,
				       const struct day_item *correction)
{
	const struct line *l = correction->line;
	struct day_item *item =
		l->about ? map_get(m->by_sent_id, l->about) : NULL;

	if (!item || !line_is_of_same(item->line, l))
		return NULL;
	if (item->line->kind == LINE_CORRECTION)
		return map_get(m->roots, item->line->id);
	return item;
}

/* What is of the next day stands there, too: its name leads there. */
static void fold(struct making *m, struct day_item *item, struct day_item *into)
{
	item->is_folded = true;
	if (item->at > m->day->end)
		return;
	into->marks = mem_realloc(into->marks, (into->mark_count + 1) *
						       sizeof(*into->marks));
	into->marks[into->mark_count++] = item->line;
}

static void fold_correction(struct making *m, struct day_item *item)
{
	struct day_item *root = find_corrected(m, item);

	if (!root)
		return;
	fold(m, item, root);
	put(m->roots, item->line->id, root);
	/* what was taken back is not told by its correction */
	if (root->line->kind == LINE_TOMBSTONE)
		return;
	if (root->version_count == 0)
		add_version(root, root->line);
	add_version(root, item->line);
}

/* A person's last reaction to a line says all of theirs (XEP-0444). */
static void fold_reaction(struct making *m, struct day_item *item)
{
	const struct line *l = item->line;
	const char *who = l->occupant_id ? l->occupant_id : l->speaker;
	struct day_item *target = l->about ? map_get(m->by_id, l->about) : NULL;
	char *key;

	if (target && target->line->kind == LINE_CORRECTION)
		target = map_get(m->roots, target->line->id);
	if (!target || !who)
		return;
	fold(m, item, target);
	key = str_format("%s\t%s", target->line->id, who);
	put(m->reactions, key, item->line);
	mem_free(&key);
}

static struct day_reaction *get_reaction(struct day_item *item,
					 const char *emoji, size_t len)
{
	struct day_reaction *r;

	for (size_t i = 0; i < item->reaction_count; i++) {
		r = &item->reactions[i];
		if (strlen(r->emoji) == len &&
		    memcmp(r->emoji, emoji, len) == 0)
			return r;
	}
	if (item->reaction_count == EMOJI_MAX)
		return NULL;
	item->reactions =
		mem_realloc(item->reactions, (item->reaction_count + 1) *
						     sizeof(*item->reactions));
	r = &item->reactions[item->reaction_count++];
	*r = (struct day_reaction){ .emoji = str_dup_n(emoji, len) };
	return r;
}

/* Each person once, however often the same stands there. */
static void count_emoji(struct day_item *item, const struct line *l,
			const char *emoji, size_t len)
{
	struct day_reaction *r = get_reaction(item, emoji, len);

	if (!r || (r->count > 0 && r->by[r->count - 1] == l))
		return;
	r->by = mem_realloc(r->by, (r->count + 1) * sizeof(*r->by));
	r->by[r->count++] = l;
}

static void count_reactions(struct making *m)
{
	struct map_cursor cursor;

	map_begin(m->reactions, &cursor);
	while (map_next(&cursor)) {
		const struct line *l = cursor.value;
		char *id = str_dup_n(cursor.key, strcspn(cursor.key, "\t"));
		struct day_item *target = map_get(m->by_id, id);

		for (const char *at = l->text; *at; at += strspn(at, " ")) {
			size_t len = strcspn(at, " ");

			count_emoji(target, l, at, len);
			at += len;
		}
		mem_free(&id);
	}
}

static void join_thread(struct making *m, struct day_item *item)
{
	struct day_item *before = map_get(m->threads, item->line->thread);

	if (before) {
		item->before = before;
		before->is_of_thread = item->is_of_thread = true;
	}
	put(m->threads, item->line->thread, item);
}

static void connect(struct making *m, struct day_item *item)
{
	const struct line *l = item->line;

	if (l->kind == LINE_CORRECTION)
		fold_correction(m, item);
	else if (l->kind == LINE_REACTION)
		fold_reaction(m, item);
	else if (l->kind == LINE_OTHER)
		item->is_folded = true;
	if (l->reply_to)
		item->answers = map_get(m->by_id, l->reply_to);
	if (l->thread && !item->is_folded)
		join_thread(m, item);
	if (l->sent_id)
		put(m->by_sent_id, l->sent_id, item);
}

/* Of the next day: what a line of it is about may be of this one. */
static void connect_later(struct making *m, struct day_item *item)
{
	const struct line *l = item->line;

	if (l->kind == LINE_CORRECTION)
		fold_correction(m, item);
	else if (l->kind == LINE_REACTION)
		fold_reaction(m, item);
	if (l->sent_id)
		put(m->by_sent_id, l->sent_id, item);
}

/* ---- comings, goings, gaps ---- */

static struct record *copy_record(const struct record *from)
{
	struct record *to = record_new(from->kind, from->room, from->at);

	if (from->kind == RECORD_PRESENCE) {
		to->as_presence.move = from->as_presence.move;
		to->as_presence.nick = str_dup(from->as_presence.nick);
		to->as_presence.other = str_dup(from->as_presence.other);
		to->as_presence.occupant_id =
			str_dup(from->as_presence.occupant_id);
		to->as_presence.reason = str_dup(from->as_presence.reason);
	} else {
		to->as_gap.domain = str_dup(from->as_gap.domain);
		to->as_gap.from = from->as_gap.from;
		to->as_gap.until = from->as_gap.until;
	}
	return to;
}

static void on_other(void *owner, const struct record *record)
{
	struct making *m = owner;
	struct day_item *item;

	if (m->other_count == PRESENCE_MAX)
		return;
	item = mem_new(struct day_item);
	item->record = copy_record(record);
	item->kind = DAY_PRESENCE;
	item->at = record->at;
	if (record->kind == RECORD_GAP) {
		item->kind = DAY_GAP;
		item->at = record->as_gap.from;
		if (item->at < m->other_start)
			item->at = m->other_start;
	}
	m->others = grown(m->others, m->other_count, &m->other_cap,
			  sizeof(*m->others));
	m->others[m->other_count++] = item;
}

/* Order of others; each stays before what was added behind it. */
static int compare_times(const void *a, const void *b)
{
	const struct day_item *one = *(struct day_item *const *)a;
	const struct day_item *two = *(struct day_item *const *)b;

	return (one->at > two->at) - (one->at < two->at);
}

/* The gap behind a domain's last word begins with that. */
static bool is_before(const struct day_item *other, const struct day_item *line)
{
	return other->kind == DAY_GAP ? other->at < line->at
				      : other->at <= line->at;
}

/* Lines keep their order, which is the archive's and not the clock's. */
static void merge(struct making *m)
{
	struct day *d = m->day;
	size_t total = d->count + m->other_count, other = 0, n = 0;
	struct day_item **all = mem_zero(total + 1, sizeof(*all));

	if (m->other_count > 1)
		qsort(m->others, m->other_count, sizeof(*m->others),
		      compare_times);
	for (size_t i = 0; i < d->count; i++) {
		while (other < m->other_count &&
		       is_before(m->others[other], d->items[i]))
			all[n++] = m->others[other++];
		all[n++] = d->items[i];
	}
	while (other < m->other_count)
		all[n++] = m->others[other++];
	mem_free(&d->items);
	mem_free(&m->others);
	m->other_count = 0;
	d->items = all;
	d->count = total;
}

/* ---- the whole ---- */

static int error_of(enum archive_status status)
{
	if (status == ARCHIVE_NO_ID)
		return HW_E_NOT_FOUND;
	return status == ARCHIVE_OK ? 0 : HW_E_IO;
}

static int read_lines(struct making *m, struct reader *r, const char *room,
		      const struct day_span *span)
{
	struct archive_query *q = archive_query_new(room, PAGE);
	size_t max = span->max ? span->max : SIZE_MAX;
	struct archive_page *page;
	bool is_all = false;
	int error = 0;

	q->start = m->day->start;
	q->end = m->day->end;
	q->only_public = true;
	q->after_id = str_dup(span->after);
	while (!error && !is_all && m->day->count < max) {
		if (max - m->day->count < PAGE)
			q->max = max - m->day->count;
		page = reader_ask(r, q);
		error = error_of(page->status);
		for (size_t i = 0; i < page->count; i++)
			add_line(m, &page->rows[i]);
		is_all = page->is_complete || page->count == 0;
		if (page->count > 0)
			str_set(&q->after_id, page->rows[page->count - 1].id);
		archive_page_free(&page);
	}
	if (!error && !is_all)
		m->day->next = str_dup(q->after_id);
	archive_query_free(&q);
	return error;
}

/* One page of them: who talks so much has moved on. */
static int read_later(struct making *m, struct reader *r, const char *room)
{
	struct archive_query *q = archive_query_new(room, PAGE);
	struct day *d = m->day;
	struct archive_page *page;
	int error = 0;

	q->start = d->next ? d->start : d->end + 1;
	q->end = d->end + DAY_REST;
	q->after_id = str_dup(d->next);
	q->only_public = true;
	page = reader_ask(r, q);
	if (page->status != ARCHIVE_OK)
		error = HW_E_IO;
	d->later = mem_zero(page->count + 1, sizeof(*d->later));
	for (size_t i = 0; i < page->count; i++)
		d->later[d->later_count++] = item_new(m, &page->rows[i]);
	archive_page_free(&page);
	archive_query_free(&q);
	return error;
}

/* Those of a part: behind the last line of the one before. */
static int find_others(struct making *m, struct reader *r,
		       const struct day_span *span)
{
	const struct day *d = m->day;
	char *room = NULL;
	bool is_public;
	int error = 0;

	m->other_start = d->start;
	m->other_end = d->next ? d->items[d->count - 1]->at : d->end;
	if (span->after)
		error = log_reader_find(r, span->after, &room, &m->other_start,
					&is_public);
	m->other_start += span->after != NULL;
	mem_free(&room);
	return error;
}

static int read_others(struct making *m, struct reader *r, const char *room,
		       const struct day_span *span)
{
	int error = find_others(m, r, span);

	if (!error)
		error = log_reader_gaps(r, room, m->other_start, m->other_end,
					on_other, m);
	if (!error && span->with_presence)
		error = log_reader_presence(r, room, m->other_start,
					    m->other_end, true, on_other, m);
	return error;
}

static void finish(struct making *m)
{
	struct day *d = m->day;

	for (size_t i = 0; i < d->count; i++)
		connect(m, d->items[i]);
	for (size_t i = 0; i < d->later_count; i++)
		connect_later(m, d->later[i]);
	count_reactions(m);
	for (size_t i = 0; i < d->count; i++)
		d->line_count += !d->items[i]->is_folded;
	merge(m);
}

static void free_item(struct day_item *item)
{
	line_free(&item->line);
	mem_free(&item->versions);
	mem_free(&item->marks);
	for (size_t i = 0; i < item->reaction_count; i++) {
		mem_free(&item->reactions[i].emoji);
		mem_free(&item->reactions[i].by);
	}
	mem_free(&item->reactions);
	record_free(&item->record);
	mem_free(&item);
}

static void free_others(struct making *m)
{
	for (size_t i = 0; i < m->other_count; i++)
		free_item(m->others[i]);
	mem_free(&m->others);
}

int day_read(struct reader *r, const char *room, const char *key,
	     const struct day_span *span, struct day **day_out)
{
	struct making m = { .day = mem_new(struct day) };
	int error = 0;

	if (!str_copy(m.day->key, sizeof(m.day->key), key) ||
	    !day_key_parse(key, &m.day->start))
		error = HW_E_INVALID;
	m.day->end = m.day->start + DAY_MS - 1;
	m.reader = line_reader_new();
	m.by_id = map_new();
	m.by_sent_id = map_new();
	m.roots = map_new();
	m.threads = map_new();
	m.reactions = map_new();
	if (!error)
		error = read_lines(&m, r, room, span);
	if (!error && m.day->count > 0)
		error = read_later(&m, r, room);
	if (!error)
		error = read_others(&m, r, room, span);
	if (!error)
		finish(&m);
	free_others(&m);
	line_reader_free(&m.reader);
	map_free(&m.by_id, NULL);
	map_free(&m.by_sent_id, NULL);
	map_free(&m.roots, NULL);
	map_free(&m.threads, NULL);
	map_free(&m.reactions, NULL);
	if (error)
		day_free(&m.day);
	else
		*day_out = m.day;
	return error;
}

void day_free(struct day **d)
{
	if (!*d)
		return;
	for (size_t i = 0; i < (*d)->count; i++)
		free_item((*d)->items[i]);
	mem_free(&(*d)->items);
	for (size_t i = 0; i < (*d)->later_count; i++)
		free_item((*d)->later[i]);
	mem_free(&(*d)->later);
	mem_free(&(*d)->next);
	mem_free(d);
}
