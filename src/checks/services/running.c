// SPDX-License-Identifier: Apache-2.0
// What runs: as whom, from which package, and from which file.
#include "checks/services/services.h"

#include "host/dpkg.h"

// The processes, or NULL after it has said why they are unknown.
const struct host_processes *found_processes(struct examination *e)
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

void svc_02(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_processes *all = m ? found_processes(e) : NULL;
	const struct host_sockets *sockets = host_sockets(e->host);
	const struct host_process *last = NULL;
	if (all && sockets->error) {
		found_unknown(e, "the sockets could not be read: %s", strerror(-sockets->error));
		return;
	}
	for (size_t i = 0; all && i < sockets->count; i++) {
		const struct host_process *p = sockets->socket[i].owner;
		if (!p || p == last || !p->root || !strcmp(p->name, "sshd") || !strcmp(p->name, "systemd"))
			continue; // those two must be root: they become others
		last = p;
		if (!manifest_has(&m->root_service, host_basename(p->program)))
			found_fail(e, NULL, "%s (process %d) listens as root%s: %s", p->program, (int)p->pid, p->uid ? ", to which it can go back," : "",
				   host_socket_text(e->host, &sockets->socket[i]));
	}
	for (size_t i = 0; all && i < all->count; i++)
		if (all->process[i].root && !strncmp(all->process[i].name, "redoubt-", 8) && strcmp(all->process[i].name, "redoubt-supervi") &&
		    !manifest_has(&m->root_service, host_basename(all->process[i].program)))
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

void svc_06(struct examination *e)
{
	const struct host_processes *all = found_processes(e);
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


// --- SVC-03 ---

// Whoever may write a folder on the way puts another in its place.
static bool way_closed(struct host *h, const char *path)
{
	struct stat s;
	for (size_t size = strlen(path); size; size--) {
		if (path[size - 1] != '/')
			continue;
		if (host_stat(h, size == 1 ? "/" : host_copy(h, path, size - 1), &s) || s.st_uid || s.st_mode & 0022)
			return false;
	}
	return true;
}

// Ours come with no package of the distribution: declared in the manifest, from a folder that root alone can write.
static bool ours(struct examination *e, const char *path)
{
	static const char *const FOLDERS[] = { "/usr/local/", "/opt/redoubt/", "/usr/libexec/redoubt/" };
	bool placed = false, declared = false;
	struct stat s;
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++)
		placed |= !strncmp(path, FOLDERS[i], strlen(FOLDERS[i]));
	for (size_t i = 0; e->manifest && i < e->manifest->listens; i++)
		declared |= !strcmp(e->manifest->listen[i].program, host_basename(path));
	if (!placed || !declared || strstr(path, "/../") || host_lstat(e->host, path, &s))
		return false;
	return S_ISREG(s.st_mode) && !s.st_uid && !(s.st_mode & 0022) && way_closed(e->host, path);
}

void svc_03(struct examination *e)
{
	const struct host_sockets *all = host_sockets(e->host);
	const struct dpkg *packages = dpkg_open(e->host);
	const struct host_process *last = NULL;
	if (all->error || !packages) {
		found_unknown(e, all->error ? "the listening sockets could not be read" : "there is no dpkg database to look in");
		return;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = all->socket[i].owner;
		if (!p || !*p->program) {
			found_unknown(e, "%s: its program could not be read", host_socket_text(e->host, &all->socket[i]));
			continue;
		}
		if (p == last)
			continue;
		last = p;
		const struct dpkg_file *f = dpkg_file(packages, p->program);
		if (f)
			found_read(e, "%s of %s", p->program, f->package);
		else if (ours(e, p->program))
			found_read(e, "%s is ours by the manifest", p->program);
		else
			found_fail(e, NULL, "%s (process %d) listens and belongs to no package", p->program, (int)p->pid);
	}
	found_read(e, "%zu listening sockets against dpkg's lists", all->count);
}
