/* SPDX-License-Identifier: MIT */
#include "admin/importer.h"

#include "admin/roll.h"
#include "admin/command.h"
#include "admin/import_act.h"
#include "admin/import_plan.h"
#include "admin/news.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "muc/desk.h"
#include "store/store.h"

#define PORTION 4      /* ms of work, then the rooms have their turn */
#define RECORDS 1000   /* not yet written: wait */
#define PAUSE 1        /* ms; 0 would let nobody else have a turn */
#define PATIENCE 20    /* ms between looks whether the store is less behind */
#define FEW 10         /* rooms that may always be retired */
#define NAMES_MAX 3500 /* bytes of names in a line of the News */

/* In this order: what ends makes place, what moves makes place. */
enum pass { PASS_CLOSED, PASS_RENAMED, PASS_OPEN, PASS_MISSING, PASS_END };

/** Names for a line of the News. */
struct names {
	struct buf text;
	size_t count;
	size_t left_out;
};

/** A list that is being taken up. */
struct job {
	struct command_reply reply;
	struct group_list list;
	struct import_plan plan;
	char *by; /* owned */
	bool applies;
	bool retires_missing;
	bool retires_many;
	bool shows_all;
	struct reading *reading; /* borrowed; NULL: the list was read */
	enum pass pass;
	size_t at;      /* the next group, or the next that is missing */
	char **missing; /* owned; keys */
	size_t missing_count;
	size_t counts[IMPORT_ACTIONS];
	struct names created, renamed, retired;
	int64_t began; /* ms */
};

struct importer {
	struct importer_settings settings;
	struct timer *timer;
	struct job *job; /* owned; NULL: idle */
};

/* ---- names ---- */

static void names_add(struct names *n, const char *text)
{
	n->count++;
	if (n->text.len + strlen(text) > NAMES_MAX) {
		n->left_out++;
		return;
	}
	if (n->text.len)
		buf_add_str(&n->text, ", ");
	buf_add_str(&n->text, text);
}

static void names_tell(struct importer *i, struct names *n, const char *one,
		       const char *many)
{
	const struct job *job = i->job;
	const struct desk_actor actor = {
		.by = job->by,
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};
	char *rest, *line;

	if (!n->count)
		return;
	rest = n->left_out ? str_format(" and %zu more", n->left_out) : NULL;
	line = str_format("%s %s%s", n->count > 1 ? many : one,
			  buf_str(&n->text), rest ? rest : "");
	(void)news_tell(i->settings.muc, job->plan.domain, &actor, line, NULL);
	mem_free(&line);
	mem_free(&rest);
}

/* ---- rows ---- */

static void row(const struct job *job, const char *action, const char *group,
		const char *room, const char *text)
{
	const struct command_value values[] = {
		{ .name = "action", .text = action },
		{ .name = "group", .text = group },
		{ .name = "room", .text = room },
		{ .name = "text", .text = text ? text : "" },
	};

	job->reply.row(job->reply.owner, values, array_len(values));
}

static void tell(struct job *job, const char *group,
		 const struct import_step *s, const char *text)
{
	job->counts[s->action]++;
	if (s->action == IMPORT_UNCHANGED && !job->shows_all)
		return;
	row(job, import_action_text(s->action), group, s->room,
	    text ? text : s->text);
}

static void tell_sum(const struct job *job)
{
	struct buf text = { 0 };
	size_t changes = 0;

	for (int a = 0; a < IMPORT_ACTIONS; a++) {
		if (a < IMPORT_UNCHANGED)
			changes += job->counts[a];
		if (job->counts[a])
			buf_add_format(&text, "%s%zu %s", text.len ? ", " : "",
				       job->counts[a], import_action_text(a));
	}
	if (job->list.skipped)
		buf_add_format(&text, "; %zu entries were not understood",
			       job->list.skipped);
	if (changes && !job->applies)
		buf_add_str(&text, "; a plan: --apply does it");
	row(job, "sum", "", "", buf_str(&text));
	buf_fini(&text);
}

