/* SPDX-License-Identifier: MIT */
#include "muc/service_disco.h"

#include <inttypes.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/caps.h"
#include "muc/contacts.h"
#include "muc/entity.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* XEP-0504 #extra: what no field of it can say. */
static const char *const policy_lines[] = {
	"Rooms here are a public record, unless a room says otherwise (its "
	"public logging is off; status 171).",
	"What is said in a room with public logging (status 170) is kept, and "
	"shown to everybody on the web and by search engines, with the "
	"nickname it was said under.",
	"A line that is taken back is shown no more, but kept under seal for "
	"those who run the service.",
	"Your real address is shown to the moderators of a room, unless the "
	"room shows it to all (status 100); never on the web.",
	"Private messages are not kept.",
	"What you tell a room when you register with it is kept until you "
	"give the registration back.",
	"Who did what to rooms and people is kept for those who answer for it.",
};

/* #retention: in hours */
static void add_retention(const struct site *site, struct elem *form)
{
	int64_t hour = INT64_C(3600) * 1000;
	char *text = site->keep ? str_format("%" PRId64,
					     (site->keep + hour - 1) / hour)
				: str_dup("infinite");

	form_add_field(form, "data_retention", "text-single", NULL, text);
	mem_free(&text);
}

/* What only the operator knows (backups, the place) is not told. */
static void add_policy(const struct site *site,
		       const struct contacts *contacts, struct elem *query)
{
	struct elem *form = form_add(query, "result", NS_DATA_POLICY);
	struct elem *field;

	form_add_field(form, "auth_data", "list-single", NULL, "no_auth");
	add_retention(site, form);
	form_add_field(form, "data_deletion", "boolean", NULL, "0");
	form_add_field(form, "encryption_at_rest", "boolean", NULL, "0");
	contacts_add_terms(contacts, form);
	form_add_field(form, "data_export", "boolean", NULL, "0");
	field = form_add_field(form, "access_policy", "list-multi", NULL,
			       "admins");
	form_add_value(field, "moderators");
	form_add_field(form, "full_erasure", "boolean", NULL, "0");
	field = form_add_field(form, "extra_info", "text-multi", NULL, NULL);
	for (size_t i = 0; i < array_len(policy_lines); i++)
		form_add_value(field, policy_lines[i]);
}

struct elem *service_disco_add(const struct site *site, const char *domain,
			       struct elem *reply, const char *node)
{
	static const char *const features[] = {
		NS_DISCO_INFO, NS_DISCO_ITEMS, NS_MUC, NS_MUC_STABLE_ID,
		NS_OCCUPANT_ID, NS_RSM, NS_CAPS, NS_NO_REPLY,
		NS_CHANNEL_SEARCH, NS_ROOM_ACTIVITY, NS_REPORTING, NS_VCARD,
	};
	struct elem *query = disco_add_info(reply, node);

	disco_add_identity(query, "conference", "text", "Conference rooms");
	for (size_t i = 0; i < array_len(features); i++)
		disco_add_feature(query, features[i]);
	if (site->env.on_errand)
		disco_add_feature(query, NS_COMMANDS);
	entity_add_features(query);
	contacts_add_forms(map_get(site->contacts, domain), query);
	add_policy(site, map_get(site->contacts, domain), query);
	return query;
}

char *service_disco_make_ver(const struct site *site, const char *domain)
{
	struct elem *reply = elem_new("iq", NS_SERVER);
	char *ver = caps_make_ver(service_disco_add(site, domain, reply, NULL));

	elem_free(&reply);
	return ver;
}
