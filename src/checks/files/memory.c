// SPDX-License-Identifier: Apache-2.0
// Where what was in memory or on a disk can be found again: scratch directories, swap, cores, the disk itself.
#include "checks/files/files.h"

#include "checks/look.h"
#include "host/mounts.h"

#include <stdlib.h>

// --- FS-04 ---------------------------------------------------------------------------------------------------------

void fs_04(struct examination *e)
{
	static const char *const PLACES[] = { "/tmp", "/var/tmp", "/dev/shm" }, *const WANTED[] = { "nosuid", "nodev", "noexec" };
	if (!found_file(e, host_file(e->host, "/proc/self/mountinfo")))
		return;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const struct host_mount *m = host_mount_at(e->host, PLACES[i]);
		const char *remedy = host_print(e->host, "a line for %s with nosuid,nodev,noexec in /etc/fstab", PLACES[i]);
		if (!m) {
			found_fail(e, remedy, "%s is not a mount of its own", PLACES[i]);
			continue;
		}
		for (size_t k = 0; k < ARRAY_LEN(WANTED); k++)
			if (!host_mount_option(m, WANTED[k]))
				found_fail(e, remedy, "%s is mounted without %s (%s)", PLACES[i], WANTED[k], m->options);
		found_read(e, "%s %s", PLACES[i], m->options);
	}
}

// --- FS-06 ---------------------------------------------------------------------------------------------------------

static bool encrypted_device(struct host *h, const char *path)
{
	if (text_begins(path, "/dev/zram"))
		return true; // memory
	const char *name = host_basename(path);
	const char *target = host_link(h, path); // /dev/mapper/swap -> ../dm-1
	name = target ? host_basename(target) : name;
	return text_begins(host_file(h, host_print(h, "/sys/block/%s/dm/uuid", name))->text, "CRYPT-");
}

static void swap_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/proc/swaps");
	struct host_lines cursor = { f->text, 0 };
	const char *word[2];
	size_t count = 0;
	if (!found_file(e, f))
		return;
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (cursor.number == 1 || host_words(e->host, line, word, 2) < 2)
			continue;
		count++;
		if (!encrypted_device(e->host, word[0]))
			found_fail(e, host_print(e->host, "swapoff %s, and take it out of /etc/fstab", word[0]), "swap on %s is not encrypted",
				   word[0]);
	}
	found_read(e, "%zu swap areas", count);
}

static void cores_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/proc/sys/kernel/core_pattern");
	if (!found_file(e, f))
		return;
	bool nowhere = text_begins(f->text, "|/bin/false") || text_begins(f->text, "|/usr/bin/false") || text_begins(f->text, "|/bin/true") ||
		       text_begins(f->text, "/dev/null");
	if (!nowhere)
		found_fail(e, NULL, "cores are written: kernel.core_pattern is '%.*s'", (int)strcspn(f->text, "\n"), f->text);
}

void fs_06(struct examination *e)
{
	static const struct { const char *path; long least; } WANTED[] = {
		{ "/proc/sys/kernel/kptr_restrict", 1 }, { "/proc/sys/kernel/dmesg_restrict", 1 },
		{ "/proc/sys/kernel/yama/ptrace_scope", 1 }, { "/proc/sys/kernel/unprivileged_bpf_disabled", 1 },
	};
	swap_judge(e);
	cores_judge(e);
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++) {
		const struct host_file *f = host_file(e->host, WANTED[i].path);
		if (f->error == -ENOENT)
			found_fail(e, "a kernel that has it", "%s: this kernel has no such setting", WANTED[i].path);
		else if (found_file(e, f) && strtol(f->text, NULL, 10) < WANTED[i].least)
			found_fail(e, NULL, "%s is %.*s, not %ld or more", WANTED[i].path, (int)strcspn(f->text, "\n"), f->text, WANTED[i].least);
	}
}

// --- FS-07 ---------------------------------------------------------------------------------------------------------

// A device, or what it is made of, down to dm-crypt.
static bool device_encrypted(struct host *h, const char *device, unsigned depth)
{
	if (text_begins(host_file(h, host_print(h, "%s/dm/uuid", device))->text, "CRYPT-"))
		return true;
	const char *slaves = host_print(h, "%s/slaves", device);
	const struct host_names *names = host_names(h, slaves);
	bool all = names->count > 0;
	for (size_t i = 0; all && i < names->count && depth < 8; i++)
		all = device_encrypted(h, host_print(h, "/sys/block/%s", names->name[i]), depth + 1);
	return all && depth < 8;
}

// "254:0" of the file system that holds a path. In a tree, facts/devices says it ("PATH MAJOR:MINOR").
static const char *device_of(struct host *h, const char *path, const struct stat *s)
{
	struct host_lines cursor = { host_file(h, "/facts/devices")->text, 0 };
	const char *word[2];
	if (host_is_live(h))
		return host_print(h, "%u:%u", (unsigned)((s->st_dev >> 8) & 0xfff), (unsigned)((s->st_dev & 0xff) | ((s->st_dev >> 12) & 0xfff00)));
	for (const char *line; host_line(h, &cursor, &line);)
		if (host_words(h, line, word, 2) == 2 && !strcmp(word[0], path))
			return word[1];
	return NULL;
}

static void place_judge(struct examination *e, const char *path, const char *what)
{
	struct stat s;
	int r = host_stat(e->host, path, &s);
	const char *device = r ? NULL : device_of(e->host, path, &s);
	if (r || !device)
		found_unknown(e, "%s%s: its device could not be found%s%s", path, what, r ? ": " : "", r ? strerror(-r) : "");
	else if (!device_encrypted(e->host, host_print(e->host, "/sys/dev/block/%s", device), 0))
		found_fail(e, NULL, "%s%s lies on device %s, which is not dm-crypt nor on it", path, what, device);
	else
		found_read(e, "%s lies on device %s, dm-crypt", path, device);
}

// What is mounted or linked within it lies elsewhere. Memory is no disk.
static void within_judge(struct examination *e, const char *exchange)
{
	const struct host_mounts *mounts = host_mounts(e->host);
	const struct host_names *names = host_names(e->host, exchange);
	for (size_t i = 0; i < mounts->count; i++) {
		const struct host_mount *m = &mounts->mount[i];
		if (strcmp(m->path, exchange) && path_beneath(m->path, exchange) && !host_mount_virtual(m) && strcmp(m->kind, "tmpfs"))
			place_judge(e, m->path, " (mounted)");
	}
	for (size_t i = 0; i < names->count; i++) {
		const char *path = host_print(e->host, "%s/%s", exchange, names->name[i]), *target = host_link(e->host, path);
		if (target)
			place_judge(e, *target == '/' ? target : host_print(e->host, "%s/%s", exchange, target),
				    host_print(e->host, " (where %s leads)", path));
	}
}

void fs_07(struct examination *e)
{
	const char *exchange[FILES_EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, FILES_EXCHANGES_MAX);
	if (found_manifest(e) && !count)
		found_not_applicable(e, "the manifest names no exchange on this host (backup-catalogue)");
	for (size_t i = 0; i < count; i++) {
		place_judge(e, exchange[i], "");
		within_judge(e, exchange[i]);
	}
}
