/* SPDX-License-Identifier: MIT */
#include "daemon/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"

#define HEX_SIZE (2 * STATE_DIR_SECRET_SIZE)

struct state_dir {
	char *path; /* owned */
	int lock;   /* fd of the locked file */
};

static int fail(char **text_out, const char *path, const char *what)
{
	int errnum = errno;

	*text_out = str_format("%s: %s: %s", path, what, strerror(errnum));
	return hw_error_of_errno(errnum);
}

static int take_lock(struct state_dir *d, char **text_out)
{
	char *path = state_dir_path(d, "lock");
	int error;

	d->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock < 0) {
		error = fail(text_out, path, "cannot be opened");
	} else if (!flock(d->lock, LOCK_EX | LOCK_NB)) {
		error = 0;
	} else if (errno != EWOULDBLOCK) {
		error = fail(text_out, path, "cannot be locked");
	} else {
		*text_out = str_format("%s: another hallwayd uses this state "
				       "directory",
				       d->path);
		error = HW_E_BUSY;
	}
	mem_free(&path);
	return error;
}

int state_dir_open(const char *path, struct state_dir **out, char **text_out)
{
	struct state_dir *d;
	struct stat st;
	int error;

	*out = NULL;
	if (mkdir(path, 0700) && errno != EEXIST)
		return fail(text_out, path, "cannot be made");
	if (stat(path, &st))
		return fail(text_out, path, "cannot be read");
	if (st.st_mode & 077 && chmod(path, 0700))
		return fail(text_out, path,
			    "is open to others and cannot be closed");
	d = mem_new(struct state_dir);
	d->path = str_dup(path);
	error = take_lock(d, text_out);
	if (error)
		state_dir_close(&d);
	*out = d;
	return error;
}

void state_dir_close(struct state_dir **d)
{
	if (!*d)
		return;
	if ((*d)->lock >= 0)
		close((*d)->lock);
	mem_free(&(*d)->path);
	mem_free(d);
}

char *state_dir_path(const struct state_dir *d, const char *name)
{
	return str_format("%s/%s", d->path, name);
}

/* A write cut short sets no errno; what cuts it is the room left. */
static bool write_all(int fd, const char *text, size_t len)
{
	ssize_t written = write(fd, text, len);

	if (written >= 0 && (size_t)written < len)
		errno = ENOSPC;
	return written == (ssize_t)len;
}

/* Written beside its place, synced and renamed, so that a crash leaves either
 * no secret or a whole one. */
static int write_secret(const char *path, const unsigned char *secret,
			char **text_out)
{
	char *hex = hex_encode(secret, STATE_DIR_SECRET_SIZE);
	char *tmp = str_format("%s.new", path);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = 0;

	if (fd < 0 || !write_all(fd, hex, HEX_SIZE) || fsync(fd) ||
	    rename(tmp, path))
		error = fail(text_out, path, "cannot be written");
	if (fd >= 0)
		close(fd);
	mem_free(&tmp);
	mem_free(&hex);
	return error;
}

static int read_secret(int fd, const char *path, unsigned char *out,
		       char **text_out)
{
	char hex[HEX_SIZE + 1] = "";

	if (read(fd, hex, HEX_SIZE) != HEX_SIZE ||
	    hex_decode(hex, out, STATE_DIR_SECRET_SIZE)) {
		*text_out = str_format("%s: is no secret of %d hex digits",
				       path, HEX_SIZE);
		return HW_E_CORRUPT;
	}
	return 0;
}

int state_dir_secret(const struct state_dir *d, const char *name,
		     unsigned char out[STATE_DIR_SECRET_SIZE], char **text_out)
{
	char *path = state_dir_path(d, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (fd >= 0) {
		error = read_secret(fd, path, out, text_out);
		close(fd);
	} else if (errno == ENOENT) {
		rand_secret(out, STATE_DIR_SECRET_SIZE);
		error = write_secret(path, out, text_out);
	} else {
		error = fail(text_out, path, "cannot be opened");
	}
	mem_free(&path);
	return error;
}

int state_dir_set_secret(const struct state_dir *d, const char *name,
			 const unsigned char secret[STATE_DIR_SECRET_SIZE],
			 char **text_out)
{
	char *path = state_dir_path(d, name);
	int error = write_secret(path, secret, text_out);

	mem_free(&path);
	return error;
}

int64_t state_dir_written_at(const struct state_dir *d, const char *name)
{
	char *path = state_dir_path(d, name);
	struct stat st;
	int64_t at = -1;

	if (stat(path, &st) == 0)
		at = st.st_mtim.tv_sec * 1000LL + st.st_mtim.tv_nsec / 1000000;
	mem_free(&path);
	return at;
}
