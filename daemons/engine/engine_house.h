// SPDX-License-Identifier: Apache-2.0
// For tests: a house with a founded exchange, and a real redoubt-engine whose auth,
// control, gateway and supervisor the test plays.
#pragma once

#include "exchange/exchange.h"
#include "journal/journal.h"
#include "process/handover.h"
#include "process/stats.h"
#include "wire/message.h"

#define HOUSE_ONE 100000000u
#define ANSWER_MAX (sizeof(struct order_head) + ROWS_MAX * sizeof(struct trade_view))

struct engine_house {
	char dir[64];
	int dir_fd;
	struct genesis genesis;
	uint8_t exchange[32], operator_seed[32], log_seed[32];
	uint64_t control_number;
	uint8_t control_hash[32];
	char void_sequence[24];       // for the next start
	const char *journal_path;     // NULL = dir/journal
	uint64_t segment_bytes;

	int pid, pidfd, link[2];
	int engine_hear, engine_ring, own_hear, own_ring;
	int stats_fd, durable_fd;
	struct stats_page *stats;
	struct durable_page *durable;
	struct channel_writer to_auth, to_control;      // as auth and as control: into the engine
	struct channel_reader from_gateway, from_auth, from_control;
	uint64_t tag;
};

void house_make(struct engine_house *h);
void house_remove(struct engine_house *h);
// Spawns the engine with fresh channels.
void house_start(struct engine_house *h);
// SIGKILL or SIGTERM and wait; returns waitpid's status.
int house_stop(struct engine_house *h, int signal_number);
int house_wait(struct engine_house *h);
// New channels for auth's side, as the supervisor does when auth died; the writers and readers are the new ones.
void house_replace_auth(struct engine_house *h);

void house_order(struct engine_house *h, const struct order_new *order); // queues and publishes; h->tag names it
struct order_new house_limit(uint32_t customer, enum side side, uint64_t price, uint64_t quantity, char client_id[CLIENT_ID_MAX]);
// The next record for the gateway, within timeout_ms. False: none came.
bool house_answer(struct engine_house *h, int timeout_ms, uint32_t *ret_kind, void *to, size_t *ret_size);
uint64_t house_counter(const struct engine_house *h, const char *name);
