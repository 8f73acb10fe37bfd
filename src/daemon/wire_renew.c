/* SPDX-License-Identifier: MIT */
#include "daemon/wire_part.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/block_list.h"
#include "daemon/certificates.h"
#include "daemon/config.h"
#include "daemon/notify.h"
#include "daemon/rotation.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "net/creds.h"
#include "s2s/s2s.h"
#include "web/web.h"

#define RESOLV_CONF "/etc/resolv.conf"

#define DAY 86400000           /* ms */
#define ROTATION_RETRY 3600000 /* ms, when it could not be written */

/* What a reload can take up is that of the last one. */
static const struct config *latest(const struct wire *w)
{
	return w->reloaded ? w->reloaded : w->config;
}

/* ---- certificates ---- */

/* The pages' certificate stays the one that was configured at the start. */
static int load_creds(struct wire *w, const struct config *config,
		      struct creds **creds_out)
{
	return certificates_load(w->certificates, config,
				 w->config->web.certificate,
				 w->config->web.key, creds_out);
}

static bool take_creds(struct wire *w, const struct config *config)
{
	struct creds *creds = NULL;

	if (load_creds(w, config, &creds))
		return false;
	s2s_set_creds(w->s2s, creds);
	creds_unref(&w->creds);
	w->creds = creds;
	return true;
}

/* Its certificate may be another now. */
static void renew_web(struct wire *w)
{
	if (w->web && w->config->web.certificate)
		web_renew(w->web);
}

/* Half-written ones, or a key not yet beside its certificate, will change once
 * more. */
static void on_certificates(void *owner)
{
	struct wire *w = owner;

	if (!w->s2s || w->is_stopping)
		return;
	renew_web(w);
	if (take_creds(w, latest(w)))
		log_info(LOG_TLS, "certificates changed, and were taken up");
	else
		log_warn(LOG_TLS, "certificates changed, and are no good; "
				  "those before stay in use");
}

int wire_load_creds(struct wire *w)
{
	w->certificates = certificates_new(w->loop, w->state_dir,
					   on_certificates, w);
	return load_creds(w, w->config, &w->creds);
}

/* ---- resolvers ---- */

static void on_resolv_conf(void *owner)
{
	struct wire *w = owner;
	const struct s2s_settings *settings = &latest(w)->s2s;

	if (!w->s2s || w->is_stopping || settings->dns_servers)
		return;
	log_info(LOG_DNS, "%s changed, and was taken up", RESOLV_CONF);
	s2s_set_dns(w->s2s, NULL, settings->dns_trust_ad);
}

/* ---- the secret for dialback ---- */

static void on_rotation(void *owner)
{
	struct wire *w = owner;
	struct rotation r;
	char *text = NULL;

	if (!w->s2s || w->is_stopping)
		return;
	if (rotation_read(w->state_dir, clock_wall(), &r, &text)) {
		log_error(LOG_DIALBACK, "the secret stays as it was: %s", text);
		r.due = ROTATION_RETRY;
	} else if (r.due == ROTATION_PERIOD) {
		s2s_rotate(w->s2s, r.secret, r.previous_for);
		log_info(LOG_DIALBACK, "a new secret makes our keys");
	}
	mem_free(&text);
	timer_start(w->rotation, r.due);
}

int wire_read_rotation(struct wire *w, char **text_out)
{
	struct s2s_settings *s = &w->config->s2s;
	struct rotation r;
	int error = rotation_read(w->state_dir, clock_wall(), &r, text_out);

	if (error)
		return error;
	memcpy(s->dialback_secret, r.secret, sizeof(s->dialback_secret));
	memcpy(s->dialback_previous, r.previous, sizeof(s->dialback_previous));
	s->dialback_previous_for = r.previous_for;
	w->rotation = timer_new(w->loop, on_rotation, w);
	timer_start(w->rotation, r.due);
	return 0;
}

/* ---- with whom we speak ---- */

static void set_policy(struct wire *w)
{
	struct s2s_policy policy =
		block_list_join(w->block_list, &latest(w)->s2s.policy);

	s2s_set_policy(w->s2s, &policy);
}

int wire_block(void *owner, const char *domain, bool on)
{
	struct wire *w = owner;
	int error = block_list_set(w->block_list, domain, on);

	if (!error)
		set_policy(w);
	return error;
}

void wire_list_blocked(void *owner, void (*fn)(void *to, const char *domain),
		       void *to)
{
	const struct wire *w = owner;

	for (size_t i = 0; i < block_list_count(w->block_list); i++)
		fn(to, block_list_get(w->block_list, i));
}

/* ---- by the clock, and when told ---- */

/* Nobody reads the log of the day on which hallwayd was started. */
static void on_day(void *owner)
{
	const struct wire *w = owner;

	(void)creds_warn(w->creds, clock_wall() / 1000,
			 latest(w)->certificate_warning / 1000);
}

void wire_watch(struct wire *w)
{
	w->daily = timer_new(w->loop, on_day, w);
	timer_repeat(w->daily, DAY);
	w->resolv_conf = watch_new(w->loop, on_resolv_conf, w);
	watch_add(w->resolv_conf, RESOLV_CONF);
}

/* Takes up log levels, log file, certificates, resolvers and with whom we speak;
 * the rest at a restart. */
void wire_reload(void *owner)
{
	struct wire *w = owner;
	struct config *config;

	notify_reloading();
	config = config_load(w->config->path);
	if (!config) {
		log_error(LOG_CONFIG, "%s: not taken up; all stays as it was",
			  w->config->path);
	} else {
		if (log_configure(&config->log))
			log_error(LOG_CONFIG,
				  "%s: cannot be opened; the log "
				  "stays where it was",
				  config->log_file);
		(void)take_creds(w, config);
		renew_web(w);
		s2s_set_dns(w->s2s, config->s2s.dns_servers,
			    config->s2s.dns_trust_ad);
		log_info(LOG_MAIN, "%s: reloaded", config->path);
		config_free(&w->reloaded);
		w->reloaded = config;
		set_policy(w);
	}
	notify_ready();
}
