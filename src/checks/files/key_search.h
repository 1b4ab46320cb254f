// SPDX-License-Identifier: Apache-2.0
// Private keys and seeds by their looks, whatever the file is called. Only what proves itself: a PEM block with its
// body, a text whose checksum is right, a name with a value of the right form. A manual that speaks of keys is not one.
#pragma once

#include "base/base.h"

#define KEY_SEARCH_OVERLAP ((size_t)1024) // pieces of a file overlap by so much: no key or seed phrase is longer than what is asked of it

// "a private key in PEM" and the like, or NULL. `bytes` needs no NUL.
const char *key_search(const char *bytes, size_t size);
