// SPDX-License-Identifier: Apache-2.0
// The drop-in, staged among the other files of this host's /etc/ssh in a mount namespace: `sshd -t`, then `sshd -T -C`
// for root, for each admin and for a stranger. That its values are in force is read from sshd, not assumed.
#include "harden/prove.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER "/etc/ssh/sshd_config.d"
#define OUTPUT_MAX 65536

struct answer {
	int exit_status;
	char *text;
};

struct staging {
	const char *root;
	const struct host_file **others;
	const char **names;
	size_t count;
	const char *text;
};

// The root's etc, opened anew: a descriptor of the namespace outside cannot be mounted inside.
static bool etc_mount(const char *root)
{
	char path[64];
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int etc = top >= 0 ? openat(top, "etc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", etc);
	return etc >= 0 && mount(path, "/etc", NULL, MS_BIND, NULL) == 0;
}

// Everything in this child is gone with it: the mounts are in a namespace of its own.
static bool stage(const struct staging *s)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || !etc_mount(s->root) ||
	    mount("none", FOLDER, "tmpfs", 0, "mode=755") || mount("none", "/run", "tmpfs", 0, "mode=755") || mkdir("/run/sshd", 0755))
		return false;
	for (size_t i = 0; i <= s->count; i++) {
		char path[512];
		const char *content = i == s->count ? s->text : s->others[i]->text;
		size_t size = strlen(content);
		snprintf(path, sizeof path, FOLDER "/%s", i == s->count ? "00-redoubt.conf" : s->names[i]);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, content, size) != (ssize_t)size)
			return false;
		close(fd);
	}
	return true;
}

