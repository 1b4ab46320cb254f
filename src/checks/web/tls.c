// SPDX-License-Identifier: Apache-2.0
// WEB-05: versions of TLS, certificates and their keys: by handshake, and by what nginx is told for names nobody asked.
#include "checks/web/ciphers.h"
#include "checks/web/web.h"

#include <inttypes.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define EXCHANGES_MAX 8
#define DAYS_MIN 21

static void private_key_judge(struct examination *e, const char *path)
{
	struct stat s;
	if (host_stat(e->host, path, &s) || !S_ISREG(s.st_mode))
		return;
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		found_fail(e, host_print(e->host, "chmod 400 %s", path), "the TLS key %s is %s", path, look_owner_text(e->host, &s));
	found_read(e, "%s %04o", path, s.st_mode & 07777);
}

static void private_keys_judge(struct examination *e)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	const struct host_names *names = host_names(e->host, "/etc/letsencrypt/live"), *private = host_names(e->host, "/etc/ssl/private");
	for (size_t i = 0; i < count; i++)
		private_key_judge(e, host_print(e->host, "%s/keys/tls.key", exchange[i]));
	for (size_t i = 0; i < names->count; i++)
		private_key_judge(e, host_print(e->host, "/etc/letsencrypt/live/%s/privkey.pem", names->name[i]));
	for (size_t i = 0; i < private->count; i++)
		private_key_judge(e, host_print(e->host, "/etc/ssl/private/%s", private->name[i]));
}

static void expiry_judge(struct examination *e, const char *whose, uint64_t expires)
{
	uint64_t now = host_now(e->host);
	if (expires < now + DAYS_MIN * 86400u)
		found_fail(e, NULL, "the certificate of %s ends in %" PRId64 " days", whose, ((int64_t)expires - (int64_t)now) / 86400);
	else
		found_read(e, "%s: %" PRIu64 " days left", whose, (expires - now) / 86400);
}

static void handshakes_judge(struct examination *e)
{
	struct web_server servers[WEB_SERVERS_MAX];
	size_t count = web_servers_find(e, servers);
	for (size_t i = 0; i < count; i++) {
		struct web_tls t = web_ask_tls(e->host, &servers[i]);
		if (t.error) // port 80 speaks none, and need not
			continue;
		if (t.old_accepted)
			found_fail(e, "ssl_protocols TLSv1.2 TLSv1.3, or its like", "%s accepts TLS 1.1 or older", servers[i].name);
		expiry_judge(e, servers[i].name, t.expires);
	}
}

// --- nginx ---------------------------------------------------------------------------------------------------------

// The first certificate of a file is the one that is shown. 0: it is none.
static uint64_t certificate_expiry(const struct host_file *f)
{
	BIO *b = BIO_new_mem_buf(f->text, (int)f->size);
	X509 *x = b ? PEM_read_bio_X509(b, NULL, NULL, NULL) : NULL;
	struct tm at = { 0 };
	uint64_t expires = x && ASN1_TIME_to_tm(X509_get0_notAfter(x), &at) == 1 ? (uint64_t)timegm(&at) : 0;
	X509_free(x);
	BIO_free(b);
	return expires;
}

static const char *from_folder(struct examination *e, const char *path) // nginx: relative to its file's folder
{
	return *path == '/' ? path : host_print(e->host, "/etc/nginx/%s", path);
}

// Many servers share one certificate: it is judged where it is named first.
static bool named_before(const struct nginx *n, const struct nginx_directive *d)
{
	for (size_t i = 0; n->directive[i] != d; i++)
		if (n->directive[i]->count == 2 && web_named(n->directive[i], d->word[0]) && !strcmp(n->directive[i]->word[1], d->word[1]))
			return true;
	return false;
}

static void certificate_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d)
{
	bool key = web_named(d, "ssl_certificate_key");
	if (d->count != 2 || named_before(n, d))
		return;
	if (strchr(d->word[1], '$') || text_begins(d->word[1], "data:") || text_begins(d->word[1], "engine:")) {
		found_unknown(e, "%s: %s is not a file: not read", nginx_place(e->host, d), d->word[0]);
		return;
	}
	const char *path = from_folder(e, d->word[1]);
	const struct host_file *f = host_file(e->host, path);
	struct stat s;
	if (key ? host_stat(e->host, path, &s) != 0 : f->error != 0) {
		found_unknown(e, "%s: %s could not be read", nginx_place(e->host, d), path);
		return;
	}
	if (key) {
		private_key_judge(e, path);
		return;
	}
	uint64_t expires = certificate_expiry(f);
	if (!expires)
		found_unknown(e, "%s holds no certificate that can be read", path);
	else
		expiry_judge(e, path, expires);
}

static bool old_protocol(const char *word)
{
	return !strcasecmp(word, "SSLv2") || !strcasecmp(word, "SSLv3") || !strcasecmp(word, "TLSv1") || !strcasecmp(word, "TLSv1.1");
}

// Before 1.23.4 nginx offers TLS 1.0 and 1.1 when nobody says otherwise; a server that runs was asked for them.
static void silence_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d)
{
	bool tls = false;
	for (size_t k = 1; web_named(d, "listen") && web_named(d->in, "server") && k < d->count; k++)
		tls |= !strcmp(d->word[k], "ssl") || !strcmp(d->word[k], "quic");
	if (tls && !host_is_live(e->host) && !nginx_effective(n, d->in, "ssl_protocols"))
		found_unknown(e, "%s: ssl_protocols is not said for it, and what this nginx offers then depends on its version", nginx_place(e->host, d));
}

// "ssl_ciphers LIST" and "ssl_conf_command CipherString LIST".
static void ciphers_judge(struct examination *e, const struct nginx_directive *d)
{
	bool plain = web_named(d, "ssl_ciphers") && d->count == 2;
	bool known, command = web_named(d, "ssl_conf_command") && d->count == 3 && !strcasecmp(d->word[1], "CipherString");
	if (!plain && !command)
		return;
	const char *where = nginx_place(e->host, d), *fault = ciphers_fault(e->host, d->word[d->count - 1], &known);
	if (fault)
		found_fail(e, host_print(e->host, "ssl_ciphers HIGH:!aNULL:!MD5; at %s", where), "%s offers %s", where, fault);
	else if (!known)
		found_unknown(e, "%s: OpenSSL here does not know this list: %.120s", where, d->word[d->count - 1]);
}

// In http, stream and mail alike.
static void directive_judge(struct examination *e, const struct nginx *n, const struct nginx_directive *d)
{
	silence_judge(e, n, d);
	ciphers_judge(e, d);
	if (web_named(d, "ssl_certificate") || web_named(d, "ssl_certificate_key"))
		certificate_judge(e, n, d);
	for (size_t i = 1; web_named(d, "ssl_protocols") && i < d->count; i++)
		if (old_protocol(d->word[i]))
			found_fail(e, host_print(e->host, "ssl_protocols TLSv1.2 TLSv1.3; at %s", nginx_place(e->host, d)), "%s offers %s", nginx_place(e->host, d),
				   d->word[i]);
}

void web_05(struct examination *e)
{
	const struct nginx *all[WEB_NGINX_MAX];
	size_t count = web_nginx(e, all);
	web_nginx_say(e);
	handshakes_judge(e);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < all[i]->count; k++)
			directive_judge(e, all[i], all[i]->directive[k]);
	private_keys_judge(e);
	if (!e->of_check && !e->evidence)
		found_not_applicable(e, "no web server listens on this host, and none is configured");
}
