/* SPDX-License-Identifier: MIT */
#include "web/asset.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/call.h"
#include "web/static_files.h"

#define FOR_EVER "public, max-age=31536000, immutable"

static const struct {
	const unsigned char *data;
	const size_t *len;
	const char *name;
	const char *suffix;
	const char *type;
} files[ASSET_COUNT] = {
	[ASSET_CSS] = { static_css, &static_css_len, "hallway", "css",
			"text/css; charset=utf-8" },
	[ASSET_JS] = { static_js, &static_js_len, "hallway", "js",
		       "text/javascript; charset=utf-8" },
	[ASSET_ICON] = { static_icon, &static_icon_len, "hallway", "svg",
			 "image/svg+xml" },
};

static char paths[ASSET_COUNT][64];

void asset_start(void)
{
	unsigned char digest[DIGEST_SHA256_SIZE];

	for (int i = 0; i < ASSET_COUNT; i++) {
		char *hex;

		digest_sha256(files[i].data, *files[i].len, digest);
		hex = hex_encode(digest, 6);
		snprintf(paths[i], sizeof(paths[i]), "/-/%s.%s.%s",
			 files[i].name, hex, files[i].suffix);
		mem_free(&hex);
	}
}

const char *asset_path(enum asset which)
{
	return paths[which];
}

static void answer(struct call *c, enum asset which, const char *cache)
{
	c->type = files[which].type;
	c->cache = cache;
	buf_add(&c->body, files[which].data, *files[which].len);
}

void asset_answer(struct call *c)
{
	for (int i = 0; i < ASSET_COUNT; i++) {
		if (strcmp(c->parts[0], paths[i] + strlen("/-/")) == 0) {
			answer(c, (enum asset)i, FOR_EVER);
			return;
		}
	}
	call_fail(c, 404, NULL);
}

void asset_answer_icon(struct call *c)
{
	answer(c, ASSET_ICON, "public, max-age=86400");
}
