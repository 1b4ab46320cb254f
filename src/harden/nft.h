// SPDX-License-Identifier: Apache-2.0
// libnftables in a child of its own: it keeps state, and may end the process on an error.
#pragma once

#include "host/host.h"

// Loads the text into an empty network namespace and lists it as JSON there: the kernel has taken every rule of it.
// 0; 1 with nft's own words in ret_error; negative errno (-EPERM: no namespace may be made).
MUST_USE int nft_try(struct host *h, const char *rules, const char **ret_json, const char **ret_error);
// The same in this network namespace without any change (nft -c).
MUST_USE int nft_check(struct host *h, const char *rules, const char **ret_error);
// Loads it here: all of it or nothing.
MUST_USE int nft_load(struct host *h, const char *rules, const char **ret_error);
// What is loaded here: as rules that load again ("flush ruleset" first), or as JSON.
MUST_USE int nft_list(struct host *h, bool json, const char **ret_text, const char **ret_error);
