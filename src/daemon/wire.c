/* SPDX-License-Identifier: MIT */
#include "daemon/wire.h"

#include <signal.h>

#include "admin/adhoc.h"
#include "admin/command.h"
#include "admin/control.h"
#include "admin/importer.h"
#include "admin/metrics.h"
#include "admin/roll.h"
#include "admin/s2s_desk.h"
#include "admin/spool.h"
#include "admin/store_desk.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "daemon/block_list.h"
#include "daemon/certificates.h"
#include "daemon/conference.h"
#include "daemon/config.h"
#include "daemon/notify.h"
#include "daemon/site_maker.h"
#include "daemon/state_dir.h"
#include "daemon/wire_part.h"
#include "loop/loop.h"
#include "loop/signal.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "meeting/meeting.h"
#include "muc/muc.h"
#include "net/creds.h"
#include "s2s/s2s.h"
#include "store/archive.h"
#include "store/log_reader.h"
#include "store/meeting_reader.h"
#include "store/reader.h"
#include "store/record.h"
#include "store/store.h"
#include "web/web.h"

/* ms: two days; when sessions ended; see life.c */
#define LATELY INT64_C(172800000)

/* ---- building, in order ---- */

static int build_state(struct wire *w)
{
	struct config *c = w->config;
	char *text = NULL;
	int error = state_dir_open(c->state_dir, &w->state_dir, &text);

	if (!error)
		error = wire_read_rotation(w, &text);
	if (!error)
		error = state_dir_secret(w->state_dir, "occupant.secret",
					 c->muc.secret, &text);
	if (!error)
		error = state_dir_secret(w->state_dir, "signing.key",
					 c->store.seed, &text);
	c->store.has_seed = !error;
	if (text)
		log_error(LOG_MAIN, "%s", text);
	mem_free(&text);
	if (!error)
		w->database = state_dir_path(w->state_dir, "hallway.db");
	return error;
}

static int build_store(struct wire *w)
{
	struct store_settings *s = &w->config->store;
	int error;

	s->path = w->database;
	error = store_open(w->loop, s, &conference_store_events, w->conference,
			   &w->store);
	if (error) {
		log_error(LOG_STORE, "%s: cannot be opened: %s", w->database,
			  hw_error_text(error));
		return error;
	}
	conference_set_store(w->conference, w->store);
	error = archive_open(w->loop, w->database, conference_archive_answered,
			     w->conference, &w->archive);
	conference_set_archive(w->conference, w->archive);
	return error;
}

static void restore_one(void *owner, const struct record *record)
{
	muc_restore(owner, record);
}

static void restore_group(void *owner, const struct record *record)
{
	roll_restore(owner, record);
}

static void restore_meeting(void *owner, const struct record *record)
{
	meeting_restore(owner, record);
}

static void take_proof(void *owner, const struct record *record)
{
	struct config *c = owner;

	if (str_equal(record->as_proof.proof,
		      s2s_proof_text(S2S_PROOF_CERTIFICATE)))
		config_add_proven(c, record->as_proof.domain);
}

/* Sessions older than sessions.restore_within are not believed any more. */
static int restore(struct wire *w, bool *too_old_out)
{
	struct reader *reader = NULL;
	int64_t heartbeat = 0, said = 0;
	int error = reader_open(w->database, &reader);

	if (!error)
		error = reader_heartbeat(reader, &heartbeat);
	if (!error)
		error = reader_last_line(reader, &said);
	if (!error)
		error = reader_load(reader, restore_one, w->muc);
	if (!error)
		error = reader_proofs(reader, take_proof, w->config);
	if (!error)
		error = log_reader_groups(reader, restore_group,
					  w->roll);
	if (!error)
		error = meeting_reader_open(reader, clock_wall() - LATELY,
					    restore_meeting, w->meetings);
	reader_close(&reader);
	if (error)
		log_error(LOG_STORE, "%s: cannot be read: %s", w->database,
			  hw_error_text(error));
	/* after a crash more was said than the last heartbeat knows of */
	w->last_alive = heartbeat && said > heartbeat ? said : heartbeat;
	*too_old_out = heartbeat &&
		       clock_wall() - heartbeat > w->config->restore_within;
	return error;
}

static int build_rooms(struct wire *w)
{
	struct muc_env env;
	int error;

	conference_fill_env(w->conference, &env);
	w->meetings = meeting_desk_new(&w->config->meetings);
	env.observer = meeting_observer(w->meetings);
	w->muc = muc_new(&w->config->muc, &env);
	meeting_set_muc(w->meetings, w->muc);
	w->roll = roll_new(w->muc);
	error = restore(w, &w->is_too_old);
	if (error)
		return error;
	conference_set_meetings(w->conference, w->meetings);
	conference_set_muc(w->conference, w->muc);
	log_info(LOG_MUC, "%zu rooms, %zu sessions restored%s",
		 muc_room_count(w->muc), muc_occupant_count(w->muc),
		 w->is_too_old ? ", too old to be believed" : "");
	return 0;
}

