// SPDX-License-Identifier: Apache-2.0
#include "place.h"

#include "../client.h"
#include "files.h"

#include "config/config.h"
#include "crypto/ed25519.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static const struct config_key keys[] = {
	{ "backup.destination1", CONFIG_TEXT, "", 0, PATH_MAX - 128, "a folder; each copy belongs on another disk or machine" },
	{ "backup.destination2", CONFIG_TEXT, "", 0, PATH_MAX - 128, "a second folder" },
	{ "backup.destination3", CONFIG_TEXT, "", 0, PATH_MAX - 128, "a third folder" },
	{ "backup.destination4", CONFIG_TEXT, "", 0, PATH_MAX - 128, "a fourth folder" },
	{ "backup.every_s", CONFIG_NUMBER, "3", 1, 3600, "seconds between two shipments of the journal" },
	{ "backup.full_h", CONFIG_NUMBER, "24", 1, 168, "hours between two full backups" },
	{ "backup.spool_max_mib", CONFIG_NUMBER, "20480", 64, 1 << 20,
	  "MiB that may wait for a destination that is away, before shipping stops" },
};

struct path backup_path(const char *name)
{
	char part[256];
	snprintf(part, sizeof part, "backup/%s", name);
	return path_in(part);
}

static int config_read(struct backup_place *p)
{
	char error[CONFIG_ERROR_MAX];
	struct config *c;
	struct path path = backup_path("backup.conf");
	int fd = open(path.text, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("cannot open %s: %s; 'redoubt backup init' makes it", path.text, strerror(errno));
		return EXIT_FAILED;
	}
	int r = config_load(fd, path.text, keys, ARRAY_LEN(keys), &c, error);
	close(fd);
	if (r) {
		complain("%s", r > 0 ? error : strerror(-r));
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < DESTINATIONS_MAX; i++) {
		const char *text = config_text(c, keys[i].name);
		if (*text)
			snprintf(p->destinations[p->destination_count++], PATH_MAX, "%s", text);
	}
	p->every_s = config_number(c, "backup.every_s");
	p->full_h = config_number(c, "backup.full_h");
	p->spool_max_mib = config_number(c, "backup.spool_max_mib");
	config_free(c);
	if (p->destination_count)
		return EXIT_DONE;
	complain("%s names no destination: set backup.destination1", path.text);
	return EXIT_USAGE;
}

static int recovery_read(struct backup_place *p)
{
	struct path path = backup_path("recovery.pub");
	char *text;
	size_t size, line;
	int r = whole_file_read(path.text, RECOVERY_FILE_MAX, &text, &size);
	if (r) {
		complain("cannot read %s: %s; 'redoubt backup init' puts the recovery keys there", path.text, strerror(-r));
		return EXIT_FAILED;
	}
	r = recovery_parse(text, size, p->recovery, ARRAY_LEN(p->recovery), &p->recovery_count, &line);
	free(text);
	if (r)
		complain("%s, line %zu: not a recovery key; at most %d lines 'redoubt-recovery 1 ...' as keygen prints them",
			 path.text, line, SEALED_FILE_RECIPIENTS_MAX);
	return r ? EXIT_DAMAGED : EXIT_DONE;
}

int place_open(struct backup_place *p)
{
	*p = (struct backup_place){ 0 };
	if (genesis_load(&p->genesis, p->exchange))
		return EXIT_FAILED;
	int r = config_read(p);
	if (!r)
		r = recovery_read(p);
	if (r)
		return r;
	p->seed = key_load("backup/signing.key", NULL, 32);
	if (!p->seed)
		return EXIT_FAILED;
	ed25519_public(p->seed, p->signing_public);
	snprintf(p->spool, sizeof p->spool, "%s", backup_path("spool").text);
	return EXIT_DONE;
}

void place_close(struct backup_place *p)
{
	secret_free(p->seed);
}

int spool_lock(void)
{
	struct path path = backup_path("lock");
	int fd = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	complain("%s: %s", path.text, errno == EWOULDBLOCK ? "another 'redoubt backup' is at work" : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
