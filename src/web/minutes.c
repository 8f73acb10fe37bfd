/* SPDX-License-Identifier: MIT */
#include "web/minutes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"

struct making {
	struct minutes *minutes;
	struct map *people; /* bare JID, or nick, of who came -> itself */
	struct map *nicks;  /* nick -> owned bare JID */
	struct map *scribes; /* bare JID, or nick, of who writes -> itself */
	struct attending present, regrets;
	minutes_hidden_fn hidden;
	void *owner;
};

static void *grown(void *array, size_t count, size_t size)
{
	return mem_realloc(array, (count + 1) * size);
}

static bool is_hidden(const struct making *m, const struct record_note *n)
{
	return n->line && m->hidden && m->hidden(m->owner, n->line);
}

/* ---- what stands: "#undo" takes the last of the draft's notes away, and who
 * takes a line back all that it made ---- */

static bool is_of_draft(enum record_note_kind kind)
{
	switch (kind) {
	case RECORD_NOTE_TOPIC:
	case RECORD_NOTE_ACTION:
	case RECORD_NOTE_DECISION:
	case RECORD_NOTE_INFO:
	case RECORD_NOTE_SAID:
	case RECORD_NOTE_EDIT:
		return true;
	default:
		return false;
	}
}

/* What people say of themselves is nobody else's to undo, and may come in
 * between. */
static bool is_of_line(enum record_note_kind kind)
{
	return is_of_draft(kind) || kind == RECORD_NOTE_MIC ||
	       kind == RECORD_NOTE_CORRECTED || kind == RECORD_NOTE_PRESENT ||
	       kind == RECORD_NOTE_REGRETS;
}

static void undo_last(const struct record *const *notes, size_t behind,
		      bool *is_undone)
{
	for (size_t i = behind; i-- > 0;) {
		if (is_undone[i] || !is_of_draft(notes[i]->as_note.kind))
			continue;
		is_undone[i] = true;
		return;
	}
}

static void undo_line(const struct record *const *notes, size_t behind,
		      const char *line, bool *is_undone)
{
	for (size_t i = 0; line && i < behind; i++) {
		const struct record_note *n = &notes[i]->as_note;

		if (str_equal(n->line, line) && is_of_line(n->kind))
			is_undone[i] = true;
	}
}

/* Which do not stand, by their places; owned. */
static bool *find_undone(const struct record *const *notes, size_t count)
{
	bool *is_undone = mem_zero(count + 1, sizeof(*is_undone));

	for (size_t i = 0; i < count; i++) {
		const struct record_note *n = &notes[i]->as_note;

		if (n->kind == RECORD_NOTE_UNDO)
			undo_last(notes, i, is_undone);
		else if (n->kind == RECORD_NOTE_TAKEN_BACK)
			undo_line(notes, i, n->line, is_undone);
	}
	return is_undone;
}

/* ---- topics and items ---- */

static struct minutes_topic *add_topic(struct minutes *m)
{
	m->topics = grown(m->topics, m->topic_count, sizeof(*m->topics));
	m->topics[m->topic_count] = (struct minutes_topic){ 0 };
	return &m->topics[m->topic_count++];
}

static struct minutes_topic *last_topic(struct minutes *m)
{
	return &m->topics[m->topic_count - 1];
}

static struct minutes_item *add_item(struct making *m, enum minutes_kind kind,
				     const struct record_note *n, int64_t at)
{
	struct minutes_topic *t = last_topic(m->minutes);

	t->items = grown(t->items, t->count, sizeof(*t->items));
	t->items[t->count] = (struct minutes_item){
		.kind = kind,
		.person = str_dup(n->person),
		.text = is_hidden(m, n) ? NULL : str_dup(n->text),
		.line = str_dup(n->line),
		.number = n->number,
		.at = at,
	};
	return &t->items[t->count++];
}

static void take_topic(struct making *m, const struct record_note *n,
		       int64_t at)
{
	struct minutes_topic *t = add_topic(m->minutes);

	t->text = is_hidden(m, n) ? NULL : str_dup(n->text);
	t->line = str_dup(n->line);
	t->at = at;
}

static struct minutes_item *find_item(struct minutes *m, enum minutes_kind kind,
				      int64_t number)
{
	for (size_t i = m->topic_count; i-- > 0;)
		for (size_t j = m->topics[i].count; j-- > 0;) {
			struct minutes_item *item = &m->topics[i].items[j];

			if (item->kind == kind && item->number == number)
				return item;
		}
	return NULL;
}

static bool may_go_on(const struct minutes_item *item)
{
	return item->kind != MINUTES_MIC && item->kind != MINUTES_HANDS &&
	       item->text;
}

static void append(char **text, const char *more)
{
	char *longer = str_format("%s %s", *text, more);

	mem_free(text);
	*text = longer;
}

