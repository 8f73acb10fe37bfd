/* SPDX-License-Identifier: MIT */
#include "faulty_vfs.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"

#define SECTOR 512
#define PATH_SIZE 512

/* What of a file is on the platters. Kept when the file is closed. */
struct image {
	struct list node;
	char path[PATH_SIZE];
	unsigned char *kept; /* owned; synced */
	size_t kept_size;
	unsigned char *now; /* owned; as programs see it */
	size_t size;
	bool *is_dirty; /* owned; of each sector of now */
	size_t cap;     /* of all three */
};

struct faulty_file {
	sqlite3_file base;   /* first: it is one */
	struct image *image; /* NULL: not of interest */
	sqlite3_file real;   /* last: it goes on behind */
};

static struct {
	pthread_mutex_t lock;
	sqlite3_vfs *real;
	struct list images;
	enum faulty_kind kind;
	int after;
	int failures;
	int sync_ms;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

/*
 * Images
 */

static struct image *find_image(const char *path)
{
	struct image *i;

	list_each(i, &disk.images, node)
		if (str_equal(i->path, path))
			return i;
	return NULL;
}

static void reserve(struct image *i, size_t size)
{
	size_t cap = i->cap ? i->cap : 65536;

	if (size <= i->cap)
		return;
	while (cap < size)
		cap *= 2;
	i->kept = mem_realloc(i->kept, cap);
	i->now = mem_realloc(i->now, cap);
	i->is_dirty =
		mem_realloc(i->is_dirty, cap / SECTOR * sizeof(*i->is_dirty));
	memset(i->kept + i->cap, 0, cap - i->cap);
	memset(i->now + i->cap, 0, cap - i->cap);
	for (size_t n = i->cap / SECTOR; n < cap / SECTOR; n++)
		i->is_dirty[n] = false;
	i->cap = cap;
}

/* What is there when a disk is first looked at is safe. */
static void load(struct image *i)
{
	FILE *f = fopen(i->path, "rb");
	size_t got;

	while (f) {
		reserve(i, i->size + SECTOR);
		got = fread(i->now + i->size, 1, SECTOR, f);
		if (got == 0)
			break;
		i->size += got;
	}
	if (f)
		fclose(f);
	if (i->size)
		memcpy(i->kept, i->now, i->size);
	i->kept_size = i->size;
}

static struct image *get_image(const char *path)
{
	struct image *i = find_image(path);

	if (i)
		return i;
	i = mem_new(struct image);
	snprintf(i->path, sizeof(i->path), "%s", path);
	load(i);
	list_add_tail(&disk.images, &i->node);
	return i;
}

static void image_write(struct image *i, const void *data, size_t len,
			size_t at)
{
	reserve(i, at + len);
	memcpy(i->now + at, data, len);
	if (at + len > i->size)
		i->size = at + len;
	for (size_t n = at / SECTOR; n <= (at + len - 1) / SECTOR; n++)
		i->is_dirty[n] = true;
}

static void image_sync(struct image *i, bool succeeds)
{
	for (size_t n = 0; n * SECTOR < i->size; n++) {
		if (i->is_dirty[n] && succeeds)
			memcpy(i->kept + n * SECTOR, i->now + n * SECTOR,
			       SECTOR);
		i->is_dirty[n] = false;
	}
	if (succeeds)
		i->kept_size = i->size;
}

/*
 * Files
 */

static sqlite3_file *real_of(sqlite3_file *f)
{
	return &((struct faulty_file *)f)->real;
}

static struct image *image_of(sqlite3_file *f)
{
	return ((struct faulty_file *)f)->image;
}

/* With the lock held. */
static bool fails(enum faulty_kind a, enum faulty_kind b)
{
	if (disk.kind != a && disk.kind != b)
		return false;
	if (disk.after > 0) {
		disk.after--;
		return false;
	}
	disk.failures++;
	return true;
}

static int faulty_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int faulty_read(sqlite3_file *f, void *data, int len, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), data, len, at);
}

static int faulty_write(sqlite3_file *f, const void *data, int len,
			sqlite3_int64 at)
{
	int code;

	pthread_mutex_lock(&disk.lock);
	if (fails(FAULTY_FULL, FAULTY_WRITE))
		code = disk.kind == FAULTY_FULL ? SQLITE_FULL
						: SQLITE_IOERR_WRITE;
	else
		code = real_of(f)->pMethods->xWrite(real_of(f), data, len, at);
	if (code == SQLITE_OK && image_of(f))
		image_write(image_of(f), data, (size_t)len, (size_t)at);
	pthread_mutex_unlock(&disk.lock);
	return code;
}

static int faulty_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct image *i = image_of(f);
	int code;

	pthread_mutex_lock(&disk.lock);
	code = real_of(f)->pMethods->xTruncate(real_of(f), size);
	if (code == SQLITE_OK && i && (size_t)size < i->size) {
		memset(i->now + size, 0, i->size - (size_t)size);
		i->size = (size_t)size;
	}
	pthread_mutex_unlock(&disk.lock);
	return code;
}

static int faulty_sync(sqlite3_file *f, int flags)
{
	bool has_failed;

	if (disk.sync_ms)
		usleep((unsigned)disk.sync_ms * 1000);
	(void)flags; /* the real one need not be synced: nothing is cut off */
	pthread_mutex_lock(&disk.lock);
	has_failed = fails(FAULTY_SYNC, FAULTY_SYNC);
	if (image_of(f))
		image_sync(image_of(f), !has_failed);
	pthread_mutex_unlock(&disk.lock);
	return has_failed ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int faulty_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int faulty_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int faulty_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int faulty_check(sqlite3_file *f, int *is_reserved)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f),
							is_reserved);
}

