/* SPDX-License-Identifier: MIT */
/* The three roles against each other: what one makes the other believes. */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "dialback/authority.h"
#include "dialback/initiator.h"
#include "dialback/key.h"
#include "dialback/packet.h"
#include "dialback/question.h"
#include "dialback/receiver.h"
#include "xml/elem.h"

static const unsigned char secret[KEY_SECRET_SIZE] = { 7 };

static struct packet read_and_free(struct elem *owned)
{
	struct packet p;

	assert_non_null(owned);
	assert_int_equal(packet_read(owned, &p), PACKET_OK);
	elem_free(&owned);
	return p;
}

static struct packet request(const char *from, const char *to)
{
	return read_and_free(packet_result_new(from, to, "key"));
}

static struct packet answer(const char *from, const char *to, const char *id,
			    enum packet_type type)
{
	struct packet verify =
		read_and_free(packet_verify_new(to, from, id, "key"));
	struct packet p = read_and_free(
		packet_answer_new(&verify, type, COND_BAD_REQUEST));

	packet_fini(&verify);
	return p;
}

/* a.test asserts itself to b.test, which asks a.test on another stream. */
static void roles_agree(void **state)
{
	struct key key;
	struct initiator initiator;
	struct receiver receiver;
	struct question_list questions;
	struct question *q;
	struct packet result, verify, verified, valid;
	bool is_valid;

	(void)state;
	key_init(&key, secret);
	initiator_init(&initiator, "a.test", "b.test");
	receiver_init(&receiver);
	question_list_init(&questions);

	result = read_and_free(initiator_ask(&initiator, &key, "stream1"));
	assert_int_equal(receiver_begin(&receiver, &result), RECEIVER_ASK);
	question_add(&questions, 42, "stream1", result.key, 1000);
	verify = read_and_free(
		question_send_next(&questions, "b.test", "a.test"));
	assert_null(question_send_next(&questions, "b.test", "a.test"));
	verified = read_and_free(
		authority_answer(&key, &verify, true, 0, &is_valid));
	assert_true(is_valid);
	q = question_take_answered(&questions, &verified, "b.test", "a.test");
	assert_non_null(q);
	assert_int_equal(q->asker, 42);
	valid = read_and_free(receiver_finish(&receiver, "a.test", "b.test",
					      verified.type, verified.cond));
	assert_true(initiator_take_answer(&initiator, &valid));
	assert_int_equal(initiator.state, INITIATOR_VALID);

	question_free(&q);
	packet_fini(&result);
	packet_fini(&verify);
	packet_fini(&verified);
	packet_fini(&valid);
	initiator_fini(&initiator);
	receiver_fini(&receiver);
	question_list_fini(&questions);
}

static void authority_answers_for_its_own(void **state)
{
	struct key key;
	struct packet verify, said;
	char text[KEY_TEXT_SIZE];
	bool is_valid;

	(void)state;
	key_init(&key, secret);
	key_make(&key, "b.test", "a.test", "1", text);
	verify =
		read_and_free(packet_verify_new("b.test", "a.test", "2", text));
	said = read_and_free(
		authority_answer(&key, &verify, true, 0, &is_valid));
	assert_false(is_valid);
	assert_int_equal(said.type, PACKET_INVALID);
	assert_string_equal(said.from, "a.test");
	assert_string_equal(said.to, "b.test");
	assert_string_equal(said.id, "2");
	packet_fini(&said);
	packet_fini(&verify);
	verify =
		read_and_free(packet_verify_new("b.test", "a.test", "1", text));
	said = read_and_free(
		authority_answer(&key, &verify, false, 0, &is_valid));
	assert_false(is_valid);
	assert_int_equal(said.type, PACKET_ERROR);
	assert_int_equal(said.cond, COND_ITEM_NOT_FOUND);
	packet_fini(&said);
	packet_fini(&verify);
}

/* The attacks of 2012: answers that nobody asked for. */
static void initiator_refuses_unsolicited(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} wrong[] = {
		{ "c.test", "a.test" },
		{ "b.test", "c.test" },
		{ "a.test", "b.test" },
	};
	struct key key;
	struct initiator i;
	struct packet asked, p;
	struct packet q = { .kind = PACKET_RESULT,
			    .from = (char *)"a.test",
			    .to = (char *)"b.test" };

	(void)state;
	key_init(&key, secret);
	initiator_init(&i, "a.test", "b.test");
	p = read_and_free(packet_answer_new(&q, PACKET_VALID, 0));
	assert_false(initiator_take_answer(&i, &p));
	asked = read_and_free(initiator_ask(&i, &key, "1"));
	for (size_t k = 0; k < array_len(wrong); k++) {
		struct packet w = { .kind = PACKET_RESULT,
				    .type = PACKET_VALID,
				    .from = (char *)wrong[k].from,
				    .to = (char *)wrong[k].to };

		assert_false(initiator_take_answer(&i, &w));
	}
	assert_false(initiator_take_answer(&i, &asked));
	assert_true(initiator_take_answer(&i, &p));
	assert_false(initiator_take_answer(&i, &p));
	packet_fini(&p);
	packet_fini(&asked);
	initiator_fini(&i);
}

