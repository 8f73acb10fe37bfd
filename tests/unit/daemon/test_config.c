/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config.h"

/** One file, one reading of it, and what was said on stderr meanwhile. */
struct fixture {
	char *folder;
	char *path;
	struct config *config;
	char said[16384];
};

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	const char *tmp = getenv("TMPDIR");

	f->folder = str_format("%s/hallway-config-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->folder))
		return -1;
	f->path = str_format("%s/hallway.yml", f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	config_free(&f->config);
	remove(f->path);
	rmdir(f->folder);
	mem_free(&f->path);
	mem_free(&f->folder);
	mem_free(&f);
	return 0;
}

/* config_load() with stderr in a file. */
static void load_path(struct fixture *f, const char *path)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_non_null(file);
	fflush(stderr);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	config_free(&f->config);
	f->config = config_load(path);
	fflush(stderr);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	n = pread(fileno(file), f->said, sizeof(f->said) - 1, 0);
	assert_true(n >= 0);
	f->said[n] = '\0';
	fclose(file);
}

static void load_bytes(struct fixture *f, const char *bytes, size_t len)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	load_path(f, f->path);
}

static void load(struct fixture *f, const char *text)
{
	load_bytes(f, text, strlen(text));
}

/* A good file says nothing. */
static const struct config *load_good(struct fixture *f, const char *text)
{
	load(f, text);
	assert_string_equal(f->said, "");
	assert_non_null(f->config);
	return f->config;
}

static size_t count_of(const char *haystack, const char *needle)
{
	size_t count = 0;

	while ((haystack = strstr(haystack, needle))) {
		count++;
		haystack += strlen(needle);
	}
	return count;
}

/* Has the file's complaint "LINE:COLUMN: error: TEXT..." been made? */
static void assert_said(struct fixture *f, const char *complaint)
{
	char *whole = str_format("%s:%s", f->path, complaint);

	if (!strstr(f->said, whole))
		print_error("expected \"%s\" in:\n%s\n", whole, f->said);
	assert_non_null(strstr(f->said, whole));
	mem_free(&whole);
}

static void assert_bad(struct fixture *f, const char *text,
		       const char *complaint)
{
	load(f, text);
	assert_null(f->config);
	assert_said(f, complaint);
	if (count_of(f->said, ": error: ") != 1)
		print_error("expected one complaint in:\n%s\n", f->said);
	assert_int_equal(count_of(f->said, ": error: "), 1);
}

/* ---- good files ---- */

static void only_domains_are_needed(void **state)
{
	const struct config *c =
		load_good(*state, "domains:\n  - name: rooms.example\n");

	assert_int_equal(c->domain_count, 1);
	assert_string_equal(c->domains[0].name, "rooms.example");
	assert_int_equal(c->domains[0].certificates.count, 0);
	assert_int_equal(c->operators.count, 0);
	assert_string_equal(c->state_dir, HALLWAY_STATE_DIR);
	assert_string_equal(c->control.socket, HALLWAY_CONTROL_SOCKET);
	assert_int_equal(c->s2s.listen_count, 2);
	assert_string_equal(c->s2s.listen[0], "*:5269");
	assert_string_equal(c->s2s.listen[1], "*:5270");
	assert_null(c->s2s.dns_servers);
	assert_null(c->trust);
	assert_null(c->log.file);
	assert_int_equal(c->log.levels[LOG_S2S], LOG_INFO);
	assert_int_equal(c->muc.create, MUC_CREATE_OPERATORS);
	assert_true(c->muc.operator_needs_certificate);
	assert_int_equal(c->restore_within, 900000);
	assert_int_equal(c->store.sync, BACKEND_SYNC_FULL);
	assert_false(c->s2s.allow_private);
	assert_int_equal(c->s2s.grace, 120000);
}

