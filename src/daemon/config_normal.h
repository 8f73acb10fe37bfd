/* SPDX-License-Identifier: MIT */
/*
 * config_normal: normal forms of what stands in lists and texts of the
 * configuration. All return an owned text, or NULL: it is not that.
 *
 * Thread: main.
 */
#pragma once

char *config_normal_bare_jid(const char *text);
/** An address with a port; "*:" is all of ours. */
char *config_normal_listen(const char *text);
/** An address, its port 53 unless it says another. */
char *config_normal_server(const char *text);
/** A name, not an address. */
char *config_normal_domain(const char *text);
/** A domain, "*.domain" or "*". */
char *config_normal_pattern(const char *text);
char *config_normal_uri(const char *text);
/** Of the web. */
char *config_normal_url(const char *text);
