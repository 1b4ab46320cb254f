// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/test_house.h"
#include "daemons/gateway/tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

// ---- a certificate of our own ----

static X509 *certificate_make(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME *name = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, name);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static SSL_CTX *context_make(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = certificate_make(key);
	BIO *cert_bio = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_mem());
	char *cert_text, *key_text;
	const char *why = "";
	PEM_write_bio_X509(cert_bio, x);
	PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL);
	long cert_size = BIO_get_mem_data(cert_bio, &cert_text), key_size = BIO_get_mem_data(key_bio, &key_text);
	SSL_CTX *tls = tls_context(&(struct tls_setup){ .certificate = cert_text, .certificate_size = (size_t)cert_size,
							   .key = key_text, .key_size = (size_t)key_size, .name = "" }, &why);
	if (!tls)
		fail_msg("%s", why);
	BIO_free(cert_bio);
	BIO_free(key_bio);
	X509_free(x);
	EVP_PKEY_free(key);
	return tls;
}

// ---- markets ----

static void market_fill(struct marketdata_market *m, const char *symbol, uint16_t base, uint16_t quote)
{
	strcpy(m->market.symbol, symbol);
	m->market.base = base;
	m->market.quote = quote;
	m->market.tick.units = m->market.price_min.units = 1000000;
	m->market.price_max.units = UINT64_C(100000000000000);
	m->market.lot.units = m->market.quantity_min.units = 1000;
	m->market.quantity_max.units = UINT64_C(900000000000);
	m->market.notional_min.units = 500000000;
	m->market.notional_max.units = UINT64_C(900000000000000);
	m->market.maker.ppm = 1000;
	m->market.taker.ppm = 1500;
	m->book_update = 77;
	m->bids = 3;
	m->asks = 2;
	for (uint64_t i = 0; i < 3; i++) {
		m->bid[i] = (struct marketdata_level){ { (100 - i) * 100000000 }, { (i + 1) * 100000000 } };
		m->ask[i] = (struct marketdata_level){ { (101 + i) * 100000000 }, { (i + 1) * 50000000 } };
	}
}

static void data_fill(struct marketdata *d)
{
	static const char *const assets[] = { "BTC", "USDT", "ETH" };
	d->magic = MARKETDATA_MAGIC;
	d->version = MARKETDATA_VERSION;
	d->markets_max = TEST_MARKETS;
	for (uint32_t i = 0; i < 3; i++) {
		strcpy(d->asset[i].name, assets[i]);
		d->asset[i].decimals = 8;
	}
	d->assets = 3;
	market_fill(&d->market[0], "BTCUSDT", 0, 1);
	market_fill(&d->market[1], "ETHUSDT", 2, 1);
	d->markets = 2;
	d->heartbeat_us = TEST_HEARTBEAT_US;
}

// ---- channels ----

static void pair_make(struct test_pair *p, size_t size, int ring)
{
	struct channel_fds made;
	assert_int_equal(channel_create("test", size, ring, &made), 0);
	assert_int_equal(channel_end(&made, true, &p->writer_fds), 0);
	assert_int_equal(channel_end(&made, false, &p->reader_fds), 0);
	channel_fds_close(&made);
}

static void channels_make(struct house *h, size_t auth_ring)
{
	struct gateway *g = h->gateway;
	pair_make(&h->pair[0], auth_ring, h->test_ring);
	pair_make(&h->pair[1], 65536, h->test_ring);
	assert_int_equal(channel_open_writer(gateway_to_auth(g), &h->pair[0].writer_fds), 0);
	assert_int_equal(channel_open_reader(&h->auth_in, &h->pair[0].reader_fds), 0);
	assert_int_equal(channel_open_writer(gateway_to_history(g), &h->pair[1].writer_fds), 0);
	assert_int_equal(channel_open_reader(&h->history_in, &h->pair[1].reader_fds), 0);
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		struct test_pair *p = &h->pair[2 + peer];
		pair_make(p, 1u << 20, h->ring);
		assert_int_equal(channel_open_writer(&h->out[peer], &p->writer_fds), 0);
		assert_int_equal(channel_open_reader(gateway_from(g, (enum gateway_peer)peer), &p->reader_fds), 0);
	}
}

// ---- house ----

static void listen_open(struct house *h)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	h->listen = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(h->listen, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(h->listen, 64), 0);
	assert_int_equal(getsockname(h->listen, (struct sockaddr *)&at, &size), 0);
	h->port = ntohs(at.sin_port);
}

void house_open(struct house *h, uint64_t weight_per_minute, size_t auth_ring)
{
	memset(h, 0, sizeof *h);
	signal(SIGPIPE, SIG_IGN);
	h->tls = context_make();
	h->client_tls = SSL_CTX_new(TLS_client_method());
	h->data = calloc(1, marketdata_size(TEST_MARKETS));
	data_fill(h->data);
	listen_open(h);
	assert_int_equal(doorbell_create(&h->hear, &h->ring), 0);
	assert_int_equal(doorbell_create(&h->test_hear, &h->test_ring), 0);
	struct gateway_setup setup = { .listen = h->listen, .doorbell = h->hear, .link = -1, .connections = 16,
				       .limits.weight_per_minute = weight_per_minute, .tls = h->tls, .data = h->data,
				       .data_pages = TEST_MARKETS };
	h->gateway = gateway_new(&setup);
	assert_non_null(h->gateway);
	channels_make(h, auth_ring);
	house_turn(h, 1);
}

