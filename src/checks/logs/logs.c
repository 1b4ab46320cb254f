// SPDX-License-Identifier: Apache-2.0
// LOG: whether the logs are whole, elsewhere and read.
#include "checks/logs/logs.h"

static void log_06(struct examination *e)
{
	found_not_applicable(e, "reviews are signed with staff keys, which are not built yet");
}

const struct check logs_checks[] = {
	{ "LOG-01", SEVERITY_HIGH, "S",
	  "Logs are apart, and daemons cannot rewrite the audit log",
	  "separate files; the application's users cannot write the audit log",
	  "the intruder's first act is to edit the log",
	  "chown and chmod as said", log_01 },
	{ "LOG-02", SEVERITY_HIGH, "S C",
	  "Logs leave the host",
	  "everything is forwarded to another host over TLS, acknowledged within 5 minutes",
	  "a log that lies only where the break-in happened is the intruder's",
	  "redoubt host harden --only logs --apply", log_02 },
	{ "LOG-03", SEVERITY_CRITICAL, "C",
	  "The audit chain is whole",
	  "its hash chain agrees with the anchor off the host",
	  "a missing entry is the crime",
	  "investigate: redoubt journal verify", log_03 },
	{ "LOG-04", SEVERITY_MEDIUM, "O5",
	  "Changes of access are recorded",
	  "audit rules on SSH, sudoers, staff data and the cold table",
	  "who changed it is the first question",
	  "install the audit rules", log_04 },
	{ "LOG-05", SEVERITY_MEDIUM, "S",
	  "Logs are kept long enough",
	  "journald persistent, room for 90 days, 15 % of the disk free",
	  "break-ins are noticed after months",
	  "/etc/systemd/journald.conf.d/00-redoubt.conf", log_05 },
	{ "LOG-06", SEVERITY_MEDIUM, "O5 S",
	  "Logs are read",
	  "a signed review within 7 days",
	  "alarms that nobody reads are none",
	  "review and sign", log_06 },
	{ "LOG-07", SEVERITY_MEDIUM, "C",
	  "The clock is right",
	  "synchronised, off by less than 1 s",
	  "times in logs, certificates and windows depend on it",
	  "apt-get install chrony", log_07 },
};
const size_t logs_check_count = ARRAY_LEN(logs_checks);
