/* SPDX-License-Identifier: MIT */
#include "admin/planned_import.h"

#include "admin/order.h"
#include "admin/planned_list.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "meeting/meeting.h"
#include "muc/muc_meeting.h"
#include "xmpp/datetime.h"

struct sums {
	int64_t done, unchanged, refused, without_room;
};

/* The room of that JID, if it is one of ours; owned, or NULL. */
static char *room_of(const struct order *order, const char *text)
{
	struct jid *jid = text ? jid_parse(text) : NULL;
	char *room = NULL;

	if (jid && jid_local(jid) &&
	    muc_meeting_is_room(order->admin->muc, jid_bare(jid)))
		room = str_dup(jid_bare(jid));
	jid_free(&jid);
	return room;
}

/* The one that was named; one that is said to be the place; the group's. */
static char *find_room(const struct order *order, const struct planned *p)
{
	const char *domain = order_text(order, "domain");
	const char *fixed = order_text(order, "room");
	char *room, *text;

	if (fixed)
		return room_of(order, fixed);
	room = room_of(order, p->place);
	if (room || !p->group)
		return room;
	text = str_format("%s@%s", p->group,
			  domain ? domain : order->admin->domains[0]);
	room = room_of(order, text);
	mem_free(&text);
	return room;
}

static void tell(const struct order *order, const struct planned *p,
		 const char *room, const char *state)
{
	char start[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "state", .text = state },
		{ .name = "room", .text = room ? room : "" },
		{ .name = "start", .text = start },
		{ .name = "title", .text = p->title ? p->title : "" },
		{ .name = "uid", .text = p->uid },
	};

	datetime_print(p->start, start);
	order_row(order, values, array_len(values));
}

static void take_one(const struct order *order, const struct planned *p,
		     struct sums *sums)
{
	const struct meeting_plan plan = {
		.uid = p->uid,
		.title = p->title,
		.agenda = p->agenda,
		.start = p->start,
		.end = p->end,
		.is_cancelled = p->is_cancelled,
		.is_trial = !order_has_flag(order, "apply"),
	};
	char *room = find_room(order, p);
	enum meeting_result result = MEETING_NO_ROOM;

	if (room)
		result = meeting_plan(order->admin->meetings, room, &plan,
				      command_caller_text(order->caller));
	if (result == MEETING_DONE)
		sums->done++;
	else if (result == MEETING_SAME)
		sums->unchanged++;
	else if (result == MEETING_NO_ROOM)
		sums->without_room++;
	else
		sums->refused++;
	if (result == MEETING_DONE)
		tell(order, p, room, p->is_cancelled ? "cancelled" : "planned");
	else if (result != MEETING_SAME)
		tell(order, p, room, meeting_result_word(result));
	mem_free(&room);
}

static void take_all(const struct order *order, const struct planned_list *l)
{
	struct sums sums = { 0 };
	bool applies = order_has_flag(order, "apply");

	for (size_t i = 0; i < l->count; i++)
		take_one(order, &l->items[i], &sums);
	order_row_number(order, applies ? "done" : "to do", sums.done);
	order_row_number(order, "unchanged", sums.unchanged);
	order_row_number(order, "without a room", sums.without_room);
	order_row_number(order, "refused", sums.refused);
	order_row_number(order, "not understood", (int64_t)l->skipped);
	if (applies && sums.done)
		order_audit(order, NULL, "meetings-import", NULL, NULL);
}

void planned_import_run(const struct order *order)
{
	const char *text = order_text(order, "list");
	struct planned_list list;
	char *complaint;

	if (planned_list_read(&list, text, strlen(text), &complaint)) {
		order_fail(order, "bad-argument", complaint);
	} else {
		take_all(order, &list);
		order_end(order);
	}
	planned_list_fini(&list);
}
