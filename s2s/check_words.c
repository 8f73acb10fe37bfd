/* SPDX-License-Identifier: MIT */
#include "s2s/check_words.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "dns/answer.h"

#define DAY 86400
#define SOON 14 /* days before the end of a certificate */

const char *check_result_text(enum check_result result)
{
	static const char *const texts[] = {
		[CHECK_OK] = "ok",
		[CHECK_NOTE] = "note",
		[CHECK_PROBLEM] = "problem",
	};

	return texts[result];
}

/* ---- DNS ---- */

static char *list_records(const struct answer *found, const char *name,
			  enum check_result *result_out)
{
	struct buf text = { 0 };

	*result_out = CHECK_OK;
	for (size_t i = 0; i < found->srv_count; i++) {
		const struct srv *s = &found->srvs[i];

		if (!*s->target) {
			*result_out = CHECK_PROBLEM;
			continue;
		}
		buf_add_format(&text, "%s%s:%u", text.len ? ", " : "",
			       s->target, s->port);
	}
	if (text.len > 0) {
		char *all = str_format("%s leads to %s", name, buf_str(&text));

		*result_out = CHECK_OK;
		buf_fini(&text);
		return all;
	}
	return str_format("%s is \".\": its operator says in DNS that the "
			  "service is not offered", name);
}

char *check_srv_text(const struct answer *found, const char *name,
		     bool is_direct_tls, enum check_result *result_out)
{
	char *text;

	switch (found->status) {
	case ANSWER_OK:
		text = list_records(found, name, result_out);
		if (is_direct_tls && *result_out == CHECK_PROBLEM)
			*result_out = CHECK_NOTE;
		return text;
	case ANSWER_NO_NAME:
	case ANSWER_NO_DATA:
		*result_out = CHECK_NOTE;
		if (is_direct_tls)
			return str_format("there is no %s, so no direct TLS; "
					  "that is no fault", name);
		return str_format("there is no %s; without any SRV record the "
				  "domain itself on port 5269 is used", name);
	case ANSWER_FAILED:
		break;
	}
	*result_out = is_direct_tls ? CHECK_NOTE : CHECK_PROBLEM;
	return str_format("DNS did not answer for %s: its operator has to mend "
			  "the name servers of the domain, or we the "
			  "resolver", name);
}

/* ---- our own rules ---- */

char *check_policy_text(void)
{
	return str_format("we keep that domain out ourselves, and do not call "
			  "it: an operator blocked it (\"s2s blocked\" lists "
			  "those, \"s2s unblock\" ends it), or s2s.deny or "
			  "s2s.allow in the configuration does");
}

char *check_needs_valid_text(void)
{
	return str_format("not enough for us: s2s.require_valid in our "
			  "configuration wants a valid one from there");
}

char *check_downgrade_text(const char *remote)
{
	return str_format("not enough for us: it showed a valid one before "
			  "(s2s.refuse_downgrade); if its operator says that "
			  "this one is right, \"s2s forget %s\"", remote);
}

/* ---- connecting ---- */

char *check_connect_text(int error, bool is_ipv6)
{
	switch (error) {
	case HW_E_ACCESS:
		return str_format("a private address, where we do not connect "
				  "to: its operator has to publish a public "
				  "one (or we set s2s.allow_private)");
	case HW_E_REFUSED:
		return str_format("connection refused: nobody listens there; "
				  "its operator has to start the server or "
				  "correct the SRV record");
	case HW_E_TIMEOUT:
		return str_format("no answer: a firewall between us drops "
				  "packets, most likely theirs, or the address "
				  "is wrong");
	case HW_E_UNREACHABLE:
		if (is_ipv6)
			return str_format("unreachable: this machine may have "
					  "no IPv6");
		break;
	default:
		break;
	}
	return str_format("%s: the network between us has to be mended, here "
			  "or there", hw_error_text(error));
}

/* ---- certificates ---- */

static char *valid_text(const struct cert_summary *cert, int64_t days,
			enum check_result *result_out)
{
	*result_out = days < SOON ? CHECK_NOTE : CHECK_OK;
	return str_format("valid, for %s, by %s, %" PRId64 " more days%s",
			  cert->names ? cert->names : "a name of another kind",
			  cert->issuer ? cert->issuer : "an unknown issuer",
			  days, days < SOON ? "; its operator should renew it"
					    : "");
}

