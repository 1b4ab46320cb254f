// SPDX-License-Identifier: Apache-2.0
// "ceremony join": the leader's part, without any key: all signers' records become the wallet's descriptor.
#include "base/text.h"
#include "ceremony/record.h"
#include "ceremony/steps.h"
#include "confine.h"

#include <stdio.h>

int record_read(const char *path, const struct ceremony_plan *plan, struct descriptor_key *ret,
		unsigned *ret_signer)
{
	static struct bsms_key record;
	char description[BSMS_DESCRIPTION_MAX + 1];
	char *text;
	size_t size;
	int r = public_read(path, BSMS_TEXT_MAX, &text, &size);
	if (r)
		return r;
	enum bsms_refusal refusal = bsms_key_parse(plan->network, text, size, plan->token, &record);
	free(text);
	if (refusal) {
		complain("the key record '%s' is refused: %s", path, bsms_refusal_text(refusal));
		return EXIT_REFUSED;
	}
	for (unsigned signer = 1; signer <= ceremony_signer_count(plan); signer++) {
		record_description(plan, signer, description);
		if (strcmp(description, record.description) == 0) {
			*ret = record.key;
			*ret_signer = signer;
			return 0;
		}
	}
	complain("the key record '%s' says '%s', which is no signer of this plan", path, record.description);
	return EXIT_REFUSED;
}

int first_address(const struct descriptor *descriptor, char to[ADDRESS_TEXT_MAX + 1])
{
	static struct descriptor_output output;
	if (!descriptor_derive(descriptor, 0, 0, &output) &&
	    !address_format(descriptor->network, output_span(&output.script), to))
		return 0;
	complain("the descriptor gives no first address");
	return EXIT_REFUSED;
}

unsigned descriptor_signer(const struct ceremony_plan *plan, const struct descriptor *descriptor, size_t key)
{
	if (plan->script == CEREMONY_TR) // the first key is nobody's
		return (unsigned)key;
	if (plan->script == CEREMONY_UNVAULT) // who may cancel stands first, and last in the plan
		return (unsigned)(key < plan->cancel.count ? plan->quorum.count + key + 1
							   : key - plan->cancel.count + 1);
	(void)descriptor;
	return (unsigned)key + 1;
}

void descriptor_show(const struct ceremony_plan *plan, const struct descriptor *descriptor)
{
	for (size_t i = 0; i < descriptor->key_count; i++) {
		const struct descriptor_key *key = &descriptor->keys[i];
		unsigned signer = descriptor_signer(plan, descriptor, i);
		char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], xpub[HD_TEXT_MAX + 1];
		if (!key->extended) {
			screen_field("key path", "nobody's key (BIP341): only the quorum can spend");
			continue;
		}
		hex_encode(key->fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
		hd_public_format(plan->network, &key->base, xpub);
		screen_field(fingerprint, "signer %u %s, key ends in %s", signer, plan->signers[signer - 1],
			     xpub + strlen(xpub) - 8);
	}
}

static int records_join(const struct ceremony_plan *plan, const char **paths, size_t count,
			struct descriptor *ret)
{
	static struct descriptor_key keys[CEREMONY_SIGNERS_MAX];
	bool have[CEREMONY_SIGNERS_MAX] = { false };
	if (count != ceremony_signer_count(plan)) {
		complain("%zu key records were named; the plan has %u signers", count,
			 ceremony_signer_count(plan));
		return EXIT_REFUSED;
	}
	for (size_t i = 0; i < count; i++) {
		struct descriptor_key key;
		unsigned signer;
		int r = record_read(paths[i], plan, &key, &signer);
		if (r)
			return r;
		if (have[signer - 1]) {
			complain("'%s' is a second record of signer %u: one of the two is not his", paths[i],
				 signer);
			return EXIT_REFUSED;
		}
		have[signer - 1] = true;
		keys[signer - 1] = key;
	}
	enum ceremony_wallet_refusal refusal = ceremony_wallet_make(plan, keys, count, ret);
	if (!refusal)
		return 0;
	complain("these keys are no wallet: %s", ceremony_wallet_refusal_text(refusal));
	return EXIT_REFUSED;
}

static int joined_write(const struct outlet *out, const struct ceremony_plan *plan,
			const struct descriptor *descriptor)
{
	static char record[BSMS_TEXT_MAX];
	char address[ADDRESS_TEXT_MAX + 1], code[ADDRESS_CODE_SIZE];
	int r = first_address(descriptor, address);
	if (!r && bsms_descriptor_format(descriptor, record, sizeof record)) {
		complain("the descriptor record could not be made");
		r = EXIT_FAILED;
	}
	if (!r)
		r = outlet_write(out, record, strlen(record), "BSMS 1.0\n");
	if (r)
		return r;
	address_code(address, code);
	screen_page("The wallet");
	descriptor_show(plan, descriptor);
	page_gap();
	screen_field("first address", "%s", address);
	screen_field("address ends in", "%s", code);
	screen_field("file", "%s", out->path);
	screen_text(
		"Write the first address's end on the board: each signer types it at his own machine, and "
		"every other signer's KEY CODE from his paper.");
	return EXIT_DONE;
}

// The keys are whose the records say: a record's fingerprint and signature do not show it.
static int owners_confirm(const struct ceremony_plan *plan, const struct descriptor *descriptor)
{
	screen_page("Ceremony: join the records");
	descriptor_show(plan, descriptor);
	page_gap();
	screen_text(
		"Each signer comes with his paper. Type his KEY CODE from it, not from a file or a screen: "
		"whoever exchanged his key could keep the fingerprint.");
	return key_codes_confirm(plan, descriptor, 0);
}

int ceremony_join_run(int argc, char **argv)
{
	static struct ceremony ceremony;
	static struct descriptor descriptor;
	const char *plan = NULL, *path = NULL, *records[CEREMONY_SIGNERS_MAX];
	const struct option options[] = { { "--plan", &plan, NULL }, { "--out", &path, NULL } };
	struct outlet out = OUTLET_NONE;
	int count = options_read(argc, argv, options, ARRAY_LEN(options), records, 1, CEREMONY_SIGNERS_MAX);
	if (count < 0)
		return options_exit(count);
	int r = plan_read(plan, &ceremony);
	if (!r)
		r = records_join(&ceremony.plan, records, (size_t)count, &descriptor);
	if (!r)
		r = outlet_open(path, &out);
	const struct confinement confinement = { .write_dirs = { out.dir }, .write_count = 1 };
	if (!r)
		r = confine(&confinement);
	if (!r)
		r = owners_confirm(&ceremony.plan, &descriptor);
	if (!r)
		r = joined_write(&out, &ceremony.plan, &descriptor);
	outlet_close(&out);
	return r;
}
