/* SPDX-License-Identifier: MIT */
#include "store/log_vfs.h"

#include <pthread.h>
#include <string.h>

#include <sqlite3.h>

#include "base/base.h"
#include "base/mem.h"

#define NAME "hallway-log"
/* 29 pages; SQLite's own files take less than 128 KiB at once */
#define BUF_SIZE (120 << 10)

/* The write-ahead log; the real file follows in the same memory. */
struct log_file {
	sqlite3_file file;
	unsigned char *buf; /* owned; BUF_SIZE */
	size_t len;         /* so much of it waits to be written */
	sqlite3_int64 at;   /* ... to here */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sqlite3_vfs *real_vfs; /* borrowed, for ever */

static struct log_file *log_of(sqlite3_file *file)
{
	return container_of(file, struct log_file, file);
}

static sqlite3_file *real_of(struct log_file *log)
{
	return (sqlite3_file *)(void *)(log + 1);
}

/* What cannot be written is lost: it is of a transaction that has not been synced,
 * and is told that it failed. */
static int flush(struct log_file *log)
{
	sqlite3_file *real = real_of(log);
	int len = (int)log->len;

	log->len = 0;
	return len ? real->pMethods->xWrite(real, log->buf, len, log->at)
		   : SQLITE_OK;
}

static int log_close(sqlite3_file *file)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);

	mem_free(&log->buf);
	return real->pMethods->xClose(real);
}

static int log_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);
	int code = flush(log);

	return code ? code : real->pMethods->xRead(real, out, len, at);
}

static int log_write(sqlite3_file *file, const void *data, int len,
		     sqlite3_int64 at)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);
	bool goes_on = at == log->at + (sqlite3_int64)log->len &&
		       log->len + (size_t)len <= BUF_SIZE;
	int code = goes_on ? SQLITE_OK : flush(log);

	if (code)
		return code;
	if (len > BUF_SIZE)
		return real->pMethods->xWrite(real, data, len, at);
	if (!log->len)
		log->at = at;
	memcpy(log->buf + log->len, data, (size_t)len);
	log->len += (size_t)len;
	return SQLITE_OK;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);
	int code = flush(log);

	return code ? code : real->pMethods->xTruncate(real, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);
	int code = flush(log);

	return code ? code : real->pMethods->xSync(real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
	struct log_file *log = log_of(file);
	sqlite3_file *real = real_of(log);
	int code = flush(log);

	return code ? code : real->pMethods->xFileSize(real, size_out);
}

static int log_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xLock(real, level);
}

static int log_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xUnlock(real, level);
}

static int log_check_lock(sqlite3_file *file, int *is_locked_out)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xCheckReservedLock(real, is_locked_out);
}

static int log_control(sqlite3_file *file, int what, void *arg)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xFileControl(real, what, arg);
}

static int log_sector_size(sqlite3_file *file)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xSectorSize(real);
}

static int log_characteristics(sqlite3_file *file)
{
	sqlite3_file *real = real_of(log_of(file));

	return real->pMethods->xDeviceCharacteristics(real);
}

/* Version 1: a log is neither shared nor mapped. */
static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_check_lock,
	.xFileControl = log_control,
	.xSectorSize = log_sector_size,
	.xDeviceCharacteristics = log_characteristics,
};

/* All other files are the real ones. */
static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		     int flags, int *flags_out)
{
	struct log_file *log = log_of(file);
	int code;

	(void)vfs;
	if (!(flags & SQLITE_OPEN_WAL))
		return real_vfs->xOpen(real_vfs, path, file, flags, flags_out);
	file->pMethods = NULL;
	code = real_vfs->xOpen(real_vfs, path, real_of(log), flags, flags_out);
	if (code)
		return code;
	log->buf = mem_alloc(BUF_SIZE);
	log->len = 0;
	log->at = 0;
	file->pMethods = &log_methods;
	return SQLITE_OK;
}

static void set_up(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	require(real_vfs != NULL);
	vfs = *real_vfs;
	vfs.zName = NAME;
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct log_file) + real_vfs->szOsFile;
	vfs.xOpen = open_file;
	require(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

const char *log_vfs_name(void)
{
	require(pthread_once(&once, set_up) == 0);
	return NAME;
}
