/* SPDX-License-Identifier: MIT */
#include "store/archive.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "loop/mailbox.h"
#include "store/archive_query.h"
#include "store/reader.h"

enum question_kind { QUESTION_ASK, QUESTION_END };

/* Mail in either direction: it goes with the query and returns with the page. */
struct question {
	struct mail mail;
	uint64_t id;
	struct archive_query *query; /* owned, on the way there */
	struct archive_page *page;   /* owned, on the way back */
};

struct archive {
	archive_fn on_answer;
	void *owner;
	struct loop *loop;         /* the archive thread's */
	struct mailbox *questions; /* on it */
	struct mailbox *answers;   /* on the conference loop */
	struct reader *reader;     /* the archive thread's */
	atomic_bool is_ending;     /* nobody waits for answers any more */
};

static void question_free(struct mail *owned)
{
	struct question *q = container_of(owned, struct question, mail);

	archive_query_free(&q->query);
	archive_page_free(&q->page);
	mem_free(&q);
}

static struct question *question_new(enum question_kind kind)
{
	struct question *q = mem_new(struct question);

	list_init(&q->mail.node);
	q->mail.kind = kind;
	q->mail.free_fn = question_free;
	return q;
}

static void end(struct archive *a)
{
	mailbox_close(a->questions);
	reader_close(&a->reader);
}

static void on_question(void *owner, struct mail *owned)
{
	struct archive *a = owner;
	struct question *q = container_of(owned, struct question, mail);

	if (owned->kind == QUESTION_END) {
		question_free(owned);
		end(a);
		return;
	}
	if (atomic_load(&a->is_ending)) {
		question_free(owned);
		return;
	}
	q->page = reader_ask(a->reader, q->query);
	(void)mailbox_post(a->answers, &q->mail);
}

static const struct mailbox_events question_events = {
	.on_mail = on_question,
};

static void on_answer(void *owner, struct mail *owned)
{
	struct archive *a = owner;
	struct question *q = container_of(owned, struct question, mail);
	struct archive_page *page = q->page;
	uint64_t id = q->id;

	q->page = NULL;
	question_free(owned);
	a->on_answer(a->owner, id, page);
}

static const struct mailbox_events answer_events = { .on_mail = on_answer };

static void archive_free(struct archive **a)
{
	mailbox_close((*a)->answers);
	mailbox_free(&(*a)->answers);
	mailbox_free(&(*a)->questions);
	loop_close(&(*a)->loop);
	mem_free(a);
}

int archive_open(struct loop *conference, const char *path,
		 archive_fn on_answer_fn, void *owner,
		 struct archive **archive_out)
{
	struct archive *a;
	struct reader *reader;
	int error = reader_open(path, &reader);

	if (error)
		return error;
	a = mem_new(struct archive);
	a->on_answer = on_answer_fn;
	a->owner = owner;
	a->reader = reader;
	a->loop = loop_open("archive");
	/* How many may ask at once is the asker's to bound. */
	a->questions = mailbox_open(a->loop, SIZE_MAX, &question_events, a);
	a->answers = mailbox_open(conference, SIZE_MAX, &answer_events, a);
	error = loop_start(a->loop);
	if (error) {
		end(a);
		archive_free(&a);
		return error;
	}
	*archive_out = a;
	return 0;
}

void archive_ask(struct archive *a, uint64_t id, struct archive_query *owned)
{
	struct question *q = question_new(QUESTION_ASK);

	q->id = id;
	q->query = owned;
	(void)mailbox_post(a->questions, &q->mail);
}

void archive_close(struct archive **archive)
{
	struct archive *a = *archive;

	if (!a)
		return;
	atomic_store(&a->is_ending, true);
	(void)mailbox_post(a->questions, &question_new(QUESTION_END)->mail);
	loop_join(a->loop);
	archive_free(archive);
}
