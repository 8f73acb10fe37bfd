/* SPDX-License-Identifier: MIT */
#include "admin/store_desk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/store_export.h"
#include "admin/takedown.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/mailbox.h"
#include "loop/timer.h"
#include "muc/edits.h"
#include "store/backup.h"
#include "store/checkup.h"
#include "store/log_reader.h"
#include "store/reader.h"
#include "store/record.h"
#include "store/store.h"
#include "store/unseal.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"

#define MAX_JOBS 8                  /* that wait */
#define AUDIT_LOOK 10    /* ms between two looks whether the audit is kept */
#define AUDIT_WAIT 20000 /* ms; then nothing is opened */

enum job_kind { JOB_CHECK, JOB_BACK_UP, JOB_EXPORT, JOB_LINE, JOB_END };

/* Mail to the thread; it returns when it is done. */
struct job {
	struct mail mail;
	struct command_reply reply;
	store_desk_line_fn line_fn; /* of JOB_LINE, in place of the reply */
	void *line_owner;
	char *path; /* owned; JOB_BACK_UP, JOB_EXPORT; JOB_LINE: stanza-id */
	char *room; /* owned; JOB_EXPORT, as the next; JOB_LINE: found */
	int64_t start, end;
	char *text; /* owned; the end's sentence, or NULL; JOB_LINE: found */
	int error;
};

/* Mail to the conference loop: a row of a job, or its end. */
struct news {
	struct mail mail;
	struct job *job; /* borrowed with a row, owned at the end */
	char *text;      /* owned; NULL: the end */
};

/* Waits for the audit. */
struct opening {
	struct list node;
	struct command_reply reply;
	char *id; /* owned */
	uint64_t ticket;
	int64_t until;
};

struct store_desk {
	struct store *store;        /* borrowed */
	char *state_dir, *database; /* owned */
	char *key_text;             /* owned; PEM */
	unsigned char public_key[SIGN_PUBLIC_SIZE];
	struct loop *loop;    /* the thread's */
	struct mailbox *jobs; /* on it */
	struct mailbox *news; /* on the conference loop */
	struct timer *look;   /* runs while there are openings */
	struct list openings;
	size_t waiting; /* jobs */
	atomic_bool is_closing;
};

/*
 * Mails
 */

static void job_free(struct mail *owned)
{
	struct job *job = container_of(owned, struct job, mail);

	mem_free(&job->path);
	mem_free(&job->room);
	mem_free(&job->text);
	mem_free(&job);
}

static struct job *job_new(enum job_kind kind)
{
	struct job *job = mem_new(struct job);

	list_init(&job->mail.node);
	job->mail.kind = kind;
	job->mail.free_fn = job_free;
	return job;
}

static void end(const struct command_reply *reply, int error, const char *text)
{
	reply->end(reply->owner, error ? hw_error_name(error) : NULL,
		   error && !text ? hw_error_text(error) : text);
}

static void job_end(const struct job *job)
{
	if (job->line_fn)
		job->line_fn(job->line_owner, job->error, job->room, job->text);
	else
		end(&job->reply, job->error, job->text);
}

/* Also what is never read at the end has an asker who waits for it. */
static void news_free(struct mail *owned)
{
	struct news *news = container_of(owned, struct news, mail);
	struct job *job = news->text ? NULL : news->job;

	if (job) {
		job_end(job);
		job_free(&job->mail);
	}
	mem_free(&news->text);
	mem_free(&news);
}

static void tell(struct store_desk *d, struct job *job, const char *text)
{
	struct news *news = mem_new(struct news);

	list_init(&news->mail.node);
	news->mail.free_fn = news_free;
	news->job = job;
	news->text = str_dup(text);
	(void)mailbox_post(d->news, &news->mail);
}

/*
 * In the thread
 */

/* A job at work. */
struct work {
	struct store_desk *desk;
	struct job *job;
	char *folder; /* owned; being filled */
};

static bool is_cancelled(void *owner)
{
	const struct work *w = owner;

	return atomic_load(&w->desk->is_closing);
}

static void on_fault(void *owner, const char *text)
{
	const struct work *w = owner;

	tell(w->desk, w->job, text);
}

