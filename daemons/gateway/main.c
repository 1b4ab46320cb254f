// SPDX-License-Identifier: Apache-2.0
// redoubt-gateway: started by the supervisor alone; redoubt-gateway(8).
#include "daemons/gateway/gateway.h"
#include "daemons/gateway/tls.h"

#include "base/log.h"
#include "crypto/secret.h"
#include "process/handover.h"
#include "process/sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEM_MAX 65536 // bytes of a certificate chain or a key

struct shell {
	struct handover *handover;
	struct gateway *gateway;
	unsigned number;
};

// ---- channels ----

static const char *const from_names[PEER_COUNT] = { [PEER_AUTH] = "auth", [PEER_ENGINE] = "engine",
						    [PEER_HISTORY] = "history" };

static void channel_name(const struct shell *s, bool writes, const char *peer, char to[HANDOVER_NAME_MAX + 1])
{
	if (writes)
		snprintf(to, HANDOVER_NAME_MAX + 1, "gateway%u.%s", s->number, peer);
	else
		snprintf(to, HANDOVER_NAME_MAX + 1, "%s.gateway%u", peer, s->number);
}

static struct channel_writer *writer_of(struct shell *s, enum gateway_peer peer)
{
	return peer == PEER_AUTH ? gateway_to_auth(s->gateway) : gateway_to_history(s->gateway);
}

// Opens the channel of that name, anew if it was open. 1 when there is no such channel here.
static int channel_open(struct shell *s, const char *name)
{
	char ours[HANDOVER_NAME_MAX + 1];
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		channel_name(s, false, from_names[peer], ours);
		if (!strcmp(name, ours)) {
			channel_close_reader(gateway_from(s->gateway, (enum gateway_peer)peer));
			gateway_peer_lost(s->gateway, (enum gateway_peer)peer);
			return handover_reader(s->handover, name, gateway_from(s->gateway, (enum gateway_peer)peer));
		}
		channel_name(s, true, from_names[peer], ours);
		if (peer != PEER_ENGINE && !strcmp(name, ours)) {
			channel_close_writer(writer_of(s, (enum gateway_peer)peer));
			gateway_peer_lost(s->gateway, (enum gateway_peer)peer);
			return handover_writer(s->handover, name, writer_of(s, (enum gateway_peer)peer));
		}
	}
	return 1;
}

static bool channels_open(struct shell *s)
{
	char name[HANDOVER_NAME_MAX + 1];
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		for (int writes = 0; writes < 2; writes++) {
			channel_name(s, writes, from_names[peer], name);
			int r = writes && peer == PEER_ENGINE ? 0 : channel_open(s, name);
			if (r) {
				log_write(LOG_ERROR, "channel %s: %s", name, strerror(-r));
				return false;
			}
		}
	}
	return true;
}

static int channel_replaced(void *context, const char *name)
{
	int r = channel_open(context, name);
	return r > 0 ? -EPROTO : r;
}

// ---- what was handed over ----

static char *pem_read(int fd, size_t *ret_size)
{
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > PEM_MAX)
		return NULL;
	char *text = secret_alloc((size_t)st.st_size);
	if (text && pread(fd, text, (size_t)st.st_size, 0) != st.st_size) {
		secret_free(text);
		return NULL;
	}
	*ret_size = (size_t)st.st_size;
	return text;
}

static SSL_CTX *tls_load(struct shell *s)
{
	struct tls_setup setup = { .name = handover_text(s->handover, "gateway.name", "") };
	const char *why = "keys/tls.crt, keys/tls.key or gateway.client_ca is missing, empty or too long";
	bool demanded = *handover_text(s->handover, "gateway.client_ca", "");
	char *certificate = pem_read(handover_fd(s->handover, "tls-cert"), &setup.certificate_size);
	char *key = pem_read(handover_fd(s->handover, "tls-key"), &setup.key_size);
	char *authorities = demanded ? pem_read(handover_fd(s->handover, "client-ca"), &setup.client_ca_size) : NULL;
	setup.certificate = certificate;
	setup.key = key;
	setup.client_ca = authorities;
	SSL_CTX *tls = certificate && key && (authorities || !demanded) ? tls_context(&setup, &why) : NULL;
	secret_free(certificate);
	secret_free(key);
	secret_free(authorities);
	if (!tls)
		log_write(LOG_ERROR, "TLS: %s", why);
	return tls;
}

