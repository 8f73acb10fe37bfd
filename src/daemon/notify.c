/* SPDX-License-Identifier: MIT */
#include "daemon/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

static void send_to(const char *path, const char *text)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	socklen_t len;
	int fd;

	if (!str_copy(sun.sun_path, sizeof(sun.sun_path), path))
		return;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			  strlen(path));
	if (path[0] == '@') /* abstract namespace */
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		   (const struct sockaddr *)&sun, len) < 0)
		log_warn(LOG_MAIN, "NOTIFY_SOCKET %s: cannot be reached", path);
	close(fd);
}

static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path && (path[0] == '/' || path[0] == '@'))
		send_to(path, text);
}

void notify_ready(void)
{
	notify("READY=1");
}

void notify_reloading(void)
{
	char *text = str_format("RELOADING=1\nMONOTONIC_USEC=%lld",
				(long long)clock_mono() * 1000);

	notify(text);
	mem_free(&text);
}

void notify_stopping(void)
{
	notify("STOPPING=1");
}