static void check(struct work *w)
{
	const struct checkup_settings settings = {
		.path = w->desk->database,
		.public_key = w->desk->public_key,
		.is_cancelled = is_cancelled,
	};
	struct checkup_result result = { .faults = 0 };
	int error = checkup_run(&settings, on_fault, w, &result);
	char *text;

	w->job->error = error;
	if (error)
		return;
	text = str_format("%" PRId64 " lines of %" PRId64 " days: %" PRId64
			  " faults",
			  result.lines, result.days, result.faults);
	if (result.faults) {
		w->job->error = HW_E_CORRUPT;
		w->job->text = text;
		log_error(LOG_STORE, "store check: %s", text);
		return;
	}
	tell(w->desk, w->job, text);
	mem_free(&text);
}

static bool is_taken_along(const char *name)
{
	return !str_equal(name, "lock") &&
	       !str_has_prefix(name, "hallway.db") &&
	       !str_has_suffix(name, ".new");
}

static int copy_one(void *owner, const char *name)
{
	const struct work *w = owner;
	char *from, *to;
	int error;

	if (!is_taken_along(name))
		return 0;
	from = str_format("%s/%s", w->desk->state_dir, name);
	to = str_format("%s/%s", w->folder, name);
	error = file_copy(from, to);
	mem_free(&from);
	mem_free(&to);
	return error;
}

/* Certificates that were made here (others lie where the configuration says), and
 * the records of sessions. */
static const char *const folders[] = { "certificates", "records" };

static int copy_folders(const struct work *w)
{
	int error = 0;

	for (size_t i = 0; !error && i < array_len(folders); i++) {
		char *from = str_format("%s/%s", w->desk->state_dir,
					folders[i]);
		char *to = str_format("%s/%s", w->folder, folders[i]);

		error = file_copy_folder(from, to);
		if (error == HW_E_NOT_FOUND)
			error = 0;
		mem_free(&from);
		mem_free(&to);
	}
	return error;
}

static int fill_folder(struct work *w)
{
	char *to = str_format("%s/hallway.db", w->folder);
	const struct backup_settings settings = {
		.from = w->desk->database,
		.to = to,
		.is_cancelled = is_cancelled,
		.owner = w,
	};
	int error = backup_make(&settings);

	mem_free(&to);
	if (!error)
		error = file_each(w->desk->state_dir, copy_one, w);
	if (!error)
		error = copy_folders(w);
	return error ? error : file_sync_folder(w->folder);
}

static void remove_backup(const char *folder)
{
	for (size_t i = 0; i < array_len(folders); i++) {
		char *inner = str_format("%s/%s", folder, folders[i]);

		file_remove_folder(inner);
		mem_free(&inner);
	}
	file_remove_folder(folder);
}

/* Under another name until it is whole. */
static int back_up_to(struct work *w, const char *path)
{
	struct stat st;
	int error;

	if (lstat(path, &st) == 0)
		return HW_E_EXISTS;
	if (mkdir(w->folder, 0700))
		return hw_error_of_errno(errno);
	error = fill_folder(w);
	if (!error && rename(w->folder, path))
		error = hw_error_of_errno(errno);
	if (error) {
		remove_backup(w->folder);
	}
	return error;
}

static void back_up(struct work *w)
{
	struct job *job = w->job;

	w->folder = str_format("%s.new", job->path);
	job->error = back_up_to(w, job->path);
	if (job->error)
		job->text = str_format("%s: cannot be made: %s", job->path,
				       hw_error_text(job->error));
	else
		log_info(LOG_STORE, "%s: backup made", job->path);
	mem_free(&w->folder);
}

static void export(struct work *w)
{
	struct job *job = w->job;
	const struct store_export_settings settings = {
		.database = w->desk->database,
		.room = job->room,
		.start = job->start,
		.end = job->end,
		.path = job->path,
		.is_cancelled = is_cancelled,
		.owner = w,
	};
	int64_t lines = 0;
	char *text;

	job->error = store_export_run(&settings, &lines);
	if (job->error) {
		job->text = str_format("%s: cannot be made: %s", job->path,
				       hw_error_text(job->error));
		return;
	}
	text = str_format("%s: %" PRId64 " lines", job->path, lines);
	tell(w->desk, job, text);
	mem_free(&text);
}

static void find_line(struct work *w)
{
	struct job *job = w->job;
	struct elem *edits = NULL;

	job->error = takedown_read(w->desk->database, job->path, &job->room,
				   &edits);
	if (!job->error)
		job->text = edits_print(edits);
	elem_free(&edits);
}

