// SPDX-License-Identifier: Apache-2.0
// SVC: what runs, as whom, and in which sandbox. The checks stand in services_*.c.
#include "checks/services/services.h"

const struct check services_checks[] = {
	{ "SVC-01", SEVERITY_HIGH, "S",
	  "Only declared units run",
	  "units that are enabled or running are service lines of the manifest, or the base system's",
	  "each service is attack surface; unused ones are not even updated with care",
	  "systemctl mask --now UNIT", svc_01 },
	{ "SVC-02", SEVERITY_HIGH, "S",
	  "Daemons do not run as root",
	  "no network daemon with uid 0 except the declared ones",
	  "its flaw is then the whole machine",
	  "User= in the unit", svc_02 },
	{ "SVC-03", SEVERITY_MEDIUM, "S",
	  "Every listening program belongs to a package",
	  "each listener's program is a file of an installed package, or ours by the manifest",
	  "what no package owns gets no security updates",
	  "declare it in the manifest with its owner, or install it as a package", svc_03 },
	{ "SVC-04", SEVERITY_HIGH, "S",
	  "Our daemons are sandboxed",
	  "exposure at most 2.0 by systemd-analyze; NoNewPrivs 1, Seccomp 2, no capabilities",
	  "a sandbox turns a takeover into a nuisance",
	  "redoubt host harden --only units --apply", svc_04 },
	{ "SVC-05", SEVERITY_INFO, "-",
	  "The kernel can sandbox",
	  "Landlock and memfd_secret there",
	  "without them the sandbox is thinner; the daemons say so at start",
	  "upgrade the kernel", svc_05 },
	{ "SVC-06", SEVERITY_HIGH, "O8",
	  "Nothing runs from replaced files",
	  "no process whose program or libraries were deleted",
	  "the update is on disk, the flaw still in memory",
	  "restart the unit", svc_06 },
};
const size_t services_check_count = ARRAY_LEN(services_checks);
