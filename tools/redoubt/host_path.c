// SPDX-License-Identifier: Apache-2.0
#include "host_path.h"

#include <limits.h>
#include <unistd.h>

const char *operator_path(struct host *h, const char *path)
{
	char here[PATH_MAX];
	if (*path == '/' || !host_is_live(h) || !getcwd(here, sizeof here))
		return path;
	return host_print(h, "%s/%s", here, path);
}
