// SPDX-License-Identifier: Apache-2.0
#include "host/mounts.h"

#include "host/host_internal.h"

#define WORDS_MAX 32

// Blanks, newlines and backslashes of a path are written as \040 and the like.
static const char *unescaped(struct host *h, const char *text)
{
	char *path = host_copy(h, text, strlen(text)), *to = path;
	for (const char *at = path; *at; to++) {
		bool octal = at[0] == '\\' && strspn(at + 1, "01234567") >= 3;
		*to = octal ? (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0')) : *at;
		at += octal ? 4 : 1;
	}
	*to = 0;
	return path;
}

// "36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/sda rw": optional fields stand before the hyphen.
static bool mount_read(struct host *h, const char *line, struct host_mount *ret)
{
	const char *word[WORDS_MAX];
	size_t count = host_words(h, line, word, WORDS_MAX), kind = 6;
	while (kind < count && kind < WORDS_MAX && strcmp(word[kind], "-"))
		kind++;
	if (count < 6)
		return false;
	bool known = kind + 1 < count && kind + 1 < WORDS_MAX;
	bool source = kind + 2 < count && kind + 2 < WORDS_MAX;
	*ret = (struct host_mount){ unescaped(h, word[4]), word[5], known ? word[kind + 1] : "",
				    source ? unescaped(h, word[kind + 2]) : "", word[2] };
	return true;
}

const struct host_mounts *host_mounts(struct host *h)
{
	if (h->mounts)
		return h->mounts;
	const struct host_file *f = host_file(h, "/proc/self/mountinfo");
	struct host_mounts *all = host_alloc(h, sizeof *all);
	struct host_lines cursor = { f->text, 0 };
	size_t lines = 0;
	for (const char *at = f->text; (at = strchr(at, '\n')); at++)
		lines++;
	struct host_mount *mount = host_alloc(h, (lines + 1) * sizeof *mount);
	for (const char *line; host_line(h, &cursor, &line);)
		all->count += mount_read(h, line, &mount[all->count]);
	all->error = f->error;
	all->mount = mount;
	return h->mounts = all;
}

const struct host_mount *host_mount_at(struct host *h, const char *path)
{
	const struct host_mounts *all = host_mounts(h);
	for (size_t i = all->count; i-- > 0;)
		if (!strcmp(all->mount[i].path, path))
			return &all->mount[i];
	return NULL;
}

bool host_mount_option(const struct host_mount *m, const char *option)
{
	size_t size = strlen(option);
	for (const char *at = m->options; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (!strncmp(at, option, size) && (!at[size] || at[size] == ','))
			return true;
	return false;
}

static bool among(const char *kind, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(kind, names[i]))
			return true;
	return false;
}

bool host_mount_virtual(const struct host_mount *m)
{
	static const char *const KINDS[] = {
		"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "efivarfs", "fusectl", "hugetlbfs",
		"mqueue", "nsfs", "proc", "pstore", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tracefs",
	};
	return among(m->kind, KINDS, ARRAY_LEN(KINDS));
}

bool host_mount_remote(const struct host_mount *m)
{
	static const char *const KINDS[] = { "9p", "afs", "ceph", "cifs", "fuse", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs" };
	return among(m->kind, KINDS, ARRAY_LEN(KINDS)) || !strncmp(m->kind, "fuse.", 5);
}
