/* SPDX-License-Identifier: MIT */
#include "s2s/spoof.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "s2s/stream.h"
#include "s2s/tally.h"

#define MAX_UNSOLICITED 3

void spoof_note(const struct stream *s, const char *label, const char *claimed)
{
	char *quoted = str_quote(claimed, strlen(claimed), 255);

	log_warn(LOG_S2S, "%s: refused to speak for %s (%s)", label, quoted,
		 stream_peer(s));
	mem_free(&quoted);
	counter_add(&tally.spoofs, 1);
}

bool spoof_note_unsolicited(const struct stream *s, const char *label,
			    unsigned *count)
{
	log_warn(LOG_DIALBACK, "%s: unsolicited dialback from %s", label,
		 stream_peer(s));
	counter_add(&tally.spoofs, 1);
	return ++*count >= MAX_UNSOLICITED;
}
