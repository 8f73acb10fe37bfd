/* SPDX-License-Identifier: MIT */
#include "muc/report.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/audit.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define REPORTS_MAX 10  /* of one request */
#define LINES_MAX 20    /* that one report names */
#define TEXT_MAX 500    /* bytes of each in the log */

#define REASON_PREFIX "urn:xmpp:reporting:"
static const char *const reasons[] = { "spam", "abuse" };

/* ---- reading ---- */

/* Without its prefix; NULL: none that XEP-0377 #registrar-reasons knows. */
static const char *find_reason(const struct elem *report)
{
	const char *given = elem_attr(report, "reason");

	if (!given || !str_has_prefix(given, REASON_PREFIX))
		return NULL;
	given += strlen(REASON_PREFIX);
	for (size_t i = 0; i < array_len(reasons); i++)
		if (str_equal(given, reasons[i]))
			return reasons[i];
	return NULL;
}

static bool is_address(const char *text)
{
	struct jid *jid = text ? jid_parse(text) : NULL;
	bool is_good = jid != NULL;

	jid_free(&jid);
	return is_good;
}

/* Each line has a name and somebody who named it (XEP-0359). */
static bool has_good_lines(const struct elem *report)
{
	const struct elem *line;
	size_t count = 0;

	for (line = elem_child(report, "stanza-id", NS_STANZA_ID); line;
	     line = elem_next(line, "stanza-id", NS_STANZA_ID)) {
		const char *id = elem_attr(line, "id");

		if (++count > LINES_MAX || !id || !*id ||
		    !is_address(elem_attr(line, "by")))
			return false;
	}
	return true;
}

static bool is_good(const struct elem *item)
{
	const struct elem *report = elem_child(item, "report", NS_REPORTING);

	return report && is_address(elem_attr(item, "jid")) &&
	       !elem_next(report, "report", NS_REPORTING) &&
	       find_reason(report) && has_good_lines(report);
}

/* How many there are; 0: none, too many, or one of them is not good. As we
 * block nobody, an item without a report asks for what we do not do. */
static size_t count_good(const struct elem *block)
{
	const struct elem *item;
	size_t count = 0;

	for (item = elem_child(block, "item", NS_BLOCKING); item;
	     item = elem_next(item, "item", NS_BLOCKING))
		if (++count > REPORTS_MAX || !is_good(item))
			return 0;
	return count;
}

/* ---- keeping ---- */

static char *quote(const char *text)
{
	return str_quote(text ? text : "", text ? strlen(text) : 0, TEXT_MAX);
}

static char *list_lines(const struct elem *report)
{
	const struct elem *line;
	char *list = str_dup(""), *longer;

	for (line = elem_child(report, "stanza-id", NS_STANZA_ID); line;
	     line = elem_next(line, "stanza-id", NS_STANZA_ID)) {
		longer = str_format("%s%s%s", list, *list ? " " : "",
				    elem_attr(line, "id"));
		mem_free(&list);
		list = longer;
	}
	return list;
}

static struct room *room_of(const struct site *site, const char *address)
{
	struct jid *jid = jid_parse(address);
	struct room *r = jid ? map_get(site->rooms, jid_bare(jid)) : NULL;

	jid_free(&jid);
	return r && !r->config.is_destroyed ? r : NULL;
}

/* The room that it is about: whose occupant, or whose line. */
static struct room *find_room(const struct site *site, const struct elem *item)
{
	const struct elem *report = elem_child(item, "report", NS_REPORTING);
	const struct elem *line = elem_child(report, "stanza-id", NS_STANZA_ID);
	struct room *r = room_of(site, elem_attr(item, "jid"));

	return !r && line ? room_of(site, elem_attr(line, "by")) : r;
}

/** What one item says, for people; all owned, quoted and short. */
struct words {
	const char *reason; /* borrowed */
	char *of;
	char *lines;
	char *text;
};

static void read_words(const struct elem *item, struct words *out)
{
	const struct elem *report = elem_child(item, "report", NS_REPORTING);
	char *list = list_lines(report);

	out->reason = find_reason(report);
	out->of = quote(elem_attr(item, "jid"));
	out->lines = quote(list);
	out->text = quote(elem_child_text(report, "text", NS_REPORTING));
	mem_free(&list);
}

static void free_words(struct words *w)
{
	mem_free(&w->of);
	mem_free(&w->lines);
	mem_free(&w->text);
}

/* Who said what of whom. */
static void keep(struct site *site, const struct stanza *s,
		 const struct room *r, const struct elem *item,
		 const struct words *w)
{
	char *detail = str_format("lines %s: %s", w->lines, w->text);

	log_info(LOG_MUC, "%s: report by %s of %s as %s, %s",
		 jid_domain(s->to), jid_bare(s->from), w->of, w->reason,
		 detail);
	audit_save_detail(site, r ? jid_text(r->jid) : NULL, jid_bare(s->from),
			  "report", elem_attr(item, "jid"), w->reason, detail);
	mem_free(&detail);
}

/* Those who can do something about it; not by whom it is, which is for the
 * operators. Nobody who is shut out of the room is heard there. */
static void tell_moderators(struct room *r, const struct stanza *s,
			    const struct words *w)
{
	struct elem *e;
	struct frozen *f;
	char *text;
	char id[RAND_ID_SIZE];

	if (room_affiliation(r, s->from, false) == AFFILIATION_OUTCAST)
		return;
	rand_id(id);
	text = str_format("Reported as %s: %s, lines %s: %s", w->reason, w->of,
			  w->lines, w->text);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, r->jid, id);
	elem_add_with_text(e, "body", NULL, text);
	f = frozen_new(e);
	room_send_to(r, f, ROSTER_MODERATORS, 0);
	room_flush(r);
	frozen_unref(&f);
	elem_free(&e);
	mem_free(&text);
}

static void take_all(struct site *site, const struct stanza *s,
		     const struct elem *block)
{
	const struct elem *item;

	for (item = elem_child(block, "item", NS_BLOCKING); item;
	     item = elem_next(item, "item", NS_BLOCKING)) {
		struct room *r = find_room(site, item);
		struct words words;

		read_words(item, &words);
		keep(site, s, r, item, &words);
		if (r)
			tell_moderators(r, s, &words);
		free_words(&words);
	}
}

bool report_run(struct site *site, const struct stanza *s)
{
	const struct elem *block = stanza_payload(s);
	struct cond bad = cond_make(COND_BAD_REQUEST, NULL);
	struct cond often = cond_make(COND_RESOURCE_CONSTRAINT,
				      "You report too often.");
	size_t count;

	if (s->type != STANZA_SET || !block ||
	    !elem_is(block, "block", NS_BLOCKING))
		return false;
	count = count_good(block);
	if (!site_may_ask(site, s->from)) {
		site_refuse(site, s, &often, NULL);
	} else if (!count) {
		site_refuse(site, s, &bad, NULL);
	} else if (!reports_take(&site->reports, s->from, count,
				 site_now(site))) {
		site_refuse(site, s, &often, NULL);
	} else {
		take_all(site, s, block);
		site_answer(site, stanza_result_new(s), s->from,
			    jid_domain(s->to));
	}
	return true;
}
