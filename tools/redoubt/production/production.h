// SPDX-License-Identifier: Apache-2.0
// What a production exchange is not founded with. Every refusal is found in one run and told with the value and the
// remedy; one that is left out now costs a customer's trust later.
#pragma once

#include "base/base.h"
#include "checks/manifest.h"

#define REFUSALS_MAX 48
#define REFUSAL_TEXT 768

struct refusals {
	size_t count; // those beyond REFUSALS_MAX are counted, not kept
	struct {
		const char *about; // "build", "origin", "listen", "certificate", "client-ca", "directory"
		char text[REFUSAL_TEXT];
	} row[REFUSALS_MAX];
};

// The same sentence twice is kept once.
void refusal_add(struct refusals *r, const char *about, const char *format, ...) PRINTF_LIKE(3, 4);
// To standard error, a line each; as one object {"refused":[{"about","text"}]} on standard output with --json.
void refusals_say(const struct refusals *r);

// --- all of it --------------------------------------------------------------------------------------------------

#define LISTEN_DEFAULT "127.0.0.1:8443"
#define LISTEN_TEXT 64

// The chain that was found, for the report and the record.
struct chain_facts {
	char subject[128], root[128], ends[32]; // printable; "" when it could not be told
	char certificate_sha256[65], trust_sha256[65]; // the latter of the bundle, or ""
	int days_left;
};

struct site_certificate {
	const char *path, *key_path, *trust; // as the operator named them; trust NULL: the system's store
	const char *pem, *key_pem;           // NULL: not read
};

struct production {
	const char *origin, *listen; // NULL: not said. `listen` is set to what the manifest says, or to the default
	const char *manifest, *dir;
	struct site_certificate site;
	struct chain_facts facts;      // set
	char listen_text[LISTEN_TEXT]; // set
	char name[253 + 1];            // set: SITE_NAME_MAX; "" when the origin has none
};
void production_judge(struct production *p, struct refusals *r);

// --- what is asked ---------------------------------------------------------------------------------------------

void build_judge(struct refusals *r);

// The name under which clients reach the exchange: what stands before the first '/' of the log's origin. Refused:
// schemes, ports, addresses however they are spelled, single labels, and the top-level names that are never delegated.
#define SITE_NAME_MAX 253
bool origin_fits(const char *origin); // as genesis takes it, demo or not
bool origin_judge(struct refusals *r, const char *origin, char ret_name[SITE_NAME_MAX + 1]);

// ADDRESS:PORT as the supervisor takes it: numbers, IPv6 in brackets.
struct listen_address {
	bool v6;
	uint8_t address[16];
	uint16_t port;
};
MUST_USE bool listen_read(const char *text, struct listen_address *ret);
// What the manifest (NULL: there is none) says that the gateway listens on; "" when it says nothing or several things.
void listen_of_manifest(const struct manifest *m, char to[LISTEN_TEXT]);
void listen_judge(struct refusals *r, const char *listen, const struct manifest *m, const char *manifest_path);

// The chain from `pem` (the site's certificate first, intermediate ones behind it) to a root of the bundle `trust`, or
// of the system's store when that is NULL, by X509_verify_cert; the name by X509_check_host. `name` may be NULL.
void certificate_judge(struct refusals *r, const struct site_certificate *c, const char *name, struct chain_facts *ret);

// The CA that the proxy's client certificates come from: PEM text of CA certificates that have not expired, and nothing
// else. To be freed; NULL after a refusal.
char *client_ca_read(struct refusals *r, const char *path);

// Where it is to lie: no file system that forgets, nobody else's hands on the way there, nothing of a demo.
void directory_judge(struct refusals *r, const char *dir);
