// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/host.h"

// What is weak in a list of ciphers as OpenSSL takes it: "NAME: why", or NULL. *ret_known: OpenSSL here knows the list.
const char *ciphers_fault(struct host *h, const char *list, bool *ret_known);