/* ---- doing ---- */

/* Owned; NULL: there is nothing to add. */
static char *detail_new(const struct import_step *s)
{
	if (s->action == IMPORT_RENAME)
		return str_format("was %s", s->known->room);
	if (s->action == IMPORT_RETIRE && s->successor)
		return str_format("people go to %s", s->successor);
	return NULL;
}

static struct import_act act_of(const struct importer *i)
{
	return (struct import_act){
		.muc = i->settings.muc,
		.roll = i->settings.roll,
		.by = i->job->by,
	};
}

static void fail(struct import_step *s, enum desk_result result)
{
	s->action = IMPORT_FAILED;
	s->text = desk_result_text(result);
}

/* What the News will say of it; owned, or NULL. */
static char *name_new(struct job *job, const struct group *g,
		      const struct import_step *s, struct names **where_out)
{
	const struct record_group *k = s->known ? &s->known->as_group : NULL;

	if (s->action == IMPORT_CREATE) {
		*where_out = &job->created;
		return str_dup(g->kept.acronym);
	}
	if (s->action == IMPORT_RENAME) {
		*where_out = &job->renamed;
		return str_format("%s to %s", k->acronym, g->kept.acronym);
	}
	*where_out = &job->retired;
	/* one that was retired only leads elsewhere now */
	return s->action == IMPORT_RETIRE && !k->is_retired
		       ? str_dup(k->acronym)
		       : NULL;
}

static enum desk_result apply(struct importer *i, struct group *g,
			      const struct import_step *s)
{
	struct import_act act = act_of(i);
	struct names *names;
	char *name = name_new(i->job, g, s, &names);
	enum desk_result result = import_act_do(&act, g, s);

	if (name && result == DESK_DONE)
		names_add(names, name);
	mem_free(&name);
	return result;
}

/* False: the store is behind; do it again. */
static bool do_step(struct importer *i, struct group *g, struct import_step *s)
{
	struct job *job = i->job;
	char *detail = detail_new(s);
	enum desk_result result = DESK_DONE;

	if (job->applies)
		result = apply(i, g, s);
	else
		import_plan_note(&job->plan, s);
	if (result != DESK_DONE && result != DESK_SAME && result != DESK_BEHIND)
		fail(s, result);
	if (result != DESK_BEHIND)
		tell(job, g->kept.acronym, s, detail);
	mem_free(&detail);
	return result != DESK_BEHIND;
}

/* ---- the passes ---- */

static enum pass pass_of(const struct group *g, const struct import_step *s)
{
	if (group_is_closed(&g->kept))
		return PASS_CLOSED;
	return s->action == IMPORT_RENAME ? PASS_RENAMED : PASS_OPEN;
}

/* A name that is taken by a group that moves away itself is tried again in the
 * pass after that. */
static bool is_due(const struct job *job, const struct group *g,
		   const struct import_step *s)
{
	if (job->pass == PASS_OPEN)
		return pass_of(g, s) == PASS_OPEN ||
		       pass_of(g, s) == PASS_RENAMED;
	return pass_of(g, s) == job->pass;
}

static bool do_group(struct importer *i, struct group *g)
{
	struct job *job = i->job;
	struct import_step step;
	bool is_done = true;

	if (g->is_done || !import_plan_has(&job->plan, &g->kept))
		return true;
	import_plan_decide(&job->plan, g, &step);
	if (is_due(job, g, &step)) {
		is_done = do_step(i, g, &step);
		g->is_done = is_done;
	}
	import_step_fini(&step);
	return is_done;
}

/* False: the store is behind. */
static bool retire_missing(struct importer *i, struct import_step *s)
{
	struct import_act act = act_of(i);
	enum desk_result result = DESK_DONE;
	char *acronym = str_dup(s->known->as_group.acronym);

	s->action = IMPORT_RETIRE;
	s->successor = map_get(i->job->plan.successors, s->known->room);
	if (i->job->applies)
		result = import_act_retire_missing(&act, s);
	if (result == DESK_DONE)
		names_add(&i->job->retired, acronym);
	else if (result != DESK_BEHIND)
		fail(s, result);
	mem_free(&acronym);
	return result != DESK_BEHIND;
}

