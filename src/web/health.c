/* SPDX-License-Identifier: MIT */
#include "web/health.h"

#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/reader.h"
#include "web/call.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/web.h"
#include "web/web_site.h"
#include "xmpp/datetime.h"

#define HEARTBEAT_OLD 120000 /* ms; the rooms' part beats every 30 s */

/* ---- the rooms' part ---- */

static size_t count_occupants(const struct web_site *site)
{
	size_t count = 0;

	for (size_t i = 0; i < site->room_count; i++)
		count += site->rooms[i].occupants;
	return count;
}

static size_t count_rooms(const struct web_site *site)
{
	size_t count = 0;

	for (size_t i = 0; i < site->room_count; i++)
		count += !site->rooms[i].is_gone;
	return count;
}

/* It writes a heartbeat to the store: both are alive, then. at_out: 0 when none
 * can be read. */
static bool is_beating(const struct call *c, int64_t *at_out)
{
	if (reader_heartbeat(c->desk->reader, at_out))
		*at_out = 0;
	return *at_out && clock_wall() - *at_out < HEARTBEAT_OLD;
}

/* The store says so itself, long before its heartbeat is missed: what is said
 * now is refused. */
static bool is_kept(void)
{
	const struct counter *c = NULL;

	while ((c = counter_next(c)))
		if (str_equal(c->name, "hallway_store_trouble"))
			return counter_get(c) == 0;
	return true;
}

static const char *state_text(bool is_up)
{
	if (!is_up)
		return "The rooms are not open at the moment. The log can be "
		       "read all the same.";
	return is_kept() ? "The rooms are open."
			 : "The rooms are open, but the record cannot be "
			   "written at the moment: what is said is refused "
			   "until it can.";
}

/* ---- for people ---- */

static void write_time(struct html *h, int64_t at)
{
	char text[DATETIME_SIZE];

	datetime_print(at, text);
	html_open(h, "time");
	html_attr(h, "datetime", text);
	html_format(h, "%.10s %.8s UTC", text, text + 11);
	html_close(h);
}

static void write_cell(struct html *h, const char *text)
{
	html_open(h, "td");
	html_isolate(h, text ? text : "-");
	html_close(h);
}

static void write_link(struct html *h, const struct web_link *link,
		       bool with_local)
{
	html_open(h, "tr");
	html_open(h, "th");
	html_attr(h, "scope", "row");
	html_isolate(h, link->remote);
	html_close(h);
	if (with_local)
		write_cell(h, link->local);
	write_cell(h, link->state);
	write_cell(h, link->proof);
	write_cell(h, link->trouble);
	html_close(h);
}

static void write_heading(struct html *h, const char *text)
{
	html_open(h, "th");
	html_attr(h, "scope", "col");
	html_text(h, text);
	html_close(h);
}

static int compare_links(const void *a, const void *b)
{
	const struct web_link *const *one = a, *const *other = b;

	return strcmp((*one)->remote, (*other)->remote);
}

/* Those of all, or about one domain; in the order of their names. Owned. */
static const struct web_link **choose_links(const struct web_site *site,
					    const char *domain,
					    size_t *count_out)
{
	const struct web_link **chosen =
		mem_zero(site->link_count + 1, sizeof(struct web_link *));
	size_t count = 0;

	for (size_t i = 0; i < site->link_count; i++) {
		const struct web_link *link = &site->links[i];

		if (!domain || !*domain ||
		    str_equal_case(link->remote, domain))
			chosen[count++] = link;
	}
	qsort(chosen, count, sizeof(*chosen), compare_links);
	*count_out = count;
	return chosen;
}

static void write_links(struct html *h, const struct call *c,
			const char *domain)
{
	bool with_local = c->desk->settings->domain_count > 1;
	size_t count;
	const struct web_link **links =
		choose_links(c->desk->site, domain, &count);

	if (!count) {
		html_elem(h, "p", "There is no connection now. One is opened "
				  "when there is something to send.");
		mem_free(&links);
		return;
	}
	html_open_class(h, "div", "wide");
	html_attr(h, "tabindex", "0");
	html_attr(h, "role", "region");
	html_attr(h, "aria-label", "Connections");
	html_open(h, "table");
	html_open(h, "thead");
	html_open(h, "tr");
	write_heading(h, "Domain");
	if (with_local)
		write_heading(h, "With");
	write_heading(h, "State");
	write_heading(h, "Proven by");
	write_heading(h, "Last trouble");
	html_close_n(h, 2);
	html_open(h, "tbody");
	for (size_t i = 0; i < count; i++)
		write_link(h, links[i], with_local);
	html_close_n(h, 3);
	mem_free(&links);
}

