/* SPDX-License-Identifier: MIT */
#include "daemon/conference.h"

#include <stdatomic.h>
#include <string.h>

#include "admin/adhoc.h"
#include "admin/control.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/gate.h"
#include "loop/loop.h"
#include "loop/mailbox.h"
#include "loop/timer.h"
#include "meeting/meeting.h"
#include "muc/muc.h"
#include "store/record.h"
#include "web/web.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

#define CONFERENCE_MAILBOX   4096  /* slots; then the I/O loops hold back */
#define CONFERENCE_TICK	     1000  /* ms */
#define CONFERENCE_HEARTBEAT 30000 /* ms */

enum conference_mail_kind {
	MAIL_STANZA,
	MAIL_UNDELIVERED,
	MAIL_LOST,
	MAIL_WAY,
	MAIL_PROOF,
	MAIL_FORGOTTEN,
	MAIL_LAST,
};

struct conference_mail {
	struct mail mail;
	struct stanza *stanza; /* MAIL_STANZA */
	enum s2s_proof proof; /* and MAIL_PROOF */
	struct envelope *envelope; /* MAIL_UNDELIVERED */
	enum cond_name why;
	char *local, *remote; /* MAIL_LOST, WAY; the next two: remote */
	enum s2s_way way;     /* MAIL_WAY */
};

struct conference {
	struct loop *loop;
	struct mailbox *box;
	struct gate *gate;
	struct meeting_desk *meetings;
	struct muc *muc; /* borrowed, as all up to web */
	struct store *store;
	struct archive *archive;
	struct s2s *s2s;
	struct adhoc *adhoc;
	struct control *control;
	struct web *web;
	struct timer *tick;
	struct timer *heartbeat;
	atomic_bool is_draining; /* read on I/O loops */
	struct turn last;	 /* runs on_last */
	void (*on_last)(void *owner);
	void *on_last_owner;
};

/* ---- mails ---- */

static void mail_free(struct mail *owned)
{
	struct conference_mail *m =
		container_of(owned, struct conference_mail, mail);

	stanza_free(&m->stanza);
	envelope_free(&m->envelope);
	mem_free(&m->local);
	mem_free(&m->remote);
	mem_free(&m);
}

static struct conference_mail *mail_new(enum conference_mail_kind kind)
{
	struct conference_mail *m = mem_new(struct conference_mail);

	m->mail.kind = kind;
	m->mail.free_fn = mail_free;
	return m;
}

/* Nothing waits for it: at worst it is told again after the next start. */
static void save_proof(struct conference *c, const char *remote,
		       const char *proof)
{
	struct record *r = record_new(RECORD_PROOF, NULL, clock_wall());

	r->as_proof.domain = str_dup(remote);
	r->as_proof.proof = str_dup(proof);
	store_save(c->store, r);
}

/* A broken one is tried at once: whoever is cut off shall be missed soon. */
static void take_way(struct conference *c, const struct conference_mail *m)
{
	if (m->way == S2S_WAY_BROKEN)
		muc_domain_broken(c->muc, m->local, m->remote);
	else
		meeting_link(c->meetings, m->remote, m->way == S2S_WAY_UP);
}

static void handle(struct conference *c, struct conference_mail *m)
{
	struct stanza *stanza = m->stanza;
	struct envelope *envelope = m->envelope;

	m->stanza = NULL;
	m->envelope = NULL;
	switch ((enum conference_mail_kind)m->mail.kind) {
	case MAIL_STANZA:
		muc_deliver(c->muc, stanza,
			    m->proof == S2S_PROOF_CERTIFICATE
				    ? MUC_BY_CERTIFICATE
				    : MUC_BY_DIALBACK);
		break;
	case MAIL_UNDELIVERED:
		muc_undelivered(c->muc, envelope, m->why);
		break;
	case MAIL_LOST:
		muc_domain_lost(c->muc, m->local, m->remote);
		break;
	case MAIL_WAY:
		take_way(c, m);
		break;
	case MAIL_PROOF:
		save_proof(c, m->remote, s2s_proof_text(m->proof));
		break;
	case MAIL_FORGOTTEN:
		save_proof(c, m->remote, NULL);
		break;
	case MAIL_LAST:
		loop_at_turn_end(c->loop, &c->last);
		break;
	}
}

static void on_mail(void *owner, struct mail *owned)
{
	struct conference_mail *m =
		container_of(owned, struct conference_mail, mail);

	handle(owner, m);
	mail_free(owned);
}

static void on_relief(void *owner)
{
	struct conference *c = owner;

	if (c->s2s && !atomic_load(&c->is_draining))
		s2s_resume(c->s2s);
}

static const struct mailbox_events box_events = {
	.on_mail = on_mail,
	.on_relief = on_relief,
};

/* ---- from the links, on any I/O loop ---- */

