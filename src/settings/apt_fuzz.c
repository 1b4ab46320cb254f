// SPDX-License-Identifier: Apache-2.0
// apt's settings and Debian's versions: whatever the text is, it is read or refused, and the order is one.
#include "settings/apt_settings.h"
#include "settings/debian_version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void versions_check(const char *a, const char *b)
{
	if (!debian_version_valid(a) || !debian_version_valid(b))
		return;
	int order = debian_version_compare(a, b), other = debian_version_compare(b, a);
	ASSERT((order > 0) == (other < 0) && (order < 0) == (other > 0));
	ASSERT(debian_version_compare(a, a) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apt_settings s = { 0 };
	struct host *h;
	ASSERT(host_open("/", &h) == 0);
	char *text = host_copy(h, (const char *)data, size), *second = strchr(text, '\n');
	apt_settings_add(h, &s, "fuzz", text);
	(void)apt_setting(&s, "APT::Periodic::Enable");
	if (second) {
		*second = 0;
		char *end = strchr(second + 1, '\n');
		if (end)
			*end = 0;
		versions_check(text, second + 1);
	}
	host_close(h);
	return 0;
}
