// SPDX-License-Identifier: Apache-2.0
#include "review/refusal.h"

#include "review/text.h"

#define STOP false
#define NOTE true

static const struct refusal_row rows[REFUSALS] = {
	[REFUSE_PSBT_UNREADABLE] = { "unreadable-psbt", STOP, "This is not a well-formed PSBT, so nobody can say what it would pay. Ask for it to be made again.", NULL },
	[REFUSE_PSBT_TOO_LARGE] = { "psbt-too-large", STOP, "The PSBT is larger than this signer reads. Split the payment into several.", NULL },
	[REFUSE_PREVIOUS_FALSE] = { "false-previous-transaction", STOP, "The previous transaction that came with an input is not the one that the input spends, or another amount is claimed: somebody altered it. Keep the file and report it.", "segwit fee attack" },
	[REFUSE_SIGNATURE_ENCODING] = { "signature-encoding", STOP, "A signature in the PSBT is not in strict DER: no honest signer wrote it. Start again from the unsigned PSBT.", NULL },
	[REFUSE_SIGNATURE_HIGH_S] = { "high-s", STOP, "A signature in the PSBT has a high S: it was altered on the way, or made by a signer that does not normalise. Start again from the unsigned PSBT.", "signature malleability, Mt. Gox 2014" },
	[REFUSE_PREVIOUS_MISSING] = { "missing-previous-transaction", STOP, "The whole previous transaction of this input is missing, so its amount is only a claim and the fee could be anything. Ask for a PSBT with full previous transactions.", "segwit fee attack" },
	[REFUSE_INPUT_NONE] = { "no-inputs", STOP, "The transaction spends nothing.", NULL },
	[REFUSE_INPUT_DUPLICATE] = { "duplicate-input", STOP, "The transaction spends the same coin twice. No node would take it: ask how it was made.", NULL },
	[REFUSE_INPUT_NULL] = { "null-input", STOP, "An input names no coin.", NULL },
	[REFUSE_INPUT_FOREIGN] = { "foreign-input", STOP, "This input is not of a registered wallet. Everything that we sign must be ours: ask who added it.", NULL },
	[REFUSE_INPUT_MIXED] = { "mixed-wallets", STOP, "The inputs come from several of our wallets. A payment has one wallet: ask for one PSBT for each.", NULL },
	[REFUSE_INPUT_FINAL] = { "input-already-complete", STOP, "This input was completed before it came here: nothing can be checked or added. Ask for the PSBT before it was finalized.", NULL },
	[REFUSE_INPUT_SCRIPT] = { "input-script", STOP, "A script in this input is missing, of another kind, or not the one that the coin was paid to: it was swapped or left away. Do not sign.", "script swap" },
	[REFUSE_SIGHASH_TYPE] = { "sighash-type", STOP, "A signature of this type would not cover all inputs and outputs, so that others could change the payment afterwards. Only SIGHASH_ALL is signed.", "sighash abuse" },
	[REFUSE_SIGNATURE_FALSE] = { "altered-after-signing", STOP, "A signature that is already there does not verify: the PSBT was altered after somebody signed, or never was what he saw. Compare the file with that person's.", "altered between two signers" },
	[REFUSE_SIGNATURE_STRANGER] = { "stranger-signature", STOP, "A signature is by a key that has no part in this input. Ask who put it there.", NULL },
	[REFUSE_NONCE_REPEATED] = { "repeated-nonce", STOP, "Two different signatures share one random number: the secret key can be computed from them. Stop, and move the coins to new keys.", "PlayStation 3 2010, Android wallets 2013, Upbit 2025" },
	[REFUSE_NONCE_WEAK] = { "weak-nonce", STOP, "A signature was made with a random number that can be guessed: whoever sees it has the key. Stop, and move the coins to new keys.", "biased nonces, Upbit 2025 (reported)" },
	[REFUSE_UNVAULT_EARLY] = { "unvault-too-early", STOP, "The delayed path of the vault is used, but the input's lock is too short for it. Nodes would refuse it until the delay has passed.", NULL },
	[REFUSE_MODIFIABLE] = { "still-modifiable", STOP, "The PSBT says that inputs or outputs may still be added. Sign only what is final.", NULL },
	[REFUSE_LOCKTIME] = { "late-locktime", STOP, "The transaction becomes valid more than a day from now, or at a height that is not known here: it would be counted today and leave with what is counted then. Have it made without, or say 'locktime allowed' in the policy.", NULL },
	[REFUSE_OUTPUT_NONE] = { "no-outputs", STOP, "The transaction pays nobody: everything would become the fee.", NULL },
	[REFUSE_OUTPUT_ZERO] = { "zero-output", STOP, "This output pays nothing.", NULL },
	[REFUSE_OUTPUT_DUST] = { "dust", STOP, "This output is so small that nodes would not pass it on, and spending it would cost more than it is worth.", NULL },
	[REFUSE_OUTPUT_NO_ADDRESS] = { "no-address", STOP, "This output pays to a script that no address names: it cannot be compared with what was agreed, or holds data.", NULL },
	[REFUSE_OUTPUT_ANYONE] = { "anyone-can-spend", STOP, "This output pays to a kind of address that has no rules yet: anyone could take it.", NULL },
	[REFUSE_CHANGE_FOREIGN] = { "foreign-change", STOP, "This output says that it comes back to us, but it does not derive from our wallet: somebody swapped the change address. Do not sign.", "change swap" },
	[REFUSE_OUTPUT_CLAIMS] = { "unregistered-keys", STOP, "This output carries key paths of a wallet that is not registered here. If it is ours, register it; else ask who put them there.", "change swap" },
	[REFUSE_CHANGE_GAP] = { "index-gap", STOP, "The index of this own address lies so far above those in use that no wallet would find the coins again. That is how change is held for ransom.", "change ransom" },
	[REFUSE_OWN_OTHER_WALLET] = { "other-own-wallet", STOP, "This output moves coins to another wallet of ours, and no agreed intent says so. From cold to warm is a payment like any other.", NULL },
	[REFUSE_AMOUNTS] = { "impossible-amounts", STOP, "The amounts are impossible: more is paid than spent, or more than there are bitcoins.", NULL },
	[REFUSE_TOO_MANY] = { "too-many-to-show", STOP, "There are more inputs, outputs or different payees than a person can be shown. Split the payment.", NULL },
	[REFUSE_DESTINATION_UNKNOWN] = { "unknown-destination", STOP, "This destination has no label, and the policy lets only labelled ones through. Add it in a ceremony, read over a second channel.", NULL },
	[REFUSE_LOOK_ALIKE] = { "look-alike", STOP, "This address looks like a known one at its ends and is another: it was made to be mistaken. Compare every character.", "address poisoning 2024, 1,155 WBTC" },
	[REFUSE_NETWORK] = { "wrong-network", STOP, "This is for another network than the policy's.", NULL },
	[REFUSE_WALLET_UNKNOWN] = { "unknown-wallet", STOP, "No registered wallet or account pays this. If it is ours, register its descriptor or address first.", NULL },
	[REFUSE_FEE] = { "absurd-fee", STOP, "The fee is above the policy's limit.", "segwit fee attack" },
	[REFUSE_FEE_RATE] = { "absurd-fee-rate", STOP, "The fee rate is above the policy's limit. Compare it with what the network asks today.", "83 BTC fee, 2023" },
	[REFUSE_FEE_SHARE] = { "absurd-fee-share", STOP, "The fee is too large a part of what is paid.", "segwit fee attack" },
	[REFUSE_INTENT_MISSING] = { "no-intent", STOP, "Money would leave and no agreed intent says so. Bring the intent with its approvals.", "DMM 2024" },
	[REFUSE_INTENT_CHAIN] = { "intent-other-chain", STOP, "The agreed intent is for another chain or network.", NULL },
	[REFUSE_INTENT_WALLET] = { "intent-other-wallet", STOP, "The agreed intent pays from another wallet.", "DMM 2024" },
	[REFUSE_INTENT_ASSET] = { "intent-other-asset", STOP, "The payload pays another coin or token than was agreed.", "DMM 2024" },
	[REFUSE_INTENT_PAYEE] = { "intent-other-payee", STOP, "The payload pays somebody whom the agreed intent does not name: the request was altered after it was approved. Do not sign, and report it.", "DMM 2024" },
	[REFUSE_INTENT_AMOUNT] = { "intent-other-amount", STOP, "The payload pays another amount than was agreed.", "DMM 2024" },
	[REFUSE_INTENT_UNPAID] = { "intent-unpaid", STOP, "A destination that was agreed is not paid.", "DMM 2024" },
	[REFUSE_INTENT_FEE] = { "intent-fee", STOP, "The fee is above the one that was agreed.", NULL },
	[REFUSE_INTENT_INITIATOR] = { "initiator-unknown", STOP, "The intent was not begun by a person whose key is pinned here, or not under that name.", NULL },
	[REFUSE_INTENT_APPROVER_UNKNOWN] = { "approver-unknown", STOP, "An approval is by a key that is not pinned here. Nobody but the listed people approves.", "Ronin 2022" },
	[REFUSE_INTENT_FORGED] = { "approval-false", STOP, "A signature on the intent does not verify: it was given for other content. Ask that person what he approved.", "DMM 2024" },
	[REFUSE_INTENT_KEY_TWICE] = { "same-approver-twice", STOP, "The same key approves twice. Another person must approve.", "Ronin 2022" },
	[REFUSE_INTENT_PERSON_TWICE] = { "same-person-twice", STOP, "One person approves with two keys. Another person must approve.", "Ronin 2022" },
	[REFUSE_INTENT_OWN_APPROVAL] = { "initiator-approves", STOP, "The person who began the payment approves it himself. Another person must approve.", "QuadrigaCX" },
	[REFUSE_INTENT_TOO_FEW] = { "too-few-approvals", STOP, "Fewer people have approved than the policy demands.", "QuadrigaCX" },
	[REFUSE_INTENT_EXPIRED] = { "intent-expired", STOP, "The intent has expired. Agree on a new one.", NULL },
	[REFUSE_INTENT_EARLY] = { "intent-early", STOP, "The intent does not hold yet. Compare this machine's clock, or wait.", NULL },
	[REFUSE_INTENT_REPLAYED] = { "intent-replayed", STOP, "The intent's counter was used before: it was signed already, or an older one is brought again. Agree on a new one.", "BitGrail 2018" },
	[REFUSE_LIMIT_UNLISTED] = { "no-limit", STOP, "The policy has no limit for this coin or token, so none of it may leave.", NULL },
	[REFUSE_LIMIT_PAYMENT] = { "over-cap", STOP, "One payee would get more than the policy allows in one payment.", "Bitfinex 2016" },
	[REFUSE_LIMIT_VELOCITY] = { "over-velocity", STOP, "With what left before, more would leave in a window of time than the policy allows. Wait, or change the policy in a ceremony.", "Bitfinex 2016" },
	[REFUSE_LIMIT_COUNT] = { "over-count", STOP, "More payments would be signed in a window of time than the policy allows. Wait.", "Bitfinex 2016" },
	[REFUSE_LIMIT_RECORD_FULL] = { "record-full", STOP, "The record of what left has no room for more, and without it no limit holds. Wait until the oldest window has passed.", NULL },
	[REFUSE_CLOCK_BACK] = { "clock-set-back", STOP, "The clock of this machine shows an earlier time than it did before. Limits and expiries cannot be trusted: set the clock right.", NULL },
	[REFUSE_EVM_UNREADABLE] = { "unreadable-transaction", STOP, "This is not a well-formed unsigned transaction of a known type. Ask for it to be made again.", NULL },
	[REFUSE_EVM_INVALID] = { "invalid-transaction", STOP, "No node would take this transaction: its nonce, fees, gas or size are impossible.", NULL },
	[REFUSE_CHAIN_ID] = { "wrong-chain-id", STOP, "This is for a chain that the policy does not list.", NULL },
	[REFUSE_UNPROTECTED] = { "no-chain-id", STOP, "Without a chain id the same signature is valid on every chain. It is never signed.", "replays after the 2016 fork" },
	[REFUSE_EVM_SIGNED] = { "already-signed", STOP, "The transaction carries a signature already. Bring the unsigned one.", NULL },
	[REFUSE_SAFE_UNKNOWN] = { "unknown-safe", STOP, "The Safe is not registered for this chain. Register it with its owners first.", NULL },
	[REFUSE_MESSAGE] = { "personal-message", STOP, "A message is signed for somebody else's machine to read: it can be an order, a login or a listing. This signer signs payments only.", "NFT listing thefts 2022" },
	[REFUSE_TYPED_DATA] = { "unknown-typed-data", STOP, "Typed data other than a Safe transaction is not signed here: a permit is an approval in disguise.", "permit phishing" },
	[REFUSE_CREATES] = { "creates-contract", STOP, "This puts a contract on the chain. That is never a payment.", NULL },
	[REFUSE_DELEGATECALL] = { "delegatecall", STOP, "A delegatecall lets foreign code act with all rights of the Safe: it can replace the Safe itself. It is never signed.", "Bybit 2025, WazirX 2024" },
	[REFUSE_CALL_UNKNOWN] = { "unknown-selector", STOP, "Nobody can say what this call does: its selector is not known here. It is never signed blind.", "Bybit 2025, WazirX 2024" },
	[REFUSE_CALL_MALFORMED] = { "malformed-call", STOP, "A known call whose arguments are not encoded as they must be: contract and screen could read it differently.", NULL },
	[REFUSE_CALL_NOT_ALLOWED] = { "call-not-allowed", STOP, "The policy does not allow this call, or not on this contract.", NULL },
	[REFUSE_APPROVAL_UNLIMITED] = { "unlimited-approval", STOP, "An approval without end: the spender could take everything, at any time, today and later.", "BadgerDAO 2021" },
	[REFUSE_APPROVAL] = { "approval", STOP, "An approval lets the spender take tokens later, without another signature. Pay instead.", "BadgerDAO 2021" },
	[REFUSE_OWNERS] = { "owner-change", STOP, "The owners or the threshold of a Safe would change. That is done in a ceremony only.", "Parity 2017" },
	[REFUSE_MODULES] = { "module-change", STOP, "A module acts without the owners' signatures. Modules change in a ceremony only.", "Parity 2017" },
	[REFUSE_GUARD] = { "guard-change", STOP, "The guard or the fallback handler of a Safe would change. That is done in a ceremony only.", "Parity 2017" },
	[REFUSE_FROM_MODULE] = { "from-module", STOP, "A call through a module goes past the owners. It is never signed.", NULL },
	[REFUSE_HASH_BLIND] = { "blind-hash", STOP, "This approves a hash whose content is not shown. Bring the payload itself.", "Bybit 2025" },
	[REFUSE_GAS_REFUND] = { "gas-refund", STOP, "The Safe would pay somebody for gas: a way to take money out beside the payment. Set the gas price to zero.", NULL },
	[REFUSE_TIMELOCK_ROLE] = { "timelock-change", STOP, "The delay or a role of the timelock would change. That is done in a ceremony only.", "Parity 2017" },
	[REFUSE_TIMELOCK_UNKNOWN] = { "unknown-timelock", STOP, "This timelock is not registered with a Safe of ours on this chain.", NULL },
	[REFUSE_TIMELOCK_DELAY] = { "short-delay", STOP, "The delay is shorter than the policy's, so that nobody would have time to cancel.", "WazirX 2024" },
	[REFUSE_TIMELOCK_PAST] = { "past-timelock", STOP, "This Safe pays through its timelock. A payment that goes past it cannot be cancelled.", "WazirX 2024" },
	[REFUSE_TIMELOCK_CANCELLER] = { "not-canceller", STOP, "Another account is the canceller of this timelock. The call would fail.", NULL },
	[REFUSE_DEPTH] = { "nested-too-deep", STOP, "Calls are nested deeper than can be shown whole.", NULL },
	[REFUSE_STEPS] = { "too-many-steps", STOP, "There are more calls than can be shown.", NULL },
	[REFUSE_LOST] = { "payment-lost", STOP, "This pays the zero address, or a token to its own contract: it would be lost.", NULL },
	[REFUSE_TOKEN_UNKNOWN] = { "unknown-token", STOP, "This token is not on the policy's list: another contract can carry the same name.", "fake token deposits" },
	[REFUSE_VALUE_WITH_CALL] = { "value-with-call", STOP, "The chain's own coin is sent along with a call that does not need it, and would be stuck.", NULL },
	[REFUSE_CONTRACT_ON_OTHER_CHAIN] = { "address-of-other-chain", STOP, "This address is ours, or known, on another chain only. On this one somebody else may hold it.", "Wintermute 2022, 20M OP" },
	[NOTICE_DESTINATION_UNKNOWN] = { "unlabelled-destination", NOTE, "This destination has no label here. Compare every character with the agreed paper.", NULL },
	[NOTICE_NO_INTENT] = { "without-intent", NOTE, "No agreed intent came with it, and the policy lets that through.", NULL },
	[NOTICE_LOCKTIME] = { "locktime", NOTE, "The transaction is valid only after a time or block that is named.", NULL },
	[NOTICE_UNVAULT_LOCK] = { "relative-lock", NOTE, "This coin can be spent only when the lock shown has passed since it confirmed.", NULL },
	[NOTICE_REPLACEABLE] = { "not-replaceable", NOTE, "The transaction says that it will not be replaced: if its fee is too low, it may be stuck for days.", NULL },
	[NOTICE_NO_CHANGE] = { "no-change", NOTE, "Nothing comes back to us: what is spent is paid and the rest is the fee.", NULL },
	[NOTICE_FEE_LOW] = { "low-fee", NOTE, "The fee rate is below 1 satoshi per virtual byte: nodes do not pass it on.", NULL },
	[NOTICE_OWN_WALLET] = { "own-wallet", NOTE, "This pays another wallet of ours, as was agreed.", NULL },
	[NOTICE_UNKNOWN_FIELD] = { "unknown-field", NOTE, "The PSBT holds fields that are not known here. They change nothing in what is signed.", NULL },
	[NOTICE_CEREMONY] = { "ceremony-change", NOTE, "The rights over a Safe or timelock change. The ceremony mode lets it through: read who may act afterwards.", "Parity 2017" },
	[NOTICE_TIMELOCK_DELAY] = { "delayed", NOTE, "This takes effect only after the timelock's delay, and can be cancelled until then.", NULL },
	[NOTICE_CANCEL] = { "cancels", NOTE, "This cancels a scheduled payment. Compare the hash with the one that was scheduled.", NULL },
	[NOTICE_SCHEDULED] = { "scheduled-before", NOTE, "This executes what this vault has signed the schedule of. It was agreed on and counted then: it needs no intent now, and one that came with it is neither looked at nor used up.", NULL },
	[NOTICE_SAFE_NONCE] = { "safe-nonce", NOTE, "Of all Safe transactions with this nonce only one can be executed. Compare the nonce with the Safe's.", NULL },
};

