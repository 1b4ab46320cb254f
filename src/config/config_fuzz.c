// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_key keys[] = {
		{ "gateway.listen", CONFIG_TEXT, "127.0.0.1:8443", 3, 20, "address:port" },
		{ "gateway.count", CONFIG_NUMBER, "2", 1, 8, "processes" },
		{ "strict", CONFIG_FLAG, "true", 0, 0, "whether" },
	};
	struct config *c = NULL;
	char error[CONFIG_ERROR_MAX] = "";
	int r = config_parse("fuzz", (const char *)data, size, keys, ARRAY_LEN(keys), &c, error);
	ASSERT(r == 0 || (r == 1 && error[0] != '\0' && !c));
	if (r == 0)
		ASSERT(config_number(c, "gateway.count") <= 8 && strlen(config_text(c, "gateway.listen")) <= 20);
	config_free(c);
	return 0;
}

// libconfig 1.5's own parser forgets the string it was reading when a syntax error follows. It reads the operator's
// file once; our side is still watched.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}
