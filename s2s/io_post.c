/* SPDX-License-Identifier: MIT */
#include "s2s/io_part.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/mailbox.h"
#include "net/creds.h"
#include "s2s/policy.h"

void io_post(struct io *to, struct io_mail *owned)
{
	(void)mailbox_post(to->box, &owned->mail);
}

bool io_has_room(const struct io *io)
{
	return !mailbox_is_full(io->box);
}

void io_post_envelopes(struct io *io, struct list *envelopes, size_t said)
{
	struct io_mail *m = io_mail_new(IO_ENVELOPES);

	list_move_all(&m->envelopes, envelopes);
	m->mail.weight = (unsigned)said;
	io_post(io, m);
}

void io_post_attend(struct io *io, const char *local, const char *remote,
		    bool on)
{
	struct io_mail *m = io_mail_new(IO_ATTEND);

	io_mail_set_pair(m, local, remote);
	m->is_on = on;
	io_post(io, m);
}

void io_post_doubt(struct io *io, const char *local, const char *remote)
{
	struct io_mail *m = io_mail_new(IO_DOUBT);

	io_mail_set_pair(m, local, remote);
	io_post(io, m);
}

void io_post_resume(struct io *io)
{
	io_post(io, io_mail_new(IO_RESUME));
}

void io_post_creds(struct io *io, struct creds *creds)
{
	struct io_mail *m = io_mail_new(IO_CREDS);

	m->creds = creds_ref(creds);
	io_post(io, m);
}

void io_post_dns(struct io *io, const char *servers, bool trust_ad)
{
	struct io_mail *m = io_mail_new(IO_DNS);

	m->servers = servers ? str_dup(servers) : NULL;
	m->trust_ad = trust_ad;
	io_post(io, m);
}

void io_post_rotate(struct io *io, const unsigned char secret[KEY_SECRET_SIZE],
		    int64_t previous_for)
{
	struct io_mail *m = io_mail_new(IO_ROTATE);

	m->secret = mem_dup(secret, KEY_SECRET_SIZE);
	m->previous_for = previous_for;
	io_post(io, m);
}

void io_post_report(struct io *io, struct report_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_REPORT);

	m->report_ask = owned;
	io_post(io, m);
}

void io_post_check(struct io *io, struct check_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_CHECK);

	m->check_ask = owned;
	io_post(io, m);
}

void io_post_forget(struct io *io, struct forget_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_FORGET);

	m->forget_ask = owned;
	io_post(io, m);
}

void io_post_policy(struct io *io, struct policy *policy)
{
	struct io_mail *m = io_mail_new(IO_POLICY);

	m->policy = policy_ref(policy);
	io_post(io, m);
}

void io_post_retire(struct io *io, void (*fn)(void *owner), void *owner)
{
	struct io_mail *m = io_mail_new(IO_RETIRE);

	m->fn = fn;
	m->owner = owner;
	io_post(io, m);
}

void io_post_close(struct io *io)
{
	io_post(io, io_mail_new(IO_CLOSE));
}
