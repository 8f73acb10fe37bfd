/* SPDX-License-Identifier: MIT */
#include "store/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/str.h"

int64_t chain_day(int64_t at)
{
	return (at - (at < 0 ? CHAIN_DAY_MS - 1 : 0)) / CHAIN_DAY_MS;
}

void chain_day_print(int64_t day, char out[CHAIN_DAY_SIZE])
{
	time_t at = (time_t)(day * (CHAIN_DAY_MS / 1000));
	struct tm tm;

	/* no record of ours is older than its era or younger than year 9999 */
	if (!gmtime_r(&at, &tm) || strftime(out, CHAIN_DAY_SIZE, "%Y-%m-%d",
					    &tm) != CHAIN_DAY_SIZE - 1)
		str_copy(out, CHAIN_DAY_SIZE, "0000-00-00");
}

void chain_begin(const char *room, int64_t day, unsigned char out[CHAIN_SIZE])
{
	char name[CHAIN_DAY_SIZE];
	char *text;

	chain_day_print(day, name);
	text = str_format("hallway day 1\n%s\n%s\n", room, name);
	digest_sha256(text, strlen(text), out);
	mem_free(&text);
}

void chain_digest(const unsigned char salt[CHAIN_SALT_SIZE], const char *id,
		  int64_t at, const char *stanza, unsigned char out[CHAIN_SIZE])
{
	struct buf line = { 0 };
	char stamp[24];

	snprintf(stamp, sizeof(stamp), "\n%" PRId64 "\n", at);
	(void)buf_reserve(&line, CHAIN_SALT_SIZE + strlen(id) + strlen(stamp) +
					 strlen(stanza));
	buf_add(&line, salt, CHAIN_SALT_SIZE);
	buf_add_str(&line, id);
	buf_add_str(&line, stamp);
	buf_add_str(&line, stanza);
	digest_sha256(buf_data(&line), line.len, out);
	buf_fini(&line);
}

void chain_add(unsigned char chain[CHAIN_SIZE],
	       const unsigned char digest[CHAIN_SIZE])
{
	unsigned char both[2 * CHAIN_SIZE];

	memcpy(both, chain, CHAIN_SIZE);
	memcpy(both + CHAIN_SIZE, digest, CHAIN_SIZE);
	digest_sha256(both, sizeof(both), chain);
}

char *chain_statement(const char *room, int64_t day, int64_t lines,
		      const unsigned char chain[CHAIN_SIZE])
{
	char name[CHAIN_DAY_SIZE];
	char *hex = hex_encode(chain, CHAIN_SIZE);
	char *text;

	chain_day_print(day, name);
	text = str_format("hallway log 1\n%s\n%s\n%" PRId64 "\n%s\n", room,
			  name, lines, hex);
	mem_free(&hex);
	return text;
}
