/* SPDX-License-Identifier: MIT */
#include "net/creds.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "net/cert.h"

/* PROFILE_MEDIUM is about certificates: RSA from 2048
 * bits, EC from 224, no SHA-1. It must stand here: as a flag of the credentials
 * it would be or-ed with NORMAL's own profile, and make another one. */
#define PRIORITY                                           \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:" \
	"%PROFILE_MEDIUM:%NO_TICKETS"
#define PRIORITY_SERVER PRIORITY ":%SERVER_PRECEDENCE"

#define MAX_CHAIN 8
#define MAX_KEY_BITS 16384
#define MAX_FILE (1 << 20)
#define OID_SRV_NAME "1.3.6.1.5.5.7.8.7"
#define SELF_SIGNED_DAYS 3650
#define DAY 86400

/** One chain, as a client shows it. */
struct chain {
	gnutls_pcert_st certs[MAX_CHAIN];
	unsigned cert_count;
	gnutls_privkey_t key;
	gnutls_x509_crt_t leaf;
	char *path; /* owned; where the certificate came from */
};

struct creds {
	atomic_size_t refs;
	gnutls_certificate_credentials_t server; /* GnuTLS chooses by SNI */
	gnutls_certificate_credentials_t client; /* show_chain() chooses */
	gnutls_priority_t server_priority;
	gnutls_priority_t client_priority;
	struct chain *chains; /* owned */
	size_t chain_count;
};

static void chain_fini(struct chain *chain)
{
	for (unsigned i = 0; i < chain->cert_count; i++)
		gnutls_pcert_deinit(&chain->certs[i]);
	if (chain->key)
		gnutls_privkey_deinit(chain->key);
	if (chain->leaf)
		gnutls_x509_crt_deinit(chain->leaf);
	mem_free(&chain->path);
}

static void creds_free(struct creds **c)
{
	if (!*c)
		return;
	gnutls_certificate_free_credentials((*c)->server);
	gnutls_certificate_free_credentials((*c)->client);
	gnutls_priority_deinit((*c)->server_priority);
	gnutls_priority_deinit((*c)->client_priority);
	for (size_t i = 0; i < (*c)->chain_count; i++)
		chain_fini(&(*c)->chains[i]);
	mem_free(&(*c)->chains);
	mem_free(c);
}

struct creds *creds_ref(struct creds *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void creds_unref(struct creds **c)
{
	if (*c && atomic_fetch_sub(&(*c)->refs, 1) == 1)
		creds_free(c);
	*c = NULL;
}

/* The first chain that names domain, else (also for NULL) the first of all. */
static struct chain *find_chain(const struct creds *c, const char *domain)
{
	for (size_t i = 0; domain && i < c->chain_count; i++)
		if (cert_has_name(c->chains[i].leaf, domain))
			return &c->chains[i];
	return c->chain_count > 0 ? &c->chains[0] : NULL;
}

/* A client shows its chain whatever issuers the server names: to a server that
 * does not know ours it still tells which key is behind the dialback. */
static int show_chain(gnutls_session_t session,
		      const struct gnutls_cert_retr_st *info,
		      gnutls_pcert_st **certs, unsigned *count,
		      gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count,
		      gnutls_privkey_t *key, unsigned *flags)
{
	const struct chain *chain = gnutls_session_get_ptr(session);

	(void)info;
	*certs = chain ? (gnutls_pcert_st *)chain->certs : NULL;
	*count = chain ? chain->cert_count : 0;
	*ocsp = NULL;
	*ocsp_count = 0;
	*key = chain ? chain->key : NULL;
	*flags = 0;
	return 0;
}

void creds_apply(struct creds *c, gnutls_session_t session, bool is_server,
		 const char *domain)
{
	require(gnutls_priority_set(session, is_server ? c->server_priority
						       : c->client_priority) ==
		0);
	require(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
				       is_server ? c->server : c->client) == 0);
	if (!is_server)
		gnutls_session_set_ptr(session, find_chain(c, domain));
}

