/* SPDX-License-Identifier: MIT */
/*
 * relay: the words about what is to be said at the microphone (M5).
 */
#include "meeting/board.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/muc_meeting.h"

enum meeting_result run_mic(struct doing *x)
{
	struct mics *m = &x->session->mics;
	int64_t number = (int64_t)m->count + 1;
	enum meeting_result result;

	if (!x->who)
		return MEETING_NOBODY;
	if (m->count >= x->desk->settings.max_mics)
		return MEETING_FULL;
	result = board_note(x->desk, x->session, x,
			    &(struct board_note){ .kind = RECORD_NOTE_MIC,
						  .number = number,
						  .person = x->who->nick,
						  .text = x->word->text });
	if (result != MEETING_DONE)
		return result;
	board_tell_scribes(x->desk, x->room,
			  str_format("MIC %" PRId64 ", %s: %s -- \"mic %" PRId64
				     " done\" when it is said.",
				     number, x->who->nick, x->word->text,
				     number));
	return MEETING_DONE;
}

enum meeting_result run_mic_done(struct doing *x)
{
	struct mic *mic = mics_find(&x->session->mics, x->word->number);
	enum meeting_result result;

	if (!mic)
		return MEETING_NO_NUMBER;
	if (mic->done)
		return MEETING_SAME;
	result = board_note(x->desk, x->session, x,
			    &(struct board_note){ .kind = RECORD_NOTE_MIC_DONE,
						  .number = mic->number });
	if (result != MEETING_DONE)
		return result;
	board_tell(x->desk, x->room, mic->nick,
		  str_format("%s has said at the microphone: %s", board_nick(x),
			     mic->text));
	return MEETING_DONE;
}

enum meeting_result run_mic_show(struct doing *x)
{
	char *open = mics_print_open(&x->session->mics);

	if (x->who)
		board_tell(x->desk, x->room, x->who->nick,
			  open ? str_format("Not yet said at the microphone: "
					    "%s",
					    open)
			       : str_dup("All was said at the microphone."));
	mem_free(&open);
	return MEETING_DONE;
}

void relay_remind(struct meeting_desk *d, const struct meeting_session *s)
{
	char *open = mics_print_open(&s->mics);

	if (open)
		board_tell_chairs(d, s->room,
				 str_format("Not yet said at the microphone: "
					    "%s",
					    open));
	mem_free(&open);
}
