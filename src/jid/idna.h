/* SPDX-License-Identifier: MIT */
/*
 * idna: domain names (IDNA2008, RFC 5890 and following). Results are owned;
 * NULL = not a valid domain.
 */
#pragma once

#include "base/base.h"

/** Normal form as it stands in a JID: U-labels, lower case, no final dot.
 *  Address literals ("192.0.2.1", "[2001:db8::1]") pass. */
char *idna_to_unicode(const char *domain);
/** A-labels, for DNS, SNI and certificates. */
char *idna_to_ascii(const char *domain);
bool idna_is_address(const char *domain); /* an address literal */
