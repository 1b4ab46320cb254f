// SPDX-License-Identifier: Apache-2.0
// Extended keys, paths and mnemonics: what is read is written back as it was.
#include "bitcoin/hdkey.h"
#include "bitcoin/mnemonic.h"
#include "bitcoin/wif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_keys(const char *text, size_t size)
{
	struct hd_public public;
	struct hd_private private;
	char back[HD_TEXT_MAX + 1];
	if (hd_public_parse(&network_main, text, size, &public) == 0) {
		hd_public_format(&network_main, &public, back);
		ASSERT(strlen(back) == size && memcmp(back, text, size) == 0);
	}
	if (hd_private_parse(&network_main, text, size, &private) == 0) {
		hd_private_format(&network_main, &private, back);
		ASSERT(strlen(back) == size && memcmp(back, text, size) == 0);
	}
}

static void check_path(const char *text, size_t size)
{
	struct path path, again;
	char back[PATH_TEXT_MAX + 1];
	if (path_parse(text, size, &path))
		return;
	path_format(&path, back);
	ASSERT(path_parse(back, strlen(back), &again) == 0 && again.count == path.count);
	ASSERT(memcmp(again.steps, path.steps, path.count * sizeof path.steps[0]) == 0);
}

static void check_words(const char *text, size_t size)
{
	uint8_t entropy[MNEMONIC_ENTROPY_MAX], secret[32];
	char back[MNEMONIC_TEXT_MAX + 1], wif[WIF_TEXT_MAX + 1];
	size_t got;
	bool compressed;
	if (mnemonic_parse(text, size, entropy, &got, NULL) == 0) {
		ASSERT(mnemonic_format(entropy, got, back) == 0);
		ASSERT(strlen(back) == size && memcmp(back, text, size) == 0);
	}
	if (wif_parse(&network_main, text, size, secret, &compressed) == 0) {
		ASSERT(wif_format(&network_main, secret, compressed, wif) == 0);
		ASSERT(strlen(wif) == size && memcmp(wif, text, size) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	if (!ready)
		curve_init(seed);
	ready = true;
	check_keys((const char *)data, size);
	check_path((const char *)data, size);
	check_words((const char *)data, size);
	return 0;
}
