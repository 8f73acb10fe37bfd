/* SPDX-License-Identifier: MIT */
#include "muc/channel_search.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "jid/precis.h"
#include "muc/directory.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"
#include "xmpp/stanza.h"

#define PAGE_MAX 50
#define WORDS_MAX 5
#define QUERY_MAX 200
#define KEY_USERS "{" NS_CHANNEL_SEARCH_ORDER "}nusers"
#define KEY_ADDRESS "{" NS_CHANNEL_SEARCH_ORDER "}address"

/** What is looked for. */
struct wish {
	char *words[WORDS_MAX]; /* owned, case mapped */
	size_t word_count;
	bool in_name;
	bool in_description;
	bool in_address;
	int64_t min_users;
	bool by_address;
};

/** The rooms that fit, in order. */
struct hits {
	const struct room **rooms; /* owned array, rooms borrowed */
	size_t count;
};

static struct elem *result_new(const struct stanza *s, const char *name)
{
	struct elem *result = stanza_result_new(s);

	elem_add(result, name, NS_CHANNEL_SEARCH);
	return result;
}

/* ---- the form ---- */

static void add_bool(struct elem *form, const char *var, const char *label,
		     const char *value)
{
	form_add_field(form, var, "boolean", label, value);
}

static struct elem *answer_form(const struct stanza *s)
{
	struct elem *result = result_new(s, "search");
	struct elem *search = elem_child(result, "search", NULL);
	struct elem *form = form_add(search, "form", NS_CHANNEL_SEARCH_PARAMS);
	struct elem *key;

	form_add_field(form, "q", "text-single", "Search for", NULL);
	add_bool(form, "all", "All rooms", NULL);
	add_bool(form, "sinname", "Search in names", "true");
	add_bool(form, "sindescription", "Search in descriptions", "true");
	add_bool(form, "sinaddr", "Search in addresses", "true");
	form_add_field(form, "min_users", "text-single",
		       "Least number of people", "0");
	key = form_add_field(form, "key", "list-single", "Sort by", KEY_USERS);
	form_add_option(key, "Number of people", KEY_USERS);
	form_add_option(key, "Address", KEY_ADDRESS);
	return result;
}

/* ---- the wish ---- */

static void wish_fini(struct wish *w)
{
	for (size_t i = 0; i < w->word_count; i++)
		mem_free(&w->words[i]);
}

/* For comparison only: what is no text for PRECIS is compared as it is. */
static char *fold(const char *text)
{
	char *folded = precis_nickname_key(text);

	return folded ? folded : str_dup(text);
}

static bool read_words(struct wish *w, const char *q)
{
	char *copy, *word, *rest;

	if (strlen(q) > QUERY_MAX)
		return false;
	copy = str_dup(q);
	for (word = strtok_r(copy, " \t\n", &rest);
	     word && w->word_count < WORDS_MAX;
	     word = strtok_r(NULL, " \t\n", &rest))
		w->words[w->word_count++] = fold(word);
	mem_free(&copy);
	return w->word_count > 0;
}

static bool is_true(const struct elem *form, const char *var, bool otherwise)
{
	const char *value = form_value(form, var);

	if (!value)
		return otherwise;
	return str_equal(value, "1") || str_equal(value, "true");
}

/* NULL, or what of it we do not understand. */
static const char *read_wish(const struct elem *form, struct wish *w,
			     enum cond_name *name_out)
{
	const char *q = form_value(form, "q");
	const char *key = form_value(form, "key");
	const char *least = form_value(form, "min_users");
	bool all = is_true(form, "all", false);

	*name_out = COND_BAD_REQUEST;
	if (all && q && *q)
		return "conflicting-fields";
	if (!all && (!q || !read_words(w, q)))
		return "invalid-search-terms";
	if (least && str_to_int64(least, 0, INT32_MAX, &w->min_users))
		return "invalid-search-terms";
	w->in_name = is_true(form, "sinname", true);
	w->in_description = is_true(form, "sindescription", true);
	w->in_address = is_true(form, "sinaddr", true);
	w->by_address = str_equal(key, KEY_ADDRESS);
	if (!key || w->by_address || str_equal(key, KEY_USERS))
		return NULL;
	*name_out = COND_FEATURE_NOT_IMPLEMENTED;
	return "invalid-sort-key";
}

/* ---- the hits ---- */

static bool has_word(const char *text, const char *word)
{
	char *folded = text ? fold(text) : NULL;
	bool has = folded && strstr(folded, word);

	mem_free(&folded);
	return has;
}

static bool fits(const struct room *r, const struct wish *w)
{
	for (size_t i = 0; i < w->word_count; i++)
		if (!(w->in_name && has_word(room_name(r), w->words[i])) &&
		    !(w->in_description &&
		      has_word(r->config.description, w->words[i])) &&
		    !(w->in_address &&
		      strstr(jid_text(r->jid), w->words[i])))
			return false;
	return (int64_t)roster_occupant_count(&r->roster) >= w->min_users;
}

