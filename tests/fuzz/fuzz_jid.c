/* SPDX-License-Identifier: MIT */
/*
 * fuzz_jid: any text as an address and as a nickname. Normal forms must be
 * stable, and the views of an address must agree.
 */
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "jid/jid.h"
#include "jid/precis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_jid(const char *text)
{
	struct jid *j = jid_parse(text), *again, *bare;
	char *host, *shown;

	if (!j)
		return;
	require(str_is_utf8(jid_text(j), strlen(jid_text(j))));
	again = jid_parse(jid_text(j));
	require(again && jid_equal(j, again));
	jid_free(&again);
	again = jid_new(jid_local(j), jid_domain(j), jid_resource(j));
	require(again && jid_equal(j, again));
	bare = jid_to_bare(j);
	require(jid_equal_bare(bare, again));
	require(!strcmp(jid_text(bare), jid_bare(j)));
	host = idna_to_ascii(jid_domain(j));
	if (host) {
		shown = idna_to_unicode(host);
		require(shown && !strcmp(shown, jid_domain(j)));
		mem_free(&shown);
	}
	mem_free(&host);
	jid_free(&bare);
	jid_free(&again);
	jid_free(&j);
}

static void check_stable(char *(*profile)(const char *text), const char *text)
{
	char *once = profile(text), *twice;

	if (!once)
		return;
	require(*once && strlen(once) <= JID_PART_MAX);
	twice = profile(once);
	require(twice && !strcmp(once, twice));
	mem_free(&once);
	mem_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = str_dup_n((const char *)data, size);

	check_jid(text);
	check_stable(precis_username, text);
	check_stable(precis_opaque, text);
	check_stable(precis_nickname, text);
	check_stable(precis_nickname_key, text);
	mem_free(&text);
	return 0;
}
