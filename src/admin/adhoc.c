/* SPDX-License-Identifier: MIT */
#include "admin/adhoc.h"

#include "admin/adhoc_menu.h"
#include "admin/adhoc_node.h"
#include "admin/adhoc_table.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/errand.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define SESSION_TIME 600000 /* ms; then a form is forgotten */
#define SESSIONS_MAX 1000   /* forms that are being filled in, and ended ones */
#define CALLS_MAX 200       /* that wait for what takes time */

/** A form that somebody has been given. */
struct adhoc_session {
	char *jid;     /* owned; full */
	char *room;    /* owned; where it was asked for, or NULL */
	char *node;    /* owned */
	int64_t until; /* clock_mono() */
	bool is_over;  /* completed or cancelled */
};

struct adhoc {
	struct admin *admin;
	struct map *sessions; /* owned; id -> struct adhoc_session, by age */
	struct list calls;    /* of struct adhoc_call */
	size_t call_count;
};

static void free_session(void *value)
{
	struct adhoc_session *s = value;

	mem_free(&s->jid);
	mem_free(&s->room);
	mem_free(&s->node);
	mem_free(&s);
}

struct adhoc *adhoc_new(struct admin *admin)
{
	struct adhoc *a = mem_new(struct adhoc);

	a->admin = admin;
	a->sessions = map_new();
	list_init(&a->calls);
	return a;
}

void adhoc_free(struct adhoc **a)
{
	struct adhoc_call *call, *next;

	if (!*a)
		return;
	/* each is freed by its own end */
	list_each_safe(call, next, &(*a)->calls, node) {
		list_remove(&call->node);
		call->adhoc = NULL;
	}
	map_free(&(*a)->sessions, free_session);
	mem_free(a);
}

/* ---- sessions ---- */

static void forget_old(struct adhoc *a)
{
	struct map_cursor cursor;
	int64_t now = clock_mono();

	map_begin(a->sessions, &cursor);
	while (map_next(&cursor)) {
		const struct adhoc_session *s = cursor.value;

		/* kept for as long again, to say that it is over */
		if (map_count(a->sessions) < SESSIONS_MAX &&
		    now < s->until + SESSION_TIME)
			return;
		free_session(map_steal(a->sessions, cursor.key));
	}
}

static void begin_session(struct adhoc_call *call)
{
	struct adhoc_session *s = mem_new(struct adhoc_session);

	forget_old(call->adhoc);
	s->jid = str_dup(jid_text(call->stanza->from));
	s->room = str_dup(call->room);
	s->node = str_dup(call->kind.node);
	s->until = clock_mono() + SESSION_TIME;
	map_add(call->adhoc->sessions, call->session, s);
}

static void end_session(struct adhoc_call *call)
{
	struct adhoc_session *s =
		call->adhoc ? map_get(call->adhoc->sessions, call->session)
			    : NULL;

	if (s)
		s->is_over = true;
}

/* ---- answering ---- */

static void call_free(struct adhoc_call **call)
{
	struct adhoc_call *c = *call;

	if (c->adhoc) {
		list_remove(&c->node);
		c->adhoc->call_count--;
	}
	stanza_free(&c->stanza);
	mem_free(&c->room);
	mem_free(&c->node_text);
	adhoc_table_fini(&c->table);
	elem_free(&c->answer);
	mem_free(call);
}

static void send(struct adhoc_call *call, struct elem *owned)
{
	if (call->adhoc)
		errand_answer(call->admin->muc,
			      call->room ? call->room
					 : jid_domain(call->stanza->to),
			      owned,
			      call->stanza->to, call->stanza->from);
	else
		elem_free(&owned);
}

/* Whose answer it is: libraries know their forms by the session. */
static void echo(const struct adhoc_call *call, struct elem *e)
{
	const struct elem *asked = stanza_payload(call->stanza);
	struct elem *command = elem_add(e, "command", NS_COMMANDS);

	elem_set_attr(command, "node", elem_attr(asked, "node"));
	elem_set_attr(command, "sessionid", elem_attr(asked, "sessionid"));
}

static void refuse(struct adhoc_call *call, enum cond_name name,
		   enum cond_type type, const char *detail, const char *text)
{
	struct cond cond = cond_make_typed(name, type, text);
	struct elem *e =
		stanza_error_new(call->stanza, &cond, call->stanza->to);
	struct elem *error = e ? elem_child(e, "error", NULL) : NULL;

	if (error && detail)
		elem_add(error, detail, NS_COMMANDS);
	if (e)
		echo(call, e);
	send(call, e);
	call_free(&call);
}