/* What was blocked by command goes on top of the configuration. */
static int open_block_list(struct wire *w)
{
	char *path = state_dir_path(w->state_dir, "blocked");
	int error = block_list_open(path, &w->block_list);

	if (error)
		log_error(LOG_MAIN, "%s: cannot be read: %s", path,
			  hw_error_text(error));
	mem_free(&path);
	return error;
}

static int open_links(struct wire *w)
{
	struct s2s_settings settings = w->config->s2s;
	char *text = NULL;
	int error;

	settings.policy = block_list_join(w->block_list, &settings.policy);
	error = s2s_open(&settings, w->creds, &conference_s2s_events,
			 w->conference, &w->s2s, &text);

	if (error)
		log_error(LOG_S2S, "%s", text ? text : hw_error_text(error));
	mem_free(&text);
	conference_set_s2s(w->conference, w->s2s);
	return error;
}

static int build_links(struct wire *w)
{
	int error = open_block_list(w);

	return error ? error : open_links(w);
}

/* ---- commands ---- */

static uint64_t last_ticket(void *owner)
{
	const struct wire *w = owner;

	return store_last_ticket(w->store);
}

static void begin_stop(void *owner);

static int open_store_desk(struct wire *w)
{
	struct store_desk_settings settings = {
		.loop = w->loop,
		.store = w->store,
		.state_dir = w->config->state_dir,
		.database = w->database,
	};

	memcpy(settings.seed, w->config->store.seed, sizeof(settings.seed));
	return store_desk_open(&settings, &w->store_desk);
}

static int build_control(struct wire *w)
{
	int error;

	w->s2s_desk = s2s_desk_open(w->loop, w->s2s);
	w->importer = importer_open(&(struct importer_settings){
		.loop = w->loop,
		.muc = w->muc,
		.store = w->store,
		.roll = w->roll,
		.domain = w->config->muc.domains[0],
	});
	error = open_store_desk(w);
	if (error)
		return error;
	w->admin = (struct admin){
		.muc = w->muc,
		.meetings = w->meetings,
		.store = w->store,
		.s2s_desk = w->s2s_desk,
		.outage_file = w->config->outage_file,
		.roll = w->roll,
		.importer = w->importer,
		.store_desk = w->store_desk,
		.database = w->database,
		.version = PACKAGE_VERSION,
		.domains = w->config->muc.domains,
		.domain_count = w->config->muc.domain_count,
		.started = clock_wall(),
		.last_ticket = last_ticket,
		.stop = begin_stop,
		.reload = wire_reload,
		.block = wire_block,
		.blocked = wire_list_blocked,
		.owner = w,
	};
	w->adhoc = adhoc_new(&w->admin);
	conference_set_adhoc(w->conference, w->adhoc);
	error = control_open(w->loop, &w->config->control, &w->admin,
			     &w->control);
	conference_set_control(w->conference, w->control);
	if (error)
		log_error(LOG_ADMIN, "%s: cannot listen: %s",
			  w->config->control.socket, hw_error_text(error));
	else
		w->metrics = metrics_open(w->loop, &w->config->metrics,
					  &w->admin);
	return error;
}

/* ---- the pages ---- */

static int open_web(struct wire *w)
{
	int error = web_open(&w->config->web, &w->web);

	conference_set_web(w->conference, w->web);
	if (!error)
		log_info(LOG_WEB, "pages are served as %s",
			 w->config->web.url);
	return error;
}

static void close_web(struct wire *w)
{
	conference_set_web(w->conference, NULL);
	if (w->site_maker)
		site_maker_drop_web(w->site_maker);
	web_close(&w->web);
}

static int build_web(struct wire *w)
{
	struct web_settings *s = &w->config->web;
	int error;

	if (!s->listen_count)
		return 0;
	w->web_cache = state_dir_path(w->state_dir, "web");
	w->records = state_dir_path(w->state_dir, "records");
	w->sign_key = sign_key_new(w->config->store.seed);
	w->public_key = sign_key_pem(w->sign_key);
	s->database = w->database;
	s->cache = w->web_cache;
	s->public_key = w->public_key;
	s->records = w->records;
	s->sign_key = w->sign_key;
	s->keep = w->config->store.keep;
	s->keep_presence = w->config->store.keep_presence;
	error = open_web(w);
	if (!error)
		w->site_maker =
			site_maker_open(w->loop, w->muc, w->s2s, w->web);
	return error;
}