static void on_job(void *owner, struct mail *owned)
{
	struct store_desk *d = owner;
	struct job *job = container_of(owned, struct job, mail);
	struct work work = { .desk = d, .job = job };

	if (owned->kind == JOB_END) {
		job_free(owned);
		mailbox_close(d->jobs);
		return;
	}
	if (atomic_load(&d->is_closing))
		job->error = HW_E_CANCELLED;
	else if (owned->kind == JOB_CHECK)
		check(&work);
	else if (owned->kind == JOB_EXPORT)
		export(&work);
	else if (owned->kind == JOB_LINE)
		find_line(&work);
	else
		back_up(&work);
	tell(d, job, NULL);
}

static const struct mailbox_events job_events = { .on_mail = on_job };

/*
 * On the conference loop
 */

static void on_news(void *owner, struct mail *owned)
{
	struct store_desk *d = owner;
	struct news *news = container_of(owned, struct news, mail);
	struct job *job = news->job;
	const struct command_value value = { .name = "text",
					     .text = news->text };

	if (news->text)
		job->reply.row(job->reply.owner, &value, 1);
	else
		d->waiting--;
	news_free(owned);
}

static const struct mailbox_events news_events = { .on_mail = on_news };

static void post(struct store_desk *d, struct job *owned)
{
	if (atomic_load(&d->is_closing) || d->waiting >= MAX_JOBS) {
		owned->error = HW_E_BUSY;
		if (!owned->line_fn)
			owned->text = str_dup("too many commands of this kind "
					      "wait");
		job_end(owned);
		job_free(&owned->mail);
		return;
	}
	d->waiting++;
	(void)mailbox_post(d->jobs, &owned->mail);
}

void store_desk_check(struct store_desk *d, const struct command_reply *reply)
{
	struct job *job = job_new(JOB_CHECK);

	job->reply = *reply;
	post(d, job);
}

void store_desk_export(struct store_desk *d,
		       const struct store_desk_span *span, const char *path,
		       const struct command_reply *reply)
{
	struct job *job = job_new(JOB_EXPORT);

	job->path = str_dup(path);
	job->room = str_dup(span->room);
	job->start = span->start;
	job->end = span->end;
	job->reply = *reply;
	post(d, job);
}

void store_desk_back_up(struct store_desk *d, const char *path,
			const struct command_reply *reply)
{
	struct job *job = job_new(JOB_BACK_UP);

	job->path = str_dup(path);
	job->reply = *reply;
	post(d, job);
}

void store_desk_find_line(struct store_desk *d, const char *id,
			  store_desk_line_fn fn, void *owner)
{
	struct job *job = job_new(JOB_LINE);

	job->path = str_dup(id);
	job->line_fn = fn;
	job->line_owner = owner;
	post(d, job);
}

const char *store_desk_key(const struct store_desk *d)
{
	return d->key_text;
}

/*
 * Opening what is sealed
 */

static void row(const struct command_reply *reply, const char *name,
		const char *text)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .text = text ? text : "-" },
	};

	reply->row(reply->owner, values, array_len(values));
}

static void row_all(const struct command_reply *reply, const struct unsealed *u)
{
	char said[DATETIME_SIZE], sealed[DATETIME_SIZE];

	datetime_print(u->at, said);
	datetime_print(u->sealed_at, sealed);
	row(reply, "room", u->room);
	row(reply, "at", said);
	row(reply, "by", u->jid);
	row(reply, "nick", u->nick);
	row(reply, "stanza", u->stanza);
	row(reply, "retracted", sealed);
	row(reply, "retracted_by", u->sealed_by);
	row(reply, "reason", u->reason);
	row(reply, "salt", u->salt);
	row(reply, "digest", u->digest);
}

static int read_sealed(const struct store_desk *d, const char *id,
		       struct unsealed *u_out)
{
	struct reader *reader = NULL;
	int error = reader_open(d->database, &reader);

	if (!error)
		error = unseal(reader, id, u_out);
	reader_close(&reader);
	return error;
}

static void show(struct store_desk *d, const char *id,
		 const struct command_reply *reply)
{
	struct unsealed u;
	int error = read_sealed(d, id, &u);

	if (!error) {
		row_all(reply, &u);
		unsealed_fini(&u);
	}
	end(reply, error, NULL);
}

static void opening_free(struct opening **o)
{
	list_remove(&(*o)->node);
	mem_free(&(*o)->id);
	mem_free(o);
}

