/* SPDX-License-Identifier: MIT */
#include "jid/idna.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

enum {
	MAX_DOMAIN = 1023, /* RFC 7622 3.2 */
	MAX_HOST = 253,    /* RFC 1035 */
	MAX_LABEL = 63,
};

/* ---- address literals ---- */

/* The address between brackets in its usual spelling, or NULL. */
static char *read_ipv6(const char *domain)
{
	char space[INET6_ADDRSTRLEN + 2];
	char text[INET6_ADDRSTRLEN];
	size_t len = strlen(domain);
	struct in6_addr addr;

	if (len < 4 || len >= sizeof(space) || domain[0] != '[' ||
	    domain[len - 1] != ']')
		return NULL;
	memcpy(space, domain + 1, len - 2);
	space[len - 2] = '\0';
	if (inet_pton(AF_INET6, space, &addr) != 1 ||
	    !inet_ntop(AF_INET6, &addr, text, sizeof(text)))
		return NULL;
	return str_format("[%s]", text);
}

bool idna_is_address(const char *domain)
{
	struct in_addr addr;
	char *ipv6 = read_ipv6(domain);
	bool is_ipv6 = ipv6 != NULL;

	mem_free(&ipv6);
	return is_ipv6 || inet_pton(AF_INET, domain, &addr) == 1;
}

/* ---- names ---- */

/* Letters, digits, hyphen, and the underscore that some hosts have. */
static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* One final dot is no part of a name (RFC 7622 3.2). */
static size_t strip_dot(const char *domain)
{
	size_t len = strlen(domain);

	return len && domain[len - 1] == '.' ? len - 1 : len;
}

/* Labels of ASCII, none empty or too long. */
static bool is_ascii_name(const char *s, size_t len)
{
	size_t i, label = 0;

	if (!len || len > MAX_DOMAIN)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!is_host_char(s[i]) || ++label > MAX_LABEL) {
			return false;
		}
	}
	return label > 0;
}

static bool has_a_label(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i + 4 <= len; i++)
		if ((i == 0 || s[i - 1] == '.') &&
		    !strncasecmp(s + i, "xn--", 4))
			return true;
	return false;
}

static char *lower(const char *s, size_t len)
{
	char *result = str_dup_n(s, len);

	str_lower_ascii(result);
	return result;
}

/* A-labels of a name with U-labels or A-labels; NULL when invalid. Characters
 * are mapped as UTS 46 says (RFC 5895 asks for the like), and what comes of it
 * has to be valid IDNA2008 as it stands. */
static char *to_a_labels(const char *domain)
{
	char *mapped = NULL, *strict = NULL, *shown = NULL, *result = NULL;
	size_t len;

	if (idn2_to_ascii_8z(domain, &mapped,
			     IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	len = strip_dot(mapped);
	mapped[len] = '\0';
	if (is_ascii_name(mapped, len) &&
	    idn2_to_unicode_8z8z(mapped, &shown, 0) == IDN2_OK &&
	    idn2_to_ascii_8z(shown, &strict,
			     IDN2_NFC_INPUT | IDN2_NO_TR46) == IDN2_OK &&
	    str_equal_case(mapped, strict))
		result = lower(mapped, len);
	idn2_free(mapped);
	idn2_free(shown);
	idn2_free(strict);
	return result;
}

/* The A-labels of any name. */
static char *read_name(const char *domain)
{
	size_t len = strip_dot(domain);

	if (len > MAX_DOMAIN)
		return NULL;
	if (is_ascii_name(domain, len) && !has_a_label(domain, len))
		return lower(domain, len);
	return to_a_labels(domain);
}

char *idna_to_ascii(const char *domain)
{
	char *name = *domain == '[' ? read_ipv6(domain) : read_name(domain);

	if (name && strlen(name) > MAX_HOST)
		mem_free(&name);
	return name;
}

char *idna_to_unicode(const char *domain)
{
	char *name, *shown = NULL, *result = NULL;

	if (*domain == '[')
		return read_ipv6(domain);
	name = read_name(domain);
	if (!name || !has_a_label(name, strlen(name)))
		return name;
	if (idn2_to_unicode_8z8z(name, &shown, 0) == IDN2_OK &&
	    strlen(shown) <= MAX_DOMAIN)
		result = str_dup(shown);
	idn2_free(shown);
	mem_free(&name);
	return result;
}
