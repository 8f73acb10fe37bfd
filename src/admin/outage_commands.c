/* SPDX-License-Identifier: MIT */
/*
 * outage_commands: what is told when the service is to be down, or is (XEP-0455):
 * a file that a web server on another machine shows, under the addresses that a
 * domain tells of (key contact.outage).
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "xmpp/datetime.h"

#define TEXT_MAX 1000 /* bytes */

/* Replaces the file at once, so that nobody reads half of it. */
static bool write_file(const char *path, const json_t *json)
{
	char *part = str_format("%s.part", path);
	bool is_good = json_dump_file(json, part, JSON_INDENT(2)) == 0;

	/* it is to be shown to everybody */
	is_good = is_good && !chmod(part, 0644) && !rename(part, path);
	if (!is_good)
		unlink(part);
	mem_free(&part);
	return is_good;
}

/* act, text: for the audit. */
static void keep(const struct order *order, json_t *owned, const char *act,
		 const char *text)
{
	const char *path = order->admin->outage_file;

	if (write_file(path, owned)) {
		order_audit(order, NULL, act, NULL, text);
		order_end(order);
	} else {
		order_fail(order, "failed",
			   str_format("%s: %s", path, strerror(errno)));
	}
	json_decref(owned);
}

static bool has_file(const struct order *order)
{
	if (order->admin->outage_file)
		return true;
	order_fail(order, "not-configured",
		   str_dup("the configuration names no outage_file"));
	return false;
}

/* Adds the time under that key; false: ended with a complaint. */
static bool add_time(const struct order *order, const char *argument,
		     const char *key, int64_t otherwise, json_t *json)
{
	const char *text = order_text(order, argument);
	char printed[DATETIME_SIZE];
	int64_t at = otherwise;

	if (text && datetime_parse(text, &at)) {
		order_fail(order, "bad-argument",
			   str_format("%s: expected a time like "
				      "2006-03-10T12:00:00Z",
				      argument));
		return false;
	}
	if (!at)
		return true;
	datetime_print(at, printed);
	json_object_set_new(json, key, json_string(printed));
	return true;
}

static void announce(const struct order *order, const char *text)
{
	struct desk_actor actor = order_actor(order, NULL);

	if (order_has_flag(order, "announce"))
		(void)desk_say_all(order->admin->muc, &actor, text);
}

static void run_set(const struct order *order)
{
	const char *text = order_text(order, "text");
	json_t *json, *message;

	if (!has_file(order))
		return;
	if (!*text || strlen(text) > TEXT_MAX) {
		order_fail(order, "bad-argument",
			   str_dup("the text is empty or too long"));
		return;
	}
	json = json_object();
	json_object_set_new(json, "planned",
			    json_boolean(!order_has_flag(order, "unplanned")));
	if (!add_time(order, "begin", "beginning", clock_wall(), json) ||
	    !add_time(order, "end", "expected_end", 0, json)) {
		json_decref(json);
		return;
	}
	message = json_object();
	json_object_set_new(message, "default", json_string(text));
	json_object_set_new(message, "en", json_string(text));
	json_object_set_new(json, "message", message);
	announce(order, text);
	keep(order, json, "outage", text);
}

/* #json-schema: an empty object. */
static void run_over(const struct order *order)
{
	if (has_file(order))
		keep(order, json_object(), "outage-over", NULL);
}

static void run_show(const struct order *order)
{
	const char *key;
	json_t *json, *value;

	if (!has_file(order))
		return;
	json = json_load_file(order->admin->outage_file, 0, NULL);
	json_object_foreach(json, key, value)
	{
		if (json_is_object(value))
			value = json_object_get(value, "default");
		order_row_text(order, key,
			       json_is_string(value) ? json_string_value(value)
			       : json_is_true(value) ? "yes"
						     : "no");
	}
	json_decref(json);
	order_end(order);
}

const struct command outage_commands[] = {
	{ "outage over",
	  "say that nothing is wrong, or no more",
	  COMMAND_OPERATOR,
	  run_over,
	  { { 0 } } },
	{ "outage set",
	  "say that the service is, or will be, down",
	  COMMAND_OPERATOR,
	  run_set,
	  { { "text", COMMAND_TEXT, COMMAND_REQUIRED | COMMAND_OPERAND,
	      "What is going on", NULL },
	    { "begin", COMMAND_WORD, 0,
	      "Since or from when (2006-03-10T12:00:00Z); none: now", NULL },
	    { "end", COMMAND_WORD, 0, "Until when, if it is known", NULL },
	    { "unplanned", COMMAND_FLAG, 0, "Nobody had planned it", NULL },
	    { "announce", COMMAND_FLAG, 0, "Say it in the rooms, too",
	      NULL } } },
	{ "outage show",
	  "show what is told",
	  COMMAND_OPERATOR,
	  run_show,
	  { { 0 } } },
	{ 0 },
};
