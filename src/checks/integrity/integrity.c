// SPDX-License-Identifier: Apache-2.0
// FIM: whether programs and configuration are what they were.
#include "checks/integrity/integrity.h"

static void fim_04(struct examination *e)
{
	found_not_applicable(e, "the cold-address table is not built yet: there is nothing whose hash could be compared");
}

const struct check integrity_checks[] = {
	{ "FIM-01", SEVERITY_CRITICAL, "O5",
	  "Critical programs are what the packages shipped",
	  "sshd, sudo, su, login, PAM, libcrypto, libc, nft, systemd, our own, on disk and running, match the baseline and dpkg",
	  "a replaced program is how an intruder stays",
	  "investigate, then apt-get install --reinstall PACKAGE", fim_01 },
	{ "FIM-02", SEVERITY_HIGH, "O5",
	  "Critical configuration is as signed",
	  "/etc/ssh, pam.d, sudoers, nftables, systemd, cron and apt match the baseline",
	  "a changed line is a quieter back door than a changed program",
	  "review the difference, then redoubt host baseline sign", fim_02 },
	{ "FIM-03", SEVERITY_HIGH, "O5",
	  "The baseline itself can be trusted",
	  "signature valid, sequence not lower than the copy kept off the host, reconciled with dpkg's log",
	  "who can change the programs can change the list of them",
	  "redoubt host baseline sign", fim_03 },
	{ "FIM-04", SEVERITY_CRITICAL, "O",
	  "The cold addresses are the quorum's",
	  "hash of the table equals the value the quorum signed",
	  "one changed address takes the next sweep",
	  "halt withdrawals and investigate", fim_04 },
	{ "FIM-05", SEVERITY_HIGH, "O5",
	  "The kernel and /proc tell the same story",
	  "no hidden process, no taint, no LD_PRELOAD in a daemon's environment",
	  "rootkits hide in the difference",
	  "isolate the host", fim_05 },
};
const size_t integrity_check_count = ARRAY_LEN(integrity_checks);
