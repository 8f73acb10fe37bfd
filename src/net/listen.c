/* SPDX-License-Identifier: MIT */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <uv.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"

#define BACKLOG 512
#define TURN_ACCEPTS 32  /* of a socket and turn */
#define PAUSE 100        /* ms without accepting when nothing else helps */
#define RESERVE 64       /* descriptors that peers do not get */
#define WARN_EVERY 10000 /* ms */
#define PORT_TRIES 8     /* for one port free in both families */

struct listen;

/** One listening socket. */
struct door {
	struct listen *listen;
	uv_poll_t *poll; /* frees itself; NULL = not open */
	int fd;
};

struct listen {
	struct loop *loop;
	const struct listen_events *events;
	void *owner;
	struct door doors[2]; /* the second: the other family of "*" */
	size_t door_count;
	int spare_fd;         /* given up to turn somebody away */
	int fd_limit;         /* peers get none from this number on; 0 = any */
	struct timer *pause;
	int64_t warned_at;    /* ms, or 0 */
	char *path;           /* owned, of a unix socket, or NULL */
	dev_t dev;            /* of path, as we made it */
	ino_t ino;
	bool is_closing;
	size_t open_polls;
};

static void on_poll(uv_poll_t *poll, int status, int events);

/* Rule R9: files, DNS and outgoing streams must not starve. */
static int peer_fd_limit(unsigned reserve)
{
	int most, rest;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > 1 << 24)
		return 0;
	most = (int)(limit.rlim_cur / 10 * 9);
	rest = (int)limit.rlim_cur - (int)reserve;
	if (rest < (int)limit.rlim_cur / 2)
		rest = (int)limit.rlim_cur / 2;
	return rest < most ? rest : most;
}

void listen_set_reserve(struct listen *l, unsigned descriptors)
{
	require(!l->path && descriptors < 1 << 24);
	l->fd_limit = peer_fd_limit(descriptors);
}

static void warn_full(struct listen *l)
{
	int64_t now = loop_now(l->loop);

	if (l->events->on_turned_away)
		l->events->on_turned_away(l->owner);
	if (l->warned_at && now - l->warned_at < WARN_EVERY)
		return;
	l->warned_at = now;
	log_warn(LOG_NET, "listening: out of descriptors, peers are turned "
			  "away; raise LimitNOFILE");
}

static void watch_doors(struct listen *l, bool on)
{
	for (size_t i = 0; i < l->door_count; i++) {
		if (on)
			uv_poll_start(l->doors[i].poll, UV_READABLE, on_poll);
		else
			uv_poll_stop(l->doors[i].poll);
	}
}

static void end_pause(void *owner)
{
	watch_doors(owner, true);
}

static void pause_doors(struct listen *l)
{
	watch_doors(l, false);
	timer_start(l->pause, PAUSE);
}

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* No descriptor left: take the newcomer with the spare one and let it go, so
 * that it knows, and the socket does not stay readable for ever. */
static void turn_away(struct door *door)
{
	struct listen *l = door->listen;
	int fd;

	warn_full(l);
	if (l->spare_fd < 0) {
		pause_doors(l);
		return;
	}
	close(l->spare_fd);
	fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	l->spare_fd = open_spare();
}

static void welcome(struct listen *l, int fd, const struct addr *peer)
{
	if (l->fd_limit > 0 && fd >= l->fd_limit) {
		close(fd);
		warn_full(l);
		return;
	}
	l->events->on_accept(l->owner, fd, l->path ? NULL : peer);
}

/* False when there is nobody (else) to be accepted now. */
static bool accept_one(struct door *door)
{
	struct listen *l = door->listen;
	struct addr peer = { .len = sizeof(peer.ss) };
	int fd = accept4(door->fd, (struct sockaddr *)&peer.ss, &peer.len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		welcome(l, fd, &peer);
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
		turn_away(door);
		return true;
	case ENOBUFS:
	case ENOMEM:
		pause_doors(l);
		return false;
	default: /* an error of that connection alone */
		return true;
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct door *door = poll->data;
	struct listen *l = door->listen;

	(void)events;
	if (status < 0) {
		pause_doors(l);
		return;
	}
	for (int i = 0; i < TURN_ACCEPTS && !l->is_closing; i++)
		if (!accept_one(door))
			return;
}

static struct listen *listen_new(struct loop *loop,
				 const struct listen_events *events,
				 void *owner)
{
	struct listen *l = mem_new(struct listen);

	loop_require_owner(loop);
	require(events->on_accept);
	l->loop = loop;
	l->events = events;
	l->owner = owner;
	l->spare_fd = -1;
	return l;
}

static void listen_free(struct listen **l)
{
	if ((*l)->spare_fd >= 0)
		close((*l)->spare_fd);
	timer_free(&(*l)->pause);
	mem_free(&(*l)->path);
	mem_free(l);
}

/* A socket bound to a; port 0 is filled in. Negative hw_error. */
static int bind_tcp(struct addr *a)
{
	int on = 1, err;
	int fd = socket(a->ss.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return hw_error_of_errno(errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (addr_is_ipv6(a))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a->ss, a->len) == 0 &&
	    listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a->ss, &a->len) == 0)
		return fd;
	err = hw_error_of_errno(errno);
	close(fd);
	return err;
}

static void add_door(struct listen *l, int fd)
{
	l->doors[l->door_count++] = (struct door){ .listen = l, .fd = fd };
}

