// SPDX-License-Identifier: Apache-2.0
// "ceremony open": owners and modules may change, in one payload, once.
#include "ceremony/mode.h"

#include "base/text.h"
#include "ceremony/room.h"
#include "ceremony/steps.h"
#include "confine.h"
#include "configuration/configuration.h"
#include "commands.h"
#include "step.h"
#include "treasury/opening.h"
#include "utc.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PAYLOAD_MAX (1u << 20)

size_t ceremony_mode_text(const void *payload, size_t size, uint64_t now, char to[CEREMONY_MODE_TEXT_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1], time[UTC_TEXT_SIZE];
	sha256_of(payload, size, digest);
	hex_encode(digest, sizeof digest, hex);
	utc_format(now, time);
	return (size_t)snprintf(to, CEREMONY_MODE_TEXT_SIZE, "%s %s\n", hex, time);
}

bool ceremony_mode_open(const struct vault *vault, const void *payload, size_t size, uint64_t now)
{
	const struct vault_file *file = vault_find(vault, VAULT_CEREMONY_MODE);
	char expected[CEREMONY_MODE_TEXT_SIZE];
	uint64_t opened;
	size_t digits = 2 * SHA256_SIZE;
	if (!file || file->size != digits + UTC_TEXT_SIZE + 1 ||
	    utc_parse((const char *)file->bytes + digits + 1, UTC_TEXT_SIZE - 1, &opened))
		return false;
	if (ceremony_mode_text(payload, size, opened, expected) != file->size ||
	    memcmp(expected, file->bytes, file->size) != 0)
		return false;
	return now >= opened && now - opened < CEREMONY_MODE_SECONDS;
}

// One opening from its beginning to its end.
struct opening_act {
	struct vault vault;
	struct configuration configuration;
	struct unlocked unlocked;
	uint8_t digest[SHA256_SIZE]; // of the payload
	char digest_hex[2 * SHA256_SIZE + 1];
	char text[CEREMONY_MODE_TEXT_SIZE];
	size_t text_length;
	char *approvals; // the quorum's file, or NULL
	size_t approvals_size;
	struct opening opening;
	bool agreed; // the quorum's opening holds
};

// Nothing is refused without a line in the log.
static int opening_refuse(struct opening_act *o, const char *reason)
{
	const struct log_field details[] = { { "payload", o->digest_hex }, { "reasons", reason } };
	int r = vault_note(&o->vault, "refused", details, ARRAY_LEN(details));
	return r ? r : EXIT_REFUSED;
}

// Whoever may let money out only with the quorum may not hand the Safe over with less.
static int quorum_ask(struct opening_act *o)
{
	const struct review_policy *policy = &o->configuration.policy;
	if (policy->intent_optional || !policy->approvers.count) {
		policy_opening_remark(policy);
		return 0;
	}
	if (!o->approvals) {
		complain("this vault's policy asks for its quorum: bring what its approvers signed over this payload, with "
			 "--approvals FILE; nothing was opened");
		return opening_refuse(o, "opening-without-approvals");
	}
	int r = opening_disarm(o->approvals, o->approvals_size, &o->opening);
	if (r) {
		complain("the approvals %s; nothing was opened",
			 r == 2 ? "are of a version that is not known here" : "are none: the file was damaged or altered");
		return opening_refuse(o, "opening-unreadable");
	}
	uint32_t faults = opening_check(&o->opening, &policy->approvers, now_seconds(), o->digest);
	if (faults) {
		complain("the approvals do not hold: %s; nothing was opened", opening_fault_text(faults));
		return opening_refuse(o, "opening-not-approved");
	}
	o->agreed = true;
	screen_field("Begun by", "%s", o->opening.initiator);
	screen_field("Approvals", "%zu", o->opening.approval_count);
	return 0;
}

static bool own_in_ceremony(const struct vault *vault, const char *name)
{
	static struct ceremony ceremony;
	const struct vault_file *file = vault_find(vault, VAULT_CEREMONY);
	size_t line;
	if (!file || ceremony_parse((const char *)file->bytes, file->size, &ceremony, &line) || !ceremony.me)
		return false;
	return !strcasecmp(ceremony.plan.signers[ceremony.me - 1], name);
}

