// SPDX-License-Identifier: Apache-2.0
// "keep rotate" and "keep swept". A new key is a new ceremony in a new vault; this one stays sealed, knows
// the new wallet so that the sweep into it is recognised, and may be wiped when the sweep is confirmed.
#include "base/text.h"
#include "ceremony/steps.h"
#include "keep/keep.h"
#include "step.h"

#include <stdio.h>

static void steps_show(const struct ceremony *c, const char *wallet, const char *address)
{
	screen_page("The funds move now, and in this order");
	screen_item("Online: stop handing out addresses of '%s'; deposits go to '%s' from now on.",
		    c->plan.wallet, wallet);
	screen_item(
		"Send a small amount to %s first, and spend it back with the new keys: a wallet that never "
		"paid is not proven.",
		address);
	screen_item("Raise the caps for it, here and at each old signer: redoubt-sign policy FILE, with payment-max and the "
		    "windows' amount-max above all that '%s' holds, both of you present.", c->plan.wallet);
	screen_item(
		"Build one sweep of everything in '%s' to an address of '%s', without change; %u of the old signers "
		"sign it. Each page must call its one output 'another wallet of ours \"%s\"', and show nothing else but the fee.",
		c->plan.wallet, wallet, c->plan.quorum.threshold, wallet);
	screen_item("Where the policy says 'intent required', the sweep needs an intent of its own: from '%s', to that "
		    "address, that amount. Under 'intent optional' it needs none, for '%s' alone.", c->plan.wallet, wallet);
	screen_item("EVM: the new accounts become owners of the Safe, and the old ones go (ceremony open).");
	screen_item("Wait until the sweep has six blocks above it, and the old addresses are empty.");
	screen_item("Here: redoubt-sign keep swept --txid TXID. Keep this vault and its shares a year "
		    "longer: late "
		    "deposits to old addresses need them. Then keep wipe, and burn the old shares.");
}

static int rotate(struct room *room, const struct ceremony_plan *plan, const struct descriptor *descriptor)
{
	struct ceremony *c = &room->ceremony;
	char address[ADDRESS_TEXT_MAX + 1], reason[REASON_MAX], second[CEREMONY_NAME_MAX + 1],
		name[VAULT_NAME_MAX + 1];
	struct vault_change change;
	int r = first_address(descriptor, address);
	if (!r)
		r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (r)
		return r;
	screen_page("Rotate: the new wallet");
	descriptor_show(plan, descriptor);
	if (address_confirm("the new wallet's first address, from the board", address)) {
		complain("this is not the wallet whose first address is on the board");
		return EXIT_REFUSED;
	}
	r = reason_ask("The reason, in a sentence", reason);
	if (!r)
		r = second_ask(c, second);
	if (!r)
		r = wallet_change(plan, descriptor, name, &change);
	if (!r)
		r = wallet_fits(room, &change);
	if (r)
		return r;
	snprintf(c->rotation, sizeof c->rotation, "begun to %s", plan->wallet);
	const struct log_field details[] = { { "to", plan->wallet },
					     { "first-address", address },
					     { "reason", reason },
					     { "second", second } };
	if ((r = room_act(room, "rotation-begun", details, ARRAY_LEN(details), &change, 1)))
		return r;
	steps_show(c, plan->wallet, address);
	return EXIT_DONE;
}

static int rotation_check(const struct ceremony *c, const struct ceremony_plan *plan,
			  const struct descriptor *descriptor)
{
	struct descriptor_key own;
	int r = room_own_key(c, &own);
	if (r)
		return r;
	if (strcmp(plan->wallet, c->plan.wallet) == 0) {
		complain("the new wallet needs a name of its own; '%s' is the old one's", plan->wallet);
		return EXIT_REFUSED;
	}
	if (plan->network != c->plan.network) {
		complain("the new wallet is of network %s, the old one of %s", plan->network->name,
			 c->plan.network->name);
		return EXIT_REFUSED;
	}
	for (size_t i = 0; i < descriptor->key_count; i++) {
		if (memcmp(descriptor->keys[i].fingerprint, c->fingerprint, HD_FINGERPRINT_SIZE) == 0) {
			complain("the new wallet still holds this vault's key %s: that is no rotation",
				 "which is replaced");
			return EXIT_REFUSED;
		}
	}
	// checked for itself: made by its plan from its own keys
	const struct descriptor_key *first = &descriptor->keys[plan->script == CEREMONY_TR ? 1 : 0];
	enum ceremony_wallet_refusal refusal = ceremony_wallet_check(plan, descriptor, 0, first);
	if (!refusal)
		return 0;
	complain("the new wallet is refused: %s", ceremony_wallet_refusal_text(refusal));
	return EXIT_REFUSED;
}

int keep_rotate_run(int argc, char **argv)
{
	static struct descriptor descriptor;
	static struct ceremony fresh;
	const char *plan = NULL, *path = NULL;
	const struct option options[] = { { "--plan", &plan, NULL }, { "--descriptor", &path, NULL } };
	struct room *room;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = plan_read(plan, &fresh)) || (r = room_open(&room)))
		return r;
	r = descriptor_record_read(path, fresh.plan.network, &descriptor);
	if (!r)
		r = rotation_check(&room->ceremony, &fresh.plan, &descriptor);
	if (!r)
		r = rotate(room, &fresh.plan, &descriptor);
	room_close(room);
	return r;
}

static int swept(struct room *room, const char *txid)
{
	char second[CEREMONY_NAME_MAX + 1];
	int r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (r)
		return r;
	screen_page("Rotate: the sweep is confirmed");
	screen_field("transaction", "%s", txid);
	screen_text("Both of you have seen, at two different explorers or nodes, that it has at least six "
		    "blocks above it "
		    "and that the old addresses are empty.");
	r = second_ask(&room->ceremony, second);
	if (!r && screen_confirm("Type: the old wallet is empty", "the old wallet is empty"))
		r = EXIT_DECLINED;
	if (r)
		return r;
	// late deposits follow to the same wallet
	const char *to = strstr(room->ceremony.rotation, " to ");
	char rotation[sizeof room->ceremony.rotation];
	snprintf(rotation, sizeof rotation, "swept %s%s", txid, to ? to : "");
	strcpy(room->ceremony.rotation, rotation);
	const struct log_field details[] = { { "txid", txid }, { "second", second } };
	if ((r = room_act(room, "rotation-swept", details, ARRAY_LEN(details), NULL, 0)))
		return r;
	screen_page("The rotation is complete");
	screen_text("This vault may be wiped when no late deposit can come any more: redoubt-sign keep wipe "
		    "--log FILE");
	return EXIT_DONE;
}

int keep_swept_run(int argc, char **argv)
{
	const char *txid = NULL;
	const struct option options[] = { { "--txid", &txid, NULL } };
	uint8_t bytes[32];
	struct room *room;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!txid || hex_decode(txid, strlen(txid), bytes, sizeof bytes)) {
		complain("--txid needs the sweep's transaction id, 64 hexadecimal digits");
		return EXIT_USAGE;
	}
	if ((r = room_open(&room)))
		return r;
	if (strncmp(room->ceremony.rotation, "begun", 5) != 0) {
		complain("no rotation is under way in this vault; it begins with keep rotate");
		r = EXIT_REFUSED;
	}
	if (!r)
		r = swept(room, txid);
	room_close(room);
	return r;
}
