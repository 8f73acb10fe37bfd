/* SPDX-License-Identifier: MIT */
/*
 * record_commands: what the record says of the service: its audit, its News.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/news.h"
#include "base/error.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "xmpp/datetime.h"

#define ROWS 50
#define ROWS_MAX 10000

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void row_audit(void *owner, const struct record *record)
{
	const struct record_audit *a = &record->as_audit;
	char stamp[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "at", .text = stamp },
		{ .name = "room", .text = or_empty(record->room) },
		{ .name = "by", .text = or_empty(a->by) },
		{ .name = "act", .text = or_empty(a->act) },
		{ .name = "target", .text = or_empty(a->target) },
		{ .name = "reason", .text = or_empty(a->reason) },
		{ .name = "detail", .text = or_empty(a->detail) },
	};

	datetime_print(record->at, stamp);
	order_row(owner, values, array_len(values));
}

static void row_news(void *owner, const struct record *record)
{
	char stamp[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "date", .text = stamp },
		{ .name = "text", .text = record->as_news.text },
		{ .name = "link", .text = or_empty(record->as_news.link) },
	};

	datetime_print(record->at, stamp);
	stamp[10] = '\0'; /* the day */
	order_row(owner, values, array_len(values));
}

static size_t max_rows(const struct order *order)
{
	int64_t max = order_number(order, "max", ROWS);

	return max < ROWS_MAX ? (size_t)max : ROWS_MAX;
}

static void end_read(const struct order *order, int error)
{
	if (error)
		order_fail(order, hw_error_name(error),
			   str_format("the record cannot be read: %s",
				      hw_error_text(error)));
	else
		order_end(order);
}

/* Few rows behind an index: no need to ask another thread. */
static void run_audit(const struct order *order)
{
	struct reader *reader = NULL;
	int error = reader_open(order->admin->database, &reader);

	if (!error)
		error = log_reader_audit(reader, order_text(order, "room"),
					 max_rows(order), row_audit,
					 (void *)order);
	reader_close(&reader);
	end_read(order, error);
}

static void run_news_list(const struct order *order)
{
	struct reader *reader = NULL;
	int error = reader_open(order->admin->database, &reader);

	if (!error)
		error = log_reader_news(reader, max_rows(order), row_news,
					(void *)order);
	reader_close(&reader);
	end_read(order, error);
}

static void run_news_add(const struct order *order)
{
	const struct admin *admin = order->admin;
	struct desk_actor actor = order_actor(order, NULL);

	if (!desk_may_keep(admin->muc))
		order_fail(order, desk_result_word(DESK_BEHIND),
			   str_dup(desk_result_text(DESK_BEHIND)));
	else if (news_tell(admin->muc, admin->domains[0], &actor,
			   order_text(order, "text"),
			   order_text(order, "link")))
		order_end(order);
	else
		order_fail(order, "bad-argument",
			   str_format("news are one line of at most %d bytes",
				      NEWS_MAX));
}

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)
#define MAX                                                            \
	{                                                              \
		"max", COMMAND_NUMBER, 0, "Most entries to list", NULL \
	}

const struct command record_commands[] = {
	{ "audit",
	  "list who did what to rooms and people, the newest first",
	  COMMAND_CHAIR,
	  run_audit,
	  { { "room", COMMAND_ROOM, COMMAND_OPERAND, "Only in this room",
	      NULL },
	    MAX } },
	{ "news add",
	  "add a line to the News",
	  COMMAND_OPERATOR,
	  run_news_add,
	  { { "text", COMMAND_TEXT, NEEDED, "One line", NULL },
	    { "link", COMMAND_WORD, 0, "Where to read on", NULL } } },
	{ "news list",
	  "list the News, the newest first",
	  COMMAND_ANYONE,
	  run_news_list,
	  { MAX } },
	{ 0 },
};
