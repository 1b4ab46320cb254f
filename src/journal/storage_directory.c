// SPDX-License-Identifier: Apache-2.0
// Segments as files in a directory. Writes are O_DIRECT | O_DSYNC into zero-filled
// files: on such files a write needs no change of the file system's own
// records, which is what makes a sync cheap and even.
#include "base/clock.h"
#include "journal/layout.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_SIZE 32
#define FILL_CHUNK (256u << 10)
#define FILL_PER_SECOND (32u << 20) // while the journal writes little

struct file { // a segment that is open
	int fd;
	uint32_t segment;
};

struct storage_directory {
	int dir_fd, lock_fd, note_fd;
	struct file reading, writing;
	uint8_t *zeros; // FILL_CHUNK
	_Atomic uint64_t written; // bytes, by the journal
};

static void segment_name(uint32_t segment, const char *suffix, char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "segment-%08u%s", segment, suffix);
}

// O_DIRECT where the file system can (tmpfs of older kernels cannot). An fd or negative errno.
static int open_direct(int dir_fd, const char *name, int flags)
{
	int fd = openat(dir_fd, name, flags | O_DIRECT | O_CLOEXEC, 0640);
	if (fd < 0 && errno == EINVAL)
		fd = openat(dir_fd, name, flags | O_CLOEXEC, 0640);
	return fd < 0 ? -errno : fd;
}

