/* SPDX-License-Identifier: MIT */
#include "muc/hat.h"

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/confusable.h"

/* Of the house. What comes with a hat is settled here and nowhere else: who
 * leads the group is an admin of its room; who works for all may speak. */
static const struct kind {
	const char *name;
	const char *title;
	const char *hue;
	enum affiliation rank;
	bool gives_voice;
} kinds[] = {
	{ "chair", "Chair", "210", AFFILIATION_ADMIN, true },
	{ "ad", "Area Director", "270", AFFILIATION_ADMIN, true },
	{ "secretary", "Secretary", "180", AFFILIATION_ADMIN, true },
	{ "delegate", "Delegate", "240", AFFILIATION_ADMIN, true },
	{ "scribe", "Scribe", "120", AFFILIATION_NONE, true },
	{ "minutes", "Minute Taker", "90", AFFILIATION_NONE, true },
	{ "speaker", "Speaker", "30", AFFILIATION_NONE, true },
};

static void fill_kind(const struct kind *k, struct hat *out)
{
	*out = (struct hat){
		.name = k->name,
		.rank = k->rank,
		.gives_voice = k->gives_voice,
	};
	str_copy(out->uri, sizeof(out->uri), HAT_URN);
	str_copy(out->uri + strlen(HAT_URN), sizeof(out->uri) - strlen(HAT_URN),
		 k->name);
	str_copy(out->title, sizeof(out->title), k->title);
	str_copy(out->hue, sizeof(out->hue), k->hue);
}

/* ---- those of a room: lines of "URI TAB title TAB hue" ---- */

/* A field up to a tab or the end of the line; what is too long is cut. */
static const char *read_field(const char *at, char *to, size_t size)
{
	size_t len = strcspn(at, "\t\n");
	size_t kept = len < size ? len : size - 1;

	memcpy(to, at, kept);
	to[kept] = '\0';
	at += len;
	return *at == '\t' ? at + 1 : at;
}

/* Moves on to the next line; false at the end. */
static bool read_line(const char **at, struct hat *out)
{
	if (!*at || !**at)
		return false;
	*out = (struct hat){ .rank = AFFILIATION_NONE };
	*at = read_field(*at, out->uri, sizeof(out->uri));
	*at = read_field(*at, out->title, sizeof(out->title));
	*at = read_field(*at, out->hue, sizeof(out->hue));
	*at += strcspn(*at, "\n");
	if (**at)
		++*at;
	return true;
}

bool hat_get(const char *own, size_t i, struct hat *hat_out)
{
	const char *at = own;

	if (i < array_len(kinds)) {
		fill_kind(&kinds[i], hat_out);
		return true;
	}
	for (i -= array_len(kinds); read_line(&at, hat_out); i--)
		if (!i)
			return true;
	return false;
}

bool hat_find(const char *own, const char *word, struct hat *hat_out)
{
	for (size_t i = 0; hat_get(own, i, hat_out); i++)
		if (str_equal(hat_out->uri, word) ||
		    (hat_out->name && str_equal(hat_out->name, word)))
			return true;
	return false;
}

/* ---- defining ---- */

/* RFC 3986: a scheme, a colon, and nothing that has no place in a URI. */
static bool is_uri(const char *text)
{
	static const char scheme[] = "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	size_t len = strspn(text, scheme);

	if (!len || text[len] != ':' || !text[len + 1] ||
	    strlen(text) >= HAT_URI_SIZE)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' ||
		    (unsigned char)*text >= 0x7f ||
		    strchr("<>\"{}|\\^`", *text))
			return false;
	return true;
}

/* One line, and not to be taken for a hat of the house. */
static bool is_title(const char *text)
{
	char *look = confusable_make(text);
	bool is = *text && strlen(text) < HAT_TITLE_SIZE;

	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			is = false;
	for (size_t i = 0; look && i < array_len(kinds); i++) {
		char *other = confusable_make(kinds[i].title);

		if (str_equal(look, other))
			is = false;
		mem_free(&other);
	}
	mem_free(&look);
	return is;
}

/* XEP-0392: degrees, with decimals. */
static bool is_hue(const char *text)
{
	size_t len = strspn(text, "0123456789");
	size_t decimals;
	int64_t whole;
	char digits[4];

	if (!len || len > 3 || strlen(text) >= HAT_HUE_SIZE)
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (str_to_int64(digits, 0, 360, &whole))
		return false;
	if (!text[len])
		return true;
	decimals = strspn(text + len + 1, "0123456789");
	return text[len] == '.' && decimals && !text[len + 1 + decimals];
}

static void add_line(struct buf *out, const char *uri, const char *title,
		     const char *hue)
{
	buf_add_format(out, "%s\t%s\t%s\n", uri, title, hue ? hue : "");
}

char *hat_define(const char *own, const char *uri, const char *title,
		 const char *hue)
{
	struct buf out = { 0 };
	const char *at = own;
	struct hat hat;
	bool is_there = false;
	size_t count = 0;

	if (hue && !*hue)
		hue = NULL;
	if (!is_uri(uri) || str_has_prefix(uri, HAT_URN) || !is_title(title) ||
	    (hue && !is_hue(hue)))
		return NULL;
	for (; read_line(&at, &hat); count++) {
		bool is_it = str_equal(hat.uri, uri);

		add_line(&out, hat.uri, is_it ? title : hat.title,
			 is_it ? hue : hat.hue);
		is_there = is_there || is_it;
	}
	if (!is_there && count >= HATS_OWN_MAX) {
		buf_fini(&out);
		return NULL;
	}
	if (!is_there)
		add_line(&out, uri, title, hue);
	return buf_steal_str(&out);
}

char *hat_undefine(const char *own, const char *uri)
{
	struct buf out = { 0 };
	const char *at = own;
	struct hat hat;
	bool is_there = false;

	while (read_line(&at, &hat)) {
		if (str_equal(hat.uri, uri))
			is_there = true;
		else
			add_line(&out, hat.uri, hat.title, hat.hue);
	}
	if (is_there)
		return buf_steal_str(&out);
	buf_fini(&out);
	return NULL;
}

char *hat_make_hash(const char *own)
{
	unsigned char sum[DIGEST_SHA256_SIZE];
	struct buf all = { 0 };
	struct hat hat;
	char *text;

	for (size_t i = 0; hat_get(own, i, &hat); i++)
		add_line(&all, hat.uri, hat.title, hat.hue);
	digest_sha256(buf_str(&all), all.len, sum);
	text = hex_encode(sum, 20);
	buf_fini(&all);
	return text;
}
