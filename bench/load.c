// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include "base/clock.h"
#include "base/text.h"
#include "crypto/sha256.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_SIZE 65536
#define OUT_SIZE (LOAD_DEPTH_MAX * 640)
#define CLOSED_LOOP_WAIT_NS 100000000u
#define SPIN_NS 60000u
#define SILENCE_MS 15000 // without any answer for so long the run ends

struct connection {
	int fd;
	SSL *ssl;
	unsigned index;
	const struct load_key *key;
	const struct hmac_key *mac;
	uint64_t sent, answered;                 // requests
	uint64_t intended_ns[LOAD_DEPTH_MAX];    // ring by sent % depth
	size_t in_size, out_size, out_sent;
	bool dead;
	uint8_t in[IN_SIZE], out[OUT_SIZE];
};

struct load {
	const struct load_plan *plan;
	struct load_result *result;
	struct connection *connection;
	struct hmac_key *mac;
	SSL_CTX *ctx;
	int epoll;
	uint64_t issued, started_ns, run;
};

static int connect_one(struct load *l, struct connection *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(l->plan->port) };
	struct epoll_event want = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;
	inet_pton(AF_INET, l->plan->host, &to.sin_addr);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to))
		return -errno;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	c->ssl = SSL_new(l->ctx);
	SSL_set_fd(c->ssl, c->fd);
	if (SSL_connect(c->ssl) != 1)
		return -EPROTO;
	fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &want) ? -errno : 0;
}

static void request_append(struct load *l, struct connection *c, uint64_t intended_ns)
{
	char query[512], mac_text[65];
	uint8_t mac[SHA256_SIZE];
	int n = snprintf(query, sizeof query,
			 "symbol=%s&side=%s&type=LIMIT&timeInForce=GTC&quantity=0.001&price=%s&newClientOrderId="
			 "b%08llx-%04x-%010llx&newOrderRespType=ACK&recvWindow=20000&timestamp=%llu",
			 l->plan->symbol, c->sent & 1 ? "SELL" : "BUY", l->plan->price, (unsigned long long)l->run,
			 c->index, (unsigned long long)c->sent, (unsigned long long)(clock_realtime_us() / 1000));
	hmac_sha256(c->mac, query, (size_t)n, mac);
	hex_encode(mac, sizeof mac, mac_text);
	c->out_size += (size_t)snprintf((char *)c->out + c->out_size, sizeof c->out - c->out_size,
					"POST /api/v3/order?%s&signature=%s HTTP/1.1\r\nHost: %s\r\nX-MBX-APIKEY: %s\r\n"
					"Content-Length: 0\r\n\r\n",
					query, mac_text, l->plan->host, c->key->api_key);
	c->intended_ns[c->sent++ % l->plan->depth] = intended_ns;
	l->issued++;
}

static void connection_flush(struct connection *c)
{
	while (!c->dead && c->out_sent < c->out_size) {
		int n = SSL_write(c->ssl, c->out + c->out_sent, (int)(c->out_size - c->out_sent));
		if (n <= 0) {
			c->dead = SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE;
			return; // a full socket is tried again at the next turn
		}
		c->out_sent += (size_t)n;
	}
	c->out_size = c->out_sent = 0;
}

static void connection_fill(struct load *l, struct connection *c, uint64_t now_ns)
{
	const struct load_plan *p = l->plan;
	while (!c->dead && c->sent - c->answered < p->depth && l->issued < p->requests &&
	       OUT_SIZE - c->out_size >= 640) {
		uint64_t due = now_ns;
		if (p->rate > 0) {
			due = l->started_ns + (uint64_t)((double)l->issued * 1e9 / p->rate);
			if (due > now_ns)
				break;
		}
		request_append(l, c, due);
	}
	connection_flush(c);
}

static void answer_take(struct load *l, struct connection *c, const char *head, const char *body, size_t body_size)
{
	struct load_result *r = l->result;
	r->latency_ns[r->answered++] = clock_monotonic_ns() - c->intended_ns[c->answered++ % l->plan->depth];
	if (!strncmp(head + 9, "200", 3)) {
		r->accepted++;
		return;
	}
	if (!r->refused++)
		snprintf(r->first_refusal, sizeof r->first_refusal, "%.*s", (int)u64_min(body_size, 250), body);
}

// Takes whole answers off the front of the buffer.
static void answers_parse(struct load *l, struct connection *c)
{
	size_t at = 0;
	for (;;) {
		char *head = (char *)c->in + at;
		char *end = memmem(head, c->in_size - at, "\r\n\r\n", 4);
		char *length = end ? memmem(head, (size_t)(end - head), "Content-Length: ", 16) : NULL;
		if (!end)
			break;
		size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
		size_t whole = (size_t)(end + 4 - head) + body;
		if (c->in_size - at < whole)
			break;
		answer_take(l, c, head, end + 4, body);
		at += whole;
	}
	memmove(c->in, c->in + at, c->in_size - at);
	c->in_size -= at;
}

