// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct client {
	CURL *curl;
	struct curl_slist *headers;
	char url[256];
	char secret[128];
	char answer[CLIENT_ANSWER_MAX];
	size_t answer_size;
};

static size_t on_data(char *data, size_t one, size_t count, void *context)
{
	struct client *c = context;
	size_t size = one * count, room = sizeof c->answer - 1 - c->answer_size;
	if (size > room)
		return 0; // curl then reports a write error: an answer larger than CLIENT_ANSWER_MAX
	memcpy(c->answer + c->answer_size, data, size);
	c->answer_size += size;
	c->answer[c->answer_size] = 0;
	return size;
}

static bool load_key(struct client *c, const struct client_options *o, char *api_key, size_t room)
{
	json_error_t error;
	json_t *file = json_load_file(o->keys_file, 0, &error), *key;
	size_t i;
	bool found = false;
	if (!file) {
		fprintf(stderr, "%s: %s; `redoubt init --demo` writes it\n", o->keys_file, error.text);
		return false;
	}
	json_array_foreach(json_object_get(file, "keys"), i, key) {
		const char *label = json_string_value(json_object_get(key, "label"));
		const char *name = json_string_value(json_object_get(key, "apiKey"));
		const char *secret = json_string_value(json_object_get(key, "secret"));
		if (!found && label && name && secret && !strcmp(label, o->label)) {
			snprintf(api_key, room, "X-MBX-APIKEY: %s", name);
			snprintf(c->secret, sizeof c->secret, "%s", secret);
			found = true;
		}
	}
	json_decref(file);
	if (!found)
		fprintf(stderr, "%s: no HMAC key labelled '%s'\n", o->keys_file, o->label);
	return found;
}

struct client *client_new(const struct client_options *options)
{
	struct client *c = calloc(1, sizeof *c);
	char header[256];
	if (!c || !load_key(c, options, header, sizeof header) || !(c->curl = curl_easy_init())) {
		client_free(c);
		return NULL;
	}
	snprintf(c->url, sizeof c->url, "%s", options->url);
	c->headers = curl_slist_append(NULL, header);
	curl_easy_setopt(c->curl, CURLOPT_CAINFO, options->ca_file);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, 10000L);
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	curl_slist_free_all(c->headers);
	if (c->curl)
		curl_easy_cleanup(c->curl);
	explicit_bzero(c->secret, sizeof c->secret);
	free(c);
}

static size_t sign(const struct client *c, const char *params, char *query, size_t room)
{
	struct timespec now;
	unsigned char mac[32];
	clock_gettime(CLOCK_REALTIME, &now);
	int n = snprintf(query, room, "%s%stimestamp=%lld", params, *params ? "&" : "",
			 (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (n < 0 || (size_t)n + 80 > room)
		return 0;
	HMAC(EVP_sha256(), c->secret, (int)strlen(c->secret), (unsigned char *)query, (size_t)n, mac, NULL);
	n += sprintf(query + n, "&signature=");
	for (size_t i = 0; i < sizeof mac; i++)
		n += sprintf(query + n, "%02x", mac[i]);
	return (size_t)n;
}

int client_call(struct client *c, const char *method, const char *path, const char *params, bool signed_request,
		const char **ret_body)
{
	char query[2048], url[2600];
	long status = 0;
	if (signed_request && !sign(c, params, query, sizeof query))
		return -1;
	snprintf(url, sizeof url, "%s%s?%s", c->url, path, signed_request ? query : params);
	c->answer_size = 0;
	c->answer[0] = 0;
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, method);
	if (curl_easy_perform(c->curl) != CURLE_OK)
		return -1;
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	*ret_body = c->answer;
	return (int)status;
}

bool client_field(const char *body, const char *name, char *to, size_t room)
{
	char key[64];
	snprintf(key, sizeof key, "\"%s\":", name);
	const char *at = strstr(body, key);
	if (!at)
		return false;
	at += strlen(key);
	at += *at == '"';
	size_t n = strcspn(at, "\",}]");
	if (n >= room)
		return false;
	memcpy(to, at, n);
	to[n] = 0;
	return true;
}
