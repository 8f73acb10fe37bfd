/* SPDX-License-Identifier: MIT */
/*
 * people_commands: who is what in a room, and who wears which hat.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/bans.h"
#include "muc/hats.h"
#include "muc/muc_meeting.h"
#include "muc/summons.h"
#include "xmpp/datetime.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void end_with(const struct order *order, enum desk_result result,
		     const char *about)
{
	if (result == DESK_DONE)
		order_end(order);
	else
		order_fail(
			order, desk_result_word(result),
			str_format("%s: %s", about, desk_result_text(result)));
}

/* ---- listing ---- */

static void row_person(void *owner, const struct desk_person *p)
{
	const struct command_value values[] = {
		{ .name = "jid", .text = p->jid },
		{ .name = "affiliation", .text = p->affiliation },
		{ .name = "role", .text = or_empty(p->role) },
		{ .name = "nick", .text = or_empty(p->nick) },
		{ .name = "reason", .text = or_empty(p->reason) },
	};

	order_row(owner, values, array_len(values));
}

static void run_list(const struct order *order)
{
	const char *room = order_text(order, "room");

	if (desk_people(order->admin->muc, room, row_person, (void *)order))
		order_end(order);
	else
		end_with(order, DESK_NO_ROOM, room);
}

static void run_call(const struct order *order)
{
	const char *room = order_text(order, "room");
	size_t count;

	if (!muc_summon(order->admin->muc, room, order_text(order, "reason"),
			&count)) {
		end_with(order, DESK_NO_ROOM, room);
		return;
	}
	order_row_number(order, "called", (int64_t)count);
	order_end(order);
}

/* ---- affiliations ---- */

static void set_rank(const struct order *order, const char *room,
		     enum affiliation affiliation, const char *nick)
{
	const char *text = order_text(order, "jid");
	struct desk_actor actor = order_actor(order, room);
	struct jid *jid = jid_parse(text);
	enum desk_result result = DESK_BAD_JID;

	if (jid)
		result = desk_rank(order->admin->muc, &actor, room, jid,
				   affiliation, nick);
	end_with(order, result, result == DESK_NO_ROOM ? room : text);
	jid_free(&jid);
}

static void run_set(const struct order *order)
{
	enum affiliation affiliation;

	require(affiliation_parse(order_text(order, "affiliation"),
				  &affiliation));
	set_rank(order, order_text(order, "room"), affiliation,
		 order_text(order, "nick"));
}

/* ---- bans ---- */

static const char *const answers[][2] = {
	[BANS_DONE] = { "done", "done" },
	[BANS_BAD_KEY] = { "bad-argument", "this one cannot be banned" },
	[BANS_NO_CHANGE] = { "unchanged", NULL },
	[BANS_FULL] = { "full", "there are too many bans" },
	[BANS_BEHIND] = { "busy", "the store is behind; try again soon" },
};

static void end_ban(const struct order *order, enum bans_answer answer,
		    const char *unchanged)
{
	const char *text = answers[answer][1];

	if (answer == BANS_DONE)
		order_end(order);
	else
		order_fail(order, answers[answer][0],
			   str_format("%s: %s", order_text(order, "jid"),
				      text ? text : unchanged));
}

static void run_ban(const struct order *order)
{
	const char *room = order_text(order, "room");

	if (room)
		set_rank(order, room, AFFILIATION_OUTCAST, NULL);
	else
		end_ban(order,
			muc_ban(order->admin->muc, order_text(order, "jid"),
				order_text(order, "reason"),
				command_caller_text(order->caller)),
			"is banned already");
}

static enum affiliation listed_rank(const struct order *order, const char *room,
				    const char *text)
{
	struct jid *jid = jid_parse(text);
	enum affiliation rank = AFFILIATION_NONE;

	if (jid)
		rank = desk_rank_of(order->admin->muc, room, jid, false);
	jid_free(&jid);
	return rank;
}

/* Takes a ban away, and no other rank. */
static void run_unban(const struct order *order)
{
	const char *room = order_text(order, "room");
	const char *text = order_text(order, "jid");

	if (!room)
		end_ban(order,
			muc_unban(order->admin->muc, text,
				  order_text(order, "reason"),
				  command_caller_text(order->caller)),
			"is not banned from the whole service; a room may "
			"have its own ban");
	else if (listed_rank(order, room, text) > AFFILIATION_NONE)
		end_with(order, DESK_SAME, text);
	else
		set_rank(order, room, AFFILIATION_NONE, NULL);
}

