// SPDX-License-Identifier: Apache-2.0
// Numbers for people: grouped figures, spelt numbers to read aloud across a table,
// spans of time. Integers only. Each returns the length; `to` holds WORDS_MAX.
#pragma once

#include "evm/u256.h"

#define WORDS_MAX 192

// "1.50000000 BTC (150 000 000 sat)".
size_t words_bitcoin(uint64_t satoshi, char to[WORDS_MAX]);
// "1.50000000", with all eight places: what a person types to confirm.
size_t words_bitcoin_figure(uint64_t satoshi, char to[WORDS_MAX]);
// "150 000 000".
size_t words_grouped(uint64_t number, char to[WORDS_MAX]);
// "one hundred and fifty million"; "zero".
size_t words_spelt(uint64_t number, char to[WORDS_MAX]);
// "1 250.5 USDC"; digits before the point grouped by threes. The symbol may be "".
size_t words_units(const struct u256 *amount, unsigned decimals, const char *symbol, char to[WORDS_MAX]);
// "12.34 sat/vB" from hundredths.
size_t words_fee_rate(uint64_t hundredths, char to[WORDS_MAX]);
// "144 blocks, about 1 day"; "6 blocks, about 1 hour"; by 10 minutes a block.
size_t words_blocks(uint64_t blocks, char to[WORDS_MAX]);
// "1 day 2 hours", "45 seconds": the two largest units.
size_t words_seconds(uint64_t seconds, char to[WORDS_MAX]);
// "2026-11-22 02:50:00 UTC" (years to 9999; later ones as "second 253402300800").
size_t words_time(uint64_t seconds, char to[WORDS_MAX]);
// "at once", "after block 800 000", "after 2026-..." (nLockTime; `final`: every input disables it).
size_t words_locktime(uint32_t locktime, bool final, char to[WORDS_MAX]);
// "no lock", "144 blocks, about 1 day, after the coin confirmed" (nSequence, BIP68).
size_t words_sequence(uint32_t tx_version, uint32_t sequence, char to[WORDS_MAX]);
