// SPDX-License-Identifier: Apache-2.0
#include "payload/payload.h"

#include <stdlib.h>

#include "base/text.h"
#include "command.h"
#include "crypto/secret.h"

static const uint8_t psbt_magic[] = { 'p', 's', 'b', 't', 0xff };

static int cannot(const char *why)
{
	complain("the payload cannot be read: %s", why);
	return EXIT_REFUSED;
}

static int memory_missing(void)
{
	complain("there is not enough memory");
	return EXIT_FAILED;
}

static bool begins(const struct payload *p, const void *with, size_t size)
{
	return p->raw_size >= size && !memcmp(p->raw, with, size);
}

static int bytes_copy(struct payload *p, const uint8_t *bytes, size_t size)
{
	p->bytes = malloc(size + 1);
	if (!p->bytes)
		return memory_missing();
	memcpy(p->bytes, bytes, size);
	p->bytes[size] = 0;
	p->size = size;
	return 0;
}

// Text without the blanks and line ends at its end.
static size_t text_size(const struct payload *p)
{
	size_t size = p->raw_size;
	while (size && strchr(" \r\n\t", p->raw[size - 1]) && p->raw[size - 1])
		size--;
	return size;
}

static int base64_take(struct payload *p)
{
	p->bytes = malloc(p->raw_size + 1);
	if (!p->bytes)
		return memory_missing();
	if (base64_decode((const char *)p->raw, text_size(p), p->bytes, p->raw_size, &p->size))
		return cannot("it begins as a PSBT in base64, but is not canonical base64 (one line, padded)");
	p->kind = PAYLOAD_PSBT;
	p->form = PAYLOAD_TEXT;
	return 0;
}

static int hex_take(struct payload *p)
{
	size_t size = text_size(p), digits = size < 2 ? 0 : size - 2;
	p->bytes = malloc(digits / 2 + 1);
	if (!p->bytes)
		return memory_missing();
	if (hex_decode((const char *)p->raw + 2, digits, p->bytes, digits / 2))
		return cannot("it begins with 0x, but is not hexadecimal");
	p->size = digits / 2;
	p->kind = PAYLOAD_TRANSACTION;
	p->form = PAYLOAD_TEXT;
	return 0;
}

static int safe_take(struct payload *p)
{
	p->kind = PAYLOAD_SAFE;
	p->form = PAYLOAD_TEXT;
	return bytes_copy(p, p->raw, p->raw_size);
}

static int binary_take(struct payload *p)
{
	p->kind = PAYLOAD_PSBT;
	p->form = PAYLOAD_BINARY;
	return bytes_copy(p, p->raw, p->raw_size);
}

static int ur_payload_take(struct payload *p, struct ur_payload payload)
{
	static const enum payload_kind kinds[] = {
		[UR_PSBT] = PAYLOAD_PSBT,
		[UR_ETH_SIGN_REQUEST] = PAYLOAD_REQUEST,
	};
	p->form = PAYLOAD_UR;
	if (payload.type == UR_BYTES) { // our own texts travel so
		struct payload inner = { .raw = (uint8_t *)(uintptr_t)payload.data, .raw_size = payload.size };
		if (!begins(&inner, "redoubt safe", 12) && !begins(&inner, "{", 1))
			return cannot("its UR holds bytes that are no Safe transaction of ours");
		p->kind = PAYLOAD_SAFE;
	} else if (payload.type == UR_ETH_SIGNATURE) {
		return cannot("it is a signature already, not something to sign");
	} else {
		p->kind = kinds[payload.type];
	}
	return bytes_copy(p, payload.data, payload.size);
}

// Parts, one a line, as redoubt-qr scan writes them; those misread are passed over, as a camera would.
static int ur_take(struct payload *p)
{
	struct ur_decoder *decoder = calloc(1, sizeof *decoder);
	uint8_t *memory = aligned_alloc(8, u64_round_up(UR_DECODER_MEMORY, 8));
	enum ur_verdict verdict = UR_TAKEN;
	int r = decoder && memory ? 0 : memory_missing();
	if (!r)
		ur_decoder_init(decoder, memory, UR_DECODER_MEMORY);
	const char *at = (const char *)p->raw, *end = at + p->raw_size;
	while (!r && at < end && verdict != UR_FINISHED && verdict < UR_BAD_CHECKSUM) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
		if (stop > at)
			verdict = ur_decoder_take(decoder, at, (size_t)(stop - at));
		at = newline ? newline + 1 : end;
	}
	if (!r && verdict != UR_FINISHED && !decoder->finished) {
		complain("the QR codes do not make a whole payload: %s; %u of %u fragments are there",
			 ur_refused(verdict) ? ur_verdict_text(verdict) : "parts are missing", decoder->solved,
			 decoder->fragments);
		r = EXIT_REFUSED;
	}
	if (!r)
		r = ur_payload_take(p, ur_decoder_payload(decoder));
	free(memory);
	free(decoder);
	return r;
}

