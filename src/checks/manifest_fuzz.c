// SPDX-License-Identifier: Apache-2.0
#include "checks/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[MANIFEST_ERROR_MAX] = "";
	struct manifest *m = NULL;
	int r = manifest_parse("fuzz", (const char *)data, size, &m, error);
	if (r == 0) {
		for (size_t i = 0; i < m->proxy.count; i++) {
			char text[IP_PREFIX_TEXT];
			struct ip_prefix again;
			ip_prefix_write(&m->proxy.prefix[i], text);
			ASSERT(ip_prefix_read(text, &again) && !memcmp(&again, &m->proxy.prefix[i], sizeof again));
		}
		manifest_free(m);
	} else {
		ASSERT(r < 0 || (*error && strlen(error) < sizeof error));
	}
	return 0;
}