/* Reads a PEM file of a sane size; false with errno. */
static bool read_file(const char *path, bool is_secret, struct buf *out)
{
	struct stat st;
	ssize_t len = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0)
		goto out;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EFBIG;
	if (!S_ISREG(st.st_mode) || st.st_size > MAX_FILE)
		goto out;
	errno = EPERM;
	if (is_secret && (st.st_mode & S_IRWXO) != 0)
		goto out;
	errno = EIO;
	len = read(fd, buf_reserve(out, (size_t)st.st_size),
		   (size_t)st.st_size);
	if (len >= 0)
		buf_grow(out, (size_t)len);
out:
	close(fd);
	return len >= 0;
}

static gnutls_datum_t datum_of(const struct buf *b)
{
	return (gnutls_datum_t){ (unsigned char *)buf_data(b),
				 (unsigned)b->len };
}

/* error and a text that tells which file and what is the matter with it */
static int complain(int error, char **text_out, const char *path,
		    const char *what)
{
	*text_out = str_format("%s: %s", path, what);
	return error;
}

static int load_file(const char *path, bool is_secret, struct buf *out,
		     char **text_out)
{
	if (read_file(path, is_secret, out))
		return 0;
	if (is_secret && errno == EPERM)
		return complain(HW_E_ACCESS, text_out, path,
				"a private key that other users may read or "
				"write (chmod o= it)");
	return complain(hw_error_of_errno(errno), text_out, path,
			strerror(errno));
}