const struct refusal_row *refusal_row(enum refusal id)
{
	ASSERT(id < REFUSALS && rows[id].name);
	return &rows[id];
}

enum refusal refusal_named(const char *name)
{
	unsigned id = 0;
	while (id < REFUSALS && strcmp(rows[id].name, name) != 0)
		id++;
	return (enum refusal)id;
}

void refuse(struct refusal_list *list, enum refusal id, enum refusal_subject subject, size_t index)
{
	struct refusal_entry entry = { id, subject, index };
	if (!refusal_row(id)->notice)
		list->stops = true;
	for (size_t i = 0; i < list->count; i++) {
		const struct refusal_entry *e = &list->entries[i];
		if (e->id == id && e->subject == subject && e->index == index)
			return;
	}
	if (list->count == REFUSAL_LIST_MAX)
		list->left_out++;
	else
		list->entries[list->count++] = entry;
}

bool refused(const struct refusal_list *list, enum refusal id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].id == id)
			return true;
	}
	return false;
}

size_t refusal_line(const struct refusal_entry *entry, char *to, size_t room)
{
	static const char *const subjects[] = {
		[ABOUT_PAYLOAD] = "", [ABOUT_INPUT] = "Input ", [ABOUT_OUTPUT] = "Output ", [ABOUT_STEP] = "Step ",
		[ABOUT_DESTINATION] = "Agreed destination ", [ABOUT_SIGNATURE] = "Signature on input ",
	};
	const struct refusal_row *row = refusal_row(entry->id);
	struct text t = text_over(to, room);
	if (entry->subject != ABOUT_PAYLOAD) {
		text_put(&t, subjects[entry->subject]);
		text_number(&t, entry->index + 1);
		text_put(&t, ": ");
	}
	text_put(&t, row->text);
	if (row->lesson) {
		text_put(&t, " (");
		text_put(&t, row->lesson);
		text_put(&t, ")");
	}
	return t.length;
}