static const char whole_file[] =
	"operators: [Admin@EXAMPLE.org, b@example.net]\n"
	"operator_proof: dialback\n"
	"state_dir: /srv/state\n"
	"trust: /srv/ca.pem\n"
	"domains:\n"
	"  - name: Rooms.Example.\n"
	"    certificate: [a.crt, b.crt]\n"
	"    key: [a.key, b.key]\n"
	"  - {name: xn--bcher-kva.example, certificate: c.crt, key: c.key}\n"
	"log: {s2s: debug, level: warn, file: /srv/log, main: error}\n"
	"threads: {io: 3}\n"
	"s2s:\n"
	"  listen: [\"*:15269\", \"[::1]:25269\"]\n"
	"  listen_tls: [\"*:15270\"]\n"
	"  allow_private: yes\n"
	"  grace: 2s\n"
	"  max_stanza: 64KiB\n"
	"  queue_envelopes: 16\n"
	"  idle_close: 1h\n"
	"dns: {servers: [127.0.0.1:5353, \"::1\"], trust_ad: true}\n"
	"rooms: {create: [EXAMPLE.com, b.example], max_users: 12, history: 0}\n"
	"sessions: {restore_within: 0}\n"
	"store: {queue: 5, queue_bytes: 1MiB, queue_age: 250ms}\n"
	"archive: {sync: normal}\n"
	"control: {socket: /srv/control, max_clients: 2, max_line: 2K}\n";

static void every_section_is_taken_up(void **state)
{
	const struct config *c = load_good(*state, whole_file);

	assert_string_equal(c->state_dir, "/srv/state");
	assert_string_equal(c->trust, "/srv/ca.pem");
	assert_string_equal(c->log.file, "/srv/log");
	assert_false(c->muc.operator_needs_certificate);
	assert_int_equal(c->s2s.io_loops, 3);
	assert_true(c->s2s.allow_private);
	assert_int_equal(c->s2s.grace, 2000);
	assert_int_equal(c->s2s.max_stanza, 65536);
	assert_int_equal(c->s2s.queue_envelopes, 16);
	assert_int_equal(c->s2s.idle_close, 3600000);
	assert_true(c->s2s.dns_trust_ad);
	assert_int_equal(c->muc.max_users, 12);
	assert_int_equal(c->muc.history, 0);
	assert_int_equal(c->restore_within, 0);
	assert_int_equal(c->store.max_records, 5);
	assert_int_equal(c->store.max_bytes, 1 << 20);
	assert_int_equal(c->store.max_age, 250);
	assert_int_equal(c->store.sync, BACKEND_SYNC_NORMAL);
	assert_string_equal(c->control.socket, "/srv/control");
	assert_int_equal(c->control.max_clients, 2);
	assert_int_equal(c->control.max_line, 2048);
}

static void the_web_has_its_address(void **state)
{
	const struct config *c = load_good(
		*state, "domains:\n"
			"  - name: a.example\n"
			"    contact: {admin: [\"mailto:x@y\"]}\n"
			"  - name: b.example\n"
			"    contact: {abuse: [\"mailto:z@y\"]}\n"
			"web:\n"
			"  listen: [\"*:5280\", \"[::1]:81\"]\n"
			"  url: https://a.example:8443\n"
			"  certificate: w.crt\n"
			"  key: w.key\n"
			"  cache: 0\n"
			"  search_rate: 7\n"
			"  metrics: anyone\n");

	assert_int_equal(c->web.listen_count, 2);
	assert_string_equal(c->web.listen[1], "[::1]:81");
	assert_string_equal(c->web.url, "https://a.example:8443/");
	assert_string_equal(c->web.certificate, "w.crt");
	assert_string_equal(c->web.key, "w.key");
	assert_null(c->web.texts);
	assert_int_equal(c->web.cache_size, 0);
	assert_int_equal(c->web.search_rate, 7);
	assert_true(c->web.metrics_everywhere);
	assert_int_equal(c->web.domain_count, 2);
	assert_int_equal(c->web.contact_count, 2);
	assert_string_equal(c->web.contacts[1].domain, "b.example");
	assert_string_equal(c->web.contacts[1].kind, "abuse");
	assert_string_equal(c->web.contacts[1].uri, "mailto:z@y");
}

