// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#define ABOUT "client-ca"
#define CLIENT_CA_MAX 65536 // as the gateway takes it

static char *text_read(struct refusals *r, const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = f ? calloc(1, CLIENT_CA_MAX + 2) : NULL;
	size_t size = text ? fread(text, 1, CLIENT_CA_MAX + 1, f) : 0;
	if (!f)
		refusal_add(r, ABOUT, "cannot read '%s': %s", path, strerror(errno));
	else if (!text || ferror(f) || size > CLIENT_CA_MAX || strlen(text) != size)
		refusal_add(r, ABOUT, "'%s' is no text of at most %d bytes", path, CLIENT_CA_MAX);
	bool good = f && text && !ferror(f) && size <= CLIENT_CA_MAX && strlen(text) == size;
	if (f)
		fclose(f);
	if (good)
		return text;
	free(text);
	return NULL;
}

static bool authority_judge(struct refusals *r, const char *path, X509 *x)
{
	char subject[128] = "";
	X509_NAME_oneline(X509_get_subject_name(x), subject, sizeof subject);
	if (X509_check_ca(x) != 1)
		refusal_add(r, ABOUT, "'%s' holds %s, which is no CA's certificate: name the CA that issues the proxy's client certificate", path,
			    subject);
	else if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
		refusal_add(r, ABOUT, "'%s' holds %s, which has expired: nobody would get in", path, subject);
	else
		return true;
	return false;
}

char *client_ca_read(struct refusals *r, const char *path)
{
	char *text = text_read(r, path);
	BIO *bio = text ? BIO_new_mem_buf(text, -1) : NULL;
	size_t count = 0;
	bool good = bio && !strstr(text, "PRIVATE KEY");
	if (bio && !good)
		refusal_add(r, ABOUT, "'%s' holds a private key: the server gets the CA's certificate alone", path);
	for (X509 *x; good && (x = PEM_read_bio_X509(bio, NULL, NULL, (void *)"")); X509_free(x)) {
		good = authority_judge(r, path, x);
		count++;
	}
	if (good && (!count || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)) {
		refusal_add(r, ABOUT, "'%s' is not PEM text of CA certificates", path);
		good = false;
	}
	ERR_clear_error();
	BIO_free(bio);
	if (good)
		return text;
	free(text);
	return NULL;
}
