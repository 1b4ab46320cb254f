// SPDX-License-Identifier: Apache-2.0
// Whatever a list of sources says, it is read in both forms, and each entry is clear or says its line.
#include "settings/apt_sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void entries_check(const struct apt_source *s, size_t size)
{
	unsigned line = 0;
	for (; s; s = s->next) {
		ASSERT(s->line > line && s->line <= size + 2);
		ASSERT(!s->unclear || (!s->option && !s->uri));
		line = s->line;
		for (const struct apt_source_word *w = s->uri; w; w = w->next)
			ASSERT(*w->value && strlen(w->value) <= size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h;
	if (size > 4096)
		return 0;
	ASSERT(host_open("/proc/self/fdinfo", &h) == 0);
	const char *text = host_copy(h, (const char *)data, size);
	entries_check(apt_sources_list(h, text), size);
	entries_check(apt_sources_paragraphs(h, text), size);
	host_close(h);
	return 0;
}
