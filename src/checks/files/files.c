// SPDX-License-Identifier: Apache-2.0
// FS: who can change what, and where secrets lie.
#include "checks/files/files.h"

#include "checks/checks.h"

const struct check files_checks[] = {
	{ "FS-01", SEVERITY_HIGH, "S",
	  "Services cannot change their own code",
	  "code not owned by the service nor writable by group or others; databases 0600",
	  "a hole that can write becomes a hole that stays",
	  "chown root:root FILE; chmod go-w FILE", fs_01 },
	{ "FS-02", SEVERITY_HIGH, "S",
	  "No new setuid programs",
	  "setuid, setgid and capability files are those of packages and the manifest",
	  "each is a way to root for whoever is already in",
	  "chmod u-s,g-s FILE", fs_02 },
	{ "FS-03", SEVERITY_CRITICAL, "S",
	  "What root runs, only root can change",
	  "/etc, /usr, /boot, /root, dpkg's, apt's and our own state and the folders above writable by root alone; no ld.so.preload",
	  "root runs and believes them for whoever may write them",
	  "chown root:root FILE; chmod go-w FILE", fs_03 },
	{ "FS-04", SEVERITY_MEDIUM, "S",
	  "Scratch directories run nothing",
	  "nosuid, nodev, noexec on /tmp, /var/tmp and /dev/shm",
	  "it is where intruders drop and start their tools",
	  "add the options in /etc/fstab", fs_04 },
	{ "FS-05", SEVERITY_CRITICAL, "C",
	  "Secrets lie where only their owner reads them",
	  "keys, seeds and .env files mode 0400 of their owner; none in web roots, repositories or logs",
	  "a readable key is a lost key",
	  "move it to systemd credentials and rotate it", fs_05 },
	{ "FS-06", SEVERITY_MEDIUM, "C",
	  "Memory does not leak to disk or to other users",
	  "swap off or encrypted, no core dumps, kernel pointers, dmesg, ptrace and bpf restricted",
	  "keys in swap and cores outlive the process",
	  "redoubt host harden --only sysctl --apply", fs_06 },
	{ "FS-07", SEVERITY_HIGH, "C",
	  "Data is encrypted at rest",
	  "the data directories lie on dm-crypt",
	  "disks are stolen, returned and resold",
	  "move the directory to an encrypted volume", fs_07 },
};
const size_t files_check_count = ARRAY_LEN(files_checks);
