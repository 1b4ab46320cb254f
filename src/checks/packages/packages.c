// SPDX-License-Identifier: Apache-2.0
// PKG: whether updates arrive, and are what they say. The checks stand in packages_*.c.
#include "checks/packages/packages.h"

const struct check packages_checks[] = {
	{ "PKG-01", SEVERITY_CRITICAL, "O8 S",
	  "No security update waits",
	  "none pending from the security suite; lists at most 24 h old",
	  "the days between the advisory and the update are the days of the attack",
	  "apt-get update && apt-get upgrade", pkg_01 },
	{ "PKG-02", SEVERITY_HIGH, "O8",
	  "Security updates install themselves",
	  "unattended-upgrades installed, on, and run within 48 h",
	  "people are on holiday when it matters",
	  "apt-get install unattended-upgrades", pkg_02 },
	{ "PKG-03", SEVERITY_CRITICAL, "O8",
	  "Packages come signed",
	  "no trusted=yes, no AllowUnauthenticated, signed-by for each foreign source",
	  "whoever can answer for the mirror otherwise installs what they like",
	  "remove the option; add signed-by=KEYRING", pkg_03 },
	{ "PKG-04", SEVERITY_HIGH, "O8",
	  "The newest installed kernel runs",
	  "running equals newest installed; no reboot required",
	  "a kernel update protects after the reboot",
	  "reboot", pkg_04 },
	{ "PKG-05", SEVERITY_HIGH, "C",
	  "Known flaws of our dependencies are looked for",
	  "the advisory feed is at most 7 days old, no high one without a waiver",
	  "what is linked in is not seen by the package manager",
	  "update the feed", pkg_05 },
	{ "PKG-06", SEVERITY_HIGH, "O8",
	  "The distribution is supported",
	  "its security support has not ended",
	  "after it, flaws stay",
	  "upgrade to the next release", pkg_06 },
};
const size_t packages_check_count = ARRAY_LEN(packages_checks);
