/* SPDX-License-Identifier: MIT */
#include "s2s/s2s.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "s2s/io.h"
#include "s2s/policy.h"
#include "s2s/shard.h"
#include "s2s/share.h"
#include "s2s/tally.h"
#include "xmpp/envelope.h"

#define MAX_LOOPS 64

struct s2s {
	struct s2s_settings settings; /* strings owned */
	struct s2s_events events;
	struct map *domains;          /* ours; values are the settings' */
	struct io_team team;
	unsigned started;
};

void s2s_settings_init(struct s2s_settings *s)
{
	*s = (struct s2s_settings){
		.dane = true,
		.bidi = true,
		.stream_management = true,
		.unacked_bytes = 1048576,
		.unacked_envelopes = 2000,
		.ack_timeout = 30000,
		.max_stanza = 262144,
		.max_stanza_unauthenticated = 10240,
		.queue_bytes = 2097152,
		.queue_total = 512 << 20,
		.queue_envelopes = 4000,
		.write_bytes = 4194304,
		.mailbox = 4096,
		.grace = 120000,
		.connect_timeout = 10000,
		.failure_memory = 300000,
		.max_targets = 8,
		.max_addresses = 4,
		.max_attempts = 16,
		.lowest_port = 1024,
		.max_connects_per_host = 2,
		.negotiate_timeout = 60000,
		.tls_timeout = 15000,
		.header_timeout = 10000,
		.auth_timeout = 60000,
		.verify_timeout = 20000,
		.idle_close = 600000,
		.idle_in = 900000,
		.keepalive = 300000,
		.max_unauthenticated = 256,
		.max_unauthenticated_per_address = 16,
		.max_unauthenticated_per_network = 32,
		.max_unauthenticated_per_site = 64,
		.new_streams_per_address = 60,
		.new_streams_per_domain = 20,
		.max_streams_per_pair = 4,
		.max_claims = 5,
		.max_verifying = 20,
		.max_verifying_per_network = 5,
		.verify_retries = 3,
		.hold_bytes = 1048576,
		.handshakes = 50,
		.handshakes_per_address = 5,
		.handshakes_per_turn = 8,
		.rate_bytes = 262144,
		.burst_bytes = 1048576,
		.rate_stanzas = 100,
		.burst_stanzas = 400,
		.reserve_files = 64,
		.log_lines = 10,
	};
}

static const char *const *copy_strings(const char *const *strings, size_t count)
{
	char **copies = mem_zero(count ? count : 1, sizeof(*copies));

	for (size_t i = 0; i < count; i++)
		copies[i] = str_dup(strings[i]);
	return (const char *const *)copies;
}

static void free_strings(const char *const *strings, size_t count)
{
	char **owned = (char **)strings;

	for (size_t i = 0; i < count; i++)
		mem_free(&owned[i]);
	mem_free(&owned);
}

static unsigned count_loops(unsigned wanted)
{
	long cores;

	if (wanted == 0) {
		cores = sysconf(_SC_NPROCESSORS_ONLN);
		wanted = cores > 0 ? (unsigned)cores : 1;
	}
	return wanted < MAX_LOOPS ? wanted : MAX_LOOPS;
}

static void take_settings(struct s2s *s, const struct s2s_settings *settings)
{
	require(settings->domain_count > 0);
	s->settings = *settings;
	s->settings.domains =
		copy_strings(settings->domains, settings->domain_count);
	s->settings.listen =
		copy_strings(settings->listen, settings->listen_count);
	s->settings.dns_servers = str_dup(settings->dns_servers);
	/* the policy is used up as such, see open_loops() */
	s->settings.policy = (struct s2s_policy){ 0 };
	s->settings.proven.names = copy_strings(settings->proven.names,
						settings->proven.count);
	s->domains = map_new();
	for (size_t i = 0; i < settings->domain_count; i++)
		map_add(s->domains, s->settings.domains[i],
			(void *)s->settings.domains[i]);
}

static void free_all(struct s2s **s)
{
	struct s2s *dead = *s;
	char *servers = (char *)dead->settings.dns_servers;

	for (unsigned i = 0; i < dead->team.count; i++)
		io_free(&dead->team.ios[i]);
	mem_free(&dead->team.ios);
	share_free(&dead->team.verifies);
	map_free(&dead->domains, NULL);
	free_strings(dead->settings.domains, dead->settings.domain_count);
	free_strings(dead->settings.listen, dead->settings.listen_count);
	free_strings(dead->settings.proven.names,
		     dead->settings.proven.count);
	mem_free(&servers);
	mem_free(s);
}

static int open_loops(struct s2s *s, struct creds *creds,
		      struct policy *policy, char **text_out)
{
	int error;

	for (unsigned i = 0; i < s->team.count; i++) {
		error = io_open(&s->team, i, creds, policy,
				&s->team.ios[i]);
		if (error) {
			*text_out = str_format("cannot set up DNS: %s",
					       hw_error_text(error));
			return error;
		}
	}
	for (size_t i = 0; i < s->settings.listen_count; i++) {
		error = io_listen(s->team.ios[0], s->settings.listen[i]);
		if (error) {
			*text_out = str_format("cannot listen on %s: %s",
					       s->settings.listen[i],
					       hw_error_text(error));
			return error;
		}
	}
	return 0;
}

static int start_loops(struct s2s *s, char **text_out)
{
	int error;

	for (unsigned i = 0; i < s->team.count; i++) {
		error = io_start(s->team.ios[i]);
		if (error) {
			*text_out = str_format("cannot start a thread: %s",
					       hw_error_text(error));
			return error;
		}
		s->started++;
	}
	return 0;
}

/* Loops that did not start are run here until they are empty: closing what is
 * on a loop needs the loop. */
