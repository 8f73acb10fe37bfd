/* SPDX-License-Identifier: MIT */
/*
 * rows: what a row of the archive costs the thread that writes it - CPU time,
 * user and kernel, of transactions of lines in a database of its own, the
 * checkpoints in between.
 *
 *	rows [-b LINES] [-n LINES] [-p LINES] [-r ROOMS] [-s full|normal] FOLDER
 *
 * -b: lines a transaction, -n: lines measured, -p: lines that are there before.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "store/backend.h"
#include "store/record.h"

#define WORDS 5000

struct plan {
	int batch, lines, before, rooms;
	enum backend_sync sync;
	const char *folder;
};

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* About 100 characters; some words are said often, most are not. */
static char *make_body(void)
{
	char text[256];
	int len = 0;

	while (len < 95) {
		double share = rand_below(1000000) / 1e6;

		len += snprintf(text + len, sizeof(text) - (size_t)len,
				"w%04d ", (int)(WORDS * share * share * share));
	}
	return str_dup(text);
}

static struct record *make_line(const struct plan *plan)
{
	char *room = str_format("room%u@rooms.example",
				rand_below((uint32_t)plan->rooms));
	struct timespec t;
	struct record *r;
	struct record_message *m;

	clock_gettime(CLOCK_REALTIME, &t);
	r = record_new(RECORD_MESSAGE, room,
		       t.tv_sec * 1000LL + t.tv_nsec / 1000000);
	m = &r->as_message;
	rand_id_at(m->id, r->at);
	m->at = r->at;
	m->jid = str_format("user%u@d%u.example", rand_below(1000),
			    rand_below(10));
	m->nick = str_format("nick%u", rand_below(1000));
	m->occupant_id = str_dup("3q2pkr4mkb7qpzmuxlhyuqg7bh4xyzabcdefghij");
	m->body = make_body();
	m->stanza = str_format(
		"<message xmlns='jabber:server' type='groupchat' id='load-%u'"
		" from='%s/%s'><body>%s</body><occupant-id"
		" xmlns='urn:xmpp:occupant-id:0' id='%s'/><stanza-id"
		" xmlns='urn:xmpp:sid:0' by='%s' id='%s'/></message>",
		rand_below(1000000), room, m->nick, m->body, m->occupant_id,
		room, m->id);
	m->is_public = true;
	mem_free(&room);
	return r;
}

/* As the store's thread does it. */
static void index_lines(void *db, bool is_soon)
{
	bool has_more = true;

	while (has_more)
		if (backend_sqlite.index(db, is_soon, &has_more))
			errx(1, "cannot index");
}

/* Thread time of the transactions alone. */
static double write_lines(void *db, const struct plan *plan, int lines,
			  int batch)
{
	struct record **records = mem_alloc((size_t)batch * sizeof(*records));
	double sum = 0, last;

	for (int done = 0; done < lines; done += batch) {
		double start;

		for (int i = 0; i < batch; i++)
			records[i] = make_line(plan);
		start = now(CLOCK_THREAD_CPUTIME_ID);
		if (backend_sqlite.begin(db))
			errx(1, "cannot begin");
		for (int i = 0; i < batch; i++)
			if (backend_sqlite.save(db, records[i]))
				errx(1, "cannot save");
		if (backend_sqlite.commit(db))
			errx(1, "cannot commit");
		index_lines(db, false);
		sum += now(CLOCK_THREAD_CPUTIME_ID) - start;
		for (int i = 0; i < batch; i++)
			record_free(&records[i]);
	}
	mem_free(&records);
	last = now(CLOCK_THREAD_CPUTIME_ID);
	index_lines(db, true);
	return sum + now(CLOCK_THREAD_CPUTIME_ID) - last;
}

static void run(const struct plan *plan)
{
	char *path = str_format("%s/rows.db", plan->folder);
	double cpu, start;
	void *db;

	if (backend_sqlite.open(path, plan->sync, &db))
		errx(1, "%s: cannot open", path);
	(void)write_lines(db, plan, plan->before, 1000);
	start = now(CLOCK_MONOTONIC);
	cpu = write_lines(db, plan, plan->lines, plan->batch);
	printf("%d lines a transaction, %d rooms, %d before: %.2f us a line"
	       " (%.2f s)\n",
	       plan->batch, plan->rooms, plan->before, cpu / plan->lines,
	       (now(CLOCK_MONOTONIC) - start) / 1e6);
	backend_sqlite.close(db);
	mem_free(&path);
}

int main(int argc, char **argv)
{
	struct plan plan = { .batch = 43, .lines = 43000, .rooms = 100 };
	int c;

	while ((c = getopt(argc, argv, "b:n:p:r:s:")) != -1) {
		switch (c) {
		case 'b':
			plan.batch = atoi(optarg);
			break;
		case 'n':
			plan.lines = atoi(optarg);
			break;
		case 'p':
			plan.before = atoi(optarg);
			break;
		case 'r':
			plan.rooms = atoi(optarg);
			break;
		case 's':
			plan.sync = strcmp(optarg, "full") ? BACKEND_SYNC_NORMAL
							   : BACKEND_SYNC_FULL;
			break;
		default:
			errx(1, "see the head of rows.c");
		}
	}
	if (optind + 1 != argc || plan.batch < 1 || plan.rooms < 1)
		errx(1, "see the head of rows.c");
	plan.folder = argv[optind];
	run(&plan);
	return 0;
}
