// SPDX-License-Identifier: Apache-2.0
// Where what is written runs as root by itself: nobody has to call it, it waits for a boot, an hour, a log-in, an upgrade.
// One table for the check (FIM-02), the baseline's usual scope and the watch.
#pragma once

#include "host/host.h"

// A path that begins with "~/" is in the home of every user with number 0; a star at its end stands for any rest of a name.
struct place { const char *path, *why; };
extern const struct place places[];
extern const size_t place_count;

// Every place, spelled out beneath the root; those that are not there, too, except behind a star. *ret lives as long as
// the host. Returns how many.
size_t places_list(struct host *h, const struct place **ret);

// What a baseline covers when nobody says otherwise: every tree with programs, and every place that is in none of them.
// Returns how many; more than `max` are left off.
size_t places_scope(struct host *h, const char **ret, size_t max);

// Whether packages' triggers write this path: dpkg has no digest of it then, and the moment of the change, which
// utimensat cannot set, must lie within a run of dpkg.
bool places_generated(const char *path);
