/* SPDX-License-Identifier: MIT */
#include "admin/s2s_desk.h"

#include "admin/command.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/mailbox.h"
#include "s2s/s2s.h"

#define DESK_MAILBOX 1024
#define MAX_CHECKS 4 /* at once */

enum desk_mail_kind {
	DESK_REPORT, /* report, or NULL: closing */
	DESK_CHECK,  /* row, or NULL: the end */
	DESK_FORGET, /* was_known */
};

struct desk_mail {
	struct mail mail; /* first */
	uint64_t id;
	struct report *report; /* owned */
	struct check_row *row; /* owned */
	bool was_known;
};

/** A command that has not ended. */
struct errand {
	struct list node;
	uint64_t id;
	struct command_reply reply;
	char *domain; /* owned; the filter, or whom a check is about; or NULL */
	bool is_check;
};

struct s2s_desk {
	struct loop *loop;
	struct s2s *s2s; /* borrowed */
	struct mailbox *box;
	struct list errands;
	uint64_t last_id;
	bool is_closed;
};

/* ---- errands ---- */

static struct errand *errand_new(struct s2s_desk *d, const char *domain,
				 const struct command_reply *reply)
{
	struct errand *e = mem_new(struct errand);

	e->id = ++d->last_id;
	e->reply = *reply;
	e->domain = str_dup(domain);
	list_add_tail(&d->errands, &e->node);
	return e;
}

static struct errand *errand_find(struct s2s_desk *d, uint64_t id)
{
	struct errand *e;

	list_each(e, &d->errands, node)
		if (e->id == id)
			return e;
	return NULL;
}

/* The errand is gone before its asker hears: that may ask the next thing. */
static void errand_end(struct errand *e, const char *error, const char *text)
{
	struct command_reply reply = e->reply;

	list_remove(&e->node);
	mem_free(&e->domain);
	mem_free(&e);
	reply.end(reply.owner, error, text);
}

/* ---- rows ---- */

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void row_report(const struct errand *e, const struct report_row *row)
{
	const struct command_value values[] = {
		{ .name = "direction", .text = row->is_outgoing ? "out" : "in" },
		{ .name = "local", .text = or_dash(row->local) },
		{ .name = "remote", .text = or_dash(row->remote) },
		{ .name = "state", .text = row->state },
		{ .name = "proof", .text = or_dash(row->proof) },
		{ .name = "address", .text = or_dash(row->address) },
		{ .name = "tls", .text = or_dash(row->tls) },
		{ .name = "cipher", .text = or_dash(row->cipher) },
		{ .name = "envelopes", .number = (int64_t)row->envelopes },
		{ .name = "bytes", .number = (int64_t)row->bytes },
		{ .name = "since_s", .number = row->since / 1000 },
		{ .name = "idle_s", .number = row->idle / 1000 },
		{ .name = "error", .text = or_dash(row->error) },
	};

	e->reply.row(e->reply.owner, values, array_len(values));
}

static bool is_about(const struct report_row *row, const char *domain)
{
	return !domain || str_equal(row->local, domain) ||
	       str_equal(row->remote, domain);
}

static void take_report(struct errand *e, const struct report *report)
{
	if (!report) {
		errand_end(e, "stopping", "the daemon is stopping");
		return;
	}
	for (size_t i = 0; i < report->count; i++) {
		if (is_about(&report->rows[i], e->domain))
			row_report(e, &report->rows[i]);
	}
	errand_end(e, NULL, NULL);
}

static void take_check(struct errand *e, const struct check_row *row)
{
	const struct command_value values[] = {
		{ .name = "step", .text = row ? row->step : NULL },
		{ .name = "result",
		  .text = row ? check_result_text(row->result) : NULL },
		{ .name = "where",
		  .text = row && *row->where ? row->where : "-" },
		{ .name = "text", .text = row ? row->text : NULL },
	};

	if (row)
		e->reply.row(e->reply.owner, values, array_len(values));
	else
		errand_end(e, NULL, NULL);
}

static void take_forgotten(struct errand *e, bool was_known)
{
	if (was_known)
		errand_end(e, NULL, NULL);
	else
		errand_end(e, "not-found", "nothing is remembered of it");
}

/* ---- mails ---- */

static void mail_free(struct mail *owned)
{
	struct desk_mail *m = container_of(owned, struct desk_mail, mail);

	report_free(&m->report);
	check_row_free(&m->row);
	mem_free(&m);
}

