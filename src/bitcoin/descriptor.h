// SPDX-License-Identifier: Apache-2.0
// Output descriptors (BIP380 to 389) of a closed set of templates, public keys only:
//
//   wpkh(KEY)
//   wsh(sortedmulti(k,KEY,...))       wsh(multi(k,KEY,...))
//   wsh(or_d(multi(k,KEY,...),and_v(v:multi(k,KEY,...),older(N))))    the unvault: who may
//                         cancel now, and who may pay after N blocks or units of time
//   tr(KEY)   tr(KEY,sortedmulti_a(k,KEY,...))   tr(KEY,multi_a(k,KEY,...))
//
// KEY is [fingerprint/path]xpub/step/<0;1>/* or a compressed (in tr: x-only) key
// in hex. The checksum is demanded. Not taken: private keys, hardened steps
// after an xpub, uncompressed keys, one key twice (miniscript calls that not
// sane), anything else that BIP380 would allow.
#pragma once

#include "bitcoin/address.h"
#include "bitcoin/hdkey.h"
#include "bitcoin/taproot.h"

#define DESCRIPTOR_TEXT_MAX	 8192
#define DESCRIPTOR_CHECKSUM_SIZE 8
#define DESCRIPTOR_KEYS_MAX	 20   // in one descriptor
#define DESCRIPTOR_BRANCHES_MAX	 4    // of BIP389's <a;b;...>
#define DESCRIPTOR_SCRIPT_MAX	 1024 // 20 keys need 700 bytes

enum descriptor_kind {
	DESCRIPTOR_WPKH,
	DESCRIPTOR_WSH_SORTEDMULTI,
	DESCRIPTOR_WSH_MULTI,
	DESCRIPTOR_WSH_UNVAULT,
	DESCRIPTOR_TR,
	DESCRIPTOR_TR_SORTEDMULTI,
	DESCRIPTOR_TR_MULTI,
};

struct descriptor_key {
	bool has_origin;
	uint8_t fingerprint[HD_FINGERPRINT_SIZE]; // of the origin; without one, of the key itself
	struct path origin;
	bool extended; // else `base.key` is the key itself
	struct hd_public base;
	struct path steps;  // after the xpub, without the wildcard
	size_t branch_step; // which of them is <a;b;...>; PATH_STEPS_MAX when none is
	uint32_t branches[DESCRIPTOR_BRANCHES_MAX];
	size_t branch_count; // 1 when there is no <...>
	bool wildcard;
};

struct key_group { // k of the keys from `first` on
	unsigned threshold;
	size_t first;
	size_t count;
};

struct descriptor {
	const struct network *network;
	enum descriptor_kind kind;
	struct descriptor_key keys[DESCRIPTOR_KEYS_MAX]; // in tr the internal key is the first
	size_t key_count;
	struct key_group groups[2]; // the unvault has two: cancel, then pay
	size_t group_count;
	uint32_t lock;	     // older()
	size_t branch_count; // 1, or what every <...> has
	bool ranged;	     // has a wildcard, and then in every extended key
};

enum descriptor_refusal {
	DESCRIPTOR_FINE,
	DESCRIPTOR_LENGTH,	// longer than DESCRIPTOR_TEXT_MAX
	DESCRIPTOR_CHARACTER,	// outside BIP380's set
	DESCRIPTOR_NO_CHECKSUM, // "#" and eight characters are missing
	DESCRIPTOR_CHECKSUM,	// it does not match: a typing or copying fault
	DESCRIPTOR_TEMPLATE,	// not one of the templates above
	DESCRIPTOR_KEY,		// a key, its origin or its path is malformed or of another network
	DESCRIPTOR_PRIVATE_KEY, // holds a private key: it was just exposed
	DESCRIPTOR_HARDENED,	// a step after the xpub is hardened
	DESCRIPTOR_THRESHOLD,	// not 1 <= k <= n, or too many keys
	DESCRIPTOR_LOCK,	// older() of zero or of an undefined bit
	DESCRIPTOR_BRANCHES,	// <...> of different lengths, or twice in a key
	DESCRIPTOR_RANGE,	// some keys have a wildcard and some have none
	DESCRIPTOR_REPEATED,	// a key occurs twice
};
const char *descriptor_refusal_text(enum descriptor_refusal refusal);

