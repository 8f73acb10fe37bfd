/* SPDX-License-Identifier: MIT */
#include "web/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"

#define PORT "5280"
#define BACKLOG 256

static int split_address(const char *text, char *host, size_t host_size,
			 char *port, size_t port_size)
{
	const char *colon = strrchr(text, ':');
	size_t len;

	if (colon && strchr(colon, ']'))
		colon = NULL;
	len = colon ? (size_t)(colon - text) : strlen(text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= host_size ||
	    !str_copy(port, port_size, colon ? colon + 1 : PORT))
		return HW_E_INVALID;
	memcpy(host, text, len);
	host[len] = '\0';
	return 0;
}

static int bind_socket(const struct addrinfo *at, bool is_any, int *fd_out)
{
	int fd = socket(at->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, only_6 = is_any ? 0 : 1;
	int error;

	if (fd < 0)
		return hw_error_of_errno(errno);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_6,
				 sizeof(only_6));
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
		error = hw_error_of_errno(errno);
		close(fd);
		return error;
	}
	*fd_out = fd;
	return 0;
}

int socket_open(const char *text, int *fd_out)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo *found;
	char host[INET6_ADDRSTRLEN + 16], port[8];
	bool is_any;
	int error = split_address(text, host, sizeof(host), port, sizeof(port));

	if (error)
		return error;
	is_any = strcmp(host, "*") == 0;
	if (getaddrinfo(is_any ? "::" : host, port, &hints, &found))
		return HW_E_INVALID;
	error = bind_socket(found, is_any, fd_out);
	freeaddrinfo(found);
	if (!is_any || (error != HW_E_SYSTEM && error != HW_E_INVALID))
		return error;
	if (getaddrinfo("0.0.0.0", port, &hints, &found))
		return HW_E_INVALID;
	error = bind_socket(found, false, fd_out);
	freeaddrinfo(found);
	return error;
}
