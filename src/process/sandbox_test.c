// SPDX-License-Identifier: Apache-2.0
// Children enter the sandbox and try what is forbidden; the parent looks at how they died.
#include "process/sandbox.h"

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int dir_fd = -1;
static char dir_path[] = "/tmp/redoubt-sandbox-XXXXXX";

static void *nothing(void *argument)
{
	return argument;
}

// Each returns 0 when it could do it.
static int try_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0; }
static int try_unix(void) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0; }
static int try_open(void) { return open("/etc/passwd", O_RDONLY) < 0; }
static int try_create(void) { return openat(dir_fd, "new", O_CREAT | O_WRONLY, 0600) < 0; }
static int try_read(void) { return openat(dir_fd, "file", O_RDONLY) < 0; }
__attribute__((unused)) static int try_write_file(void) { return openat(dir_fd, "file", O_WRONLY) < 0; }
static int try_exec(void) { return execl("/bin/true", "true", (char *)NULL); }
static int try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0; }
static int try_fork(void) { return fork() < 0; }
static int try_kill(void) { return kill(getppid(), 0) < 0; }
static int try_executable(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}
static int try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	return connect(0, (struct sockaddr *)&to, sizeof to) < 0;
}
static int try_memfd(void) { return memfd_create("x", 0) < 0; }
static int try_uring(void) { return syscall(425, 1, NULL) < 0; }
__attribute__((unused)) static int try_prctl(void) { return (int)syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0); }
static int try_thread(void)
{
	pthread_t thread;
	return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}
static int try_compute(void)
{
	void *p = malloc(1 << 20);
	struct timespec now;
	int r = !p || clock_gettime(CLOCK_REALTIME, &now) || fprintf(stderr, "%s", "") < 0;
	free(p);
	return r;
}
static int try_abort(void) { abort(); }

// What the daemons' libraries need must work inside.
static int try_crypto(void)
{
	uint8_t key[32], nonce[AEAD_NONCE_SIZE], tag[AEAD_TAG_SIZE], text[64], signature[64], public_key[32], hash[32];
	random_bytes(key, sizeof key);
	random_bytes(nonce, sizeof nonce);
	struct aead *aead = aead_new(key);
	int r = !aead || aead_seal(aead, nonce, NULL, 0, text, sizeof text, text, tag);
	ed25519_public(key, public_key);
	ed25519_sign(key, text, sizeof text, signature);
	sha256_of(text, sizeof text, hash);
	void *secret = secret_alloc(100);
	r |= !ed25519_verify(public_key, text, sizeof text, signature) || !secret;
	secret_free(secret);
	aead_free(aead);
	return r;
}

static int try_sqlite(void)
{
	char path[128];
	sqlite3 *db;
	snprintf(path, sizeof path, "%s/test.db", dir_path);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return 1;
	int r = sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);"
				 "BEGIN; INSERT INTO t VALUES(1,'x'),(2,'y'); COMMIT; SELECT * FROM t ORDER BY b DESC;"
				 "PRAGMA wal_checkpoint(TRUNCATE);", NULL, NULL, NULL);
	sqlite3_close(db);
	return r;
}

enum fate { DOES, KILLED, DENIED, ABORTS };

static enum fate fate_of(unsigned privileges, int (*attempt)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox sandbox = { .privileges = privileges };
		struct sandbox_report report;
		if (privileges & (PRIVILEGE_READ_DIR | PRIVILEGE_WRITE_DIR))
			sandbox.read_dirs[0] = dir_fd;
		if (privileges & PRIVILEGE_WRITE_DIR)
			sandbox.write_dirs[0] = dir_fd;
		if (sandbox_enter(&sandbox, &report) < 0)
			_exit(99);
		_exit(attempt() ? 1 : 0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : ABORTS;
	assert_int_not_equal(WEXITSTATUS(status), 99);
	return WEXITSTATUS(status) ? DENIED : DOES;
}

static const struct {
	const char *name;
	unsigned privileges;
	int (*attempt)(void);
	enum fate fate;
} cases[] = {
	{ "compute", PRIVILEGE_COMPUTE, try_compute, DOES },
	{ "abort", PRIVILEGE_COMPUTE, try_abort, ABORTS },
	{ "socket", PRIVILEGE_COMPUTE, try_socket, KILLED },
	{ "socket with accept", PRIVILEGE_ACCEPT, try_socket, KILLED },
	{ "unix socket", PRIVILEGE_ACCEPT, try_unix, KILLED },
	{ "connect", PRIVILEGE_ACCEPT, try_connect, KILLED },
#if !defined(__SANITIZE_ADDRESS__) // whose runtime may do these itself
	{ "open", PRIVILEGE_COMPUTE, try_open, KILLED },
	{ "open with accept", PRIVILEGE_ACCEPT, try_open, KILLED },
	{ "create with read", PRIVILEGE_READ_DIR, try_create, KILLED },
	{ "write with read", PRIVILEGE_READ_DIR, try_write_file, KILLED },
	{ "sqlite for a reader", PRIVILEGE_READ_DIR, try_sqlite, KILLED },
	{ "prctl", PRIVILEGE_COMPUTE, try_prctl, KILLED },
#endif
	{ "the crypto libraries", PRIVILEGE_COMPUTE, try_crypto, DOES },
	{ "sqlite in its directory", PRIVILEGE_WRITE_DIR, try_sqlite, DOES },
	{ "open elsewhere", PRIVILEGE_READ_DIR, try_open, DENIED },
	{ "open elsewhere with write", PRIVILEGE_WRITE_DIR, try_open, DENIED },
	{ "read in its directory", PRIVILEGE_READ_DIR, try_read, DOES },
	{ "create in its directory", PRIVILEGE_WRITE_DIR, try_create, DOES },
	{ "exec", PRIVILEGE_WRITE_DIR | PRIVILEGE_THREAD | PRIVILEGE_ACCEPT, try_exec, KILLED },
	{ "ptrace", PRIVILEGE_WRITE_DIR, try_ptrace, KILLED },
	{ "fork", PRIVILEGE_THREAD, try_fork, KILLED },
	{ "thread", PRIVILEGE_COMPUTE, try_thread, KILLED },
	{ "thread with its privilege", PRIVILEGE_THREAD, try_thread, DOES },
	{ "kill", PRIVILEGE_COMPUTE, try_kill, KILLED },
	{ "executable memory", PRIVILEGE_COMPUTE, try_executable, KILLED },
	{ "memfd", PRIVILEGE_COMPUTE, try_memfd, KILLED },
	{ "io_uring", PRIVILEGE_WRITE_DIR, try_uring, KILLED },
};

static void test_fates(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum fate fate = fate_of(cases[i].privileges, cases[i].attempt);
		if (fate != cases[i].fate)
			fail_msg("%s: fate %d, expected %d", cases[i].name, fate, cases[i].fate);
	}
}

static int dir_make(void **state)
{
	if (crypto_init() < 0 || !mkdtemp(dir_path))
		return -1;
	dir_fd = open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(openat(dir_fd, "file", O_CREAT | O_WRONLY, 0600));
	return dir_fd < 0;
}

static int dir_remove(void **state)
{
	unlinkat(dir_fd, "file", 0);
	unlinkat(dir_fd, "new", 0);
	unlinkat(dir_fd, "test.db", 0);
	close(dir_fd);
	return rmdir(dir_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fates) };
	return cmocka_run_group_tests(tests, dir_make, dir_remove);
}