static void names_are_normalised(void **state)
{
	const struct config *c = load_good(*state, whole_file);

	assert_int_equal(c->muc.operator_count, 2);
	assert_string_equal(c->muc.operators[0], "admin@example.org");
	assert_string_equal(c->muc.operators[1], "b@example.net");
	assert_int_equal(c->muc.domain_count, 2);
	assert_string_equal(c->muc.domains[0], "rooms.example");
	assert_string_equal(c->muc.domains[1], "b\xc3\xbc" "cher.example");
	assert_ptr_equal(c->s2s.domains, c->muc.domains);
	assert_int_equal(c->muc.create, MUC_CREATE_DOMAINS);
	assert_int_equal(c->muc.create_domain_count, 2);
	assert_string_equal(c->muc.create_domains[0], "example.com");
	assert_string_equal(c->s2s.dns_servers, "127.0.0.1:5353,[::1]:53");
	assert_int_equal(c->s2s.listen_count, 3);
	assert_string_equal(c->s2s.listen[0], "*:15269");
	assert_string_equal(c->s2s.listen[1], "[::1]:25269");
	assert_string_equal(c->s2s.listen[2], "*:15270");
}

static void certificates_go_with_their_domain(void **state)
{
	const struct config *c = load_good(*state, whole_file);

	assert_int_equal(c->domains[0].certificates.count, 2);
	assert_string_equal(c->domains[0].certificates.items[1], "b.crt");
	assert_string_equal(c->domains[0].keys.items[1], "b.key");
	assert_int_equal(c->domains[1].certificates.count, 1);
	assert_string_equal(c->domains[1].certificates.items[0], "c.crt");
}

/* "level" is the rest's level wherever it stands. */
static void log_levels_go_by_area(void **state)
{
	const struct config *c = load_good(*state, whole_file);

	for (int i = 0; i < LOG_AREA_COUNT; i++) {
		enum log_level expected = i == LOG_S2S	  ? LOG_DEBUG
					  : i == LOG_MAIN ? LOG_ERROR
							  : LOG_WARN;

		assert_int_equal(c->log.levels[i], expected);
	}
}

static void each_area_has_its_key(void **state)
{
#define AREA_LINE(name, text) "  " text ": debug\n"
	const struct config *c =
		load_good(*state, "domains: [{name: a.example}]\n"
				  "log:\n" LOG_AREA_TABLE(AREA_LINE));

	for (int i = 0; i < LOG_AREA_COUNT; i++)
		assert_int_equal(c->log.levels[i], LOG_DEBUG);
}

#define DOMAINS "domains: [{name: a.example}]\n"

static void who_may_create_has_three_forms(void **state)
{
	const struct config *c;

	c = load_good(*state, DOMAINS "rooms: {create: anyone}\n");
	assert_int_equal(c->muc.create, MUC_CREATE_ANYONE);
	assert_int_equal(c->muc.create_domain_count, 0);
	c = load_good(*state, DOMAINS "rooms: {create: [operators]}\n");
	assert_int_equal(c->muc.create, MUC_CREATE_OPERATORS);
	c = load_good(*state, DOMAINS "rooms: {create: []}\n");
	assert_int_equal(c->muc.create, MUC_CREATE_OPERATORS);
	c = load_good(*state, DOMAINS "rooms: {create: B.example}\n");
	assert_int_equal(c->muc.create, MUC_CREATE_DOMAINS);
	assert_string_equal(c->muc.create_domains[0], "b.example");
}