static void connection_read(struct load *l, struct connection *c)
{
	for (;;) {
		int n = SSL_read(c->ssl, c->in + c->in_size, (int)(IN_SIZE - c->in_size));
		if (n <= 0) {
			c->dead = SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ;
			return;
		}
		c->in_size += (size_t)n;
		answers_parse(l, c);
		if (!SSL_pending(c->ssl))
			return;
	}
}

// How long to sleep until the next request is due; the last stretch is spun, since a timer wakes late.
static struct timespec until_due(const struct load *l, uint64_t now_ns)
{
	struct timespec wait = { .tv_nsec = CLOSED_LOOP_WAIT_NS };
	if (l->plan->rate > 0 && l->issued < l->plan->requests) {
		uint64_t due = l->started_ns + (uint64_t)((double)l->issued * 1e9 / l->plan->rate);
		uint64_t left = due > now_ns + SPIN_NS ? due - now_ns - SPIN_NS : 0;
		wait.tv_nsec = (long)u64_min(left, CLOSED_LOOP_WAIT_NS);
	}
	return wait;
}

static void run_loop(struct load *l)
{
	struct epoll_event events[64];
	uint64_t last_answer_ns = clock_monotonic_ns(), seen = 0;
	const struct load_plan *p = l->plan;
	while (l->result->answered < p->requests) {
		uint64_t now = clock_monotonic_ns();
		unsigned alive = 0;
		for (unsigned i = 0; i < p->connections; i++) {
			connection_fill(l, &l->connection[i], now);
			alive += !l->connection[i].dead;
		}
		struct timespec wait = until_due(l, now);
		int n = epoll_pwait2(l->epoll, events, ARRAY_LEN(events), &wait, NULL);
		for (int i = 0; i < n; i++)
			connection_read(l, events[i].data.ptr);
		if (l->result->answered != seen) {
			seen = l->result->answered;
			last_answer_ns = now;
		}
		if (!alive || now - last_answer_ns > SILENCE_MS * 1000000ull)
			break;
	}
}

static double cpu_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void load_close(struct load *l)
{
	for (unsigned i = 0; l->connection && i < l->plan->connections; i++) {
		SSL_free(l->connection[i].ssl);
		if (l->connection[i].fd > 0)
			close(l->connection[i].fd);
	}
	SSL_CTX_free(l->ctx);
	if (l->epoll > 0)
		close(l->epoll);
	free(l->connection);
	free(l->mac);
}

static int load_prepare(struct load *l)
{
	const struct load_plan *p = l->plan;
	int error = 0;
	l->connection = calloc(p->connections, sizeof *l->connection);
	l->mac = calloc(p->key_count, sizeof *l->mac);
	l->result->latency_ns = calloc(p->requests + 1, sizeof(uint64_t));
	l->ctx = SSL_CTX_new(TLS_client_method());
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!l->connection || !l->mac || !l->result->latency_ns || !l->ctx)
		return -ENOMEM;
	SSL_CTX_set_mode(l->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	for (unsigned i = 0; i < p->key_count; i++)
		hmac_key_init(&l->mac[i], p->keys[i].secret, strlen(p->keys[i].secret));
	for (unsigned i = 0; i < p->connections && !error; i++) {
		struct connection *c = &l->connection[i];
		c->index = i;
		c->key = &p->keys[i % p->key_count];
		c->mac = &l->mac[i % p->key_count];
		error = connect_one(l, c);
	}
	return error;
}

int load_run(const struct load_plan *plan, struct load_result *ret)
{
	struct load l = { .plan = plan, .result = ret, .run = clock_realtime_us() & 0xffffffffu };
	memset(ret, 0, sizeof *ret);
	ASSERT(plan->connections <= LOAD_CONNECTIONS_MAX && plan->depth >= 1 && plan->depth <= LOAD_DEPTH_MAX);
	int error = load_prepare(&l);
	if (!error) {
		double cpu = cpu_seconds();
		l.started_ns = clock_monotonic_ns();
		run_loop(&l);
		ret->seconds = (double)(clock_monotonic_ns() - l.started_ns) / 1e9;
		ret->client_cpu_seconds = cpu_seconds() - cpu;
		ret->failed = l.issued - ret->answered;
		qsort(ret->latency_ns, ret->answered, sizeof(uint64_t), compare_u64);
	}
	load_close(&l);
	return error;
}

void load_result_free(struct load_result *r)
{
	free(r->latency_ns);
	r->latency_ns = NULL;
}

uint64_t load_percentile(const struct load_result *r, double fraction)
{
	if (!r->answered)
		return 0;
	uint64_t at = (uint64_t)(fraction * (double)r->answered);
	return r->latency_ns[at < r->answered ? at : r->answered - 1];
}
