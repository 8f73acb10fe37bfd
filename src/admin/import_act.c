/* SPDX-License-Identifier: MIT */
#include "admin/import_act.h"

#include "admin/roll.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/view.h"

static struct desk_actor actor_of(const struct import_act *a,
				  const char *reason)
{
	return (struct desk_actor){
		.by = a->by,
		.reason = reason,
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};
}

static enum desk_result create(const struct import_act *a,
			       const struct group *g, const char *room)
{
	struct desk_actor actor = actor_of(a, NULL);
	char *text = group_describe(&g->kept);
	const struct desk_wish wish = {
		.name = g->kept.name,
		.description = text,
	};
	enum desk_result result = desk_create(a->muc, &actor, room, &wish);

	mem_free(&text);
	return result;
}

/** What the room says of itself, to be compared with what the list said. */
struct room_texts {
	char *name;
	char *description;
};

static void take_texts(void *owner, const struct room_view *view)
{
	struct room_texts *texts = owner;

	texts->name = str_dup(view->name);
	texts->description = str_dup(view->description);
}

static void set_text(const struct import_act *a, const char *room,
		     const char *field, const char *value)
{
	struct desk_actor actor = actor_of(a, NULL);

	(void)desk_set(a->muc, &actor, room, field, value ? value : "");
}

/* What people have written themselves stays. */
static void refresh(const struct import_act *a,
		    const struct record_group *known, const struct group *g,
		    const char *room)
{
	char *before = group_describe(known);
	char *after = group_describe(&g->kept);
	struct room_texts texts = { NULL, NULL };

	if (view_room(a->muc, room, take_texts, &texts)) {
		if (str_equal(texts.name, known->name) &&
		    !str_equal(texts.name, g->kept.name))
			set_text(a, room, "name", g->kept.name);
		if (str_equal(texts.description, before) &&
		    !str_equal(texts.description, after))
			set_text(a, room, "description", after);
	}
	mem_free(&texts.name);
	mem_free(&texts.description);
	mem_free(&after);
	mem_free(&before);
}

static enum desk_result rename_room(const struct import_act *a,
				    const struct group *g,
				    const struct import_step *s)
{
	const struct record_group *k = &s->known->as_group;
	struct desk_actor actor = actor_of(a, "The group has a new name.");
	enum desk_result result =
		desk_rename(a->muc, &actor, s->known->room, s->room);

	if (result != DESK_DONE)
		return result;
	refresh(a, k, g, s->room);
	return DESK_DONE;
}

static enum desk_result retire(const struct import_act *a,
			       const struct record *known, const char *state,
			       const char *successor)
{
	struct desk_actor actor =
		actor_of(a, str_equal(state, "replaced")
				    ? "The group was replaced by another."
				    : "The group has ended its work.");
	enum desk_result result;

	if (!successor)
		successor = known->as_group.successor;
	result = desk_retire(a->muc, &actor, known->room, successor);
	/* the room may be gone in one way or another: then all is well */
	return result == DESK_SAME || result == DESK_NO_ROOM ? DESK_DONE
							     : result;
}

/* What is kept of the group from now on; known goes. */
static void keep(const struct import_act *a, struct group *g,
		 const struct import_step *s)
{
	const char *room =
		s->action == IMPORT_UPDATE || s->action == IMPORT_RETIRE
			? s->known->room
			: s->room;
	char *known_key = s->known ? str_dup(s->known->as_group.key) : NULL;
	char *kept_room = str_dup(room);

	if (s->action == IMPORT_RETIRE) {
		g->kept.is_retired = true;
		if (s->successor)
			str_set(&g->kept.successor, s->successor);
	} else if (s->action != IMPORT_UPDATE) {
		g->kept.is_retired = false;
		str_set(&g->kept.successor, NULL);
	}
	if (known_key && !str_equal(known_key, g->kept.key))
		roll_drop(a->roll, known_key);
	roll_put(a->roll, kept_room, &g->kept);
	mem_free(&kept_room);
	mem_free(&known_key);
}

static enum desk_result act(const struct import_act *a, struct group *g,
			    const struct import_step *s)
{
	switch (s->action) {
	case IMPORT_CREATE:
		return create(a, g, s->room);
	case IMPORT_RENAME:
		return rename_room(a, g, s);
	case IMPORT_UPDATE:
		if (!s->known->as_group.is_retired)
			refresh(a, &s->known->as_group, g, s->known->room);
		return DESK_DONE;
	case IMPORT_RETIRE:
		return retire(a, s->known, g->kept.state, s->successor);
	default:
		return DESK_SAME; /* nothing to do */
	}
}

enum desk_result import_act_do(const struct import_act *a, struct group *g,
			       const struct import_step *s)
{
	enum desk_result result;

	if (s->known)
		import_plan_merge(s->known, g);
	result = act(a, g, s);
	if (result == DESK_DONE)
		keep(a, g, s);
	return result;
}

enum desk_result import_act_retire_missing(const struct import_act *a,
					   const struct import_step *s)
{
	struct record_group kept = { .is_retired = false };
	enum desk_result result = retire(a, s->known, NULL, s->successor);

	if (result != DESK_DONE)
		return result;
	group_copy_kept(&kept, &s->known->as_group);
	kept.is_retired = true;
	str_set(&kept.state, GROUP_MISSING);
	if (s->successor)
		str_set(&kept.successor, s->successor);
	roll_put(a->roll, s->room, &kept);
	group_fini_kept(&kept);
	return DESK_DONE;
}