static void bounds_belong_to_the_range(void **state)
{
	const struct config *c;

	c = load_good(*state, DOMAINS "threads: {io: 0}\n"
				      "s2s: {grace: 1s, max_stanza: 10000}\n"
				      "store: {queue_bytes: 4GiB}\n");
	assert_int_equal(c->s2s.io_loops, 0);
	assert_int_equal(c->store.max_bytes, 4294967296);
	c = load_good(*state, DOMAINS "threads: {io: 64}\n"
				      "s2s: {grace: 24h, max_stanza: 16MiB}\n");
	assert_int_equal(c->s2s.io_loops, 64);
	assert_int_equal(c->s2s.grace, 86400000);
	assert_int_equal(c->s2s.max_stanza, 16777216);
}

static void a_byte_order_mark_is_passed_over(void **state)
{
	load_good(*state, "\xef\xbb\xbf" DOMAINS);
}

static void a_version_may_be_named(void **state)
{
	load_good(*state, "%YAML 1.2\n---\n" DOMAINS);
}

static void assert_same_numbers(const struct config *c, const struct config *d)
{
#define SAME(member) assert_int_equal(c->member, d->member)
	SAME(restore_within);
	SAME(certificate_warning);
	SAME(s2s.io_loops);
	SAME(s2s.allow_private);
	SAME(s2s.dane);
	SAME(s2s.bidi);
	SAME(s2s.stream_management);
	SAME(s2s.policy.refuse_downgrade);
	SAME(s2s.grace);
	SAME(s2s.connect_timeout);
	SAME(s2s.failure_memory);
	SAME(s2s.max_targets);
	SAME(s2s.max_addresses);
	SAME(s2s.max_attempts);
	SAME(s2s.lowest_port);
	SAME(s2s.max_connects_per_host);
	SAME(s2s.negotiate_timeout);
	SAME(s2s.tls_timeout);
	SAME(s2s.header_timeout);
	SAME(s2s.auth_timeout);
	SAME(s2s.verify_timeout);
	SAME(s2s.idle_close);
	SAME(s2s.idle_in);
	SAME(s2s.keepalive);
	SAME(muc.ping_after);
	SAME(muc.ping_timeout);
	SAME(s2s.max_stanza);
	SAME(s2s.max_stanza_unauthenticated);
	SAME(s2s.queue_bytes);
	SAME(s2s.queue_total);
	SAME(s2s.queue_envelopes);
	SAME(s2s.write_bytes);
	SAME(s2s.unacked_bytes);
	SAME(s2s.unacked_envelopes);
	SAME(s2s.ack_timeout);
	SAME(s2s.mailbox);
	SAME(s2s.max_unauthenticated);
	SAME(s2s.max_unauthenticated_per_address);
	SAME(s2s.max_unauthenticated_per_network);
	SAME(s2s.max_unauthenticated_per_site);
	SAME(s2s.new_streams_per_address);
	SAME(s2s.new_streams_per_domain);
	SAME(s2s.max_streams_per_pair);
	SAME(s2s.max_claims);
	SAME(s2s.max_verifying);
	SAME(s2s.max_verifying_per_network);
	SAME(s2s.verify_retries);
	SAME(s2s.hold_bytes);
	SAME(s2s.handshakes);
	SAME(s2s.handshakes_per_address);
	SAME(s2s.handshakes_per_turn);
	SAME(s2s.rate_bytes);
	SAME(s2s.burst_bytes);
	SAME(s2s.rate_stanzas);
	SAME(s2s.burst_stanzas);
	SAME(s2s.reserve_files);
	SAME(s2s.log_lines);
	SAME(s2s.dns_trust_ad);
	SAME(muc.operator_needs_certificate);
	SAME(muc.guests_are_visitors);
	SAME(muc.create);
	SAME(muc.max_users);
	SAME(muc.max_rooms);
	SAME(muc.max_affiliations);
	SAME(muc.invite_after);
	SAME(muc.user_invites);
	SAME(muc.room_invites);
	SAME(muc.history);
	SAME(muc.max_stanza);
	SAME(store.max_records);
	SAME(store.max_bytes);
	SAME(store.max_age);
	SAME(store.sync);
	SAME(control.max_clients);
	SAME(control.max_line);
	SAME(web.listen_count);
	SAME(web.cache_size);
	SAME(web.max_clients);
	SAME(web.max_per_address);
	SAME(web.max_live);
	SAME(web.ring);
	SAME(web.search_rate);
	SAME(web.page_lines);
	SAME(web.day_lines);
	SAME(web.metrics_everywhere);
}