static void file_close(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static int file_of(struct storage_directory *d, struct file *f, uint32_t segment, int flags)
{
	char name[NAME_SIZE];
	if (f->fd >= 0 && f->segment == segment)
		return 0;
	file_close(f);
	segment_name(segment, "", name);
	int fd = open_direct(d->dir_fd, name, flags);
	if (fd < 0)
		return fd;
	*f = (struct file){ fd, segment };
	return 0;
}

static int write_all(int fd, const uint8_t *from, size_t size, uint64_t offset)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, from, size, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 || n % BLOCK_ALIGN)
			return -EIO;
		from += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int read_all(int fd, uint8_t *to, size_t size, uint64_t offset)
{
	while (size > 0) {
		ssize_t n = pread(fd, to, size, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 || n % BLOCK_ALIGN)
			return -EIO; // shorter than its size said
		to += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int directory_read(void *context, uint32_t segment, uint64_t offset, void *to, size_t size)
{
	struct storage_directory *d = context;
	int error = file_of(d, &d->reading, segment, O_RDONLY);
	return error ? error : read_all(d->reading.fd, to, size, offset);
}

static int directory_write(void *context, uint32_t segment, uint64_t offset, const void *from, size_t size)
{
	struct storage_directory *d = context;
	int error = file_of(d, &d->writing, segment, O_RDWR | O_DSYNC);
	if (!error)
		error = write_all(d->writing.fd, from, size, offset);
	atomic_fetch_add_explicit(&d->written, size, memory_order_relaxed);
	return error;
}

static int directory_sync(void *context, uint32_t segment)
{
	struct storage_directory *d = context;
	// O_DSYNC: what this descriptor wrote is durable already. A segment that was only read here may not be.
	if (d->writing.fd >= 0 && d->writing.segment == segment)
		return 0;
	int error = file_of(d, &d->writing, segment, O_RDWR | O_DSYNC);
	if (error)
		return error;
	return fdatasync(d->writing.fd) ? -errno : 0;
}

static int directory_size(void *context, uint32_t segment, uint64_t *ret_size)
{
	struct storage_directory *d = context;
	struct stat st;
	char name[NAME_SIZE];
	segment_name(segment, "", name);
	if (fstatat(d->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

// True for exactly "segment-NNNNNNNN".
static bool segment_number(const char *name, uint32_t *ret)
{
	uint32_t n = 0;
	if (strncmp(name, "segment-", 8) != 0 || strlen(name) != 16)
		return false;
	for (const char *p = name + 8; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		n = n * 10 + (uint32_t)(*p - '0');
	}
	*ret = n;
	return true;
}

static DIR *directory_stream(const struct storage_directory *d)
{
	int fd = openat(d->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream && fd >= 0)
		close(fd);
	return stream;
}

static uint32_t first_missing(const struct storage_directory *d, uint32_t segment)
{
	char name[NAME_SIZE];
	for (;; segment++) {
		segment_name(segment, "", name);
		if (faccessat(d->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW))
			return segment;
	}
}

static int directory_list(void *context, uint32_t *ret_first, uint32_t *ret_count)
{
	struct storage_directory *d = context;
	DIR *stream = directory_stream(d);
	if (!stream)
		return -errno;
	uint32_t lowest = UINT32_MAX, highest = 0, count = 0, n;
	for (struct dirent *e; (e = readdir(stream));)
		if (segment_number(e->d_name, &n)) {
			lowest = n < lowest ? n : lowest;
			highest = n > highest ? n : highest;
			count++;
		}
	closedir(stream);
	*ret_first = count ? lowest : 0;
	*ret_count = count;
	if (count == 0 || highest - lowest + 1 == count)
		return 0;
	*ret_first = first_missing(d, lowest);
	return -ENOENT;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	(void)nanosleep(&t, NULL);
}

// Filling takes the disk away from the journal, so it goes only a little faster than
// the journal eats up the current segment: half as fast again leaves a fifth to spare. When
// nothing is being written nobody is hurt, and it goes as fast as it can.
static uint64_t fill_pause_ns(struct storage_directory *d, uint64_t start_ns, uint64_t start_written,
			      uint64_t *written_before, uint64_t filled)
{
	uint64_t written = atomic_load_explicit(&d->written, memory_order_relaxed);
	bool idle = written == *written_before;
	*written_before = written;
	uint64_t allowed = (written - start_written) / 2 * 3 +
			   (clock_monotonic_ns() - start_ns) / 1000 * FILL_PER_SECOND / 1000000;
	return idle || filled <= allowed ? 0 : 500000;
}

static int fill(struct storage_directory *d, int fd, uint64_t size)
{
	uint64_t start = clock_monotonic_ns(), pause;
	uint64_t start_written = atomic_load(&d->written), before = start_written;
	for (uint64_t offset = 0; offset < size; offset += FILL_CHUNK) {
		int error = write_all(fd, d->zeros, (size_t)u64_min(FILL_CHUNK, size - offset), offset);
		if (error)
			return error;
		while ((pause = fill_pause_ns(d, start, start_written, &before, offset + FILL_CHUNK)))
			sleep_ns(pause);
	}
	return fsync(fd) ? -errno : 0;
}

// Under another name until it is whole: a crash leaves no half-filled segment.
static int directory_create(void *context, uint32_t segment, uint64_t size)
{
	struct storage_directory *d = context;
	char making[NAME_SIZE], name[NAME_SIZE];
	segment_name(segment, ".new", making);
	segment_name(segment, "", name);
	int fd = open_direct(d->dir_fd, making, O_RDWR | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fd;
	// Asked for at once, so that a full disk says so now and not when half of it is written.
	int error = posix_fallocate(fd, 0, (off_t)size);
	error = error ? -error : fill(d, fd, size);
	close(fd);
	if (!error && renameat(d->dir_fd, making, d->dir_fd, name))
		error = -errno;
	if (!error && fsync(d->dir_fd))
		error = -errno;
	if (error)
		(void)unlinkat(d->dir_fd, making, 0);
	return error;
}

static int directory_note_write(void *context, const void *data, size_t size)
{
	struct storage_directory *d = context;
	ssize_t n = d->note_fd < 0 ? -1 : pwrite(d->note_fd, data, size, 0);
	return n == (ssize_t)size ? 0 : -EIO;
}

static int directory_note_read(void *context, void *data, size_t size)
{
	struct storage_directory *d = context;
	int fd = openat(d->dir_fd, "durable", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	ssize_t n = pread(fd, data, size, 0);
	close(fd);
	return n == (ssize_t)size ? 0 : -ENOENT;
}

static void remove_unfinished(const struct storage_directory *d)
{
	DIR *stream = directory_stream(d);
	if (!stream)
		return;
	for (struct dirent *e; (e = readdir(stream));) {
		size_t length = strlen(e->d_name);
		if (!strncmp(e->d_name, "segment-", 8) && length > 4 && !strcmp(e->d_name + length - 4, ".new"))
			(void)unlinkat(d->dir_fd, e->d_name, 0);
	}
	closedir(stream);
}

static int writer_side(struct storage_directory *d)
{
	d->lock_fd = openat(d->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (d->lock_fd < 0)
		return -errno;
	if (flock(d->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	d->note_fd = openat(d->dir_fd, "durable", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (d->note_fd < 0)
		return -errno;
	d->zeros = aligned_alloc(BLOCK_ALIGN, FILL_CHUNK);
	if (!d->zeros)
		return -ENOMEM;
	memset(d->zeros, 0, FILL_CHUNK);
	remove_unfinished(d);
	return 0;
}

int storage_directory_open(int dir_fd, bool writable, struct storage_directory **ret, struct storage *ret_storage)
{
	struct storage_directory *d = malloc(sizeof *d);
	if (!d)
		return -ENOMEM;
	*d = (struct storage_directory){ .dir_fd = dir_fd, .lock_fd = -1, .note_fd = -1, .reading.fd = -1,
					 .writing.fd = -1 };
	int error = writable ? writer_side(d) : 0;
	if (error) {
		storage_directory_close(d);
		return error;
	}
	*ret = d;
	*ret_storage = (struct storage){ d, directory_list, directory_size, directory_create, directory_read,
					 directory_write, directory_sync, directory_note_write, directory_note_read };
	return 0;
}

void storage_directory_close(struct storage_directory *d)
{
	if (!d)
		return;
	file_close(&d->reading);
	file_close(&d->writing);
	if (d->note_fd >= 0)
		close(d->note_fd);
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	free(d->zeros);
	free(d);
}
