/* SPDX-License-Identifier: MIT */
/*
 * unseal: what was taken back, as it was. Whoever asks has left an entry in the
 * audit before.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"

struct reader;

struct unsealed {
	char *room;      /* owned, as the others; bare JID */
	char *jid;       /* who said it, or NULL */
	char *nick;      /* or NULL */
	char *stanza;    /* as it was sent out */
	char *salt;      /* hex, or NULL; its digest: doc/protocol/record.md */
	char *digest;    /* hex, or NULL */
	char *sealed_by; /* who took it back */
	char *reason;    /* why; or NULL */
	int64_t at;      /* ms, when it was said */
	int64_t sealed_at;
};

/** HW_E_NOT_FOUND: no line of that stanza-id is sealed. */
HW_MUST_USE int unseal(struct reader *r, const char *id, struct unsealed *out);
void unsealed_fini(struct unsealed *u);
