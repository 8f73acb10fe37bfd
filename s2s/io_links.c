/* SPDX-License-Identifier: MIT */
#include "s2s/io_part.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "s2s/feed.h"
#include "s2s/link.h"
#include "s2s/shard.h"
#include "xmpp/envelope.h"

void io_on_quiet(void *owner)
{
	struct io *io = owner;

	loop_at_turn_end(io->loop, &io->sweep);
}

static void on_answer(void *owner, uint64_t asker, const char *local,
		      const char *remote, enum packet_type verdict,
		      enum cond_name cond)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_ANSWER);

	m->stream = asker;
	io_mail_set_pair(m, local, remote);
	m->verdict = verdict;
	m->cond = cond;
	io_post(io->team->ios[shard_id_unpack(asker).loop], m);
}

void io_on_undelivered(void *owner, struct envelope *owned,
			   enum cond_name why)
{
	struct io *io = owner;

	io->team->events->on_undelivered(io->team->owner, owned, why);
}

static void on_lost(void *owner, const char *local, const char *remote)
{
	struct io *io = owner;

	io->team->events->on_lost(io->team->owner, local, remote);
}

static void on_way(void *owner, const char *local, const char *remote,
		   enum s2s_way way)
{
	struct io *io = owner;

	if (io->team->events->on_way)
		io->team->events->on_way(io->team->owner, local, remote, way);
}

static void on_heavy(void *owner, const char *remote, bool is_heavy)
{
	struct io *io = owner;

	for (unsigned i = 0; i < io->team->count; i++) {
		struct io_mail *m = io_mail_new(IO_HOLD);

		m->remote = str_dup(remote);
		m->is_on = is_heavy;
		io_post(io->team->ios[i], m);
	}
}

struct io *io_of_stream(const struct io *io, uint64_t stream)
{
	return io->team->ios[shard_id_unpack(stream).loop];
}

static void on_portion(void *owner, const char *local, const char *remote,
		       const struct feed_portion *portion)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_PORTION);

	m->stream = portion->stream;
	io_mail_set_pair(m, local, remote);
	m->serial = portion->serial;
	m->size = portion->stanzas;
	m->data = *portion->data;
	buf_init(portion->data);
	io_post(io_of_stream(io, m->stream), m);
}

void io_on_release(void *owner, const char *local, const char *remote,
		       uint64_t stream, bool is_broken)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_RELEASE);

	m->stream = stream;
	io_mail_set_pair(m, local, remote);
	m->flag = is_broken;
	io_post(io_of_stream(io, stream), m);
}

static const struct link_events link_events = {
	.on_heavy = on_heavy,
	.on_stanza = io_on_stanza,
	.on_reply = io_on_reply,
	.on_portion = on_portion,
	.on_release = io_on_release,
	.on_answer = on_answer,
	.on_undelivered = io_on_undelivered,
	.on_lost = on_lost,
	.on_way = on_way,
	.on_quiet = io_on_quiet,
};

/* Borrowed, until the next. */
static const char *link_key(struct io *io, const char *local,
			    const char *remote)
{
	buf_clear(&io->key);
	buf_add_str(&io->key, remote);
	buf_add_char(&io->key, ' ');
	buf_add_str(&io->key, local);
	return buf_str(&io->key);
}

struct link *io_find_link(struct io *io, const char *local, const char *remote)
{
	return map_get(io->links, link_key(io, local, remote));
}

struct link *io_need_link(struct io *io, const char *local, const char *remote)
{
	struct link *l = io_find_link(io, local, remote);

	if (l)
		return l;
	l = link_new(&io->place, local, remote, &link_events, io);
	map_add(io->links, link_key(io, local, remote), l);
	return l;
}

static bool is_for(const struct link *l, const struct envelope *e)
{
	return l && str_equal(link_remote(l), envelope_domain(e)) &&
	       str_equal(link_local(l), envelope_local(e));
}

/* A message to a room goes to the links of the one before it: those that were
 * found last stand where the hash that the envelope brings leads. */
struct link *io_need_link_of(struct io *io, const struct envelope *e)
{
	struct link **found =
		&io->found[envelope_domain_hash(e) % array_len(io->found)];

	if (is_for(*found, e))
		return *found;
	if (place_is_ours(&io->place, envelope_domain(e)))
		return NULL;
	*found = io_need_link(io, envelope_local(e), envelope_domain(e));
	return *found;
}

void io_forget_found(struct io *io)
{
	memset(io->found, 0, sizeof(io->found));
}
