/* SPDX-License-Identifier: MIT */
#include "tests/unit/net/make_cert.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"

#define DAY 86400

char *make_cert_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = str_format("%s/hallway-test-XXXXXX", tmp ? tmp : "/tmp");

	require(mkdtemp(folder));
	return folder;
}

char *make_cert_path(const char *folder, const char *name, const char *end)
{
	return str_format("%s/%s.%s", folder, name, end);
}

int make_cert_clean(void **state)
{
	char *folder = *state;
	DIR *dir = opendir(folder);
	struct dirent *entry;

	require(dir);
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
	mem_free(&folder);
	return 0;
}

static void save(const char *folder, const char *name, const char *end,
		 gnutls_datum_t *pem)
{
	char *path = make_cert_path(folder, name, end);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	require(fd >= 0);
	require(write(fd, pem->data, pem->size) == (ssize_t)pem->size);
	close(fd);
	gnutls_free(pem->data);
	mem_free(&path);
}

static void load_issuer(const char *folder, const char *name,
			gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	char *crt_path = make_cert_path(folder, name, "crt");
	char *key_path = make_cert_path(folder, name, "key");
	gnutls_datum_t data;

	require(gnutls_load_file(crt_path, &data) == 0);
	require(gnutls_x509_crt_import(crt, &data, GNUTLS_X509_FMT_PEM) == 0);
	gnutls_free(data.data);
	require(gnutls_load_file(key_path, &data) == 0);
	require(gnutls_x509_privkey_import(key, &data, GNUTLS_X509_FMT_PEM) ==
		0);
	gnutls_free(data.data);
	mem_free(&crt_path);
	mem_free(&key_path);
}

static void add_other(gnutls_x509_crt_t crt, const char *oid, unsigned char tag,
		      const char *text)
{
	unsigned char der[256];
	size_t len = strlen(text);

	require(len < 128);
	der[0] = tag;
	der[1] = (unsigned char)len;
	memcpy(der + 2, text, len);
	require(gnutls_x509_crt_set_subject_alt_othername(
			crt, oid, der, (unsigned)len + 2,
			GNUTLS_FSAN_APPEND) == 0);
}

static void add_name(gnutls_x509_crt_t crt, gnutls_x509_subject_alt_name_t type,
		     const char *name, size_t len)
{
	require(gnutls_x509_crt_set_subject_alt_name(
			crt, type, name, (unsigned)len, GNUTLS_FSAN_APPEND) ==
		0);
}

/* By hand: GnuTLS itself ends a dNSName at the NUL. */
static void add_nul_name(gnutls_x509_crt_t crt, const char *name)
{
	static const char rest[] = "\0.bad.test";
	unsigned char der[128];
	size_t len = strlen(name), all = len + sizeof(rest) - 1;

	require(all < 100);
	der[0] = 0x30; /* SEQUENCE of names */
	der[1] = (unsigned char)(all + 2);
	der[2] = 0x82; /* dNSName */
	der[3] = (unsigned char)all;
	memcpy(der + 4, name, len);
	memcpy(der + 4 + len, rest, sizeof(rest) - 1);
	require(gnutls_x509_crt_set_extension_by_oid(
			crt, "2.5.29.17", der, (unsigned)all + 4, 0) == 0);
}

static void add_names(gnutls_x509_crt_t crt, const struct cert_spec *spec)
{
	if (spec->cn)
		require(gnutls_x509_crt_set_dn_by_oid(
				crt, GNUTLS_OID_X520_COMMON_NAME, 0, spec->cn,
				(unsigned)strlen(spec->cn)) == 0);
	for (size_t i = 0; i < array_len(spec->dns) && spec->dns[i]; i++)
		add_name(crt, GNUTLS_SAN_DNSNAME, spec->dns[i],
			 strlen(spec->dns[i]));
	if (spec->dns_nul)
		add_nul_name(crt, spec->dns_nul);
	if (spec->srv)
		add_other(crt, "1.3.6.1.5.5.7.8.7", 0x16, spec->srv);
	if (spec->xmpp)
		add_other(crt, "1.3.6.1.5.5.7.8.5", 0x0c, spec->xmpp);
	if (spec->ip)
		add_name(crt, GNUTLS_SAN_IPADDRESS, spec->ip, 4);
}

static void fill(gnutls_x509_crt_t crt, const struct cert_spec *spec,
		 gnutls_x509_privkey_t key)
{
	time_t now = time(NULL);
	unsigned char serial[8];

	rand_nonce(serial, sizeof(serial));
	serial[0] = 1;
	require(gnutls_x509_crt_set_version(crt, 3) == 0);
	require(gnutls_x509_crt_set_serial(crt, serial, sizeof(serial)) == 0);
	gnutls_x509_crt_set_activation_time(
		crt, now + (spec->from ? spec->from : -DAY));
	gnutls_x509_crt_set_expiration_time(
		crt, now + (spec->until ? spec->until : DAY));
	add_names(crt, spec);
	gnutls_x509_crt_set_basic_constraints(crt, spec->is_ca, -1);
	gnutls_x509_crt_set_key_usage(crt, spec->is_ca
						   ? GNUTLS_KEY_KEY_CERT_SIGN
						   : GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (spec->purpose)
		gnutls_x509_crt_set_key_purpose_oid(crt, spec->purpose, 0);
	require(gnutls_x509_crt_set_key(crt, key) == 0);
}

void make_cert(const char *folder, const struct cert_spec *spec)
{
	gnutls_x509_crt_t crt, issuer;
	gnutls_x509_privkey_t key, issuer_key;
	gnutls_datum_t pem;

	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_init(&issuer);
	gnutls_x509_privkey_init(&key);
	gnutls_x509_privkey_init(&issuer_key);
	require(gnutls_x509_privkey_generate(
			key, spec->rsa_bits ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA,
			spec->rsa_bits
				? spec->rsa_bits
				: GNUTLS_CURVE_TO_BITS(
					  GNUTLS_ECC_CURVE_SECP256R1),
			0) == 0);
	fill(crt, spec, key);
	if (spec->issuer)
		load_issuer(folder, spec->issuer, issuer, issuer_key);
	require(gnutls_x509_crt_sign2(crt, spec->issuer ? issuer : crt,
				      spec->issuer ? issuer_key : key,
				      GNUTLS_DIG_SHA256, 0) == 0);
	require(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) == 0);
	save(folder, spec->name, "crt", &pem);
	require(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) ==
		0);
	save(folder, spec->name, "key", &pem);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crt_deinit(issuer);
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_privkey_deinit(issuer_key);
}

char *make_certs(const struct cert_spec *specs, size_t count)
{
	char *folder = make_cert_folder();

	for (size_t i = 0; i < count; i++)
		make_cert(folder, &specs[i]);
	return folder;
}
