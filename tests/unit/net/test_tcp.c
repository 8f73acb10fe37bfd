/* SPDX-License-Identifier: MIT */
#include "net/tcp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "net/addr.h"
#include "tests/unit/net/pattern.h"

#define BIG (8 << 20)

struct run;

/** One end of a connection. */
struct end {
	struct tcp *tcp;
	struct end *other;
	size_t expected;     /* shut down after so many bytes; 0 = never */
	size_t got;
	size_t reads;
	unsigned char sum;   /* of the bytes */
	bool is_in_order;
	bool is_closing_on_bytes;
	bool is_closing_on_drained;
	int drained;
	int ended;
	int failed;          /* error */
	int closed;
	struct run *run;     /* of both receivers, or NULL */
};

/** How long one receiver is served while the other waits. */
struct run {
	struct end *who;
	size_t len;
	size_t longest;
};

struct fixture {
	struct loop *loop;
	int fds[2]; /* of the ends: theirs */
	struct end a;
	struct end b;
};

static void count_run(struct run *run, struct end *e, size_t len)
{
	run->len = run->who == e ? run->len + len : len;
	run->who = e;
	if (run->len > run->longest)
		run->longest = run->len;
}

static void on_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct end *e = owner;

	if (!pattern_is_at(e->got, data, len))
		e->is_in_order = false;
	e->got += len;
	e->reads++;
	if (e->run)
		count_run(e->run, e, len);
	if (e->is_closing_on_bytes)
		tcp_close(e->tcp);
	else if (e->got == e->expected)
		tcp_shutdown(e->tcp);
}

static void on_drained(void *owner)
{
	struct end *e = owner;

	e->drained++;
	if (e->is_closing_on_drained)
		tcp_close(e->tcp);
}

static void on_end(void *owner)
{
	struct end *e = owner;

	e->ended++;
	tcp_shutdown(e->tcp);
	tcp_close(e->tcp);
}

static void on_failed(void *owner, int error)
{
	struct end *e = owner;

	e->failed = error;
	tcp_close(e->tcp);
}

static void on_closed(void *owner)
{
	struct end *e = owner;

	e->closed++;
	e->tcp = NULL;
}

static const struct tcp_events events = {
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

/* Two connected TCP sockets on loopback. */
static void tcp_pair(int fds[2])
{
	struct addr at;
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(addr_parse("127.0.0.1:0", 0, &at), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at.ss, at.len), 0);
	assert_int_equal(listen(listener, 1), 0);
	at.len = sizeof(at.ss);
	getsockname(listener, (struct sockaddr *)&at.ss, &at.len);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fds[0], (struct sockaddr *)&at.ss, at.len), 0);
	fds[1] = accept(listener, NULL, NULL);
	assert_true(fds[1] >= 0);
	close(listener);
}

static void unix_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}

static void end_init(struct end *e, struct loop *loop, int fd)
{
	*e = (struct end){ .is_in_order = true };
	e->tcp = tcp_open(loop, fd, &events, e);
	assert_non_null(e->tcp);
	tcp_read(e->tcp, true);
}

/* Two ends of what pair() connects. */
static void fixture_init(struct fixture *f, void (*pair)(int fds[2]))
{
	f->loop = loop_open("test");
	pair(f->fds);
	end_init(&f->a, f->loop, f->fds[0]);
	end_init(&f->b, f->loop, f->fds[1]);
	f->a.other = &f->b;
	f->b.other = &f->a;
}

/* Runs until both ends are closed. */
static void fixture_run(struct fixture *f)
{
	loop_run(f->loop);
	assert_int_equal(f->a.closed, 1);
	assert_int_equal(f->b.closed, 1);
	loop_close(&f->loop);
}

static void write_pattern(struct end *e, size_t from, size_t len)
{
	unsigned char *data = pattern_new(from, len);

	tcp_write(e->tcp, data, len);
	mem_free(&data);
}

static void exchange(void (*pair)(int fds[2]))
{
	struct fixture f;

	fixture_init(&f, pair);
	for (size_t i = 0; i < 10; i++)
		write_pattern(&f.a, i, 1);
	write_pattern(&f.b, 0, 5);
	assert_int_equal(tcp_queued(f.a.tcp), 10);
	tcp_shutdown(f.a.tcp);
	fixture_run(&f);
	assert_int_equal(f.b.got, 10);
	assert_int_equal(f.a.got, 5);
	assert_true(f.a.is_in_order && f.b.is_in_order);
	/* what was written in one turn came in one piece */
	assert_int_equal(f.b.reads, 1);
	assert_int_equal(f.a.drained, 1);
	assert_int_equal(f.b.ended, 1);
	assert_int_equal(f.a.failed, 0);
	assert_int_equal(f.b.failed, 0);
}

static void tcp_exchanges_bytes(void **state)
{
	(void)state;
	exchange(tcp_pair);
}

static void tcp_works_on_a_unix_socket(void **state)
{
	(void)state;
	exchange(unix_pair);
}

