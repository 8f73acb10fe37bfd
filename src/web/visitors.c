/* SPDX-License-Identifier: MIT */
#include "web/visitors.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/map.h"
#include "base/mem.h"

struct visitors {
	struct map *addresses; /* name -> struct visitor, owned */
	size_t count;          /* connections of all */
};

/* Connections of one address. */
struct visitor {
	size_t count;
};

struct visitors *visitors_new(void)
{
	struct visitors *v = mem_new(struct visitors);

	v->addresses = map_new();
	return v;
}

void visitors_free(struct visitors **v)
{
	if (!*v)
		return;
	map_free(&(*v)->addresses, free);
	mem_free(v);
}

static bool is_mapped(const struct in6_addr *a)
{
	return IN6_IS_ADDR_V4MAPPED(a);
}

void visitors_name(const struct sockaddr *sa, char name_out[VISITORS_NAME])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	struct in6_addr net;

	name_out[0] = '\0';
	if (sa->sa_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, name_out,
			  VISITORS_NAME);
	} else if (sa->sa_family == AF_INET6 && is_mapped(&in6->sin6_addr)) {
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], name_out,
			  VISITORS_NAME);
	} else if (sa->sa_family == AF_INET6) {
		net = in6->sin6_addr;
		memset(&net.s6_addr[8], 0, 8);
		inet_ntop(AF_INET6, &net, name_out, VISITORS_NAME);
	}
}

bool visitors_is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

	if (sa->sa_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	if (sa->sa_family != AF_INET6)
		return false;
	if (is_mapped(&in6->sin6_addr))
		return in6->sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

void visitors_come(struct visitors *v, const struct sockaddr *sa)
{
	char name[VISITORS_NAME];
	struct visitor *visitor;

	visitors_name(sa, name);
	visitor = map_get(v->addresses, name);
	if (!visitor) {
		visitor = mem_new(struct visitor);
		map_add(v->addresses, name, visitor);
	}
	visitor->count++;
	v->count++;
}

void visitors_go(struct visitors *v, const struct sockaddr *sa)
{
	char name[VISITORS_NAME];
	struct visitor *visitor;

	visitors_name(sa, name);
	visitor = map_get(v->addresses, name);
	require(visitor);
	v->count--;
	if (--visitor->count == 0) {
		visitor = map_steal(v->addresses, name);
		mem_free(&visitor);
	}
}

size_t visitors_count(const struct visitors *v)
{
	return v->count;
}

size_t visitors_of(const struct visitors *v, const struct sockaddr *sa)
{
	char name[VISITORS_NAME];
	const struct visitor *visitor;

	visitors_name(sa, name);
	visitor = map_get(v->addresses, name);
	return visitor ? visitor->count : 0;
}
