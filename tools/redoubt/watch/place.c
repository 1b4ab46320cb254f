// SPDX-License-Identifier: Apache-2.0
#include "place.h"

#include "../host_path.h"

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
	p->baseline.baseline = p->baseline.baseline ? operator_path(p->host, p->baseline.baseline) : BASELINE_PATH;
	p->baseline.key = p->baseline.key ? operator_path(p->host, p->baseline.key) : BASELINE_KEY_PATH;
	p->baseline.copy = p->baseline.copy ? operator_path(p->host, p->baseline.copy) : copy_named(p->host);
	return EXIT_DONE;
}