/* state_dir and socket follow configure; the example names the usual places. */
static void the_example_holds_the_defaults(void **state)
{
	static const char domain[] = "domains: [{name: rooms.example}]\n";
	struct fixture *f = *state;
	const char *top = getenv("top_srcdir");
	char *path = str_format("%s/doc/hallway.yml.example", top ? top : "..");
	const struct config *d;
	struct config *c;

	load_path(f, path);
	assert_string_equal(f->said, "");
	assert_non_null(f->config);
	c = f->config;
	f->config = NULL;
	d = load_good(f, domain);
	assert_string_equal(c->domains[0].name, d->domains[0].name);
	assert_int_equal(c->operators.count, 0);
	assert_int_equal(c->dns_servers.count, 0);
	assert_int_equal(c->listen.count, 1);
	assert_string_equal(c->listen.items[0], d->listen.items[0]);
	for (int i = 0; i < LOG_AREA_COUNT; i++)
		assert_int_equal(c->log.levels[i], d->log.levels[i]);
	assert_same_numbers(c, d);
	config_free(&c);
	mem_free(&path);
}

/* ---- bad files: the first thing wrong, with its place ---- */

struct bad {
	const char *text;
	const char *complaint; /* after "FILE:" */
};

static void each_fault_is_told_with_its_place(void **state)
{
	static const struct bad cases[] = {
		/* keys */
		{ DOMAINS "s2s:\n  lisen: [\"*:1\"]\n",
		  "3:3: error: unknown key \"lisen\"; the nearest known is "
		  "\"listen\"" },
		{ DOMAINS "utterly_unknown: 1\n",
		  "2:1: error: unknown key \"utterly_unknown\"\n" },
		{ DOMAINS "? [a, b]\n: 1\n", "2:3: error: unknown key \"\"" },
		{ DOMAINS "? {a: b}\n: 1\n", "2:3: error: unknown key \"\"" },
		{ "domains: [{name: a.example, nane: b}]\n",
		  "1:29: error: unknown key \"nane\"; the nearest known is "
		  "\"name\"" },
		{ DOMAINS "<<: {trust: a}\n", "2:1: error: unknown key" },
		/* shapes */
		{ DOMAINS "s2s: yes\n",
		  "2:6: error: s2s: expected keys with values" },
		{ DOMAINS "s2s:\n", "2:1: error: s2s: has no value" },
		{ DOMAINS "log: [info]\n",
		  "2:6: error: log: expected keys with values" },
		{ DOMAINS "trust: [a, b]\n",
		  "2:8: error: trust: expected the path of a PEM file, not a "
		  "list" },
		{ DOMAINS "control: {socket: {a: b}}\n",
		  "2:19: error: socket: expected the path of a socket, not a "
		  "mapping" },
		{ DOMAINS "operators: {a: b}\n",
		  "2:12: error: operators: expected a list of" },
		{ DOMAINS "operators: [[a@b]]\n",
		  "2:13: error: operators: expected a bare JID" },
		{ DOMAINS "operator_proof: [dialback]\n",
		  "2:17: error: operator_proof: expected certificate or "
		  "dialback" },
		{ DOMAINS "archive: {sync: {full: yes}}\n",
		  "2:17: error: sync: expected full, normal or relaxed" },
		{ DOMAINS "trust:\n", "2:1: error: trust: has no value" },
		{ DOMAINS "trust: \"\"\n",
		  "2:9: error: trust: expected the path of a PEM file" },
		{ DOMAINS "trust: \"a\\0b\"\n",
		  "2:9: error: trust: expected the path of a PEM file" },
		{ "domains: rooms.example\n",
		  "1:10: error: domains: expected a list of domains" },
		{ "- a\n- b\n", "1:1: error: expected keys with values" },
		{ "hallo\n", "1:1: error: expected keys with values" },
		/* values */
		{ DOMAINS "threads: {io: many}\n",
		  "2:15: error: io: expected a number, from 0 to 64" },
		{ DOMAINS "threads: {io: 65}\n",
		  "2:15: error: io: expected a number, from 0 to 64" },
		{ DOMAINS "threads: {io: -1}\n",
		  "2:15: error: io: expected a number, from 0 to 64" },
		{ DOMAINS "threads: {io: 4294967296}\n",
		  "2:15: error: io: expected a number" },
		{ DOMAINS "s2s: {grace: 120}\n",
		  "2:14: error: grace: expected a duration with a unit (250ms, "
		  "120s, 15m, 24h, 7d), from 1s to 1d" },
		{ DOMAINS "s2s: {grace: 999ms}\n",
		  "2:14: error: grace: expected a duration" },
		{ DOMAINS "s2s: {grace: 25h}\n",
		  "2:14: error: grace: expected a duration" },
		{ DOMAINS "s2s: {max_stanza: 9999}\n",
		  "2:19: error: max_stanza: expected a size" },
		{ DOMAINS "s2s: {max_stanza: 17MiB}\n",
		  "2:19: error: max_stanza: expected a size" },
		{ DOMAINS "s2s: {max_stanza: big}\n",
		  "2:19: error: max_stanza: expected a size" },
		{ DOMAINS "s2s: {allow_private: maybe}\n",
		  "2:22: error: allow_private: expected yes or no" },
		{ DOMAINS "s2s: {listen: [\"*\"]}\n",
		  "2:17: error: listen: expected an address with a port" },
		{ DOMAINS "s2s: {listen: [\"*:70000\"]}\n",
		  "2:17: error: listen: expected an address with a port" },
		{ DOMAINS "s2s: {listen: [here:5269]}\n",
		  "2:16: error: listen: expected an address with a port" },
		{ DOMAINS "dns: {servers: [localhost]}\n",
		  "2:17: error: servers: expected an address" },
		{ DOMAINS "operators: [example.org]\n",
		  "2:13: error: operators: expected a bare JID" },
		{ DOMAINS "operators: [a@example.org/x]\n",
		  "2:13: error: operators: expected a bare JID" },
		{ DOMAINS "operator_proof: word\n",
		  "2:17: error: operator_proof: expected certificate or "
		  "dialback" },
		{ DOMAINS "rooms: {anonymous_accounts: none}\n",
		  "2:29: error: anonymous_accounts: expected participant or "
		  "visitor" },
		{ "domains:\n- {name: c.example.org, contact: "
		  "{outage: [\"mailto:a@b\"]}}\n",
		  "2:45: error: outage: expected an address "
		  "(\"https://example.org/status.json\")" },
		{ DOMAINS "archive: {sync: often}\n",
		  "2:17: error: sync: expected full, normal or relaxed" },
		{ DOMAINS "log: {level: loud}\n",
		  "2:14: error: level: expected error, warn, info or debug" },
		{ DOMAINS "log: {s2s: loud}\n",
		  "2:12: error: s2s: expected error, warn, info or debug" },
		{ DOMAINS "rooms: {create: [\"not a domain\"]}\n",
		  "2:19: error: create: expected operators, anyone, or "
		  "domains" },
		{ DOMAINS "rooms: {create: [b.example, operators]}\n",
		  "2:8: error: create: \"operators\" stands alone" },
		{ DOMAINS "rooms: {create: [anyone, b.example]}\n",
		  "2:8: error: create: \"anyone\" stands alone" },
		/* domains */
		{ "trust: a.pem\n",
		  "1:1: error: expected \"domains\" with at least one" },
		{ "domains: []\n",
		  "1:1: error: expected \"domains\" with at least one" },
		{ "domains:\n  - name: \"a b\"\n",
		  "2:5: error: name: \"a b\" is no domain name" },
		{ "domains: [{name: 192.0.2.1}]\n",
		  "1:11: error: name: \"192.0.2.1\" is no domain name" },
		{ "domains: [{certificate: a, key: b}]\n",
		  "1:11: error: name: expected a name for this domain" },
		{ "domains: [{name: a.example, certificate: a}]\n",
		  "1:11: error: certificate: expected as many keys as certificates" },
		{ DOMAINS "web: {listen: [\"*:1\"]}\n",
		  "2:6: error: web: expected \"url\", by which others reach" },
		{ DOMAINS "web: {url: rooms.example}\n",
		  "2:12: error: url: expected an address of the web" },
		{ DOMAINS "web: {url: \"http://a/?b\"}\n",
		  "2:13: error: url: expected an address of the web" },
		{ DOMAINS "web: {url: \"http://a/logs/\"}\n",
		  "2:13: error: url: expected a host without a path" },
		{ DOMAINS "web: {certificate: a}\n",
		  "2:6: error: web: expected a key with the certificate" },
		{ DOMAINS "web: {metrics: all}\n",
		  "2:16: error: metrics: expected loopback or anyone" },
		{ "domains: [{name: a.example}, {name: a.example}]\n",
		  "1:30: error: name: the domain a.example stands here twice" },
		{ "domains:\n  - name: a.example\n  - name: b.example\n"
		  "  - name: A.example.\n",
		  "4:5: error: name: the domain a.example stands here twice" },
	};

	for (size_t i = 0; i < array_len(cases); i++)
		assert_bad(*state, cases[i].text, cases[i].complaint);
}

