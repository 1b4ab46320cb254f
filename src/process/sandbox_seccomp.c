// SPDX-License-Identifier: Apache-2.0
// seccomp: the system calls that each privilege allows, in one table. Everything
// else kills the process and is named in the kernel's log.
#include "process/sandbox_backend.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define EVERYBODY 0xffffffffu
#define DIRS (PRIVILEGE_READ_DIR | PRIVILEGE_WRITE_DIR)

struct allowed {
	unsigned privileges; // any of these
	int call;
};

static const struct allowed allowed_calls[] = {
	// descriptors that are open already
	{ EVERYBODY, SCMP_SYS(read) }, { EVERYBODY, SCMP_SYS(write) }, { EVERYBODY, SCMP_SYS(readv) },
	{ EVERYBODY, SCMP_SYS(writev) }, { EVERYBODY, SCMP_SYS(pread64) }, { EVERYBODY, SCMP_SYS(pwrite64) },
	{ EVERYBODY, SCMP_SYS(preadv) }, { EVERYBODY, SCMP_SYS(pwritev) }, { EVERYBODY, SCMP_SYS(pwritev2) },
	{ EVERYBODY, SCMP_SYS(preadv2) }, { EVERYBODY, SCMP_SYS(lseek) }, { EVERYBODY, SCMP_SYS(close) },
	{ EVERYBODY, SCMP_SYS(fstat) }, { EVERYBODY, SCMP_SYS(fcntl) }, { EVERYBODY, SCMP_SYS(dup) },
	{ EVERYBODY, SCMP_SYS(fdatasync) }, { EVERYBODY, SCMP_SYS(fsync) }, { EVERYBODY, SCMP_SYS(sync_file_range) },
	{ EVERYBODY, SCMP_SYS(fadvise64) },
	// memory, without execution (see the conditions below)
	{ EVERYBODY, SCMP_SYS(munmap) }, { EVERYBODY, SCMP_SYS(mremap) }, { EVERYBODY, SCMP_SYS(madvise) },
	{ EVERYBODY, SCMP_SYS(brk) }, { EVERYBODY, SCMP_SYS(mlock) }, { EVERYBODY, SCMP_SYS(mlock2) },
	{ EVERYBODY, SCMP_SYS(munlock) }, { EVERYBODY, SCMP_SYS(membarrier) }, { EVERYBODY, SCMP_SYS(mincore) },
	// waiting
	{ EVERYBODY, SCMP_SYS(futex) }, { EVERYBODY, SCMP_SYS(poll) }, { EVERYBODY, SCMP_SYS(ppoll) },
	{ EVERYBODY, SCMP_SYS(epoll_create1) }, { EVERYBODY, SCMP_SYS(epoll_ctl) },
	{ EVERYBODY, SCMP_SYS(epoll_wait) }, { EVERYBODY, SCMP_SYS(epoll_pwait) },
	{ EVERYBODY, SCMP_SYS(epoll_pwait2) }, { EVERYBODY, SCMP_SYS(select) }, { EVERYBODY, SCMP_SYS(pselect6) },
	{ EVERYBODY, SCMP_SYS(nanosleep) }, { EVERYBODY, SCMP_SYS(clock_nanosleep) },
	{ EVERYBODY, SCMP_SYS(eventfd2) }, { EVERYBODY, SCMP_SYS(timerfd_create) },
	{ EVERYBODY, SCMP_SYS(timerfd_settime) }, { EVERYBODY, SCMP_SYS(timerfd_gettime) },
	{ EVERYBODY, SCMP_SYS(sched_yield) },
	// clocks, randomness, who am I
	{ EVERYBODY, SCMP_SYS(clock_gettime) }, { EVERYBODY, SCMP_SYS(clock_getres) },
	{ EVERYBODY, SCMP_SYS(gettimeofday) }, { EVERYBODY, SCMP_SYS(time) }, { EVERYBODY, SCMP_SYS(getrandom) },
	{ EVERYBODY, SCMP_SYS(getpid) }, { EVERYBODY, SCMP_SYS(gettid) }, { EVERYBODY, SCMP_SYS(getppid) },
	{ EVERYBODY, SCMP_SYS(getuid) }, { EVERYBODY, SCMP_SYS(geteuid) }, { EVERYBODY, SCMP_SYS(getgid) },
	{ EVERYBODY, SCMP_SYS(getegid) }, { EVERYBODY, SCMP_SYS(getrusage) }, { EVERYBODY, SCMP_SYS(sysinfo) },
	{ EVERYBODY, SCMP_SYS(uname) }, { EVERYBODY, SCMP_SYS(getcpu) }, { EVERYBODY, SCMP_SYS(sched_getaffinity) },
	{ EVERYBODY, SCMP_SYS(times) },
	// signals to itself, and the end
	{ EVERYBODY, SCMP_SYS(rt_sigaction) }, { EVERYBODY, SCMP_SYS(rt_sigprocmask) },
	{ EVERYBODY, SCMP_SYS(rt_sigreturn) }, { EVERYBODY, SCMP_SYS(rt_sigtimedwait) },
	{ EVERYBODY, SCMP_SYS(sigaltstack) }, { EVERYBODY, SCMP_SYS(restart_syscall) },
	{ EVERYBODY, SCMP_SYS(exit) }, { EVERYBODY, SCMP_SYS(exit_group) }, { EVERYBODY, SCMP_SYS(rseq) },
	{ EVERYBODY, SCMP_SYS(set_robust_list) }, { EVERYBODY, SCMP_SYS(set_tid_address) },
	// the supervisor's link: replaced channels arrive on it
	{ EVERYBODY, SCMP_SYS(recvmsg) },
	// sockets that exist already
	{ PRIVILEGE_ACCEPT, SCMP_SYS(accept4) }, { PRIVILEGE_ACCEPT, SCMP_SYS(accept) },
	{ PRIVILEGE_ACCEPT, SCMP_SYS(recvfrom) }, { PRIVILEGE_ACCEPT, SCMP_SYS(sendto) },
	{ PRIVILEGE_ACCEPT, SCMP_SYS(sendmsg) }, { PRIVILEGE_ACCEPT, SCMP_SYS(shutdown) },
	{ PRIVILEGE_ACCEPT, SCMP_SYS(getsockopt) }, { PRIVILEGE_ACCEPT, SCMP_SYS(setsockopt) },
	{ PRIVILEGE_ACCEPT, SCMP_SYS(getsockname) }, { PRIVILEGE_ACCEPT, SCMP_SYS(getpeername) },
	// files; Landlock says where, and the conditions below that a reader only reads
	{ DIRS, SCMP_SYS(newfstatat) }, { DIRS, SCMP_SYS(stat) }, { DIRS, SCMP_SYS(lstat) }, { DIRS, SCMP_SYS(statx) },
	{ DIRS, SCMP_SYS(statfs) }, { DIRS, SCMP_SYS(fstatfs) }, { DIRS, SCMP_SYS(getdents64) },
	{ DIRS, SCMP_SYS(access) }, { DIRS, SCMP_SYS(faccessat) }, { DIRS, SCMP_SYS(faccessat2) },
	{ DIRS, SCMP_SYS(readlink) }, { DIRS, SCMP_SYS(readlinkat) }, { DIRS, SCMP_SYS(getcwd) },
	{ DIRS, SCMP_SYS(flock) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(open) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(openat) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(ftruncate) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(fallocate) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(unlink) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(unlinkat) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(rename) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(renameat) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(renameat2) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(mkdir) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(mkdirat) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(rmdir) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(fchmod) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(fchown) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(utimensat) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(link) },
	{ PRIVILEGE_WRITE_DIR, SCMP_SYS(linkat) }, { PRIVILEGE_WRITE_DIR, SCMP_SYS(copy_file_range) },
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	// The sanitizer's own needs, in test builds only.
	{ EVERYBODY, SCMP_SYS(openat) }, { EVERYBODY, SCMP_SYS(open) }, { EVERYBODY, SCMP_SYS(readlink) },
	{ EVERYBODY, SCMP_SYS(newfstatat) }, { EVERYBODY, SCMP_SYS(prctl) }, { EVERYBODY, SCMP_SYS(getcwd) },
#endif
};

