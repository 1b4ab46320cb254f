// SPDX-License-Identifier: Apache-2.0
// fork and exec of one role: a fresh address space, the descriptors listed and
// no others, another user where there is one, an empty environment.
#include "process/handover_layout.h"
#include "process/memory.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Everything that the child needs, looked up before the fork: between fork and
// exec it makes system calls only.
struct birth {
	const struct spawn_request *request;
	int list, error_pipe, null, program;
	bool change_user;
	uid_t uid;
	gid_t gid, group;
	bool has_group;
	char *environment[4];
	pid_t parent;
};

static int list_memory(const struct handover_list *l)
{
	int fd = memfd_create("handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	if (write(fd, &l->page, sizeof l->page) != (ssize_t)sizeof l->page ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) {
		int error = errno ? -errno : -EIO;
		close(fd);
		return error;
	}
	return fd;
}

static int user_find(struct birth *b)
{
	const struct spawn_request *request = b->request;
	if (!request->user)
		return 0;
	const struct passwd *user = getpwnam(request->user);
	if (!user)
		return -ENOENT;
	b->change_user = true;
	b->uid = user->pw_uid;
	b->gid = user->pw_gid;
	const struct group *group = request->group ? getgrnam(request->group) : NULL;
	if (request->group && !group)
		return -ENOENT;
	b->has_group = group != NULL;
	b->group = group ? group->gr_gid : 0;
	return 0;
}

static void environment_fill(struct birth *b)
{
	size_t n = 0;
	b->environment[n++] = (char *)(uintptr_t)"TZ=:/etc/localtime";
#ifdef __SANITIZE_ADDRESS__
	// The leak checker forks and traces, which no sandbox allows.
	b->environment[n++] = (char *)(uintptr_t)"ASAN_OPTIONS=detect_leaks=0:disable_coredump=1";
	b->environment[n++] = (char *)(uintptr_t)"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1";
#endif
	b->environment[n] = NULL;
}

// Moves descriptors out of the way of their targets, then into place. Nothing above the last stays open.
static int descriptors_set(const struct birth *b)
{
	const struct handover_list *l = b->request->list;
	int count = (int)l->page.count, above = HANDOVER_FIRST + count;
	int moved[HANDOVER_MAX];
	int list = fcntl(b->list, F_DUPFD, above);
	int null = fcntl(b->null, F_DUPFD, above);
	int program = fcntl(b->program, F_DUPFD, above);
	int error_pipe = fcntl(b->error_pipe, F_DUPFD, above);
	int log = fcntl(STDERR_FILENO, F_DUPFD, above);
	if (list < 0 || null < 0 || error_pipe < 0 || program < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if ((moved[i] = fcntl(l->fd[i], F_DUPFD, above)) < 0)
			return -1;
	for (int i = 0; i < count; i++)
		if (dup2(moved[i], HANDOVER_FIRST + i) < 0)
			return -1;
	// `list` and `null` took the lowest free numbers from `above` on, so the other two are beyond above + 1.
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log < 0 ? null : log, 2) < 0 ||
	    dup2(list, HANDOVER_FD) < 0 || dup3(error_pipe, above, O_CLOEXEC) < 0 ||
	    dup3(program, above + 1, O_CLOEXEC) < 0)
		return -1;
	return syscall(SYS_close_range, above + 2, ~0U, 0) < 0 ? -1 : above;
}

static bool user_drop(const struct birth *b)
{
	if (!b->change_user)
		return true;
	// Locked memory is the role's own business once it cannot raise the limit itself.
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	(void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
	return setgroups(b->has_group ? 1 : 0, &b->group) == 0 && setresgid(b->gid, b->gid, b->gid) == 0 &&
	       setresuid(b->uid, b->uid, b->uid) == 0;
}

NORETURN static void child(struct birth *b)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		if (i != SIGKILL && i != SIGSTOP)
			signal(i, SIG_DFL);
	setsid();
	int error_pipe = descriptors_set(b);
	if (error_pipe >= 0 && user_drop(b) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    // After the change of user, which would clear it. The second look closes the race with a dying parent.
	    prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == b->parent) {
		char *arguments[2] = { (char *)(uintptr_t)b->request->name, NULL };
		// By descriptor: the role's user need not be able to walk to where the programs lie.
		syscall(SYS_execveat, error_pipe + 1, "", arguments, b->environment, AT_EMPTY_PATH);
	}
	int error = errno ? errno : ECHILD;
	if (write(error_pipe < 0 ? b->error_pipe : error_pipe, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

// The child's errno if it could not exec; nothing is read when the exec closed the pipe.
static int exec_result(int pipe_end, pid_t pid)
{
	int error = 0;
	ssize_t n;
	do
		n = read(pipe_end, &error, sizeof error);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof error)
		return 0;
	waitpid(pid, NULL, 0);
	return -error;
}

static int birth_run(struct birth *b, int *ret_pidfd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	b->error_pipe = ends[1];
	b->parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		child(b);
	int r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0)
		r = exec_result(ends[0], pid);
	close(ends[0]);
	if (r < 0)
		return r;
	*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return pid;
}

int spawn(const struct spawn_request *request, int *ret_pidfd)
{
	struct birth b = { .request = request };
	int r = user_find(&b);
	if (r < 0)
		return r;
	environment_fill(&b);
	b.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (b.null < 0)
		return -errno;
	b.program = open(request->path, O_RDONLY | O_CLOEXEC);
	r = b.program < 0 ? -errno : 0;
	b.list = r < 0 ? -1 : list_memory(request->list);
	if (r == 0)
		r = b.list < 0 ? b.list : birth_run(&b, ret_pidfd);
	if (b.list >= 0)
		close(b.list);
	if (b.program >= 0)
		close(b.program);
	close(b.null);
	return r;
}
