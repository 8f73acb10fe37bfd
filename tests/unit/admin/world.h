/* SPDX-License-Identifier: MIT */
/*
 * world: real rooms without links or store, for tests of what is told to them.
 * What they send is dropped; what they keep is listed.
 */
#pragma once

#include "base/list.h"
#include "base/str.h"
#include "muc/env.h"
#include "muc/muc.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "store/store.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* The store of these tests, instead of store.c: what it has not written yet. */
static size_t world_unwritten = 7;

size_t store_waiting(const struct store *s)
{
	(void)s;
	return world_unwritten;
}

uint64_t store_save(struct store *s, struct record *owned)
{
	(void)s;
	record_free(&owned);
	return 1;
}

bool store_has_room(const struct store *s)
{
	(void)s;
	return true;
}

uint64_t store_committed(const struct store *s)
{
	(void)s;
	return 1;
}

struct world {
	struct muc *muc;
	struct list records; /* of struct record, in the order of saving */
	size_t sent;         /* envelopes */
	bool is_behind;      /* the store, it is said */
	int64_t now;         /* ms since epoch */
	uint64_t question;   /* to the archive, not yet answered; or 0 */
};

static inline void world_send(void *owner, const char *room,
			      struct list *envelopes)
{
	struct world *w = owner;
	struct envelope *e, *next;

	(void)room;
	list_each_safe(e, next, envelopes, node) {
		list_remove(&e->node);
		envelope_free(&e);
		w->sent++;
	}
}

static inline void world_save(void *owner, const char *room,
			      struct record *owned, bool gates)
{
	struct world *w = owner;

	(void)room;
	(void)gates;
	assert_true(record_is_whole(owned));
	list_add_tail(&w->records, &owned->node);
}

static inline bool world_may_save(void *owner)
{
	return !((struct world *)owner)->is_behind;
}

static inline void world_ask(void *owner, uint64_t id,
			     struct archive_query *owned)
{
	((struct world *)owner)->question = id;
	archive_query_free(&owned);
}

static inline bool world_attend(void *owner, const char *local,
				const char *remote, bool on)
{
	(void)owner;
	(void)local;
	(void)remote;
	(void)on;
	return true;
}

static inline void world_doubt(void *owner, const char *local,
			       const char *remote)
{
	(void)owner;
	(void)local;
	(void)remote;
}

static inline int64_t world_now(void *owner)
{
	return ((struct world *)owner)->now;
}

static inline void world_forget(struct world *w)
{
	struct record *r, *next;

	list_each_safe(r, next, &w->records, node) {
		list_remove(&r->node);
		record_free(&r);
	}
}

/* The rooms of these domains, as a process that starts finds them. */
static inline void world_open(struct world *w, const char *const *domains,
			      size_t domain_count, int64_t now)
{
	static const char *const operators[] = { "boss@far.test" };
	const struct muc_env env = {
		.owner = w,
		.send = world_send,
		.save = world_save,
		.may_save = world_may_save,
		.ask_archive = world_ask,
		.attend = world_attend,
		.doubt = world_doubt,
		.now = world_now,
	};
	struct muc_settings settings;

	*w = (struct world){ .now = now };
	list_init(&w->records);
	muc_settings_init(&settings);
	settings.domains = domains;
	settings.domain_count = domain_count;
	settings.operators = operators;
	settings.operator_count = 1;
	w->muc = muc_new(&settings, &env);
	muc_start(w->muc, false);
	world_forget(w);
}

/* Somebody comes in; the archive is empty. */
static inline void world_join(struct world *w, const char *from,
			      const char *to)
{
	struct elem *e = elem_new("presence", NS_SERVER);
	struct stanza *stanza;

	elem_set_attr(e, "from", from);
	elem_set_attr(e, "to", to);
	elem_add(e, "x", NS_MUC);
	assert_int_equal(stanza_give(e, &stanza), STANZA_OK);
	muc_deliver(w->muc, stanza, MUC_BY_CERTIFICATE);
	if (w->question)
		muc_archive_answered(w->muc, w->question,
				     archive_page_new(ARCHIVE_OK));
	w->question = 0;
}

static inline void world_close(struct world *w)
{
	muc_free(&w->muc);
	world_forget(w);
}