static void refuse_request(struct adhoc_call *call, const char *detail,
			   const char *text)
{
	refuse(call, COND_BAD_REQUEST, COND_TYPE_MODIFY, detail, text);
}

/* The result that is filled while the command runs. */
static void open_answer(struct adhoc_call *call)
{
	call->answer = stanza_result_new(call->stanza);
	call->command = elem_add(call->answer, "command", NS_COMMANDS);
	elem_set_attr(call->command, "xml:lang", "en");
	elem_set_attr(call->command, "node", call->kind.node);
	elem_set_attr(call->command, "sessionid", call->session);
	adhoc_table_init(&call->table, call->command, call->kind.name);
}

static void add_note(struct adhoc_call *call, const char *type,
		     const char *text)
{
	elem_set_attr(elem_add_with_text(call->command, "note", NULL, text),
		      "type", type);
}

static void finish(struct adhoc_call *call, const char *status)
{
	struct elem *answer = call->answer;

	elem_set_attr(call->command, "status", status);
	end_session(call);
	call->answer = NULL;
	send(call, answer);
	call_free(&call);
}

const char *adhoc_by(const struct adhoc_call *call)
{
	return jid_bare(call->stanza->from);
}

/* ---- the end of a command ---- */

void adhoc_row(void *owner, const struct command_value *values, size_t count)
{
	struct adhoc_call *call = owner;

	adhoc_table_add(&call->table, values, count);
}

static void complete(struct adhoc_call *call, const char *error,
		     const char *text)
{
	char *more;

	if (call->table.left_out) {
		more = str_format("%zu more are left out; hallwayctl shows all",
				  call->table.left_out);
		add_note(call, "warn", more);
		mem_free(&more);
	}
	adhoc_table_close(&call->table);
	if (str_equal(error, "unchanged"))
		add_note(call, "warn", text);
	else if (error)
		add_note(call, "error", text ? text : error);
	else if (text)
		add_note(call, "info", text);
	else if (!call->table.form)
		add_note(call, "info", "Done.");
	finish(call, "completed");
}

/* XEP-0050 #desc-errors; what fails while it runs is completed all the same
 * (#impl-commands). */
void adhoc_end(void *owner, const char *error, const char *text)
{
	struct adhoc_call *call = owner;

	if (str_equal(error, "bad-argument"))
		refuse_request(call, "bad-payload", text);
	else if (str_equal(error, "forbidden"))
		refuse(call, COND_FORBIDDEN, COND_TYPE_CANCEL, NULL, text);
	else
		complete(call, error, text);
}

/* ---- rights ---- */

static const char proof_text[] =
	"You are listed as an operator, but your server has proven its domain "
	"by dialback only; an operator's needs a valid certificate.";

static void refuse_right(struct adhoc_call *call)
{
	const char *text = "Only operators of the service may do that.";

	if (call->is_unproven)
		text = proof_text;
	else if (call->kind.right == COMMAND_CHAIR && call->room)
		text = "Only the chairs of this room (its admins and owners) "
		       "may do that.";
	else if (call->kind.right == COMMAND_CHAIR)
		text = "Only operators may do that here; chairs do it at their "
		       "room.";
	refuse(call, COND_FORBIDDEN, COND_TYPE_CANCEL, NULL, text);
}

/* ---- a command ---- */

static struct adhoc_call *call_new(struct adhoc *a, const struct errand *e)
{
	struct adhoc_call *call = mem_new(struct adhoc_call);

	call->adhoc = a;
	call->admin = a->admin;
	call->stanza = stanza_copy(e->stanza);
	call->room = str_dup(e->room);
	call->caller.jid = call->stanza->from;
	call->caller.by_certificate = e->by_certificate;
	call->is_operator = e->is_operator;
	call->is_unproven = e->is_unproven;
	call->affiliation = e->affiliation;
	list_add_tail(&a->calls, &call->node);
	a->call_count++;
	return call;
}

enum action {
	ACTION_EXECUTE,
	ACTION_COMPLETE,
	ACTION_CANCEL,
	ACTION_NEXT,
	ACTION_PREV,
	ACTION_UNKNOWN,
};

static enum action read_action(const struct elem *command)
{
	static const char *const words[] = {
		"execute", "complete", "cancel", "next", "prev",
	};
	const char *word = elem_attr(command, "action");
	size_t i = 0;

	if (!word)
		return ACTION_EXECUTE;
	while (i < array_len(words) && !str_equal(words[i], word))
		i++;
	return (enum action)i;
}