/* ---- signals ---- */

static void on_stop_signal(void *owner, int signum)
{
	log_info(LOG_MAIN, "%s: stopping",
		 signum == SIGTERM ? "SIGTERM" : "SIGINT");
	begin_stop(owner);
}

static void on_sighup(void *owner, int signum)
{
	(void)signum;
	wire_reload(owner);
}

static void watch_signals(struct wire *w)
{
	w->sigterm = signal_watch_new(w->loop, SIGTERM, on_stop_signal, w);
	w->sigint = signal_watch_new(w->loop, SIGINT, on_stop_signal, w);
	w->sighup = signal_watch_new(w->loop, SIGHUP, on_sighup, w);
}

/* ---- the end ---- */

/* In reverse. What is closed while its loop's things still run is first told to
 * stop taking: control, then (after the drain) store, links, rooms. Works on a
 * half-built wire. */
static void unbuild(void *owner)
{
	struct wire *w = owner;

	conference_set_control(w->conference, NULL);
	if (w->control)
		control_close(w->control);
	w->control = NULL;
	if (w->s2s_desk)
		s2s_desk_close(w->s2s_desk); /* ends commands */
	store_desk_close(&w->store_desk);
	importer_close(&w->importer);
	spool_close(&w->spool);
	conference_set_adhoc(w->conference, NULL);
	adhoc_free(&w->adhoc);
	metrics_close(&w->metrics);
	close_web(w); /* a reader, too */
	if (w->site_maker)
		site_maker_close(w->site_maker);
	conference_save_heartbeat(w->conference);
	if (w->archive) /* no reader: the writer empties its log on closing */
		archive_close(&w->archive);
	if (w->store)
		store_close(&w->store); /* commits; the gate opens */
	if (w->s2s)
		s2s_close(&w->s2s); /* flushes what the gate let out */
	conference_set_s2s(w->conference, NULL);
	conference_close(w->conference);
	roll_free(&w->roll);
	muc_free(&w->muc);
	meeting_desk_free(&w->meetings);
	/* Last: until then a second SIGTERM would meet its default action. */
	signal_watch_free(&w->sigterm);
	signal_watch_free(&w->sigint);
	signal_watch_free(&w->sighup);
	timer_free(&w->daily);
	timer_free(&w->rotation);
	certificates_free(&w->certificates);
	watch_free(&w->resolv_conf);
}

/* On an I/O loop; nothing else happens to the wire meanwhile. */
static void on_retired(void *owner)
{
	struct wire *w = owner;

	conference_drain(w->conference, unbuild, w);
}

static void begin_stop(void *owner)
{
	struct wire *w = owner;

	if (w->is_stopping)
		return;
	w->is_stopping = true;
	notify_stopping();
	s2s_retire(w->s2s, on_retired, w);
}

static int build(struct wire *w)
{
	int error = build_state(w);

	if (!error)
		error = wire_load_creds(w);
	if (!error)
		error = build_store(w);
	if (!error)
		error = build_rooms(w);
	if (!error)
		error = build_links(w);
	if (!error)
		error = build_web(w);
	if (!error)
		error = build_control(w);
	/* Only now can it be told to anybody that a session is over. */
	if (!error) {
		conference_note_gap(w->conference, w->last_alive);
		muc_start(w->muc, w->is_too_old);
		meeting_start_desk(w->meetings);
		if (w->config->spool && *w->config->spool)
			w->spool = spool_open(w->loop, w->importer,
					      w->config->spool);
	}
	return error;
}

int wire_run(struct config *owned)
{
	struct wire w = { .config = owned };
	int error;

	signal(SIGPIPE, SIG_IGN);
	w.loop = loop_open("conference");
	w.conference = conference_new(w.loop);
	error = build(&w);
	if (error) {
		unbuild(&w);
	} else {
		watch_signals(&w);
		wire_watch(&w);
		log_info(LOG_MAIN, "hallwayd %s is ready", PACKAGE_VERSION);
		notify_ready();
	}
	loop_run(w.loop);
	if (!error)
		log_info(LOG_MAIN, "stopped");
	s2s_desk_free(&w.s2s_desk);
	site_maker_free(&w.site_maker);
	block_list_free(&w.block_list);
	conference_free(&w.conference);
	loop_close(&w.loop);
	creds_unref(&w.creds);
	config_free(&w.reloaded);
	mem_free(&w.database);
	mem_free(&w.web_cache);
	mem_free(&w.public_key);
	mem_free(&w.records);
	sign_key_free(&w.sign_key);
	state_dir_close(&w.state_dir);
	config_free(&w.config);
	return error ? 1 : 0;
}