/* Without a speaker it goes on with what stands before it. */
static void take_said(struct making *m, const struct record_note *n, int64_t at)
{
	struct minutes_topic *t = last_topic(m->minutes);

	if (!n->person && is_hidden(m, n))
		return;
	if (!n->person && t->count && may_go_on(&t->items[t->count - 1]))
		append(&t->items[t->count - 1].text, n->text);
	else
		(void)add_item(m, MINUTES_SAID, n, at);
}

/* ---- corrections ---- */

static bool replace(char **text, const char *from, const char *to)
{
	const char *found = *text ? strstr(*text, from) : NULL;
	char *fresh;

	if (!found)
		return false;
	fresh = str_format("%.*s%s%s", (int)(found - *text), *text, to,
			   found + strlen(from));
	mem_free(text);
	*text = fresh;
	return true;
}

/* The newest text that has it is meant. */
static void take_edit(struct making *m, const struct record_note *n)
{
	const char *to = n->other_text ? n->other_text : "";

	if (!n->text || !*n->text || is_hidden(m, n))
		return;
	for (size_t i = m->minutes->topic_count; i-- > 0;) {
		struct minutes_topic *t = &m->minutes->topics[i];

		for (size_t j = t->count; j-- > 0;)
			if (may_go_on(&t->items[j]) &&
			    replace(&t->items[j].text, n->text, to))
				return;
		if (replace(&t->text, n->text, to))
			return;
	}
}

static void correct_item(struct minutes_item *item, const struct record_note *n)
{
	if (!item->text) /* it is hidden */
		return;
	if (n->text)
		str_set(&item->text, n->text);
	if (n->person)
		str_set(&item->person, n->person);
}

/* Who said it says it otherwise (XEP-0308). */
static void take_corrected(struct making *m, const struct record_note *n)
{
	for (size_t i = 0; i < m->minutes->topic_count; i++) {
		struct minutes_topic *t = &m->minutes->topics[i];

		if (t->text && n->text && str_equal(t->line, n->line))
			str_set(&t->text, n->text);
		for (size_t j = 0; j < t->count; j++)
			if (str_equal(t->items[j].line, n->line))
				correct_item(&t->items[j], n);
	}
}

/* ---- people ---- */

static void take_speaker(struct minutes *m, const struct record_note *n)
{
	str_set(&m->speaker, n->person);
	if (n->person)
		minutes_people_drop(&m->queue, n->person);
}

static void count_person(struct making *m, const struct record_note *n)
{
	const char *who = n->jid ? n->jid : n->person;

	if (!who || map_get(m->people, who))
		return;
	map_add(m->people, who, m);
	m->minutes->people++;
}

/* Who got the hat in the session, or had it before and wrote down what others
 * said: that is done with the hat on. */
static void count_scribe(struct making *m, const char *jid, const char *nick)
{
	const char *who = jid ? jid : nick;

	if (!who || map_get(m->scribes, who))
		return;
	map_add(m->scribes, who, m);
	minutes_people_put(&m->minutes->scribes, nick, NULL);
}

static void take_scribe(struct making *m, const struct record_note *n)
{
	if (n->number)
		count_scribe(m, map_get(m->nicks, n->person), n->person);
}

/* ---- questions and hands ---- */

static void take_mic_done(struct minutes *m, const struct record_note *n,
			  int64_t at)
{
	struct minutes_item *mic = find_item(m, MINUTES_MIC, n->number);

	if (mic && !mic->done_at)
		mic->done_at = at;
}

static void take_counts(struct minutes *m, const struct record_note *n,
			int64_t at)
{
	struct minutes_item *hands = find_item(m, MINUTES_HANDS, n->number);
	int64_t start = 0, end = 0;

	if (!hands || hands->done_at)
		return;
	hands->done_at = at;
	if (n->other_text &&
	    sscanf(n->other_text,
		   "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		   " %" SCNd64,
		   &hands->yes, &hands->no, &hands->abstained, &hands->present,
		   &start, &end) == 6 &&
	    start > 0 && end >= start) {
		hands->at = start;
		hands->done_at = end;
	}
}

/* ---- the whole ---- */

static void take_person(struct making *m, const struct record_note *n)
{
	struct minutes *to = m->minutes;

	switch (n->kind) {
	case RECORD_NOTE_PRESENT:
		if (!is_hidden(m, n))
			attending_take(&m->present, n);
		break;
	case RECORD_NOTE_REGRETS:
		if (!is_hidden(m, n))
			attending_take(&m->regrets, n);
		break;
	case RECORD_NOTE_CAME:
		count_person(m, n);
		attending_note_nick(m->nicks, n);
		break;
	case RECORD_NOTE_RENAMED:
		attending_note_nick(m->nicks, n);
		if (n->text)
			minutes_people_rename(&to->queue, n->text, n->person);
		break;
	case RECORD_NOTE_SCRIBE:
		take_scribe(m, n);
		break;
	case RECORD_NOTE_QUEUE:
		minutes_people_put(&to->queue, n->person,
			   is_hidden(m, n) ? NULL : n->text);
		break;
	case RECORD_NOTE_QUEUE_FIRST:
		minutes_people_put_first(&to->queue, n->person);
		break;
	case RECORD_NOTE_UNQUEUE:
		minutes_people_drop(&to->queue, n->person);
		break;
	default:
		break;
	}
}