// Reads text with its checksum. 0 (DESCRIPTOR_FINE) or why not.
MUST_USE enum descriptor_refusal descriptor_parse(const struct network *network, const char *text,
						  size_t length, struct descriptor *ret);
// The eight characters and a NUL for text without "#". 0, or 1 for a character outside BIP380's set.
MUST_USE int descriptor_checksum(const char *text, size_t length, char to[DESCRIPTOR_CHECKSUM_SIZE + 1]);

// Writes it with h for hardened steps, checksum and NUL. 0, or 1 when room does not suffice.
MUST_USE int descriptor_format(const struct descriptor *descriptor, char *to, size_t room);

// Reads one KEY, with or without origin, as it would stand in a descriptor.
MUST_USE enum descriptor_refusal descriptor_key_parse(const struct network *network, const char *text,
						      size_t length, bool xonly, struct descriptor_key *ret);

struct descriptor_output {
	struct output_script script;
	uint8_t keys[DESCRIPTOR_KEYS_MAX][PUBLIC_KEY_SIZE]; // in the descriptor's order
	uint8_t inner[DESCRIPTOR_SCRIPT_MAX];		    // witness script, or the one leaf's script
	size_t inner_size;
	uint8_t leaf_hash[TAPROOT_HASH_SIZE]; // of the leaf, which is also the merkle root
	uint8_t output_key[XONLY_KEY_SIZE];   // taproot
	bool output_odd;
};

// The output of one branch and index. 0, 1 when branch or index is out of
// range, or 2 when a step gives no key (2^-127). index must be 0 when not ranged.
MUST_USE int descriptor_derive(const struct descriptor *descriptor, size_t branch, uint32_t index,
			       struct descriptor_output *ret);

// The keys of a group in the order in which its script holds them: indices into descriptor_output's keys.
void descriptor_group_order(const struct descriptor *descriptor, const struct descriptor_output *output,
			    size_t group, size_t order[DESCRIPTOR_KEYS_MAX]);

// Whether a key with this origin (fingerprint, whole path) belongs to the descriptor, and at which branch and
// index.
bool descriptor_place(const struct descriptor *descriptor, const uint8_t fingerprint[HD_FINGERPRINT_SIZE],
		      const struct path *path, size_t *ret_key, size_t *ret_branch, uint32_t *ret_index);
// The whole path of a key at a branch and index, beginning at its origin.
MUST_USE int descriptor_key_path(const struct descriptor_key *key, size_t branch, uint32_t index,
				 struct path *ret);

// The secret of one of the descriptor's keys at a branch and index, from the master key that its origin names
// (without an origin: from the private half of the xpub itself). The public key that comes out is compared
// with the descriptor's. 0, 1 when the master is not this key's, or 2 when a step gives no key. The caller
// wipes secret.
MUST_USE int descriptor_secret(const struct descriptor *descriptor, size_t key, size_t branch, uint32_t index,
			       const struct hd_private *master, uint8_t secret[SECRET_KEY_SIZE]);

// Looks for a scriptPubKey among `count` indices from `from` of every branch. True and where.
bool descriptor_find(const struct descriptor *descriptor, struct span script, uint32_t from, uint32_t count,
		     size_t *ret_branch, uint32_t *ret_index);

enum descriptor_spend {
	SPEND_FIRST,  // the only way, or the unvault's cancel, or taproot's key path
	SPEND_SECOND, // the unvault after its lock, or taproot's script path
};
// The most that an input's witness can weigh (its bytes; a signature counts as
// 72 and 64 bytes). The rest of an input weighs 4 * 41.
size_t descriptor_witness_weight(const struct descriptor *descriptor, enum descriptor_spend spend);
