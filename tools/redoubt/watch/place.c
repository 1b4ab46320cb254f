// SPDX-License-Identifier: Apache-2.0
#include "place.h"

#include <limits.h>
#include <unistd.h>

const char *path_beneath(struct host_place *p, const char *path)
{
	char here[PATH_MAX];
	if (!path || *path == '/' || !host_is_live(p->host) || !getcwd(here, sizeof here))
		return path;
	return host_print(p->host, "%s/%s", here, path);
}

static const char *copy_named(struct host *h)
{
	char error[MANIFEST_ERROR_MAX];
	const struct host_file *f = host_file(h, MANIFEST_PATH);
	struct manifest *m;
	if (f->error || manifest_parse(f->path, f->text, f->size, &m, error))
		return NULL; // 'host check' says what is wrong with it
	const char *name = m->baseline_copy.count ? m->baseline_copy.name[0] : NULL;
	name = name ? host_copy(h, name, strlen(name)) : NULL;
	manifest_free(m);
	return name;
}

int host_place_open(struct host_place *p)
{
	int r = host_open(p->root, &p->host);
	if (r) {
		complain("the root '%s' could not be opened: %s", p->root, strerror(-r));
		return EXIT_USAGE;
	}
	p->baseline.baseline = p->baseline.baseline ? path_beneath(p, p->baseline.baseline) : BASELINE_PATH;
	p->baseline.key = p->baseline.key ? path_beneath(p, p->baseline.key) : BASELINE_KEY_PATH;
	p->baseline.copy = p->baseline.copy ? path_beneath(p, p->baseline.copy) : copy_named(p->host);
	return EXIT_DONE;
}
