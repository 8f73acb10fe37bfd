/* SPDX-License-Identifier: MIT */
/*
 * schema: the tables, as numbered migrations. A database knows by which of them
 * it was made; one that is newer than the program is refused, not guessed at.
 */
#pragma once

#include "base/base.h"

struct sqlite3;

/** Brings the database to the newest schema, each step in a transaction.
 *  HW_E_TOO_NEW; HW_E_INVALID: another program's database. */
HW_MUST_USE int schema_migrate(struct sqlite3 *db);
/** Is it the newest schema? As above; an older one is HW_E_INVALID, too. */
HW_MUST_USE int schema_check(struct sqlite3 *db);
