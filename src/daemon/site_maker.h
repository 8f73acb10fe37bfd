/* SPDX-License-Identifier: MIT */
/*
 * site_maker: makes the pictures of the service that the pages show - the rooms
 * and the links - now and then, and hands them over when something changed.
 *
 * Thread: conference loop; the links' report comes by mail.
 */
#pragma once

#include "base/base.h"

struct loop;
struct muc;
struct s2s;
struct site_maker;
struct web;

/** All but the loop are borrowed; the first picture is handed over at once. */
struct site_maker *site_maker_open(struct loop *loop, const struct muc *muc,
				   struct s2s *s2s, struct web *web);
/** There are no pages any more. */
void site_maker_drop_web(struct site_maker *m);
/** Nothing is looked at any more. */
void site_maker_close(struct site_maker *m);
/** When all threads have ended. NULL is harmless. */
void site_maker_free(struct site_maker **m);
