/* SPDX-License-Identifier: MIT */
#include "muc/mam_request.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/nickname.h"
#include "muc/room.h"
#include "muc/site.h"
#include "store/archive_query.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"
#include "xmpp/stanza.h"

#define VAR_FULLTEXT "{" NS_FULLTEXT "}fulltext"
#define WORDS_MAX 1000  /* bytes */
#define COUNT_MAX 10000 /* found lines; beyond them none are counted */

static bool refuse(struct cond *fault_out, enum cond_name name,
		   const char *text)
{
	*fault_out = cond_make(name, text);
	return false;
}

/* ---- with ---- */

static bool is_of_staff(const struct act *a)
{
	const struct standing s = act_standing(a);

	return privilege_is_given(PRIVILEGE_SEE_JIDS, s.role, s.affiliation) ||
	       s.affiliation >= AFFILIATION_ADMIN;
}

int64_t mam_request_jids_since(const struct act *a)
{
	const struct room_config *c = &a->room->config;

	if (is_of_staff(a))
		return 0;
	/* whoever is not there sees no addresses there */
	if (!c->shows_jids ||
	    (!a->session && act_standing(a).affiliation < AFFILIATION_MEMBER))
		return INT64_MAX;
	return c->jids_since;
}

/* #filter-jid: who said it, by nick; the room itself is everybody. */
static bool read_occupant(const struct jid *jid, struct archive_query *q,
			  struct cond *fault_out)
{
	struct nickname nick;

	if (!jid_resource(jid))
		return true;
	if (!nickname_make(&nick, jid_resource(jid)))
		return refuse(fault_out, COND_JID_MALFORMED, NULL);
	q->nick = str_dup(nick.text);
	nickname_fini(&nick);
	return true;
}

/* ... by the real address, which one may only ask for if one could know it, or
 * of oneself. What is kept is the account, not the client. */
static bool read_real(const struct act *a, const struct jid *jid,
		      struct archive_query *q, struct cond *fault_out)
{
	int64_t since = jid_equal_bare(jid, a->stanza->from)
				? 0
				: mam_request_jids_since(a);

	if (since == INT64_MAX)
		return refuse(fault_out, COND_FORBIDDEN,
			      "Real addresses are hidden from you here.");
	if (jid_resource(jid))
		return refuse(fault_out, COND_NOT_ACCEPTABLE,
			      "The archive knows accounts, not clients.");
	q->jid = str_dup(jid_bare(jid));
	if (since > q->start)
		q->start = since;
	return true;
}

static bool read_with(const struct act *a, const char *value,
		      struct archive_query *q, struct cond *fault_out)
{
	struct jid *jid = jid_parse(value);
	bool is_good;

	if (!jid)
		return refuse(fault_out, COND_JID_MALFORMED, NULL);
	is_good = jid_equal_bare(jid, a->room->jid)
			  ? read_occupant(jid, q, fault_out)
			  : read_real(a, jid, q, fault_out);
	jid_free(&jid);
	return is_good;
}

/* ---- the other fields ---- */

/* COMPAT(slixmpp, 1.8): dates that know no time zone are sent without one. */
static bool read_date(const char *value, int64_t *at_out)
{
	char *utc = str_format("%sZ", value);
	bool is_good = !datetime_parse(value, at_out) ||
		       !datetime_parse(utc, at_out);

	mem_free(&utc);
	return is_good;
}

static bool read_start(const struct act *a, const char *value,
		       struct archive_query *q, struct cond *fault_out)
{
	int64_t at;

	(void)a;
	if (!read_date(value, &at))
		return refuse(fault_out, COND_BAD_REQUEST, "start: no date.");
	if (at > q->start)
		q->start = at;
	return true;
}

static bool read_end(const struct act *a, const char *value,
		     struct archive_query *q, struct cond *fault_out)
{
	int64_t at;

	(void)a;
	if (!read_date(value, &at))
		return refuse(fault_out, COND_BAD_REQUEST, "end: no date.");
	q->end = at > 0 ? at : 1; /* 0 would be none */
	return true;
}

static bool read_after(const struct act *a, const char *value,
		       struct archive_query *q, struct cond *fault_out)
{
	(void)a;
	(void)fault_out;
	str_set(&q->from_id, value);
	return true;
}

static bool read_before(const struct act *a, const char *value,
			struct archive_query *q, struct cond *fault_out)
{
	(void)a;
	(void)fault_out;
	str_set(&q->until_id, value);
	return true;
}

static bool has_id(const struct archive_query *q, const char *id)
{
	for (size_t i = 0; i < q->id_count; i++)
		if (str_equal(q->ids[i], id))
			return true;
	return false;
}

/* One value of several; no more than a page holds. */
static bool read_id(const struct act *a, const char *value,
		    struct archive_query *q, struct cond *fault_out)
{
	size_t most = a->room->site->archive.page;

	if (has_id(q, value))
		return true;
	if (q->id_count >= most)
		return refuse(fault_out, COND_POLICY_VIOLATION,
			      "Too many ids at once.");
	if (!q->ids)
		q->ids = mem_zero(most, sizeof(*q->ids));
	q->ids[q->id_count++] = str_dup(value);
	return true;
}