static int request_read(struct payload *p)
{
	if (p->kind != PAYLOAD_REQUEST)
		return 0;
	enum eth_fault fault = eth_sign_request_read(p->bytes, p->size, &p->request);
	return fault ? cannot(eth_fault_text(fault)) : 0;
}

int payload_decode(uint8_t *raw, size_t size, struct payload *ret)
{
	static const struct {
		const char *with;
		int (*take)(struct payload *);
	} forms[] = {
		{ "cHNidP", base64_take }, { "0x", hex_take },	     { "redoubt safe", safe_take }, { "{", safe_take },
		{ "ur:", ur_take },	   { "UR:", ur_take },
	};
	struct payload p = { .raw = raw, .raw_size = size };
	int r = -1;
	if (begins(&p, psbt_magic, sizeof psbt_magic))
		r = binary_take(&p);
	for (size_t i = 0; r < 0 && i < ARRAY_LEN(forms); i++)
		if (begins(&p, forms[i].with, strlen(forms[i].with)))
			r = forms[i].take(&p);
	if (r < 0)
		r = cannot("it is neither a PSBT (binary or base64), nor 0x and hex, nor UR text, nor a Safe transaction (text or EIP-712)");
	if (!r)
		r = request_read(&p);
	if (r)
		payload_free(&p);
	else
		*ret = p;
	return r;
}

int payload_scanned(uint8_t *raw, size_t size, struct payload *ret)
{
	uint8_t *newline = memchr(raw, '\n', size);
	struct payload p = { .raw = raw, .raw_size = size };
	struct ur_payload inner;
	int r = 0;
	if (!newline || ur_type_find((char *)raw, (size_t)(newline - raw), &inner.type))
		r = cannot("redoubt-qr named no type that is known here");
	if (!r) { // from here on the bytes alone: their digest is what a ceremony opens for
		p.raw_size = size - (size_t)(newline + 1 - raw);
		memmove(raw, newline + 1, p.raw_size);
		inner.data = raw;
		inner.size = p.raw_size;
		r = ur_payload_take(&p, inner);
	}
	if (!r)
		r = request_read(&p);
	if (r)
		payload_free(&p);
	else
		*ret = p;
	return r;
}

void payload_free(struct payload *payload)
{
	free(payload->bytes);
	free(payload->raw);
	free(payload->data);
	*payload = (struct payload){ 0 };
}

static const struct own_key no_key; // the review refuses what it stands for

// ---- EVM: which key -----------------------------------------------------
static size_t accounts_match(const struct configuration *c, uint64_t chain_id, const char *name, const uint8_t *address,
			     const struct own_key **ret)
{
	size_t count = 0;
	for (size_t i = 0; i < c->policy.account_count; i++) {
		const struct policy_account *account = &c->accounts[i];
		if (!c->account_keys[i].has || (name && strcmp(account->name, name)) ||
		    (!name && chain_id && account->chain_id != chain_id) ||
		    (address && memcmp(account->address.bytes, address, EVM_ADDRESS_SIZE)))
			continue;
		*ret = &c->account_keys[i];
		count++;
	}
	return count;
}

static int account_find(const struct configuration *c, uint64_t chain_id, const char *name, const uint8_t *address,
			const struct own_key **ret)
{
	const struct own_key *found = NULL;
	size_t count = accounts_match(c, chain_id, name, address, &found);
	if (!count) // one on another chain: the review then says that the chain is wrong
		count = accounts_match(c, 0, name, address, &found);
	if (count == 1) {
		*ret = found;
		return 0;
	}
	if (count)
		complain("several registered accounts could send this; --account names one");
	else
		complain("no registered account of this signer %s", name ? "has that name" : "is the one that is to send this");
	return count ? EXIT_USAGE : EXIT_REFUSED;
}

// An EIP-4527 request says chain and path once more: they must be the ones that count.
static bool request_fits(const struct eth_sign_request *request, uint64_t chain_id, const struct own_key *key)
{
	return request->chain_id == chain_id && request->path.length == key->path.count &&
	       !memcmp(request->path.index, key->path.steps, key->path.count * sizeof *key->path.steps);
}

