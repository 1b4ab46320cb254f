// SPDX-License-Identifier: Apache-2.0
// The exchange's directory, as `redoubt init` lays it out:
//   redoubt.conf  founding  keys/{journal,log,auth,tls,operator}.key keys/tls.crt
//   journal/  snapshots/  log/  history/  run/control.sock  (demo only: demo-keys.json)
#pragma once

#include "wire/control.h"

#include <limits.h>

struct path { char text[PATH_MAX]; };

// DIR/name. Asserts that it fits (main checks the length of DIR).
struct path path_in(const char *name);

// Writes a whole new file and syncs it; refuses one that exists. 0, or negative errno after it has complained.
MUST_USE int file_create(const char *name, unsigned mode, const void *data, size_t size);

// Reads exactly `size` bytes of a key file into secret memory (secret_free); `name` is in DIR unless `path`, which may
// be NULL, names another file. NULL after it has complained.
uint8_t *key_load(const char *name, const char *path, size_t size);

// Reads a whole file of at most `max` bytes (free it). NULL after it has complained.
uint8_t *file_load(const char *name, size_t max, size_t *ret_size);

// Genesis and the exchange's id from DIR/founding. 0, or -1 after it has complained.
MUST_USE int genesis_load(struct genesis *ret, uint8_t ret_id[32]);