static int faulty_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int faulty_sector(sqlite3_file *f)
{
	(void)f;
	return SECTOR;
}

/* No safe append, no atomic write; but as on every system of today, writing some
 * bytes of a sector does no harm to the others. (Without that promise SQLite pads
 * each commit with a frame whose end it does not sync: should the next sync
 * fail, what comes behind it is cut off.) */
static int faulty_device(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int faulty_shm_map(sqlite3_file *f, int page, int size, int extend,
			  void volatile **out)
{
	bool is_full;

	pthread_mutex_lock(&disk.lock);
	is_full = extend && disk.kind == FAULTY_BESIDE;
	pthread_mutex_unlock(&disk.lock);
	if (is_full) {
		errno = ENOSPC;
		return SQLITE_IOERR_SHMSIZE;
	}
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     out);
}

static int faulty_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void faulty_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int faulty_shm_unmap(sqlite3_file *f, int is_deleted)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), is_deleted);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = faulty_close,
	.xRead = faulty_read,
	.xWrite = faulty_write,
	.xTruncate = faulty_truncate,
	.xSync = faulty_sync,
	.xFileSize = faulty_size,
	.xLock = faulty_lock,
	.xUnlock = faulty_unlock,
	.xCheckReservedLock = faulty_check,
	.xFileControl = faulty_control,
	.xSectorSize = faulty_sector,
	.xDeviceCharacteristics = faulty_device,
	.xShmMap = faulty_shm_map,
	.xShmLock = faulty_shm_lock,
	.xShmBarrier = faulty_shm_barrier,
	.xShmUnmap = faulty_shm_unmap,
};

static int faulty_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f,
		       int flags, int *flags_out)
{
	struct faulty_file *file = (struct faulty_file *)f;
	int code;

	(void)vfs;
	file->image = NULL;
	file->real.pMethods = NULL;
	code = disk.real->xOpen(disk.real, path, &file->real, flags, flags_out);
	f->pMethods = file->real.pMethods ? &methods : NULL;
	if (code != SQLITE_OK || !path ||
	    !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return code;
	pthread_mutex_lock(&disk.lock);
	file->image = get_image(path);
	pthread_mutex_unlock(&disk.lock);
	return code;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	struct image *i;
	int code;

	(void)vfs;
	pthread_mutex_lock(&disk.lock);
	code = disk.real->xDelete(disk.real, path, sync_dir);
	i = find_image(path);
	if (i) {
		list_remove(&i->node);
		mem_free(&i->kept);
		mem_free(&i->now);
		mem_free(&i->is_dirty);
		mem_free(&i);
	}
	pthread_mutex_unlock(&disk.lock);
	return code;
}

void faulty_vfs_install(void)
{
	static sqlite3_vfs vfs;

	disk.real = sqlite3_vfs_find(NULL);
	require(disk.real != NULL);
	list_init(&disk.images);
	vfs = *disk.real; /* what is not of files is the real one's */
	vfs.zName = "faulty";
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct faulty_file) + disk.real->szOsFile;
	vfs.xOpen = faulty_open;
	vfs.xDelete = faulty_delete;
	require(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

/*
 * Telling it
 */

void faulty_vfs_fail(enum faulty_kind kind, int after)
{
	pthread_mutex_lock(&disk.lock);
	disk.kind = kind;
	disk.after = after;
	disk.failures = 0;
	pthread_mutex_unlock(&disk.lock);
}

void faulty_vfs_set_sync_time(int ms)
{
	pthread_mutex_lock(&disk.lock);
	disk.sync_ms = ms;
	pthread_mutex_unlock(&disk.lock);
}

int faulty_vfs_failures(void)
{
	int failures;

	pthread_mutex_lock(&disk.lock);
	failures = disk.failures;
	pthread_mutex_unlock(&disk.lock);
	return failures;
}

/* Of a sector that was not synced the old or the new is left; the file is as long
 * as one of them made it. */
static void leave(const struct image *i, const char *to, unsigned *seed)
{
	bool is_longer = i->size > i->kept_size && rand_r(seed) % 2;
	size_t size = is_longer ? i->size : i->kept_size;
	FILE *f = fopen(to, "wb");

	require(f != NULL);
	for (size_t n = 0; n * SECTOR < size; n++) {
		const unsigned char *from = i->kept;
		size_t len = size - n * SECTOR;

		if (i->is_dirty[n] && rand_r(seed) % 2)
			from = i->now;
		require(fwrite(from + n * SECTOR, 1,
			       len < SECTOR ? len : SECTOR, f) > 0);
	}
	require(fclose(f) == 0);
}

void faulty_vfs_cut(const char *from, const char *to, unsigned seed)
{
	char path[PATH_SIZE], copy[PATH_SIZE];
	static const char *const ends[] = { "", "-wal" };
	const struct image *i;

	pthread_mutex_lock(&disk.lock);
	for (size_t n = 0; n < array_len(ends); n++) {
		snprintf(path, sizeof(path), "%s%s", from, ends[n]);
		snprintf(copy, sizeof(copy), "%s%s", to, ends[n]);
		unlink(copy);
		i = find_image(path);
		if (i)
			leave(i, copy, &seed);
	}
	pthread_mutex_unlock(&disk.lock);
}
