/* SPDX-License-Identifier: MIT */
/*
 * room_field: the fields of a room's configuration as a table - name, type,
 * bounds, and who may change it in which kind of room (XEP-0045
 * #registrar-formtype-owner, XEP-0500, XEP-0452).
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"

struct elem;
struct room_config;

/** Who may change a field, in rising order. */
enum room_hand {
	HAND_ADMIN,
	HAND_OWNER,
	HAND_OPERATOR,
	HAND_STORE, /* nobody: it is not in any form */
};

enum room_field_kind {
	FIELD_TEXT,
	FIELD_SECRET,
	FIELD_LANG,
	FIELD_BOOL,
	FIELD_NUMBER,
	FIELD_WHOIS,
	FIELD_PM,
	FIELD_MAX_USERS,
	FIELD_ROLES,     /* a set of roles */
	FIELD_PROTECTED, /* is there a password? holds nothing itself */
	FIELD_LIST,      /* an affiliation list; not in the configuration */
};

struct room_field {
	const char *var;
	enum room_field_kind kind;
	size_t offset;       /* in struct room_config */
	int64_t max;         /* bytes of a text; the most of a number */
	enum room_hand made; /* who may change it in a room that a user made */
	enum room_hand house; /* ... in a room of the house */
	const char *label;
};

/** What the service allows at most, whatever the table says. */
struct room_field_limits {
	int64_t max_users;
	int64_t max_history;
};

#define ROOM_FIELD_PROTECTED "muc#roomconfig_passwordprotectedroom"
#define ROOM_FIELD_ADMINS "muc#roomconfig_roomadmins"
#define ROOM_FIELD_OWNERS "muc#roomconfig_roomowners"

/** The table. */
const struct room_field *room_field_get(size_t i); /* NULL at the end */
enum room_hand room_field_hand(const struct room_field *f,
			       const struct room_config *c);
/** The most a number may be. */
int64_t room_field_max(const struct room_field *f,
		       const struct room_field_limits *limits);

/** Who may write privately, as muc#roomconfig_allowpm says it. */
const char *room_field_pm_word(const struct room_config *c);

/** Append the field's <value/>s to a form's <field/>. */
void room_field_write(const struct room_field *f, const struct room_config *c,
		      struct elem *field);
/** Take over what a form's field holds; false, and c as it was, when that is
 *  no value of this field. */
bool room_field_read(const struct room_field *f, struct room_config *c,
		     const struct elem *field,
		     const struct room_field_limits *limits);
/** Do both say the same in this field? */
bool room_field_is_same(const struct room_field *f,
			const struct room_config *a,
			const struct room_config *b);
/** "moderatedroom slow_mode_duration": the fields with which they differ, but for
 *  those that the store alone has; owned, "" for none. What is in them may be a
 *  secret. */
char *room_field_name_changes(const struct room_config *a,
			      const struct room_config *b);
