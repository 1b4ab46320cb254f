// SPDX-License-Identifier: Apache-2.0
#include "ceremony/seed.h"

#include "base/text.h"
#include "configuration/configuration.h"
#include "crypto/secret.h"
#include "evm/key.h"
#include "step.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int path_derive(const uint8_t *seed, size_t size, const struct path *path, struct hd_private *ret)
{
	struct hd_private *master = secret_alloc(sizeof *master);
	int r = !master || hd_master(seed, size, master) || hd_private_derive(master, path, ret);
	secret_free(master);
	if (!r)
		return 0;
	complain("this seed gives no key at the plan's path (chance: 2^-127); begin again with another seed");
	return EXIT_FAILED;
}

int seed_account(const struct ceremony_plan *plan, const uint8_t *seed, size_t size, struct hd_private *ret)
{
	struct path path;
	ceremony_account(plan, &path);
	return path_derive(seed, size, &path, ret);
}

static int evm_fact(struct ceremony *ceremony, const uint8_t *seed, size_t size, struct hd_private *key)
{
	static const char text[] = "m/44h/60h/0h/0/0";
	struct path path;
	struct evm_address address;
	ASSERT(path_parse(text, sizeof text - 1, &path) == 0);
	int r = path_derive(seed, size, &path, key);
	if (r)
		return r;
	ASSERT(evm_key_address(key->secret, &address) == 0);
	evm_address_format(&address, ceremony->evm);
	return 0;
}

int seed_facts(struct ceremony *ceremony, const uint8_t *seed, size_t size)
{
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], origin[PATH_TEXT_MAX + 1], xpub[HD_TEXT_MAX + 1];
	struct hd_private *key = secret_alloc(sizeof *key);
	struct path path = { .count = 0 };
	int r = key ? path_derive(seed, size, &path, key) : EXIT_FAILED;
	if (!r) {
		hd_fingerprint(&key->public, ceremony->fingerprint);
		ceremony_account(&ceremony->plan, &path);
		r = path_derive(seed, size, &path, key);
	}
	if (!r) {
		hex_encode(ceremony->fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
		path_format(&path, origin);
		hd_public_format(ceremony->plan.network, &key->public, xpub);
		int length = snprintf(ceremony->key, sizeof ceremony->key, "[%s%s]%s", fingerprint,
				      origin + 1, xpub);
		ASSERT(length > 0 && (size_t)length < sizeof ceremony->key);
		if (ceremony->plan.chain)
			r = evm_fact(ceremony, seed, size, key);
	}
	secret_free(key);
	return r;
}

// ---- sealing -------------------------------------------------------------
static int passphrase_ask(char *to, size_t room)
{
	for (int i = 0; i < 3; i++) {
		if (screen_ask_secret_twice("Passphrase of this vault", to, room))
			break;
		if (strlen(to) >= PASSPHRASE_MIN)
			return 0;
		screen_text(
			"A passphrase has at least %d characters; six words thrown with dice are a good one.",
			PASSPHRASE_MIN);
	}
	complain("no passphrase was given; nothing was made");
	return EXIT_DECLINED;
}

// What lies in the file must be what is in memory: a seed that only memory knows is lost with it.
static int sealed_compare(struct room *room, const struct seed_file *file, const struct keystore_lock *lock,
			  const uint8_t *seed, size_t size)
{
	const uint8_t *back;
	size_t back_size;
	struct unlocked *unlocked = &room->unlocked;
	int r = keystore_open(file->bytes, file->size, lock, &unlocked->keystore);
	if (!r)
		r = keystore_export_seed(unlocked->keystore, &back, &back_size);
	if (!r && (back_size != size || !equal_constant_time(back, seed, size)))
		r = KEYSTORE_WRONG;
	unlocked->log_key = r ? NULL : secret_alloc(sizeof *unlocked->log_key);
	if (!r)
		r = unlocked->log_key ? log_key_derive(unlocked->keystore, unlocked->log_key) : -ENOMEM;
	if (!r)
		return 0;
	complain("the sealed key could not be read back: %s", keystore_result_text(r));
	return EXIT_FAILED;
}

int seed_seal(struct room *room, const uint8_t *seed, size_t size, uint64_t memory_mib, struct seed_file *ret)
{
	char label[KEYSTORE_LABEL_MAX + 1];
	char *passphrase = secret_alloc(SCREEN_PASSPHRASE_MAX);
	struct ceremony *c = &room->ceremony;
	int r = passphrase ? passphrase_ask(passphrase, SCREEN_PASSPHRASE_MAX) : EXIT_FAILED;
	if (r) {
		secret_free(passphrase);
		return r;
	}
	snprintf(label, sizeof label, "%s signer %u", c->plan.wallet, c->me);
	const struct keystore_lock lock = {
		.passphrase = passphrase,
		.passphrase_size = strlen(passphrase),
		.cost = { memory_mib ? (uint32_t)memory_mib << 10 : 0,
			  memory_mib ? KEYSTORE_PASSES_DEFAULT : 0 },
	};
	const struct keystore_secret secret = {
		.kind = KEYSTORE_SEED, .bytes = seed, .size = size, .label = label, .created_s = now_seconds()
	};
	screen_text("Sealing, then reading it back ...");
	r = keystore_seal(&secret, &lock, ret->bytes, sizeof ret->bytes, &ret->size);
	if (r) {
		complain("the key could not be sealed: %s", keystore_result_text(r));
		r = EXIT_FAILED;
	} else {
		sha256_of(ret->bytes, ret->size, c->keystore);
		r = sealed_compare(room, ret, &lock, seed, size);
	}
	secret_free(passphrase);
	return r;
}

static int stored_compare(const struct room *room, const struct seed_file *file)
{
	uint8_t *bytes = NULL;
	size_t size = 0;
	int r = file_read(room->vault.dir, VAULT_KEYSTORE, KEYSTORE_FILE_MAX, &bytes, &size);
	bool same = r == 0 && size == file->size && memcmp(bytes, file->bytes, size) == 0;
	free(bytes);
	if (same)
		return 0;
	complain("the keystore read from the disk is not what was written: do not use this disk");
	return EXIT_DAMAGED;
}

int seed_store(struct room *room, const struct seed_file *file, const char *act,
	       const struct log_field *details, size_t detail_count, const struct vault_change *more)
{
	static char policy[4096];
	if (policy_text_initial(room->ceremony.plan.network->name, policy, sizeof policy)) {
		complain("the first policy could not be written");
		return EXIT_FAILED;
	}
	struct vault_change changes[3] = {
		{ VAULT_KEYSTORE, file->bytes, file->size },
		{ VAULT_POLICY, policy, strlen(policy) },
	};
	if (more)
		changes[2] = *more;
	STEP("ceremony-sealed");
	int r = room_act(room, act, details, detail_count, changes, more ? 3 : 2);
	return r ? r : stored_compare(room, file);
}

int program_digest(uint8_t ret[SHA256_SIZE])
{
	struct sha256 s;
	uint8_t block[65536];
	ssize_t n = -1;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	sha256_init(&s);
	while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0)
		sha256_update(&s, block, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (n != 0) {
		complain("this program's own file cannot be read, so that its digest is not known: %s",
			 strerror(errno));
		return EXIT_FAILED;
	}
	sha256_final(&s, ret);
	return 0;
}
