// SPDX-License-Identifier: Apache-2.0
// The ceremony's text, read and written: ceremony.h has the grammar. What is read must be, byte for byte,
// what would be written for it, so that one ceremony has one text and one digest.
#include "base/text.h"
#include "ceremony/ceremony.h"
#include "ceremony/put.h"
#include "utc.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD "redoubt ceremony 1"

// ---- reading -----------------------------------------------------------
struct lines {
	const char *at;
	const char *end;
	size_t number; // of the line at `at`, from 1
};

struct words {
	const char *at;
	const char *end;
};

// Takes the next line if it begins with that word and a space; `ret` is what follows.
static bool line_take(struct lines *lines, const char *name, struct words *ret)
{
	size_t length = strlen(name);
	const char *stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	if (!stop || (size_t)(stop - lines->at) < length + 1 || memcmp(lines->at, name, length) != 0 ||
	    lines->at[length] != ' ')
		return false;
	*ret = (struct words){ lines->at + length + 1, stop };
	lines->at = stop + 1;
	lines->number++;
	return true;
}

static bool word_take(struct words *words, struct words *ret)
{
	const char *space = memchr(words->at, ' ', (size_t)(words->end - words->at));
	if (words->at == words->end)
		return false;
	ret->at = words->at;
	ret->end = space ? space : words->end;
	words->at = space ? space + 1 : words->end;
	return ret->end > ret->at;
}

static bool rest_copy(struct words *words, char *to, size_t room)
{
	size_t length = (size_t)(words->end - words->at);
	if (length == 0 || length >= room || memchr(words->at, '\0', length))
		return false;
	memcpy(to, words->at, length);
	to[length] = '\0';
	words->at = words->end;
	return true;
}

static bool number_take(struct words *words, uint64_t max, uint64_t *ret)
{
	struct words word;
	uint64_t value = 0;
	if (!word_take(words, &word) || word.end - word.at > 19)
		return false;
	for (const char *c = word.at; c < word.end; c++) {
		if (*c < '0' || *c > '9')
			return false;
		value = value * 10 + (uint64_t)(*c - '0');
	}
	*ret = value;
	return value <= max;
}

static bool hex_take(struct words *words, void *to, size_t size)
{
	struct words word;
	return word_take(words, &word) && hex_decode(word.at, (size_t)(word.end - word.at), to, size) == 0;
}

static bool time_take(struct words *words, uint64_t *ret)
{
	struct words word;
	return word_take(words, &word) && utc_parse(word.at, (size_t)(word.end - word.at), ret) == 0 &&
	       *ret > 0;
}

static bool name_take(struct lines *lines, const char *line, char *to, size_t room)
{
	struct words words;
	return line_take(lines, line, &words) && rest_copy(&words, to, room);
}

static bool value_take(struct lines *lines, const char *line, uint64_t max, uint64_t *ret)
{
	struct words words;
	return line_take(lines, line, &words) && number_take(&words, max, ret);
}

static bool quorum_take(struct lines *lines, const char *line, struct ceremony_quorum *ret)
{
	struct words words;
	uint64_t threshold, count;
	if (!line_take(lines, line, &words) || !number_take(&words, 16, &threshold) ||
	    !number_take(&words, 16, &count))
		return false;
	*ret = (struct ceremony_quorum){ (unsigned)threshold, (unsigned)count };
	return true;
}

static bool script_take(struct lines *lines, enum ceremony_script *ret)
{
	char name[16];
	if (!name_take(lines, "script", name, sizeof name))
		return false;
	for (unsigned i = 0; i <= CEREMONY_UNVAULT; i++) {
		if (strcmp(name, ceremony_script_name((enum ceremony_script)i)) == 0) {
			*ret = (enum ceremony_script)i;
			return true;
		}
	}
	return false;
}

static bool network_take(struct lines *lines, const struct network **ret)
{
	char name[16];
	if (!name_take(lines, "network", name, sizeof name))
		return false;
	*ret = network_named(name);
	return *ret != NULL;
}

static bool unvault_take(struct lines *lines, struct ceremony_plan *plan)
{
	uint64_t lock;
	if (plan->script != CEREMONY_UNVAULT)
		return true;
	if (!quorum_take(lines, "cancel", &plan->cancel) || !value_take(lines, "lock", 0xffff, &lock))
		return false;
	plan->lock = (uint32_t)lock;
	return true;
}

static bool people_take(struct lines *lines, struct ceremony_plan *plan)
{
	if (!name_take(lines, "leader", plan->leader, sizeof plan->leader))
		return false;
	while (plan->witness_count < CEREMONY_WITNESSES_MAX &&
	       name_take(lines, "witness", plan->witnesses[plan->witness_count], sizeof plan->witnesses[0]))
		plan->witness_count++;
	if (ceremony_signer_count(plan) > CEREMONY_SIGNERS_MAX)
		return false;
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++) {
		if (!name_take(lines, "signer", plan->signers[i], sizeof plan->signers[0]))
			return false;
	}
	return true;
}