static void drop_doors(struct listen *l)
{
	for (size_t i = 0; i < l->door_count; i++)
		close(l->doors[i].fd);
	l->door_count = 0;
}

static void any_addr(struct addr *out, size_t len, uint16_t port)
{
	static const unsigned char zeros[16];

	addr_from_bytes(out, zeros, len, port);
}

/* One port in both families; a machine without IPv6 does without. */
static int bind_any(struct listen *l, uint16_t port)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		struct addr v4, v6;
		int fd4, fd6;

		any_addr(&v4, 4, port);
		fd4 = bind_tcp(&v4);
		if (fd4 < 0)
			return fd4;
		add_door(l, fd4);
		any_addr(&v6, 16, addr_port(&v4));
		fd6 = bind_tcp(&v6);
		if (fd6 >= 0)
			add_door(l, fd6);
		if (fd6 != HW_E_BUSY)
			return 0;
		drop_doors(l);
		if (port != 0)
			return fd6;
	}
	return HW_E_BUSY;
}

static int bind_where(struct listen *l, const char *where)
{
	struct addr a;
	int64_t port;
	int fd;

	if (str_has_prefix(where, "*:")) {
		if (str_to_int64(where + 2, 0, 65535, &port) != 0)
			return HW_E_INVALID;
		return bind_any(l, (uint16_t)port);
	}
	if (addr_parse(where, 0, &a) != 0)
		return HW_E_INVALID;
	fd = bind_tcp(&a);
	if (fd < 0)
		return fd;
	add_door(l, fd);
	return 0;
}

static void open_doors(struct listen *l)
{
	l->spare_fd = open_spare();
	l->pause = timer_new(l->loop, end_pause, l);
	for (size_t i = 0; i < l->door_count; i++) {
		struct door *door = &l->doors[i];

		door->poll = mem_new(uv_poll_t);
		require(uv_poll_init(loop_uv(l->loop), door->poll, door->fd) ==
			0);
		door->poll->data = door;
	}
	l->open_polls = l->door_count;
	watch_doors(l, true);
}

int listen_tcp(struct loop *loop, const char *where,
	       const struct listen_events *events, void *owner,
	       struct listen **listen_out)
{
	struct listen *l = listen_new(loop, events, owner);
	int err = bind_where(l, where);

	*listen_out = NULL;
	if (err != 0) {
		drop_doors(l);
		listen_free(&l);
		return err;
	}
	l->fd_limit = peer_fd_limit(RESERVE);
	open_doors(l);
	*listen_out = l;
	return 0;
}

/* A socket left by a process that has gone refuses; one in use answers. */
static int remove_stale(const struct sockaddr_un *at)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(at->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : hw_error_of_errno(errno);
	if (!S_ISSOCK(st.st_mode))
		return HW_E_EXISTS;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return hw_error_of_errno(errno);
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ||
	    errno == EAGAIN)
		err = HW_E_BUSY;
	else if (errno != ECONNREFUSED)
		err = hw_error_of_errno(errno);
	else if (unlink(at->sun_path) != 0)
		err = hw_error_of_errno(errno);
	close(fd);
	return err;
}

/* The socket's own mode is that of the file that bind() makes, so nobody slips
 * in before chmod() has undone what the umask took. */
static int bind_unix(struct listen *l, const struct sockaddr_un *at,
		     unsigned mode)
{
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return hw_error_of_errno(errno);
	add_door(l, fd);
	if (fchmod(fd, (mode_t)mode) != 0 ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 ||
	    chmod(at->sun_path, (mode_t)mode) != 0 ||
	    lstat(at->sun_path, &st) != 0 || listen(fd, BACKLOG) != 0)
		return hw_error_of_errno(errno);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0;
}

int listen_unix(struct loop *loop, const char *path, unsigned mode,
		const struct listen_events *events, void *owner,
		struct listen **listen_out)
{
	struct listen *l = listen_new(loop, events, owner);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int err = HW_E_INVALID;

	*listen_out = NULL;
	if (*path && str_copy(at.sun_path, sizeof(at.sun_path), path))
		err = remove_stale(&at);
	if (err == 0)
		err = bind_unix(l, &at, mode);
	if (err != 0) {
		drop_doors(l);
		listen_free(&l);
		return err;
	}
	l->path = str_dup(path);
	open_doors(l);
	*listen_out = l;
	return 0;
}

uint16_t listen_port(const struct listen *l)
{
	struct addr a = { .len = sizeof(a.ss) };

	if (l->path || getsockname(l->doors[0].fd, (struct sockaddr *)&a.ss,
				   &a.len) != 0)
		return 0;
	return addr_port(&a);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct door *door = handle->data;
	struct listen *l = door->listen;
	uv_poll_t *poll = (uv_poll_t *)handle;

	mem_free(&poll);
	if (--l->open_polls > 0)
		return;
	if (l->events->on_closed)
		l->events->on_closed(l->owner);
	listen_free(&l);
}

/* Another daemon may have put its own socket there since. */
static void remove_path(const struct listen *l)
{
	struct stat st;

	if (lstat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		unlink(l->path);
}

void listen_close(struct listen *l)
{
	loop_require_owner(l->loop);
	if (l->is_closing)
		return;
	l->is_closing = true;
	if (l->path)
		remove_path(l);
	timer_stop(l->pause);
	for (size_t i = 0; i < l->door_count; i++) {
		uv_close((uv_handle_t *)l->doors[i].poll, on_poll_closed);
		close(l->doors[i].fd);
	}
}
