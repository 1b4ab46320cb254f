// SPDX-License-Identifier: Apache-2.0
// Whatever the text is: it ends, each list holds what it says, and each grant's commands have a name.
#include "settings/sudoers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sudo_rules s;
	struct host *h;
	ASSERT(host_open("/", &h) == 0);
	char *exact = malloc(size ? size : 1); // so that a byte behind the end is seen
	ASSERT(exact);
	if (size)
		memcpy(exact, data, size);
	sudo_rules_begin(&s);
	sudo_rules_add(h, &s, "fuzz", exact, size);
	for (const struct sudo_grant *g = s.grant; g; g = g->next) {
		ASSERT(g->user && g->command && g->place.line > 0);
		for (const struct sudo_member *m = g->command; m; m = m->next)
			ASSERT(*m->name);
	}
	for (const struct sudo_alias *a = s.alias; a; a = a->next)
		ASSERT(*a->name && a->member);
	for (const struct sudo_include *i = s.include; i; i = i->next)
		ASSERT(*i->target);
	free(exact);
	host_close(h);
	return 0;
}
