/* SPDX-License-Identifier: MIT */
#include "muc/room_info.h"

#include <inttypes.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/avatar.h"
#include "muc/contacts.h"
#include "muc/hat.h"
#include "muc/room.h"
#include "muc/room_field.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define VAR_ACTIVITY "{urn:xmpp:muc-activity}message-activity"

static void add_number(struct elem *form, const char *var, size_t n)
{
	char *text = str_format("%zu", n);

	form_add_field(form, var, NULL, NULL, text);
	mem_free(&text);
}

static void add_text(struct elem *form, const char *var, const char *text)
{
	if (text)
		form_add_field(form, var, NULL, NULL, text);
}

static size_t most_history(const struct room *r)
{
	size_t most = (size_t)r->config.max_history;

	return most < r->history.max ? most : r->history.max;
}

/* XEP-0502 #retrieve, #privacy: of rooms that are public and open only. */
static void add_activity(struct room *r, struct elem *form)
{
	const struct room_config *c = &r->config;
	int64_t rate;
	char *text;

	if (!c->is_persistent || !room_config_is_open(c))
		return;
	rate = room_activity_get(&r->activity, site_now(r->site));
	text = str_format("%" PRId64 ".%02" PRId64, rate / 100, rate % 100);
	form_add_field(form, VAR_ACTIVITY, NULL, "Messages an hour", text);
	mem_free(&text);
}

/* Only what is on the web; of a hidden room not even where it would be. */
static void add_logs(const struct room *r, struct elem *form)
{
	char *url = NULL;

	if (room_config_is_on_record(&r->config))
		url = log_url_make(&r->site->log_url, r->jid);
	add_text(form, "muc#roominfo_logs", url);
	mem_free(&url);
}

static void add_passing(struct room *r, struct elem *form)
{
	add_number(form, "muc#roominfo_occupants",
		   roster_occupant_count(&r->roster));
	add_text(form, "muc#roominfo_subject", r->subject.text);
	add_activity(r, form);
}

/* Some clients look for the settings themselves, too. */
static void add_settings(const struct room_config *c, struct elem *form)
{
	const char *subjectmod = c->may_change_subject ? "1" : "0";

	add_text(form, "muc#roominfo_subjectmod", subjectmod);
	add_text(form, "muc#roomconfig_changesubject", subjectmod);
	add_text(form, "muc#roomconfig_allowinvites",
		 c->may_invite ? "1" : "0");
	add_text(form, "muc#roomconfig_allowpm", room_field_pm_word(c));
}

/* XEP-0317 #disco */
static void add_hats(const struct room_config *c, struct elem *form)
{
	char *hash = hat_make_hash(c->hats);

	form_add_field(form, "hats#hash", NULL, NULL, hash);
	mem_free(&hash);
}

/* With the terms under which people speak where a record is kept. */
static void add_description(const struct room *r, struct elem *form)
{
	const char *own = r->config.description, *terms = r->site->note_well;
	char *both;

	if (!terms || !r->config.is_logged) {
		add_text(form, "muc#roominfo_description", own);
		return;
	}
	both = str_format("%s%s%s", own ? own : "", own ? "\n" : "", terms);
	add_text(form, "muc#roominfo_description", both);
	mem_free(&both);
}

void room_info_add(struct room *r, struct elem *query, bool is_lasting)
{
	struct elem *form = form_add(query, "result", NS_MUC_ROOMINFO);
	const struct room_config *c = &r->config;

	contacts_add_jids(map_get(r->site->contacts, jid_domain(r->jid)), form);
	add_description(r, form);
	add_text(form, "muc#roominfo_lang", c->lang);
	add_text(form, "muc#roominfo_pubsub", c->pubsub);
	add_logs(r, form);
	add_settings(c, form);
	add_number(form, "muc#maxhistoryfetch", most_history(r));
	add_number(form, "muc#roominfo_slow_mode_duration",
		   (size_t)calm_slow_mode(r));
	avatar_add_hashes(c, form);
	add_hats(c, form);
	if (!is_lasting)
		add_passing(r, form);
}
