/* SPDX-License-Identifier: MIT */
#include "muc/site.h"

#include <inttypes.h>

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/muc.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

void site_archive_init(struct site_archive *a, const struct muc_settings *s,
		       int64_t now)
{
	double at_once = (double)s->archive_pages / 4;

	a->page = s->archive_page;
	a->bytes = s->archive_bytes;
	a->questions = s->archive_questions;
	a->has_rate = s->archive_pages > 0;
	throttle_init(&a->pages, (double)s->archive_pages / 60,
		      at_once < 1 ? 1 : at_once, now);
}

int64_t site_now(const struct site *s)
{
	return s->env.now(s->env.owner);
}

bool site_is_operator(const struct site *s, const struct jid *from,
		      bool by_certificate)
{
	if (s->operator_needs_certificate && !by_certificate)
		return false;
	return map_get(s->operators, jid_bare(from)) != NULL;
}

uint64_t site_new_question(struct site *s, const struct jid *room)
{
	char *key = str_format("%" PRIu64, ++s->last_question);

	map_add(s->questions, key, str_dup(jid_text(room)));
	mem_free(&key);
	return s->last_question;
}

void site_answer(struct site *s, struct elem *owned, const struct jid *to,
		 const char *local)
{
	struct list out;
	struct frozen *frozen;

	if (!owned)
		return;
	list_init(&out);
	frozen = frozen_new(owned);
	elem_free(&owned);
	list_add_tail(&out, &envelope_new(frozen, to, local)->node);
	frozen_unref(&frozen);
	s->env.send(s->env.owner, NULL, &out);
}

bool site_may_ask(struct site *s, const struct jid *from)
{
	return room_limits_take(&s->usage, &s->limits, jid_bare(from),
				LIMIT_TALK, 1, site_now(s)) &&
	       room_limits_take_talk(&s->usage, &s->limits, 1, site_now(s));
}

bool site_may_read(struct site *s, const struct jid *from, double cost)
{
	int64_t now = site_now(s);

	return map_count(s->questions) < s->archive.questions &&
	       room_limits_take(&s->usage, &s->limits, jid_bare(from),
				LIMIT_PAGES, cost, now) &&
	       (!s->archive.has_rate ||
		throttle_take(&s->archive.pages, cost, now));
}

void site_refuse(struct site *s, const struct stanza *stanza,
		 const struct cond *cond, const struct jid *by)
{
	site_answer(s, stanza_error_new(stanza, cond, by), stanza->from,
		    jid_domain(stanza->to));
}
