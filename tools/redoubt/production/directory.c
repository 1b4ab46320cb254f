// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define ABOUT "directory"

// By their magic numbers (statfs(2)). Written here: not every one has a header.
static const struct { unsigned long magic; const char *name, *why; } UNFIT[] = {
	{ 0x01021994, "tmpfs", "it is memory, gone after a restart" },
	{ 0x858458f6, "ramfs", "it is memory, gone after a restart" },
	{ 0x794c7630, "overlayfs", "it is a container's or a live system's layer, gone with it" },
	{ 0x00006969, "NFS", "what is synced there may lie in another machine's memory" },
	{ 0xff534d42, "SMB", "what is synced there may lie in another machine's memory" },
	{ 0xfe534d42, "SMB", "what is synced there may lie in another machine's memory" },
	{ 0x01021997, "9p", "what is synced there may lie in another machine's memory" },
	{ 0x65735546, "FUSE", "a program decides what 'synced' means there" },
	{ 0x00004d44, "FAT", "it has no owners and modes" },
	{ 0x2011bab0, "exFAT", "it has no owners and modes" },
};

static void file_system_judge(struct refusals *r, const char *path)
{
	struct statfs fs;
	if (statfs(path, &fs)) {
		refusal_add(r, ABOUT, "the file system of %s cannot be told: %s", path, strerror(errno));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(UNFIT); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == UNFIT[i].magic)
			refusal_add(r, ABOUT, "%s lies on %s: %s. Take a --dir on a local disk (ext4, xfs, btrfs, zfs)", path, UNFIT[i].name,
				    UNFIT[i].why);
}

// Who may write to a directory above may put another exchange in this one's place.
static void above_judge(struct refusals *r, const char *path)
{
	struct stat st;
	if (stat(path, &st)) {
		refusal_add(r, ABOUT, "%s cannot be looked at: %s", path, strerror(errno));
		return;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid())
		refusal_add(r, ABOUT, "%s belongs to user %u, who could exchange everything beneath: take a --dir whose folders are root's", path,
			    st.st_uid);
	if (st.st_mode & 0022)
		refusal_add(r, ABOUT, "%s can be written by others (mode %04o): chmod go-w it, or take another --dir", path, st.st_mode & 07777);
}

static void existing_judge(struct refusals *r, const char *dir)
{
	char path[PATH_MAX];
	struct stat st;
	if (lstat(dir, &st))
		return; // it will be made
	if (!S_ISDIR(st.st_mode)) {
		refusal_add(r, ABOUT, "%s is no directory (a link, perhaps): name the directory itself", dir);
		return;
	}
	if (st.st_mode & 0066)
		refusal_add(r, ABOUT, "%s can be read or written by others (mode %04o): chmod 0711 %s (daemons must walk through, nobody needs to list it)",
			    dir, st.st_mode & 07777, dir);
	if (snprintf(path, sizeof path, "%s/demo-keys.json", dir) < (int)sizeof path && access(path, F_OK) == 0)
		refusal_add(r, ABOUT, "%s holds the printed keys of a demo, which never becomes a production exchange: name another --dir", path);
	else if (snprintf(path, sizeof path, "%s/founding", dir) < (int)sizeof path && access(path, F_OK) == 0)
		refusal_add(r, ABOUT, "%s: an exchange is founded there already, and that is done once: name another --dir", dir);
}

void directory_judge(struct refusals *r, const char *dir)
{
	char path[PATH_MAX], real[PATH_MAX];
	existing_judge(r, dir);
	// what holds it: everything before the last name
	snprintf(path, sizeof path, "%s", dir);
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = 0;
	char *slash = strrchr(path, '/');
	if (slash)
		slash[slash == path] = 0;
	const char *parent = slash ? path : ".";
	if (!realpath(parent, real)) {
		refusal_add(r, ABOUT, "%s, which is to hold %s, cannot be looked at: %s", parent, dir, strerror(errno));
		return;
	}
	struct stat st;
	file_system_judge(r, stat(dir, &st) == 0 ? dir : real);
	for (;;) {
		above_judge(r, real);
		slash = strrchr(real, '/');
		if (!slash || !real[1])
			break;
		slash[slash == real] = 0;
	}
}
