/* SPDX-License-Identifier: MIT */
#include "ctl/record_verify.h"

#include <stdio.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"

#define STATEMENT "hallway record 1\n" /* before the manifest, when signed */
#define MANIFEST "MANIFEST.sha256"
#define SIGNATURE "MANIFEST.sig"
#define KEY "key.pem"
#define HEAD "session.json"
#define FILES_MAX 64
#define SIZE_MAX_ALL (512 << 20) /* bytes of all files */
#define BLOCK 65536
#define PEM_MAX 4096
#define HEX_LEN (2 * DIGEST_SHA256_SIZE)

struct member {
	char *name; /* owned */
	struct buf content;
	bool is_listed;
};

struct checking {
	const char *file;     /* borrowed, as the next */
	const char *key_file; /* or NULL: the key that the record brings */
	struct member members[FILES_MAX];
	size_t count, bytes, listed, faults;
	bool is_signed;
};

HW_PRINTF(2, 3)
static void fault(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s: ", c->file);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	c->faults++;
}

/* A name out of the file, fit for a terminal; owned. */
static char *quote(const char *name)
{
	return str_quote(name, strlen(name), 80);
}

static struct member *find(struct checking *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_equal(c->members[i].name, name))
			return &c->members[i];
	return NULL;
}

/* ---- reading ---- */

static bool read_content(struct checking *c, struct archive *a,
			 struct member *m)
{
	char block[BLOCK];
	la_ssize_t n;

	while ((n = archive_read_data(a, block, sizeof(block))) > 0) {
		c->bytes += (size_t)n;
		if (c->bytes > SIZE_MAX_ALL)
			return false;
		buf_add(&m->content, block, (size_t)n);
	}
	return n == 0;
}

static bool read_members(struct checking *c, struct archive *a)
{
	struct archive_entry *entry;
	int result;

	while ((result = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);
		struct member *m = &c->members[c->count];

		if (!name || c->count == FILES_MAX)
			return false;
		c->count++;
		m->name = str_dup(name);
		if (!read_content(c, a, m))
			return false;
	}
	return result == ARCHIVE_EOF && c->count > 0;
}

static bool read_file(struct checking *c)
{
	struct archive *a = archive_read_new();
	bool is_read;

	require(a);
	is_read = archive_read_support_format_zip(a) == ARCHIVE_OK &&
		  archive_read_open_filename(a, c->file, BLOCK) == ARCHIVE_OK &&
		  read_members(c, a);
	(void)archive_read_free(a);
	return is_read;
}

/* ---- checking ---- */

static bool is_own(const char *name)
{
	return str_equal(name, MANIFEST) || str_equal(name, SIGNATURE);
}

/* A line of the manifest: the digest, two blanks, the name. */
static void check_line(struct checking *c, const char *line, size_t len)
{
	unsigned char told[DIGEST_SHA256_SIZE], own[DIGEST_SHA256_SIZE];
	char *hex = str_dup_n(line, len < HEX_LEN ? len : HEX_LEN);
	char *name = len > HEX_LEN + 2
			     ? str_dup_n(line + HEX_LEN + 2, len - HEX_LEN - 2)
			     : NULL;
	struct member *m = name ? find(c, name) : NULL;
	char *quoted = quote(name ? name : "");

	if (!name || hex_decode(hex, told, sizeof(told))) {
		fault(c, "the manifest has a line that is none");
	} else if (!m || is_own(name) || m->is_listed) {
		fault(c, "%s is in the manifest and not in the file", quoted);
	} else {
		m->is_listed = true;
		c->listed++;
		digest_sha256(buf_data(&m->content), m->content.len, own);
		if (!digest_equal(told, own, sizeof(own)))
			fault(c, "%s is not what it was", quoted);
	}
	mem_free(&quoted);
	mem_free(&name);
	mem_free(&hex);
}

static void check_manifest(struct checking *c, struct member *manifest)
{
	const char *at = buf_str(&manifest->content);

	while (*at) {
		size_t len = strcspn(at, "\n");

		check_line(c, at, len);
		at += len + (at[len] == '\n');
	}
	for (size_t i = 0; i < c->count; i++) {
		char *quoted = quote(c->members[i].name);

		if (!c->members[i].is_listed && !is_own(c->members[i].name))
			fault(c, "%s is in the file and not in the manifest",
			      quoted);
		mem_free(&quoted);
	}
}

static bool read_key_file(const char *path, unsigned char *key)
{
	char pem[PEM_MAX + 1];
	FILE *file = fopen(path, "re");
	size_t len = file ? fread(pem, 1, PEM_MAX, file) : 0;

	if (file)
		fclose(file);
	pem[len] = '\0';
	return len && !sign_read_pem(pem, key);
}