static int transaction_take(struct payload *p, const struct configuration *c, const char *name,
			    const struct own_key **ret_key)
{
	const uint8_t *address = p->kind == PAYLOAD_REQUEST && p->request.has_address ? p->request.address : NULL;
	const uint8_t *bytes = p->kind == PAYLOAD_REQUEST ? p->request.data : p->bytes;
	size_t size = p->kind == PAYLOAD_REQUEST ? p->request.size : p->size;
	struct evm_address nobody = { 0 };
	evm_payload_read(bytes, size, &nobody, &p->evm);
	uint64_t chain_id = p->evm.kind == EVM_PAYLOAD_TRANSACTION ? p->evm.tx.chain_id : 0;
	if (p->evm.kind == EVM_PAYLOAD_UNREADABLE) { // the review says why
		*ret_key = &no_key;
		return 0;
	}
	int r = account_find(c, chain_id, name, address, ret_key);
	if (!r && p->kind == PAYLOAD_REQUEST && !request_fits(&p->request, chain_id, *ret_key)) {
		complain("the request names another chain or another key than the transaction and the registered account");
		r = EXIT_REFUSED;
	}
	if (!r)
		p->evm.from = (*ret_key)->signer;
	return r;
}

static int safe_key_find(struct payload *p, const struct configuration *c, const struct own_key **ret_key)
{
	*ret_key = &no_key; // of a Safe that is not registered
	for (size_t i = 0; i < c->policy.safe_count; i++)
		if (c->safes[i].chain_id == p->evm.chain_id && evm_address_equal(&c->safes[i].address, &p->evm.safe)) {
			if (!c->safe_keys[i].has) {
				complain("'%s' is registered without a key of this signer", c->safes[i].name);
				return EXIT_REFUSED;
			}
			*ret_key = &c->safe_keys[i];
			p->evm.from = c->safe_keys[i].signer;
		}
	return 0;
}

static int safe_take_key(struct payload *p, const struct configuration *c, const struct own_key **ret_key)
{
	const char *text = (const char *)p->bytes;
	struct text_fault fault;
	p->data = malloc(p->size / 2 + 1);
	if (!p->data)
		return memory_missing();
	if ((*text == '{' ? safe_json_parse : safe_text_parse)(text, p->size, p->data, &p->evm, &fault)) {
		complain("the Safe transaction, line %zu: %s", fault.line, fault.why);
		return EXIT_REFUSED;
	}
	return safe_key_find(p, c, ret_key);
}

// EIP-4527's typed data: a Safe transaction, or what the review's table refuses.
static int typed_take(struct payload *p, const struct configuration *c, const struct own_key **ret_key)
{
	const struct eth_sign_request *request = &p->request;
	struct text_fault fault;
	*ret_key = &no_key;
	p->evm.kind = EVM_PAYLOAD_TYPED;
	p->data = malloc(request->size / 2 + 1);
	if (!p->data)
		return memory_missing();
	if (safe_json_parse((const char *)request->data, request->size, p->data, &p->evm, &fault)) {
		complain("its typed data is no Safe transaction, line %zu: %s", fault.line, fault.why);
		return 0;
	}
	int r = safe_key_find(p, c, ret_key);
	if (r || !(*ret_key)->has)
		return r;
	if (request_fits(request, p->evm.chain_id, *ret_key) &&
	    (!request->has_address || !memcmp(request->address, (*ret_key)->signer.bytes, EVM_ADDRESS_SIZE)))
		return 0;
	complain("the request names another chain or another key than the Safe transaction and the registered Safe");
	return EXIT_REFUSED;
}

int payload_evm(struct payload *p, const struct configuration *c, const char *account, const struct own_key **ret_key)
{
	if (p->kind == PAYLOAD_SAFE)
		return safe_take_key(p, c, ret_key);
	if (p->kind == PAYLOAD_REQUEST && p->request.type == ETH_TYPED_DATA)
		return typed_take(p, c, ret_key);
	if (p->kind == PAYLOAD_REQUEST && p->request.type == ETH_RAW_BYTES) {
		p->evm.kind = EVM_PAYLOAD_MESSAGE; // personal_sign: the review's table says why it is refused
		*ret_key = &no_key;
		return 0;
	}
	return transaction_take(p, c, account, ret_key);
}
