/* SPDX-License-Identifier: MIT */
#include "admin/news.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "muc/desk.h"
#include "store/record.h"
#include "xmpp/datetime.h"

#define ROOM "hallway"
#define SAID_MAX 400 /* bytes of it, in the room */

static void keep(struct muc *muc, int64_t now, const char *text,
		 const char *link)
{
	struct record *record = record_new(RECORD_NEWS, NULL, now);

	rand_id(record->as_news.id);
	record->as_news.text = str_dup(text);
	record->as_news.link = str_dup(link);
	desk_keep(muc, record);
}

/* What is said of it: all, or as many whole words as who comes into the room can
 * be expected to read. */
static char *in_short(const char *text)
{
	size_t len = strlen(text);

	if (len <= SAID_MAX)
		return str_dup(text);
	for (len = SAID_MAX; len > 0 && text[len] != ' ';)
		len--;
	return str_format("%.*s ... (the rest is in the News)",
			  (int)len, text);
}

/* With its day, as the pages show it. */
static void say(struct muc *muc, const char *domain,
		const struct desk_actor *actor, int64_t now, const char *text,
		const char *link)
{
	char *room = str_format("%s@%s", ROOM, domain);
	char day[DATETIME_SIZE];
	char *said = in_short(text);
	char *line;

	datetime_print(now, day);
	day[10] = '\0';
	line = str_format("%s: %s%s%s", day, said, link ? " " : "",
			  link ? link : "");
	(void)desk_say(muc, actor, room, line);
	mem_free(&line);
	mem_free(&said);
	mem_free(&room);
}

bool news_tell(struct muc *muc, const char *domain,
	       const struct desk_actor *actor, const char *text,
	       const char *link)
{
	int64_t now = clock_wall();

	if (!*text || strlen(text) > NEWS_MAX || strpbrk(text, "\r\n"))
		return false;
	keep(muc, now, text, link);
	say(muc, domain, actor, now, text, link);
	return true;
}