/* Fills chain from both files' contents. */
static int parse_chain(struct chain *chain, const struct creds_chain *files,
		       const gnutls_datum_t *certificate,
		       const gnutls_datum_t *key, char **text_out)
{
	gnutls_x509_crt_t list[MAX_CHAIN];
	unsigned count = MAX_CHAIN;
	int err;

	err = gnutls_x509_crt_list_import(
		list, &count, certificate, GNUTLS_X509_FMT_PEM,
		GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED |
			GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
	if (err == GNUTLS_E_CERTIFICATE_LIST_UNSORTED)
		return complain(HW_E_CERTIFICATE, text_out, files->certificate,
				"not in order: the own certificate comes first, "
				"each next one is the issuer of the one before");
	if (err < 0)
		return complain(HW_E_CERTIFICATE, text_out, files->certificate,
				gnutls_strerror(err));
	for (unsigned i = 0; i < count; i++) {
		require(gnutls_pcert_import_x509(&chain->certs[i], list[i],
						 0) == 0);
		chain->cert_count++;
		if (i > 0)
			gnutls_x509_crt_deinit(list[i]);
	}
	chain->leaf = list[0];
	require(gnutls_privkey_init(&chain->key) == 0);
	err = gnutls_privkey_import_x509_raw(chain->key, key,
					     GNUTLS_X509_FMT_PEM, NULL, 0);
	if (err < 0)
		return complain(HW_E_CERTIFICATE, text_out, files->key,
				gnutls_strerror(err));
	return 0;
}

/* The server's set takes copies from the same memory; it also compares the key
 * with the certificate. */
static int add_to_server(struct creds *c, const struct creds_chain *files,
			 const gnutls_datum_t *certificate,
			 const gnutls_datum_t *key, char **text_out)
{
	int err = gnutls_certificate_set_x509_key_mem2(
		c->server, certificate, key, GNUTLS_X509_FMT_PEM, NULL, 0);

	if (err == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return complain(HW_E_CERTIFICATE, text_out, files->key,
				"not the key of the certificate");
	if (err < 0)
		return complain(HW_E_CERTIFICATE, text_out, files->certificate,
				gnutls_strerror(err));
	return 0;
}

static int load_chain(struct creds *c, const struct creds_chain *files,
		      char **text_out)
{
	struct chain *chain = &c->chains[c->chain_count++];
	struct buf certificate, key;
	gnutls_datum_t certificate_pem, key_pem;
	int err;

	chain->path = str_dup(files->certificate);
	buf_init(&certificate);
	buf_init(&key);
	err = load_file(files->certificate, false, &certificate, text_out);
	if (err == 0)
		err = load_file(files->key, true, &key, text_out);
	certificate_pem = datum_of(&certificate);
	key_pem = datum_of(&key);
	if (err == 0)
		err = parse_chain(chain, files, &certificate_pem, &key_pem,
				  text_out);
	if (err == 0)
		err = add_to_server(c, files, &certificate_pem, &key_pem,
				    text_out);
	if (key.data)
		gnutls_memset(key.data, 0, key.cap);
	buf_fini(&certificate);
	buf_fini(&key);
	return err;
}

/* A machine without CA certificates can still do dialback: no error. */
static int load_trust(gnutls_certificate_credentials_t cred, const char *trust,
		      char **text_out)
{
	int count;

	(void)gnutls_certificate_set_x509_system_trust(cred);
	gnutls_certificate_set_verify_limits(cred, MAX_KEY_BITS, MAX_CHAIN);
	if (!trust)
		return 0;
	count = gnutls_certificate_set_x509_trust_file(cred, trust,
						       GNUTLS_X509_FMT_PEM);
	if (count < 0)
		return complain(HW_E_CERTIFICATE, text_out, trust,
				gnutls_strerror(count));
	if (count == 0)
		return complain(HW_E_CERTIFICATE, text_out, trust,
				"no certificate in it");
	return 0;
}

static struct creds *creds_new(size_t count)
{
	struct creds *c = mem_new(struct creds);

	atomic_init(&c->refs, 1);
	c->chains = mem_zero(count + 1, sizeof(*c->chains));
	require(gnutls_certificate_allocate_credentials(&c->server) == 0);
	require(gnutls_certificate_allocate_credentials(&c->client) == 0);
	require(gnutls_priority_init(&c->server_priority, PRIORITY_SERVER,
				     NULL) == 0);
	require(gnutls_priority_init(&c->client_priority, PRIORITY, NULL) == 0);
	gnutls_certificate_set_retrieve_function3(c->client, show_chain);
	return c;
}

int creds_load(const struct creds_chain *chains, size_t count,
	       const char *trust, struct creds **creds_out, char **text_out)
{
	struct creds *c = creds_new(count);
	int err = 0;

	*creds_out = NULL;
	*text_out = NULL;
	for (size_t i = 0; err == 0 && i < count; i++)
		err = load_chain(c, &chains[i], text_out);
	if (err == 0)
		err = load_trust(c->server, trust, text_out);
	if (err == 0)
		err = load_trust(c->client, trust, text_out);
	if (err != 0) {
		creds_free(&c);
		return err;
	}
	*creds_out = c;
	return 0;
}

int64_t creds_expires(const struct creds *c, const char *domain)
{
	for (size_t i = 0; i < c->chain_count; i++)
		if (cert_has_name(c->chains[i].leaf, domain))
			return (int64_t)gnutls_x509_crt_get_expiration_time(
				c->chains[i].leaf);
	return 0;
}

static bool is_self_issued(gnutls_x509_crt_t crt)
{
	return gnutls_x509_crt_check_issuer(crt, crt) == 1;
}

bool creds_may_convince(const struct creds *c, const char *domain)
{
	const struct chain *chain = find_chain(c, domain);
	time_t now = time(NULL);

	return chain && cert_has_name(chain->leaf, domain) &&
	       !is_self_issued(chain->leaf) &&
	       gnutls_x509_crt_get_activation_time(chain->leaf) <= now &&
	       gnutls_x509_crt_get_expiration_time(chain->leaf) > now;
}

static bool warn_of_chain(const struct chain *chain, int64_t now, int64_t span)
{
	int64_t left =
		(int64_t)gnutls_x509_crt_get_expiration_time(chain->leaf) - now;

	if (left > 0 && left >= span)
		return false;
	if (left <= 0)
		log_error(LOG_TLS, "%s: the certificate has expired",
			  chain->path);
	else
		log_warn(LOG_TLS, "%s: the certificate expires in %" PRId64
			 " days", chain->path, left / DAY);
	return true;
}

size_t creds_warn(const struct creds *c, int64_t now, int64_t span)
{
	size_t count = 0;

	for (size_t i = 0; i < c->chain_count; i++)
		count += warn_of_chain(&c->chains[i], now, span);
	return count;
}

static void sync_folder_of(const char *path)
{
	char *copy = str_dup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	mem_free(&copy);
}

/* All of it under its name, or nothing: a crash leaves no half key. */
static int write_file(const char *path, const gnutls_datum_t *data)
{
	char *temp = str_format("%s.new", path);
	int err = 0, fd;

	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data->data, data->size) != (ssize_t)data->size ||
	    fsync(fd) != 0 || rename(temp, path) != 0)
		err = hw_error_of_errno(errno);
	if (fd >= 0)
		close(fd);
	if (err != 0)
		(void)unlink(temp);
	else
		sync_folder_of(path);
	mem_free(&temp);
	return err;
}

