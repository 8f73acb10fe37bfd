/* SPDX-License-Identifier: MIT */
/*
 * fuzz_answer: any bytes as a DNS answer. The first byte says what was asked,
 * the rest is the packet.
 */
#include <string.h>

#include "dns/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_srv(const struct srv *srv)
{
	require(memchr(srv->target, '\0', sizeof(srv->target)));
	require(srv->target[0] != '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *name;
		enum answer_type type;
	} asked[] = {
		{ "_xmpp-server._tcp.x.test", ANSWER_SRV },
		{ "a.test", ANSWER_A },
		{ "a.test", ANSWER_AAAA },
		{ "_5269._tcp.x.test", ANSWER_TLSA },
	};
	struct answer a;
	unsigned which;

	if (size == 0)
		return 0;
	which = data[0] % array_len(asked);
	answer_read(data + 1, size - 1, asked[which].name, asked[which].type,
		    &a);
	require(a.srv_count <= ANSWER_MAX_SRV);
	require(a.addr_count <= ANSWER_MAX_ADDRS);
	require(answer_has_records(&a) == (a.status == ANSWER_OK));
	require(a.tlsas.count <= TLSA_MAX);
	for (size_t i = 0; i < a.tlsas.count; i++)
		require(a.tlsas.records[i].at + a.tlsas.records[i].len <=
			(int)a.tlsas.used);
	require(a.tlsas.used <= TLSA_MAX_BYTES);
	for (size_t i = 0; i < a.srv_count; i++)
		check_srv(&a.srvs[i]);
	return 0;
}