static const struct marketdata *data_map(struct shell *s, uint32_t *ret_pages)
{
	struct stat st;
	int fd = handover_fd(s->handover, "marketdata");
	if (fd < 0 || fstat(fd, &st) < 0 || (size_t)st.st_size < marketdata_size(0))
		return NULL;
	*ret_pages = (uint32_t)u64_min(((size_t)st.st_size - marketdata_size(0)) / sizeof(struct marketdata_market),
				       MARKETDATA_MARKETS_MAX);
	return handover_map(s->handover, "marketdata", (size_t)st.st_size, false);
}

static unsigned connections_allowed(const struct handover *h)
{
	struct rlimit files;
	uint64_t wanted = handover_number(h, "gateway.connections", GATEWAY_CONNECTIONS_DEFAULT);
	wanted = u64_min(u64_max(wanted, 1), GATEWAY_CONNECTIONS_MAX);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted + HANDOVER_MAX) {
		wanted = files.rlim_cur > HANDOVER_MAX + 1 ? files.rlim_cur - HANDOVER_MAX : 1;
		log_write(LOG_WARNING, "only %llu connections: RLIMIT_NOFILE is %llu", (unsigned long long)wanted,
			  (unsigned long long)files.rlim_cur);
	}
	return (unsigned)wanted;
}

static bool setup_fill(struct shell *s, struct gateway_setup *setup)
{
	struct handover *h = s->handover;
	s->number = (unsigned)handover_number(h, "gateway.number", 0);
	*setup = (struct gateway_setup){
		.index = (uint16_t)s->number,
		.listen = handover_fd(h, "listen"),
		.doorbell = handover_fd(h, "doorbell"),
		.link = handover_link(h),
		.connections = connections_allowed(h),
		.limits = { .weight_per_minute = handover_number(h, "gateway.weight_per_minute", GATEWAY_WEIGHT_PER_MINUTE),
			    .orders_per_10s = handover_number(h, "auth.orders_per_10s", 0),
			    .orders_per_day = handover_number(h, "auth.orders_per_day", 0) },
		.accepts_per_minute = handover_number(h, "gateway.accepts_per_minute", GATEWAY_ACCEPTS_PER_MINUTE),
		.name = handover_text(h, "gateway.name", ""),
		.spin_us = (unsigned)u64_min(handover_number(h, "spin_us", 0), 1000),
		.stats = handover_map(h, "stats", STATS_PAGE_SIZE, true),
		.tls = tls_load(s),
	};
	setup->data = data_map(s, &setup->data_pages);
	if (setup->listen < 0 || setup->doorbell < 0 || !setup->data) {
		log_write(LOG_ERROR, "the supervisor gave no %s",
			  setup->listen < 0 ? "listen" : setup->doorbell < 0 ? "doorbell" : "marketdata");
		return false;
	}
	return setup->tls && s->number < GATEWAYS_MAX;
}

static bool sandbox_close(const struct gateway_setup *setup)
{
	struct sandbox_report report = { 0 };
	struct sandbox sandbox = { .privileges = PRIVILEGE_ACCEPT, .secrets = true };
	int r = sandbox_enter(&sandbox, &report);
	if (r) {
		log_write(LOG_ERROR, "sandbox: %s", strerror(-r));
		return false;
	}
	if (setup->stats)
		memcpy(setup->stats->sandbox_missing, report.missing, sizeof report.missing);
	return true;
}

static int run(struct shell *s)
{
	int r = 0;
	while (!r && !handover_stopping()) {
		bool link = false;
		r = gateway_turn(s->gateway, -1, &link);
		if (!r && link)
			r = handover_serve(s->handover, channel_replaced, s);
	}
	if (r)
		log_write(LOG_ERROR, "stopped: %s",
			  r == -EPIPE  ? "the supervisor is gone" :
			  r == -EPROTO ? "a peer sent a record that is none" : strerror(-r));
	return r ? 1 : 0;
}

int main(void)
{
	struct shell s = { .handover = handover_receive() };
	struct gateway_setup setup;
	if (!s.handover) {
		fprintf(stderr, "redoubt-gateway is started by redoubt-supervisor; see redoubt-gateway(8)\n");
		return 2;
	}
	log_open(handover_text(s.handover, "name", "gateway"));
	handover_stop_signals();
	signal(SIGPIPE, SIG_IGN);
	if (crypto_init() || !setup_fill(&s, &setup))
		return 1;
	s.gateway = gateway_new(&setup);
	if (!s.gateway) {
		log_write(LOG_ERROR, "no memory for %u connections", setup.connections);
		return 1;
	}
	if (!channels_open(&s) || !sandbox_close(&setup))
		return 1;
	log_write(LOG_INFO, "open, %u connections at most", setup.connections);
	int r = run(&s);
	gateway_free(s.gateway);
	SSL_CTX_free(setup.tls);
	return r;
}
