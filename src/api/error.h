// SPDX-License-Identifier: Apache-2.0
// Everything that the API can say no with: one enum, one table (error.c) from it
// to HTTP status, the convention's code and its exact text. Clients match on
// code and text, so a text is changed only with docs/API.md.
#pragma once

#include "http/slice.h"
#include "wire/event.h"

#define API_DETAIL_MAX 160 // bytes of detail that go into a message; longer ones are cut

enum api_error {
	API_OK = 0,
	// general, -10xx
	API_INTERNAL,           // -1000 500: our fault, nothing happened
	API_UNAUTHORIZED,       // -1002 401
	API_TOO_MANY_REQUESTS,  // -1003 429; detail: the limit ("1200 request weight per 1 MINUTE")
	API_BANNED,             // -1003 418; detail: the time in ms until which it holds
	API_STATUS_UNKNOWN,     // -1007 504: a process died on the way; the order may or may not exist
	API_OVERLOADED,         // -1008 503: shed, nothing happened
	API_HISTORY_BEHIND,     // -1008 503; detail: how many entries history is behind
	API_MARKET_DATA_STALE,  // -1008 503: nobody keeps the replica's pages
	API_RESTARTING,         // -1016 503: auth does not have its state yet, nothing happened
	API_MARKET_CLOSED,      // -1013
	API_FILTER,             // -1013 `Filter failure: {}`; detail: the filter's name
	API_INVALID_MESSAGE,    // -1013; detail: the whole text
	API_UNSUPPORTED_ORDER,  // -1014
	API_TOO_MANY_ORDERS,    // -1015 429; detail: "100 orders per 10 SECOND"
	API_UNSUPPORTED,        // -1020
	API_TIMESTAMP_OUTSIDE,  // -1021: older than recvWindow
	API_TIMESTAMP_AHEAD,    // -1021: more than 1 s ahead of the server
	API_REPLAYED,           // -1022: this signed request was already used
	API_SIGNATURE,          // -1022
	// parameters, -11xx
	API_ILLEGAL_CHARACTERS, // -1100; detail: "price'; legal range is '^[0-9]..."
	API_TOO_MANY_PARAMETERS,// -1101
	API_DUPLICATE_PARAMETER,// -1101
	API_MANDATORY,          // -1102; detail: the parameter's name
	API_EITHER_MANDATORY,   // -1102; detail: "orderId' or 'origClientOrderId"
	API_UNREAD_PARAMETERS,  // -1104; detail: "8' parameter(s) but was sent '9"
	API_EMPTY_PARAMETER,    // -1105; detail: the name
	API_NOT_REQUIRED,       // -1106; detail: the name
	API_BAD_ENCODING,       // -1100: broken percent-encoding, NUL or not UTF-8
	API_PRECISION,          // -1111; detail: the name
	API_NO_DEPTH,           // -1112
	API_TIME_IN_FORCE,      // -1115
	API_ORDER_TYPE,         // -1116
	API_SIDE,               // -1117
	API_INTERVAL,           // -1120
	API_SYMBOL,             // -1121
	API_INVALID_PARAMETER,  // -1130; detail: the name
	API_RECV_WINDOW,        // -1131: above the cap
	API_LOOKUP_INTERVAL,    // -1127
	API_SIGNATURE_PLACE,    // -1022: `signature` is not the last parameter
	// orders and keys, -20xx
	API_BALANCE,            // -2010
	API_DUPLICATE_ORDER,    // -2010
	API_WOULD_TAKE,         // -2010
	API_NO_LIQUIDITY,       // -2010
	API_ACCOUNT_DISABLED,   // -2010
	API_CAPACITY,           // -2010; detail: what is full
	API_UNKNOWN_ORDER,      // -2011 (cancel)
	API_NO_SUCH_ORDER,      // -2013 (query)
	API_KEY_FORMAT,         // -2014 401
	API_KEY_INVALID,        // -2015 401
	// the transport
	API_NOT_FOUND,          // 404
	API_METHOD,             // 405
	API_MALFORMED_HTTP,     // 400 or what http_refusal says; detail: what is wrong
	API_ERROR_COUNT
};

struct api_error_row {
	uint16_t status; // HTTP
	int16_t code;
	const char *text; // "{}" is where the detail goes
};

// The row of an error; anything out of range (a hostile peer's number) is API_INTERNAL's.
const struct api_error_row *api_error_row(unsigned error);

// What a refusal of the state machine is called here. was_cancel tells the two meanings of
// REFUSED_UNKNOWN_ORDER apart. ret_detail (may be NULL) gets a constant text, or "".
enum api_error api_error_of_refusal(uint8_t refusal, bool was_cancel, const char **ret_detail);

// An error and the text that completes its message: what travels in refused_head.
struct api_problem {
	enum api_error error;
	uint16_t detail_size;
	char detail[API_DETAIL_MAX];
};

// Fills *to; the detail (may be NULL) is cut to API_DETAIL_MAX bytes.
void api_problem_set(struct api_problem *to, enum api_error error, const char *detail);
