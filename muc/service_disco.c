/* SPDX-License-Identifier: MIT */
#include "muc/service_disco.h"

#include "base/map.h"
#include "muc/caps.h"
#include "muc/contacts.h"
#include "muc/entity.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* XEP-0504: what is said in a logged room is public and stays. */
/* XEP-0504. What only the operator knows (backups, the place) is not told. A line
 * that was taken back is sealed, not deleted. */
static void add_policy(const struct contacts *contacts, struct elem *query)
{
	struct elem *form = form_add(query, "result", NS_DATA_POLICY);
	struct elem *field;

	form_add_field(form, "auth_data", "list-single", NULL, "no_auth");
	form_add_field(form, "data_retention", "text-single", NULL,
		       "infinite");
	form_add_field(form, "data_deletion", "boolean", NULL, "0");
	form_add_field(form, "encryption_at_rest", "boolean", NULL, "0");
	contacts_add_terms(contacts, form);
	form_add_field(form, "data_export", "boolean", NULL, "0");
	field = form_add_field(form, "access_policy", "list-multi", NULL,
			       "admins");
	form_add_value(field, "moderators");
	form_add_field(form, "full_erasure", "boolean", NULL, "0");
	form_add_field(form, "extra_info", "text-multi", NULL,
		       "Rooms with public logging (status 170) keep and show "
		       "to everybody what is said in them. Private messages "
		       "are not kept.");
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
	add_policy(map_get(site->contacts, domain), query);
	return query;
}

char *service_disco_make_ver(const struct site *site, const char *domain)
{
	struct elem *reply = elem_new("iq", NS_SERVER);
	char *ver = caps_make_ver(service_disco_add(site, domain, reply, NULL));

	elem_free(&reply);
	return ver;
}
