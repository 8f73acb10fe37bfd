/* SPDX-License-Identifier: MIT */
#include "tests/unit/dns/make_packet.h"

#include <arpa/inet.h>
#include <string.h>

void packet_u16(struct buf *b, unsigned value)
{
	buf_add_char(b, (char)(value >> 8));
	buf_add_char(b, (char)value);
}

void packet_u32(struct buf *b, uint32_t value)
{
	packet_u16(b, value >> 16);
	packet_u16(b, value & 0xffff);
}

void packet_name(struct buf *b, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		buf_add_char(b, (char)len);
		buf_add(b, name, len);
		name += len;
		if (*name == '.')
			name++;
	}
	buf_add_char(b, 0);
}

void packet_start(struct buf *b, unsigned id, unsigned flags, const char *name,
		  unsigned type)
{
	buf_clear(b);
	packet_u16(b, id);
	packet_u16(b, flags);
	packet_u16(b, 1);
	packet_u16(b, 0);
	packet_u16(b, 0);
	packet_u16(b, 0);
	packet_name(b, name);
	packet_u16(b, type);
	packet_u16(b, 1);
}

void packet_record(struct buf *b, bool is_authority, const char *name,
		   unsigned type, uint32_t ttl, const void *data, size_t len)
{
	packet_name(b, name);
	packet_u16(b, type);
	packet_u16(b, 1);
	packet_u32(b, ttl);
	packet_u16(b, (unsigned)len);
	buf_add(b, data, len);
	b->data[b->start + (is_authority ? 9 : 7)]++;
}

void packet_srv(struct buf *b, const char *name, uint32_t ttl, unsigned priority,
		unsigned weight, unsigned port, const char *target)
{
	struct buf data = { 0 };

	packet_u16(&data, priority);
	packet_u16(&data, weight);
	packet_u16(&data, port);
	packet_name(&data, target);
	packet_record(b, false, name, TYPE_SRV, ttl, buf_data(&data), data.len);
	buf_fini(&data);
}

void packet_addr(struct buf *b, const char *name, uint32_t ttl,
		 const char *text)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		packet_record(b, false, name, TYPE_A, ttl, bytes, 4);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		packet_record(b, false, name, TYPE_AAAA, ttl, bytes, 16);
}

void packet_cname(struct buf *b, const char *name, uint32_t ttl,
		  const char *target)
{
	struct buf data = { 0 };

	packet_name(&data, target);
	packet_record(b, false, name, TYPE_CNAME, ttl, buf_data(&data),
		      data.len);
	buf_fini(&data);
}

void packet_soa(struct buf *b, const char *name, uint32_t ttl,
		uint32_t minimum)
{
	struct buf data = { 0 };

	packet_name(&data, "ns.test");
	packet_name(&data, "admin.test");
	for (int i = 0; i < 4; i++)
		packet_u32(&data, 3600);
	packet_u32(&data, minimum);
	packet_record(b, true, name, TYPE_SOA, ttl, buf_data(&data), data.len);
	buf_fini(&data);
}
