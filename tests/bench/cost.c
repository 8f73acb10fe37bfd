/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include <dirent.h>
#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t read_number(const char *path, const char *label)
{
	FILE *f = fopen(path, "r");
	char line[256];
	int64_t number = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, label, strlen(label)))
			continue;
		number = strtoll(line + strlen(label), NULL, 10);
		break;
	}
	if (f)
		fclose(f);
	return number;
}

static bool is_called(pid_t pid, const char *thread, const char *prefix)
{
	char path[300], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid, thread);
	f = fopen(path, "r");
	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	return !strncmp(name, prefix, strlen(prefix));
}

int64_t cost_cpu_of(pid_t pid, const char *prefix)
{
	char path[300];
	int64_t sum = 0;
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		err(1, "process %d", (int)pid);
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.' ||
		    !is_called(pid, entry->d_name, prefix))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat",
			 (int)pid, entry->d_name);
		sum += read_number(path, "");
	}
	closedir(tasks);
	return sum;
}

int64_t cost_cpu(pid_t pid)
{
	return cost_cpu_of(pid, "");
}

int64_t cost_memory(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return read_number(path, "VmRSS:") * 1024;
}
