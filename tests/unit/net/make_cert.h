/* SPDX-License-Identifier: MIT */
/*
 * make_cert: certificates for tests, of any kind of badness, as PEM files in a
 * folder of their own.
 */
#pragma once

#include "base/base.h"

struct cert_spec {
	const char *name;      /* files name.crt and name.key */
	const char *issuer;    /* a name made before; NULL = self-signed */
	const char *cn;        /* common name, or NULL */
	const char *dns[4];    /* up to four dNSNames */
	const char *dns_nul;   /* a dNSName with a NUL and more behind it */
	const char *srv;       /* SRVName, whole */
	const char *xmpp;      /* xmppAddr */
	const char *ip;        /* 4 bytes */
	const char *purpose;   /* an OID, or NULL for none */
	int64_t from;          /* s from now; 0 = a day ago */
	int64_t until;         /* s from now; 0 = in a day */
	unsigned rsa_bits;     /* 0 = EC P-256 */
	bool is_ca;
};

/** Make the folder; path is owned. */
char *make_cert_folder(void);
void make_cert(const char *folder, const struct cert_spec *spec);
/** Both: a folder with these, in order. */
char *make_certs(const struct cert_spec *specs, size_t count);
/** The path of folder/name.end, owned. */
char *make_cert_path(const char *folder, const char *name, const char *end);
/** The end of a group of tests whose state is the folder's path, owned: removes
 *  it and all in it. */
int make_cert_clean(void **state);