static bool do_missing(struct importer *i, const char *key)
{
	struct job *job = i->job;
	struct import_step s = { .action = IMPORT_MISSING };
	bool is_done = true;
	char *acronym;

	s.known = roll_find(i->settings.roll, key);
	/* it may have been found under another key meanwhile */
	if (!s.known || !import_plan_misses(&job->plan, s.known))
		return true;
	s.room = str_dup(s.known->room);
	acronym = str_dup(s.known->as_group.acronym);
	s.text = "is not in the list";
	if (job->retires_missing)
		is_done = retire_missing(i, &s);
	if (is_done)
		tell(job, acronym, &s, NULL);
	mem_free(&acronym);
	import_step_fini(&s);
	return is_done;
}

/* One more; false: the store is behind. */
static bool do_next(struct importer *i)
{
	struct job *job = i->job;
	size_t count = job->pass == PASS_MISSING ? job->missing_count
						 : job->list.count;

	if (job->at >= count) {
		job->pass++;
		job->at = 0;
		return true;
	}
	if (job->pass == PASS_MISSING ? !do_missing(i, job->missing[job->at])
				      : !do_group(i, &job->list.items[job->at]))
		return false;
	job->at++;
	return true;
}

/* ---- a job's life ---- */

/** A list that a thread of its own reads: that takes a while. */
struct reading {
	struct importer *importer; /* NULL: nobody wants it any more */
	char *text;                /* owned */
	struct group_list list;
	char *complaint; /* owned, or NULL */
};

static void free_names(struct names *n)
{
	buf_fini(&n->text);
}

static void job_free(struct job **job)
{
	struct job *j = *job;

	for (size_t i = 0; i < j->missing_count; i++)
		mem_free(&j->missing[i]);
	mem_free(&j->missing);
	free_names(&j->created);
	free_names(&j->renamed);
	free_names(&j->retired);
	import_plan_fini(&j->plan);
	group_list_fini(&j->list);
	mem_free(&j->by);
	mem_free(job);
}

/* The job is gone before its asker hears: that may ask the next thing. */
static void job_end(struct importer *i, const char *error, const char *text)
{
	struct command_reply reply = i->job->reply;

	timer_stop(i->timer);
	if (i->job->reading)
		i->job->reading->importer = NULL;
	job_free(&i->job);
	reply.end(reply.owner, error, text);
}

static void finish(struct importer *i)
{
	struct job *job = i->job;

	if (job->applies) {
		names_tell(i, &job->created, "Created a room for",
			   "Created rooms for");
		names_tell(i, &job->renamed, "Renamed the room",
			   "Renamed the rooms");
		names_tell(i, &job->retired, "Retired the room for",
			   "Retired the rooms for");
		log_info(LOG_ADMIN,
			 "import: %zu groups of a list taken up in %lld ms",
			 job->list.count,
			 (long long)(clock_mono() - job->began));
	}
	tell_sum(job);
	job_end(i, NULL, NULL);
}

static bool may_go_on(const struct importer *i)
{
	return !i->job->applies || (desk_may_keep(i->settings.muc) &&
				    store_waiting(i->settings.store) < RECORDS);
}

static void on_portion(void *owner)
{
	struct importer *i = owner;
	int64_t until = clock_mono() + PORTION;
	bool goes_on = true;

	while (i->job->pass != PASS_END && goes_on && clock_mono() < until)
		goes_on = may_go_on(i) && do_next(i);
	if (i->job->pass == PASS_END)
		finish(i);
	else
		timer_start(i->timer, goes_on ? PAUSE : PATIENCE);
}

/* ---- beginning ---- */

struct miss_walk {
	struct job *job;
	size_t alive;
};

