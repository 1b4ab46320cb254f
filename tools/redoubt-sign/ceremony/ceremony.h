// SPDX-License-Identifier: Apache-2.0
// What a ceremony agreed on and how far it has come: one text, a line a fact.
//
// Its first part is the plan, the same for all signers: written once, carried to each machine, its digest
// read aloud there. The second part belongs to one signer and lies in his vault (file "ceremony"), where the
// log names its digest with every act. Nothing in it is secret.
//
//   redoubt ceremony 1
//   wallet NAME              script wsh|tr|unvault      network main|test|regtest
//   quorum K N               cancel K N                 lock BLOCKS               account A
//   token HEX16              shares K N                 chain ID
//   leader NAME              witness NAME (1 or more)   signer NAME (N, then the cancelling ones)
//   --- one signer's
//   me I                     began TIME                 commitment HEX64          source KIND BITS (several)
//   fingerprint HEX8         key [ORIGIN]XPUB           evm ADDRESS               keystore HEX64
//   salt HEX64               share HEX64 TIME HOLDER    (as many as are confirmed, in order)
//   done STEP TIME WITNESS   descriptor TEXT            program HEX64             rotation STATE DETAIL
//
// The order is fixed; cancel and lock stand only where the script is unvault, and chain only where an EVM
// account is wanted (0 is none).
#pragma once

#include "bitcoin/bsms.h"
#include "ceremony/entropy.h"
#include "evm/address.h"
#include "ceremony/shares.h"

#define CEREMONY_NAME_MAX      40 // of a person: printable ASCII
#define CEREMONY_WALLET_MAX    32 // a-z, 0-9 and '-'
#define CEREMONY_SIGNERS_MAX   15
#define CEREMONY_WITNESSES_MAX 4
#define CEREMONY_TOKEN_SIZE    16
#define CEREMONY_KEY_MAX       192
#define CEREMONY_DETAIL_MAX    100
#define CEREMONY_TEXT_MAX      24576

enum ceremony_script { CEREMONY_WSH, CEREMONY_TR, CEREMONY_UNVAULT };
const char *ceremony_script_name(enum ceremony_script script);

// The steps after the plan, each durable by itself.
enum ceremony_step {
	CEREMONY_KEY,	   // entropy, passphrase, sealed and read back
	CEREMONY_SHARES,   // every holder has read his share back
	CEREMONY_RECORD,   // fingerprint and xpub read back, key record written
	CEREMONY_REGISTER, // descriptor checked and registered
	CEREMONY_PROTOCOL, // the printed protocol written
	CEREMONY_STEPS,
};
const char *ceremony_step_name(enum ceremony_step step);
const char *ceremony_step_text(enum ceremony_step step); // what to do now, with its command

struct ceremony_quorum {
	unsigned threshold;
	unsigned count;
};

struct ceremony_plan {
	char wallet[CEREMONY_WALLET_MAX + 1];
	enum ceremony_script script;
	const struct network *network;
	struct ceremony_quorum quorum;
	struct ceremony_quorum cancel; // unvault only, else zeros
	uint32_t lock;
	uint32_t account;
	char token[CEREMONY_TOKEN_SIZE + 1];
	struct shares_plan shares;
	uint64_t chain; // 0: no EVM account
	char leader[CEREMONY_NAME_MAX + 1];
	unsigned witness_count;
	char witnesses[CEREMONY_WITNESSES_MAX][CEREMONY_NAME_MAX + 1];
	char signers[CEREMONY_SIGNERS_MAX]
		    [CEREMONY_NAME_MAX + 1]; // those of the quorum, then those who cancel
};
static inline unsigned ceremony_signer_count(const struct ceremony_plan *plan)
{
	return plan->quorum.count + plan->cancel.count;
}

struct ceremony_source {
	enum entropy_kind kind;
	unsigned bits;
};

struct ceremony_share {
	uint8_t digest[SHA256_SIZE];
	uint64_t seconds;
	char holder[CEREMONY_NAME_MAX + 1];
};

struct ceremony_done {
	uint64_t seconds; // 0: not yet
	char witness[CEREMONY_NAME_MAX + 1];
};

