// SPDX-License-Identifier: Apache-2.0
// docs/CHANNELS.md says the same in words: what is in each channel, and what happens when it is full.
#include "daemons/supervisor/roles.h"

#include "journal/journal.h"
#include "wire/marketdata.h"

#define BIT(role) (1u << (role))
#define ALL ((1u << ROLES) - 1)
#define KIB 1024u
#define MIB (1024u * KIB)

const struct role roles[ROLES] = {
	[ROLE_GATEWAY] = { "gateway", .per_gateway = true, .stop_stage = 0 },
	[ROLE_AUTH] = { "auth", .stop_stage = 0 },
	[ROLE_CONTROL] = { "control", .stop_stage = 0 },
	[ROLE_ENGINE] = { "engine", .reads_journal = true, .stop_stage = 1 },
	[ROLE_REPLICA] = { "replica", .reads_journal = true, .stop_stage = 2 },
	[ROLE_AUDIT] = { "audit", .reads_journal = true, .stop_stage = 2 },
	[ROLE_HISTORY] = { "history", .reads_journal = true, .stop_stage = 2 },
};

const struct channel_row channel_rows[] = {
	{ "gateway%u.auth", ROLE_GATEWAY, ROLE_AUTH, 4 * MIB },
	{ "auth.gateway%u", ROLE_AUTH, ROLE_GATEWAY, 1 * MIB },
	{ "auth.engine", ROLE_AUTH, ROLE_ENGINE, 4 * MIB },
	{ "engine.auth", ROLE_ENGINE, ROLE_AUTH, 1 * MIB },
	{ "engine.gateway%u", ROLE_ENGINE, ROLE_GATEWAY, 8 * MIB },
	{ "control.engine", ROLE_CONTROL, ROLE_ENGINE, 256 * KIB },
	{ "engine.control", ROLE_ENGINE, ROLE_CONTROL, 256 * KIB },
	{ "auth.history", ROLE_AUTH, ROLE_HISTORY, 256 * KIB },
	{ "gateway%u.history", ROLE_GATEWAY, ROLE_HISTORY, 256 * KIB },
	{ "history.gateway%u", ROLE_HISTORY, ROLE_GATEWAY, 4 * MIB },
};
const size_t channel_row_count = ARRAY_LEN(channel_rows);

static size_t durable_size(const struct genesis *genesis)
{
	(void)genesis;
	return 4096;
}

static size_t marketdata_bytes(const struct genesis *genesis)
{
	return (size_t)u64_round_up(marketdata_size(genesis->capacities.markets), 4096);
}

const struct page_row page_rows[] = {
	{ "durable", ROLE_ENGINE, BIT(ROLE_REPLICA) | BIT(ROLE_AUDIT) | BIT(ROLE_HISTORY) | BIT(ROLE_CONTROL),
	  durable_size },
	{ "marketdata", ROLE_REPLICA, BIT(ROLE_GATEWAY) | BIT(ROLE_CONTROL), marketdata_bytes },
};
const size_t page_row_count = ARRAY_LEN(page_rows);

#define FOLLOWERS (BIT(ROLE_REPLICA) | BIT(ROLE_AUDIT) | BIT(ROLE_HISTORY))

const struct file_row file_rows[] = {
	{ "founding", "founding", FILE_READ, ALL & ~BIT(ROLE_GATEWAY) },
	{ "journal-dir", "journal", DIRECTORY_WRITE, BIT(ROLE_ENGINE) },
	{ "journal-dir", "journal", DIRECTORY_READ, FOLLOWERS },
	{ "journal-key", "keys/journal.key", FILE_READ, BIT(ROLE_ENGINE) | FOLLOWERS },
	{ "snapshots-dir", "snapshots", DIRECTORY_WRITE, BIT(ROLE_REPLICA) },
	{ "snapshots-dir", "snapshots", DIRECTORY_READ, BIT(ROLE_ENGINE) | BIT(ROLE_HISTORY) },
	{ "log-dir", "log", DIRECTORY_WRITE, BIT(ROLE_AUDIT) },
	{ "log-dir", "log", DIRECTORY_READ, BIT(ROLE_ENGINE) }, // its checkpoint says how long the journal must be
	{ "log-key", "keys/log.key", FILE_READ, BIT(ROLE_AUDIT) },
	{ "history-dir", "history", DIRECTORY_WRITE, BIT(ROLE_HISTORY) },
	{ "auth-key", "keys/auth.key", FILE_READ, BIT(ROLE_AUTH) },
	{ "tls-key", "keys/tls.key", FILE_READ, BIT(ROLE_GATEWAY) },
	{ "tls-cert", "keys/tls.crt", FILE_READ, BIT(ROLE_GATEWAY) },
};
const size_t file_row_count = ARRAY_LEN(file_rows);

// The setgid bit makes what the owner creates readable for the group.
const struct directory_row directory_rows[] = {
	{ "journal", ROLE_ENGINE, "redoubt-journal", 02750 },
	{ "snapshots", ROLE_REPLICA, "redoubt-journal", 02750 },
	{ "log", ROLE_AUDIT, NULL, 0755 }, // what it publishes is public
	{ "history", ROLE_HISTORY, NULL, 0700 },
};
const size_t directory_row_count = ARRAY_LEN(directory_rows);

const struct setting_row setting_rows[] = {
	{ "gateway.listen", BIT(ROLE_GATEWAY) },
	{ "gateway.name", BIT(ROLE_GATEWAY) },
	{ "gateway.client_ca", BIT(ROLE_GATEWAY) },
	{ "gateway.count", ALL },
	{ "gateway.connections", BIT(ROLE_GATEWAY) },
	{ "gateway.weight_per_minute", BIT(ROLE_GATEWAY) },
	{ "gateway.accepts_per_minute", BIT(ROLE_GATEWAY) },
	{ "process.spin_us", ALL },
	{ "auth.replay_requests", BIT(ROLE_AUTH) },
	{ "auth.orders_per_10s", BIT(ROLE_AUTH) | BIT(ROLE_GATEWAY) },
	{ "auth.orders_per_day", BIT(ROLE_AUTH) | BIT(ROLE_GATEWAY) },
	{ "engine.output_bytes", BIT(ROLE_ENGINE) },
	{ "journal.segment_bytes", BIT(ROLE_ENGINE) },
	{ "journal.blocks", BIT(ROLE_ENGINE) },
	{ "replica.snapshot_entries", BIT(ROLE_REPLICA) },
	{ "replica.snapshot_seconds", BIT(ROLE_REPLICA) },
	{ "replica.check_seconds", BIT(ROLE_REPLICA) },
	{ "replica.spin_us", BIT(ROLE_REPLICA) },
	{ "audit.checkpoint_ms", BIT(ROLE_AUDIT) },
};
const size_t setting_row_count = ARRAY_LEN(setting_rows);
