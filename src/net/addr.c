/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"

void addr_from_bytes(struct addr *out, const void *bytes, size_t len,
		     uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->ss;

	require(len == 4 || len == 16);
	*out = (struct addr){ .len = len == 4 ? sizeof(*v4) : sizeof(*v6) };
	if (len == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, bytes, len);
	} else {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, bytes, len);
	}
}

static bool parse_host(const char *host, uint16_t port, struct addr *out)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, host, bytes) == 1)
		addr_from_bytes(out, bytes, 4, port);
	else if (inet_pton(AF_INET6, host, bytes) == 1)
		addr_from_bytes(out, bytes, 16, port);
	else
		return false;
	return true;
}

/* What stands behind the host: ":port", or nothing if there is a fallback. */
static int parse_port(const char *rest, uint16_t fallback, uint16_t *port_out)
{
	int64_t port;

	*port_out = fallback;
	if (*rest == '\0')
		return fallback > 0 ? 0 : HW_E_INVALID;
	if (*rest != ':' || str_to_int64(rest + 1, 0, 65535, &port) != 0)
		return HW_E_INVALID;
	*port_out = (uint16_t)port;
	return 0;
}

int addr_parse(const char *text, uint16_t fallback, struct addr *out)
{
	char host[ADDR_TEXT_SIZE];
	const char *start = text, *end;
	uint16_t port;

	/* An IPv6 address without a port may do without the brackets. */
	if (fallback > 0 && parse_host(text, fallback, out))
		return 0;
	if (*text == '[') {
		start = text + 1;
		end = strchr(start, ']');
	} else {
		end = strchr(start, ':');
		end = end ? end : start + strlen(start);
	}
	if (!end || (size_t)(end - start) >= sizeof(host))
		return HW_E_INVALID;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	if ((*text == '[') != (strchr(host, ':') != NULL))
		return HW_E_INVALID;
	if (parse_port(end + (*text == '['), fallback, &port) != 0)
		return HW_E_INVALID;
	return parse_host(host, port, out) ? 0 : HW_E_INVALID;
}

/* The 4 or 16 bytes, or NULL for another family. */
static const unsigned char *addr_bytes(const struct addr *a, size_t *len_out)
{
	if (a->ss.ss_family == AF_INET) {
		*len_out = 4;
		return (const unsigned char *)&(
			       (const struct sockaddr_in *)&a->ss)
			->sin_addr;
	}
	*len_out = 16;
	if (a->ss.ss_family == AF_INET6)
		return (const unsigned char *)&(
			       (const struct sockaddr_in6 *)&a->ss)
			->sin6_addr;
	return NULL;
}

uint16_t addr_port(const struct addr *a)
{
	if (a->ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return 0;
}

void addr_set_port(struct addr *a, uint16_t port)
{
	if (a->ss.ss_family == AF_INET)
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
	else if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
}

bool addr_is_ipv6(const struct addr *a)
{
	return a->ss.ss_family == AF_INET6;
}

void addr_print(const struct addr *a, char out[ADDR_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN];
	size_t len;
	const unsigned char *bytes = addr_bytes(a, &len);

	if (!bytes || !inet_ntop(a->ss.ss_family, bytes, host, sizeof(host))) {
		(void)str_copy(out, ADDR_TEXT_SIZE, "?");
		return;
	}
	snprintf(out, ADDR_TEXT_SIZE, len == 16 ? "[%s]:%u" : "%s:%u", host,
		 (unsigned)addr_port(a));
}

static bool is_mapped(const unsigned char *bytes)
{
	static const unsigned char head[12] = { 0, 0, 0, 0, 0,    0,
						0, 0, 0, 0, 0xff, 0xff };

	return memcmp(bytes, head, sizeof(head)) == 0;
}

void addr_print_network(const struct addr *a, unsigned ipv6_bits,
			char out[ADDR_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	unsigned char network[16] = { 0 };
	size_t len;
	const unsigned char *bytes = addr_bytes(a, &len);

	require(ipv6_bits % 8 == 0 && ipv6_bits <= 128);
	if (bytes && len == 16 && is_mapped(bytes)) {
		bytes += 12;
		len = 4;
	}
	if (!bytes) {
		(void)str_copy(out, ADDR_TEXT_SIZE, "?");
	} else if (len == 4) {
		(void)inet_ntop(AF_INET, bytes, out, ADDR_TEXT_SIZE);
	} else {
		memcpy(network, bytes, ipv6_bits / 8);
		(void)inet_ntop(AF_INET6, network, text, sizeof(text));
		snprintf(out, ADDR_TEXT_SIZE, "%s/%u", text, ipv6_bits);
	}
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	size_t a_len, b_len;
	const unsigned char *a_bytes = addr_bytes(a, &a_len);
	const unsigned char *b_bytes = addr_bytes(b, &b_len);

	return a_bytes && b_bytes && a_len == b_len &&
	       memcmp(a_bytes, b_bytes, a_len) == 0 &&
	       addr_port(a) == addr_port(b);
}

/** The first bits of an address. */
struct prefix {
	unsigned char bytes[12];
	unsigned bits;
};

static const struct prefix private_v4[] = {
	{ { 0 }, 8 },           { { 10 }, 8 },       { { 100, 64 }, 10 },
	{ { 127 }, 8 },         { { 169, 254 }, 16 }, { { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },  { { 192, 168 }, 16 }, { { 198, 18 }, 15 },
	{ { 224 }, 4 },         { { 240 }, 4 },
};

/* fec0::/10 is the deprecated site-local block */
static const struct prefix private_v6[] = {
	{ { 0xfe, 0x80 }, 10 },
	{ { 0xfe, 0xc0 }, 10 },
	{ { 0xfc }, 7 },
	{ { 0xff }, 8 },
};

/* Blocks that carry an IPv4 address, which is then what counts: compatible
 * (with :: and ::1 among them), mapped, translated, NAT64 and 6to4. */
static const struct prefix carrier_v6[] = {
	{ { 0 }, 96 },
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 },
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0 }, 96 },
	{ { 0, 0x64, 0xff, 0x9b }, 96 },
	{ { 0x20, 0x02 }, 16 },
};

static bool prefix_covers(const struct prefix *p, const unsigned char *bytes)
{
	unsigned whole = p->bits / 8, rest = p->bits % 8;

	if (memcmp(p->bytes, bytes, whole) != 0)
		return false;
	return rest == 0 || (p->bytes[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

static bool any_covers(const struct prefix *list, size_t count,
		       const unsigned char *bytes)
{
	for (size_t i = 0; i < count; i++)
		if (prefix_covers(&list[i], bytes))
			return true;
	return false;
}

static bool is_private_v4(const unsigned char *bytes)
{
	return any_covers(private_v4, array_len(private_v4), bytes);
}

bool addr_is_private(const struct addr *a)
{
	/* RFC 8215: a translator's own prefix leads inside */
	static const struct prefix local_nat64 = { { 0, 0x64, 0xff, 0x9b, 0, 1 },
						   48 };
	size_t len;
	const unsigned char *bytes = addr_bytes(a, &len);

	if (!bytes)
		return true;
	if (len == 4)
		return is_private_v4(bytes);
	for (size_t i = 0; i < array_len(carrier_v6); i++)
		if (prefix_covers(&carrier_v6[i], bytes))
			return is_private_v4(bytes + carrier_v6[i].bits / 8);
	return prefix_covers(&local_nat64, bytes) ||
	       any_covers(private_v6, array_len(private_v6), bytes);
}
