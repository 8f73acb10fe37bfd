/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config: the configuration reader on arbitrary bytes. What it accepts must
 * hold what the rest of the daemon relies on.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The stream, not the descriptor: a sanitizer's report must still be seen. */
static struct config *load_quietly(const char *path)
{
	static FILE *nowhere;
	FILE *saved = stderr;
	struct config *config;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	require(nowhere != NULL);
	stderr = nowhere;
	config = config_load(path);
	stderr = saved;
	return config;
}

static void check_accepted(const struct config *c)
{
	require(c->domain_count > 0);
	require(c->muc.domain_count == c->domain_count);
	for (size_t i = 0; i < c->domain_count; i++) {
		const struct config_domain *d = &c->domains[i];

		require(*d->name != '\0');
		require(d->certificates.count == d->keys.count);
		for (size_t j = 0; j < i; j++)
			require(!str_equal(d->name, c->domains[j].name));
	}
	require(*c->state_dir != '\0');
	require(*c->control.socket != '\0');
	require(c->s2s.grace >= 1000);
	require(c->store.sync <= BACKEND_SYNC_RELAXED);
	for (int i = 0; i < LOG_AREA_COUNT; i++)
		require(c->log.levels[i] <= LOG_DEBUG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("hallway.yml", MFD_CLOEXEC);
	char *path = str_format("/proc/self/fd/%d", fd);
	struct config *config;

	require(fd >= 0);
	require(write(fd, data, size) == (ssize_t)size);
	config = load_quietly(path);
	if (config)
		check_accepted(config);
	config_free(&config);
	mem_free(&path);
	close(fd);
	return 0;
}