static bool on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_STANZA);
	bool is_full;

	m->stanza = owned;
	m->proof = proof;
	is_full = mailbox_post(c->box, &m->mail);
	return is_full || atomic_load(&c->is_draining);
}

static void on_undelivered(void *owner, struct envelope *owned,
			   enum cond_name why)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_UNDELIVERED);

	m->envelope = owned;
	m->why = why;
	mailbox_post(c->box, &m->mail);
}

static void on_lost(void *owner, const char *local, const char *remote)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_LOST);

	m->local = str_dup(local);
	m->remote = str_dup(remote);
	mailbox_post(c->box, &m->mail);
}

static void on_way(void *owner, const char *local, const char *remote,
		   enum s2s_way way)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_WAY);

	m->local = str_dup(local);
	m->remote = str_dup(remote);
	m->way = way;
	mailbox_post(c->box, &m->mail);
}

static void on_proof(void *owner, const char *remote, enum s2s_proof proof)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_PROOF);

	m->remote = str_dup(remote);
	m->proof = proof;
	mailbox_post(c->box, &m->mail);
}

static void on_forgotten(void *owner, const char *remote)
{
	struct conference *c = owner;
	struct conference_mail *m = mail_new(MAIL_FORGOTTEN);

	m->remote = str_dup(remote);
	mailbox_post(c->box, &m->mail);
}

const struct s2s_events conference_s2s_events = {
	.on_proof = on_proof,
	.on_forgotten = on_forgotten,
	.on_stanza = on_stanza,
	.on_undelivered = on_undelivered,
	.on_lost = on_lost,
	.on_way = on_way,
};

/* ---- from the store ---- */

static void on_committed(void *owner, uint64_t ticket)
{
	struct conference *c = owner;

	gate_commit(c->gate, ticket);
	if (c->control)
		control_committed(c->control, ticket);
}

/* The room forgets the line and tells its sender, behind what waits before. */
static void on_given_back(void *owner, uint64_t ticket,
			  const struct record *record)
{
	struct conference *c = owner;

	gate_withdraw(c->gate, ticket, record->as_message.id);
	if (c->muc)
		muc_unsaved(c->muc, record);
}

static void on_trouble(void *owner, int error)
{
	(void)owner;
	if (error)
		log_error(LOG_STORE,
			  "the store cannot write (%s); what needs a "
			  "record is kept and tried again",
			  hw_error_text(error));
	else
		log_warn(LOG_STORE, "the store writes again");
}

/* What can change a page. */
static bool wants(enum record_kind kind)
{
	switch (kind) {
	case RECORD_MESSAGE:
	case RECORD_RETRACTION:
	case RECORD_PRESENCE:
	case RECORD_GAP:
	case RECORD_NEWS:
	case RECORD_GROUP:
	case RECORD_GROUP_GONE:
	case RECORD_MEETING:
	case RECORD_NOTE:
		return true;
	default:
		return false;
	}
}

static void on_saved(void *owner, struct record *owned)
{
	struct conference *c = owner;

	if (c->web)
		web_committed(c->web, owned);
	else
		record_free(&owned);
}

const struct store_events conference_store_events = {
	.wants = wants,
	.on_saved = on_saved,
	.on_committed = on_committed,
	.on_given_back = on_given_back,
	.on_trouble = on_trouble,
};

void conference_archive_answered(void *conference, uint64_t id,
				 struct archive_page *owned)
{
	struct conference *c = conference;

	muc_archive_answered(c->muc, id, owned);
}

/* ---- the ports of the rooms ---- */

static void release(void *owner, struct list *envelopes, size_t said)
{
	struct conference *c = owner;
	struct envelope *e, *tmp;

	if (c->s2s) {
		s2s_deliver(c->s2s, envelopes, said);
		return;
	}
	list_each_safe(e, tmp, envelopes, node)
	{
		list_remove(&e->node);
		envelope_free(&e);
	}
}

/* An answer to a command that may have changed anything, anywhere. */
static void hold_all(struct conference *c, const char *domain)
{
	uint64_t ticket = store_last_ticket(c->store);

	if (ticket > store_committed(c->store))
		gate_hold(c->gate, domain, ticket);
}

static void env_send(void *owner, const char *room, struct list *envelopes)
{
	struct conference *c = owner;

	if (list_is_empty(envelopes))
		return;
	if (room && !strchr(room, '@'))
		hold_all(c, room);
	if (room)
		gate_send(c->gate, room, envelopes);
	else
		release(c, envelopes, 1);
}

static void env_save(void *owner, const char *room, struct record *owned,
		     bool gates)
{
	struct conference *c = owner;
	uint64_t ticket = store_save(c->store, owned);

	if (gates)
		gate_hold(c->gate, room, ticket);
}

static bool env_may_save(void *owner)
{
	struct conference *c = owner;

	return store_has_room(c->store) && (!c->s2s || s2s_has_room(c->s2s));
}

