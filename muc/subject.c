/* SPDX-License-Identifier: MIT */
#include "muc/subject.h"

#include "base/mem.h"
#include "base/str.h"

void subject_init(struct subject *s)
{
	*s = (struct subject){ 0 };
}

void subject_fini(struct subject *s)
{
	mem_free(&s->text);
	mem_free(&s->nick);
}

void subject_set(struct subject *s, const char *text, const char *nick,
		 const char *by, int64_t at)
{
	str_set(&s->text, text);
	str_set(&s->nick, nick);
	str_copy(s->by, sizeof(s->by), by ? by : "");
	s->at = at;
}
