/* SPDX-License-Identifier: MIT */
#include "web/export_text.h"

#include <string.h>

#include "base/buf.h"
#include "web/day.h"
#include "web/line.h"
#include "xmpp/datetime.h"

/* ---- text ---- */

/* On one line: what would end it is written as an escape. */
static void add_flat(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_add_str(out, "\\n");
		else if (*text == '\t')
			buf_add_str(out, "\\t");
		else if (*text == '\\')
			buf_add_str(out, "\\\\");
		else if ((unsigned char)*text >= ' ' && *text != 0x7f)
			buf_add_char(out, *text);
	}
}

static const char *latest_text(const struct day_item *item)
{
	return item->version_count ?
		       item->versions[item->version_count - 1].text :
		       item->line->text;
}

static void add_gone(struct buf *out, const struct line *l)
{
	buf_add_format(out, "(taken back by %s",
		       l->is_moderated ? "a moderator" : "the author");
	if (l->reason) {
		buf_add_str(out, ": ");
		add_flat(out, l->reason);
	}
	buf_add_char(out, ')');
}

void export_text_add_line(struct buf *out, const struct day_item *item)
{
	const struct line *l = item->line;
	char at[DATETIME_SIZE];

	datetime_print(l->at, at);
	buf_add_format(out, "%.19sZ %s ", at, l->id);
	if (l->nick) {
		buf_add_char(out, '[');
		add_flat(out, l->nick);
		buf_add_str(out, "] ");
	}
	switch (l->kind) {
	case LINE_TOMBSTONE:
		add_gone(out, l);
		break;
	case LINE_ENCRYPTED:
		buf_add_str(out, "(encrypted)");
		break;
	case LINE_SUBJECT:
		buf_add_str(out, "(subject) ");
		add_flat(out, latest_text(item));
		break;
	case LINE_ME:
		buf_add_str(out, "/me ");
		add_flat(out, latest_text(item));
		break;
	case LINE_REACTION:
		buf_add_format(out, "(reaction) ");
		add_flat(out, l->text);
		break;
	default:
		add_flat(out, latest_text(item));
	}
	if (item->version_count)
		buf_add_str(out, " (corrected)");
	buf_add_char(out, '\n');
}

/* ---- Markdown ---- */

/* No character of text is a mark. */
static void add_marked(struct buf *out, const char *text, const char *newline)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_add_str(out, newline);
		else if (strchr("\\`*_{}[]()<>#+-!|&~", *text))
			buf_add_format(out, "\\%c", *text);
		else if ((unsigned char)*text >= ' ' || *text == '\t')
			buf_add_char(out, *text);
	}
}

void export_text_add_markdown(struct buf *out, const struct day_item *item)
{
	const struct line *l = item->line;
	char at[DATETIME_SIZE];

	datetime_print(l->at, at);
	if (l->kind == LINE_SUBJECT) {
		buf_add_str(out, "\n### ");
		add_marked(out, latest_text(item), " ");
		buf_add_str(out, "\n\n");
		return;
	}
	buf_add_format(out, "- %.8s ", at + 11);
	if (l->nick) {
		buf_add_str(out, "**");
		add_marked(out, l->nick, " ");
		buf_add_str(out, l->kind == LINE_ME ? "** " : ":** ");
	}
	if (l->kind == LINE_TOMBSTONE)
		add_gone(out, l);
	else if (l->kind == LINE_ENCRYPTED)
		buf_add_str(out, "(encrypted)");
	else
		add_marked(out, latest_text(item), "\\\n  ");
	for (size_t i = 0; i < item->reaction_count; i++)
		buf_add_format(out, " %s %zu", item->reactions[i].emoji,
			       item->reactions[i].count);
	buf_add_char(out, '\n');
}

void export_text_add_escaped(struct buf *out, const char *text)
{
	add_marked(out, text, " ");
}
