/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#define PORTION 65536

/* A write cut short sets no errno; what cuts it is the room left. */
int file_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return hw_error_of_errno(errno);
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int copy_bytes(int from, int to)
{
	char *data = mem_alloc(PORTION);
	ssize_t len = 0;
	int error = 0;

	while (!error && (len = read(from, data, PORTION)) > 0)
		error = file_write_all(to, data, (size_t)len);
	if (!error && (len < 0 || fsync(to)))
		error = hw_error_of_errno(errno);
	mem_free(&data);
	return error;
}

int file_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out, error;

	if (in < 0)
		return hw_error_of_errno(errno);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0) {
		error = hw_error_of_errno(errno);
		close(in);
		return error;
	}
	error = copy_bytes(in, out);
	close(in);
	close(out);
	if (error)
		unlink(to);
	return error;
}

int file_sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return hw_error_of_errno(errno);
	if (fsync(fd))
		error = hw_error_of_errno(errno);
	close(fd);
	return error;
}

static bool is_regular(const char *folder, const char *name)
{
	char *path = str_format("%s/%s", folder, name);
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode);

	mem_free(&path);
	return is;
}

int file_each(const char *folder, int (*fn)(void *owner, const char *name),
	      void *owner)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int error = 0;

	if (!dir)
		return hw_error_of_errno(errno);
	while (!error && (entry = readdir(dir)))
		if (is_regular(folder, entry->d_name))
			error = fn(owner, entry->d_name);
	closedir(dir);
	return error;
}

struct folders {
	const char *from, *to;
};

static int copy_into(void *owner, const char *name)
{
	const struct folders *f = owner;
	char *from = str_format("%s/%s", f->from, name);
	char *to = str_format("%s/%s", f->to, name);
	int error = file_copy(from, to);

	mem_free(&from);
	mem_free(&to);
	return error;
}

int file_copy_folder(const char *from, const char *to)
{
	struct folders folders = { from, to };
	struct stat st;
	int error;

	if (stat(from, &st) || mkdir(to, 0700))
		return hw_error_of_errno(errno);
	error = file_each(from, copy_into, &folders);
	return error ? error : file_sync_folder(to);
}

static int remove_from(void *owner, const char *name)
{
	char *path = str_format("%s/%s", (const char *)owner, name);

	unlink(path);
	mem_free(&path);
	return 0;
}

void file_remove_folder(const char *path)
{
	(void)!file_each(path, remove_from, (void *)path);
	rmdir(path);
}
