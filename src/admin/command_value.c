/* SPDX-License-Identifier: MIT */
#include "admin/command_value.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "jid/jid.h"

/* NULL, with the complaint that text is no such thing. */
static char *complain(const char *text, const char *what, char **complaint_out)
{
	char *quoted = str_quote(text, strlen(text), 64);

	*complaint_out = str_format("%s is %s", quoted, what);
	mem_free(&quoted);
	return NULL;
}

static char *read_word(const char *text, char **complaint_out)
{
	if (*text && !strchr(text, ' '))
		return str_dup(text);
	return complain(text, "no single word", complaint_out);
}

static char *read_choice(const struct command_argument *a, const char *text,
			 char **complaint_out)
{
	const char *nearest;
	size_t count = 0;
	char *what;

	for (; a->choices[count]; count++)
		if (str_equal(a->choices[count], text))
			return str_dup(text);
	nearest = str_nearest(text, a->choices, count);
	what = str_format("no %s%s%s%s", a->name, nearest ? "; \"" : "",
			  nearest ? nearest : "",
			  nearest ? "\" is the nearest" : "");
	complain(text, what, complaint_out);
	mem_free(&what);
	return NULL;
}

static char *read_number(const char *text, int64_t number, int64_t *number_out,
			 char **complaint_out)
{
	*number_out = number;
	if (!text || !str_to_int64(text, 0, INT32_MAX, number_out))
		return str_dup("");
	return complain(text, "no whole number", complaint_out);
}

static char *read_flag(const char *text, int64_t number, int64_t *number_out,
		       char **complaint_out)
{
	static const char *const words[] = {
		"0", "1", "false", "true", "no", "yes", "off", "on",
	};

	*number_out = number != 0;
	if (!text)
		return str_dup("");
	for (size_t i = 0; i < array_len(words); i++) {
		if (str_equal_case(text, words[i])) {
			*number_out = i % 2;
			return str_dup("");
		}
	}
	return complain(text, "neither yes nor no", complaint_out);
}

static bool is_ours(const struct admin *admin, const char *domain)
{
	for (size_t i = 0; i < admin->domain_count; i++)
		if (str_equal(admin->domains[i], domain))
			return true;
	return false;
}

static char *read_room(const struct admin *admin, const char *text,
		       bool is_anywhere, char **complaint_out)
{
	struct jid *jid = strchr(text, '@')
				  ? jid_parse(text)
				  : jid_new(text, admin->domains[0], NULL);
	char *room = NULL;

	if (jid && jid_local(jid) && jid_is_bare(jid) &&
	    (is_anywhere || is_ours(admin, jid_domain(jid))))
		room = str_dup(jid_text(jid));
	jid_free(&jid);
	return room ? room
		    : complain(text, "no name of a room here", complaint_out);
}

static char *read_domain(const char *text, char **complaint_out)
{
	char *domain = idna_is_address(text) ? NULL : idna_to_unicode(text);

	return domain ? domain
		      : complain(text, "no domain name", complaint_out);
}

static char *read_jid(const char *text, char **complaint_out)
{
	struct jid *jid = jid_parse(text);
	char *bare = NULL;

	if (jid && jid_local(jid))
		bare = str_dup(jid_bare(jid));
	jid_free(&jid);
	return bare ? bare
		    : complain(text, "no address of a person", complaint_out);
}

char *command_value_read(const struct admin *admin,
			 const struct command_argument *a, const char *text,
			 int64_t number, int64_t *number_out,
			 char **complaint_out)
{
	const char *known = text ? text : "";

	switch (a->type) {
	case COMMAND_TEXT:
	case COMMAND_FILE:
		return str_dup(known);
	case COMMAND_WORD:
		return read_word(known, complaint_out);
	case COMMAND_CHOICE:
		return read_choice(a, known, complaint_out);
	case COMMAND_NUMBER:
		return read_number(text, number, number_out, complaint_out);
	case COMMAND_FLAG:
		return read_flag(text, number, number_out, complaint_out);
	case COMMAND_ROOM:
	case COMMAND_NEW_ROOM:
	case COMMAND_PLACE:
		return read_room(admin, known, a->type == COMMAND_PLACE,
				 complaint_out);
	case COMMAND_JID:
		return read_jid(known, complaint_out);
	case COMMAND_DOMAIN:
		return read_domain(known, complaint_out);
	case COMMAND_JID_OR_DOMAIN:
		return strchr(known, '@') ? read_jid(known, complaint_out)
					  : read_domain(known, complaint_out);
	}
	return NULL;
}