char *check_cert_text(enum cert_verdict verdict,
		      const struct cert_summary *cert, const char *domain,
		      int64_t now, enum check_result *result_out)
{
	const char *names = cert->names ? cert->names : "no host name";
	int64_t days = (cert->expires_at - now) / DAY;

	*result_out = CHECK_PROBLEM;
	switch (verdict) {
	case CERT_VALID:
		return valid_text(cert, days, result_out);
	case CERT_UNTRUSTED:
		*result_out = CHECK_NOTE;
		return str_format("for %s, by %s, whom we do not trust, %"
				  PRId64 " more days: dialback has to do; its "
				  "operator should get one of a public "
				  "authority", names,
				  cert->issuer ? cert->issuer : "nobody known",
				  days);
	case CERT_EXPIRED:
		if (cert->expires_at > now)
			return str_format("for %s, not valid yet: its operator "
					  "has to set the clock or the "
					  "certificate right", names);
		return str_format("for %s, expired %" PRId64 " days ago: its "
				  "operator has to renew it", names, -days);
	case CERT_WRONG_NAME:
		return str_format("for %s, which does not include %s: its "
				  "operator has to get one for the XMPP "
				  "domain, not the machine", names, domain);
	case CERT_NONE:
		break;
	}
	return str_format("none was shown: its operator has to install one");
}

/* ---- dialback ---- */

char *check_dialback_text(enum packet_type verdict, enum cond_name cond,
			  const char *local, const char *remote,
			  enum check_result *result_out)
{
	*result_out = verdict == PACKET_VALID ? CHECK_OK : CHECK_PROBLEM;
	if (verdict == PACKET_VALID)
		return str_format("%s believes that we are %s", remote, local);
	if (verdict == PACKET_INVALID)
		return str_format("%s asked about our key and was told that it "
				  "is wrong: DNS of %s leads it to another "
				  "server; we have to correct our SRV records",
				  remote, local);
	switch (cond) {
	case COND_REMOTE_SERVER_NOT_FOUND:
		return str_format("%s does not find %s in DNS: we have to "
				  "publish our SRV and address records",
				  remote, local);
	case COND_REMOTE_SERVER_TIMEOUT:
		return str_format("%s could not call us back: our port must "
				  "be reachable from there (our SRV records, "
				  "our firewall, or theirs for outgoing "
				  "connections)", remote);
	case COND_ITEM_NOT_FOUND:
		return str_format("the server there does not host %s: its "
				  "operator has to correct the SRV records or "
				  "the server's configuration", remote);
	case COND_FORBIDDEN:
	case COND_NOT_ALLOWED:
	case COND_NOT_AUTHORIZED:
	case COND_POLICY_VIOLATION:
		return str_format("refused (%s): a rule there keeps %s out, or "
				  "wants a certificate; its operator has to "
				  "allow us", cond_element(cond), local);
	default:
		break;
	}
	return str_format("not believed (%s): its operator will find more in "
			  "the server's log", cond_element(cond));
}

/* ---- stream errors ---- */

static const char *advice_on(enum stream_cond cond)
{
	switch (cond) {
	case STREAM_COND_HOST_UNKNOWN:
	case STREAM_COND_HOST_GONE:
		return "the server there does not host that domain; its "
		       "operator has to correct the SRV records or the "
		       "server's configuration";
	case STREAM_COND_NOT_AUTHORIZED:
	case STREAM_COND_POLICY_VIOLATION:
		return "a rule there keeps us out, perhaps our certificate; "
		       "its operator has to say which";
	case STREAM_COND_CONNECTION_TIMEOUT:
	case STREAM_COND_REMOTE_CONNECTION_FAILED:
		return "it waited in vain, perhaps to call us back; our port "
		       "must be reachable from there";
	case STREAM_COND_RESOURCE_CONSTRAINT:
	case STREAM_COND_SYSTEM_SHUTDOWN:
		return "that may pass by itself; try again later";
	default:
		return "its operator will find more in the server's log";
	}
}

char *check_stream_error_text(enum stream_cond cond, const char *text,
			      const char *local, const char *remote)
{
	return str_format("%s ended the stream of %s: %s: %s", remote, local,
			  text, advice_on(cond));
}