static int by_users(const void *a, const void *b)
{
	const struct room *one = *(const struct room *const *)a;
	const struct room *other = *(const struct room *const *)b;
	size_t n = roster_occupant_count(&one->roster);
	size_t m = roster_occupant_count(&other->roster);

	if (n != m)
		return n > m ? -1 : 1;
	return strcmp(jid_text(one->jid), jid_text(other->jid));
}

/* The directory is in the order of addresses. */
static struct hits find(const struct directory *d, const struct wish *w)
{
	struct hits h = {
		.rooms = mem_zero(d->count + 1, sizeof(*h.rooms)),
	};

	for (size_t i = 0; i < d->count; i++)
		if (fits(d->rooms[i], w))
			h.rooms[h.count++] = d->rooms[i];
	if (!w->by_address && h.count)
		qsort(h.rooms, h.count, sizeof(*h.rooms), by_users);
	return h;
}

static void add_item(struct elem *result, const struct room *r)
{
	struct elem *item = elem_add(result, "item", NULL);
	char *count = str_format("%zu", roster_occupant_count(&r->roster));

	elem_set_attr(item, "address", jid_text(r->jid));
	elem_add_with_text(item, "name", NULL, room_name(r));
	if (r->config.description)
		elem_add_with_text(item, "description", NULL,
				   r->config.description);
	if (r->config.lang)
		elem_add_with_text(item, "language", NULL, r->config.lang);
	elem_add_with_text(item, "nusers", NULL, count);
	elem_add_with_text(item, "service-type", NULL, "xep-0045");
	if (!r->config.is_members_only && !r->config.password)
		elem_add(item, "is-open", NULL);
	mem_free(&count);
}

/* Where the page begins: behind the room it names. */
static size_t find_start(const struct hits *h, const char *after)
{
	for (size_t i = 0; after && i < h->count; i++)
		if (str_equal(jid_text(h->rooms[i]->jid), after))
			return i + 1;
	return after ? h->count : 0;
}

static struct elem *answer_page(const struct stanza *s, const struct hits *h,
				const struct rsm_request *request)
{
	struct elem *result = result_new(s, "result");
	struct elem *page = elem_child(result, "result", NULL);
	size_t start = find_start(h, request->after), end = h->count;
	size_t max = PAGE_MAX;

	if (request->max >= 0 && request->max < PAGE_MAX)
		max = (size_t)request->max;
	if (end - start > max)
		end = start + max;
	for (size_t i = start; i < end; i++)
		add_item(page, h->rooms[i]);
	rsm_add(page, end > start ? jid_text(h->rooms[start]->jid) : NULL,
		end > start ? jid_text(h->rooms[end - 1]->jid) : NULL,
		end > start ? (int64_t)start : -1, (int64_t)h->count);
	return result;
}

static struct elem *answer_fault(const struct stanza *s, const char *fault,
				 enum cond_name name)
{
	struct cond cond = cond_make_typed(name, COND_TYPE_MODIFY, NULL);
	struct elem *answer = stanza_error_new(s, &cond, NULL);

	elem_add(elem_child(answer, "error", NULL), fault,
		 NS_CHANNEL_SEARCH_ERROR);
	return answer;
}

/* XEP-0433 #usecases-support-request-ratelimit */
static struct elem *answer_too_often(const struct stanza *s)
{
	struct cond cond = cond_make(COND_RESOURCE_CONSTRAINT,
				     "You search too often.");
	struct elem *answer = stanza_error_new(s, &cond, NULL);
	struct elem *limit = elem_add(elem_child(answer, "error", NULL),
				      "rate-limit", NS_CHANNEL_SEARCH_ERROR);

	elem_set_attr(limit, "retry-after", "10");
	return answer;
}

static struct elem *answer_search(const struct directory *rooms,
				  const struct stanza *s,
				  const struct elem *form)
{
	struct wish w = { 0 };
	struct rsm_request request;
	struct elem *answer;
	enum cond_name name;
	const char *fault = read_wish(form, &w, &name);
	struct hits h;

	if (fault) {
		answer = answer_fault(s, fault, name);
	} else if (rsm_read(stanza_payload(s), &request)) {
		answer = answer_fault(s, "invalid-search-terms",
				      COND_BAD_REQUEST);
	} else {
		h = find(rooms, &w);
		answer = answer_page(s, &h, &request);
		mem_free(&h.rooms);
	}
	wish_fini(&w);
	return answer;
}

bool channel_search_run(struct site *site, const struct directory *rooms,
			const struct stanza *s)
{
	const struct elem *payload = stanza_payload(s);
	const struct elem *form;
	struct elem *answer;

	if (s->type != STANZA_GET || !payload ||
	    !elem_is(payload, "search", NS_CHANNEL_SEARCH))
		return false;
	form = form_find(payload, NS_CHANNEL_SEARCH_PARAMS);
	if (!form)
		answer = answer_form(s);
	else if (site_may_ask(site, s->from))
		answer = answer_search(rooms, s, form);
	else
		answer = answer_too_often(s);
	site_answer(site, answer, s->from, jid_domain(s->to));
	return true;
}