static bool read_signature(struct checking *c, unsigned char out[SIGN_SIZE])
{
	struct member *m = find(c, SIGNATURE);
	unsigned char *bytes = NULL;
	size_t len = 0;
	char *text;
	bool is_one;

	if (!m)
		return false;
	text = str_dup_n(buf_str(&m->content),
			 strcspn(buf_str(&m->content), "\r\n"));
	is_one = !base64_decode(text, &bytes, &len) && len == SIGN_SIZE;
	if (is_one)
		memcpy(out, bytes, SIGN_SIZE);
	mem_free(&bytes);
	mem_free(&text);
	return is_one;
}

static void check_signature(struct checking *c, const unsigned char *key,
			    struct member *manifest)
{
	unsigned char signature[SIGN_SIZE];
	struct buf statement = { 0 };

	buf_add_str(&statement, STATEMENT);
	buf_add(&statement, buf_data(&manifest->content),
		manifest->content.len);
	c->is_signed = read_signature(c, signature) &&
		       sign_is_good(key, buf_data(&statement), statement.len,
				    signature);
	if (!c->is_signed)
		fault(c, "is not signed by this key");
	buf_fini(&statement);
}

/* False: no key to check with. */
static bool get_key(struct checking *c, unsigned char *key)
{
	struct member *brought = find(c, KEY);

	if (c->key_file)
		return read_key_file(c->key_file, key);
	return brought && !sign_read_pem(buf_str(&brought->content), key);
}

/* ---- telling ---- */

static char *told_by(const json_t *head, const char *key)
{
	const char *text = json_string_value(json_object_get(head, key));

	return text ? str_quote(text, strlen(text), 200) : str_dup("unknown");
}

static void tell_head(struct checking *c)
{
	struct member *m = find(c, HEAD);
	json_t *head = m ? json_loadb((const char *)buf_data(&m->content),
				      m->content.len, 0, NULL)
			 : NULL;
	char *room = told_by(head, "room"), *meeting = told_by(head, "meeting");
	char *start = told_by(head, "start_time");
	char *end = told_by(head, "end_time");

	if (!head)
		fault(c, "does not say which session it is of");
	else
		printf("%s: session %s of %s, %s to %s, revision %lld\n",
		       c->file, meeting, room, start, end,
		       (long long)json_integer_value(
			       json_object_get(head, "revision")));
	mem_free(&room);
	mem_free(&meeting);
	mem_free(&start);
	mem_free(&end);
	json_decref(head);
}

static void tell(const struct checking *c)
{
	if (c->faults) {
		printf("%zu faults: this is not the record that was made\n",
		       c->faults);
		return;
	}
	printf("%zu files, each as the manifest has it\n", c->listed);
	if (c->key_file)
		printf("signed by the key in %s\n", c->key_file);
	else
		printf("signed by the key in the file itself; with --key=FILE "
		       "it is compared with one\nthat you have from the "
		       "service (/-/key)\n");
}

static int check(struct checking *c)
{
	unsigned char key[SIGN_PUBLIC_SIZE];
	struct member *manifest;

	if (!read_file(c)) {
		fprintf(stderr,
			"hallwayctl: %s: cannot be read as the record "
			"of a session (ZIP)\n",
			c->file);
		return 2;
	}
	manifest = find(c, MANIFEST);
	if (!manifest) {
		fprintf(stderr,
			"hallwayctl: %s: has no manifest: it is no "
			"record of a session\n",
			c->file);
		return 2;
	}
	if (c->key_file && !get_key(c, key)) {
		fprintf(stderr, "hallwayctl: %s: is no public key\n",
			c->key_file);
		return 2;
	}
	tell_head(c);
	check_manifest(c, manifest);
	if (get_key(c, key))
		check_signature(c, key, manifest);
	else
		fault(c, "brings no key, so nobody has signed it");
	tell(c);
	return c->faults ? 1 : 0;
}

static bool read_arguments(char *const *words, struct checking *c)
{
	for (; *words; words++) {
		if (str_has_prefix(*words, "--key="))
			c->key_file = *words + strlen("--key=");
		else if (str_equal(*words, "--key") && words[1])
			c->key_file = *++words;
		else if (!c->file && **words != '-')
			c->file = *words;
		else
			return false;
	}
	return c->file != NULL;
}

int record_verify_run(char *const *words)
{
	struct checking c = { 0 };
	int status;

	if (!read_arguments(words + 2, &c)) {
		fprintf(stderr, "Usage: hallwayctl record verify [--key=FILE] "
				"FILE\n");
		return 2;
	}
	status = check(&c);
	for (size_t i = 0; i < c.count; i++) {
		mem_free(&c.members[i].name);
		buf_fini(&c.members[i].content);
	}
	return status;
}
