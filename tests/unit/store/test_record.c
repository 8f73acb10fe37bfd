/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"

/* A record with every string it can have. */
static struct record *full(enum record_kind kind)
{
	bool is_of_room = kind != RECORD_HEARTBEAT && kind != RECORD_PROOF &&
			  kind != RECORD_NEWS && kind != RECORD_GROUP_GONE;
	struct record *r = record_new(kind, is_of_room ? "r@x" : NULL, 5);

	switch (kind) {
	case RECORD_ROOM:
		r->as_room.config = str_dup("1234");
		r->as_room.subject = str_dup("1234");
		r->as_room.subject_nick = str_dup("1234");
		break;
	case RECORD_AFFILIATION:
		r->as_affiliation.jid = str_dup("1234");
		r->as_affiliation.affiliation = str_dup("1234");
		r->as_affiliation.nick = str_dup("1234");
		r->as_affiliation.reason = str_dup("1234");
		r->as_affiliation.details = str_dup("1234");
		break;
	case RECORD_SESSION:
	case RECORD_SESSION_GONE:
		r->as_session.jid = str_dup("1234");
		r->as_session.nick = str_dup("1234");
		r->as_session.role = str_dup("1234");
		r->as_session.presence = str_dup("1234");
		break;
	case RECORD_MESSAGE:
		(void)str_copy(r->as_message.id, RAND_ID_SIZE, "id");
		r->as_message.jid = str_dup("1234");
		r->as_message.nick = str_dup("1234");
		r->as_message.occupant_id = str_dup("1234");
		r->as_message.stanza = str_dup("1234");
		r->as_message.body = str_dup("1234");
		r->as_message.hats = str_dup("1234");
		r->as_message.room = str_dup("1234");
		break;
	case RECORD_RETRACTION:
		(void)str_copy(r->as_retraction.id, RAND_ID_SIZE, "id");
		r->as_retraction.stanza = str_dup("1234");
		r->as_retraction.by = str_dup("1234");
		r->as_retraction.reason = str_dup("1234");
		break;
	case RECORD_PROOF:
		r->as_proof.domain = str_dup("1234");
		r->as_proof.proof = str_dup("1234");
		break;
	case RECORD_PRESENCE:
		r->as_presence.nick = str_dup("1234");
		r->as_presence.other = str_dup("1234");
		r->as_presence.occupant_id = str_dup("1234");
		r->as_presence.reason = str_dup("1234");
		break;
	case RECORD_GAP:
		r->as_gap.domain = str_dup("1234");
		break;
	case RECORD_HAT:
		r->as_hat.jid = str_dup("1234");
		r->as_hat.uri = str_dup("1234");
		r->as_hat.title = str_dup("1234");
		r->as_hat.by = str_dup("1234");
		break;
	case RECORD_AUDIT:
		r->as_audit.by = str_dup("1234");
		r->as_audit.act = str_dup("1234");
		r->as_audit.target = str_dup("1234");
		r->as_audit.reason = str_dup("1234");
		r->as_audit.detail = str_dup("1234");
		break;
	case RECORD_NEWS:
		(void)str_copy(r->as_news.id, RAND_ID_SIZE, "id");
		r->as_news.text = str_dup("1234");
		r->as_news.link = str_dup("1234");
		break;
	case RECORD_GROUP:
	case RECORD_GROUP_GONE:
		r->as_group.key = str_dup("1234");
		r->as_group.acronym = str_dup("1234");
		r->as_group.name = str_dup("1234");
		r->as_group.type = str_dup("1234");
		r->as_group.state = str_dup("1234");
		r->as_group.area = str_dup("1234");
		r->as_group.list_email = str_dup("1234");
		r->as_group.list_subscribe = str_dup("1234");
		r->as_group.list_archive = str_dup("1234");
		r->as_group.charter = str_dup("1234");
		r->as_group.successor = str_dup("1234");
		r->as_group.chairs = str_dup("1234");
		r->as_group.description = str_dup("1234");
		break;
	case RECORD_MEETING:
		r->as_meeting.name = str_dup("1234");
		r->as_meeting.title = str_dup("1234");
		r->as_meeting.uid = str_dup("1234");
		r->as_meeting.agenda = str_dup("1234");
		r->as_meeting.by = str_dup("1234");
		r->as_meeting.subject = str_dup("1234");
		break;
	case RECORD_NOTE:
		(void)str_copy(r->as_note.id, RAND_ID_SIZE, "id");
		r->as_note.meeting = str_dup("1234");
		r->as_note.line = str_dup("1234");
		r->as_note.jid = str_dup("1234");
		r->as_note.nick = str_dup("1234");
		r->as_note.person = str_dup("1234");
		r->as_note.text = str_dup("1234");
		r->as_note.other_text = str_dup("1234");
		break;
	case RECORD_ROOM_GONE:
	case RECORD_HEARTBEAT:
		break;
	}
	return r;
}

