/* SPDX-License-Identifier: MIT */
/*
 * fuzz_dialback: the children of a stream's root, as dialback takes them, through
 * all three roles. What is accepted must be written so that it is read back the
 * same, and no verdict may come of a packet that is not an answer.
 */
#include <stdint.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/authority.h"
#include "dialback/initiator.h"
#include "dialback/key.h"
#include "dialback/packet.h"
#include "dialback/question.h"
#include "dialback/receiver.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/ns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char header[] =
	"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
	"xmlns='jabber:server' xmlns:db='jabber:server:dialback'>";

static const unsigned char secret[KEY_SECRET_SIZE] = { 1 };

static struct parser *parser_at_header(void)
{
	struct parser_settings settings;
	struct parser *parser;

	parser_settings_init(&settings);
	parser = parser_new(&settings);
	require(parser_feed(parser, header, sizeof(header) - 1) == PARSE_MORE);
	return parser;
}

/* The next element, owned, or NULL. */
static struct elem *next_elem(struct parser *parser)
{
	struct parse_event event;

	while (parser_next(parser, &event)) {
		mem_free(&event.default_ns);
		if (event.kind == PARSE_ELEM)
			return event.elem;
		elem_free(&event.elem);
	}
	return NULL;
}

/* Written and read, a packet stays what it is. */
static void check_round_trip(const struct packet *p, struct elem *owned)
{
	struct parser *parser = parser_at_header();
	struct packet again;
	struct buf out;
	struct elem *e;

	buf_init(&out);
	write_elem(&out, owned, NS_SERVER);
	require(parser_feed(parser, buf_data(&out), out.len) == PARSE_MORE);
	e = next_elem(parser);
	require(e && packet_read(e, &again) == PACKET_OK);
	require(again.kind == p->kind && again.type == p->type);
	require(str_equal(again.from, p->from) && str_equal(again.to, p->to));
	require(str_equal(again.id, p->id) && str_equal(again.key, p->key));
	packet_fini(&again);
	elem_free(&e);
	elem_free(&owned);
	buf_fini(&out);
	parser_free(&parser);
}

static void take_request(const struct packet *p)
{
	struct key key;
	struct receiver receiver;
	struct elem *e;
	bool is_valid;

	if (p->kind == PACKET_RESULT) {
		receiver_init(&receiver);
		require(receiver_begin(&receiver, p) == RECEIVER_ASK);
		require(receiver_begin(&receiver, p) == RECEIVER_PENDING);
		e = receiver_finish(&receiver, p->from, p->to, PACKET_VALID,
				    COND_UNDEFINED_CONDITION);
		require(e);
		elem_free(&e);
		receiver_fini(&receiver);
		check_round_trip(p, packet_result_new(p->from, p->to, p->key));
		return;
	}
	key_init(&key, secret);
	e = authority_answer(&key, p, true, 0, &is_valid);
	require(!is_valid); /* nobody has the secret */
	elem_free(&e);
	check_round_trip(p, packet_verify_new(p->from, p->to, p->id, p->key));
}

static void take_answer(const struct packet *p)
{
	struct initiator initiator;
	struct question_list questions;
	struct key key;
	struct elem *e;

	initiator_init(&initiator, p->to, p->from);
	require(!initiator_take_answer(&initiator, p));
	key_init(&key, secret);
	e = initiator_ask(&initiator, &key, "id");
	elem_free(&e);
	require(initiator_take_answer(&initiator, p) ==
		(p->kind == PACKET_RESULT));
	require((initiator.state == INITIATOR_VALID) ==
		(p->kind == PACKET_RESULT && p->type == PACKET_VALID));
	initiator_fini(&initiator);
	question_list_init(&questions);
	require(!question_take_answered(&questions, p, p->to, p->from));
	question_list_fini(&questions);
}

static void take_elem(const struct elem *e)
{
	struct packet p;

	if (packet_read(e, &p) == PACKET_OK) {
		require(p.from && p.to);
		require((p.id != NULL) == (p.kind == PACKET_VERIFY));
		require((p.key != NULL) == (p.type == PACKET_REQUEST));
		if (p.type == PACKET_REQUEST)
			take_request(&p);
		else
			take_answer(&p);
	}
	packet_fini(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parser *parser = parser_at_header();
	struct elem *e;

	(void)!parser_feed(parser, data, size);
	while ((e = next_elem(parser))) {
		take_elem(e);
		elem_free(&e);
	}
	parser_free(&parser);
	return 0;
}
