/* SPDX-License-Identifier: MIT */
/*
 * observer: what others may hear of the rooms (muc_env.observer): what is said,
 * who comes and goes, what is typed at this moment. Told when the room does it,
 * before it is flushed. In on_line the observer may have the room speak (the
 * verbs of muc_meeting.h): that follows behind the line. In the others it only
 * takes note: who comes or goes is not yet told to anybody.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

struct elem;
struct muc;

/** Somebody in a room; borrowed during the call. */
struct observed_person {
	const char *nick;
	const char *jid;         /* real bare JID */
	const char *occupant_id; /* XEP-0421 */
	const char *hats;        /* lines of "uri TAB title", or NULL */
	enum affiliation affiliation;
	enum role role;
	bool is_operator;        /* by a proof that counts */
};

/** A message that everybody gets. */
struct observed_line {
	const char *room;        /* bare JID */
	const char *id;          /* stanza-id; NULL: said in passing */
	const char *body;        /* or NULL */
	const struct elem *message; /* as it goes out */
	const struct observed_person *by; /* NULL: the room itself */
	int64_t at;              /* ms since epoch */
};

struct muc_observer {
	void *owner;
	/** For the record: talk, corrections, reactions, subjects. */
	void (*on_line)(void *owner, const struct observed_line *line);
	/** In passing: captions as they are typed (XEP-0301), states. */
	void (*on_passing)(void *owner, const struct observed_line *line);
	/** The first session of a nick came, the last went. */
	void (*on_came)(void *owner, const char *room,
			const struct observed_person *who, int64_t at);
	void (*on_went)(void *owner, const char *room,
			const struct observed_person *who, int64_t at);
	void (*on_renamed)(void *owner, const char *room,
			   const struct observed_person *who,
			   const char *old_nick);
	/** Somebody asks for voice (XEP-0045 #requestvoice); the moderators
	 *  are asked besides. */
	void (*on_voice_wanted)(void *owner, const char *room,
				const struct observed_person *who);
	/** A line was taken back. */
	void (*on_retracted)(void *owner, const char *room, const char *id);
	/** The room ended or was retired. */
	void (*on_room_gone)(void *owner, const char *room);
	/** Does a meeting go on? Then everybody who comes is told its terms. */
	bool (*is_in_session)(void *owner, const char *room);
};
