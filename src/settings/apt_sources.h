// SPDX-License-Identifier: Apache-2.0
// sources.list(5), in both of its forms, read into entries: what an entry says is judged elsewhere.
#pragma once

#include "host/host.h"

struct apt_source_word {
	struct apt_source_word *next;
	const char *name, *value; // of an option: "trusted", "yes"; of an address the value alone
};

struct apt_source {
	struct apt_source *next;
	unsigned line;
	const char *unclear; // the line when it is no entry, or NULL
	struct apt_source_word *option, *uri;
};

// "deb [option=value] URI suite component...", a line each.
const struct apt_source *apt_sources_list(struct host *h, const char *text);
// "URIs: ..." and the like, a paragraph each.
const struct apt_source *apt_sources_paragraphs(struct host *h, const char *text);
