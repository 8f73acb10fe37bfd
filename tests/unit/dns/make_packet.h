/* SPDX-License-Identifier: MIT */
/*
 * make_packet: DNS answers for tests, byte by byte.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"

#define PACKET_RESPONSE 0x8180
#define PACKET_NXDOMAIN 0x8183
#define PACKET_SERVFAIL 0x8182
#define PACKET_TRUNCATED 0x8380
#define PACKET_AD 0x0020

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_AAAA = 28, TYPE_SRV = 33,
       TYPE_TLSA = 52 };

/** Header with one question; the counts are put in by the adding of records. */
void packet_start(struct buf *b, unsigned id, unsigned flags, const char *name,
		  unsigned type);
void packet_name(struct buf *b, const char *name); /* "" = root */
void packet_u16(struct buf *b, unsigned value);
void packet_u32(struct buf *b, uint32_t value);
/** An answer record (authority: in that section, to be added last). */
void packet_record(struct buf *b, bool is_authority, const char *name,
		   unsigned type, uint32_t ttl, const void *data, size_t len);
void packet_srv(struct buf *b, const char *name, uint32_t ttl, unsigned priority,
		unsigned weight, unsigned port, const char *target);
/** text: an IPv4 or IPv6 address. */
void packet_addr(struct buf *b, const char *name, uint32_t ttl,
		 const char *text);
void packet_cname(struct buf *b, const char *name, uint32_t ttl,
		  const char *target);
void packet_soa(struct buf *b, const char *name, uint32_t ttl,
		uint32_t minimum);
