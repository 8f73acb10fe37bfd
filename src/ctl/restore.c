/* SPDX-License-Identifier: MIT */
#include "ctl/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "ctl/talk.h"

#define DATABASE "hallway.db"
#define CERTIFICATES "certificates" /* folders */
#define RECORDS	     "records"
#define HEADER_SIZE 72
#define OWNER_AT 68 /* of the application's mark in SQLite's header */

struct restore {
	const char *from;  /* the backup */
	const char *to;    /* the state directory */
	char *aside;       /* owned; where what was there goes */
	struct stat owner; /* of the state directory: who runs the daemon */
	int files;
};

bool restore_is_meant(const char *command)
{
	return str_has_prefix(command, RESTORE_COMMAND) &&
	       (command[strlen(RESTORE_COMMAND)] == ' ' ||
		command[strlen(RESTORE_COMMAND)] == '\0');
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "hallwayctl: %s: %s\n", path, what);
	return EXIT_FAILED;
}

static char *join(const char *folder, const char *name)
{
	return str_format("%s/%s", folder, name);
}

/* A daemon holds this lock for as long as it lives. */
static int take_lock(const char *state_dir, int *fd_out)
{
	char *path = join(state_dir, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int status = 0;

	if (fd < 0)
		status = complain(path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB))
		status =
			complain(state_dir,
				 errno == EWOULDBLOCK
					 ? "a hallwayd uses it; stop that first"
					 : strerror(errno));
	if (status && fd >= 0)
		close(fd);
	mem_free(&path);
	*fd_out = fd;
	return status;
}

/* SQLite's header, and our mark in it. The daemon says the rest at its start. */
static int check_backup(const char *folder)
{
	static const char magic[] = "SQLite format 3";
	static const unsigned char mark[] = { 'h', 'w', 'a', 'y' };
	char *path = join(folder, DATABASE);
	unsigned char header[HEADER_SIZE];
	FILE *f = fopen(path, "rb");
	int status = 0;

	if (!f)
		status = complain(path, strerror(errno));
	else if (fread(header, sizeof(header), 1, f) != 1 ||
		 memcmp(header, magic, sizeof(magic)) != 0 ||
		 memcmp(header + OWNER_AT, mark, sizeof(mark)) != 0)
		status = complain(path, "is no database of a hallwayd");
	if (f)
		fclose(f);
	mem_free(&path);
	return status;
}

static int move_aside(void *owner, const char *name)
{
	const struct restore *r = owner;
	char *from, *to;
	int error = 0;

	if (str_equal(name, "lock"))
		return 0;
	from = join(r->to, name);
	to = join(r->aside, name);
	if (rename(from, to))
		error = hw_error_of_errno(errno);
	mem_free(&from);
	mem_free(&to);
	return error;
}

/* By root for the user of the daemon; nobody else can give files away. */
static int give_to_owner(const struct restore *r, const char *path)
{
	if (geteuid() == 0 && chown(path, r->owner.st_uid, r->owner.st_gid))
		return hw_error_of_errno(errno);
	return 0;
}

static int put_back(void *owner, const char *name)
{
	struct restore *r = owner;
	char *from = join(r->from, name);
	char *to = join(r->to, name);
	int error = file_copy(from, to);

	if (!error)
		error = give_to_owner(r, to);
	r->files += !error;
	if (error)
		(void)complain(to, hw_error_text(error));
	mem_free(&from);
	mem_free(&to);
	return error;
}

struct owning {
	const struct restore *restore;
	const char *folder;
};

static int own_one(void *owner, const char *name)
{
	const struct owning *o = owner;
	char *path = str_format("%s/%s", o->folder, name);
	int error = give_to_owner(o->restore, path);

	mem_free(&path);
	return error;
}

/* A backup without it leaves what is there. */
static int put_folder_back(struct restore *r, const char *name)
{
	char *from = join(r->from, name);
	char *to = join(r->to, name);
	char *aside = join(r->aside, name);
	struct owning owning = { r, to };
	struct stat st;
	int error = 0;

	if (stat(from, &st) == 0) {
		if (rename(to, aside) && errno != ENOENT)
			error = hw_error_of_errno(errno);
		if (!error)
			error = file_copy_folder(from, to);
		if (!error)
			error = give_to_owner(r, to);
		if (!error)
			error = file_each(to, own_one, &owning);
	}
	mem_free(&from);
	mem_free(&to);
	mem_free(&aside);
	return error;
}

/* Named by the second, and a number should that not be enough. */
static int make_aside(struct restore *r)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int number = 0;

	if (!gmtime_r(&now, &tm) ||
	    !strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm))
		return HW_E_SYSTEM;
	do {
		mem_free(&r->aside);
		r->aside =
			str_format("%s/before-%s-%d", r->to, stamp, ++number);
		errno = 0;
	} while (mkdir(r->aside, 0700) && errno == EEXIST);
	return errno ? hw_error_of_errno(errno) : give_to_owner(r, r->aside);
}

static int restore_files(struct restore *r)
{
	int error = make_aside(r);

	if (!error)
		error = file_each(r->to, move_aside, r);
	if (!error)
		error = file_each(r->from, put_back, r);
	if (!error)
		error = put_folder_back(r, CERTIFICATES);
	if (!error)
		error = put_folder_back(r, RECORDS);
	if (!error)
		error = file_sync_folder(r->to);
	if (error)
		return complain(r->to, hw_error_text(error));
	printf("%d files restored; what was there is in %s\n", r->files,
	       r->aside);
	return 0;
}

int restore_run(const char *command, const char *state_dir)
{
	struct restore r = {
		.from = command + strlen(RESTORE_COMMAND),
		.to = state_dir ? state_dir : HALLWAY_STATE_DIR,
	};
	int lock = -1, status;

	if (!*r.from++)
		return talk_complain_usage("which folder? \"store restore "
					   "FOLDER\"");
	status = check_backup(r.from);
	if (!status && stat(r.to, &r.owner))
		status = complain(r.to, strerror(errno));
	if (!status)
		status = take_lock(r.to, &lock);
	if (!status)
		status = restore_files(&r);
	if (lock >= 0)
		close(lock);
	mem_free(&r.aside);
	return status;
}
