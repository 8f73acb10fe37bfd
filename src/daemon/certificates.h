/* SPDX-License-Identifier: MIT */
/*
 * certificates: those of all domains as files - the configured ones, and
 * self-signed ones made where none is configured - loaded and watched.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"

struct certificates;
struct config;
struct creds;
struct loop;
struct state_dir;

/** Some file is another now. */
typedef void certificates_changed_fn(void *owner);

/** state_dir is borrowed; the made ones lie in it. */
struct certificates *certificates_new(struct loop *loop,
				      const struct state_dir *state_dir,
				      certificates_changed_fn *on_changed,
				      void *owner);
/** NULL is harmless. */
void certificates_free(struct certificates **c);

/** What is in the files that config names; from now on these are watched, and
 *  web_certificate and web_key (or NULL), which are not loaded. A failure is
 *  logged, and all stays as it was. */
HW_MUST_USE int certificates_load(struct certificates *c,
				  const struct config *config,
				  const char *web_certificate,
				  const char *web_key,
				  struct creds **creds_out);
/** Could what config names be loaded, the pages' too? Tells on stderr what could
 *  not, and what names another domain. Nothing is made. */
bool certificates_check(const struct config *config);
