/* SPDX-License-Identifier: MIT */
#include "web/call.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/route.h"

void call_init(struct call *c, const struct web_desk *desk)
{
	*c = (struct call){
		.desk = desk,
		.status = 200,
		.type = "text/html; charset=utf-8",
		.cache = "no-cache",
		.file = -1,
	};
	buf_init(&c->body);
}

static void drop_headers(struct call *c)
{
	for (; c->header_count > 0; c->header_count--)
		mem_free(&c->headers[c->header_count - 1].value);
}

void call_fini(struct call *c)
{
	mem_free(&c->path);
	mem_free(&c->room);
	for (; c->part_count > 0; c->part_count--)
		mem_free(&c->parts[c->part_count - 1]);
	call_forget_args(c);
	mem_free(&c->if_none_match);
	mem_free(&c->accept_encoding);
	mem_free(&c->last_event_id);
	mem_free(&c->client);
	mem_free(&c->etag);
	drop_headers(c);
	buf_fini(&c->body);
	if (c->file >= 0)
		close(c->file);
	c->file = -1;
}

void call_add_arg(struct call *c, const char *name, const char *value)
{
	struct call_arg arg = { route_decode(name),
				route_decode(value ? value : "") };

	if (c->arg_count == CALL_ARGS_MAX || !arg.name || !arg.value) {
		mem_free(&arg.name);
		mem_free(&arg.value);
		return;
	}
	c->args[c->arg_count++] = arg;
}

void call_forget_args(struct call *c)
{
	while (c->arg_count > 0) {
		struct call_arg *arg = &c->args[--c->arg_count];

		mem_free(&arg->name);
		mem_free(&arg->value);
	}
}

bool call_may_cost(const struct call *c)
{
	return !c->desk->searches ||
	       quota_take(c->desk->searches, c->client ? c->client : "",
			  clock_mono());
}

const char *call_arg(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->arg_count; i++)
		if (strcmp(c->args[i].name, name) == 0)
			return c->args[i].value;
	return NULL;
}

bool call_flag(const struct call *c, const char *name)
{
	const char *value = call_arg(c, name);

	return value && strcmp(value, "0") != 0;
}

void call_add_header(struct call *c, const char *name, const char *value)
{
	require(c->header_count < CALL_HEADERS_MAX);
	c->headers[c->header_count++] = (struct call_header){
		.name = name,
		.value = str_dup(value),
	};
}

/* The next piece between commas, without blanks; its length in len_out. */
static const char *next_item(const char **rest, size_t *len_out)
{
	const char *at = *rest + strspn(*rest, ", \t");
	size_t len = strcspn(at, ",");

	*rest = at + len;
	while (len > 0 && strchr(" \t", at[len - 1]))
		len--;
	*len_out = len;
	return len > 0 ? at : NULL;
}

bool call_has(const struct call *c, const char *etag)
{
	const char *rest = c->if_none_match ? c->if_none_match : "";
	const char *item;
	size_t len;

	while ((item = next_item(&rest, &len))) {
		if (len == 1 && *item == '*')
			return true;
		if (len > 2 && strncmp(item, "W/", 2) == 0) {
			item += 2;
			len -= 2;
		}
		if (len == strlen(etag) && memcmp(item, etag, len) == 0)
			return true;
	}
	return false;
}

/* "br;q=0": named, and not wanted. */
static bool is_refused(const char *item, size_t len)
{
	const char *weight = memchr(item, ';', len);
	size_t end;

	if (!weight)
		return false;
	weight += strspn(weight, "; \t");
	if (strncasecmp(weight, "q=", 2) != 0)
		return false;
	end = strspn(weight + 2, "0.");
	return end > 0 && !(weight[2 + end] >= '1' && weight[2 + end] <= '9');
}

bool call_takes(const struct call *c, const char *encoding)
{
	const char *rest = c->accept_encoding ? c->accept_encoding : "";
	const char *item;
	size_t len;

	while ((item = next_item(&rest, &len))) {
		size_t name = strcspn(item, ";, \t");

		if (name == strlen(encoding) &&
		    strncasecmp(item, encoding, name) == 0)
			return !is_refused(item, len);
	}
	return false;
}

void call_redirect(struct call *c, unsigned status, const char *location)
{
	c->status = status;
	call_add_header(c, "Location", location);
	c->type = "text/plain; charset=utf-8";
	buf_clear(&c->body);
	buf_add_format(&c->body, "See %s\n", location);
}

static const char *reason(unsigned status)
{
	switch (status) {
	case 400:
		return "That address is not well-formed.";
	case 403:
		return "This is not for you to see.";
	case 404:
		return "There is no such page.";
	case 405:
		return "Pages are only read here.";
	case 429:
		return "That was too often. Wait a minute, please.";
	case 503:
		return "This cannot be told just now. Try again soon, please.";
	default:
		return "Something went wrong.";
	}
}

void call_fail(struct call *c, unsigned status, const char *text)
{
	struct frame frame = { .title = status == 404 ? "Not found" : "Error",
			       .is_noindex = true };
	struct html h;

	drop_headers(c);
	buf_clear(&c->body);
	c->status = status;
	c->type = "text/html; charset=utf-8";
	c->cache = "no-store";
	mem_free(&c->etag);
	if (status == 405)
		call_add_header(c, "Allow", "GET, HEAD");
	if (status == 429 || status == 503)
		call_add_header(c, "Retry-After", "60");
	frame_open(&frame, &h, c);
	html_elem(&h, "h1", frame.title);
	html_elem(&h, "p", text ? text : reason(status));
	if (status == 404 || status == 410) {
		html_open(&h, "p");
		html_link(&h, "/", "All rooms");
		html_close(&h);
	}
	frame_close(&frame, &h);
}
