/* SPDX-License-Identifier: MIT */
#include "net/listen.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"

#define MANY 40

struct fixture {
	struct loop *loop;
	struct listen *listen;
	int expected; /* closes after so many */
	int accepted;
	int closed;
	bool is_keeping;    /* leaves them open */
	int fds[MANY];
	int clients[MANY];  /* the other ends */
	int client_count;
	struct timer *timer;
	bool has_peer;
	char peer[ADDR_TEXT_SIZE];
	int flags;
};

static void on_accept(void *owner, int owned_fd, const struct addr *peer)
{
	struct fixture *f = owner;

	f->flags = fcntl(owned_fd, F_GETFL) & O_NONBLOCK;
	f->flags |= fcntl(owned_fd, F_GETFD) & FD_CLOEXEC;
	f->has_peer = peer != NULL;
	if (peer)
		addr_print(peer, f->peer);
	if (f->is_keeping && f->accepted < MANY)
		f->fds[f->accepted] = owned_fd;
	else
		close(owned_fd);
	if (++f->accepted == f->expected)
		listen_close(f->listen);
}

static void on_closed(void *owner)
{
	struct fixture *f = owner;

	f->closed++;
}

static const struct listen_events events = {
	.on_accept = on_accept,
	.on_closed = on_closed,
};

/* A non-blocking connection under way to port on loopback. */
static int connect_to(const char *host, uint16_t port)
{
	struct addr to;
	int fd;

	assert_int_equal(addr_parse(host, port, &to), 0);
	fd = socket(to.ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&to.ss, to.len) != 0)
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

static void listen_accepts_on_one_address(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .expected = 1 };
	int fd;
	(void)state;

	assert_int_equal(listen_tcp(f.loop, "127.0.0.1:0", &events, &f,
				    &f.listen),
			 0);
	assert_true(listen_port(f.listen) > 0);
	fd = connect_to("127.0.0.1", listen_port(f.listen));
	loop_run(f.loop);
	assert_int_equal(f.accepted, 1);
	assert_int_equal(f.closed, 1);
	assert_int_equal(f.flags, O_NONBLOCK | FD_CLOEXEC);
	assert_memory_equal(f.peer, "127.0.0.1:", 10);
	close(fd);
	loop_close(&f.loop);
}

static bool has_ipv6(void)
{
	struct addr a;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool is_there;

	assert_int_equal(addr_parse("[::1]:0", 0, &a), 0);
	is_there = fd >= 0 &&
		   bind(fd, (struct sockaddr *)&a.ss, a.len) == 0;
	if (fd >= 0)
		close(fd);
	return is_there;
}

static void listen_accepts_on_both_families(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .expected = 2 };
	int v4, v6;
	(void)state;

	assert_int_equal(listen_tcp(f.loop, "*:0", &events, &f, &f.listen), 0);
	v4 = connect_to("127.0.0.1", listen_port(f.listen));
	v6 = connect_to(has_ipv6() ? "::1" : "127.0.0.1",
			listen_port(f.listen));
	loop_run(f.loop);
	assert_int_equal(f.accepted, 2);
	assert_int_equal(f.closed, 1);
	close(v4);
	close(v6);
	loop_close(&f.loop);
}

static void listen_tells_what_is_wrong(void **state)
{
	static const char *const bad[] = { "", "*", "*:", "*:70000", "5269",
					   "127.0.0.1", "example.org:5269" };
	struct fixture f = { .loop = loop_open("test") };
	struct listen *second;
	char *taken;
	(void)state;

	for (size_t i = 0; i < array_len(bad); i++)
		assert_int_equal(listen_tcp(f.loop, bad[i], &events, &f,
					    &f.listen),
				 HW_E_INVALID);
	assert_int_equal(listen_tcp(f.loop, "*:0", &events, &f, &f.listen), 0);
	taken = str_format("127.0.0.1:%u", listen_port(f.listen));
	assert_int_equal(listen_tcp(f.loop, taken, &events, &f, &second),
			 HW_E_BUSY);
	assert_null(second);
	mem_free(&taken);
	taken = str_format("*:%u", listen_port(f.listen));
	assert_int_equal(listen_tcp(f.loop, taken, &events, &f, &second),
			 HW_E_BUSY);
	mem_free(&taken);
	listen_close(f.listen);
	listen_close(f.listen);
	loop_run(f.loop);
	assert_int_equal(f.closed, 1);
	loop_close(&f.loop);
}

static char *socket_path(void)
{
	return str_format("/tmp/hallway-test-%d.socket", (int)getpid());
}

