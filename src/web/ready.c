/* SPDX-License-Identifier: MIT */
#include "web/ready.h"

#include <string.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#define MAX 128        /* answers; the largest have an open file each */
#define MAX_BYTES (32 << 20)
#define KEEP_FOR 60000 /* ms */
#define KEY_MAX 1024   /* bytes */

struct ready {
	struct map *answers; /* key -> MHD_Response, owned */
	uint64_t bytes;      /* of all */
	uint64_t generation; /* of the closed days that they are made of */
	int64_t since;       /* ms, monotonic; when they were forgotten last */
};

static void free_response(void *value)
{
	MHD_destroy_response(value);
}

struct ready *ready_new(void)
{
	struct ready *r = mem_new(struct ready);

	r->answers = map_new();
	return r;
}

void ready_free(struct ready **r)
{
	if (!*r)
		return;
	map_free(&(*r)->answers, free_response);
	mem_free(r);
}

void ready_forget(struct ready *r)
{
	if (!map_count(r->answers))
		return;
	map_free(&r->answers, free_response);
	r->answers = map_new();
	r->bytes = 0;
}

/* False: it asks for more than the address says, or at length. */
static bool make_key(struct MHD_Connection *connection, const char *url,
		     char key[KEY_MAX])
{
	const char *encodings = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	size_t len = strlen(url);

	if (len + 1 >= KEY_MAX ||
	    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, NULL,
				      NULL) > 0 ||
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					MHD_HTTP_HEADER_IF_NONE_MATCH))
		return false;
	memcpy(key, url, len);
	key[len] = ' '; /* no address has one */
	return str_copy(key + len + 1, KEY_MAX - len - 1,
			encodings ? encodings : "");
}

struct MHD_Response *ready_find(struct ready *r,
				struct MHD_Connection *connection,
				const char *url, uint64_t generation)
{
	char key[KEY_MAX];

	if (r->generation != generation)
		ready_forget(r);
	r->generation = generation;
	if (!map_count(r->answers))
		return NULL;
	if (clock_mono() - r->since > KEEP_FOR) {
		ready_forget(r);
		return NULL;
	}
	return make_key(connection, url, key) ? map_get(r->answers, key) : NULL;
}

void ready_keep(struct ready *r, struct MHD_Connection *connection,
		const char *url, struct MHD_Response *owned, uint64_t size)
{
	char key[KEY_MAX];

	if (!make_key(connection, url, key)) {
		MHD_destroy_response(owned);
		return;
	}
	if (map_count(r->answers) == MAX || r->bytes + size > MAX_BYTES)
		ready_forget(r);
	if (!map_count(r->answers))
		r->since = clock_mono();
	r->bytes += size;
	owned = map_put(r->answers, key, owned);
	if (owned)
		MHD_destroy_response(owned);
}
