/* SPDX-License-Identifier: MIT */
#include "muc/configure.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "jid/jid.h"
#include "muc/audit.h"
#include "muc/house.h"
#include "muc/rank.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/room_field.h"
#include "muc/room_form.h"
#include "xml/elem.h"

static struct room *find_room(struct muc *m, const char *text)
{
	struct room *r = map_get(m->rooms, text);

	return r && !r->config.is_destroyed ? r : NULL;
}

static enum room_hand hand_of(enum affiliation rank, bool is_operator)
{
	if (is_operator)
		return HAND_OPERATOR;
	return rank == AFFILIATION_OWNER ? HAND_OWNER : HAND_ADMIN;
}

bool configure_add_form(struct muc *m, const char *room, enum affiliation rank,
			bool is_operator, struct elem *parent)
{
	const struct room *r = find_room(m, room);

	if (r)
		room_form_add(r, hand_of(rank, is_operator), parent);
	return r != NULL;
}

static void change(struct muc *m, struct room *r, struct room_config *config,
		   const char *by)
{
	char *changes = room_field_name_changes(&r->config, config);

	log_info(LOG_MUC, "%s: configured by %s: %s", jid_text(r->jid), by,
		 changes);
	muc_audit(m, jid_text(r->jid), by, "configure", NULL, NULL, changes);
	mem_free(&changes);
	config->is_locked = false;
	reconfigure_take(r, config);
}

static void audit_lists(struct muc *m, const struct room *r, const char *by,
			const struct room_form_lists *lists)
{
	for (size_t i = 0; i < lists->count; i++)
		muc_audit(m, jid_text(r->jid), by, "affiliation",
			  jid_text(lists->changes[i].jid), NULL,
			  affiliation_text(lists->changes[i].affiliation));
}

static void apply(struct muc *m, struct room *r, struct room_config *config,
		  struct room_form_lists *lists, const char *by)
{
	struct room_config before;

	room_config_copy(&before, &r->config);
	if (!room_config_is_same(config, &r->config))
		change(m, r, config, by);
	audit_lists(m, r, by, lists);
	rank_apply(r, lists->changes, lists->count);
	reconfigure_tell(r, &before);
	rank_tell(r, lists->changes, lists->count, NULL);
	room_config_fini(&before);
	house_finish(m, r);
}

enum configure_result configure_take(struct muc *m, const char *room,
				     enum affiliation rank, bool is_operator,
				     const char *by, const struct elem *form,
				     const char **fault_out)
{
	enum room_hand hand = hand_of(rank, is_operator);
	enum configure_result result = CONFIGURE_DONE;
	struct room_form_lists lists = { 0 };
	struct room *r = find_room(m, room);
	struct room_config config;

	if (!r)
		return CONFIGURE_NO_ROOM;
	if (!room_may_save(r))
		return CONFIGURE_BEHIND;
	room_config_copy(&config, &r->config);
	*fault_out = room_form_read(r, hand, form, &config);
	if (!*fault_out)
		*fault_out = room_form_read_lists(r, hand, form, &lists);
	if (!*fault_out && lists.has_no_owner)
		*fault_out = "Owners";
	if (*fault_out)
		result = CONFIGURE_BAD;
	else if (room_config_is_same(&config, &r->config) && !lists.count)
		result = CONFIGURE_SAME;
	else
		apply(m, r, &config, &lists, by);
	room_form_lists_fini(&lists);
	room_config_fini(&config);
	return result;
}