static bool plan_take(struct lines *lines, struct ceremony_plan *plan)
{
	struct ceremony_quorum shares;
	uint64_t account;
	if (!name_take(lines, "wallet", plan->wallet, sizeof plan->wallet) ||
	    !script_take(lines, &plan->script) || !network_take(lines, &plan->network) ||
	    !quorum_take(lines, "quorum", &plan->quorum) || !unvault_take(lines, plan) ||
	    !value_take(lines, "account", PATH_HARDENED - 1, &account) ||
	    !name_take(lines, "token", plan->token, sizeof plan->token) ||
	    !quorum_take(lines, "shares", &shares))
		return false;
	plan->account = (uint32_t)account;
	plan->shares = (struct shares_plan){ (uint8_t)shares.threshold, (uint8_t)shares.count };
	(void)!value_take(lines, "chain", UINT64_MAX, &plan->chain);
	return people_take(lines, plan);
}

static bool source_take(struct words *words, struct ceremony_source *ret)
{
	struct words word;
	uint64_t bits;
	if (!word_take(words, &word) || !number_take(words, 8192, &bits))
		return false;
	ret->bits = (unsigned)bits;
	for (unsigned kind = 0; kind <= ENTROPY_TEXT; kind++) {
		const char *name = entropy_kind_name((enum entropy_kind)kind);
		if (strlen(name) == (size_t)(word.end - word.at) &&
		    memcmp(name, word.at, strlen(name)) == 0) {
			ret->kind = (enum entropy_kind)kind;
			return true;
		}
	}
	return false;
}

static bool sources_take(struct lines *lines, struct ceremony *c)
{
	struct words words;
	while (c->source_count < ENTROPY_SOURCES_MAX && line_take(lines, "source", &words)) {
		if (!source_take(&words, &c->sources[c->source_count++]))
			return false;
	}
	return true;
}

static bool shares_take(struct lines *lines, struct ceremony *c)
{
	struct words words;
	while (c->share_count < c->plan.shares.count && line_take(lines, "share", &words)) {
		struct ceremony_share *share = &c->shares[c->share_count++];
		if (!hex_take(&words, share->digest, sizeof share->digest) ||
		    !time_take(&words, &share->seconds) ||
		    !rest_copy(&words, share->holder, sizeof share->holder))
			return false;
	}
	return true;
}

static bool done_take(struct lines *lines, struct ceremony *c)
{
	struct words words, word;
	for (size_t step = 0; step < CEREMONY_STEPS && line_take(lines, "done", &words); step++) {
		const char *name = ceremony_step_name((enum ceremony_step)step);
		if (!word_take(&words, &word) || strlen(name) != (size_t)(word.end - word.at) ||
		    memcmp(name, word.at, strlen(name)) != 0 || !time_take(&words, &c->done[step].seconds) ||
		    !rest_copy(&words, c->done[step].witness, sizeof c->done[step].witness))
			return false;
	}
	return true;
}

static bool hex_line(struct lines *lines, const char *line, void *to, size_t size)
{
	struct words words;
	return line_take(lines, line, &words) && hex_take(&words, to, size);
}

static bool signer_take(struct lines *lines, struct ceremony *c)
{
	struct words words;
	uint64_t me;
	if (!value_take(lines, "me", ceremony_signer_count(&c->plan), &me) || me == 0 ||
	    !line_take(lines, "began", &words) || !time_take(&words, &c->began) ||
	    !hex_line(lines, "commitment", c->commitment, sizeof c->commitment) || !sources_take(lines, c) ||
	    !hex_line(lines, "fingerprint", c->fingerprint, sizeof c->fingerprint) ||
	    !name_take(lines, "key", c->key, sizeof c->key))
		return false;
	c->me = (unsigned)me;
	(void)!name_take(lines, "evm", c->evm, sizeof c->evm);
	if (!hex_line(lines, "keystore", c->keystore, sizeof c->keystore) ||
	    !hex_line(lines, "salt", c->salt, sizeof c->salt) || !shares_take(lines, c) ||
	    !done_take(lines, c))
		return false;
	(void)!name_take(lines, "descriptor", c->descriptor, sizeof c->descriptor);
	(void)!hex_line(lines, "program", c->program, sizeof c->program);
	(void)!name_take(lines, "rotation", c->rotation, sizeof c->rotation);
	return true;
}

