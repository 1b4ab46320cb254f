// SPDX-License-Identifier: Apache-2.0
#include "ceremony/protocol.h"

#include "base/text.h"
#include "ceremony/put.h"
#include "utc.h"

#include <stdio.h>

static void heading(struct text *t, const char *text)
{
	put(t, "\n%s\n", text);
	for (size_t i = 0; i < strlen(text); i++)
		put(t, "-");
	put(t, "\n");
}

static void digest(struct text *t, const char *name, const uint8_t bytes[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(bytes, SHA256_SIZE, hex);
	put(t, "%-22s %s\n", name, hex);
}

static void plan_put(struct text *t, const struct ceremony_plan *plan)
{
	uint8_t plan_digest[SHA256_SIZE];
	heading(t, "Plan");
	put(t, "%-22s %s\n%-22s %s\n%-22s %s\n", "wallet", plan->wallet, "network", plan->network->name,
	    "script", ceremony_script_name(plan->script));
	put(t, "%-22s %u of %u\n", "quorum", plan->quorum.threshold, plan->quorum.count);
	if (plan->script == CEREMONY_UNVAULT)
		put(t, "%-22s %u of %u at once; payment after %u blocks\n", "may cancel",
		    plan->cancel.threshold, plan->cancel.count, plan->lock);
	put(t, "%-22s %u of %u\n%-22s %s\n", "shares of each key", plan->shares.threshold, plan->shares.count,
	    "token", plan->token);
	ceremony_plan_digest(plan, plan_digest);
	digest(t, "plan, SHA-256", plan_digest);
	put(t, "%-22s %s\n", "leader", plan->leader);
	for (unsigned i = 0; i < plan->witness_count; i++)
		put(t, "%-22s %s\n", "witness", plan->witnesses[i]);
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++)
		put(t, "signer %-15u %s\n", i + 1, plan->signers[i]);
}

static void key_put(struct text *t, const struct ceremony *c)
{
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], code[CEREMONY_KEY_CODE_SIZE];
	unsigned people = 0;
	heading(t, "Key");
	digest(t, "kernel's commitment", c->commitment);
	for (unsigned i = 0; i < c->source_count; i++) {
		put(t, "%-22s %s, %u bits\n", "source", entropy_kind_name(c->sources[i].kind),
		    c->sources[i].bits);
		people += i ? c->sources[i].bits : 0;
	}
	put(t, "%-22s %u bits\n", "given by people", people);
	hex_encode(c->fingerprint, sizeof c->fingerprint, fingerprint);
	put(t, "%-22s %s\nkey\n  %s\n", "fingerprint", fingerprint, c->key);
	ceremony_own_key_code(c, code);
	put(t, "%-22s %s\n", "KEY CODE", code);
	if (c->evm[0])
		put(t, "%-22s %s (chain %llu)\n", "EVM account", c->evm, (unsigned long long)c->plan.chain);
	digest(t, "sealed keystore", c->keystore);
}

static void shares_put(struct text *t, const struct ceremony *c)
{
	char time[UTC_TEXT_SIZE];
	heading(t, "Shares (SLIP-39), each read back by its holder");
	digest(t, "salt of the digests", c->salt);
	for (unsigned i = 0; i < c->share_count; i++) {
		utc_format(c->shares[i].seconds, time);
		put(t, "\nshare %u  %s  %s\n", i + 1, time, c->shares[i].holder);
		digest(t, "  digest", c->shares[i].digest);
		put(t, "  holder signs         ______________________________________\n");
	}
}

static void wallet_put(struct text *t, const struct ceremony *c, const struct protocol_facts *facts)
{
	if (!c->descriptor[0])
		return;
	heading(t, "Wallet");
	put(t, "%-22s %s\n\n%s\n", "first address", facts->first_address, c->descriptor);
}

static void steps_put(struct text *t, const struct ceremony *c)
{
	char time[UTC_TEXT_SIZE];
	heading(t, "Steps");
	for (unsigned i = 0; i < CEREMONY_STEPS && c->done[i].seconds; i++) {
		utc_format(c->done[i].seconds, time);
		put(t, "%s  %-10s %-20s witness %s\n", time, ceremony_step_name((enum ceremony_step)i),
		    c->plan.signers[c->me - 1], c->done[i].witness);
	}
}

static void signatures_put(struct text *t, const struct ceremony *c)
{
	static const char line[] = "______________________________________";
	heading(t, "Signed by hand, after comparing");
	put(t, "\n%-22s %s\n%22s %s\n", "signer", line, "", c->plan.signers[c->me - 1]);
	put(t, "\n%-22s %s\n%22s %s\n", "leader", line, "", c->plan.leader);
	for (unsigned i = 0; i < c->plan.witness_count; i++)
		put(t, "\n%-22s %s\n%22s %s\n", "witness", line, "", c->plan.witnesses[i]);
	put(t, "\n%-22s %s\n", "place and date", line);
}

size_t protocol_write(const struct ceremony *ceremony, const struct protocol_facts *facts,
		      char to[PROTOCOL_TEXT_MAX + 1])
{
	struct text t = { to, PROTOCOL_TEXT_MAX, 0 };
	uint8_t above[SHA256_SIZE];
	char time[UTC_TEXT_SIZE];
	utc_format(facts->written, time);
	put(&t, PROTOCOL_HEAD "signer %u of wallet %s\n\n%-22s %s\n%-22s redoubt-sign %s\n", ceremony->me,
	    ceremony->plan.wallet, "written", time, "program", facts->version);
	digest(&t, "program, SHA-256", ceremony->program);
	digest(&t, "log's public key", facts->log_key);
	put(&t, "%-22s %s\n", "log before this step", facts->log_code);
	plan_put(&t, &ceremony->plan);
	key_put(&t, ceremony);
	shares_put(&t, ceremony);
	wallet_put(&t, ceremony, facts);
	steps_put(&t, ceremony);
	signatures_put(&t, ceremony);
	sha256_of(to, t.size, above);
	put(&t, "\n");
	digest(&t, "all above, SHA-256", above);
	return t.size;
}