static void tcp_sets_its_options(void **state)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 15 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 4 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 90000 },
	};
	struct fixture f;
	char text[ADDR_TEXT_SIZE];
	(void)state;

	fixture_init(&f, tcp_pair);
	for (size_t i = 0; i < array_len(options); i++) {
		int value = -1;
		socklen_t len = sizeof(value);

		getsockopt(f.fds[0], options[i].level, options[i].name, &value,
			   &len);
		assert_int_equal(value, options[i].value);
	}
	assert_true(fcntl(f.fds[0], F_GETFL) & O_NONBLOCK);
	addr_print(tcp_peer(f.a.tcp), text);
	assert_memory_equal(text, "127.0.0.1:", 10);
	assert_ptr_equal(tcp_loop(f.a.tcp), f.loop);
	tcp_close(f.a.tcp);
	tcp_close(f.b.tcp);
	fixture_run(&f);
}

static void tcp_carries_much_both_ways(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	f.a.expected = f.b.expected = BIG;
	write_pattern(&f.a, 0, BIG);
	write_pattern(&f.b, 0, BIG);
	fixture_run(&f);
	assert_int_equal(f.a.got, BIG);
	assert_int_equal(f.b.got, BIG);
	assert_true(f.a.is_in_order && f.b.is_in_order);
	assert_int_equal(f.a.failed, 0);
	assert_int_equal(f.b.failed, 0);
}

#define FLOOD 160000

static void tcp_shares_a_turn(void **state)
{
	struct run run = { 0 };
	struct fixture f;
	struct end c, d;
	int fds[2];
	(void)state;

	fixture_init(&f, unix_pair);
	unix_pair(fds);
	end_init(&c, f.loop, fds[0]);
	end_init(&d, f.loop, fds[1]);
	f.b.run = d.run = &run;
	/* Both floods lie in the kernel before the loop turns. */
	write_pattern(&f.a, 0, FLOOD);
	write_pattern(&c, 0, FLOOD);
	tcp_flush(f.a.tcp);
	tcp_flush(c.tcp);
	assert_int_equal(tcp_queued(f.a.tcp) + tcp_queued(c.tcp), 0);
	tcp_close(f.a.tcp);
	tcp_close(c.tcp);
	fixture_run(&f);
	assert_int_equal(f.b.got + d.got, 2 * FLOOD);
	assert_true(run.longest <= 131072);
	assert_int_equal(c.closed + d.closed, 2);
}

static void tcp_not_read_pushes_back(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	tcp_read(f.b.tcp, false);
	write_pattern(&f.a, 0, BIG);
	tcp_flush(f.a.tcp);
	assert_true(tcp_queued(f.a.tcp) > 0);
	assert_true(tcp_queued(f.a.tcp) < BIG);
	assert_int_equal(f.a.drained, 0);
	tcp_read(f.b.tcp, true);
	tcp_shutdown(f.a.tcp);
	fixture_run(&f);
	assert_int_equal(f.b.got, BIG);
	assert_true(f.b.is_in_order);
	assert_int_equal(f.a.drained, 1);
}

static void tcp_may_be_closed_in_callbacks(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	f.b.is_closing_on_bytes = true;
	f.a.is_closing_on_drained = true;
	write_pattern(&f.a, 0, 1000);
	fixture_run(&f);
	assert_int_equal(f.b.reads, 1);
	assert_int_equal(f.a.drained, 1);
}

static void tcp_closing_drops_what_does_not_go(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	tcp_read(f.b.tcp, false);
	write_pattern(&f.a, 0, BIG);
	tcp_flush(f.a.tcp); /* the rest is in flight inside libuv */
	tcp_close(f.a.tcp);
	tcp_close(f.a.tcp);
	tcp_read(f.b.tcp, true);
	fixture_run(&f);
	assert_int_equal(f.a.failed, 0);
	assert_int_equal(f.a.drained, 0);
	assert_true(f.b.got < BIG);
}

static void tcp_tells_of_a_reset(void **state)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	setsockopt(f.fds[0], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	tcp_close(f.a.tcp);
	fixture_run(&f);
	assert_int_equal(f.b.failed, HW_E_RESET);
	assert_int_equal(f.b.ended, 0);
}

static void tcp_tells_of_a_write_to_nobody(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, tcp_pair);
	tcp_read(f.b.tcp, false);
	shutdown(f.fds[1], SHUT_WR);
	write_pattern(&f.b, 0, 10);
	write_pattern(&f.a, 0, 10);
	fixture_run(&f);
	assert_int_equal(f.b.failed, HW_E_RESET);
}

static void tcp_refuses_what_is_no_socket(void **state)
{
	struct loop *loop = loop_open("test");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct end e = { 0 };
	(void)state;

	assert_null(tcp_open(loop, fd, &events, &e));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	loop_run(loop);
	assert_int_equal(e.closed, 0);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_exchanges_bytes),
		cmocka_unit_test(tcp_works_on_a_unix_socket),
		cmocka_unit_test(tcp_sets_its_options),
		cmocka_unit_test(tcp_carries_much_both_ways),
		cmocka_unit_test(tcp_shares_a_turn),
		cmocka_unit_test(tcp_not_read_pushes_back),
		cmocka_unit_test(tcp_may_be_closed_in_callbacks),
		cmocka_unit_test(tcp_closing_drops_what_does_not_go),
		cmocka_unit_test(tcp_tells_of_a_reset),
		cmocka_unit_test(tcp_tells_of_a_write_to_nobody),
		cmocka_unit_test(tcp_refuses_what_is_no_socket),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