static const struct {
	enum record_kind kind;
	size_t strings; /* "1234" */
} kinds[] = {
	{ RECORD_ROOM, 3 },      { RECORD_ROOM_GONE, 0 },
	{ RECORD_SESSION, 4 },   { RECORD_SESSION_GONE, 4 },
	{ RECORD_MESSAGE, 7 },   { RECORD_AFFILIATION, 5 },
	{ RECORD_HEARTBEAT, 0 }, { RECORD_RETRACTION, 3 },
	{ RECORD_PROOF, 2 },     { RECORD_PRESENCE, 4 },
	{ RECORD_GAP, 1 },       { RECORD_HAT, 4 },
	{ RECORD_AUDIT, 5 },     { RECORD_NEWS, 2 },
	{ RECORD_GROUP, 13 },    { RECORD_GROUP_GONE, 13 },
	{ RECORD_MEETING, 6 },   { RECORD_NOTE, 7 },
};

/* Under the address sanitizer also: all of it is freed. */
static void record_size_counts_every_string(void **state)
{
	(void)state;

	for (size_t i = 0; i < array_len(kinds); i++) {
		struct record *r = full(kinds[i].kind);
		size_t room = r->room ? strlen(r->room) + 1 : 0;

		assert_true(record_is_whole(r));
		assert_int_equal(record_size(r),
				 sizeof(*r) + room + 5 * kinds[i].strings);
		record_free(&r);
		assert_null(r);
		record_free(&r);
	}
}

static void record_is_not_whole_without_what_it_needs(void **state)
{
	struct record *r;
	(void)state;

	r = full(RECORD_ROOM);
	str_set(&r->as_room.subject, NULL);
	assert_true(record_is_whole(r));
	str_set(&r->as_room.config, NULL);
	assert_false(record_is_whole(r));
	record_free(&r);

	r = full(RECORD_SESSION_GONE);
	str_set(&r->as_session.nick, NULL);
	str_set(&r->as_session.role, NULL);
	assert_true(record_is_whole(r));
	str_set(&r->as_session.jid, NULL);
	assert_false(record_is_whole(r));
	record_free(&r);

	r = full(RECORD_MESSAGE);
	r->as_message.id[0] = '\0';
	assert_false(record_is_whole(r));
	record_free(&r);

	r = full(RECORD_RETRACTION);
	str_set(&r->as_retraction.reason, NULL);
	assert_true(record_is_whole(r));
	r->as_retraction.id[0] = '\0';
	assert_false(record_is_whole(r));
	record_free(&r);

	r = full(RECORD_PROOF);
	str_set(&r->as_proof.proof, NULL);
	assert_true(record_is_whole(r));
	str_set(&r->as_proof.domain, NULL);
	assert_false(record_is_whole(r));
	record_free(&r);

	r = record_new(RECORD_ROOM_GONE, NULL, 1);
	assert_false(record_is_whole(r));
	record_free(&r);
}

static void line_is_one_piece(void **state)
{
	const struct record_line line = { .stanza = "<message/>",
					  .jid = "a@b",
					  .occupant_id = "id",
					  .body = "hi",
					  .sender = "a@b/c" };
	struct record *r = record_line_new("r@x", 7, &line);
	const struct record_message *m = &r->as_message;
	(void)state;

	assert_int_equal(r->kind, RECORD_MESSAGE);
	assert_int_equal(r->at, 7);
	assert_string_equal(r->room, "r@x");
	assert_string_equal(m->stanza, "<message/>");
	assert_string_equal(m->jid, "a@b");
	assert_null(m->nick);
	assert_string_equal(m->occupant_id, "id");
	assert_string_equal(m->body, "hi");
	assert_null(m->hats);
	assert_string_equal(m->sender, "a@b/c");
	assert_null(m->room);
	assert_int_equal(record_size(r), sizeof(*r) + sizeof("r@x<message/>") +
						 sizeof("a@bidhia@b/c") + 4);
	assert_false(record_is_whole(r)); /* without an id */
	str_copy(r->as_message.id, sizeof(r->as_message.id), "1");
	assert_true(record_is_whole(r));
	record_free(&r);
	assert_null(r);
}

static void record_leaves_its_queue_when_freed(void **state)
{
	struct record *r = record_new(RECORD_HEARTBEAT, NULL, 1);
	struct list queue;
	(void)state;

	list_init(&queue);
	list_add_tail(&queue, &r->node);
	record_free(&r);
	assert_true(list_is_empty(&queue));
}

static void archive_query_and_page_free_what_they_own(void **state)
{
	struct archive_query *q = archive_query_new("r@x", 10);
	struct archive_page *p = archive_page_new(ARCHIVE_OK);
	(void)state;

	assert_string_equal(q->room, "r@x");
	assert_int_equal(q->max, 10);
	assert_null(q->after_id);
	q->after_id = str_dup("a");
	q->before_id = str_dup("b");
	archive_query_free(&q);
	assert_null(q);
	archive_query_free(&q);

	assert_int_equal(p->total, -1);
	p->rows = mem_zero(2, sizeof(*p->rows));
	p->count = 2;
	p->rows[0].stanza = str_dup("x");
	p->rows[1].body = str_dup("y");
	archive_page_free(&p);
	assert_null(p);
	archive_page_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_size_counts_every_string),
		cmocka_unit_test(record_is_not_whole_without_what_it_needs),
		cmocka_unit_test(line_is_one_piece),
		cmocka_unit_test(record_leaves_its_queue_when_freed),
		cmocka_unit_test(archive_query_and_page_free_what_they_own),
	};
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
