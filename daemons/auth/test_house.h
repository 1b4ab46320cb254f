// SPDX-License-Identifier: Apache-2.0
// For the tests and the fuzzer: an auth with three keys and one market, and clients that sign for them.
#pragma once

#include "auth.h"

#include "crypto/ed25519.h"

#define NOW_US 1700000100000000u // the tests' clock
#define STARTED_US (NOW_US - 60000000u)
#define KEY_TRADER "TRADERTRADERTRADERTRADERTRADERTRADERTRADERTRADERTRADERTRADER0000"
#define KEY_READER "READERREADERREADERREADERREADERREADERREADERREADERREADERREADER0001"
#define KEY_CURVE "CURVECURVECURVECURVECURVECURVECURVECURVECURVECURVECURVECURVE0002"
#define SECRET_TRADER "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j" // of the public API documentation

struct house {
	struct auth auth;
	uint8_t public_key[32], secret_key[32];
	uint8_t curve_seed[32], curve_public[32];
	struct hmac_key trader;
};

void house_build(struct house *h);
void house_close(struct house *h);

struct sent { // a request as a gateway would write it
	const char *path, *api_key, *query, *body;
	enum method method;
	uint8_t last_address_byte; // of ::ffff:10.0.0.x
};

// The record's bytes; returns their size.
size_t record_make(const struct sent *sent, uint8_t *to, size_t room);

// "query&signature=hex" by the trader's secret over query + body, or over what is given.
void sign_hmac(const struct house *h, const char *text, char *to, size_t room);
void sign_curve(const struct house *h, const char *text, bool encode, char *to, size_t room);

// Sends to auth. Returns the error of a refusal, or API_OK with the output for the caller to look at.
enum api_error house_ask(struct house *h, const struct sent *sent, struct output *ret);
