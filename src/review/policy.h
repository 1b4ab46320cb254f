// SPDX-License-Identifier: Apache-2.0
// What a review compares a payload with: our wallets, the names that we gave to
// addresses, tokens, Safes, limits and the people who approve. Values only; who
// reads them from the sealed policy file is the program. The arrays are the caller's
// and outlive the review. Everything that is not named here is refused.
#pragma once

#include "bitcoin/descriptor.h"
#include "evm/call.h"
#include "evm/review.h"
#include "treasury/limits.h"

#define POLICY_NAME_MAX INTENT_NAME_MAX
#define POLICY_GAP_MAX	1000 // how far above index_next own outputs may lie, unless the policy says otherwise

enum policy_mode {
	POLICY_NORMAL,
	POLICY_CEREMONY, // owners, modules, guards and the timelock of a Safe may change
};

struct policy_wallet { // Bitcoin
	char name[POLICY_NAME_MAX + 1];
	struct descriptor descriptor;
	uint8_t id[INTENT_WALLET_SIZE]; // policy_wallet_id
	char key_names[DESCRIPTOR_KEYS_MAX][POLICY_NAME_MAX + 1]; // whose key each is; "" where nobody was named
	uint32_t index_next; // no index from here on was handed out yet; own outputs may lie gap_max above
};

struct policy_label {
	char name[POLICY_NAME_MAX + 1];
	struct chain chain;
	uint8_t place[INTENT_PLACE_MAX]; // Bitcoin: scriptPubKey; EVM: 20 bytes
	uint8_t place_size;
};

struct policy_token {
	char symbol[12 + 1];
	uint64_t chain_id;
	struct evm_address contract;
	uint8_t decimals; // at most U256_DECIMALS_MAX
};

struct policy_safe {
	char name[POLICY_NAME_MAX + 1];
	uint64_t chain_id;
	struct evm_address address;
	struct evm_address owners[16];
	size_t owner_count;
	unsigned threshold;
	bool has_timelock;
	struct evm_address timelock;
	uint64_t delay_min;	      // seconds; a schedule with less is refused
	struct evm_address canceller; // zero: the Safe itself
};

struct policy_account { // a plain account that sends transactions: what pays gas, or a hot wallet
	char name[POLICY_NAME_MAX + 1];
	uint64_t chain_id;
	struct evm_address address;
};

struct review_policy {
	enum policy_mode mode;
	const struct network *network; // Bitcoin's; NULL: no Bitcoin here
	const struct policy_wallet *wallets;
	size_t wallet_count;
	const struct policy_label *labels;
	size_t label_count;
	bool labels_only; // a destination without a label is refused, whatever the quorum says
	uint32_t gap_max;
	const uint64_t *chain_ids;
	size_t chain_id_count;
	const struct policy_safe *safes;
	size_t safe_count;
	const struct policy_account *accounts;
	size_t account_count;
	const struct policy_token *tokens;
	size_t token_count;
	uint64_t calls; // bits 1 << enum evm_function_id; POLICY_CALLS_DEFAULT
	struct approvers approvers;
	bool locktime_allowed; // nLockTime may be far ahead, or a height: counted when it is signed, not when it leaves
	bool intent_optional; // pays without a quorum's intent; for a test network
	char successor[POLICY_NAME_MAX + 1]; // the wallet that a rotation goes to, which two people confirmed; "" none
	struct limits limits;
};

#define POLICY_CALLS_DEFAULT                                                                                  \
	(1ull << EVM_TRANSFER | 1ull << SAFE_EXEC_TRANSACTION | 1ull << TIMELOCK_SCHEDULE | 1ull << TIMELOCK_EXECUTE | \
	 1ull << TIMELOCK_CANCEL)

