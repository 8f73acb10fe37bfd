/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/notify.h"

#define NOTHING "" /* no datagram came */

/** A service manager's socket. */
struct manager {
	int fd;
	char *folder;
	char *path; /* or NULL: abstract */
	char got[256];
};

static struct manager *manager_new(void)
{
	struct manager *m = mem_new(struct manager);
	const char *tmp = getenv("TMPDIR");

	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(m->fd >= 0);
	m->folder = str_format("%s/hallway-notify-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(m->folder));
	return m;
}

static int setup(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct manager *m = manager_new();

	m->path = str_format("%s/notify", m->folder);
	assert_true(str_copy(sun.sun_path, sizeof(sun.sun_path), m->path));
	assert_int_equal(bind(m->fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setenv("NOTIFY_SOCKET", m->path, 1);
	*state = m;
	return 0;
}

static int setup_abstract(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct manager *m = manager_new();
	char *name = str_format("@hallway-test-%d", (int)getpid());

	assert_true(str_copy(sun.sun_path, sizeof(sun.sun_path), name));
	sun.sun_path[0] = '\0';
	assert_int_equal(bind(m->fd, (struct sockaddr *)&sun,
			      (socklen_t)(offsetof(struct sockaddr_un,
						   sun_path) +
					  strlen(name))),
			 0);
	setenv("NOTIFY_SOCKET", name, 1);
	mem_free(&name);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct manager *m = *state;

	unsetenv("NOTIFY_SOCKET");
	close(m->fd);
	if (m->path)
		remove(m->path);
	rmdir(m->folder);
	mem_free(&m->path);
	mem_free(&m->folder);
	mem_free(&m);
	return 0;
}

/* A datagram on the same machine is there when sendto() has returned. */
static const char *next(struct manager *m)
{
	ssize_t n = recv(m->fd, m->got, sizeof(m->got) - 1, 0);

	m->got[n > 0 ? n : 0] = '\0';
	return m->got;
}

static void tells_of_each_state(void **state)
{
	notify_ready();
	assert_string_equal(next(*state), "READY=1");
	notify_stopping();
	assert_string_equal(next(*state), "STOPPING=1");
	assert_string_equal(next(*state), NOTHING);
}

/* Type=notify-reload needs the time as well. */
static void reloading_carries_the_time(void **state)
{
	const char *prefix = "RELOADING=1\nMONOTONIC_USEC=";
	int64_t before = clock_mono() * 1000, usec = -1;
	const char *got;

	notify_reloading();
	got = next(*state);
	assert_true(str_has_prefix(got, prefix));
	assert_int_equal(str_to_int64(got + strlen(prefix), before,
				      clock_mono() * 1000, &usec),
			 0);
}

static void is_silent_without_a_socket(void **state)
{
	static const char *const odd[] = { "", "relative/path", "vsock:2:1" };

	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	for (size_t i = 0; i < array_len(odd); i++) {
		setenv("NOTIFY_SOCKET", odd[i], 1);
		notify_ready();
	}
	assert_string_equal(next(*state), NOTHING);
}

/* Neither may it end the daemon. */
static void unreachable_socket_is_survived(void **state)
{
	char path[300];

	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	notify_ready();
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	notify_ready();
}

#define CASE(name, how) cmocka_unit_test_setup_teardown(name, how, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(tells_of_each_state, setup),
		{ "tells_of_each_state_abstract", tells_of_each_state,
		  setup_abstract, teardown, NULL },
		CASE(reloading_carries_the_time, setup),
		CASE(is_silent_without_a_socket, setup),
		CASE(unreachable_socket_is_survived, setup),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
