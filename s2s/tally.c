/* SPDX-License-Identifier: MIT */
#include "s2s/tally.h"

#include <stdio.h>
#include <string.h>

struct tally tally = {
	.streams_in = GAUGE_INIT("hallway_s2s_streams_in",
				 "Streams that others opened to us"),
	.streams_out =
		GAUGE_INIT("hallway_s2s_streams_out", "Streams that we opened"),
	.stanzas_in =
		COUNTER_INIT("hallway_s2s_stanzas_in", "Stanzas received"),
	.stanzas_out = COUNTER_INIT("hallway_s2s_stanzas_out",
				    "Stanzas written to streams"),
	.spoofs = COUNTER_INIT("hallway_s2s_spoofs",
			       "Attempts to speak for another domain"),
	.refused = COUNTER_INIT("hallway_s2s_connections_refused",
				"Connections closed because of limits"),
	.refused_often = COUNTER_INIT("hallway_s2s_connections_too_often",
				      "Connections closed because one address "
				      "made too many in a short time"),
	.turned_away = COUNTER_INIT("hallway_s2s_connections_turned_away",
				    "Connections closed for want of file "
				    "descriptors"),
	.paced = COUNTER_INIT("hallway_s2s_handshakes_delayed",
			      "Times that TLS handshakes had to wait"),
	.held = COUNTER_INIT("hallway_s2s_streams_held",
			     "Times a stream waited for what its domain is "
			     "sent"),
	.braked = COUNTER_INIT("hallway_s2s_streams_braked",
			       "Times that a stream sent too much and had to "
			       "wait"),
	.expelled = COUNTER_INIT("hallway_s2s_streams_expelled",
				 "Streams to us closed because their domain "
				 "had newer ones"),
	.verifying = GAUGE_INIT("hallway_s2s_verify_connects",
				"Connections being opened only to verify a "
				"key"),
	.over_share = COUNTER_INIT("hallway_s2s_verifies_over_share",
				   "Times that a claim had to wait because "
				   "enough of its network's were being "
				   "verified"),
	.unasked = COUNTER_INIT("hallway_dialback_claims_unasked",
				"Dialback claims refused because their server "
				"was not reached a moment ago"),
	.hushed = COUNTER_INIT("hallway_s2s_log_lines_kept_back",
			       "Lines not logged because there were many"),
	.places_refused = COUNTER_INIT("hallway_s2s_places_refused",
				       "Addresses and ports from DNS that "
				       "are not dialled"),
	.dropped = COUNTER_INIT("hallway_s2s_envelopes_dropped",
				"Envelopes dropped for unreachable domains"),
	.too_big = COUNTER_INIT("hallway_s2s_stanzas_too_big",
				"Stanzas not sent because of the peer's limit"),
	.superseded = COUNTER_INIT("hallway_s2s_stanzas_superseded",
				   "Presence and chat states not sent because "
				   "of later ones"),
	.queued = GAUGE_INIT("hallway_s2s_queued_bytes",
			     "Memory of what waits to be sent"),
	.undelivered = COUNTER_INIT("hallway_s2s_envelopes_undelivered",
				    "Envelopes given back undelivered"),
	.dane_matches = COUNTER_INIT("hallway_s2s_dane_matches",
				     "Servers proven by TLSA records"),
	.dane_mismatches =
		COUNTER_INIT("hallway_s2s_dane_mismatches",
			     "Servers refused because of TLSA records"),
	.lost = COUNTER_INIT("hallway_s2s_domains_lost",
			     "Domains given up as unreachable"),
	.external_in = COUNTER_INIT("hallway_s2s_external_in",
				    "Domains proven to us by certificate"),
	.external_out = COUNTER_INIT("hallway_s2s_external_out",
				     "Streams out authorised by our "
				     "certificate"),
	.forbidden = COUNTER_INIT("hallway_s2s_forbidden",
				  "Streams, claims and links that allow, deny "
				  "or require_valid forbade"),
	.bidi_in = COUNTER_INIT("hallway_s2s_bidi_in",
				"Pairs answered on the stream of the peer"),
	.bidi_out = COUNTER_INIT("hallway_s2s_bidi_out",
				 "Streams of ours that the peer may use, too"),
	.managed_in = COUNTER_INIT("hallway_s2s_managed_in",
				   "Streams of others with acknowledgements"),
	.managed_out = COUNTER_INIT("hallway_s2s_managed_out",
				    "Streams of ours with acknowledgements"),
	.resent = COUNTER_INIT("hallway_s2s_stanzas_resent",
			       "Stanzas sent again on the next stream"),
	.let_go = COUNTER_INIT("hallway_s2s_stanzas_let_go",
			       "Stanzas not acknowledged and not kept"),
	.silent = COUNTER_INIT("hallway_s2s_streams_silent",
			       "Streams that did not acknowledge in time"),
	.downgrades = COUNTER_INIT("hallway_s2s_downgrades",
				   "Domains without the certificate that they "
				   "once had"),
	.disbelieved = COUNTER_INIT("hallway_s2s_disbelieved",
				    "Times that a server did not believe who "
				    "we are"),
};

