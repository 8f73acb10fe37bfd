/* SPDX-License-Identifier: MIT */
/*
 * show: the words of a show of hands (M6).
 */
#include "meeting/board.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"

enum meeting_result run_hands_ask(struct doing *x)
{
	struct hands *h = &x->session->hands;
	char id[RAND_ID_SIZE];

	if (h->question)
		return MEETING_SAME;
	if (!board_has_room(x->desk, x->session))
		return MEETING_FULL;
	if (!board_say(x->desk, x->room,
		      str_format("Show of hands (not a vote): %s -- answer "
				 "+1, -1 or abstain, once each.",
				 x->word->text),
		      id))
		return MEETING_BEHIND;
	return board_note(x->desk, x->session, x,
			 &(struct board_note){ .kind = RECORD_NOTE_HANDS,
					      .number = h->number + 1,
					      .text = x->word->text,
					      .line = id });
}

enum meeting_result run_hand(struct doing *x)
{
	const struct hands *h = &x->session->hands;

	if (!h->question)
		return MEETING_NO_HANDS;
	if (!x->who || !hands_may(h, x->who->jid))
		return MEETING_TOO_LATE;
	return board_note(x->desk, x->session, x,
			 &(struct board_note){ .kind = RECORD_NOTE_HAND,
					      .number = h->number,
					      .text = x->word->text,
					      .other = x->word->number });
}

static char *print_counts(const struct hands *h, struct hands_counts c)
{
	return str_format("Show of hands: %s -- %zu raised a hand, %zu did "
			  "not, %zu abstained, of %zu present. This is not a "
			  "vote.",
			  h->question, c.yes, c.no, c.abstain, c.present);
}

enum meeting_result show_end(struct meeting_desk *d, struct meeting_session *s,
			     const struct doing *x, int64_t now)
{
	struct hands *h = &s->hands;
	struct hands_counts c = hands_count(h);
	char *text = print_counts(h, c);
	char *numbers = str_format("%zu %zu %zu %zu %" PRId64 " %" PRId64,
				   c.yes, c.no, c.abstain, c.present, h->at,
				   now);
	enum meeting_result result = MEETING_BEHIND;

	if (board_say(d, s->room, str_dup(text), NULL))
		result = board_note(
			d, s, x,
			&(struct board_note){ .kind = RECORD_NOTE_HANDS_END,
					      .number = h->number,
					      .text = text,
					      .other_text = numbers });
	mem_free(&text);
	mem_free(&numbers);
	return result;
}

enum meeting_result run_hands_end(struct doing *x)
{
	if (!x->session->hands.question)
		return MEETING_NO_HANDS;
	return show_end(x->desk, x->session, x, x->now);
}