static void give_form(struct adhoc_call *call)
{
	struct elem *actions, *answer;

	rand_id(call->session);
	begin_session(call);
	open_answer(call);
	elem_set_attr(call->command, "status", "executing");
	actions = elem_add(call->command, "actions", NULL);
	elem_set_attr(actions, "execute", "complete");
	elem_add(actions, "complete", NULL);
	call->kind.add_form(call, call->command);
	answer = call->answer;
	call->answer = NULL;
	send(call, answer);
	call_free(&call);
}

static void run(struct adhoc_call *call, const struct elem *form)
{
	if (!*call->session)
		rand_id(call->session);
	log_info(LOG_ADMIN, "%s: %s%s%s", adhoc_by(call), call->kind.node,
		 call->room ? " at " : "", call->room ? call->room : "");
	open_answer(call);
	call->kind.run(call, form);
}

static void act(struct adhoc_call *call, enum action action, bool is_begun)
{
	const struct elem *form = form_find(stanza_payload(call->stanza), NULL);

	switch (action) {
	case ACTION_CANCEL:
		if (!is_begun) {
			refuse_request(call, "bad-action", NULL);
			return;
		}
		open_answer(call);
		finish(call, "canceled");
		return;
	case ACTION_EXECUTE:
		/* who asks is given the form, who brings it is served */
		if (!form && call->kind.add_form && is_begun)
			refuse_request(call, "bad-payload",
				       "The form is missing.");
		else if (!form && call->kind.add_form)
			give_form(call);
		else
			run(call, form);
		return;
	case ACTION_COMPLETE:
		run(call, form);
		return;
	case ACTION_NEXT:
	case ACTION_PREV:
		refuse_request(call, "bad-action", "There is one stage only.");
		return;
	case ACTION_UNKNOWN:
		break;
	}
	refuse_request(call, "malformed-action", NULL);
}

/* Goes on with a form that was given. */
static void resume(struct adhoc_call *call, const char *id, enum action action)
{
	struct adhoc_session *s = map_get(call->adhoc->sessions, id);

	if (!s || !str_equal(s->jid, jid_text(call->stanza->from)) ||
	    !str_equal(s->room, call->room) ||
	    !str_equal(s->node, call->kind.node)) {
		refuse_request(call, "bad-sessionid", NULL);
		return;
	}
	if (s->is_over || clock_mono() >= s->until) {
		refuse(call, COND_NOT_ALLOWED, COND_TYPE_CANCEL,
		       "session-expired",
		       "This form is not valid any more; ask for a new one.");
		return;
	}
	str_copy(call->session, sizeof(call->session), id);
	act(call, action, true);
}

static void take_command(struct adhoc *a, const struct errand *e)
{
	const struct elem *command = stanza_payload(e->stanza);
	const char *session = elem_attr(command, "sessionid");
	const char *node = elem_attr(command, "node");
	struct adhoc_found found;
	struct adhoc_call *call = call_new(a, e);

	if (e->stanza->type != STANZA_SET || !node) {
		refuse_request(call, NULL, NULL);
		return;
	}
	if (!adhoc_menu_find(e->room != NULL, node, &found)) {
		refuse(call, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL,
		       "There is no such command here.");
		return;
	}
	call->kind = found.node;
	call->node_text = found.text;
	if (!adhoc_menu_may_run(e, call->kind.right))
		refuse_right(call);
	else if (a->call_count > CALLS_MAX)
		refuse(call, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT, NULL,
		       "Too many commands are being run; try again soon.");
	else if (session && *session)
		resume(call, session, read_action(command));
	else
		act(call, read_action(command), false);
}

/* ---- the front ---- */

bool adhoc_take(struct adhoc *a, const struct errand *e)
{
	struct elem *answer;

	if (elem_is(stanza_payload(e->stanza), "command", NS_COMMANDS)) {
		take_command(a, e);
		return true;
	}
	answer = adhoc_menu_answer_new(e);
	if (answer)
		errand_answer(a->admin->muc, NULL, answer, e->stanza->to,
			      e->stanza->from);
	return answer != NULL;
}

/* ---- forms ---- */

char *adhoc_value(const struct elem *form, const char *var, char separator)
{
	const struct elem *field = form ? form_field(form, var) : NULL;
	const struct elem *value;
	struct buf out = { 0 };

	if (!field)
		return NULL;
	for (value = elem_child(field, "value", NS_DATA_FORM); value;
	     value = elem_next(value, "value", NS_DATA_FORM)) {
		if (out.len)
			buf_add_char(&out, separator);
		buf_add_str(&out, elem_text(value));
	}
	if (out.len)
		return buf_steal_str(&out);
	buf_fini(&out);
	return NULL;
}
