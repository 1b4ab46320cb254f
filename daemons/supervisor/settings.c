// SPDX-License-Identifier: Apache-2.0
#include "daemons/supervisor/settings.h"

#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

const struct config_key setting_keys[] = {
	{ "gateway.listen", CONFIG_TEXT, "127.0.0.1:8443", 3, 63, "address:port, IPv6 in brackets" },
	{ "gateway.name", CONFIG_TEXT, "", 0, SETTING_TEXT_MAX, "the one DNS name that is served; empty: every name" },
	{ "gateway.client_ca", CONFIG_TEXT, "", 0, SETTING_TEXT_MAX,
	  "file with the CA whose client certificates are let in, such as keys/client-ca.pem; empty: everybody is" },
	{ "gateway.connections", CONFIG_NUMBER, "1024", 1, 4096, "connections that one gateway process serves at a time" },
	{ "gateway.weight_per_minute", CONFIG_NUMBER, "1200", 0, 1000000000, "request weight of one address in a minute; 0 = no limit" },
	{ "gateway.accepts_per_minute", CONFIG_NUMBER, "600", 0, 1000000000, "new connections of one address in a minute; 0 = no limit" },
	{ "gateway.count", CONFIG_NUMBER, "2", 1, 8, "gateway processes" },
	{ "process.spin_us", CONFIG_NUMBER, "50", 0, 1000, "microseconds a daemon looks before it sleeps; 0 in CI" },
	{ "auth.replay_requests", CONFIG_NUMBER, "1048576", 1024, 134217728, "signed requests remembered at a time, 32 bytes each" },
	{ "auth.orders_per_10s", CONFIG_NUMBER, "100000", 1, 100000000, "new orders of one account in 10 seconds" },
	{ "auth.orders_per_day", CONFIG_NUMBER, "200000000", 1, 100000000000, "new orders of one account in a day" },
	{ "engine.output_bytes", CONFIG_NUMBER, "67108864", 1048576, 4294967296, "bytes of answers held until durable" },
	{ "journal.segment_bytes", CONFIG_NUMBER, "268435456", 1048576, 4294967296, "bytes of a segment file" },
	{ "journal.blocks", CONFIG_NUMBER, "128", 4, 4096, "blocks of 64 KiB between engine and disk" },
	{ "replica.snapshot_entries", CONFIG_NUMBER, "10000000", 1000, 1000000000000, "entries between snapshots" },
	{ "replica.snapshot_seconds", CONFIG_NUMBER, "600", 1, 86400, "seconds between snapshots when anything happened" },
	{ "replica.check_seconds", CONFIG_NUMBER, "5", 1, 86400, "seconds between two checks of the totals of every asset" },
	{ "replica.spin_us", CONFIG_NUMBER, "0", 0, 1000, "microseconds the replica looks before it sleeps" },
	{ "supervisor.deaths_per_minute", CONFIG_NUMBER, "10", 1, 1000000, "deaths of one daemon in a minute; after more it is left down" },
	{ "audit.checkpoint_ms", CONFIG_NUMBER, "500", 10, 1000, "milliseconds between checkpoints" },
};
const size_t setting_key_count = ARRAY_LEN(setting_keys);

struct config *settings_load(int dir_fd)
{
	struct config *c = NULL;
	char error[CONFIG_ERROR_MAX] = "";
	int r, fd = openat(dir_fd, "redoubt.conf", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		r = config_parse("redoubt.conf", "", 0, setting_keys, setting_key_count, &c, error);
	else if (fd < 0)
		r = -errno;
	else
		r = config_load(fd, "redoubt.conf", setting_keys, setting_key_count, &c, error);
	if (fd >= 0)
		close(fd);
	if (r > 0)
		log_write(LOG_ERROR, "%s", error);
	if (r < 0)
		log_write(LOG_ERROR, "cannot read redoubt.conf: %s", strerror(-r));
	return r ? NULL : c;
}

void setting_text(const struct config *c, const char *name, char *to, size_t size)
{
	for (size_t i = 0; i < setting_key_count; i++) {
		if (strcmp(setting_keys[i].name, name) != 0)
			continue;
		if (setting_keys[i].type == CONFIG_NUMBER)
			snprintf(to, size, "%llu", (unsigned long long)config_number(c, name));
		else if (setting_keys[i].type == CONFIG_TEXT)
			snprintf(to, size, "%s", config_text(c, name));
		else
			snprintf(to, size, "%d", config_flag(c, name));
		return;
	}
	ASSERT(!"a setting of roles.c that settings.c does not have");
}
