// SPDX-License-Identifier: Apache-2.0
// Landlock: files only beneath the directories named, no TCP, no abstract unix
// sockets, no signals to the outside. Raw system calls, because neither glibc nor
// Debian 12's headers know all of it; what an older kernel lacks is said in the report.
#include "process/sandbox_backend.h"

#include <dirent.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

// Newer than Debian 12's <linux/landlock.h>.
#define FS_TRUNCATE (1ULL << 14)  // ABI 3
#define FS_IOCTL_DEV (1ULL << 15) // ABI 5
#define NET_TCP (3ULL)            // ABI 4: bind and connect
#define SCOPE_ALL (3ULL)          // ABI 6: abstract unix sockets and signals

struct ruleset { // struct landlock_ruleset_attr as of ABI 6
	uint64_t fs, net, scoped;
};

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE                                                                                              \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)
#define FS_ABI1 ((1ULL << 13) - 1)

// Everything this kernel can forbid.
static size_t ruleset_for(long abi, struct ruleset *ret)
{
	*ret = (struct ruleset){ .fs = FS_ABI1 };
	if (abi >= 2)
		ret->fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		ret->fs |= FS_TRUNCATE;
	if (abi >= 4)
		ret->net = NET_TCP;
	if (abi >= 5)
		ret->fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		ret->scoped = SCOPE_ALL;
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

static int allow_beneath(int rules, int dir, uint64_t access)
{
	if (dir <= 0)
		return 0;
	struct landlock_path_beneath_attr beneath = { .allowed_access = access, .parent_fd = dir };
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0 ? -errno : 0;
}

static int allow_dirs(int rules, const struct sandbox *sandbox, uint64_t handled)
{
	for (size_t i = 0; i < SANDBOX_DIRS_MAX; i++) {
		int r = 0;
		if (sandbox->privileges & (PRIVILEGE_READ_DIR | PRIVILEGE_WRITE_DIR))
			r = allow_beneath(rules, sandbox->read_dirs[i], FS_READ & handled);
		if (r == 0 && sandbox->privileges & PRIVILEGE_WRITE_DIR)
			r = allow_beneath(rules, sandbox->write_dirs[i], FS_WRITE & handled);
		if (r < 0)
			return r;
	}
	return 0;
}

static void threads_check(struct sandbox_report *report)
{
	DIR *tasks = opendir("/proc/self/task");
	if (!tasks)
		return;
	size_t count = 0;
	while (readdir(tasks))
		count++;
	closedir(tasks);
	if (count > 3) // ".", "..", this one
		sandbox_missing(report, "%zu threads are older than the sandbox and escape Landlock", count - 3);
}

static void abi_check(long abi, struct sandbox_report *report)
{
	if (abi < 4)
		sandbox_missing(report, "Landlock ABI %ld: TCP is held by seccomp alone (Linux 6.7)", abi);
	else if (abi < 6)
		sandbox_missing(report, "Landlock ABI %ld: no scoping of signals (Linux 6.12)", abi);
}

int sandbox_landlock(const struct sandbox *sandbox, struct sandbox_report *report)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0) {
		sandbox_missing(report, "no Landlock in this kernel");
		return 0;
	}
	abi_check(abi, report);
	threads_check(report);
	struct ruleset attributes;
	size_t size = ruleset_for(abi, &attributes);
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
	if (rules < 0)
		return -errno;
	int r = allow_dirs(rules, sandbox, attributes.fs);
	if (r == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		r = -errno;
	close(rules);
	return r;
}
