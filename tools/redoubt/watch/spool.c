// SPDX-License-Identifier: Apache-2.0
#include "spool.h"

#include "base/clock.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int spool_open(struct spool *s, const char *path)
{
	struct stat status;
	s->fd = -1;
	if (!path)
		return EXIT_DONE;
	s->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (s->fd >= 0 && !fstat(s->fd, &status) && S_ISREG(status.st_mode))
		return EXIT_DONE;
	complain("the file of alerts %s cannot be opened: %s", path, s->fd < 0 ? strerror(errno) : "not a regular file");
	return EXIT_USAGE;
}

void spool_close(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void line_write(struct spool *s, const char *text, size_t size)
{
	ssize_t n = s->fd < 0 ? (ssize_t)size : write(s->fd, text, size); // one write, one line
	if (n != (ssize_t)size)
		complain("an alert could not be written to its file: %s", n < 0 ? strerror(errno) : "the disk is full");
}

void spool_event(struct spool *s, const struct watch_event *e)
{
	s->alarms += e->alarm;
	s->upgrades += e->upgrade;
	s->others += !e->alarm && !e->upgrade;
	json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s}", "timeUs", (json_int_t)clock_realtime_us(), "what",
			      e->what, "change", e->change, "subject", e->subject, "before", e->before, "after", e->after,
			      "severity", severity_name(e->severity), "alarm", e->alarm, "upgrade", e->upgrade, "why", e->why);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	if (!text) {
		complain("an alert about %s %s could not be put into words", e->what, e->subject);
		return;
	}
	size_t size = strlen(text);
	text[size] = '\n'; // the NUL's place
	line_write(s, text, size + 1);
	if (s->json)
		fwrite(text, 1, size + 1, stdout);
	else
		printf("%-8s %-10s %-8s %s%s%s%s%s%s%s\n", e->alarm ? severity_name(e->severity) : e->upgrade ? "upgrade" : "note", e->what,
		       e->change, e->subject, *e->before ? "\n         was " : "", e->before, *e->after ? "\n         is  " : "", e->after,
		       *e->why ? "\n         " : "", e->why);
	fflush(stdout);
	free(text);
}

void spool_sync(struct spool *s)
{
	if (s->fd >= 0)
		fdatasync(s->fd);
}
