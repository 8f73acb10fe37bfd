/* SPDX-License-Identifier: MIT */
/*
 * cost: what a process used: CPU time of its threads, memory.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/** ns of CPU, user and kernel, of all threads that live (schedstat). */
int64_t cost_cpu(pid_t pid);
/** Of the threads whose name begins so. */
int64_t cost_cpu_of(pid_t pid, const char *thread_prefix);
/** Bytes that are resident. */
int64_t cost_memory(pid_t pid);