struct ceremony {
	struct ceremony_plan plan;
	unsigned me; // from 1; 0: this is a plan alone
	uint64_t began;
	uint8_t commitment[SHA256_SIZE];
	unsigned source_count;
	struct ceremony_source sources[ENTROPY_SOURCES_MAX];
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	char key[CEREMONY_KEY_MAX + 1];
	char evm[EVM_ADDRESS_TEXT];
	uint8_t keystore[SHA256_SIZE];
	uint8_t salt[SHARES_SALT_SIZE];
	unsigned share_count; // confirmed by their holders
	struct ceremony_share shares[SHARES_MAX];
	struct ceremony_done done[CEREMONY_STEPS];
	char descriptor[DESCRIPTOR_TEXT_MAX + 1]; // empty until registered
	uint8_t program[SHA256_SIZE];
	char rotation[CEREMONY_DETAIL_MAX + 1]; // empty, "begun ..." or "swept ..."
};

enum ceremony_refusal {
	CEREMONY_FINE,
	CEREMONY_LENGTH,  // longer than CEREMONY_TEXT_MAX
	CEREMONY_VERSION, // not "redoubt ceremony 1"
	CEREMONY_LINE,	  // a line is missing, out of order or malformed: *ret_line
	CEREMONY_NAME,	  // a person has two roles that must be two persons', or a name is malformed
	CEREMONY_QUORUM,  // a quorum that is not offered, or a number of signers that is not the quorum's
	CEREMONY_SHARING, // shares that are no plan
};
const char *ceremony_refusal_text(enum ceremony_refusal refusal);

// 2-of-3, 3-of-5 and 4-of-7: what the tiers ask for.
bool ceremony_quorum_offered(const struct ceremony_quorum *quorum);
bool ceremony_name_valid(const char *name);
// Everything that a plan must be. *ret_text is a sentence of more detail where there is one.
MUST_USE enum ceremony_refusal ceremony_plan_check(const struct ceremony_plan *plan);

// Reads either kind of text. On CEREMONY_LINE and _NAME *ret_line is the line's number from 1.
MUST_USE enum ceremony_refusal ceremony_parse(const char *text, size_t length, struct ceremony *ret,
					      size_t *ret_line);
// Writes it with a NUL; returns its length. The plan part alone when me is 0.
size_t ceremony_format(const struct ceremony *ceremony, char to[CEREMONY_TEXT_MAX + 1]);
// SHA-256 of the plan part: what is read aloud at each machine.
void ceremony_plan_digest(const struct ceremony_plan *plan, uint8_t ret[SHA256_SIZE]);

// The first step that is not done; CEREMONY_STEPS when all are.
enum ceremony_step ceremony_next(const struct ceremony *ceremony);

// The account that this plan's keys are taken from: BIP48 (script 2) for wsh and unvault, BIP87 for tr.
void ceremony_account(const struct ceremony_plan *plan, struct path *ret);

// What people compare of a key: 80 bits of SHA-256 over "redoubt key code 1", a newline and the xpub's text,
// as "0123 4567 89ab cdef 0123". A fingerprint beside an xpub is only text that anybody can write there.
#define CEREMONY_KEY_CODE_SIZE 25
void ceremony_key_code(const struct network *network, const struct hd_public *key,
		       char to[CEREMONY_KEY_CODE_SIZE]);
// The same of the signer's own key, once it is made.
void ceremony_own_key_code(const struct ceremony *ceremony, char to[CEREMONY_KEY_CODE_SIZE]);

// ---- the wallet --------------------------------------------------------
enum ceremony_wallet_refusal {
	CEREMONY_WALLET_FINE,
	CEREMONY_WALLET_KEY,	  // one's own key is not among them, or occurs more than once
	CEREMONY_WALLET_REPEATED, // one key twice
	CEREMONY_WALLET_COUNT,	  // not as many keys as the plan has signers
	CEREMONY_WALLET_SCRIPT,	  // another template, quorum or lock than the plan's
	CEREMONY_WALLET_NETWORK,
	CEREMONY_WALLET_PATH,	// a key of another account than the plan's
	CEREMONY_WALLET_MASTER, // two keys of one master: one signer twice
};
const char *ceremony_wallet_refusal_text(enum ceremony_wallet_refusal refusal);

// The descriptor of all signers' keys, in the order of the plan's signers (keys[i] is signer i + 1's).
MUST_USE enum ceremony_wallet_refusal ceremony_wallet_make(const struct ceremony_plan *plan,
							   const struct descriptor_key *keys, size_t count,
							   struct descriptor *ret);
// Whether a descriptor is the plan's, and holds `own` at the place of signer `me` (0: at any place).
MUST_USE enum ceremony_wallet_refusal ceremony_wallet_check(const struct ceremony_plan *plan,
							    const struct descriptor *descriptor, unsigned me,
							    const struct descriptor_key *own);