static void row_ban(void *owner, const struct ban *ban)
{
	char stamp[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "jid", .text = ban->key },
		{ .name = "since", .text = stamp },
		{ .name = "reason", .text = or_empty(ban->reason) },
	};

	datetime_print(ban->at, stamp);
	order_row(owner, values, array_len(values));
}

static void run_bans(const struct order *order)
{
	muc_bans_each(order->admin->muc, row_ban, (void *)order);
	order_end(order);
}

static void run_kick(const struct order *order)
{
	const char *room = order_text(order, "room");
	const char *nick = order_text(order, "nick");
	struct desk_actor actor = order_actor(order, room);
	enum desk_result result =
		desk_kick(order->admin->muc, &actor, room, nick);

	end_with(order, result, result == DESK_NO_ROOM ? room : nick);
}

/* ---- hats ---- */

static void end_hat(const struct order *order, enum hats_result result,
		    const char *act)
{
	const char *room = order_text(order, "room");
	const char *hat = order_text(order, "hat");
	struct desk_actor actor = order_actor(order, room);

	if (result == HATS_DONE) {
		desk_audit(order->admin->muc, &actor, room, act,
			   order_text(order, "jid"), hat);
		order_end(order);
		return;
	}
	order_fail(order, hats_result_word(result),
		   str_format("%s: %s", result == HATS_NO_ROOM ? room : hat,
			      hats_result_text(result)));
}

static void note_heir(const struct order *order, const char *room,
		      const char *nick)
{
	struct observed_person heir;
	char *jid;

	if (!muc_meeting_find(order->admin->muc, room, nick, &heir))
		return;
	jid = str_dup(heir.jid);
	order_note_hat(order, room, jid, order_text(order, "hat"));
	mem_free(&jid);
}

/* A hat that makes its wearer an admin is an owner's to give. */
static bool may_give(const struct order *order)
{
	struct desk_actor actor = order_actor(order, order_text(order, "room"));

	if (hats_gives_rank(order_text(order, "hat")) < AFFILIATION_ADMIN ||
	    actor.rank == AFFILIATION_OWNER)
		return true;
	order_fail(order, "not-allowed",
		   str_dup("this hat makes its wearer an admin of the room; "
			   "only owners give and take it"));
	return false;
}

static void run_hat_give(const struct order *order)
{
	enum hats_result result;

	if (!may_give(order))
		return;
	result = muc_hat_give(order->admin->muc, order_text(order, "room"),
			      order_text(order, "jid"),
			      order_text(order, "hat"),
			      command_caller_text(order->caller));
	if (result == HATS_DONE)
		order_note_hat(order, order_text(order, "room"),
			       order_text(order, "jid"),
			       order_text(order, "hat"));
	end_hat(order, result, "hat-give");
}

static void run_hat_take(const struct order *order)
{
	if (may_give(order))
		end_hat(order,
			muc_hat_take(order->admin->muc,
				     order_text(order, "room"),
				     order_text(order, "jid"),
				     order_text(order, "hat"),
				     command_caller_text(order->caller)),
			"hat-take");
}

static void pass_hat(const struct order *order)
{
	const char *room = order_text(order, "room");
	const char *hat = order_text(order, "hat");
	const char *nick = order_text(order, "nick");
	struct desk_actor actor = order_actor(order, room);
	enum hats_result result;

	result = muc_hat_pass(order->admin->muc, room,
			      jid_bare(order->caller->jid), nick, hat);
	if (result == HATS_DONE) {
		desk_audit(order->admin->muc, &actor, room, "hat-pass", nick,
			   hat);
		note_heir(order, room, nick);
		order_end(order);
		return;
	}
	order_fail(order, hats_result_word(result),
		   str_format("%s: %s",
			      result == HATS_NO_ROOM  ? room
			      : result == HATS_NOBODY ? nick
						      : hat,
			      hats_result_text(result)));
}

static void run_hat_pass(const struct order *order)
{
	if (order->caller->jid)
		pass_hat(order);
	else
		order_fail(order, "bad-argument",
			   str_dup("whoever wears a hat passes it on, from a "
				   "client; \"hats give\" needs no wearer"));
}

