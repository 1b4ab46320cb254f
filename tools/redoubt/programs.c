// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include "command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int program_find(const char *role, char to[PATH_MAX])
{
	char self[PATH_MAX / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		n = 0;
	self[n] = 0;
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	// A build tree, an installation, everything in one folder.
	const char *const between[][2] = { { "../../daemons/", role }, { "../libexec/redoubt", "" }, { ".", "" } };
	for (size_t i = 0; i < ARRAY_LEN(between); i++) {
		int size = snprintf(to, PATH_MAX, "%s/%s%s/redoubt-%s", self, between[i][0], between[i][1], role);
		if (size > 0 && size < PATH_MAX && access(to, X_OK) == 0)
			return 0;
	}
	complain("the program redoubt-%s is neither beside this one nor in ../libexec/redoubt; is the build whole?", role);
	return -1;
}

// The lock, not the number in the file, says that it lives: a pid may be somebody else's by now.
pid_t supervisor_pid(void)
{
	char text[16] = "";
	int fd = open(path_in("run/supervisor.lock").text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	pid_t pid = 0;
	if (flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK) {
		ssize_t n = pread(fd, text, sizeof text - 1, 0);
		pid = n > 0 ? (pid_t)atoi(text) : -EAGAIN;
	}
	close(fd);
	return pid > 1 || pid <= 0 ? pid : -EINVAL;
}