/* The SRVName of RFC 4985: an IA5String "_xmpp-server.domain". */
static int set_srv_name(gnutls_x509_crt_t crt, const char *domain)
{
	char *name = str_format("_xmpp-server.%s", domain);
	size_t len = strlen(name);
	struct buf der;
	int err;

	buf_init(&der);
	buf_add_char(&der, 0x16);
	if (len > 0x7f) {
		buf_add_char(&der, (char)0x82);
		buf_add_char(&der, (char)(len >> 8));
	}
	buf_add_char(&der, (char)len);
	buf_add(&der, name, len);
	err = gnutls_x509_crt_set_subject_alt_othername(
		crt, OID_SRV_NAME, buf_data(&der), (unsigned)der.len,
		GNUTLS_FSAN_APPEND);
	buf_fini(&der);
	mem_free(&name);
	return err;
}

/* Common names hold 64 characters; the names that count are the others. */
static int set_names(gnutls_x509_crt_t crt, const char *domain)
{
	size_t len = strlen(domain);
	int err = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
						0, domain,
						len > 64 ? 64 : (unsigned)len);

	if (err == 0)
		err = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, domain, (unsigned)len,
			GNUTLS_FSAN_SET);
	return err == 0 ? set_srv_name(crt, domain) : err;
}

static int fill_self_signed(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
			    const char *domain)
{
	unsigned char serial[16];
	time_t now = time(NULL);
	int err;

	rand_nonce(serial, sizeof(serial));
	serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, of full length */
	if ((err = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
	    (err = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial))) <
		    0 ||
	    (err = gnutls_x509_crt_set_activation_time(crt, now - DAY)) < 0 ||
	    (err = gnutls_x509_crt_set_expiration_time(
		     crt, now + (time_t)SELF_SIGNED_DAYS * DAY)) < 0 ||
	    (err = set_names(crt, domain)) < 0 ||
	    (err = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) < 0 ||
	    (err = gnutls_x509_crt_set_key_usage(
		     crt, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
	    (err = gnutls_x509_crt_set_key_purpose_oid(
		     crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0 ||
	    (err = gnutls_x509_crt_set_key_purpose_oid(
		     crt, GNUTLS_KP_TLS_WWW_CLIENT, 0)) < 0 ||
	    (err = gnutls_x509_crt_set_key(crt, key)) < 0)
		return err;
	return gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

int creds_make_self_signed(const char *domain, const char *certificate,
			   const char *key)
{
	gnutls_datum_t key_pem = { NULL, 0 }, certificate_pem = { NULL, 0 };
	gnutls_x509_privkey_t k;
	gnutls_x509_crt_t crt;
	int err = HW_E_CERTIFICATE;

	require(gnutls_x509_privkey_init(&k) == 0);
	require(gnutls_x509_crt_init(&crt) == 0);
	if (gnutls_x509_privkey_generate(
		    k, GNUTLS_PK_ECDSA,
		    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0 &&
	    fill_self_signed(crt, k, domain) == 0 &&
	    gnutls_x509_privkey_export2(k, GNUTLS_X509_FMT_PEM, &key_pem) ==
		    0 &&
	    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
				    &certificate_pem) == 0)
		err = write_file(key, &key_pem);
	if (err == 0)
		err = write_file(certificate, &certificate_pem);
	if (key_pem.data)
		gnutls_memset(key_pem.data, 0, key_pem.size);
	gnutls_free(key_pem.data);
	gnutls_free(certificate_pem.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(k);
	return err;
}
