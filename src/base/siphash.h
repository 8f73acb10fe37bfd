/* SPDX-License-Identifier: MIT */
/*
 * siphash: SipHash-1-3 (Aumasson, Bernstein 2012; the rounds that Rust and Python
 * take for their tables), a short keyed hash for tables that peers fill.
 * map_hash() is it under the process's own key.
 */
#pragma once

#include "base/base.h"

#define SIPHASH_KEY_SIZE 16

uint64_t siphash(const unsigned char key[SIPHASH_KEY_SIZE], const void *data,
		 size_t len);
