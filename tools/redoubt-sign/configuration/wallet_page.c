// SPDX-License-Identifier: Apache-2.0
#include "configuration/wallet_page.h"

#include <stdio.h>

#include "base/text.h"
#include "review/words.h"
#include "screen/screen.h"

void quorum_text(const struct descriptor *d, char to[QUORUM_TEXT_MAX])
{
	char wait[WORDS_MAX];
	switch (d->kind) {
	case DESCRIPTOR_WPKH:
	case DESCRIPTOR_TR:
		snprintf(to, QUORUM_TEXT_MAX, "one key alone (%s)", d->kind == DESCRIPTOR_TR ? "tr" : "wpkh");
		return;
	case DESCRIPTOR_WSH_UNVAULT:
		words_blocks(d->lock & 0xffff, wait);
		snprintf(to, QUORUM_TEXT_MAX, "unvault: %u of %zu cancel at once, %u of %zu pay after %s",
			 d->groups[0].threshold, d->groups[0].count, d->groups[1].threshold, d->groups[1].count,
			 d->lock >> 22 & 1 ? "a span of time" : wait);
		return;
	default:
		snprintf(to, QUORUM_TEXT_MAX, "%u of %zu keys (%s)", d->groups[0].threshold, d->groups[0].count,
			 d->kind == DESCRIPTOR_TR_MULTI || d->kind == DESCRIPTOR_TR_SORTEDMULTI ? "tr" : "wsh");
	}
}

int wallet_address(const struct policy_wallet *wallet, size_t branch, uint32_t index, char to[ADDRESS_TEXT_MAX + 1])
{
	struct descriptor_output output;
	if (descriptor_derive(&wallet->descriptor, branch, index, &output))
		return 1;
	return address_format(wallet->descriptor.network, output_span(&output.script), to);
}

void page_wallet(const struct policy_wallet *wallet)
{
	const struct descriptor *d = &wallet->descriptor;
	char quorum[QUORUM_TEXT_MAX], address[ADDRESS_TEXT_MAX + 1] = "none", id[65];
	quorum_text(d, quorum);
	hex_encode(wallet->id, sizeof wallet->id, id);
	screen_heading("Wallet '%s' (Bitcoin %s)", wallet->name, d->network->name);
	screen_field("Quorum", "%s", quorum);
	for (size_t i = 0; i < d->key_count; i++) {
		char print[2 * HD_FINGERPRINT_SIZE + 1], origin[PATH_TEXT_MAX + 1], name[32], text[HD_TEXT_MAX + 1] = "";
		hex_encode(d->keys[i].fingerprint, HD_FINGERPRINT_SIZE, print);
		path_format(&d->keys[i].origin, origin);
		if (d->keys[i].extended)
			hd_public_format(d->network, &d->keys[i].base, text);
		else
			snprintf(text, sizeof text, "a single key");
		snprintf(name, sizeof name, "Key %zu", i + 1);
		screen_field(name, "%s %s %s %s", print, origin, text,
			     *wallet->key_names[i] ? wallet->key_names[i] : "(nobody named)");
	}
	if (wallet_address(wallet, 0, 0, address) == 0)
		screen_field("First address", "%s", address);
	screen_field("Identity", "%s", id);
}

static void key_show(const struct own_key *key)
{
	char path[PATH_TEXT_MAX + 1], address[EVM_ADDRESS_TEXT];
	if (!key->has) {
		screen_field("Our key", "none");
		return;
	}
	path_format(&key->path, path);
	evm_address_format(&key->signer, address);
	screen_field("Our key", "%s at %s", address, path);
}

void page_safe(const struct policy_safe *safe, const struct own_key *key)
{
	char address[EVM_ADDRESS_TEXT], delay[WORDS_MAX];
	evm_address_format(&safe->address, address);
	screen_heading("Safe '%s' on chain %llu", safe->name, (unsigned long long)safe->chain_id);
	screen_field("Address", "%s", address);
	screen_field("Quorum", "%u of %zu owners", safe->threshold, safe->owner_count);
	for (size_t i = 0; i < safe->owner_count; i++) {
		evm_address_format(&safe->owners[i], address);
		screen_field("Owner", "%s", address);
	}
	if (safe->has_timelock) {
		evm_address_format(&safe->timelock, address);
		words_seconds(safe->delay_min, delay);
		screen_field("Timelock", "%s, at least %s", address, delay);
	}
	key_show(key);
}

void page_account(const struct policy_account *account, const struct own_key *key)
{
	char address[EVM_ADDRESS_TEXT];
	evm_address_format(&account->address, address);
	screen_heading("Account '%s' on chain %llu", account->name, (unsigned long long)account->chain_id);
	screen_field("Address", "%s", address);
	key_show(key);
}
