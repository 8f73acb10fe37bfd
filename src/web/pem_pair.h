/* SPDX-License-Identifier: MIT */
/*
 * pem_pair: the certificate that browsers are shown and its key, as they are
 * in their files now.
 *
 * Thread: web thread, and before its start the conference loop.
 */
#pragma once

#include "base/base.h"

struct web_settings;

/** PEM, for the HTTP library: the memory must outlive its daemon. */
struct pem_pair {
	char *certificate, *key; /* owned; NULL: without TLS */
};

/** 0 as well, with both NULL, when the settings name no files. A failure is
 *  logged, and leaves both NULL. */
int pem_pair_read(const struct web_settings *s, struct pem_pair *pair_out);
void pem_pair_fini(struct pem_pair *p);
