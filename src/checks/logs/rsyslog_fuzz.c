// SPDX-License-Identifier: Apache-2.0
// Whatever the configuration of logging says: it is read or noted as unclear, and the way through it ends.
#include "settings/audit_rules.h"
#include "checks/logs/logs.h"
#include "settings/systemd_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool forwards(const void *context, const struct rsyslog_statement *s)
{
	const char *type = rsyslog_value(s->parameters, "type");
	return type && !strcmp(type, "omfwd");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h;
	if (size > 4096)
		return 0;
	ASSERT(host_open("/proc/self/fdinfo", &h) == 0); // nothing to include
	char *text = host_copy(h, (const char *)data, size);
	struct log_flow f = { .h = h, .configuration = rsyslog_read_text(h, text), .counts = forwards };
	log_flow_follow(&f);
	(void)log_flow_missing(h, &f.reached);
	struct audit_rules *rules = host_alloc(h, sizeof *rules);
	audit_rules_add(h, rules, "fuzz", text, size & 1);
	ASSERT(rules->count <= AUDIT_RULES_MAX);
	(void)audit_rules_miss(h, rules, "/etc/passwd", false);
	struct systemd_settings s = { 0 };
	bool reset;
	systemd_settings_add(h, &s, "fuzz", "Journal", text);
	const char *span = systemd_setting(&s, "MaxRetentionSec", NULL, &reset);
	(void)systemd_seconds(span ? span : text);
	(void)systemd_bytes(text);
	host_close(h);
	return 0;
}
