/* SPDX-License-Identifier: MIT */
#include "daemon/block_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_section.h"
#include "jid/idna.h"
#include "s2s/s2s.h"

struct block_list {
	char *path; /* owned */
	struct config_list domains;
	const char **denied; /* owned array of block_list_join() */
};

/* ---- the file ---- */

static void add_line(struct block_list *l, const char *line)
{
	char *domain = idna_to_unicode(line);

	if (domain)
		config_list_add(&l->domains, domain);
	else if (*line)
		log_warn(LOG_S2S, "%s: a line is no domain and left out",
			 l->path);
}

static int read_file(struct block_list *l)
{
	FILE *file = fopen(l->path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return errno == ENOENT ? 0 : hw_error_of_errno(errno);
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		add_line(l, line);
	}
	free(line);
	fclose(file);
	return 0;
}

static int write_text(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = 0;

	if (fd < 0)
		return hw_error_of_errno(errno);
	errno = ENOSPC; /* what a write cut short does not say */
	if (write(fd, text, len) != (ssize_t)len || fsync(fd))
		error = hw_error_of_errno(errno);
	close(fd);
	return error;
}

/* Whole or not at all. */
static int write_file(const struct block_list *l)
{
	char *tmp = str_format("%s.new", l->path);
	struct buf text = { 0 };
	int error;

	for (size_t i = 0; i < l->domains.count; i++)
		buf_add_format(&text, "%s\n", l->domains.items[i]);
	error = write_text(tmp, buf_str(&text), text.len);
	if (!error && rename(tmp, l->path))
		error = hw_error_of_errno(errno);
	buf_fini(&text);
	mem_free(&tmp);
	return error;
}

/* ---- the list ---- */

int block_list_open(const char *path, struct block_list **out)
{
	struct block_list *l = mem_new(struct block_list);
	int error;

	l->path = str_dup(path);
	error = read_file(l);
	if (error)
		block_list_free(&l);
	*out = l;
	return error;
}

void block_list_free(struct block_list **l)
{
	if (!*l)
		return;
	config_list_clear(&(*l)->domains);
	mem_free(&(*l)->denied);
	mem_free(&(*l)->path);
	mem_free(l);
}

static size_t find(const struct block_list *l, const char *domain)
{
	size_t i = 0;

	while (i < l->domains.count &&
	       !str_equal(l->domains.items[i], domain))
		i++;
	return i;
}

static void take_out(struct block_list *l, size_t i)
{
	struct config_list *d = &l->domains;

	mem_free(&d->items[i]);
	d->count--;
	memmove(d->items + i, d->items + i + 1,
		(d->count - i) * sizeof(*d->items));
}

static void change(struct block_list *l, const char *domain, bool on)
{
	if (on)
		config_list_add(&l->domains, str_dup(domain));
	else
		take_out(l, find(l, domain));
}

int block_list_set(struct block_list *l, const char *domain, bool on)
{
	bool is_there = find(l, domain) < l->domains.count;
	int error;

	if (is_there == on)
		return HW_E_EXISTS;
	change(l, domain, on);
	error = write_file(l);
	if (error)
		change(l, domain, !on);
	return error;
}

size_t block_list_count(const struct block_list *l)
{
	return l->domains.count;
}

const char *block_list_get(const struct block_list *l, size_t i)
{
	return l->domains.items[i];
}

struct s2s_policy block_list_join(struct block_list *l,
				  const struct s2s_policy *policy)
{
	struct s2s_policy joined = *policy;
	size_t count = policy->deny.count;

	l->denied = mem_realloc(l->denied, (count + l->domains.count + 1) *
						   sizeof(*l->denied));
	for (size_t i = 0; i < count; i++)
		l->denied[i] = policy->deny.names[i];
	for (size_t i = 0; i < l->domains.count; i++)
		l->denied[count++] = l->domains.items[i];
	joined.deny = (struct s2s_domains){ l->denied, count };
	return joined;
}
