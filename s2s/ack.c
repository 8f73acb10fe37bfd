/* SPDX-License-Identifier: MIT */
#include "s2s/ack.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

void ack_begin(struct ack *a)
{
	*a = (struct ack){ .is_on = true };
}

void ack_end(struct ack *a)
{
	*a = (struct ack){ 0 };
}

void ack_count_handled(struct ack *a)
{
	if (a->is_on)
		a->handled++;
}

void ack_count_sent(struct ack *a, size_t stanzas)
{
	if (a->is_on)
		a->sent += (uint32_t)stanzas;
}

uint32_t ack_open(const struct ack *a)
{
	return a->sent - a->acked;
}

static bool read_count(const struct elem *e, uint32_t *out)
{
	const char *text = elem_attr(e, "h");
	int64_t number;

	if (!text || str_to_int64(text, 0, UINT32_MAX, &number) != 0)
		return false;
	*out = (uint32_t)number;
	return true;
}

enum ack_fault ack_take(struct ack *a, const struct elem *e,
			uint32_t *newly_out)
{
	uint32_t handled;

	*newly_out = 0;
	if (!a->is_on || !read_count(e, &handled))
		return ACK_BAD;
	/* a count that went back is one that went nearly all the way round */
	if ((uint32_t)(handled - a->acked) > ack_open(a))
		return ACK_TOO_HIGH;
	*newly_out = handled - a->acked;
	a->acked = handled;
	return ACK_OK;
}

static void set_number(struct elem *e, const char *name, uint32_t number)
{
	char *text = str_format("%" PRIu32, number);

	elem_set_attr(e, name, text);
	mem_free(&text);
}

struct elem *ack_answer_new(const struct ack *a)
{
	struct elem *e = elem_new("a", NS_SM);

	set_number(e, "h", a->handled);
	return e;
}

struct elem *ack_too_high_new(const struct ack *a, const struct elem *e)
{
	struct elem *fault = elem_new("handled-count-too-high", NS_SM);
	uint32_t handled = 0;

	(void)read_count(e, &handled);
	set_number(fault, "h", handled);
	set_number(fault, "send-count", a->sent);
	return fault;
}
