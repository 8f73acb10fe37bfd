/* SPDX-License-Identifier: MIT */
#include "base/sign.h"

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

struct sign_key {
	gnutls_privkey_t key;
};

/* RFC 8410 section 7: what stands before the seed in a PKCS #8 key. */
static const unsigned char prefix[] = {
	0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
	0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
};

struct sign_key *sign_key_new(const unsigned char seed[SIGN_SEED_SIZE])
{
	struct sign_key *k = mem_new(struct sign_key);
	unsigned char der[sizeof(prefix) + SIGN_SEED_SIZE];
	gnutls_datum_t datum = { der, sizeof(der) };

	memcpy(der, prefix, sizeof(prefix));
	memcpy(der + sizeof(prefix), seed, SIGN_SEED_SIZE);
	require(gnutls_privkey_init(&k->key) == 0);
	require(gnutls_privkey_import_x509_raw(
			k->key, &datum, GNUTLS_X509_FMT_DER, NULL, 0) == 0);
	gnutls_memset(der, 0, sizeof(der));
	return k;
}

void sign_key_free(struct sign_key **k)
{
	if (!*k)
		return;
	gnutls_privkey_deinit((*k)->key);
	mem_free(k);
}

static gnutls_pubkey_t public_of(const struct sign_key *k)
{
	gnutls_pubkey_t key;

	require(gnutls_pubkey_init(&key) == 0);
	require(gnutls_pubkey_import_privkey(key, k->key, 0, 0) == 0);
	return key;
}

static int export_raw(gnutls_pubkey_t key, unsigned char out[SIGN_PUBLIC_SIZE])
{
	gnutls_ecc_curve_t curve;
	gnutls_datum_t x = { NULL, 0 };
	int error = HW_E_INVALID;

	if (gnutls_pubkey_export_ecc_raw(key, &curve, &x, NULL) == 0 &&
	    curve == GNUTLS_ECC_CURVE_ED25519 && x.size == SIGN_PUBLIC_SIZE) {
		memcpy(out, x.data, SIGN_PUBLIC_SIZE);
		error = 0;
	}
	gnutls_free(x.data);
	return error;
}

void sign_key_public(const struct sign_key *k,
		     unsigned char out[SIGN_PUBLIC_SIZE])
{
	gnutls_pubkey_t key = public_of(k);

	require(export_raw(key, out) == 0);
	gnutls_pubkey_deinit(key);
}

char *sign_key_pem(const struct sign_key *k)
{
	gnutls_pubkey_t key = public_of(k);
	gnutls_datum_t text;
	char *pem;

	require(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_PEM, &text) == 0);
	pem = str_dup_n((const char *)text.data, text.size);
	gnutls_free(text.data);
	gnutls_pubkey_deinit(key);
	return pem;
}

void sign_make(const struct sign_key *k, const void *data, size_t len,
	       unsigned char out[SIGN_SIZE])
{
	/* what is signed is only read */
	gnutls_datum_t text = { (unsigned char *)data, (unsigned)len };
	gnutls_datum_t signature;

	require(gnutls_privkey_sign_data2(k->key, GNUTLS_SIGN_EDDSA_ED25519, 0,
					  &text, &signature) == 0);
	require(signature.size == SIGN_SIZE);
	memcpy(out, signature.data, SIGN_SIZE);
	gnutls_free(signature.data);
}

bool sign_is_good(const unsigned char public_key[SIGN_PUBLIC_SIZE],
		  const void *data, size_t len,
		  const unsigned char signature[SIGN_SIZE])
{
	gnutls_datum_t x = { (unsigned char *)public_key, SIGN_PUBLIC_SIZE };
	gnutls_datum_t text = { (unsigned char *)data, (unsigned)len };
	gnutls_datum_t sign = { (unsigned char *)signature, SIGN_SIZE };
	gnutls_pubkey_t key;
	bool is_good;

	require(gnutls_pubkey_init(&key) == 0);
	is_good = gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_ED25519,
					       &x, NULL) == 0 &&
		  gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_EDDSA_ED25519, 0,
					     &text, &sign) == 0;
	gnutls_pubkey_deinit(key);
	return is_good;
}

int sign_read_pem(const char *pem, unsigned char out[SIGN_PUBLIC_SIZE])
{
	gnutls_datum_t text = { (unsigned char *)pem, (unsigned)strlen(pem) };
	gnutls_pubkey_t key;
	int error = HW_E_INVALID;

	require(gnutls_pubkey_init(&key) == 0);
	if (gnutls_pubkey_import(key, &text, GNUTLS_X509_FMT_PEM) == 0)
		error = export_raw(key, out);
	gnutls_pubkey_deinit(key);
	return error;
}
