/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TYPE_A	 1
#define TYPE_SRV 33
#define SERVICE	 "_xmpp-server._tcp."
#define DOMAIN_AT 30 /* in a question for it */

static struct sockaddr_in peer_place, host_place;
static const char *host_name;

void name_set_places(const struct sockaddr_in *peers, const char *host,
		     const struct sockaddr_in *place)
{
	peer_place = *peers;
	host_name = host;
	host_place = *place;
}

/* The question's name with dots; returns where its type stands, or 0. */
static size_t read_name(const unsigned char *p, size_t len, char name[256])
{
	size_t at = 12, to = 0;

	while (at < len && p[at]) {
		size_t n = p[at++];

		if (n > 63 || at + n > len || to + n + 1 > 254)
			return 0;
		memcpy(name + to, p + at, n);
		to += n;
		at += n;
		name[to++] = '.';
	}
	name[to ? to - 1 : 0] = '\0';
	return at + 5 <= len ? at + 1 : 0;
}

static void put16(unsigned char **p, unsigned v)
{
	*(*p)++ = (unsigned char)(v >> 8);
	*(*p)++ = (unsigned char)v;
}

/* The name of the question, its type, class IN, an hour. */
static unsigned char *put_head(unsigned char *p, unsigned type)
{
	put16(&p, 0xc00c);
	put16(&p, type);
	put16(&p, 1);
	put16(&p, 0);
	put16(&p, 3600);
	return p;
}

/* The target is the domain itself: what stands in the question behind the two
 * labels of the service, written out (RFC 2782 knows no compression). */
static unsigned char *put_srv(unsigned char *p, const unsigned char *domain,
			      size_t len, unsigned port)
{
	p = put_head(p, TYPE_SRV);
	put16(&p, (unsigned)(6 + len));
	put16(&p, 0);
	put16(&p, 0);
	put16(&p, port);
	memcpy(p, domain, len);
	return p + len;
}

static unsigned char *put_a(unsigned char *p, const struct sockaddr_in *place)
{
	p = put_head(p, TYPE_A);
	put16(&p, 4);
	memcpy(p, &place->sin_addr, 4);
	return p + 4;
}

size_t name_answer(unsigned char *packet, size_t len, size_t cap)
{
	const struct sockaddr_in *place;
	const char *domain;
	char name[256];
	size_t at = len > 16 ? read_name(packet, len, name) : 0;
	unsigned type;
	unsigned char *p;
	bool is_srv;

	if (!at || at + 4 + 300 > cap)
		return 0;
	type = packet[at] << 8 | packet[at + 1];
	is_srv = !strncasecmp(name, SERVICE, strlen(SERVICE));
	domain = is_srv ? name + strlen(SERVICE) : name;
	place = strcasecmp(domain, host_name) ? &peer_place : &host_place;
	p = packet + at + 4;
	memset(packet + 6, 0, 6);
	packet[2] = 0x84 | (packet[2] & 1);
	packet[3] = 0x80;
	if (is_srv && type == TYPE_SRV)
		p = put_srv(p, packet + DOMAIN_AT, at - DOMAIN_AT,
			    ntohs(place->sin_port));
	else if (!is_srv && name[0] != '_' && type == TYPE_A)
		p = put_a(p, place);
	if (p > packet + at + 4)
		packet[7] = 1;
	return (size_t)(p - packet);
}
