// SPDX-License-Identifier: Apache-2.0
// SVC: what runs, as whom, and in which sandbox.
#include "host/checks.h"

// The processes, or NULL after it has said why they are unknown.
static const struct host_processes *processes_of(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	if (all->error)
		found_unknown(e, "/proc could not be read: %s", strerror(-all->error));
	else if (!all->count)
		found_unknown(e, "/proc shows no process");
	else
		found_read(e, "%zu processes in /proc", all->count);
	return all->error || !all->count ? NULL : all;
}

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void svc_02(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_processes *all = m ? processes_of(e) : NULL;
	const struct host_sockets *sockets = host_sockets(e->host);
	const struct host_process *last = NULL;
	if (all && sockets->error) {
		found_unknown(e, "the sockets could not be read: %s", strerror(-sockets->error));
		return;
	}
	for (size_t i = 0; all && i < sockets->count; i++) {
		const struct host_process *p = sockets->socket[i].owner;
		if (!p || p == last || p->uid || !strcmp(p->name, "sshd") || !strcmp(p->name, "systemd"))
			continue; // those two must be root: they become others
		last = p;
		if (!manifest_has(&m->root_service, basename_of(p->program)))
			found_fail(e, NULL, "%s (process %d) listens as root: %s", p->program, (int)p->pid,
				   host_socket_text(e->host, &sockets->socket[i]));
	}
	for (size_t i = 0; all && i < all->count; i++)
		if (!all->process[i].uid && !strncmp(all->process[i].name, "redoubt-", 8) && strcmp(all->process[i].name, "redoubt-supervi") &&
		    !manifest_has(&m->root_service, basename_of(all->process[i].program)))
			found_fail(e, NULL, "%s (process %d) runs as root", all->process[i].name, (int)all->process[i].pid);
}

// A mapping of a file that was deleted, as the kernel prints it; memory of its own kind has the same mark.
static const char *deleted_mapping(struct host *h, const struct host_process *p)
{
	struct host_lines cursor = { host_file(h, host_print(h, "/proc/%d/maps", (int)p->pid))->text, 0 };
	const char *line;
	while (host_line(h, &cursor, &line)) {
		size_t size = strlen(line);
		const char *path = strchr(line, '/');
		if (!path || size < 10 || strcmp(line + size - 10, " (deleted)") || !strstr(line, " r-xp "))
			continue;
		if (strncmp(path, "/memfd:", 7) && strncmp(path, "/dev/", 5) && strncmp(path, "/SYSV", 5))
			return path;
	}
	return NULL;
}

static void svc_06(struct examination *e)
{
	const struct host_processes *all = processes_of(e);
	for (size_t i = 0; all && i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		const char *mapped = p->deleted ? NULL : deleted_mapping(e->host, p);
		if (p->deleted && strncmp(p->program, "/memfd:", 7))
			found_fail(e, NULL, "process %d (%s) runs from %s, which was replaced", (int)p->pid, p->name, p->program);
		else if (p->deleted)
			found_fail(e, "find out who started it", "process %d (%s) runs from memory alone: %s", (int)p->pid, p->name, p->program);
		else if (mapped)
			found_fail(e, NULL, "process %d (%s) runs code of %s", (int)p->pid, p->name, mapped);
	}
}

const struct check services_checks[] = {
	{ "SVC-01", SEVERITY_HIGH, "S",
	  "Only declared units run",
	  "units that are enabled or running are service lines of the manifest, or the base system's",
	  "each service is attack surface; unused ones are not even updated with care",
	  "systemctl mask --now UNIT", NULL },
	{ "SVC-02", SEVERITY_HIGH, "S",
	  "Daemons do not run as root",
	  "no network daemon with uid 0 except the declared ones",
	  "its flaw is then the whole machine",
	  "User= in the unit", svc_02 },
	{ "SVC-03", SEVERITY_MEDIUM, "S",
	  "Every listening program belongs to a package",
	  "each listener's program is a file of an installed package, or ours by the manifest",
	  "what no package owns gets no security updates",
	  "declare it in the manifest with its owner, or install it as a package", NULL },
	{ "SVC-04", SEVERITY_HIGH, "S",
	  "Our daemons are sandboxed",
	  "exposure at most 2.0 by systemd-analyze; NoNewPrivs 1, Seccomp 2, no capabilities",
	  "a sandbox turns a takeover into a nuisance",
	  "redoubt host harden --only units --apply", NULL },
	{ "SVC-05", SEVERITY_INFO, "-",
	  "The kernel can sandbox",
	  "Landlock and memfd_secret there",
	  "without them the sandbox is thinner; the daemons say so at start",
	  "upgrade the kernel", NULL },
	{ "SVC-06", SEVERITY_HIGH, "O8",
	  "Nothing runs from replaced files",
	  "no process whose program or libraries were deleted",
	  "the update is on disk, the flaw still in memory",
	  "restart the unit", svc_06 },
};
const size_t services_check_count = ARRAY_LEN(services_checks);
