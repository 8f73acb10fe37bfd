/* SPDX-License-Identifier: MIT */
#include "ctl/log_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "store/chain.h"

#define PEM_MAX 4096

struct verifying {
	const char *file;     /* borrowed, as the next */
	const char *key_file; /* or NULL: the key that the log brings */
	unsigned char key[SIGN_PUBLIC_SIZE];
	bool has_key;
	const char *room;     /* borrowed from the log */
	size_t lines, hidden, open_days, days, faults;
};

HW_PRINTF(2, 3)
static void fault(struct verifying *v, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s: ", v->file);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	v->faults++;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- lines ---- */

/* HW_E_INVALID: not told, or not in that form. */
static int read_hex(const json_t *object, const char *key, unsigned char *out,
		    size_t len)
{
	const char *text = text_of(object, key);

	if (!text || strlen(text) != 2 * len)
		return HW_E_INVALID;
	return hex_decode(text, out, len);
}

/* What was shown has to have the digest that it is told to have. */
static void check_shown(struct verifying *v, const json_t *line,
			const unsigned char digest[CHAIN_SIZE])
{
	const char *id = text_of(line, "id"), *stanza = text_of(line, "stanza");
	int64_t at = json_integer_value(json_object_get(line, "at"));
	unsigned char salt[CHAIN_SALT_SIZE], own[CHAIN_SIZE];

	if (!json_object_get(line, "salt")) {
		v->hidden++;
		if (!str_equal(text_of(line, "kind"), "tombstone") &&
		    !str_equal(text_of(line, "kind"), "hidden"))
			fault(v, "line %s shows what nothing proves", id);
		return;
	}
	if (!stanza || read_hex(line, "salt", salt, sizeof(salt))) {
		fault(v, "line %s has a salt and no text that it belongs to",
		      id);
		return;
	}
	chain_digest(salt, id, at, stanza, own);
	if (!digest_equal(own, digest, sizeof(own)))
		fault(v, "line %s is not what was kept", id);
}

static void check_line(struct verifying *v, const json_t *line,
		       unsigned char chain[CHAIN_SIZE])
{
	unsigned char digest[CHAIN_SIZE];

	v->lines++;
	if (!text_of(line, "id") ||
	    read_hex(line, "digest", digest, sizeof(digest))) {
		fault(v, "a line has no id or no digest");
		return;
	}
	check_shown(v, line, digest);
	chain_add(chain, digest);
}

/* ---- days ---- */

/* Days since 1970 of "2026-11-22"; false: that is none. */
static bool read_day(const char *text, int64_t *day_out)
{
	struct tm tm = { 0 };
	char again[CHAIN_DAY_SIZE];

	if (!text ||
	    sscanf(text, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) !=
		    3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*day_out = (int64_t)timegm(&tm) / (CHAIN_DAY_MS / 1000);
	chain_day_print(*day_out, again);
	return strcmp(again, text) == 0;
}

static void check_signature(struct verifying *v, const json_t *day,
			    const char *name, const char *statement)
{
	const char *text = text_of(day, "signature");
	unsigned char *signature = NULL;
	size_t len = 0;

	if (!v->has_key)
		return;
	if (!text || base64_decode(text, &signature, &len) ||
	    len != SIGN_SIZE ||
	    !sign_is_good(v->key, statement, strlen(statement), signature))
		fault(v, "%s: is not signed by this key", name);
	mem_free(&signature);
}

static void check_seal(struct verifying *v, const json_t *day,
		       const char *name, int64_t number, size_t lines,
		       const unsigned char chain[CHAIN_SIZE])
{
	unsigned char digest[CHAIN_SIZE];
	int64_t count =
		json_integer_value(json_object_get(day, "signed_lines"));
	char *statement;

	if (!text_of(day, "digest")) {
		v->open_days++;
		return;
	}
	if (read_hex(day, "digest", digest, sizeof(digest))) {
		fault(v, "%s: its digest is none", name);
		return;
	}
	if (!digest_equal(digest, chain, sizeof(digest)))
		fault(v, "%s: lines are missing, too many, or in another "
			 "order", name);
	if (count != (int64_t)lines)
		fault(v, "%s: has %zu lines, and %" PRId64 " were signed",
		      name, lines, count);
	statement = chain_statement(v->room, number, count, digest);
	check_signature(v, day, name, statement);
	mem_free(&statement);
}

static void check_day(struct verifying *v, const json_t *day)
{
	const char *name = text_of(day, "day");
	const json_t *lines = json_object_get(day, "lines");
	unsigned char chain[CHAIN_SIZE];
	int64_t number;
	json_t *line;
	size_t i;

	if (!read_day(name, &number) || !json_is_array(lines)) {
		fault(v, "a day has no date or no lines");
		return;
	}
	v->days++;
	chain_begin(v->room, number, chain);
	json_array_foreach(lines, i, line)
		check_line(v, line, chain);
	check_seal(v, day, name, number, json_array_size(lines), chain);
}

/* ---- the file ---- */

static int read_key(struct verifying *v, const json_t *log)
{
	char pem[PEM_MAX + 1] = "";
	FILE *file;
	size_t len;

	if (!v->key_file) {
		const char *brought = text_of(log, "public_key");

		v->has_key = brought && !sign_read_pem(brought, v->key);
		return 0;
	}
	file = fopen(v->key_file, "re");
	len = file ? fread(pem, 1, PEM_MAX, file) : 0;
	if (file)
		fclose(file);
	pem[len] = '\0';
	v->has_key = len && !sign_read_pem(pem, v->key);
	if (!v->has_key)
		fprintf(stderr, "hallwayctl: %s: is no public key\n",
			v->key_file);
	return v->has_key ? 0 : HW_E_INVALID;
}

static void tell(const struct verifying *v)
{
	printf("%s: %s: %zu days, %zu lines%s\n", v->file, v->room, v->days,
	       v->lines, v->faults ? "" : ", as they were kept");
	if (v->hidden)
		printf("%zu lines were taken back or are not shown; their "
		       "places are kept\n", v->hidden);
	if (v->open_days)
		printf("%zu days are not closed yet: nothing is signed\n",
		       v->open_days);
	if (v->faults)
		printf("%zu faults: this is not the log that was kept\n",
		       v->faults);
	else if (!v->has_key)
		printf("no key: nobody has signed it, as far as is known\n");
	else if (!v->key_file)
		printf("signed by the key in the file itself; with --key=FILE "
		       "it is compared with one\nthat you have from the "
		       "service (/-/key)\n");
}

static int check_log(struct verifying *v, const json_t *log)
{
	const json_t *days = json_object_get(log, "days");
	json_t *day;
	size_t i;

	v->room = text_of(log, "room");
	if (!json_is_array(days) || !v->room ||
	    !str_equal(text_of(log, "format"), "hallway-log") ||
	    json_integer_value(json_object_get(log, "version")) != 1) {
		fprintf(stderr, "hallwayctl: %s: is no log in JSON, as the "
				"pages give it\n", v->file);
		return 2;
	}
	if (read_key(v, log))
		return 2;
	json_array_foreach(days, i, day)
		check_day(v, day);
	tell(v);
	return v->faults ? 1 : 0;
}

static int read_arguments(char *const *words, struct verifying *v)
{
	for (; *words; words++) {
		if (str_has_prefix(*words, "--key="))
			v->key_file = *words + strlen("--key=");
		else if (!v->file && (**words != '-' || !(*words)[1]))
			v->file = *words;
		else
			return HW_E_INVALID;
	}
	return v->file ? 0 : HW_E_INVALID;
}

int log_verify_run(char *const *words)
{
	struct verifying v = { 0 };
	json_error_t error;
	json_t *log;
	int status;

	if (read_arguments(words + 2, &v)) {
		fprintf(stderr, "Usage: hallwayctl log verify [--key=FILE] "
				"FILE\n");
		return 2;
	}
	log = strcmp(v.file, "-") == 0 ? json_loadf(stdin, 0, &error)
				       : json_load_file(v.file, 0, &error);
	if (!log) {
		fprintf(stderr, "hallwayctl: %s: %s (line %d)\n", v.file,
			error.text, error.line);
		return 2;
	}
	status = check_log(&v, log);
	json_decref(log);
	return status;
}
