/* SPDX-License-Identifier: MIT */
#include "admin/news.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "muc/desk.h"
#include "store/record.h"
#include "xmpp/datetime.h"

#define ROOM "hallway"

static void keep(struct muc *muc, int64_t now, const char *text,
		 const char *link)
{
	struct record *record = record_new(RECORD_NEWS, NULL, now);

	rand_id(record->as_news.id);
	record->as_news.text = str_dup(text);
	record->as_news.link = str_dup(link);
	desk_keep(muc, record);
}

/* With its day, as the pages show it. */
static void say(struct muc *muc, const char *domain,
		const struct desk_actor *actor, int64_t now, const char *text,
		const char *link)
{
	char *room = str_format("%s@%s", ROOM, domain);
	char day[DATETIME_SIZE];
	char *line;

	datetime_print(now, day);
	day[10] = '\0';
	line = str_format("%s: %s%s%s", day, text, link ? " " : "",
			  link ? link : "");
	(void)desk_say(muc, actor, room, line);
	mem_free(&line);
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
