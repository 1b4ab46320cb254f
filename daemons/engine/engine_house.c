// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/engine_house.h"

#include "base/clock.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "exchange/lab.h"
#include "process/memory.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void file_write(const struct engine_house *h, const char *name, const void *data, size_t size)
{
	int fd = openat(h->dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

// Appends the lab's last entry to the founding.
static void found(struct lab *lab, struct writer *w, uint8_t kind, const void *body, size_t size)
{
	ASSERT(lab_control(lab, kind, body, size, NULL) == REFUSED_NOT);
	write_bytes(w, lab->entry, lab->entry_size);
}

// The lab's exchange with a log key in its genesis.
static void house_lab_open(struct engine_house *h, struct lab *lab, const struct capacities *capacities)
{
	uint8_t body[1024];
	lab_open(lab, capacities);
	struct genesis genesis = lab->genesis;
	memset(h->log_seed, 0x10, sizeof h->log_seed);
	ed25519_public(h->log_seed, genesis.checkpoint_public);
	exchange_free(lab->x);
	lab->genesis = genesis;
	lab->x = exchange_new(&genesis);
	ASSERT(lab->x);
	ASSERT(lab_control(lab, ENTRY_GENESIS, body, genesis_write(&genesis, body, sizeof body), NULL) == REFUSED_NOT);
}

static void founding_write(struct engine_house *h)
{
	static uint8_t bytes[16384];
	uint8_t body[1024];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct capacities capacities = lab_capacities();
	capacities.orders_per_customer = 5000;
	capacities.orders = 10000;
	capacities.closed_orders = 1000;
	struct lab lab;
	house_lab_open(h, &lab, &capacities);
	write_bytes(&w, lab.entry, lab.entry_size);
	struct asset_add assets[2] = { { .name = "BTC", .decimals = 8 }, { .name = "USDT", .decimals = 8 } };
	for (int i = 0; i < 2; i++)
		found(&lab, &w, ENTRY_ASSET_ADD, body, asset_add_write(&assets[i], body, sizeof body));
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, HOUSE_ONE / 100, 1000, 1000, 1000);
	found(&lab, &w, ENTRY_MARKET_ADD, body, market_add_write(&terms, body, sizeof body));
	for (uint32_t i = 0; i < 2; i++) {
		struct customer_add customer = { .label = "x" };
		found(&lab, &w, ENTRY_CUSTOMER_ADD, body, customer_add_write(&customer, body, sizeof body));
		struct key_add key = { .customer = i, .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE };
		memset(key.api_key, 'a' + (int)i, API_KEY_SIZE);
		uint8_t seed[32] = { (uint8_t)(i + 1) };
		ed25519_public(seed, key.public_key);
		found(&lab, &w, ENTRY_KEY_ADD, body, key_add_write(&key, body, sizeof body));
		for (uint16_t asset = 0; asset < 2; asset++) {
			struct deposit_test deposit = { .customer = i, .asset = asset,
							.amount = { 1000000ull * HOUSE_ONE } };
			found(&lab, &w, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&deposit, body, sizeof body));
		}
	}
	ASSERT(!w.failed);
	file_write(h, "founding", bytes, writer_size(&w));
	h->genesis = lab.genesis;
	memcpy(h->exchange, exchange_id(lab.x), 32);
	memcpy(h->operator_seed, lab.operator_seed, 32);
	exchange_control_head(lab.x, &h->control_number, h->control_hash);
	lab_close(&lab);
}

static void *page_map(int *fd, size_t size)
{
	*fd = memory_create("page", size);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	ASSERT(*fd >= 0 && p != MAP_FAILED);
	return p;
}