static void what_is_no_yaml_is_told_with_its_place(void **state)
{
	static const struct bad cases[] = {
		{ DOMAINS "s2s:\n\tgrace: 1s\n",
		  "3:1: error: tab character may not be used as indentation" },
		{ DOMAINS "s2s: {grace: 1s\n", "3:1: error: " },
		{ DOMAINS "trust: a\ntrust: b\n",
		  "3:1: error: duplicate key" },
		{ DOMAINS "---\n",
		  "1:1: error: expected one YAML document only" },
		{ DOMAINS "---\n" DOMAINS,
		  "3:1: error: expected one YAML document only" },
		{ DOMAINS ": 1\n",
		  "1:18: error: behind this, a value has no key" },
		{ ": 1\n", "1:1: error: behind this, a value has no key" },
		{ DOMAINS "operators: [a@b.example, !!null ]\n",
		  "2:13: error: behind this, a list has an item without" },
		{ DOMAINS "operators:\n  -\n",
		  "2:1: error: behind this, a list has an item without" },
		{ "- -\n", "1:1: error: behind this" },
		{ "domains: &d [{name: a.example}]\ntrust: *d\n",
		  "2:9: error: aliases are not understood" },
		{ "domains: [{name: *x}]\n",
		  "1:19: error: aliases are not understood" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(cases); i++)
		assert_bad(f, cases[i].text, cases[i].complaint);
}

static void a_file_that_says_nothing_is_told(void **state)
{
	static const char *const cases[] = { "", "\n\n", "# only this\n",
					     "---\n...\n" };

	for (size_t i = 0; i < array_len(cases); i++) {
		struct fixture *f = *state;

		load(f, cases[i]);
		assert_null(f->config);
		assert_non_null(strstr(f->said, "hallway.yml:1:1: error: "));
		assert_int_equal(count_of(f->said, ": error: "), 1);
	}
	assert_bad(*state, "", "1:1: error: is empty; expected \"domains\"");
}

static void what_cannot_be_read_is_told(void **state)
{
	struct fixture *f = *state;

	load_path(f, f->path);
	assert_null(f->config);
	assert_non_null(strstr(f->said, f->path));
	assert_non_null(strstr(f->said, "cannot be read: No such file"));
	load_path(f, f->folder);
	assert_null(f->config);
	assert_non_null(strstr(f->said, "is not a regular file"));
	assert_int_equal(mkfifo(f->path, 0600), 0);
	load_path(f, f->path); /* must not wait for a writer */
	assert_null(f->config);
	assert_non_null(strstr(f->said, "is not a regular file"));
}

/* libfyaml takes these for good, or does not come to an end. */
static void what_is_no_text_is_told_with_its_place(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *complaint;
	} cases[] = {
#define BYTES(bytes) bytes, sizeof(bytes) - 1
		{ BYTES("\xff\xfe" "d\0o\0"), "1:1: error: " },
		{ BYTES(DOMAINS "tru\0st: a\n"), "2:4: error: " },
		{ BYTES(DOMAINS "trust: b\xfc" "cher\n"), "2:9: error: " },
		{ BYTES(DOMAINS "trust: \xff\n"), "2:8: error: " },
		{ BYTES("%directive \xc8\n---\n" DOMAINS), "1:12: error: " },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(cases); i++) {
		load_bytes(f, cases[i].bytes, cases[i].len);
		assert_null(f->config);
		assert_said(f, cases[i].complaint);
		assert_non_null(strstr(f->said, "expected text in UTF-8\n"));
	}
	load(f, "domains: \x01\x02\n");
	assert_null(f->config);
}

