// SPDX-License-Identifier: Apache-2.0
// No core dumps, no tracer of the same user, no page that becomes executable, secrets out of swap.
#include "process/sandbox_backend.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65 // Linux 6.3
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

static void memory_lock(struct sandbox_report *report)
{
	// MCL_FUTURE under a small limit would make every later allocation fail: only when the limit allows it.
	struct rlimit limit;
	bool unlimited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
	if (mlockall(MCL_CURRENT | MCL_ONFAULT | (unlimited ? MCL_FUTURE : 0)) < 0 || !unlimited)
		sandbox_missing(report, "memory is not locked as a whole (RLIMIT_MEMLOCK), only the keys are");
}

int sandbox_limits(const struct sandbox *sandbox, struct sandbox_report *report)
{
	struct rlimit none = { 0, 0 };
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	if (sandbox->privileges & PRIVILEGE_SPAWN)
		return 0; // what follows passes to children, who need to exec
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		sandbox_missing(report, "no PR_SET_MDWE (Linux 6.3)");
	if (sandbox->secrets)
		memory_lock(report);
	return 0;
}