void house_make(struct engine_house *h)
{
	memset(h, 0, sizeof *h);
	ASSERT(crypto_init() == 0);
	snprintf(h->dir, sizeof h->dir, "/tmp/redoubt-engine-XXXXXX");
	ASSERT(mkdtemp(h->dir));
	h->dir_fd = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(mkdirat(h->dir_fd, "journal", 0700) == 0 && mkdirat(h->dir_fd, "snapshots", 0700) == 0 &&
	       mkdirat(h->dir_fd, "log", 0700) == 0);
	h->segment_bytes = 8u << 20;
	uint8_t key[32];
	random_bytes(key, sizeof key);
	file_write(h, "journal.key", key, sizeof key);
	founding_write(h);
	h->stats = page_map(&h->stats_fd, STATS_PAGE_SIZE);
	h->durable = page_map(&h->durable_fd, 4096);
	ASSERT(doorbell_create(&h->engine_hear, &h->engine_ring) == 0);
	ASSERT(doorbell_create(&h->own_hear, &h->own_ring) == 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void house_remove(struct engine_house *h)
{
	nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	close(h->dir_fd);
	munmap(h->stats, STATS_PAGE_SIZE);
	munmap(h->durable, 4096);
	const int fds[] = { h->stats_fd, h->durable_fd, h->engine_hear, h->engine_ring, h->own_hear, h->own_ring };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	channel_close_writer(&h->to_auth);
	channel_close_writer(&h->to_control);
	channel_close_reader(&h->from_gateway);
	channel_close_reader(&h->from_auth);
	channel_close_reader(&h->from_control);
}

// A channel into the engine: our end opened, the engine's returned.
static struct channel_fds channel_in(struct engine_house *h, struct channel_writer *w, size_t size)
{
	struct channel_fds made, ours, theirs;
	ASSERT(channel_create("in", size, h->engine_ring, &made) == 0);
	ASSERT(channel_end(&made, true, &ours) == 0 && channel_end(&made, false, &theirs) == 0);
	channel_fds_close(&made);
	channel_close_writer(w);
	ASSERT(channel_open_writer(w, &ours) == 0);
	channel_fds_close(&ours);
	return theirs;
}

static struct channel_fds channel_out(struct engine_house *h, struct channel_reader *r, size_t size)
{
	struct channel_fds made, ours, theirs;
	ASSERT(channel_create("out", size, h->own_ring, &made) == 0);
	ASSERT(channel_end(&made, false, &ours) == 0 && channel_end(&made, true, &theirs) == 0);
	channel_fds_close(&made);
	channel_close_reader(r);
	ASSERT(channel_open_reader(r, &ours) == 0);
	channel_fds_close(&ours);
	return theirs;
}

static void give_channels(struct engine_house *h, struct handover_list *l)
{
	struct { const char *name; struct channel_fds fds; } each[] = {
		{ "auth.engine", channel_in(h, &h->to_auth, 1 << 20) },
		{ "control.engine", channel_in(h, &h->to_control, 1 << 16) },
		{ "engine.auth", channel_out(h, &h->from_auth, 1 << 16) },
		{ "engine.control", channel_out(h, &h->from_control, 1 << 16) },
		{ "engine.gateway0", channel_out(h, &h->from_gateway, 1 << 20) },
	};
	for (size_t i = 0; i < ARRAY_LEN(each); i++)
		ASSERT(handover_add_channel(l, each[i].name, &each[i].fds) == 0);
	// Read by spawn through the list; the copies here stay until the house ends: few and small.
}

static void give_file(const struct engine_house *h, struct handover_list *l, const char *name, const char *path, int flags)
{
	int fd = openat(h->dir_fd, path, O_RDONLY | O_CLOEXEC | flags);
	ASSERT(fd >= 0 && handover_add_fd(l, name, fd) == 0);
}

// The engine of this build: tests lie at its top.
static void program_path(char *to, size_t size)
{
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	ASSERT(n > 0);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(to, size, "%s/daemons/engine/redoubt-engine", self);
}

void house_start(struct engine_house *h)
{
	char path[600], text[32];
	program_path(path, sizeof path);
	ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, h->link) == 0);
	struct handover_list *l = handover_list_new();
	give_channels(h, l);
	give_file(h, l, "founding", "founding", 0);
	give_file(h, l, "journal-key", "journal.key", 0);
	give_file(h, l, "journal-dir", h->journal_path ? h->journal_path : "journal", O_DIRECTORY);
	give_file(h, l, "snapshots-dir", "snapshots", O_DIRECTORY);
	give_file(h, l, "log-dir", "log", O_DIRECTORY);
	const struct { const char *name; int fd; } fds[] = { { "doorbell", h->engine_hear }, { "doorbell.ring", h->engine_ring },
							     { "stats", h->stats_fd }, { "durable", h->durable_fd },
							     { "supervisor", h->link[1] } };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		ASSERT(handover_add_fd(l, fds[i].name, fds[i].fd) == 0);
	ASSERT(handover_add_text(l, "gateways", "1") == 0);
	ASSERT(handover_add_text(l, "spin_us", "20") == 0);
	snprintf(text, sizeof text, "%llu", (unsigned long long)h->segment_bytes);
	ASSERT(handover_add_text(l, "journal.segment_bytes", text) == 0);
	if (h->void_sequence[0])
		ASSERT(handover_add_text(l, "engine.void", h->void_sequence) == 0);
	struct spawn_request request = { .path = path, .name = "redoubt-engine", .list = l };
	h->pid = spawn(&request, &h->pidfd);
	if (h->pid < 0)
		fprintf(stderr, "cannot start %s: %s\n", path, strerror(-h->pid));
	ASSERT(h->pid > 0);
	handover_list_free(l);
	close(h->link[1]);
}