static void write_search(struct html *h, const char *domain)
{
	html_open(h, "form");
	html_attr(h, "action", "/-/health");
	html_attr(h, "method", "get");
	html_attr(h, "role", "search");
	html_open(h, "label");
	html_attr(h, "for", "domain");
	html_text(h, "Only this domain:");
	html_close(h);
	html_text(h, " ");
	html_open(h, "input");
	html_attr(h, "id", "domain");
	html_attr(h, "name", "domain");
	html_attr(h, "type", "text");
	html_attr(h, "maxlength", "255");
	html_attr(h, "autocapitalize", "none");
	html_attr(h, "value", domain ? domain : "");
	html_close(h);
	html_text(h, " ");
	html_open(h, "button");
	html_attr(h, "type", "submit");
	html_text(h, "Show");
	html_close_n(h, 2);
}

static void write_summary(struct html *h, const struct call *c)
{
	int64_t beat;
	bool is_up = is_beating(c, &beat);

	html_open(h, "p");
	html_text(h, state_text(is_up));
	html_format(h, " Rooms: %zu; people in them: %zu.",
		    count_rooms(c->desk->site), count_occupants(c->desk->site));
	if (beat) {
		html_text(h, " Last sign of life: ");
		write_time(h, beat);
		html_text(h, ".");
	}
	html_close(h);
}

void health_answer(struct call *c)
{
	const struct frame frame = {
		.title = "Health",
		.canonical = "/-/health",
		.is_noindex = true,
	};
	const char *domain = call_arg(c, "domain");
	struct html h;

	c->cache = "no-cache";
	frame_open(&frame, &h, c);
	html_elem(&h, "h1", "Health");
	write_summary(&h, c);
	html_elem(&h, "h2", "Connections with other servers");
	write_search(&h, domain);
	write_links(&h, c, domain);
	frame_close(&frame, &h);
}

/* ---- for programs ---- */

void health_answer_status(struct call *c)
{
	const struct web_site *site = c->desk->site;
	int64_t beat;
	bool is_up = is_beating(c, &beat);
	char at[DATETIME_SIZE];
	json_t *status;
	char *text;

	datetime_print(beat, at);
	status = json_pack("{s:s, s:s, s:b, s:o, s:I, s:I, s:I}", "software",
			   "hallway", "state", is_up ? "up" : "down",
			   "writable", is_up && is_kept(), "heartbeat",
			   beat ? json_string(at) : json_null(), "rooms",
			   (json_int_t)count_rooms(site), "occupants",
			   (json_int_t)count_occupants(site), "links",
			   (json_int_t)site->link_count);
	require(status);
	text = json_dumps(status, JSON_INDENT(1));
	json_decref(status);
	require(text);
	buf_add_str(&c->body, text);
	buf_add_char(&c->body, '\n');
	mem_free(&text);
	c->type = "application/json";
	c->cache = "no-cache";
	call_add_header(c, "Access-Control-Allow-Origin", "*");
}

void health_answer_key(struct call *c)
{
	const char *key = c->desk->settings->public_key;

	if (!key) {
		call_fail(c, 404, NULL);
		return;
	}
	buf_add_str(&c->body, key);
	c->type = "application/x-pem-file";
	c->cache = "public, max-age=3600";
	call_add_header(c, "Access-Control-Allow-Origin", "*");
}

static void print_gauge(struct buf *out, const char *name, const char *help,
			size_t value)
{
	buf_add_format(out, "# TYPE %s gauge\n# HELP %s %s\n%s %zu\n", name,
		       name, help, name, value);
}

void health_answer_metrics(struct call *c)
{
	const struct web_site *site = c->desk->site;

	if (!c->is_loopback && !c->desk->settings->metrics_everywhere) {
		call_fail(c, 403, NULL);
		return;
	}
	print_gauge(&c->body, "hallway_memory_bytes", "Memory in use",
		    mem_in_use());
	print_gauge(&c->body, "hallway_rooms", "Rooms that exist",
		    count_rooms(site));
	print_gauge(&c->body, "hallway_occupants", "Occupants in all rooms",
		    count_occupants(site));
	counter_print(&c->body);
	c->type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	c->cache = "no-store";
}