enum policy_fault {
	POLICY_FINE,
	POLICY_NAME,	  // empty, too long, not printable, or twice
	POLICY_NETWORK,	  // a wallet of another network than the policy's
	POLICY_WALLET,	  // its id is not its descriptor's, or one descriptor twice
	POLICY_LABEL,	  // not an address, or one address under two names
	POLICY_CHAIN,	  // chain id 0, too large, twice, or something on a chain that is not listed
	POLICY_SAFE,	  // no owners, an owner twice, a threshold that is not 1..owners, one Safe twice
	POLICY_TOKEN,	  // no symbol, too many decimals, one contract twice
	POLICY_APPROVERS, // approvers_valid says no, and an intent is demanded
	POLICY_LIMITS,	  // limits_valid says no
	POLICY_CALLS,	  // a call is allowed that no policy may allow: approvals, owners, modules, delegatecall
};
const char *policy_fault_text(enum policy_fault fault);
// *ret_index (may be NULL): which row.
MUST_USE enum policy_fault policy_check(const struct review_policy *policy, size_t *ret_index);

// SHA-256 of descriptor_format's text. 0, or 1 when that has no room.
MUST_USE int policy_wallet_id(const struct descriptor *descriptor, uint8_t ret[INTENT_WALLET_SIZE]);
// Twelve zeros and the address.
void policy_evm_id(const struct evm_address *address, uint8_t ret[INTENT_WALLET_SIZE]);

struct chain policy_chain_bitcoin(const struct network *network);
struct chain policy_chain_evm(uint64_t chain_id);
// The label of a place, or NULL.
const struct policy_label *policy_label(const struct review_policy *policy, const struct chain *chain,
					const uint8_t *place, size_t size);
const struct policy_token *policy_token(const struct review_policy *policy, uint64_t chain_id,
					const struct evm_address *contract);
const struct policy_safe *policy_safe(const struct review_policy *policy, uint64_t chain_id,
				      const struct evm_address *address);

// ---- what a review is told besides ---------------------------------------
#define NONCES_MAX 4096

// The r of every signature that was seen: the same r for two digests gives the key away. A ring: the oldest goes.
struct nonce_store {
	struct {
		uint8_t r[32];
		uint8_t of[32]; // SHA-256 of key and digest
	} seen[NONCES_MAX];
	size_t count;
	size_t next;
};
// True when this r was seen for another key or digest.
bool nonce_repeated(const struct nonce_store *store, const uint8_t r[32], const uint8_t of[32]);
// What a signature is of, in the store: key and digest.
void nonce_of(struct span key, const uint8_t digest[32], uint8_t of[32]);
void nonce_add(struct nonce_store *store, const uint8_t r[32], const uint8_t of[32]); // nothing when it is there
#define NONCE_STORE_SIZE_MAX (8 + 4 + 4 + NONCES_MAX * 64)
void nonce_store_write(const struct nonce_store *store, struct writer *w);
MUST_USE int nonce_store_read(const void *data, size_t size, struct nonce_store *ret); // 0, or 1 malformed

#define OPERATIONS_MAX	   1024
#define OPERATION_KEY_SIZE 32

// What was scheduled in timelocks under this signer's signature: agreed on and counted then. The chain executes each
// operation once, so that its execution needs no second intent. A ring: the oldest goes, and then needs one.
struct operation_store {
	uint8_t keys[OPERATIONS_MAX][OPERATION_KEY_SIZE];
	size_t count;
	size_t next;
};
// What an operation is known by: the chain, the timelock and the timelock's id of it.
void operation_key(uint64_t chain_id, const struct evm_address *timelock, const uint8_t id[32],
		   uint8_t ret[OPERATION_KEY_SIZE]);
bool operation_known(const struct operation_store *store, const uint8_t key[OPERATION_KEY_SIZE]);
void operation_add(struct operation_store *store, const uint8_t key[OPERATION_KEY_SIZE]); // nothing when it is there
#define OPERATION_STORE_SIZE_MAX (8 + 2 + 4 + 4 + OPERATIONS_MAX * OPERATION_KEY_SIZE)
void operation_store_write(const struct operation_store *store, struct writer *w);
MUST_USE int operation_store_read(const void *data, size_t size, struct operation_store *ret); // 0, or 1 malformed

struct review_context {
	uint64_t now;			      // seconds since 1970
	const struct intent_signed *intent;   // or NULL
	const struct limits_state *limits;
	const struct nonce_store *nonces;     // or NULL
	const struct operation_store *operations; // or NULL: none was scheduled
};

// A destination as both reviews have it, for intent and limits.
struct review_payment {
	struct asset asset;
	uint8_t place[INTENT_PLACE_MAX];
	uint8_t place_size;
	struct units amount;
	size_t index; // the output or step
};
