/* SPDX-License-Identifier: MIT */
/*
 * health: how the service does, for people and for programs; and the key by
 * which its logs are signed.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/-/health": the ways to other domains. */
void health_answer(struct call *c);
/** Handler of "/-/status.json": numbers, no names. */
void health_answer_status(struct call *c);
/** Handler of "/-/key": the public key, as PEM. */
void health_answer_key(struct call *c);
/** Handler of "/metrics": counters as OpenMetrics, for whom they are. */
void health_answer_metrics(struct call *c);