static void find_missing(void *owner, const struct record *known)
{
	struct miss_walk *walk = owner;
	struct job *job = walk->job;

	walk->alive += !known->as_group.is_retired;
	if (!import_plan_misses(&job->plan, known))
		return;
	job->missing = mem_realloc(job->missing,
				   (job->missing_count + 1) * sizeof(char *));
	job->missing[job->missing_count++] = str_dup(known->as_group.key);
}

/* A list that was cut short would end rooms by the hundred. Owned complaint. */
static char *judge_missing(struct importer *i)
{
	struct job *job = i->job;
	struct miss_walk walk = { .job = job };

	roll_each(i->settings.roll, find_missing, &walk);
	if (!job->applies || !job->retires_missing || job->retires_many ||
	    job->missing_count <= FEW || job->missing_count <= walk.alive / 2)
		return NULL;
	return str_format("%zu of %zu rooms are missing in this list and would "
			  "be retired; nothing was done: --force does it",
			  job->missing_count, walk.alive);
}

/* On a thread of the pool. */
static void read_list(void *data)
{
	struct reading *r = data;

	if (!group_list_read(&r->list, r->text, strlen(r->text), &r->complaint))
		require(!r->complaint);
}

static void begin(struct importer *i, struct reading *r)
{
	struct job *job = i->job;
	char *complaint = r->complaint;

	job->reading = NULL;
	job->list = r->list;
	r->list = (struct group_list){ .count = 0 };
	import_plan_index(&job->plan, &job->list);
	if (!complaint)
		complaint = r->complaint = judge_missing(i);
	if (complaint)
		job_end(i, "bad-argument", complaint);
	else
		timer_start(i->timer, 0);
}

static void on_read(void *data)
{
	struct reading *r = data;

	if (r->importer)
		begin(r->importer, r);
	group_list_fini(&r->list);
	mem_free(&r->complaint);
	mem_free(&r->text);
	mem_free(&r);
}

static void start_reading(struct importer *i, const char *list)
{
	struct reading *r = mem_new(struct reading);

	r->importer = i;
	r->text = str_dup(list);
	i->job->reading = r;
	work_start(i->settings.loop, read_list, on_read, r);
}

/* False: ended with a complaint. */
static bool job_new(struct importer *i, const struct importer_wish *wish,
		    const struct command_reply *reply)
{
	struct job *job = mem_new(struct job);
	struct import_plan *p = &job->plan;
	char *complaint = NULL;

	job->reply = *reply;
	job->by = str_dup(wish->by);
	job->applies = wish->applies;
	job->retires_missing = wish->retires_missing;
	job->retires_many = wish->retires_many;
	job->shows_all = wish->shows_all;
	job->began = clock_mono();
	i->job = job;
	import_plan_init(p, i->settings.muc, i->settings.roll,
			 wish->domain ? wish->domain : i->settings.domain);
	p->types = str_dup(wish->types);
	p->states = str_dup(wish->states);
	p->areas = str_dup(wish->areas);
	if (!wish->successors ||
	    import_plan_name_successors(p, wish->successors, &complaint))
		return true;
	job_end(i, "bad-argument", complaint);
	mem_free(&complaint);
	return false;
}

void importer_run(struct importer *i, const char *list,
		  const struct importer_wish *wish,
		  const struct command_reply *reply)
{
	loop_require_owner(i->settings.loop);
	if (i->job)
		reply->end(reply->owner, "busy",
			   "another list is being imported; wait for its end");
	else if (job_new(i, wish, reply))
		start_reading(i, list);
}

bool importer_is_busy(const struct importer *i)
{
	return i->job != NULL;
}

struct importer *importer_open(const struct importer_settings *settings)
{
	struct importer *i = mem_new(struct importer);

	i->settings = *settings;
	i->timer = timer_new(settings->loop, on_portion, i);
	return i;
}

void importer_close(struct importer **i)
{
	if (!*i)
		return;
	if ((*i)->job)
		job_end(*i, IMPORTER_STOPPING,
			"hallwayd stops; import the list again later");
	timer_free(&(*i)->timer);
	mem_free(i);
}