int house_wait(struct engine_house *h)
{
	int status = 0;
	ASSERT(waitpid(h->pid, &status, 0) == h->pid);
	close(h->link[0]);
	close(h->pidfd);
	h->pid = 0;
	return status;
}

int house_stop(struct engine_house *h, int signal_number)
{
	kill(h->pid, signal_number);
	doorbell_ring(h->engine_ring);
	return house_wait(h);
}

void house_replace_auth(struct engine_house *h)
{
	struct channel_fds in = channel_in(h, &h->to_auth, 1 << 20), out = channel_out(h, &h->from_auth, 1 << 16);
	ASSERT(handover_replace(h->link[0], "auth.engine", &in) == 0);
	ASSERT(handover_replace(h->link[0], "engine.auth", &out) == 0);
	doorbell_ring(h->engine_ring);
	channel_fds_close(&in);
	channel_fds_close(&out);
}

struct order_new house_limit(uint32_t customer, enum side side, uint64_t price, uint64_t quantity,
			     char client_id[CLIENT_ID_MAX])
{
	struct order_new order = { .customer = customer, .key = customer, .side = (uint8_t)side,
				   .price = { price * HOUSE_ONE }, .quantity = { quantity }, .client_id = client_id };
	if (client_id)
		order.client_id_size = (uint8_t)strnlen(client_id, CLIENT_ID_MAX);
	return order;
}

void house_order(struct engine_house *h, const struct order_new *order)
{
	uint8_t entry[256];
	struct writer w = writer_over(entry, sizeof entry);
	size_t size = order_new_write(&w, order);
	struct command_head head = { .tag = ++h->tag, .received_us = clock_realtime_us(), .response = RESPONSE_FULL };
	while (channel_write2(&h->to_auth, MESSAGE_COMMAND, &head, sizeof head, entry, size)) {
		channel_publish(&h->to_auth);
		poll(NULL, 0, 1);
	}
	channel_publish(&h->to_auth);
}

bool house_answer(struct engine_house *h, int timeout_ms, uint32_t *ret_kind, void *to, size_t *ret_size)
{
	struct channel_reader *readers[1] = { &h->from_gateway };
	uint64_t until = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
	static uint8_t record[CHANNEL_RECORD_MAX];
	while (channel_empty(&h->from_gateway)) {
		if (clock_monotonic_ns() >= until)
			return false;
		ASSERT(channel_wait(readers, 1, h->own_hear, 20, 20) == 0);
	}
	if (channel_read(&h->from_gateway, record, ret_kind, ret_size) != 1)
		return false;
	channel_release(&h->from_gateway);
	ASSERT(*ret_size <= ANSWER_MAX);
	memcpy(to, record, *ret_size);
	return true;
}

uint64_t house_counter(const struct engine_house *h, const char *name)
{
	return atomic_load(stats_counter(h->stats, name));
}
