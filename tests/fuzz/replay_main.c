/* SPDX-License-Identifier: MIT */
/*
 * replay_main: main() of a fuzz target that is built without libFuzzer.
 *
 * Gives every file of the directories (or the files) named as arguments to
 * LLVMFuzzerTestOneInput once. Arguments with a dash are libFuzzer's and are
 * passed over, so that one command line serves both builds.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *path)
{
	perror(path);
	exit(2);
}

/* The input gets an allocation of exactly its size: ASan sees an overrun. */
static void replay_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st) != 0)
		die(path);
	size_t size = (size_t)st.st_size;
	uint8_t *data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, f) != size)
		die(path);
	fclose(f);

	/* Named first: after a crash the last line tells which input. */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_dir(const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_visible, alphasort);
	if (count < 0)
		die(dir);
	for (int i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		replay_file(path);
		free(entries[i]);
	}
	free(entries);
	return count;
}

int main(int argc, char **argv)
{
	int replayed = 0;
	for (int i = 1; i < argc; i++) {
		struct stat st;
		if (argv[i][0] == '-')
			continue;
		if (stat(argv[i], &st) != 0)
			die(argv[i]);
		if (S_ISDIR(st.st_mode)) {
			replayed += replay_dir(argv[i]);
		} else {
			replay_file(argv[i]);
			replayed++;
		}
	}
	fprintf(stderr, "%d inputs replayed\n", replayed);
	/* A corpus that went missing must not pass for a good run. */
	return replayed > 0 ? 0 : 1;
}
