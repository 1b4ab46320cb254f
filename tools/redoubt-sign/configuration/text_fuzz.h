// SPDX-License-Identifier: Apache-2.0
// Between the configuration's fuzzers only: a policy to begin with.
#pragma once

#include "crypto/secret.h"
#include "configuration/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct configuration c;
static struct text_fault fault;

// Into exact memory, so that a sanitizer sees a read past the end.
__attribute__((unused)) static void base_policy(void)
{
	static const char policy[] = "redoubt policy 1\nnetwork regtest\nchain 1\nchain 31337\n"
				     "token 1 0x6B175474E89094C44Da98b954EedeAC495271d0F 6 USDX\n";
	static bool started;
	uint8_t seed[32] = { 1 };
	if (!started) {
		ASSERT(crypto_init() == 0);
		curve_init(seed);
		started = true;
	}
	configuration_clear(&c);
	ASSERT(policy_text_parse(policy, sizeof policy - 1, &c, &fault) == 0);
}
