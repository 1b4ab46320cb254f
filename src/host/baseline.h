// SPDX-License-Identifier: Apache-2.0
// What the host looked like when its owners looked last: a text that is signed with a key that is not on the host,
// numbered, and carries the digest of the one before it. docs/PROTOCOL.baseline.md has the bytes.
//
//   redoubt-baseline 1
//   host <name>
//   sequence <n>                 1, 2, 3 ...
//   previous <64 hex>            SHA-256 of the whole text before it, signature included; zeros for the first
//   time <seconds since 1970>
//   scope <path>                 what was walked, in the order of the bytes
//   <kind> <key> <value>         sorted by kind and key, none twice
//   items <count>
//   signature <128 hex>
//
// Names are percent-encoded, so that a key has no blank and a terminal sees no control character.
#pragma once

#include "base/base.h"

#include "crypto/ed25519.h"
#include "crypto/sha256.h"

#define BASELINE_DOMAIN "redoubt/host/baseline/v1" // with its NUL, before SHA-256 of what is signed
#define BASELINE_SIZE_MAX ((size_t)256 << 20)
#define BASELINE_ITEMS_MAX 1000000u
#define BASELINE_SCOPE_MAX 64
#define BASELINE_TEXT_MAX 12288 // of an encoded key or value: 4096 bytes, each as %xx

#define BASELINE_PATH "/var/lib/redoubt/host.baseline"
#define BASELINE_KEY_PATH "/etc/redoubt/baseline.pub" // one line: redoubt-baseline-key 1 <64 hex>

// In the order of their names.
enum baseline_kind {
	BASELINE_DIRECTORY, // value: mode.uid.gid
	BASELINE_FILE,      // value: mode.uid.gid.size.sha256
	BASELINE_GROUP,     // key: name; value: gid:members
	BASELINE_LINK,      // value: target
	BASELINE_LISTENER,  // key: tcp:0.0.0.0:22; value: program
	BASELINE_LOGIN_KEY, // key: path:half of SHA-256 of the line; value: the key's type
	BASELINE_NODE,      // a device, FIFO or socket in the scope; value: mode.uid.gid
	BASELINE_OWNER,     // key: path; value: the package that had it, for who may take it away
	BASELINE_SETUID,    // a setuid or setgid file anywhere; value: mode.uid.gid
	BASELINE_USER,      // key: name; value: uid:gid:home:shell
	BASELINE_KINDS,
};
extern const char *const baseline_kind_name[BASELINE_KINDS];

struct baseline_item {
	enum baseline_kind kind;
	const char *key, *value; // encoded
};

struct baseline_block; // of texts

struct baseline {
	char host[256];
	uint64_t sequence, time;
	uint8_t previous[SHA256_SIZE];
	size_t scope_count;
	const char *scope[BASELINE_SCOPE_MAX]; // encoded
	size_t count, room;
	struct baseline_item *items;
	uint8_t digest[SHA256_SIZE]; // of the whole text, once it is read or written
	struct baseline_block *blocks;
};

void baseline_free(struct baseline *b); // what it points to; accepts a zeroed one

// Copies into the baseline's memory, encoded. The result lives as long as the baseline. NULL: no memory, or too long.
const char *baseline_text(struct baseline *b, const char *raw);
// Decodes in place of `to` (as long as the encoded text). False: not such an encoding.
bool baseline_decode(const char *encoded, char *to);

// key and value are encoded already (baseline_text). 0 or negative errno.
MUST_USE int baseline_add(struct baseline *b, enum baseline_kind kind, const char *key, const char *value);
int baseline_compare(const struct baseline_item *a, const struct baseline_item *b); // kind, then key
void baseline_sort(struct baseline *b); // and drops an item that is there twice
const struct baseline_item *baseline_find(const struct baseline *b, enum baseline_kind kind, const char *key);

// The text without its signature line; free() it. 0 or negative errno.
MUST_USE int baseline_write(const struct baseline *b, char **ret, size_t *ret_size);
#define BASELINE_SIGNATURE_SIZE (10 + 2 * ED25519_SIGNATURE_SIZE + 1) // "signature <hex>\n"
void baseline_sign(const char *text, size_t size, const uint8_t seed[32], char line[BASELINE_SIGNATURE_SIZE + 1]);

enum baseline_refusal {
	BASELINE_FINE,
	BASELINE_FORMAT,    // not such a text; *ret_line says where (from 1)
	BASELINE_UNSIGNED,  // a draft
	BASELINE_SIGNATURE, // not signed by this key: altered, or another's
	BASELINE_OLDER,     // the copy has a higher sequence: this one was put back
	BASELINE_FORKED,    // neither is the other's predecessor, though both are signed
	BASELINE_COPY_OLDER, // the copy is the one before: this one stands, the copy is to be renewed
	BASELINE_COPY_UNREADABLE,
};
const char *baseline_refusal_text(enum baseline_refusal refusal);

// public_key NULL: reads a draft (or ignores the signature, for `show`). The signature is checked before anything else
// is read. 0, a refusal, or -ENOMEM. On refusal *ret is empty.
MUST_USE int baseline_read(const char *text, size_t size, const uint8_t *public_key, struct baseline *ret, size_t *ret_line);

// How the baseline on the host stands to the copy kept elsewhere: FINE, OLDER, FORKED or COPY_OLDER.
enum baseline_refusal baseline_against_copy(const struct baseline *here, const struct baseline *copy);

// "redoubt-baseline-key 1 <64 hex>". 0, or 1 when it is no such line.
MUST_USE int baseline_key_read(const char *text, size_t size, uint8_t public_key[32]);