NORETURN static void child(const struct staging *s, char *const *argv, int out)
{
	char *environment[] = { (char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!stage(s))
		_exit(125);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	close_range(3, ~0u, 0);
	execve("/usr/sbin/sshd", argv, environment);
	_exit(127);
}

static struct answer sshd_run(struct host *h, const struct staging *s, const char *const *arguments)
{
	struct answer a = { -1, host_alloc(h, OUTPUT_MAX + 1) };
	char *argv[12] = { (char *)(uintptr_t)"/usr/sbin/sshd" };
	int ends[2], status;
	size_t size = 0;
	for (size_t i = 0; arguments[i] && i + 2 < ARRAY_LEN(argv); i++)
		argv[i + 1] = (char *)(uintptr_t)arguments[i];
	if (pipe2(ends, O_CLOEXEC))
		return a;
	pid_t pid = fork();
	if (pid == 0)
		child(s, argv, ends[1]);
	close(ends[1]);
	for (ssize_t n = 1; pid > 0 && n > 0 && size < OUTPUT_MAX; size += n > 0 ? (size_t)n : 0)
		n = read(ends[0], a.text + size, OUTPUT_MAX - size);
	close(ends[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		a.exit_status = WEXITSTATUS(status);
	return a;
}

static void staging_make(struct plan *p, struct staging *s)
{
	struct host *h = p->host;
	const struct host_names *names = host_names(h, FOLDER);
	*s = (struct staging){ .root = host_root(h), .text = plan_find(p, SSHD_PATH)->text };
	s->others = host_alloc(h, (names->count + 1) * sizeof *s->others);
	s->names = host_alloc(h, (names->count + 1) * sizeof *s->names);
	for (size_t i = 0; i < names->count; i++) {
		const struct host_file *f = host_file(h, host_print(h, FOLDER "/%s", names->name[i]));
		if (f->error || !strcmp(names->name[i], "00-redoubt.conf"))
			continue;
		s->names[s->count] = names->name[i];
		s->others[s->count++] = f;
	}
}

static bool answers(const char *output, const char *line)
{
	size_t size = strlen(line);
	for (const char *at = output; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncasecmp(at, line, size) && (at[size] == '\n' || !at[size]))
			return true;
	return false;
}

static void tuple_judge(struct plan *p, const struct staging *s, const char *user, struct proven *ret, struct complaints *c)
{
	static const char *const EXPECTED[] = { "permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no",
						"authenticationmethods publickey", "permitemptypasswords no", "pubkeyauthentication yes",
						"allowtcpforwarding no", "x11forwarding no", "maxauthtries 3", "logingracetime 30" };
	struct host *h = p->host;
	const char *where = host_print(h, "user=%s,host=peer,addr=192.0.2.77,laddr=198.51.100.200,lport=%u", user, p->manifest->ssh_port);
	const char *const arguments[] = { "-T", "-C", where, NULL };
	struct answer a = sshd_run(h, s, arguments);
	ret->tuples++;
	for (size_t i = 0; i < ARRAY_LEN(EXPECTED); i++)
		if (!answers(a.text, EXPECTED[i]))
			complaint_add(h, c, "sshd -T for user %s does not say '%s': a Match block, or an sshd_config that does not begin with "
				      "'Include " FOLDER "/*.conf', overrides the drop-in", user, EXPECTED[i]);
	// Port adds up over all files, other than the rest
	size_t ports = 0;
	for (const char *at = a.text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		ports += !strncmp(at, "port ", 5);
	if (ports != 1 || !answers(a.text, host_print(h, "port %u", p->manifest->ssh_port)))
		complaint_add(h, c, "sshd would listen on %zu ports, or not on %u: take the Port lines out of sshd_config and its other drop-ins",
			      ports, p->manifest->ssh_port);
}

// A Match block overrides the global part, wherever it stands, and for addresses that no tuple here tried.
static void matches_judge(struct plan *p, const char *path, struct complaints *c)
{
	static const char *const GUARDED[] = { "PermitRootLogin", "PasswordAuthentication", "KbdInteractiveAuthentication", "AuthenticationMethods",
					       "ChallengeResponseAuthentication", "PermitEmptyPasswords", "AllowUsers", "AllowGroups",
					       "AllowTcpForwarding", "DisableForwarding", "MaxAuthTries", "PubkeyAuthentication", "Include" };
	struct host_lines cursor = { host_file(p->host, path)->text, 0 };
	bool match = false;
	for (const char *line, *word[2]; host_line(p->host, &cursor, &line);) {
		if (!host_words(p->host, line, word, 2))
			continue;
		match |= !strcasecmp(word[0], "Match");
		for (size_t i = 0; match && i < ARRAY_LEN(GUARDED); i++)
			if (!strncasecmp(word[0], GUARDED[i], strlen(GUARDED[i])))
				complaint_add(p->host, c, "%s:%u: a Match block sets %s, which overrides the drop-in: take it out", path, cursor.number,
					      GUARDED[i]);
	}
}

static bool keys_there(struct host *h, const char *user)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		char home[512] = "";
		size_t size = strlen(user);
		if (strncmp(line, user, size) || line[size] != ':' || sscanf(line + size, ":%*[^:]:%*u:%*u:%*[^:]:%511[^:]", home) != 1)
			if (strncmp(line, user, size) || line[size] != ':' || sscanf(line + size, ":%*[^:]:%*u:%*u::%511[^:]", home) != 1)
				continue;
		const struct host_file *f = host_file(h, host_print(h, "%s/.ssh/authorized_keys", home));
		return strstr(f->text, "ssh-ed25519 ") || strstr(f->text, "sk-ssh-ed25519@openssh.com ") || strstr(f->text, "sk-ecdsa-sha2-nistp256@openssh.com ");
	}
	return false;
}

// What sshd will let in: whoever is logged in must be named, and somebody named must have a key of an accepted kind.
static void lock_out_judge(struct plan *p, const struct sessions *s, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	bool somebody = false;
	for (size_t i = 0; i < m->admin.count; i++)
		somebody |= keys_there(p->host, m->admin.name[i]);
	if (!somebody)
		complaint_add(p->host, c, "no admin of the manifest has an ed25519 or security-key entry in .ssh/authorized_keys: nobody could log in");
	for (size_t i = 0; s && i < s->count; i++) {
		const char *user = s->session[i].user;
		if (s->own && user && !manifest_has(&m->admin, user))
			complaint_add(p->host, c, "the session that runs this is %s's, who is no admin of the manifest and could not log in again", user);
		else if (s->own && user && !keys_there(p->host, user))
			complaint_add(p->host, c, "the session that runs this is %s's, who has no ed25519 or security key and could not log in again", user);
	}
}

void prove_sshd(struct plan *p, const struct sessions *s, struct proven *ret, struct complaints *c)
{
	static const char *const TEST[] = { "-t", NULL };
	struct staging st;
	staging_make(p, &st);
	if (host_names(p->host, FOLDER)->error) {
		complaint_add(p->host, c, "there is no folder " FOLDER ": install openssh-server, or make it and include it in sshd_config");
		return;
	}
	struct answer a = sshd_run(p->host, &st, TEST);
	if (a.exit_status == 0) {
		tuple_judge(p, &st, "root", ret, c);
		tuple_judge(p, &st, "stranger", ret, c);
		for (size_t i = 0; i < p->manifest->admin.count; i++)
			tuple_judge(p, &st, p->manifest->admin.name[i], ret, c);
	} else {
		complaint_add(p->host, c, a.exit_status == 125 ? "sshd could not be tried: no mount namespace may be made (run it as root)" :
								 "sshd -t refuses the configuration: %s", a.text);
	}
	matches_judge(p, "/etc/ssh/sshd_config", c);
	for (size_t i = 0; i < st.count; i++)
		matches_judge(p, host_print(p->host, FOLDER "/%s", st.names[i]), c);
	lock_out_judge(p, s, c);
}