void house_close(struct house *h)
{
	gateway_free(h->gateway);
	channel_close_reader(&h->auth_in);
	channel_close_reader(&h->history_in);
	for (int peer = 0; peer < PEER_COUNT; peer++)
		channel_close_writer(&h->out[peer]);
	for (size_t i = 0; i < ARRAY_LEN(h->pair); i++) {
		channel_fds_close(&h->pair[i].writer_fds);
		channel_fds_close(&h->pair[i].reader_fds);
	}
	const int fds[] = { h->hear, h->ring, h->test_hear, h->test_ring, h->listen };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	SSL_CTX_free(h->tls);
	SSL_CTX_free(h->client_tls);
	free(h->data);
}

void house_turn(struct house *h, unsigned times)
{
	bool link = false;
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(gateway_turn(h->gateway, 0, &link), 0);
}

// ---- clients ----

void client_open(struct house *h, struct client *c)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((uint16_t)h->port) };
	int on = 1;
	memset(c, 0, sizeof *c);
	c->text = calloc(1, CLIENT_ROOM);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0); // nobody waits for an ACK here
	c->ssl = SSL_new(h->client_tls);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
	for (unsigned i = 0; i < 20 && !SSL_is_init_finished(c->ssl); i++) {
		SSL_do_handshake(c->ssl);
		house_turn(h, 2);
	}
}

void client_close(struct client *c)
{
	SSL_free(c->ssl);
	close(c->fd);
	free(c->text);
}

void client_send(struct house *h, struct client *c, const char *text, size_t size)
{
	size_t at = 0;
	for (unsigned i = 0; i < 1000 && at < size; i++) {
		int sent = SSL_write(c->ssl, text + at, (int)(size - at));
		if (sent > 0)
			at += (size_t)sent;
		else
			house_turn(h, 1);
	}
	house_turn(h, 3);
}

void client_say(struct house *h, struct client *c, const char *text)
{
	client_send(h, c, text, strlen(text));
}

void client_listen(struct house *h, struct client *c)
{
	for (unsigned quiet = 0; quiet < 3 && !c->closed;) {
		int got = SSL_read(c->ssl, c->text + c->size, (int)(CLIENT_ROOM - 1 - c->size));
		if (got > 0) {
			c->size += (size_t)got;
			quiet = 0;
		} else {
			int error = SSL_get_error(c->ssl, got);
			c->closed = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
			quiet++;
		}
		house_turn(h, 2);
	}
	c->text[c->size] = '\0';
}

// The reply before this one was cut off by writing a NUL; here it goes for good.
bool client_reply(struct house *h, struct client *c, struct reply *ret)
{
	static char kept[CLIENT_ROOM];
	client_listen(h, c);
	char *end = strstr(c->text, "\r\n\r\n"), *length = strstr(c->text, "Content-Length: ");
	if (!end || !length || length > end)
		return false;
	size_t head = (size_t)(end + 4 - c->text), body = strtoul(length + 16, NULL, 10);
	if (c->size < head + body)
		return false;
	memcpy(kept, c->text, head - 2);
	kept[head - 2] = '\0';
	memcpy(kept + head, c->text + head, body);
	kept[head + body] = '\0';
	memmove(c->text, c->text + head + body, c->size - head - body + 1);
	c->size -= head + body;
	*ret = (struct reply){ .status = atoi(kept + 9), .size = body, .head = kept, .body = kept + head };
	return true;
}

struct reply client_ask(struct house *h, struct client *c, const char *text)
{
	struct reply reply = { 0 };
	client_say(h, c, text);
	if (!client_reply(h, c, &reply))
		fail_msg("no reply to %s", text);
	return reply;
}

// ---- peers ----

bool auth_next(struct house *h, struct auth_request *ret)
{
	uint32_t kind;
	size_t size;
	if (channel_read(&h->auth_in, h->record, &kind, &size) != 1)
		return false;
	assert_int_equal(kind, MESSAGE_REQUEST);
	memcpy(&ret->head, h->record, sizeof ret->head);
	const char *at = (const char *)h->record + sizeof ret->head;
	ret->path = slice_of(at, ret->head.path_size);
	ret->api_key = slice_of(ret->path.at + ret->path.size, ret->head.api_key_size);
	ret->query = slice_of(ret->api_key.at + ret->api_key.size, ret->head.query_size);
	ret->body = slice_of(ret->query.at + ret->query.size, ret->head.body_size);
	assert_int_equal(size, sizeof ret->head + ret->path.size + ret->api_key.size + ret->query.size + ret->body.size);
	channel_release(&h->auth_in);
	return true;
}

bool history_next(struct house *h, struct history_query *ret)
{
	uint32_t kind;
	size_t size;
	if (channel_read(&h->history_in, h->record, &kind, &size) != 1)
		return false;
	assert_int_equal(kind, MESSAGE_HISTORY);
	assert_int_equal(size, sizeof *ret);
	memcpy(ret, h->record, size);
	channel_release(&h->history_in);
	return true;
}

void peer_say(struct house *h, enum gateway_peer peer, uint32_t kind, const void *head, size_t head_size,
	      const void *rest, size_t rest_size)
{
	assert_int_equal(channel_write2(&h->out[peer], kind, head, head_size, rest, rest_size), 0);
	channel_publish(&h->out[peer]);
}