static void question_takes_only_its_answer(void **state)
{
	struct question_list list;
	struct question *q;
	struct packet p;
	struct elem *e;

	(void)state;
	question_list_init(&list);
	question_add(&list, 1, "id1", "k", 100);
	p = answer("a.test", "b.test", "id1", PACKET_VALID);
	/* not sent yet */
	assert_null(question_take_answered(&list, &p, "b.test", "a.test"));
	e = question_send_next(&list, "b.test", "a.test");
	elem_free(&e);
	assert_null(question_take_answered(&list, &p, "b.test", "c.test"));
	assert_null(question_take_answered(&list, &p, "c.test", "a.test"));
	packet_fini(&p);
	p = answer("a.test", "b.test", "id2", PACKET_VALID);
	assert_null(question_take_answered(&list, &p, "b.test", "a.test"));
	packet_fini(&p);
	p = answer("a.test", "b.test", "id1", PACKET_INVALID);
	q = question_take_answered(&list, &p, "b.test", "a.test");
	assert_non_null(q);
	question_free(&q);
	assert_null(question_take_answered(&list, &p, "b.test", "a.test"));
	packet_fini(&p);
	question_list_fini(&list);
}

static void question_expires(void **state)
{
	struct question_list list;
	struct question *q;

	(void)state;
	question_list_init(&list);
	assert_int_equal(question_deadline(&list), 0);
	question_add(&list, 1, "id1", "k", 200);
	question_add(&list, 2, "id2", "k", 100);
	assert_int_equal(question_deadline(&list), 100);
	assert_null(question_take_expired(&list, 99));
	q = question_take_expired(&list, 100);
	assert_int_equal(q->asker, 2);
	question_free(&q);
	assert_null(question_take_expired(&list, 100));
	question_list_fini(&list);
}

static void question_is_sent_again_on_the_next_stream(void **state)
{
	struct question_list list;
	struct question *q;
	struct elem *e;

	(void)state;
	question_list_init(&list);
	question_add(&list, 1, "id1", "k", 200);
	e = question_send_next(&list, "b.test", "a.test");
	elem_free(&e);
	assert_null(question_take_worn(&list, 2));
	question_forget_sent(&list);
	e = question_send_next(&list, "b.test", "a.test");
	assert_non_null(e);
	elem_free(&e);
	q = question_take_worn(&list, 2);
	assert_non_null(q);
	question_free(&q);
	question_list_fini(&list);
}

static void receiver_asks_once_a_pair(void **state)
{
	struct receiver r;
	struct packet p = request("a.test", "b.test");
	struct elem *e;

	(void)state;
	receiver_init(&r);
	assert_int_equal(receiver_begin(&r, &p), RECEIVER_ASK);
	assert_int_equal(receiver_begin(&r, &p), RECEIVER_PENDING);
	assert_null(receiver_finish(&r, "a.test", "c.test", PACKET_VALID, 0));
	assert_null(receiver_finish(&r, "b.test", "a.test", PACKET_VALID, 0));
	e = receiver_finish(&r, "a.test", "b.test", PACKET_VALID, 0);
	assert_non_null(e);
	elem_free(&e);
	assert_null(receiver_finish(&r, "a.test", "b.test", PACKET_VALID, 0));
	assert_int_equal(receiver_begin(&r, &p), RECEIVER_ASK);
	packet_fini(&p);
	receiver_fini(&r);
}

static void receiver_is_bounded(void **state)
{
	struct receiver r;

	(void)state;
	receiver_init(&r);
	for (int i = 0; i <= RECEIVER_MAX_PENDING; i++) {
		char from[] = "0.test";
		struct packet p;

		from[0] = (char)('0' + i);
		p = request(from, "b.test");
		assert_int_equal(receiver_begin(&r, &p),
				 i < RECEIVER_MAX_PENDING ? RECEIVER_ASK
							  : RECEIVER_FULL);
		packet_fini(&p);
	}
	receiver_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_agree),
		cmocka_unit_test(authority_answers_for_its_own),
		cmocka_unit_test(initiator_refuses_unsolicited),
		cmocka_unit_test(question_takes_only_its_answer),
		cmocka_unit_test(question_expires),
		cmocka_unit_test(question_is_sent_again_on_the_next_stream),
		cmocka_unit_test(receiver_asks_once_a_pair),
		cmocka_unit_test(receiver_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
