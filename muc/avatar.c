/* SPDX-License-Identifier: MIT */
#include "muc/avatar.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/caps.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/room_disco.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define PICTURES_MAX 3
#define BYTES_MAX 65536 /* of all pictures, decoded */

/* The stored vCard as a tree, owned, or NULL. */
static struct elem *read_card(const struct room_config *c)
{
	return c->avatar ? parser_read(c->avatar, strlen(c->avatar), NULL)
			 : NULL;
}

void avatar_get(struct act *a)
{
	struct elem *result = stanza_result_new(a->stanza);
	struct elem *card = read_card(&a->room->config);

	if (card)
		elem_add_copy(result, card);
	else
		elem_add(result, "vCard", NS_VCARD);
	elem_free(&card);
	act_answer(a, result);
}

/* ---- setting ---- */

static bool is_picture(const char *type)
{
	static const char *const types[] = { "image/png", "image/jpeg",
					     "image/gif", "image/webp" };

	for (size_t i = 0; i < array_len(types); i++)
		if (str_equal(type, types[i]))
			return true;
	return false;
}

static char *without_space(const char *text)
{
	struct buf out = { 0 };

	for (; *text; text++)
		if (!strchr(" \t\r\n", *text))
			buf_add_char(&out, *text);
	return buf_steal_str(&out);
}

/* Bytes of the picture, copied into the card; 0 when it is none. */
static size_t take_photo(const struct elem *photo, struct elem *card)
{
	const char *type = elem_child_text(photo, "TYPE", NS_VCARD);
	const char *value = elem_child_text(photo, "BINVAL", NS_VCARD);
	char *text = value ? without_space(value) : NULL;
	unsigned char *data = NULL;
	size_t len = 0;
	struct elem *copy;

	if (is_picture(type) && text && !base64_decode(text, &data, &len) &&
	    len) {
		copy = elem_add(card, "PHOTO", NULL);
		elem_add_with_text(copy, "TYPE", NULL, type);
		elem_add_with_text(copy, "BINVAL", NULL, text);
	}
	mem_free(&data);
	mem_free(&text);
	return len;
}

/* Pictures alone; NULL when there is something wrong with one. */
static struct elem *make_card(const struct elem *wish)
{
	struct elem *card = elem_new("vCard", NS_VCARD);
	const struct elem *photo;
	size_t count = 0, bytes = 0, len;

	for (photo = elem_child(wish, "PHOTO", NS_VCARD); photo;
	     photo = elem_next(photo, "PHOTO", NS_VCARD)) {
		if (!elem_child(photo, NULL, NULL))
			continue; /* empty: no picture */
		len = take_photo(photo, card);
		bytes += len;
		if (!len || ++count > PICTURES_MAX || bytes > BYTES_MAX) {
			elem_free(&card);
			return NULL;
		}
	}
	return card;
}

/* SHA-1 of a picture in hex, owned, or NULL. */
static char *hash_photo(const struct elem *photo)
{
	const char *text = elem_child_text(photo, "BINVAL", NS_VCARD);
	unsigned char *data = NULL, hash[DIGEST_SHA1_SIZE];
	size_t len;

	if (!text || base64_decode(text, &data, &len))
		return NULL;
	digest_sha1(data, len, hash);
	mem_free(&data);
	return hex_encode(hash, sizeof(hash));
}

/* Kept beside the card, so that nobody's question costs a hash; owned. */
static char *print_hashes(const struct elem *card)
{
	const struct elem *photo;
	struct buf out = { 0 };
	char *hash;

	for (photo = elem_child(card, "PHOTO", NS_VCARD); photo;
	     photo = elem_next(photo, "PHOTO", NS_VCARD)) {
		hash = hash_photo(photo);
		if (out.len)
			buf_add_char(&out, ' ');
		buf_add_str(&out, hash ? hash : "");
		mem_free(&hash);
	}
	return out.len ? buf_steal_str(&out) : NULL;
}

static char *print_card(const struct elem *card)
{
	struct buf out = { 0 };

	if (!elem_child(card, "PHOTO", NULL))
		return NULL;
	write_elem(&out, card, NULL);
	return buf_steal_str(&out);
}

static void show_all(struct room *r)
{
	const struct occupant *o;
	const struct session *s;

	list_each(o, &r->roster.occupants, node)
		list_each(s, &o->sessions, node)
			avatar_show(r, s);
}

static void take_card(struct act *a, const struct elem *card)
{
	struct room *r = a->room;
	struct room_config config;
	char *text = print_card(card);
	bool is_same = str_equal(text, r->config.avatar);

	if (!is_same) {
		room_config_copy(&config, &r->config);
		str_set(&config.avatar, text);
		mem_free(&config.avatar_hashes);
		config.avatar_hashes = print_hashes(card);
		audit_act(a, "configure", NULL, NULL, "picture");
		reconfigure_take(r, &config);
	}
	act_answer_in_order(a, stanza_result_new(a->stanza));
	if (!is_same) {
		reconfigure_say_changed(r);
		show_all(r);
	}
	mem_free(&text);
}

void avatar_set(struct act *a)
{
	enum affiliation affiliation = room_affiliation(
		a->room, a->stanza->from, a->by_certificate);
	struct elem *card;

	if (!privilege_is_given(PRIVILEGE_CONFIGURE, ROLE_NONE, affiliation)) {
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
		return;
	}
	card = make_card(stanza_payload(a->stanza));
	if (!card)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY,
			   "A PNG, JPEG, GIF or WebP picture below 64 KiB.");
	else if (act_may_save(a))
		take_card(a, card);
	elem_free(&card);
}

/* ---- telling ---- */

void avatar_add_hashes(const struct room_config *c, struct elem *form)
{
	char *copy = str_dup(c->avatar_hashes), *hash, *rest;
	struct elem *field;

	if (!copy)
		return;
	field = form_add_field(form, "muc#roominfo_avatarhash", "text-multi",
			       NULL, NULL);
	for (hash = strtok_r(copy, " ", &rest); hash;
	     hash = strtok_r(NULL, " ", &rest))
		form_add_value(field, hash);
	mem_free(&copy);
}

void avatar_show(struct room *r, const struct session *to)
{
	const char *hashes = r->config.avatar_hashes;
	char id[RAND_ID_SIZE];
	struct elem *e, *x;
	char *ver;

	if (!hashes)
		return;
	ver = room_disco_make_ver(r);
	rand_id(id);
	e = stanza_elem_new(STANZA_PRESENCE, NULL, r->jid, id);
	caps_add(e, ver);
	x = elem_add(e, "x", NS_VCARD_UPDATE);
	elem_add_text_n(elem_add(x, "photo", NULL), hashes,
			strcspn(hashes, " "));
	room_send_elem(r, e, to->jid);
	mem_free(&ver);
}
