/* SPDX-License-Identifier: MIT */
#include "admin/catchup.h"

#include "admin/order.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/muc_meeting.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/reader.h"
#include "xmpp/datetime.h"

#define A_DAY (INT64_C(24) * 3600 * 1000) /* ms; where nothing is known */

struct catchup {
	struct reader *reader; /* owned */
	const char *room;
	int64_t since;
	bool has_failed;
};

static struct archive_query *ask(const struct catchup *c)
{
	struct archive_query *q = archive_query_new(c->room, 1);

	q->start = c->since;
	q->want_count = true;
	return q;
}

/* How many lines; takes the question. */
static int64_t count(struct catchup *c, struct archive_query *owned)
{
	struct archive_page *page = reader_ask(c->reader, owned);
	int64_t total = page->total;

	if (page->status != ARCHIVE_OK)
		c->has_failed = true;
	archive_page_free(&page);
	archive_query_free(&owned);
	return total;
}

static int64_t count_noted(struct catchup *c, const char *kind)
{
	struct archive_query *q = ask(c);

	q->noted = str_dup(kind);
	return count(c, q);
}

/* By the nick that they have here, or else what many take for one. */
static int64_t count_mentions(struct catchup *c, const char *nick)
{
	struct archive_query *q;

	if (!nick || strchr(nick, '"'))
		return 0;
	q = ask(c);
	q->words = str_format("\"%s\"", nick);
	return count(c, q);
}

/* When they left last, or 0: the record has it (archive.keep_presence). */
static int64_t find_left(struct catchup *c, const struct muc_known *who)
{
	int64_t at = 0;
	int error = log_reader_left(c->reader, c->room, who->id, &at);

	if (error && error != HW_E_NOT_FOUND)
		c->has_failed = true;
	return error ? 0 : at;
}

/* When they said something last, or 0. */
static int64_t find_last_said(struct catchup *c, const char *jid)
{
	struct archive_query *q = archive_query_new(c->room, 1);
	struct archive_page *page;
	int64_t at = 0;

	q->jid = str_dup(jid);
	q->last_page = true;
	page = reader_ask(c->reader, q);
	if (page->status == ARCHIVE_OK && page->count)
		at = page->rows[0].at;
	archive_page_free(&page);
	archive_query_free(&q);
	return at;
}

/* Where they stopped to read, or 0: also before a restart. */
static int64_t find_read(struct catchup *c, const char *jid,
			 const struct muc_known *who)
{
	int64_t left, said;

	if (who->left)
		return who->left;
	left = find_left(c, who);
	said = find_last_said(c, jid);
	return left > said ? left : said;
}

static void tell(const struct order *order, struct catchup *c,
		 const struct muc_known *who)
{
	const char *nick = who->nick ? who->nick
				     : jid_local(order->caller->jid);
	char since[DATETIME_SIZE];
	int64_t lines = count(c, ask(c)), mentions;

	mentions = count_mentions(c, nick);
	datetime_print(c->since, since);
	order_row_text(order, "since", since);
	order_row_number(order, "lines", lines);
	order_row_number(order, "topics", count_noted(c, "topic"));
	order_row_number(order, "actions", count_noted(c, "action"));
	order_row_number(order, "decisions", count_noted(c, "decision"));
	order_row_number(order, "with your name", mentions);
}

static void look(const struct order *order, const char *jid,
		 const struct muc_known *who)
{
	struct catchup c = { .room = order_text(order, "room") };
	int error = reader_open(order->admin->database, &c.reader);

	if (!error) {
		c.since = find_read(&c, jid, who);
		if (!c.since)
			c.since = muc_meeting_now(order->admin->muc) - A_DAY;
		tell(order, &c, who);
	}
	reader_close(&c.reader);
	if (error || c.has_failed)
		order_fail(order, "internal",
			   str_dup("the record cannot be read"));
	else
		order_end(order);
}

void catchup_run(const struct order *order)
{
	const struct jid *jid = order->caller->jid;
	struct muc_known who;

	if (!jid)
		order_fail(order, "bad-argument",
			   str_dup("only people catch up: ask from a client"));
	else if (!muc_meeting_knows(order->admin->muc,
				    order_text(order, "room"), jid, &who))
		order_fail(order, "forbidden",
			   str_dup("only who registered with the room is "
				   "told, and not too often"));
	else
		look(order, jid_bare(jid), &who);
}