static void on_look(void *owner)
{
	struct store_desk *d = owner;
	struct opening *o, *next;

	list_each_safe(o, next, &d->openings, node) {
		struct command_reply reply = o->reply;

		if (store_committed(d->store) >= o->ticket)
			show(d, o->id, &reply);
		else if (clock_mono() >= o->until)
			end(&reply, HW_E_TIMEOUT,
			    "the audit cannot be written, so nothing is "
			    "opened");
		else
			continue;
		opening_free(&o);
	}
	if (list_is_empty(&d->openings))
		timer_stop(d->look);
}

/* The room of the line; owned. */
static int find_room(struct store_desk *d, const char *id, char **room_out)
{
	struct unsealed u;
	int error = read_sealed(d, id, &u);

	if (error)
		return error;
	*room_out = str_dup(u.room);
	unsealed_fini(&u);
	return 0;
}

static uint64_t save_audit(struct store_desk *d, const char *room,
			   const char *id, const char *by, const char *reason)
{
	struct record *r = record_new(RECORD_AUDIT, room, clock_wall());

	r->as_audit.by = str_dup(by);
	r->as_audit.act = str_dup("unseal");
	r->as_audit.target = str_dup(id);
	r->as_audit.reason = str_dup(reason);
	return store_save(d->store, r);
}

void store_desk_unseal(struct store_desk *d, const char *id, const char *by,
		       const char *reason, const struct command_reply *reply)
{
	char *room = NULL;
	int error = find_room(d, id, &room);
	struct opening *o;

	if (!error && !store_has_room(d->store))
		error = HW_E_BUSY;
	if (error) {
		mem_free(&room);
		end(reply, error,
		    error == HW_E_NOT_FOUND
			    ? "no line of that stanza-id is sealed"
			    : NULL);
		return;
	}
	o = mem_new(struct opening);
	o->id = str_dup(id);
	o->reply = *reply;
	o->ticket = save_audit(d, room, id, by, reason);
	o->until = clock_mono() + AUDIT_WAIT;
	mem_free(&room);
	list_add_tail(&d->openings, &o->node);
	timer_repeat(d->look, AUDIT_LOOK);
}

/*
 * Life
 */

static void desk_free(struct store_desk **desk)
{
	struct store_desk *d = *desk;

	mailbox_close(d->news);
	timer_free(&d->look);
	mailbox_free(&d->news);
	mailbox_free(&d->jobs);
	loop_close(&d->loop);
	mem_free(&d->key_text);
	mem_free(&d->state_dir);
	mem_free(&d->database);
	mem_free(desk);
}

static void take_key(struct store_desk *d,
		     const unsigned char seed[SIGN_SEED_SIZE])
{
	struct sign_key *key = sign_key_new(seed);

	d->key_text = sign_key_pem(key);
	sign_key_public(key, d->public_key);
	sign_key_free(&key);
}

int store_desk_open(const struct store_desk_settings *settings,
		    struct store_desk **desk_out)
{
	struct store_desk *d = mem_new(struct store_desk);
	int error;

	d->store = settings->store;
	d->state_dir = str_dup(settings->state_dir);
	d->database = str_dup(settings->database);
	take_key(d, settings->seed);
	list_init(&d->openings);
	atomic_init(&d->is_closing, false);
	d->loop = loop_open("care");
	d->jobs = mailbox_open(d->loop, SIZE_MAX, &job_events, d);
	d->news = mailbox_open(settings->loop, SIZE_MAX, &news_events, d);
	d->look = timer_new(settings->loop, on_look, d);
	error = loop_start(d->loop);
	if (error) {
		mailbox_close(d->jobs);
		desk_free(&d);
		return error;
	}
	*desk_out = d;
	return 0;
}

/* What the thread still told is read no more; so the ends are told here. */
static void end_all(struct store_desk *d)
{
	struct opening *o, *next;

	list_each_safe(o, next, &d->openings, node) {
		end(&o->reply, HW_E_CANCELLED, "the daemon is stopping");
		opening_free(&o);
	}
}

void store_desk_close(struct store_desk **desk)
{
	struct store_desk *d = *desk;

	if (!d)
		return;
	atomic_store(&d->is_closing, true);
	end_all(d);
	(void)mailbox_post(d->jobs, &job_new(JOB_END)->mail);
	loop_join(d->loop);
	desk_free(desk);
}
