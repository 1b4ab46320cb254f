// SPDX-License-Identifier: Apache-2.0
#include "backup/head_names.h"

#include <stdlib.h>

static int later_first(const void *a, const void *b)
{
	return strcmp(b, a);
}

void backup_head_names_finish(struct backup_head_names *n)
{
	qsort(n->name, n->count, sizeof n->name[0], later_first);
	if (n->count > BACKUP_HEADS_TRIED_MAX) {
		n->count = BACKUP_HEADS_TRIED_MAX;
		n->left_off = true;
	}
}

void backup_head_names_add(struct backup_head_names *n, const char *name)
{
	if (strlen(name) != BACKUP_HEAD_NAME_SIZE || strspn(name, "0123456789-") != BACKUP_HEAD_NAME_SIZE)
		return;
	if (n->count == ARRAY_LEN(n->name))
		backup_head_names_finish(n);
	memcpy(n->name[n->count++], name, BACKUP_HEAD_NAME_SIZE + 1);
}