static bool read_words(const struct act *a, const char *value,
		       struct archive_query *q, struct cond *fault_out)
{
	(void)a;
	if (strlen(value) > WORDS_MAX)
		return refuse(fault_out, COND_POLICY_VIOLATION,
			      "These are many words.");
	str_set(&q->words, value);
	return true;
}

/* ---- the form ---- */

static const struct field_row {
	const char *var;
	const char *type;
	bool (*read)(const struct act *a, const char *value,
		     struct archive_query *q, struct cond *fault_out);
} rows[] = {
	{ "with", "jid-single", read_with },
	{ "start", "text-single", read_start },
	{ "end", "text-single", read_end },
	{ "before-id", "text-single", read_before },
	{ "after-id", "text-single", read_after },
	{ "ids", "list-multi", read_id },
	{ VAR_FULLTEXT, "text-single", read_words },
};

static const struct field_row *find_row(const char *var)
{
	for (size_t i = 0; var && i < array_len(rows); i++)
		if (str_equal(rows[i].var, var))
			return &rows[i];
	return NULL;
}

static bool is_multi(const struct field_row *row)
{
	return row->read == read_id;
}

/* Empty values are as if the field were not there. */
static bool read_field(const struct act *a, const struct elem *field,
		       struct archive_query *q, struct cond *fault_out)
{
	const struct field_row *row = find_row(elem_attr(field, "var"));
	const struct elem *value = elem_child(field, "value", NS_DATA_FORM);

	if (!row)
		return refuse(fault_out, COND_FEATURE_NOT_IMPLEMENTED,
			      "There is no such field.");
	for (; value; value = elem_next(value, "value", NS_DATA_FORM)) {
		if (*elem_text(value) &&
		    !row->read(a, elem_text(value), q, fault_out))
			return false;
		if (!is_multi(row))
			break;
	}
	return true;
}

static bool read_form(const struct act *a, const struct elem *form,
		      struct archive_query *q, struct cond *fault_out)
{
	const struct elem *field;

	if (!str_equal(elem_attr(form, "type"), "submit") ||
	    !str_equal(form_value(form, "FORM_TYPE"), NS_MAM))
		return refuse(fault_out, COND_BAD_REQUEST,
			      "This is no form of the archive.");
	for (field = elem_child(form, "field", NS_DATA_FORM); field;
	     field = elem_next(field, "field", NS_DATA_FORM))
		if (!str_equal(elem_attr(field, "var"), "FORM_TYPE") &&
		    !read_field(a, field, q, fault_out))
			return false;
	return true;
}

void mam_request_add_form(struct elem *query)
{
	struct elem *form = form_add(query, "form", NS_MAM);
	struct elem *field, *validate;

	for (size_t i = 0; i < array_len(rows); i++) {
		field = form_add_field(form, rows[i].var, rows[i].type, NULL,
				       NULL);
		if (!is_multi(&rows[i]))
			continue;
		/* #query-form: any value, not one of a list */
		validate = elem_add(field, "validate", NS_FORM_VALIDATE);
		elem_set_attr(validate, "datatype", "xs:string");
		elem_add(validate, "open", NULL);
	}
}

/* ---- the page ---- */

/* Both after and before: what lies between, from its end (RSM leaves it open).
 */
static bool read_set(const struct elem *payload, struct mam_request *r,
		     struct cond *fault_out)
{
	struct archive_query *q = r->query;
	struct rsm_request set;

	if (rsm_read(payload, &set))
		return refuse(fault_out, COND_BAD_REQUEST, NULL);
	if (set.index >= 0) /* XEP-0059 #jump */
		return refuse(fault_out, COND_FEATURE_NOT_IMPLEMENTED,
			      "Pages are found by id.");
	if (set.max >= 0 && (uint64_t)set.max < q->max)
		q->max = (size_t)set.max;
	r->is_count_only = set.max == 0;
	if (r->is_count_only)
		q->max = 1;
	if (set.after && *set.after)
		q->after_id = str_dup(set.after);
	if (set.before && *set.before)
		q->before_id = str_dup(set.before);
	q->last_page = set.before != NULL;
	return true;
}

static bool read_all(const struct act *a, struct mam_request *r,
		     struct cond *fault_out)
{
	const struct elem *payload = stanza_payload(a->stanza);
	const struct elem *form = elem_child(payload, "x", NS_DATA_FORM);

	if (elem_attr(payload, "node"))
		return refuse(fault_out, COND_ITEM_NOT_FOUND,
			      "A room has no nodes.");
	return read_set(payload, r, fault_out) &&
	       (!form || read_form(a, form, r->query, fault_out));
}

bool mam_request_read(const struct act *a, struct mam_request *out,
		      struct cond *fault_out)
{
	const struct elem *payload = stanza_payload(a->stanza);
	struct room *r = a->room;

	*out = (struct mam_request){
		.query = archive_query_new(jid_text(r->jid),
					   r->site->archive.page),
		.query_id = elem_attr(payload, "queryid"),
		.is_flipped = elem_child(payload, "flip-page", NS_MAM) != NULL,
	};
	out->query->want_count = true;
	out->query->max_count = COUNT_MAX;
	out->query->max_bytes = r->site->archive.bytes;
	/* an earlier room of that name had its own talk */
	out->query->start = r->created;
	if (read_all(a, out, fault_out))
		return true;
	mam_request_fini(out);
	return false;
}

void mam_request_fini(struct mam_request *r)
{
	archive_query_free(&r->query);
}
