/* SPDX-License-Identifier: MIT */
#include "muc/house.h"

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/destroy.h"
#include "muc/directory.h"
#include "muc/dispatch.h"
#include "muc/observe.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/wake.h"
#include "xmpp/stanza.h"

struct room *house_add_room(struct muc *m, const struct jid *jid,
			    int64_t created)
{
	struct room *r = room_new(&m->site, jid, created);

	map_add(m->rooms, jid_text(r->jid), r);
	return r;
}

/* Public rooms are in the directory, once they are configured. */
void house_list_room(struct muc *m, struct room *r)
{
	bool is_shown = r->config.is_public && !r->config.is_locked;
	struct directory *d;

	if (is_shown == r->is_listed)
		return;
	d = map_get(m->domains, jid_domain(r->jid));
	r->is_listed = is_shown;
	if (r->is_listed)
		directory_add(d, r);
	else
		directory_remove(d, r);
}

void house_deliver_waiting(struct muc *m, struct list *waiting)
{
	struct stanza *s;
	bool by_certificate;

	while ((s = wake_take_waiting(waiting, &by_certificate)))
		muc_deliver(m, s,
			    by_certificate ? MUC_BY_CERTIFICATE
					   : MUC_BY_DIALBACK);
}

static void bury(struct muc *m, const struct jid *jid,
		 struct room_config *config)
{
	struct room *r = house_add_room(m, jid, site_now(&m->site));

	room_config_fini(&r->config);
	r->config = *config;
	r->history.state = HISTORY_AWAKE;
	persist_room(r);
	room_flush(r);
}

void house_end_room(struct muc *m, struct room *r,
		    struct room_config *tombstone)
{
	struct directory *d = map_get(m->domains, jid_domain(r->jid));
	struct jid *jid = jid_copy(r->jid);
	struct list waiting;

	observe_gone(r);
	list_init(&waiting);
	list_move_all(&waiting, &r->waiting);
	if (r->is_listed)
		directory_remove(d, r);
	map_steal(m->rooms, jid_text(r->jid));
	room_free(&r);
	if (tombstone)
		bury(m, jid, tombstone);
	jid_free(&jid);
	house_deliver_waiting(m, &waiting);
}

static void finish_over(struct muc *m, struct room *r)
{
	struct room_config tombstone;
	bool stays = destroy_make_tombstone(r, &tombstone);

	log_info(LOG_MUC, "%s: over", jid_text(r->jid));
	persist_room_gone(r);
	room_flush(r);
	house_end_room(m, r, stays ? &tombstone : NULL);
}

void house_finish(struct muc *m, struct room *r)
{
	if (r->is_over) {
		finish_over(m, r);
		return;
	}
	house_list_room(m, r);
	room_flush(r);
}

void house_deliver_to_room(struct act *a)
{
	if (a->session)
		a->session->heard = a->now;
	dispatch_run(a);
}
