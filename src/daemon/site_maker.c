/* SPDX-License-Identifier: MIT */
#include "daemon/site_maker.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/mailbox.h"
#include "loop/timer.h"
#include "muc/view.h"
#include "s2s/s2s.h"
#include "web/web.h"
#include "web/web_site.h"

#define EVERY 2000      /* ms between two looks at the rooms */
#define EASE 100	/* looking takes no more than one part in so many */
#define LINKS_EVERY 10000 /* ms between two looks at the links */
#define MAILS 4

struct report_mail {
	struct mail mail;      /* first */
	struct report *report; /* owned, or NULL: closing */
};

struct site_maker {
	const struct muc *muc; /* borrowed, as the next two */
	struct s2s *s2s;
	struct web *web;       /* or NULL */
	struct mailbox *box;
	struct timer *timer;
	struct report *report; /* owned; the last one, or NULL */
	bool is_asking;        /* a report is on its way */
	int64_t asked;         /* ms, monotonic */
	uint64_t shown;        /* fingerprint of what was handed over last */
};

/* ---- the picture ---- */

static void add_room(void *owner, const struct room_view *view)
{
	struct web_room *room = web_site_add_room(owner);

	room->jid = str_dup(view->jid);
	room->name = str_dup(view->name);
	room->description = str_dup(view->description);
	room->subject = str_dup(view->subject);
	room->lang = str_dup(view->lang);
	room->venue = str_dup(view->venue);
	room->occupants = view->occupants;
	room->created = view->created;
	room->said = view->said;
	room->is_on_web = view->is_on_web;
	room->is_noindex = view->is_noindex;
	room->is_gone = view->is_gone;
}

/* Streams to us and our link to the same domain are one way. The link knows the
 * state and the trouble, the stream how its caller was believed. */
static void add_to_link(struct web_link *link, const struct report_row *row)
{
	if (row->is_outgoing || !link->state)
		str_set(&link->state, row->state);
	if (row->proof && (!link->proof || !row->is_outgoing))
		str_set(&link->proof, row->proof);
	if (row->error && (row->is_outgoing || !link->trouble))
		str_set(&link->trouble, row->error);
}

static void add_links(struct web_site *site, const struct report *report)
{
	struct map *places = map_new(); /* pair -> index + 1 */

	for (size_t i = 0; report && i < report->count; i++) {
		const struct report_row *row = &report->rows[i];
		char *pair;
		uintptr_t place;

		if (!row->local || !row->remote)
			continue; /* has proved nothing yet */
		pair = str_format("%s %s", row->local, row->remote);
		place = (uintptr_t)map_get(places, pair);
		if (!place) {
			struct web_link *link = web_site_add_link(site);

			link->local = str_dup(row->local);
			link->remote = str_dup(row->remote);
			place = site->link_count;
			map_add(places, pair, (void *)place);
		}
		add_to_link(&site->links[place - 1], row);
		mem_free(&pair);
	}
	map_free(&places, NULL);
}

static void mix_text(struct buf *out, const char *text)
{
	/* NULL and "" differ */
	buf_add(out, text ? text : "\1", text ? strlen(text) + 1 : 2);
}

/* Equal pictures have equal ones; the time of making is left out. */
static uint64_t fingerprint(const struct web_site *s)
{
	struct buf all = { 0 };
	uint64_t hash;

	for (size_t i = 0; i < s->room_count; i++) {
		const struct web_room *r = &s->rooms[i];

		mix_text(&all, r->jid);
		mix_text(&all, r->name);
		mix_text(&all, r->description);
		mix_text(&all, r->subject);
		mix_text(&all, r->lang);
		mix_text(&all, r->venue);
		buf_add_format(&all, "%zu %lld %lld %d%d%d", r->occupants,
			       (long long)r->created, (long long)r->said,
			       r->is_on_web, r->is_noindex, r->is_gone);
	}
	for (size_t i = 0; i < s->link_count; i++) {
		const struct web_link *l = &s->links[i];

		mix_text(&all, l->local);
		mix_text(&all, l->remote);
		mix_text(&all, l->state);
		mix_text(&all, l->proof);
		mix_text(&all, l->trouble);
	}
	hash = map_hash(buf_data(&all), all.len);
	buf_fini(&all);
	return hash ? hash : 1;
}

static void show(struct site_maker *m)
{
	struct web_site *site = web_site_new();
	uint64_t now;

	site->at = clock_wall();
	view_rooms(m->muc, add_room, site);
	add_links(site, m->report);
	now = fingerprint(site);
	if (now == m->shown) {
		web_site_free(&site);
		return;
	}
	m->shown = now;
	web_show(m->web, site);
}

/* ---- the links ---- */

static void mail_free(struct mail *owned)
{
	struct report_mail *m = container_of(owned, struct report_mail, mail);

	report_free(&m->report);
	mem_free(&m);
}

/* On any thread. */
static void on_report(void *owner, uint64_t id, struct report *owned)
{
	struct site_maker *m = owner;
	struct report_mail *mail = mem_new(struct report_mail);

	(void)id;
	mail->mail.free_fn = mail_free;
	mail->report = owned;
	(void)mailbox_post(m->box, &mail->mail);
}

static void on_mail(void *owner, struct mail *owned)
{
	struct site_maker *m = owner;
	struct report_mail *mail =
		container_of(owned, struct report_mail, mail);

	report_free(&m->report);
	m->report = mail->report;
	mail->report = NULL;
	m->is_asking = false;
	mail_free(owned);
}

static const struct mailbox_events box_events = { .on_mail = on_mail };

static void ask_links(struct site_maker *m, int64_t now)
{
	if (m->is_asking || now - m->asked < LINKS_EVERY)
		return;
	m->is_asking = true;
	m->asked = now;
	s2s_ask_report(m->s2s, 0, on_report, m);
}

/* ---- life ---- */

static void on_timer(void *owner)
{
	struct site_maker *m = owner;
	int64_t begun = clock_mono(), cost;

	if (m->web) {
		ask_links(m, begun);
		show(m);
	}
	cost = (clock_mono() - begun) * EASE;
	timer_start(m->timer, cost > EVERY ? cost : EVERY);
}

struct site_maker *site_maker_open(struct loop *loop, const struct muc *muc,
				   struct s2s *s2s, struct web *web)
{
	struct site_maker *m = mem_new(struct site_maker);

	m->muc = muc;
	m->s2s = s2s;
	m->web = web;
	m->asked = clock_mono() - LINKS_EVERY;
	m->box = mailbox_open(loop, MAILS, &box_events, m);
	m->timer = timer_new(loop, on_timer, m);
	on_timer(m);
	return m;
}

void site_maker_drop_web(struct site_maker *m)
{
	m->web = NULL;
}

void site_maker_close(struct site_maker *m)
{
	timer_free(&m->timer);
	mailbox_close(m->box);
}

void site_maker_free(struct site_maker **m)
{
	if (!*m)
		return;
	mailbox_free(&(*m)->box);
	report_free(&(*m)->report);
	mem_free(m);
}