// The signer's own name, by the ceremony or by the holder of this vault's key in a registered wallet.
static bool own_name(const struct opening_act *o, const char *name)
{
	uint8_t print[HD_FINGERPRINT_SIZE];
	keystore_fingerprint(o->unlocked.keystore, print);
	for (size_t i = 0; i < o->configuration.policy.wallet_count; i++) {
		const struct policy_wallet *w = &o->configuration.wallets[i];
		for (size_t k = 0; k < w->descriptor.key_count; k++)
			if (!memcmp(w->descriptor.keys[k].fingerprint, print, sizeof print) && !strcasecmp(w->key_names[k], name))
				return true;
	}
	return own_in_ceremony(&o->vault, name);
}

static int second_person_ask(struct opening_act *o, char second[CEREMONY_NAME_MAX + 1])
{
	int r = name_ask("The second person, who has read the payload too", second);
	if (r || !own_name(o, second))
		return r;
	complain("%s is this vault's own signer: the second person is another one; nothing was opened", second);
	return opening_refuse(o, "opening-alone");
}

static int opened_write(struct opening_act *o)
{
	char reason[REASON_MAX], second[CEREMONY_NAME_MAX + 1], count[24];
	screen_page("Ceremony: let one payload change owners, modules or the timelock");
	screen_text("The review still shows everything that the payload does, and still refuses "
		    "delegatecalls and "
		    "unlimited approvals. What opens here is the change of who may sign, for this one "
		    "payload, for a day.");
	screen_field("payload", "SHA-256 %s", o->digest_hex);
	int r = quorum_ask(o);
	if (!r)
		r = reason_ask("The reason, in a sentence", reason);
	if (!r)
		r = second_person_ask(o, second);
	if (!r && screen_confirm("Type: owners may change", "owners may change"))
		r = EXIT_DECLINED;
	if (r)
		return r;
	snprintf(count, sizeof count, "%zu", o->opening.approval_count);
	const struct log_field details[] = { { "payload", o->digest_hex },
					     { "reason", reason },
					     { "second", second },
					     { "begun-by", o->agreed ? o->opening.initiator : "-" },
					     { "approvals", count } };
	const struct vault_change change = { VAULT_CEREMONY_MODE, o->text, o->text_length };
	const struct vault_act act = { .act = "ceremony-opened",
				       .details = details,
				       .detail_count = ARRAY_LEN(details),
				       .changes = &change,
				       .change_count = 1 };
	r = vault_act(&o->vault, o->unlocked.log_key, &act);
	if (!r)
		screen_text("Open for this payload. It closes when the payload is signed, or in a day.");
	return r;
}

static int opening_run(struct opening_act *o)
{
	const struct confinement confinement = { .write_dirs = { o->vault.dir }, .write_count = 1,
						 .token = unlock_loads_module(&o->vault) };
	int r = confine(&confinement);
	if (!r)
		r = configuration_read(&o->vault, &o->configuration);
	if (!r)
		r = vault_unlock(&o->vault, &o->unlocked);
	if (!r)
		r = opened_write(o);
	vault_lock(&o->unlocked);
	return r;
}

int ceremony_open_run(int argc, char **argv)
{
	static struct opening_act o;
	const char *path, *approvals = NULL;
	const struct option options[] = { { "--approvals", &approvals, NULL } };
	char *payload;
	size_t size;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), &path, 1, 1);
	if (r < 0)
		return options_exit(r);
	if ((r = public_read(path, PAYLOAD_MAX, &payload, &size)))
		return r;
	sha256_of(payload, size, o.digest);
	hex_encode(o.digest, sizeof o.digest, o.digest_hex);
	o.text_length = ceremony_mode_text(payload, size, now_seconds(), o.text);
	free(payload);
	if (approvals && (r = public_read(approvals, OPENING_ARMOUR_MAX, &o.approvals, &o.approvals_size)))
		return r;
	if (!(r = vault_open(globals.vault, VAULT_OPEN, &o.vault))) {
		r = opening_run(&o);
		vault_close(&o.vault);
	}
	free(o.approvals);
	return r;
}
