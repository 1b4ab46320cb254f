// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

// NULL when there is none, which is allowed: a host may be hardened later.
static struct manifest *manifest_load(struct refusals *r, const char *path)
{
	char error[MANIFEST_ERROR_MAX] = "memory ran out";
	struct manifest *m = NULL;
	FILE *f = fopen(path, "re");
	char *text = f ? malloc(MANIFEST_SIZE_MAX + 1) : NULL;
	size_t size = text ? fread(text, 1, MANIFEST_SIZE_MAX + 1, f) : 0;
	if (!f && errno != ENOENT)
		refusal_add(r, "manifest", "%s cannot be read: %s", path, strerror(errno));
	else if (f && (!text || ferror(f) || size > MANIFEST_SIZE_MAX))
		refusal_add(r, "manifest", "%s cannot be read, or has more than %d bytes", path, MANIFEST_SIZE_MAX);
	else if (f && manifest_parse(path, text, size, &m, error))
		refusal_add(r, "manifest", "%s", error);
	if (f)
		fclose(f);
	free(text);
	return m;
}

static void listen_find(struct production *p, struct refusals *r)
{
	struct manifest *m = manifest_load(r, p->manifest);
	listen_of_manifest(m, p->listen_text);
	if (!p->listen)
		p->listen = *p->listen_text ? p->listen_text : LISTEN_DEFAULT;
	listen_judge(r, p->listen, m, p->manifest);
	manifest_free(m);
}

// The key's file, where the operator has it: what others could read, others may have.
static void key_file_judge(struct refusals *r, const char *path)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0007))
		refusal_add(r, "key", "'%s' can be read by every user (mode %04o): have a new key issued, keep it with chmod 0600", path,
			    st.st_mode & 07777);
}

static void site_judge(struct production *p, struct refusals *r, const char *name)
{
	const struct site_certificate *s = &p->site;
	if (!s->path)
		refusal_add(r, "certificate", "there is no --certificate: name the site's (PEM, with the intermediate ones behind it)");
	if (!s->key_path)
		refusal_add(r, "key", "there is no --certificate-key: name the certificate's private key (PEM)");
	else
		key_file_judge(r, s->key_path);
	certificate_judge(r, s, name, &p->facts);
}

void production_judge(struct production *p, struct refusals *r)
{
	build_judge(r);
	bool named = origin_judge(r, p->origin, p->name);
	listen_find(p, r);
	site_judge(p, r, named ? p->name : NULL);
	directory_judge(r, p->dir);
}