// Allowed only when one argument, masked, equals a value.
struct conditional {
	unsigned privileges;
	int call;
	struct scmp_arg_cmp argument;
};

#define WHEN(n, mask, value) { n, SCMP_CMP_MASKED_EQ, mask, value }
#define IS(n, value) { n, SCMP_CMP_EQ, value, 0 }
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)
#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)

static const struct conditional conditional_calls[] = {
	{ EVERYBODY, SCMP_SYS(mmap), WHEN(2, PROT_EXEC, 0) },
	{ EVERYBODY, SCMP_SYS(mprotect), WHEN(2, PROT_EXEC, 0) },
	// fstat(fd) of newer glibc: no path
	{ EVERYBODY, SCMP_SYS(newfstatat), WHEN(3, 0x1000 /* AT_EMPTY_PATH */, 0x1000) },
	{ EVERYBODY, SCMP_SYS(ioctl), IS(1, FIONBIO) },
	{ EVERYBODY, SCMP_SYS(ioctl), IS(1, FIONREAD) },
	{ EVERYBODY, SCMP_SYS(ioctl), IS(1, TCGETS) }, // isatty
	{ EVERYBODY, SCMP_SYS(prctl), IS(0, PR_SET_NAME) },
	{ EVERYBODY, SCMP_SYS(prctl), IS(0, PR_GET_DUMPABLE) },
	{ EVERYBODY, SCMP_SYS(prlimit64), IS(2, 0) }, // look, never set
	{ PRIVILEGE_READ_DIR, SCMP_SYS(openat), WHEN(2, OPEN_WRITES, O_RDONLY) },
	{ PRIVILEGE_READ_DIR, SCMP_SYS(open), WHEN(1, OPEN_WRITES, O_RDONLY) },
	{ PRIVILEGE_THREAD, SCMP_SYS(clone), WHEN(0, THREAD_FLAGS, THREAD_FLAGS) },
};

static bool has(const struct sandbox *sandbox, unsigned privileges)
{
	return privileges == EVERYBODY || (sandbox->privileges & privileges);
}

static int rules_add(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(allowed_calls); i++)
		if (has(sandbox, allowed_calls[i].privileges))
			r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i].call, 0);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(conditional_calls); i++) {
		if (!has(sandbox, conditional_calls[i].privileges))
			continue;
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, conditional_calls[i].call, 1,
					   &conditional_calls[i].argument);
		// EEXIST: the same call is allowed without conditions already.
		r = r == -EEXIST ? 0 : r;
	}
	// abort() and assertions: a signal to oneself.
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	// glibc then falls back to clone, whose flags can be looked at.
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

int sandbox_seccomp(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return -ENOMEM;
	int r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); // threads that exist already, too
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); // a binary tree: the table is long
	if (r == 0)
		r = rules_add(filter, sandbox);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}
