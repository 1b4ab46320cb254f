// SPDX-License-Identifier: Apache-2.0
// Retention: what is removed at a destination, and only there where it may be.
#pragma once

#include "place.h"

typedef void (*object_visit)(void *context, const char *path, const char *name, uint64_t size);
// Every file beneath FOLDER/objects.
void objects_visit(const char *folder, object_visit visit, void *context);

// Removes from one destination the manifests before the `keep`-th newest full one and the objects that nobody names
// any more. 0, or an exit code after it has complained. *ret_removed: objects.
MUST_USE int push_prune(const struct backup_place *place, size_t destination, unsigned keep, uint64_t *ret_removed);