static void all_is_told_in_one_run(void **state)
{
	struct fixture *f = *state;

	load(f, "operatrs: [a@b.example]\n"
		"operators: [a b, c@d.example, \"@\"]\n"
		"domains:\n"
		"  - name: a.example\n"
		"    certificate: x\n"
		"  - nam: b.example\n"
		"log: {level: loud, s2s: louder}\n"
		"s2s:\n"
		"  grace: 5\n"
		"  allow_private: maybe\n"
		"threads: [1]\n");
	assert_null(f->config);
	assert_said(f, "1:1: error: unknown key \"operatrs\"; the nearest "
		       "known is \"operators\"");
	assert_said(f, "2:13: error: operators: ");
	assert_said(f, "2:32: error: operators: ");
	assert_said(f, "4:5: error: certificate: expected as many keys");
	assert_said(f, "6:5: error: unknown key \"nam\"");
	assert_said(f, "6:5: error: name: expected a name for this domain");
	assert_said(f, "7:14: error: level: ");
	assert_said(f, "7:25: error: s2s: ");
	assert_said(f, "9:10: error: grace: ");
	assert_said(f, "10:18: error: allow_private: ");
	assert_said(f, "11:10: error: threads: ");
	assert_int_equal(count_of(f->said, ": error: "), 11);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(only_domains_are_needed),
		CASE(every_section_is_taken_up),
		CASE(the_web_has_its_address),
		CASE(names_are_normalised),
		CASE(certificates_go_with_their_domain),
		CASE(log_levels_go_by_area),
		CASE(each_area_has_its_key),
		CASE(who_may_create_has_three_forms),
		CASE(bounds_belong_to_the_range),
		CASE(a_byte_order_mark_is_passed_over),
		CASE(a_version_may_be_named),
		CASE(the_example_holds_the_defaults),
		CASE(each_fault_is_told_with_its_place),
		CASE(what_is_no_yaml_is_told_with_its_place),
		CASE(a_file_that_says_nothing_is_told),
		CASE(what_cannot_be_read_is_told),
		CASE(what_is_no_text_is_told_with_its_place),
		CASE(all_is_told_in_one_run),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
