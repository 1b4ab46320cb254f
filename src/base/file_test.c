// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "file_test.XXXXXX";
static int dir_fd = -1;

static int folder_make(void **state)
{
	strcpy(folder + sizeof folder - 7, "XXXXXX");
	dir_fd = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir_fd < 0;
}

static int folder_remove(void **state)
{
	char command[64];
	close(dir_fd);
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

static void assert_holds(const char *path, const char *text)
{
	char found[64] = "";
	int fd = openat(dir_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, found, sizeof found - 1), strlen(text));
	close(fd);
	assert_string_equal(found, text);
}

static void test_replaces_whole_files(void **state)
{
	assert_int_equal(file_put(dir_fd, "a/b/c", 0600, "x", 1), -ENOENT);
	assert_int_equal(file_folders_make(dir_fd, "a/b/c", 0700), 0);
	assert_int_equal(file_folders_make(dir_fd, "a/b/c", 0700), 0); // again
	assert_int_equal(file_put(dir_fd, "a/b/c", 0600, "first", 5), 0);
	assert_int_equal(file_put(dir_fd, "a/b/c", 0400, "second", 6), 0);
	assert_holds("a/b/c", "second");
	assert_int_equal(faccessat(dir_fd, "a/b/c" FILE_BESIDE, F_OK, 0), -1);
	struct stat st;
	assert_int_equal(fstatat(dir_fd, "a/b/c", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
}

// What failed leaves the old file, and nothing beside it.
static void test_a_failure_leaves_the_old_one(void **state)
{
	assert_int_equal(file_put(dir_fd, "f", 0600, "old", 3), 0);
	int fd = file_begin(dir_fd, "f", 0600);
	assert_int_equal(descriptor_write(fd, "half", 4), 0);
	assert_int_equal(file_place(dir_fd, "f", fd, -ENOSPC), -ENOSPC);
	assert_holds("f", "old");
	assert_int_equal(faccessat(dir_fd, "f" FILE_BESIDE, F_OK, 0), -1);
	assert_int_equal(mkdirat(dir_fd, "folder", 0700), 0);
	assert_int_equal(file_put(dir_fd, "folder", 0600, "x", 1), -EISDIR);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(descriptor_write(full, "x", 1), -ENOSPC);
	close(full);
}

// Neither a link nor a file that lies where the new one is begun is written through.
static void test_writes_through_no_link(void **state)
{
	assert_int_equal(file_put(dir_fd, "victim", 0600, "mine", 4), 0);
	assert_int_equal(symlinkat("victim", dir_fd, "g" FILE_BESIDE), 0);
	assert_int_equal(file_put(dir_fd, "g", 0600, "other", 5), 0);
	assert_int_equal(symlinkat("victim", dir_fd, "link"), 0);
	assert_int_equal(file_put(dir_fd, "link", 0600, "other", 5), 0);
	assert_holds("link", "other"); // the link itself was replaced
	assert_holds("victim", "mine");
}

static void test_writes_at_an_offset(void **state)
{
	int fd = openat(dir_fd, "h", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(descriptor_write_at(fd, "world", 5, 3), 0);
	assert_int_equal(descriptor_write_at(fd, "abc", 3, 0), 0);
	close(fd);
	assert_holds("h", "abcworld");
}

static void test_paths_that_do_not_fit(void **state)
{
	static char path[FILE_PATH_MAX + 1];
	memset(path, 'p', sizeof path - 1);
	assert_int_equal(file_put(dir_fd, path, 0600, "x", 1), -ENAMETOOLONG);
	assert_int_equal(file_folders_make(dir_fd, path, 0700), -ENAMETOOLONG);
	assert_int_equal(file_folders_make(dir_fd, "", 0700), -ENOENT);
	assert_int_equal(file_folder_sync(AT_FDCWD, "/anything"), 0);
}

static void test_reads_a_whole_file(void **state)
{
	char *text = NULL;
	size_t size = 0;
	int ends[2];
	assert_int_equal(file_put(dir_fd, "read", 0600, "seven\0.", 7), 0);
	int fd = openat(dir_fd, "read", O_RDONLY | O_CLOEXEC);
	assert_int_equal(descriptor_read_file(fd, 6, &text, &size), -EFBIG);
	assert_null(text);
	assert_int_equal(descriptor_read_file(fd, 7, &text, &size), 0);
	assert_int_equal(size, 7);
	assert_memory_equal(text, "seven\0.", 8);
	free(text);
	text = NULL;
	assert_int_equal(descriptor_read_file(fd, 7, &text, &size), -EIO); // it ends before its size: it was read already
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(descriptor_read_file(ends[0], 7, &text, &size), -EINVAL);
	assert_int_equal(descriptor_read_file(-1, 7, &text, &size), -EBADF);
	assert_null(text);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_a_whole_file),
		cmocka_unit_test(test_replaces_whole_files), cmocka_unit_test(test_a_failure_leaves_the_old_one),
		cmocka_unit_test(test_writes_through_no_link), cmocka_unit_test(test_writes_at_an_offset),
		cmocka_unit_test(test_paths_that_do_not_fit),
	};
	return cmocka_run_group_tests_name("file", tests, folder_make, folder_remove);
}