static void take_note(struct making *m, const struct record_note *n, int64_t at)
{
	switch (n->kind) {
	case RECORD_NOTE_TOPIC:
		take_topic(m, n, at);
		break;
	case RECORD_NOTE_ACTION:
		(void)add_item(m, MINUTES_ACTION, n, at);
		break;
	case RECORD_NOTE_DECISION:
		(void)add_item(m, MINUTES_DECISION, n, at);
		break;
	case RECORD_NOTE_INFO:
		(void)add_item(m, MINUTES_INFO, n, at);
		break;
	case RECORD_NOTE_SAID:
		take_said(m, n, at);
		if (n->nick)
			count_scribe(m, n->jid, n->nick);
		break;
	case RECORD_NOTE_EDIT:
		take_edit(m, n);
		break;
	case RECORD_NOTE_CORRECTED:
		if (n->line)
			take_corrected(m, n);
		break;
	case RECORD_NOTE_MIC:
		(void)add_item(m, MINUTES_MIC, n, at);
		break;
	case RECORD_NOTE_MIC_DONE:
		take_mic_done(m->minutes, n, at);
		break;
	case RECORD_NOTE_HANDS:
		(void)add_item(m, MINUTES_HANDS, n, at);
		break;
	case RECORD_NOTE_HANDS_END:
		take_counts(m->minutes, n, at);
		break;
	case RECORD_NOTE_SPEAKER:
		take_speaker(m->minutes, n);
		break;
	case RECORD_NOTE_QUEUE_CLOSED:
		m->minutes->is_queue_closed = n->number != 0;
		break;
	default:
		if (n->person)
			take_person(m, n);
		break;
	}
}

static void count_items(struct minutes *m)
{
	for (size_t i = 0; i < m->topic_count; i++)
		for (size_t j = 0; j < m->topics[i].count; j++) {
			const struct minutes_item *item =
				&m->topics[i].items[j];

			m->actions += item->kind == MINUTES_ACTION;
			m->decisions += item->kind == MINUTES_DECISION;
			m->mics += item->kind == MINUTES_MIC;
			m->open_mics +=
				item->kind == MINUTES_MIC && !item->done_at;
			m->hands += item->kind == MINUTES_HANDS;
		}
}

struct minutes *minutes_new(const struct record *const *notes, size_t count,
			    minutes_hidden_fn hidden, void *owner)
{
	struct making m = {
		.minutes = mem_new(struct minutes),
		.people = map_new(),
		.nicks = map_new(),
		.scribes = map_new(),
		.hidden = hidden,
		.owner = owner,
	};
	bool *is_undone = find_undone(notes, count);

	attending_init(&m.present, &m.minutes->present, m.nicks);
	attending_init(&m.regrets, &m.minutes->regrets, m.nicks);
	(void)add_topic(m.minutes);
	for (size_t i = 0; i < count; i++)
		if (!is_undone[i])
			take_note(&m, &notes[i]->as_note, notes[i]->at);
	count_items(m.minutes);
	mem_free(&is_undone);
	attending_fini(&m.present);
	attending_fini(&m.regrets);
	map_free(&m.people, NULL);
	map_free(&m.nicks, free);
	map_free(&m.scribes, NULL);
	return m.minutes;
}

static void free_topic(struct minutes_topic *t)
{
	for (size_t i = 0; i < t->count; i++) {
		mem_free(&t->items[i].person);
		mem_free(&t->items[i].text);
		mem_free(&t->items[i].line);
	}
	mem_free(&t->items);
	mem_free(&t->text);
	mem_free(&t->line);
}

void minutes_free(struct minutes **m)
{
	if (!*m)
		return;
	for (size_t i = 0; i < (*m)->topic_count; i++)
		free_topic(&(*m)->topics[i]);
	mem_free(&(*m)->topics);
	minutes_people_fini(&(*m)->present);
	minutes_people_fini(&(*m)->regrets);
	minutes_people_fini(&(*m)->scribes);
	minutes_people_fini(&(*m)->queue);
	mem_free(&(*m)->speaker);
	mem_free(m);
}

const struct minutes_item *minutes_next(const struct minutes *m,
					enum minutes_kind kind,
					struct minutes_walk *walk)
{
	for (; walk->topic < m->topic_count; walk->topic++, walk->item = 0) {
		const struct minutes_topic *t = &m->topics[walk->topic];

		while (walk->item < t->count)
			if (t->items[walk->item++].kind == kind)
				return &t->items[walk->item - 1];
	}
	return NULL;
}
