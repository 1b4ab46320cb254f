// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include "command.h"

#include "crypto/secret.h"

#include <errno.h>

static int site_alloc(struct site *s)
{
	s->key = secret_alloc(CERTIFICATE_PEM_MAX);
	s->pem = secret_alloc(CERTIFICATE_PEM_MAX);
	if (s->key && s->pem) {
		s->key[0] = s->pem[0] = 0; // such memory does not begin as zeros
		return 0;
	}
	complain("out of locked memory for the certificate's key");
	return -1;
}

// Reads a PEM file that the operator names (relative to where he stands). Unbuffered: no copy of a key stays in stdio's.
static int pem_read(const char *path, char to[CERTIFICATE_PEM_MAX])
{
	FILE *f = fopen(path, "re");
	if (f)
		setvbuf(f, NULL, _IONBF, 0);
	size_t n = f ? fread(to, 1, CERTIFICATE_PEM_MAX - 1, f) : 0;
	to[n] = 0;
	bool failed = !f || ferror(f), whole = !failed && feof(f);
	if (failed)
		complain("cannot read '%s': %s", path, strerror(errno));
	else if (!whole)
		complain("cannot take '%s': it is larger than %d bytes", path, CERTIFICATE_PEM_MAX - 1);
	else if (strlen(to) != n)
		complain("cannot take '%s': it is no PEM, it holds a zero byte", path);
	if (f)
		fclose(f);
	return whole && strlen(to) == n ? 0 : -1;
}

int site_read(struct site *s, const char *certificate, const char *key)
{
	int r = site_alloc(s);
	if (!r && certificate)
		r = pem_read(certificate, s->pem);
	if (!r && key)
		r = pem_read(key, s->key);
	// it becomes keys/tls.crt, which everybody may read
	if (!r && strstr(s->pem, "PRIVATE KEY-----")) {
		complain("'%s' holds a private key beside the certificate: put the certificates alone into that file", certificate);
		r = -1;
	}
	return r;
}

int site_make(struct site *s)
{
	int r = site_alloc(s);
	if (!r && certificate_make(NULL, s->key, s->pem)) {
		complain("OpenSSL could not make a certificate: %s", certificate_error());
		r = -1;
	}
	return r;
}

void site_free(struct site *s)
{
	secret_free(s->key);
	secret_free(s->pem);
	*s = (struct site){ 0 };
}
