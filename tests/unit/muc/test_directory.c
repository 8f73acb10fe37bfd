/* SPDX-License-Identifier: MIT */
#include "muc/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/room.h"
#include "xmpp/rsm.h"

#define COUNT 7 /* rooms a to g */

struct fixture {
	struct directory directory;
	struct room rooms[COUNT];
};

static int make(void **state)
{
	static const char order[] = "dagbfce";
	struct fixture *f = mem_new(struct fixture);

	directory_init(&f->directory);
	for (int i = 0; i < COUNT; i++) {
		char *text = str_format("%c@x.example", order[i]);

		f->rooms[i].jid = jid_parse(text);
		directory_add(&f->directory, &f->rooms[i]);
		mem_free(&text);
	}
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	directory_fini(&f->directory);
	for (int i = 0; i < COUNT; i++)
		jid_free(&f->rooms[i].jid);
	free(f);
	return 0;
}

static struct rsm_request none(void)
{
	return (struct rsm_request){ .is_present = true, .max = -1,
				     .index = -1 };
}

static void assert_page(const struct fixture *f, struct rsm_request request,
			const char *wanted)
{
	struct directory_page page;
	char letters[COUNT + 1] = "";

	page = directory_find_page(&f->directory, &request, 100);
	for (size_t i = 0; i < page.count; i++)
		letters[i] = *jid_text(f->directory.rooms[page.first + i]->jid);
	assert_string_equal(letters, wanted);
}

static void directory_is_in_order(void **state)
{
	struct fixture *f = *state;

	assert_page(f, none(), "abcdefg");
	directory_remove(&f->directory, &f->rooms[0]);
	directory_remove(&f->directory, &f->rooms[0]);
	assert_page(f, none(), "abcefg");
}

static void directory_pages(void **state)
{
	static const struct {
		int64_t max, index;
		const char *after, *before, *wanted;
	} rows[] = {
		{ 3, -1, NULL, NULL, "abc" },
		{ 0, -1, NULL, NULL, "" },
		{ 3, -1, "c@x.example", NULL, "def" },
		{ 3, -1, "f@x.example", NULL, "g" },
		{ 3, -1, "g@x.example", NULL, "" },
		{ 3, -1, "cc@x.example", NULL, "def" }, /* it has ended */
		{ 3, -1, NULL, "", "efg" },
		{ 3, -1, NULL, "e@x.example", "bcd" },
		{ 3, -1, NULL, "b@x.example", "a" },
		{ 3, -1, NULL, "a@x.example", "" },
		{ 3, -1, "f@x.example", "b@x.example", "" },
		{ 2, 4, NULL, NULL, "ef" },
		{ 2, 99, NULL, NULL, "" },
	};

	for (size_t i = 0; i < array_len(rows); i++) {
		struct rsm_request request = none();

		request.max = rows[i].max;
		request.index = rows[i].index;
		request.after = rows[i].after;
		request.before = rows[i].before;
		assert_page(*state, request, rows[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(directory_is_in_order, make,
						unmake),
		cmocka_unit_test_setup_teardown(directory_pages, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
