// SPDX-License-Identifier: Apache-2.0
// A small signed REST client, as a bot would write it: libcurl for HTTPS,
// OpenSSL for the signature, nothing of the exchange itself.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CLIENT_ANSWER_MAX 65536

struct client;

struct client_options {
	const char *url;      // "https://127.0.0.1:8443"
	const char *ca_file;  // certificate to trust
	const char *keys_file; // {"keys":[{"label","apiKey","secret"}]}; secrets never travel in argv
	const char *label;    // which of them
};

// NULL with a sentence on standard error.
struct client *client_new(const struct client_options *options);
void client_free(struct client *c);

// Sends METHOD path?params with timestamp and HMAC-SHA256 signature (when
// signed_request). Returns the HTTP status, or -1 when nothing came back;
// *ret_body stays valid until the next call.
int client_call(struct client *c, const char *method, const char *path, const char *params, bool signed_request,
		const char **ret_body);

// The text after "name": in a flat JSON answer, without quotes. False when it is not there.
bool client_field(const char *body, const char *name, char *to, size_t room);
