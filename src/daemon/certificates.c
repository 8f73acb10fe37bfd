/* SPDX-License-Identifier: MIT */
#include "daemon/certificates.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/config.h"
#include "daemon/state_dir.h"
#include "jid/idna.h"
#include "loop/watch.h"
#include "net/creds.h"

struct certificates {
	struct loop *loop; /* borrowed, as the next */
	const struct state_dir *state_dir;
	certificates_changed_fn *on_changed;
	void *owner;
	struct watch *files; /* owned; NULL: none were loaded yet */
};

struct certificates *certificates_new(struct loop *loop,
				      const struct state_dir *state_dir,
				      certificates_changed_fn *on_changed,
				      void *owner)
{
	struct certificates *c = mem_new(struct certificates);

	c->loop = loop;
	c->state_dir = state_dir;
	c->on_changed = on_changed;
	c->owner = owner;
	return c;
}

void certificates_free(struct certificates **c)
{
	if (!*c)
		return;
	watch_free(&(*c)->files);
	mem_free(c);
}

/* ---- which there are ---- */

/* Chains of all domains; the paths of made ones are kept in *owned. */
struct chains {
	struct creds_chain *items;
	size_t count;
	struct config_list owned;
};

static void chains_add(struct chains *l, const char *certificate,
		       const char *key)
{
	l->items = mem_realloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = (struct creds_chain){ certificate, key };
}

static void chains_clear(struct chains *l)
{
	mem_free(&l->items);
	config_list_clear(&l->owned);
}

static int make_missing(const char *domain, const char *certificate,
			const char *key)
{
	int error;

	if (!access(certificate, F_OK) && !access(key, F_OK))
		return 0;
	error = creds_make_self_signed(domain, certificate, key);
	if (error)
		log_error(LOG_TLS, "%s: cannot be made: %s", certificate,
			  hw_error_text(error));
	else
		log_warn(LOG_TLS,
			 "%s: no certificate is configured; made a "
			 "self-signed one, %s",
			 domain, certificate);
	return error;
}

static int add_self_signed(const struct certificates *c, struct chains *l,
			   const char *domain)
{
	char *ascii = idna_to_ascii(domain);
	char *folder = state_dir_path(c->state_dir, "certificates");
	char *certificate = str_format("%s/%s.crt", folder, ascii);
	char *key = str_format("%s/%s.key", folder, ascii);
	int error = 0;

	if (mkdir(folder, 0700) && errno != EEXIST)
		error = hw_error_of_errno(errno);
	if (!error)
		error = make_missing(ascii, certificate, key);
	config_list_add(&l->owned, certificate);
	config_list_add(&l->owned, key);
	chains_add(l, certificate, key);
	mem_free(&folder);
	mem_free(&ascii);
	return error;
}

static int collect_chains(const struct certificates *c,
			  const struct config *config, struct chains *l)
{
	for (size_t i = 0; i < config->domain_count; i++) {
		const struct config_domain *d = &config->domains[i];
		int error = 0;

		for (size_t j = 0; j < d->certificates.count; j++)
			chains_add(l, d->certificates.items[j],
				   d->keys.items[j]);
		if (!d->certificates.count)
			error = add_self_signed(c, l, d->name);
		if (error)
			return error;
	}
	return 0;
}

/* ---- what is in them ---- */

static void watch_chains(struct certificates *c, const struct chains *l,
			 const char *trust)
{
	watch_free(&c->files);
	c->files = watch_new(c->loop, c->on_changed, c->owner);
	for (size_t i = 0; i < l->count; i++) {
		watch_add(c->files, l->items[i].certificate);
		watch_add(c->files, l->items[i].key);
	}
	if (trust)
		watch_add(c->files, trust);
}

/* Servers that want a valid one turn us away, and say nothing of it here. */
static void warn_of_names(const struct creds *creds,
			  const struct config *config)
{
	for (size_t i = 0; i < config->domain_count; i++) {
		const struct config_domain *d = &config->domains[i];
		char *ascii = idna_to_ascii(d->name);

		if (ascii && d->certificates.count &&
		    !creds_expires(creds, ascii))
			log_warn(LOG_TLS, "%s: no certificate names this "
					  "domain: its own is for others",
				 d->name);
		mem_free(&ascii);
	}
}

int certificates_load(struct certificates *c, const struct config *config,
		      const char *web_certificate, const char *web_key,
		      struct creds **creds_out)
{
	struct chains l = { 0 };
	char *text = NULL;
	int error = collect_chains(c, config, &l);

	if (!error)
		error = creds_load(l.items, l.count, config->trust, creds_out,
				   &text);
	if (text)
		log_error(LOG_TLS, "%s", text);
	if (!error) {
		watch_chains(c, &l, config->trust);
		(void)creds_warn(*creds_out, clock_wall() / 1000,
				 config->certificate_warning / 1000);
		warn_of_names(*creds_out, config);
	}
	if (!error && web_certificate) {
		watch_add(c->files, web_certificate);
		watch_add(c->files, web_key);
	}
	mem_free(&text);
	chains_clear(&l);
	return error;
}

/* ---- ahead of a start ---- */

/* Whoever checks is perhaps not the user that the daemon has. */
static bool is_closed_to_us(const char *path)
{
	return access(path, R_OK) && errno == EACCES;
}

/* What of is not fit, on stderr; true: nothing. domain NULL: any will do. */
static bool check_pair(const char *of, const char *domain,
		       const struct creds_chain *files)
{
	struct creds *creds = NULL;
	char *text = NULL;

	if (is_closed_to_us(files->certificate) ||
	    is_closed_to_us(files->key)) {
		fprintf(stderr,
			"%s: %s: not looked at: this user may not read it\n",
			of, is_closed_to_us(files->key) ? files->key
							: files->certificate);
		return true;
	}
	if (creds_load(files, 1, NULL, &creds, &text)) {
		fprintf(stderr, "%s: %s\n", of, text);
		mem_free(&text);
		return false;
	}
	if (domain && !creds_expires(creds, domain))
		fprintf(stderr, "%s: %s: the certificate does not name it\n",
			of, files->certificate);
	creds_unref(&creds);
	return true;
}

static bool check_trust(const char *trust)
{
	struct creds *creds = NULL;
	char *text = NULL;
	bool is_good = !trust || is_closed_to_us(trust) ||
		       !creds_load(NULL, 0, trust, &creds, &text);

	if (!is_good)
		fprintf(stderr, "trust: %s\n", text);
	mem_free(&text);
	creds_unref(&creds);
	return is_good;
}

bool certificates_check(const struct config *config)
{
	const struct creds_chain of_web = { config->web.certificate,
					    config->web.key };
	bool is_good = check_trust(config->trust);

	for (size_t i = 0; i < config->domain_count; i++) {
		const struct config_domain *d = &config->domains[i];
		char *ascii = idna_to_ascii(d->name);

		for (size_t j = 0; j < d->certificates.count; j++)
			is_good &= check_pair(d->name, ascii,
					      &(struct creds_chain){
						      d->certificates.items[j],
						      d->keys.items[j] });
		mem_free(&ascii);
	}
	if (of_web.certificate && of_web.key)
		is_good &= check_pair("web", NULL, &of_web);
	return is_good;
}
