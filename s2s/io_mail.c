/* SPDX-License-Identifier: MIT */
#include "s2s/io_mail.h"

#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/creds.h"
#include "s2s/check.h"
#include "s2s/forget.h"
#include "s2s/policy.h"
#include "s2s/report.h"
#include "xmpp/envelope.h"

static void free_unread(struct mail *owned)
{
	struct io_mail *m = container_of(owned, struct io_mail, mail);

	io_mail_free(&m);
}

struct io_mail *io_mail_new(enum io_mail_kind kind)
{
	struct io_mail *m = mem_new(struct io_mail);

	list_init(&m->mail.node);
	m->mail.kind = kind;
	m->mail.free_fn = free_unread;
	list_init(&m->envelopes);
	m->fd = -1;
	buf_init(&m->data);
	return m;
}

void io_mail_set_pair(struct io_mail *m, const char *local,
		      const char *remote)
{
	m->local = str_dup(local);
	m->remote = str_dup(remote);
}

void io_mail_free(struct io_mail **m)
{
	struct envelope *e;
	struct envelope *tmp;

	if (!*m)
		return;
	list_each_safe(e, tmp, &(*m)->envelopes, node) {
		list_remove(&e->node);
		envelope_free(&e);
	}
	if ((*m)->fd >= 0)
		close((*m)->fd);
	mem_free(&(*m)->local);
	mem_free(&(*m)->remote);
	mem_free(&(*m)->id);
	mem_free(&(*m)->key);
	buf_fini(&(*m)->data);
	mem_free(&(*m)->servers);
	mem_free(&(*m)->secret);
	creds_unref(&(*m)->creds);
	policy_unref(&(*m)->policy);
	report_ask_drop(&(*m)->report_ask);
	check_ask_drop(&(*m)->check_ask);
	forget_ask_answer(&(*m)->forget_ask);
	mem_free(m);
}
