/* SPDX-License-Identifier: MIT */
/*
 * unit: what cmocka wants included, and a check that a broken invariant aborts.
 */
#pragma once

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_THREAD__
/* libuv closes descriptors by system calls that ThreadSanitizer does not see: one
 * that is given out anew is taken for the old one. */
const char *__tsan_default_suppressions(void);
__attribute__((weak)) const char *__tsan_default_suppressions(void)
{
	return "race:unit_waited\n";
}
#endif

/** How many ms threads of this process were ready and had no processor: by so
 * much more, on a busy machine, something may take. */
static inline int64_t unit_waited(void)
{
	long long waited, sum = 0;
	struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");

	while (tasks && (entry = readdir(tasks)) != NULL) {
		char path[64];
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%.16s/schedstat",
			 entry->d_name);
		file = fopen(path, "r");
		if (file && fscanf(file, "%*d %lld", &waited) == 1)
			sum += waited;
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return sum / 1000000;
}

/** Does act() end the process by abort()? Tried in a child. */
static inline int aborts(void (*act)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		act();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
