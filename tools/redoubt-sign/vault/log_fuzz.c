// SPDX-License-Identifier: Apache-2.0
// An acts log from outside ("log check"): any bytes; and a line that passes is written again as it was.
#include "crypto/secret.h"
#include "vault/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int line_seen(void *context, const struct log_line *line)
{
	ASSERT(line->field_count <= LOG_FIELDS_MAX && strlen(line->act) <= LOG_ACT_MAX);
	for (size_t i = 0; i < line->field_count; i++)
		ASSERT(log_value(line, line->fields[i].name) == line->fields[i].value);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_head head;
	struct log_line line;
	size_t at;
	int stopped;
	static bool started;
	if (!started && crypto_init() < 0)
		return 0;
	started = true;
	(void)!log_walk((const char *)data, size, line_seen, NULL, &head, &at, &stopped);
	// without the chain, so that single lines are reached
	if (log_line_parse((const char *)data, size, &line) == LOG_FINE)
		line_seen(NULL, &line);
	return 0;
}
