/* SPDX-License-Identifier: MIT */
#include "net/creds.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/net/make_cert.h"

#define DAY  86400
#define YEAR (365 * 86400LL)

static char *folder;

/* creds_load() of name.crt and key.key: the error; *says_out is owned. */
static int load(const char *name, const char *key, const char *trust,
		struct creds **out, char **says_out)
{
	char *crt_path = make_cert_path(folder, name, "crt");
	char *key_path = make_cert_path(folder, key, "key");
	char *trust_path = trust ? make_cert_path(folder, trust, "crt") : NULL;
	struct creds_chain chain = { crt_path, key_path };
	int err = creds_load(&chain, 1, trust_path, out, says_out);

	mem_free(&crt_path);
	mem_free(&key_path);
	mem_free(&trust_path);
	return err;
}

static void fails_with(const char *name, const char *key, const char *trust,
		       int error, const char *words)
{
	struct creds *c;
	char *says;

	assert_int_equal(load(name, key, trust, &c, &says), error);
	assert_null(c);
	assert_non_null(says);
	if (!strstr(says, words))
		fail_msg("%s", says);
	mem_free(&says);
}

static mode_t mode_of(const char *name, const char *end)
{
	char *path = make_cert_path(folder, name, end);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	mem_free(&path);
	return st.st_mode & 0777;
}

static int make_own(const char *domain, const char *name)
{
	char *crt_path = make_cert_path(folder, name, "crt");
	char *key_path = make_cert_path(folder, name, "key");
	int err = creds_make_self_signed(domain, crt_path, key_path);

	mem_free(&crt_path);
	mem_free(&key_path);
	return err;
}

static void creds_makes_what_it_can_load(void **state)
{
	struct creds *c, *second;
	int64_t now = clock_wall() / 1000;
	char *says;
	(void)state;

	assert_int_equal(make_own("rooms.test", "own"), 0);
	assert_int_equal(mode_of("own", "key"), 0600);
	assert_int_equal(mode_of("own", "crt"), 0600);
	assert_int_equal(load("own", "own", "own", &c, &says), 0);
	assert_null(says);
	assert_in_range(creds_expires(c, "rooms.test"), now + 9 * YEAR,
			now + 11 * YEAR);
	assert_int_equal(creds_expires(c, "other.test"), 0);
	assert_int_equal(creds_warn(c, now, 21 * DAY), 0);
	assert_int_equal(creds_warn(c, creds_expires(c, "rooms.test") - DAY,
				    2 * DAY), 1);
	assert_int_equal(creds_warn(c, creds_expires(c, "rooms.test") - DAY,
				    DAY), 0);
	assert_int_equal(creds_warn(c, creds_expires(c, "rooms.test") + 1, 0),
			 1);
	second = creds_ref(c);
	creds_unref(&c);
	assert_null(c);
	assert_true(creds_expires(second, "rooms.test") > now);
	creds_unref(&second);
	creds_unref(&second);
}

/* A name longer than a common name may be, or than one byte of DER length. */
static void creds_makes_long_names(void **state)
{
	char name[200];
	struct creds *c;
	char *says;
	(void)state;

	memset(name, 'a', sizeof(name));
	name[60] = name[120] = name[180] = '.';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(make_own(name, "long"), 0);
	assert_int_equal(load("long", "long", NULL, &c, &says), 0);
	assert_true(creds_expires(c, name) > 0);
	creds_unref(&c);
}

static void creds_replaces_files_whole(void **state)
{
	char *left = make_cert_path(folder, "again", "key.new");
	struct creds *c;
	char *says;
	(void)state;

	assert_int_equal(make_own("rooms.test", "again"), 0);
	close(open(left, O_WRONLY | O_CREAT, 0644)); /* of a crash */
	assert_int_equal(make_own("rooms.test", "again"), 0);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(mode_of("again", "key"), 0600);
	assert_int_equal(load("again", "again", NULL, &c, &says), 0);
	creds_unref(&c);
	mem_free(&left);
	assert_int_equal(creds_make_self_signed("x.test", "/nowhere/x.crt",
						"/nowhere/x.key"),
			 HW_E_NOT_FOUND);
}

static void creds_tells_what_is_wrong(void **state)
{
	char *key = make_cert_path(folder, "open", "key");
	char *junk = make_cert_path(folder, "junk", "crt");
	int fd;
	(void)state;

	assert_int_equal(make_own("a.test", "a"), 0);
	assert_int_equal(make_own("b.test", "b"), 0);
	assert_int_equal(make_own("open.test", "open"), 0);
	fails_with("a", "b", NULL, HW_E_CERTIFICATE, "not the key");
	fails_with("absent", "a", NULL, HW_E_NOT_FOUND, "absent.crt");
	fails_with("a", "absent", NULL, HW_E_NOT_FOUND, "absent.key");
	fails_with("a", "a", "absent", HW_E_CERTIFICATE, "absent.crt");
	assert_int_equal(chmod(key, 0644), 0);
	fails_with("open", "open", NULL, HW_E_ACCESS, "open.key");
	assert_int_equal(chmod(key, 0640), 0);
	fd = open(junk, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "junk\n", 5), 5);
	close(fd);
	fails_with("junk", "a", NULL, HW_E_CERTIFICATE, "junk.crt");
	fails_with("a", "a", "junk", HW_E_CERTIFICATE, "junk.crt");
	mem_free(&key);
	mem_free(&junk);
}

static void creds_lets_the_group_read_a_key(void **state)
{
	char *key = make_cert_path(folder, "group", "key");
	struct creds *c;
	char *says;
	(void)state;

	assert_int_equal(make_own("group.test", "group"), 0);
	assert_int_equal(chmod(key, 0640), 0);
	assert_int_equal(load("group", "group", NULL, &c, &says), 0);
	creds_unref(&c);
	mem_free(&key);
}

static int make_folder(void **state)
{
	*state = folder = make_cert_folder();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creds_makes_what_it_can_load),
		cmocka_unit_test(creds_makes_long_names),
		cmocka_unit_test(creds_replaces_files_whole),
		cmocka_unit_test(creds_tells_what_is_wrong),
		cmocka_unit_test(creds_lets_the_group_read_a_key),
	};

	return cmocka_run_group_tests_name("creds", tests, make_folder,
					   make_cert_clean);
}
