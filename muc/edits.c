/* SPDX-License-Identifier: MIT */
#include "muc/edits.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/ns.h"

static void append(struct elem *edits, const struct edit *line)
{
	struct elem *e = elem_add(edits, "line", NULL);
	char *at = str_format("%lld", (long long)line->at);

	elem_set_attr(e, "id", line->id);
	elem_set_attr(e, "at", at);
	elem_add_copy(e, line->message);
	mem_free(&at);
}

struct elem *edits_new(const struct edit *line)
{
	struct elem *edits = elem_new("edits", NS_SERVER);

	append(edits, line);
	return edits;
}

bool edits_next(const struct elem *edits, const struct elem **after,
		struct edit *out)
{
	const char *at;

	*after = *after ? elem_next(*after, "line", NS_SERVER)
			: elem_child(edits, "line", NS_SERVER);
	if (!*after)
		return false;
	*out = (struct edit){
		.id = elem_attr(*after, "id"),
		.message = elem_child(*after, "message", NS_SERVER),
	};
	at = elem_attr(*after, "at");
	if (!at || str_to_int64(at, 0, INT64_MAX, &out->at))
		out->at = 0;
	return out->id && out->message;
}

const char *edits_target(const struct elem *message)
{
	const struct elem *replace = elem_child(message, "replace", NS_CORRECT);

	return replace ? elem_attr(replace, "id") : NULL;
}

static const char *occupant_of(const struct elem *message)
{
	const struct elem *id = elem_child(message, "occupant-id",
					   NS_OCCUPANT_ID);

	return id ? elem_attr(id, "id") : NULL;
}

char *edits_key(const struct elem *message, const char *id)
{
	const char *occupant = occupant_of(message);

	return occupant && id ? str_format("%s %s", occupant, id) : NULL;
}

static bool is_correction(const struct elem *edits, const struct edit *line)
{
	const char *target = edits_target(line->message);
	const char *occupant = occupant_of(line->message);
	const struct elem *at = NULL;
	bool corrects = false;
	struct edit known;

	if (!target || !occupant)
		return false;
	while (edits_next(edits, &at, &known)) {
		if (str_equal(known.id, line->id))
			return false;
		if (str_equal(elem_attr(known.message, "id"), target) &&
		    str_equal(occupant_of(known.message), occupant))
			corrects = true;
	}
	return corrects;
}

void edits_add(struct elem *edits, const struct edit *line)
{
	if (is_correction(edits, line))
		append(edits, line);
}

char *edits_print(const struct elem *edits)
{
	struct buf text = { 0 };

	write_elem(&text, edits, NS_SERVER);
	return buf_steal_str(&text);
}

struct elem *edits_read(const char *text)
{
	return parser_read(text, strlen(text), NS_SERVER);
}