static int connect_unix(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)str_copy(at.sun_path, sizeof(at.sun_path), path);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void listen_unix_sets_its_mode_and_cleans_up(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .expected = 1 };
	char *path = socket_path();
	struct stat st;
	mode_t old = umask(0077);
	int fd;
	(void)state;

	assert_int_equal(listen_unix(f.loop, path, 0660, &events, &f,
				     &f.listen),
			 0);
	umask(old);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(listen_port(f.listen), 0);
	fd = connect_unix(path);
	assert_true(fd >= 0);
	loop_run(f.loop);
	assert_int_equal(f.accepted, 1);
	assert_false(f.has_peer);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
	loop_close(&f.loop);
	mem_free(&path);
}

static void listen_unix_replaces_only_the_dead(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *path = socket_path();
	struct listen *second;
	int fd;
	(void)state;

	/* left behind by a process that has gone */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)str_copy(at.sun_path, sizeof(at.sun_path), path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
	assert_int_equal(listen_unix(f.loop, path, 0600, &events, &f,
				     &f.listen),
			 0);
	/* alive */
	assert_int_equal(listen_unix(f.loop, path, 0600, &events, &f, &second),
			 HW_E_BUSY);
	assert_int_equal(access(path, F_OK), 0);
	listen_close(f.listen);
	/* no socket at all */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(listen_unix(f.loop, path, 0600, &events, &f, &second),
			 HW_E_EXISTS);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_int_equal(listen_unix(f.loop, "", 0600, &events, &f, &second),
			 HW_E_INVALID);
	loop_run(f.loop);
	loop_close(&f.loop);
	mem_free(&path);
}

/* Has the other side closed? */
static bool is_turned_away(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Ends it when every client knows: accepted or turned away. */
static void look_at_clients(void *owner)
{
	struct fixture *f = owner;
	int turned_away = 0;

	for (int i = 0; i < f->client_count; i++)
		turned_away += is_turned_away(f->clients[i]);
	if (f->accepted + turned_away < f->client_count)
		return;
	timer_free(&f->timer);
	listen_close(f->listen);
}

static void watch_clients(struct fixture *f)
{
	f->timer = timer_new(f->loop, look_at_clients, f);
	timer_repeat(f->timer, 5);
}

/* Rule R9: with no descriptors left, newcomers are turned away and the
 * loop neither spins nor dies; with some again, they are welcome. */
static void listen_survives_without_descriptors(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .is_keeping = true };
	struct rlimit old, low;
	(void)state;

	getrlimit(RLIMIT_NOFILE, &old);
	low = old;
	low.rlim_cur = 130; /* 64 of them are not for peers */
	setrlimit(RLIMIT_NOFILE, &low);
	assert_int_equal(listen_tcp(f.loop, "127.0.0.1:0", &events, &f,
				    &f.listen),
			 0);
	setrlimit(RLIMIT_NOFILE, &old);
	while (f.client_count < MANY)
		f.clients[f.client_count++] =
			connect_to("127.0.0.1", listen_port(f.listen));
	watch_clients(&f);
	loop_run(f.loop);
	for (int i = 0; i < f.client_count; i++)
		close(f.clients[i]);
	for (int i = 0; i < f.accepted; i++)
		close(f.fds[i]);
	assert_true(f.accepted > 0);
	assert_true(f.accepted < MANY);
	loop_close(&f.loop);
}

/* Not a single one left: the spare one lets the newcomer know. */
static void listen_gives_its_spare_descriptor(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .client_count = 1 };
	char *path = socket_path();
	struct rlimit old, none;
	int lowest;
	(void)state;

	assert_int_equal(listen_unix(f.loop, path, 0600, &events, &f,
				     &f.listen),
			 0);
	f.clients[0] = connect_unix(path);
	watch_clients(&f);
	lowest = dup(f.clients[0]);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = (rlim_t)lowest;
	setrlimit(RLIMIT_NOFILE, &none);
	loop_run(f.loop);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(f.accepted, 0);
	assert_true(is_turned_away(f.clients[0]));
	close(f.clients[0]);
	loop_close(&f.loop);
	mem_free(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listen_accepts_on_one_address),
		cmocka_unit_test(listen_accepts_on_both_families),
		cmocka_unit_test(listen_tells_what_is_wrong),
		cmocka_unit_test(listen_unix_sets_its_mode_and_cleans_up),
		cmocka_unit_test(listen_unix_replaces_only_the_dead),
		cmocka_unit_test(listen_survives_without_descriptors),
		cmocka_unit_test(listen_gives_its_spare_descriptor),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
