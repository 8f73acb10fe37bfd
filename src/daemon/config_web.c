/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_normal.h"
#include "daemon/config_row.h"

/* "https://rooms.example", perhaps with a port and a last "/": the pages link to
 * each other from the root of their host. */
static bool is_whole_host(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t len = strcspn(host, "/?#");

	return len > 0 && (host[len] == '\0' || strcmp(host + len, "/") == 0);
}

/* Ends in "/", as what is put behind it does not begin so. */
static void read_web_url(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);
	char *normal = text ? config_normal_url(text) : NULL;

	if (!normal || strpbrk(normal, "?#")) {
		config_complain(r, value,
				"url: expected an address of the web "
				"(\"https://rooms.example/\")");
		mem_free(&normal);
		return;
	}
	if (!is_whole_host(normal)) {
		config_complain(r, value,
				"url: expected a host without a path: the "
				"pages need a host name or a port of their own "
				"(\"https://logs.example/\")");
		mem_free(&normal);
		return;
	}
	mem_free(&r->config->web_url);
	r->config->web_url = str_has_suffix(normal, "/")
				     ? str_dup(normal)
				     : str_format("%s/", normal);
	mem_free(&normal);
}

/* Of the web, with the place where a room's address goes. */
static void read_web_client(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (!text || !strstr(text, "{room}") || strpbrk(text, " \t\r\n") ||
	    !(str_has_prefix(text, "https://") ||
	      str_has_prefix(text, "http://")))
		config_complain(
			r, value,
			"client: expected an address of the web with "
			"{room} in it (\"https://chat.example/#{room}\")");
	else
		str_set(&r->config->web_client, text);
}

static void read_web_metrics(struct config_reading *r,
			     struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "anyone"))
		r->config->web.metrics_everywhere = true;
	else if (str_equal(text, "loopback"))
		r->config->web.metrics_everywhere = false;
	else
		config_complain(r, value,
				"metrics: expected loopback or anyone");
}

static const struct config_key web_keys[] = {
	LIST("listen", web_listen, "an address with a port (\"*:5280\")",
	     config_normal_listen),
	SPECIAL("url", read_web_url),
	TEXT("certificate", web_certificate, "the path of a PEM file"),
	TEXT("key", web_key, "the path of a PEM file"),
	TEXT("texts", web_texts, "the path of a directory"),
	SPECIAL("client", read_web_client),
	SIZE("cache", web.cache_size, 0, 1LL << 40),
	COUNT("max_clients", web.max_clients, 1, 1000000),
	COUNT("max_per_address", web.max_per_address, 1, 1000000),
	COUNT("max_live", web.max_live, 0, 1000000),
	COUNT("live_ring", web.ring, 16, 1000000),
	COUNT("search_rate", web.search_rate, 1, 100000),
	COUNT("page_lines", web.page_lines, 1, 1000),
	COUNT("day_lines", web.day_lines, 10, 1000000),
	SPECIAL("metrics", read_web_metrics),
};

void config_read_web(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "web", web_keys,
					  array_len(web_keys) };
	struct config *c = r->config;

	config_section_read(r, &s, c, value);
	if (!c->web_certificate != !c->web_key)
		config_complain(r, value,
				"web: expected a key with the certificate, "
				"and a certificate with the key");
	if (c->web_listen.count && !c->web_url)
		config_complain(r, value,
				"web: expected \"url\", by which others reach "
				"the pages");
}
