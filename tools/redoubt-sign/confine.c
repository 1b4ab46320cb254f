// SPDX-License-Identifier: Apache-2.0
#include "confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"

#if defined(__has_feature) && !defined(__SANITIZE_ADDRESS__) // clang's way to say what gcc defines
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65 // Linux 6.3
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#define FS_TRUNCATE (1ULL << 14) // Landlock ABI 3, newer than Debian 12's header
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE                                                                                                  \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | FS_TRUNCATE)
#define FS_ABI1 ((1ULL << 13) - 1)

// Nothing that was left open by whoever started this (a socket, say) stays; and 0 to 2 are never the vault's files, so
// that no page is printed into one.
static int descriptors_settle(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return errno ? -errno : -EBADF;
	return syscall(SYS_close_range, 3u, ~0u, 0u) < 0 && errno != ENOSYS ? -errno : 0;
}

int confine_early(void)
{
	struct rlimit none = { 0, 0 }, limit;
	int r = descriptors_settle();
	if (r < 0)
		return r;
	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	// Keys lie in memory that is locked by itself (secret_alloc). The rest is locked as far as the limit goes;
	// MCL_FUTURE under a small limit would make allocations fail.
	bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
	if (mlockall(MCL_CURRENT | MCL_ONFAULT | (unlimited ? MCL_FUTURE : 0)) < 0 && unlimited)
		return -errno;
	return 0;
}

// ---- Landlock -----------------------------------------------------------
static int dirs_allow(int rules, const int *dirs, size_t count, uint64_t access)
{
	for (size_t i = 0; i < count; i++) {
		struct landlock_path_beneath_attr beneath = { .allowed_access = access, .parent_fd = dirs[i] };
		if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
			return -errno;
	}
	return 0;
}

// 0, 1 when the kernel has none, or negative errno.
static int files_close(const struct confinement *c)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0)
		return 1;
	struct landlock_ruleset_attr all = { .handled_access_fs = FS_ABI1 | (abi >= 3 ? FS_TRUNCATE : 0) };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	if (rules < 0)
		return -errno;
	int r = dirs_allow(rules, c->write_dirs, c->write_count, FS_WRITE & all.handled_access_fs);
	if (r == 0)
		r = dirs_allow(rules, c->read_dirs, c->read_count, FS_READ);
	if (r == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		r = -errno;
	close(rules);
	return r;
}

// ---- seccomp ------------------------------------------------------------
// What the signer needs after its beginning. No socket, connect, bind, sendto ..., no fork, clone, exec, no ptrace,
// no kill but of itself: what is not here kills the process (SIGSYS).
static const int allowed_calls[] = {
	// bytes
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(close), SCMP_SYS(poll),
	SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
	// files: Landlock says where
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(statx), SCMP_SYS(getdents64), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
	SCMP_SYS(fchmod), SCMP_SYS(fstatfs), SCMP_SYS(statfs),
	// memory; executable pages are refused below
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(mlock2),
	SCMP_SYS(munlock), SCMP_SYS(futex),
	// clocks, randomness, who am I
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
	// signals to itself, the companion's end, its own
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(wait4), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

// Allowed when one argument, masked, has a value.
struct conditional {
	int call;
	struct scmp_arg_cmp argument;
};

#define IS(n, value) { n, SCMP_CMP_EQ, value, 0 }
static const struct conditional conditional_calls[] = {
	{ SCMP_SYS(ioctl), IS(1, TCGETS) }, { SCMP_SYS(ioctl), IS(1, 0x5402 /* TCSETS */) },
	{ SCMP_SYS(ioctl), IS(1, 0x5403 /* TCSETSW */) }, { SCMP_SYS(ioctl), IS(1, 0x5404 /* TCSETSF */) },
	{ SCMP_SYS(ioctl), IS(1, TCFLSH) }, { SCMP_SYS(ioctl), IS(1, TIOCGWINSZ) }, { SCMP_SYS(prctl), IS(0, PR_GET_DUMPABLE) },
	{ SCMP_SYS(prctl), IS(0, PR_SET_NAME) },
	{ SCMP_SYS(prlimit64), IS(2, 0) }, // look, never set
};
static const struct conditional no_new_code[] = {
	{ SCMP_SYS(mmap), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ SCMP_SYS(mprotect), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
};
// A PKCS#11 module is mapped code with locks of its own; it still has no sockets and starts nothing.
static const int token_calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(gettid), SCMP_SYS(membarrier),
				   SCMP_SYS(geteuid), SCMP_SYS(umask), SCMP_SYS(fchmodat), SCMP_SYS(getpgrp) };

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer's own needs, in test builds only.
static const int sanitizer_calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(prctl), SCMP_SYS(clone),
				       SCMP_SYS(ptrace), SCMP_SYS(waitid), SCMP_SYS(getppid), SCMP_SYS(tkill) };
#endif

static int calls_allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return r;
}

static int conditions_allow(scmp_filter_ctx filter, const struct conditional *calls, size_t count)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i].call, 1, &calls[i].argument);
	return r == -EEXIST ? 0 : r;
}

static int rules_add(scmp_filter_ctx filter, bool token)
{
	int r = calls_allow(filter, allowed_calls, ARRAY_LEN(allowed_calls));
	// A module that complains to syslog (of a wrong PIN, say) gets no socket, but lives to give its answer.
	if (r == 0 && token)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 0);
#if defined(__SANITIZE_ADDRESS__)
	token = true;
	if (r == 0)
		r = calls_allow(filter, sanitizer_calls, ARRAY_LEN(sanitizer_calls));
#endif
	if (r == 0 && token)
		r = calls_allow(filter, token_calls, ARRAY_LEN(token_calls));
	if (r == 0 && !token)
		r = conditions_allow(filter, no_new_code, ARRAY_LEN(no_new_code));
	if (r == 0)
		r = conditions_allow(filter, conditional_calls, ARRAY_LEN(conditional_calls));
	// abort() and assertions, and the test's own kill -9: signals to oneself
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return r;
}

static int calls_close(bool token)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return -ENOMEM;
	int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1); // the kernel's log names the call
	if (r == 0)
		r = rules_add(filter, token);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

int confine(const struct confinement *confinement)
{
	ASSERT(confinement->write_count <= CONFINE_DIRS_MAX && confinement->read_count <= CONFINE_DIRS_MAX);
	fflush(NULL);
	// A module reads its configuration and tokens wherever they lie: with one, files stay open to it.
	int r = confinement->token ? 0 : files_close(confinement);
	if (r == 1)
		complain("note: this kernel has no Landlock; files are held by their permissions alone");
	if (r >= 0 && !confinement->token && prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		r = 0; // Linux before 6.3: the filter's conditions on mmap and mprotect hold the same
	if (r >= 0)
		r = calls_close(confinement->token);
	if (r < 0) {
		complain("the sandbox could not be closed: %s. No key is opened without it", strerror(-r));
		return EXIT_FAILED;
	}
	return 0;
}
