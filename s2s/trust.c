/* SPDX-License-Identifier: MIT */
#include "s2s/trust.h"

#include "base/mem.h"
#include "base/str.h"

struct trust_pair {
	struct list node;
	char *local;  /* owned */
	char *remote; /* owned */
	enum s2s_proof proof;
};

const char *s2s_proof_text(enum s2s_proof proof)
{
	return proof == S2S_PROOF_CERTIFICATE ? "certificate" : "dialback";
}

void trust_init(struct trust *t)
{
	list_init(&t->pairs);
	t->count = 0;
}

void trust_fini(struct trust *t)
{
	struct trust_pair *p;
	struct trust_pair *tmp;

	list_each_safe(p, tmp, &t->pairs, node) {
		list_remove(&p->node);
		mem_free(&p->local);
		mem_free(&p->remote);
		mem_free(&p);
	}
	t->count = 0;
}

static struct trust_pair *find(const struct trust *t, const char *local,
			       const char *remote)
{
	struct trust_pair *p;

	list_each(p, &t->pairs, node) {
		if (str_equal(p->remote, remote) && str_equal(p->local, local))
			return p;
	}
	return NULL;
}

bool trust_add(struct trust *t, const char *local, const char *remote,
	       enum s2s_proof proof)
{
	struct trust_pair *p = find(t, local, remote);

	if (p) {
		if (proof > p->proof)
			p->proof = proof;
		return true;
	}
	if (t->count >= TRUST_MAX_PAIRS)
		return false;
	p = mem_new(struct trust_pair);
	p->local = str_dup(local);
	p->remote = str_dup(remote);
	p->proof = proof;
	list_add_tail(&t->pairs, &p->node);
	t->count++;
	return true;
}

bool trust_find(const struct trust *t, const char *local, const char *remote,
		enum s2s_proof *proof_out)
{
	const struct trust_pair *p = find(t, local, remote);

	if (p && proof_out)
		*proof_out = p->proof;
	return p != NULL;
}

bool trust_has_remote(const struct trust *t, const char *remote)
{
	const struct trust_pair *p;

	list_each(p, &t->pairs, node) {
		if (str_equal(p->remote, remote))
			return true;
	}
	return false;
}

bool trust_is_empty(const struct trust *t)
{
	return t->count == 0;
}

bool trust_get(const struct trust *t, size_t i, const char **local_out,
	       const char **remote_out, enum s2s_proof *proof_out)
{
	const struct trust_pair *p;

	list_each(p, &t->pairs, node) {
		if (i-- > 0)
			continue;
		*local_out = p->local;
		*remote_out = p->remote;
		*proof_out = p->proof;
		return true;
	}
	return false;
}