static struct counter results[] = {
	[PACKET_VALID] = COUNTER_INIT("hallway_dialback_results_valid",
				      "Dialback claims found valid"),
	[PACKET_INVALID] = COUNTER_INIT("hallway_dialback_results_invalid",
					"Dialback claims found invalid"),
	[PACKET_ERROR] = COUNTER_INIT("hallway_dialback_results_error",
				      "Dialback claims not verified"),
};

static struct counter verifies[] = {
	[PACKET_VALID] = COUNTER_INIT("hallway_dialback_verifies_valid",
				      "Keys shown to others: ours"),
	[PACKET_INVALID] = COUNTER_INIT("hallway_dialback_verifies_invalid",
					"Keys shown to others: not ours"),
	[PACKET_ERROR] = COUNTER_INIT("hallway_dialback_verifies_error",
				      "Keys asked about for other domains"),
};

/* Named by their element when registered. */
#define NAME_SIZE 64
static char error_names[STREAM_COND_COUNT][NAME_SIZE];
static struct counter errors[STREAM_COND_COUNT];

static void name_error(size_t i)
{
	struct counter named = COUNTER_INIT(error_names[i],
					    "Stream errors of a kind sent");
	char *dash;

	snprintf(error_names[i], NAME_SIZE, "hallway_s2s_errors_%s",
		 stream_cond_element((enum stream_cond)i));
	while ((dash = strchr(error_names[i], '-')))
		*dash = '_';
	errors[i] = named;
}

void tally_register(void)
{
	struct counter *plain[] = {
		&tally.streams_in,
		&tally.streams_out,
		&tally.stanzas_in,
		&tally.stanzas_out,
		&tally.spoofs,
		&tally.refused,
		&tally.dropped,
		&tally.superseded,
		&tally.queued,
		&tally.undelivered,
		&tally.lost,
		&tally.places_refused,
		&tally.too_big,
		&tally.dane_matches,
		&tally.dane_mismatches,
		&tally.bidi_in,
		&tally.bidi_out,
		&tally.managed_in,
		&tally.managed_out,
		&tally.resent,
		&tally.let_go,
		&tally.silent,
		&tally.external_in,
		&tally.external_out,
		&tally.forbidden,
		&tally.downgrades,
		&tally.disbelieved,
		&tally.refused_often,
		&tally.turned_away,
		&tally.hushed,
		&tally.paced,
		&tally.braked,
		&tally.held,
		&tally.expelled,
		&tally.verifying,
		&tally.over_share,
		&tally.unasked,
	};

	for (size_t i = 0; i < array_len(plain); i++)
		counter_register(plain[i]);
	for (size_t i = PACKET_VALID; i < array_len(results); i++) {
		counter_register(&results[i]);
		counter_register(&verifies[i]);
	}
	for (size_t i = 0; i < array_len(errors); i++) {
		if (!errors[i].name)
			name_error(i);
		counter_register(&errors[i]);
	}
}

void tally_count_result(enum packet_type verdict)
{
	counter_add(&results[verdict], 1);
}

void tally_count_verify(enum packet_type verdict)
{
	counter_add(&verifies[verdict], 1);
}

void tally_count_error(enum stream_cond cond)
{
	counter_add(&errors[cond], 1);
}