static void row_hat(void *owner, const struct hat_view *view)
{
	const struct command_value values[] = {
		{ .name = "jid", .text = or_empty(view->jid) },
		{ .name = "hat", .text = view->name ? view->name : view->uri },
		{ .name = "title", .text = view->title },
		{ .name = "uri", .text = view->uri },
	};

	order_row(owner, values, array_len(values));
}

static void run_hat_list(const struct order *order)
{
	const char *room = order_text(order, "room");
	struct muc *m = order->admin->muc;
	bool is_there =
		order_has_flag(order, "all")
			? muc_hats_each(m, room, row_hat, (void *)order)
			: muc_hats_worn(m, room, row_hat, (void *)order);

	end_with(order, is_there ? DESK_DONE : DESK_NO_ROOM, room);
}

/* ---- the table ---- */

static const char *const ranks[] = {
	"outcast", "none", "member", "admin", "owner", NULL,
};

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)
#define ROOM                                               \
	{                                                  \
		"room", COMMAND_ROOM, NEEDED, "Room", NULL \
	}
#define ANY_ROOM                                              \
	{                                                     \
		"room", COMMAND_ROOM, COMMAND_OPERAND,        \
			"Room; none: the whole service", NULL \
	}
#define PERSON                                                            \
	{                                                                 \
		"jid", COMMAND_JID, NEEDED, "Address of the person", NULL \
	}
#define ANYBODY                                       \
	{                                             \
		"jid", COMMAND_JID_OR_DOMAIN, NEEDED, \
			"Address of a person, or a "  \
			"whole domain",               \
			NULL                          \
	}
#define REASON                                            \
	{                                                 \
		"reason", COMMAND_TEXT, 0, "Reason", NULL \
	}
#define HAT                                                                \
	{                                                                  \
		"hat", COMMAND_WORD, NEEDED, "Hat: its short name or URI", \
			NULL                                               \
	}

const struct command people_commands[] = {
	{ "hats give",
	  "give somebody a hat",
	  COMMAND_CHAIR,
	  run_hat_give,
	  { ROOM, PERSON, HAT, REASON } },
	{ "hats list",
	  "list who wears which hat",
	  COMMAND_CHAIR,
	  run_hat_list,
	  { ROOM,
	    { "all", COMMAND_FLAG, 0, "The hats themselves that may be given",
	      NULL } } },
	{ "hats pass",
	  "pass a hat that you wear on to somebody in the room",
	  COMMAND_ANYONE,
	  run_hat_pass,
	  { ROOM, HAT,
	    { "nick", COMMAND_TEXT, NEEDED, "Nickname", NULL } } },
	{ "hats take",
	  "take a hat off somebody",
	  COMMAND_CHAIR,
	  run_hat_take,
	  { ROOM, PERSON, HAT, REASON } },
	{ "people call",
	  "call those to the room who registered with it and want to be called",
	  COMMAND_CHAIR,
	  run_call,
	  { ROOM,
	    { "reason", COMMAND_TEXT, 0, "What begins", NULL } } },
	{ "people ban",
	  "ban a person or a domain from a room, or from "
	  "the whole service",
	  COMMAND_CHAIR,
	  run_ban,
	  { ANYBODY, ANY_ROOM, REASON } },
	{ "people bans",
	  "list who is banned from all rooms",
	  COMMAND_OPERATOR,
	  run_bans,
	  { { 0 } } },
	{ "people kick",
	  "send somebody out of a room",
	  COMMAND_CHAIR,
	  run_kick,
	  { ROOM,
	    { "nick", COMMAND_TEXT, NEEDED, "Nickname", NULL },
	    REASON } },
	{ "people list",
	  "list who is in a room and on its lists",
	  COMMAND_CHAIR,
	  run_list,
	  { ROOM } },
	{ "people set",
	  "make somebody owner, admin or member of a room, or "
	  "nothing",
	  COMMAND_CHAIR,
	  run_set,
	  { ROOM,
	    ANYBODY,
	    { "affiliation", COMMAND_CHOICE, NEEDED, "Affiliation", ranks },
	    { "nick", COMMAND_TEXT, 0, "Nickname to reserve", NULL },
	    REASON } },
	{ "people unban",
	  "lift a ban",
	  COMMAND_CHAIR,
	  run_unban,
	  { ANYBODY, ANY_ROOM, REASON } },
	{ 0 },
};