enum ceremony_refusal ceremony_parse(const char *text, size_t length, struct ceremony *ret, size_t *ret_line)
{
	struct lines lines = { text, text + length, 2 };
	size_t head = sizeof HEAD; // with the newline
	*ret_line = 1;
	if (length > CEREMONY_TEXT_MAX)
		return CEREMONY_LENGTH;
	if (length < head || memcmp(text, HEAD "\n", head) != 0)
		return CEREMONY_VERSION;
	struct ceremony *c = calloc(1, sizeof *c);
	char *again = malloc(CEREMONY_TEXT_MAX + 1);
	ASSERT(c && again);
	lines.at += head;
	bool whole = plan_take(&lines, &c->plan) && (lines.at == lines.end || signer_take(&lines, c)) &&
		     lines.at == lines.end;
	enum ceremony_refusal refusal = whole ? ceremony_plan_check(&c->plan) : CEREMONY_LINE;
	if (!refusal && (ceremony_format(c, again) != length || memcmp(again, text, length) != 0))
		refusal = CEREMONY_LINE; // numbers with zeros before them, capital digits and the like
	*ret_line = lines.number;
	if (!refusal)
		*ret = *c;
	free(again);
	free(c);
	return refusal;
}

// ---- writing -----------------------------------------------------------
static void put_hex(struct text *t, const char *line, const void *bytes, size_t size)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(bytes, size, hex);
	put(t, "%s %s\n", line, hex);
}

static const char *time_text(uint64_t seconds, char to[UTC_TEXT_SIZE])
{
	utc_format(seconds, to);
	return to;
}

static void put_plan(struct text *t, const struct ceremony_plan *plan)
{
	put(t, HEAD "\nwallet %s\nscript %s\nnetwork %s\nquorum %u %u\n", plan->wallet,
	    ceremony_script_name(plan->script), plan->network->name, plan->quorum.threshold,
	    plan->quorum.count);
	if (plan->script == CEREMONY_UNVAULT)
		put(t, "cancel %u %u\nlock %u\n", plan->cancel.threshold, plan->cancel.count, plan->lock);
	put(t, "account %u\ntoken %s\nshares %u %u\n", plan->account, plan->token, plan->shares.threshold,
	    plan->shares.count);
	if (plan->chain)
		put(t, "chain %llu\n", (unsigned long long)plan->chain);
	put(t, "leader %s\n", plan->leader);
	for (unsigned i = 0; i < plan->witness_count; i++)
		put(t, "witness %s\n", plan->witnesses[i]);
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++)
		put(t, "signer %s\n", plan->signers[i]);
}

static void put_key(struct text *t, const struct ceremony *c)
{
	char time[UTC_TEXT_SIZE];
	put(t, "me %u\nbegan %s\n", c->me, time_text(c->began, time));
	put_hex(t, "commitment", c->commitment, sizeof c->commitment);
	for (unsigned i = 0; i < c->source_count; i++)
		put(t, "source %s %u\n", entropy_kind_name(c->sources[i].kind), c->sources[i].bits);
	put_hex(t, "fingerprint", c->fingerprint, sizeof c->fingerprint);
	put(t, "key %s\n", c->key);
	if (c->evm[0])
		put(t, "evm %s\n", c->evm);
	put_hex(t, "keystore", c->keystore, sizeof c->keystore);
	put_hex(t, "salt", c->salt, sizeof c->salt);
}

static void put_progress(struct text *t, const struct ceremony *c)
{
	static const uint8_t none[SHA256_SIZE];
	char time[UTC_TEXT_SIZE], hex[2 * SHA256_SIZE + 1];
	for (unsigned i = 0; i < c->share_count; i++) {
		hex_encode(c->shares[i].digest, SHA256_SIZE, hex);
		put(t, "share %s %s %s\n", hex, time_text(c->shares[i].seconds, time), c->shares[i].holder);
	}
	for (unsigned i = 0; i < CEREMONY_STEPS && c->done[i].seconds; i++)
		put(t, "done %s %s %s\n", ceremony_step_name((enum ceremony_step)i),
		    time_text(c->done[i].seconds, time), c->done[i].witness);
	if (c->descriptor[0])
		put(t, "descriptor %s\n", c->descriptor);
	if (memcmp(c->program, none, sizeof none) != 0)
		put_hex(t, "program", c->program, sizeof c->program);
	if (c->rotation[0])
		put(t, "rotation %s\n", c->rotation);
}

size_t ceremony_format(const struct ceremony *ceremony, char to[CEREMONY_TEXT_MAX + 1])
{
	struct text t = { to, CEREMONY_TEXT_MAX, 0 };
	put_plan(&t, &ceremony->plan);
	if (ceremony->me) {
		put_key(&t, ceremony);
		put_progress(&t, ceremony);
	}
	return t.size;
}
