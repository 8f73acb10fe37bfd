/* SPDX-License-Identifier: MIT */
/*
 * outlet: on a stream to us that may be used both ways (XEP-0288), the ends of the
 * links that feed it: what each sent last, and whether that has left us.
 *
 * Owner: embedded in the inbound stream. Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct outlet {
	struct list node;
	char *local;     /* owned; the link's names */
	char *remote;    /* owned */
	uint32_t serial; /* of the last portion that it took; 0 = none */
	uint64_t taken;  /* stream_taken() before it */
	bool is_waiting; /* it has not left us yet */
};

struct outlet_list {
	struct list outlets;
};

/** It is empty again before the stream goes: whoever takes the outlets out
 *  tells their links. */
void outlet_list_init(struct outlet_list *l);
bool outlet_list_is_empty(const struct outlet_list *l);
void outlet_add(struct outlet_list *l, const char *local, const char *remote);
struct outlet *outlet_find(const struct outlet_list *l, const char *local,
			   const char *remote); /* or NULL */
/** Take the first out, or NULL; for outlet_free(). */
struct outlet *outlet_take(struct outlet_list *l);
void outlet_free(struct outlet **o); /* of a list, too */
