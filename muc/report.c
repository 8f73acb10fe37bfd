/* SPDX-License-Identifier: MIT */
#include "muc/report.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define REPORTS_MAX 10  /* of one request */
#define TEXT_MAX 500    /* bytes of each in the log */

/* A report with what it is about; audit: who said what of whom. */
static bool keep(const struct stanza *s, const struct elem *item)
{
	const struct elem *report = elem_child(item, "report", NS_REPORTING);
	const char *of = elem_attr(item, "jid");
	const char *reason = report ? elem_attr(report, "reason") : NULL;
	const struct elem *line;
	const char *text, *id = "";
	char *of_quoted, *quoted, *id_quoted;

	if (!of || !reason)
		return false;
	text = elem_child_text(report, "text", NS_REPORTING);
	line = elem_child(report, "stanza-id", NS_STANZA_ID);
	if (line && elem_attr(line, "id"))
		id = elem_attr(line, "id");
	of_quoted = str_quote(of, strlen(of), TEXT_MAX);
	quoted = str_quote(text ? text : "", text ? strlen(text) : 0, TEXT_MAX);
	id_quoted = str_quote(id, strlen(id), TEXT_MAX);
	log_warn(LOG_MUC, "%s: report by %s of %s as %s, line %s: %s",
		 jid_domain(s->to), jid_bare(s->from), of_quoted,
		 str_has_suffix(reason, ":spam") ? "spam" : "abuse",
		 id_quoted, quoted);
	mem_free(&of_quoted);
	mem_free(&quoted);
	mem_free(&id_quoted);
	return true;
}

static bool has_report(const struct elem *block, const struct stanza *s)
{
	const struct elem *item;
	size_t count = 0;

	for (item = elem_child(block, "item", NS_BLOCKING);
	     item && count < REPORTS_MAX;
	     item = elem_next(item, "item", NS_BLOCKING))
		count += keep(s, item);
	return count;
}

bool report_run(struct site *site, const struct stanza *s)
{
	const struct elem *block = stanza_payload(s);
	struct cond bad = cond_make(COND_BAD_REQUEST, NULL);
	struct cond often = cond_make(COND_RESOURCE_CONSTRAINT,
				      "You report too often.");

	if (s->type != STANZA_SET || !block ||
	    !elem_is(block, "block", NS_BLOCKING))
		return false;
	if (!site_may_ask(site, s->from))
		site_refuse(site, s, &often, NULL);
	else if (has_report(block, s))
		site_answer(site, stanza_result_new(s), s->from,
			    jid_domain(s->to));
	else
		site_refuse(site, s, &bad, NULL);
	return true;
}