static struct desk_mail *mail_new(enum desk_mail_kind kind, uint64_t id)
{
	struct desk_mail *m = mem_new(struct desk_mail);

	m->mail.kind = kind;
	m->mail.free_fn = mail_free;
	m->id = id;
	return m;
}

/* On an I/O loop. */
static void on_report(void *owner, uint64_t id, struct report *owned)
{
	struct s2s_desk *d = owner;
	struct desk_mail *m = mail_new(DESK_REPORT, id);

	m->report = owned;
	(void)mailbox_post(d->box, &m->mail);
}

/* On an I/O loop. */
static void on_check(void *owner, uint64_t id, struct check_row *owned)
{
	struct s2s_desk *d = owner;
	struct desk_mail *m = mail_new(DESK_CHECK, id);

	m->row = owned;
	(void)mailbox_post(d->box, &m->mail);
}

/* On an I/O loop. */
static void on_forgotten(void *owner, uint64_t id, bool was_known)
{
	struct s2s_desk *d = owner;
	struct desk_mail *m = mail_new(DESK_FORGET, id);

	m->was_known = was_known;
	(void)mailbox_post(d->box, &m->mail);
}

static void take_mail(struct errand *e, const struct desk_mail *m)
{
	switch ((enum desk_mail_kind)m->mail.kind) {
	case DESK_REPORT:
		take_report(e, m->report);
		break;
	case DESK_CHECK:
		take_check(e, m->row);
		break;
	case DESK_FORGET:
		take_forgotten(e, m->was_known);
		break;
	}
}

static void on_mail(void *owner, struct mail *owned)
{
	struct s2s_desk *d = owner;
	struct desk_mail *m = container_of(owned, struct desk_mail, mail);
	struct errand *e = errand_find(d, m->id);

	if (e)
		take_mail(e, m);
	mail_free(owned);
}

static const struct mailbox_events mailbox_events = {
	.on_mail = on_mail,
};

/* ---- face ---- */

void s2s_desk_list(struct s2s_desk *d, const char *domain,
		   const struct command_reply *reply)
{
	loop_require_owner(d->loop);
	require(!d->is_closed);
	s2s_ask_report(d->s2s, errand_new(d, domain, reply)->id, on_report, d);
}

static const char *refusal(const struct s2s_desk *d, const char *remote)
{
	const struct errand *e;
	size_t count = 0;

	list_each(e, &d->errands, node) {
		if (e->is_check && str_equal(e->domain, remote))
			return "that domain is being checked already";
		count += e->is_check;
	}
	return count < MAX_CHECKS ? NULL : "enough checks are running already";
}

void s2s_desk_check(struct s2s_desk *d, const char *local, const char *remote,
		    const struct command_reply *reply)
{
	const char *text = refusal(d, remote);
	struct errand *e;

	loop_require_owner(d->loop);
	require(!d->is_closed);
	if (text) {
		reply->end(reply->owner, "busy", text);
		return;
	}
	e = errand_new(d, remote, reply);
	e->is_check = true;
	s2s_ask_check(d->s2s, e->id, local, remote, on_check, d);
}

void s2s_desk_forget(struct s2s_desk *d, const char *domain,
		     const struct command_reply *reply)
{
	loop_require_owner(d->loop);
	require(!d->is_closed);
	s2s_ask_forget(d->s2s, errand_new(d, domain, reply)->id, domain,
		       on_forgotten, d);
}

struct s2s_desk *s2s_desk_open(struct loop *loop, struct s2s *s2s)
{
	struct s2s_desk *d = mem_new(struct s2s_desk);

	d->loop = loop;
	d->s2s = s2s;
	list_init(&d->errands);
	d->box = mailbox_open(loop, DESK_MAILBOX, &mailbox_events, d);
	return d;
}

void s2s_desk_close(struct s2s_desk *d)
{
	loop_require_owner(d->loop);
	d->is_closed = true;
	while (!list_is_empty(&d->errands))
		errand_end(list_first(&d->errands, struct errand, node),
			   "stopping", "the daemon is stopping");
	mailbox_close(d->box);
}

void s2s_desk_free(struct s2s_desk **d)
{
	if (!*d)
		return;
	mailbox_free(&(*d)->box);
	mem_free(d);
}