static void env_ask_archive(void *owner, uint64_t id,
			    struct archive_query *owned)
{
	struct conference *c = owner;

	archive_ask(c->archive, id, owned);
}

static bool env_attend(void *owner, const char *local, const char *remote,
		       bool on)
{
	struct conference *c = owner;

	if (c->s2s)
		s2s_attend(c->s2s, local, remote, on);
	return c->s2s != NULL;
}

static void env_doubt(void *owner, const char *local, const char *remote)
{
	struct conference *c = owner;

	if (c->s2s)
		s2s_doubt(c->s2s, local, remote);
}

static bool env_on_errand(void *owner, const struct errand *errand)
{
	struct conference *c = owner;

	return c->adhoc && adhoc_take(c->adhoc, errand);
}

static int64_t env_now(void *owner)
{
	(void)owner;
	return clock_wall();
}

void conference_fill_env(struct conference *c, struct muc_env *env_out)
{
	*env_out = (struct muc_env){
		.owner = c,
		.send = env_send,
		.save = env_save,
		.may_save = env_may_save,
		.ask_archive = env_ask_archive,
		.attend = env_attend,
		.doubt = env_doubt,
		.on_errand = env_on_errand,
		.now = env_now,
	};
}

/* ---- life ---- */

static void on_tick(void *owner)
{
	struct conference *c = owner;

	muc_tick(c->muc);
	meeting_tick(c->meetings);
}

void conference_save_heartbeat(struct conference *c)
{
	if (c->muc && c->store)
		store_save(c->store,
			   record_new(RECORD_HEARTBEAT, NULL, clock_wall()));
}

static void on_heartbeat(void *owner)
{
	conference_save_heartbeat(owner);
}

void conference_note_gap(struct conference *c, int64_t last_alive)
{
	struct record *r;

	/* a clock that was set back knows of no gap */
	if (!last_alive || last_alive >= clock_wall())
		return;
	r = record_new(RECORD_GAP, NULL, clock_wall());
	r->as_gap.from = last_alive;
	r->as_gap.until = r->at;
	store_save(c->store, r);
}

static void on_last_turn(void *owner)
{
	struct conference *c = owner;

	c->on_last(c->on_last_owner);
}

struct conference *conference_new(struct loop *loop)
{
	static const struct gate_events gate_events = { .release = release };
	struct conference *c = mem_new(struct conference);

	c->loop = loop;
	c->gate = gate_new(&gate_events, c);
	c->box = mailbox_open(loop, CONFERENCE_MAILBOX, &box_events, c);
	c->tick = timer_new(loop, on_tick, c);
	c->heartbeat = timer_new(loop, on_heartbeat, c);
	turn_init(&c->last, on_last_turn, c);
	atomic_init(&c->is_draining, false);
	return c;
}

void conference_close(struct conference *c)
{
	timer_free(&c->tick);
	timer_free(&c->heartbeat);
	mailbox_close(c->box);
}

void conference_free(struct conference **c)
{
	if (!*c)
		return;
	mailbox_free(&(*c)->box);
	gate_free(&(*c)->gate);
	mem_free(c);
}

void conference_set_store(struct conference *c, struct store *store)
{
	c->store = store;
}

void conference_set_archive(struct conference *c, struct archive *archive)
{
	c->archive = archive;
}

void conference_set_s2s(struct conference *c, struct s2s *s2s)
{
	c->s2s = s2s;
}

void conference_set_web(struct conference *c, struct web *web)
{
	c->web = web;
}

void conference_set_adhoc(struct conference *c, struct adhoc *adhoc)
{
	c->adhoc = adhoc;
}

void conference_set_control(struct conference *c, struct control *control)
{
	c->control = control;
}

static void on_caption(void *owner, const char *room, const char *nick,
		       const char *text)
{
	struct conference *c = owner;

	if (c->web)
		web_caption(c->web, room, nick, text);
}

void conference_set_meetings(struct conference *c, struct meeting_desk *desk)
{
	c->meetings = desk;
	meeting_set_captions(desk, on_caption, c);
}

void conference_set_muc(struct conference *c, struct muc *muc)
{
	c->muc = muc;
	timer_stop(c->tick);
	timer_stop(c->heartbeat);
	if (!muc)
		return;
	timer_repeat(c->tick, CONFERENCE_TICK);
	timer_repeat(c->heartbeat, CONFERENCE_HEARTBEAT);
	on_heartbeat(c);
}

void conference_drain(struct conference *c, void (*on_last)(void *owner),
		      void *owner)
{
	struct conference_mail *m = mail_new(MAIL_LAST);

	c->on_last = on_last;
	c->on_last_owner = owner;
	atomic_store(&c->is_draining, true);
	mailbox_post(c->box, &m->mail);
}
