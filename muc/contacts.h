/* SPDX-License-Identifier: MIT */
/*
 * contacts: the addresses that a conference domain tells of itself: who answers
 * for it (XEP-0157), where its state is told when it is down (XEP-0455), and
 * the terms it is offered at (XEP-0504).
 *
 * Thread: conference loop. Owner: struct site, one for each domain.
 */
#pragma once

#include "base/base.h"

#define CONTACTS_TABLE(X)                       \
	X(ABUSE, "abuse", "abuse-addresses")    \
	X(ADMIN, "admin", "admin-addresses")    \
	X(FEEDBACK, "feedback", "feedback-addresses") \
	X(SALES, "sales", "sales-addresses")    \
	X(SECURITY, "security", "security-addresses") \
	X(STATUS, "status", "status-addresses") \
	X(SUPPORT, "support", "support-addresses") \
	X(OUTAGE, "outage", "external-status-addresses") \
	X(TERMS, "terms", "tos")

#define CONTACTS_MEMBER(name, key, var) CONTACT_##name,
enum contact { CONTACTS_TABLE(CONTACTS_MEMBER) CONTACT_COUNT };

struct elem;

/** Borrowed; as the settings say it. */
struct contacts_settings {
	const char *const *uris[CONTACT_COUNT];
	size_t count[CONTACT_COUNT];
};

struct contacts {
	char **uris[CONTACT_COUNT]; /* owned */
	size_t count[CONTACT_COUNT];
};

struct contacts *contacts_new(const struct contacts_settings *settings);
void contacts_free(struct contacts **c);
/** Append the forms for disco#info; c may be NULL. */
void contacts_add_forms(const struct contacts *c, struct elem *query);
/** Append the terms to the form of the data policy; c may be NULL. */
void contacts_add_terms(const struct contacts *c, struct elem *form);
/** Append to a field the JIDs of those who run the service. */
void contacts_add_jids(const struct contacts *c, struct elem *form);
