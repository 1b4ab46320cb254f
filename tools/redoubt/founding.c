// SPDX-License-Identifier: Apache-2.0
#include "founding.h"

#include "crypto/secret.h"

static void append(struct founding_draft *f, uint8_t kind, const uint8_t *body, size_t size)
{
	uint8_t *at = f->entries.at;
	size_t room = (size_t)(f->entries.end - at);
	size_t made = !f->entries.failed && size > 0
			      ? control_sign(f->exchange, kind, f->number + 1, f->previous, 0, f->seed, f->uid, body,
					     size, at, room)
			      : 0;
	if (!made || !write_room(&f->entries, made)) {
		f->entries.failed = true;
		return;
	}
	struct reader r = reader_over(at, made);
	struct entry entry;
	ASSERT(entry_read(&r, &entry) == 0);
	control_hash(&entry, f->previous);
	f->number++;
}

void founding_begin(struct founding_draft *f, const struct genesis *genesis, const uint8_t seed[32], uint32_t uid, void *to,
		    size_t room)
{
	uint8_t body[1024];
	*f = (struct founding_draft){ .seed = seed, .uid = uid, .entries = writer_over(to, room) };
	size_t size = genesis_write(genesis, body, sizeof body);
	sha256_of(body, size, f->exchange);
	append(f, ENTRY_GENESIS, body, size);
}

uint16_t founding_asset(struct founding_draft *f, const char *name, uint8_t decimals)
{
	struct asset_add add = { .decimals = decimals };
	uint8_t body[64];
	ASSERT(strlen(name) <= ASSET_NAME_MAX);
	memcpy(add.name, name, strlen(name));
	append(f, ENTRY_ASSET_ADD, body, asset_add_write(&add, body, sizeof body));
	return (uint16_t)f->assets++;
}

void founding_market(struct founding_draft *f, const struct market_add *market)
{
	uint8_t body[256];
	append(f, ENTRY_MARKET_ADD, body, market_add_write(market, body, sizeof body));
	f->markets++;
}

uint32_t founding_customer(struct founding_draft *f, const char *label)
{
	struct customer_add add = { 0 };
	uint8_t body[128];
	ASSERT(strlen(label) <= LABEL_MAX);
	memcpy(add.label, label, strlen(label));
	random_bytes(add.commitment, sizeof add.commitment); // to nobody: a demo customer has no person behind it
	append(f, ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body));
	return f->customers++;
}

void founding_key(struct founding_draft *f, const struct key_add *key)
{
	uint8_t body[1024];
	append(f, ENTRY_KEY_ADD, body, key_add_write(key, body, sizeof body));
	f->keys++;
}

void founding_deposit(struct founding_draft *f, uint32_t customer, uint16_t asset, uint64_t wholes)
{
	struct deposit_test deposit = { .customer = customer, .asset = asset, .amount = { wholes * AMOUNT_SCALE } };
	uint8_t body[64];
	append(f, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&deposit, body, sizeof body));
}