static void close_loops(struct s2s *s)
{
	for (unsigned i = 0; i < s->team.count; i++) {
		if (s->team.ios[i])
			io_post_close(s->team.ios[i]);
	}
	for (unsigned i = 0; i < s->team.count; i++) {
		if (!s->team.ios[i])
			continue;
		if (i < s->started)
			io_join(s->team.ios[i]);
		else
			io_run(s->team.ios[i]);
	}
}

int s2s_open(const struct s2s_settings *settings, struct creds *creds,
	     const struct s2s_events *events, void *owner,
	     struct s2s **s2s_out, char **text_out)
{
	struct s2s *s = mem_new(struct s2s);
	struct policy *policy = policy_new(&settings->policy);
	int error;

	tally_register();
	take_settings(s, settings);
	s->events = *events;
	s->team = (struct io_team){
		.settings = &s->settings,
		.domains = s->domains,
		.events = &s->events,
		.owner = owner,
		.count = count_loops(settings->io_loops),
	};
	s->team.verifies = share_new(settings->max_verifying_per_network);
	s->team.ios = mem_zero(s->team.count, sizeof(*s->team.ios));
	error = open_loops(s, creds, policy, text_out);
	policy_unref(&policy);
	if (!error)
		error = start_loops(s, text_out);
	if (error) {
		close_loops(s);
		free_all(&s);
		return error;
	}
	*s2s_out = s;
	return 0;
}

void s2s_deliver(struct s2s *s, struct list *envelopes, size_t said)
{
	struct list batches[MAX_LOOPS];
	struct envelope *e;
	struct envelope *tmp;

	if (s->team.count == 1) {
		if (!list_is_empty(envelopes))
			io_post_envelopes(s->team.ios[0], envelopes, said);
		return;
	}
	for (unsigned i = 0; i < s->team.count; i++)
		list_init(&batches[i]);
	list_each_safe(e, tmp, envelopes, node) {
		list_remove(&e->node);
		list_add_tail(&batches[shard_of(envelope_domain(e),
						s->team.count)],
			      &e->node);
	}
	for (unsigned i = 0; i < s->team.count; i++) {
		if (!list_is_empty(&batches[i]))
			io_post_envelopes(s->team.ios[i], &batches[i],
					  said);
	}
}

bool s2s_has_room(const struct s2s *s)
{
	for (unsigned i = 0; i < s->team.count; i++) {
		if (!io_has_room(s->team.ios[i]))
			return false;
	}
	return true;
}

void s2s_resume(struct s2s *s)
{
	for (unsigned i = 0; i < s->team.count; i++)
		io_post_resume(s->team.ios[i]);
}

void s2s_attend(struct s2s *s, const char *local, const char *remote, bool on)
{
	io_post_attend(s->team.ios[shard_of(remote, s->team.count)], local,
		       remote, on);
}

void s2s_doubt(struct s2s *s, const char *local, const char *remote)
{
	io_post_doubt(s->team.ios[shard_of(remote, s->team.count)], local,
		      remote);
}

void s2s_set_creds(struct s2s *s, struct creds *creds)
{
	for (unsigned i = 0; i < s->team.count; i++)
		io_post_creds(s->team.ios[i], creds);
}

void s2s_set_dns(struct s2s *s, const char *servers, bool trust_ad)
{
	for (unsigned i = 0; i < s->team.count; i++)
		io_post_dns(s->team.ios[i], servers, trust_ad);
}

/* All loops have their mail before a peer can ask one for the key of another. */
void s2s_rotate(struct s2s *s, const unsigned char secret[32],
		int64_t previous_for)
{
	for (unsigned i = 0; i < s->team.count; i++)
		io_post_rotate(s->team.ios[i], secret, previous_for);
}

void s2s_ask_report(struct s2s *s, uint64_t id, report_fn fn, void *owner)
{
	io_post_report(s->team.ios[0], report_ask_new(id, fn, owner));
}

void s2s_ask_check(struct s2s *s, uint64_t id, const char *local,
		   const char *remote, check_fn fn, void *owner)
{
	io_post_check(s->team.ios[shard_of(remote, s->team.count)],
		      check_ask_new(id, local, remote, fn, owner));
}

void s2s_ask_forget(struct s2s *s, uint64_t id, const char *remote,
		    forget_fn fn, void *owner)
{
	io_post_forget(s->team.ios[0], forget_ask_new(id, remote, fn, owner));
}

void s2s_set_policy(struct s2s *s, const struct s2s_policy *settings)
{
	struct policy *policy = policy_new(settings);

	for (unsigned i = 0; i < s->team.count; i++)
		io_post_policy(s->team.ios[i], policy);
	policy_unref(&policy);
}

uint16_t s2s_port(const struct s2s *s, size_t n)
{
	return io_port(s->team.ios[0], n);
}

/* Of all loops; the last one frees it. */
struct retirement {
	atomic_uint left;
	void (*fn)(void *owner);
	void *owner;
};

static void on_retired(void *owner)
{
	struct retirement *r = owner;

	if (atomic_fetch_sub(&r->left, 1) > 1)
		return;
	r->fn(r->owner);
	mem_free(&r);
}

void s2s_retire(struct s2s *s, void (*fn)(void *owner), void *owner)
{
	struct retirement *r = mem_new(struct retirement);

	atomic_init(&r->left, s->team.count);
	r->fn = fn;
	r->owner = owner;
	for (unsigned i = 0; i < s->team.count; i++)
		io_post_retire(s->team.ios[i], on_retired, r);
}

void s2s_close(struct s2s **s)
{
	if (!*s)
		return;
	close_loops(*s);
	free_all(s);
}
