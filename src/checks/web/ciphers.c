// SPDX-License-Identifier: Apache-2.0
// WEB-05: the ciphers that nginx is told to offer. What comes out of the list is asked of OpenSSL; what this host's OpenSSL
// was built without is known by its name, because the one that nginx brings may have it.
#include "checks/web/ciphers.h"

#include <openssl/ssl.h>
#include <strings.h>

static const char *cipher_fault(const SSL_CIPHER *c)
{
	int nid = SSL_CIPHER_get_cipher_nid(c);
	if (SSL_CIPHER_get_auth_nid(c) == NID_auth_null)
		return "nobody proves who he is";
	if (nid == NID_undef)
		return "nothing is encrypted";
	if (nid == NID_rc4 || SSL_CIPHER_get_digest_nid(c) == NID_md5)
		return "RC4 and MD5 are broken";
	return SSL_CIPHER_get_bits(c, NULL) < 128 || nid == NID_des_ede3_cbc ? "its key or block is too short" : NULL;
}

// Parts of names and classes that are weak by themselves, between '-' or '+'.
static const char *name_fault(const char *name, size_t size)
{
	static const struct { const char *part, *fault; } PARTS[] = {
		{ "eNULL", "nothing is encrypted" }, { "NULL", "nothing is encrypted" }, { "COMPLEMENTOFALL", "nothing is encrypted" },
		{ "aNULL", "nobody proves who he is" }, { "ADH", "nobody proves who he is" }, { "AECDH", "nobody proves who he is" },
		{ "EXP", "its key is too short" }, { "EXPORT", "its key is too short" }, { "EXPORT40", "its key is too short" },
		{ "EXPORT56", "its key is too short" }, { "LOW", "its key is too short" }, { "DES", "its key or block is too short" },
		{ "3DES", "its key or block is too short" }, { "RC2", "its key or block is too short" }, { "RC4", "RC4 and MD5 are broken" },
		{ "MD5", "RC4 and MD5 are broken" }, { "SSLv2", "SSL 2 is broken" } };
	for (size_t at = 0; at <= size;) {
		size_t part = at;
		while (part < size && name[part] != '-' && name[part] != '+')
			part++;
		for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
			if (strlen(PARTS[i].part) == part - at && !strncasecmp(PARTS[i].part, name + at, part - at))
				return PARTS[i].fault;
		at = part + 1;
	}
	return NULL;
}

#define BETWEEN ": ,;"

// "!word" stands in the list: it is taken out wherever it is named.
static bool excluded(const char *list, const char *word, size_t size)
{
	for (const char *at = list + strspn(list, BETWEEN); *at; at += strcspn(at, BETWEEN), at += strspn(at, BETWEEN))
		if (*at == '!' && strcspn(at, BETWEEN) == size + 1 && !strncmp(at + 1, word, size))
			return true;
	return false;
}

// By its name, or by a class that its name says: "!MD5" takes RC4-MD5 away as well.
static bool removed(const char *list, const char *name, size_t size)
{
	if (excluded(list, name, size))
		return true;
	for (size_t at = 0; at < size;) {
		size_t part = at;
		while (part < size && name[part] != '-' && name[part] != '+')
			part++;
		bool triple = part - at == 4 && !strncmp(name + at, "CBC3", 4);
		if (excluded(list, name + at, part - at) || (triple && excluded(list, "3DES", 4)))
			return true;
		at = part + 1;
	}
	return false;
}

static const char *named_fault(struct host *h, const char *list)
{
	for (const char *at = list + strspn(list, BETWEEN); *at; at += strspn(at, BETWEEN)) {
		size_t size = strcspn(at, BETWEEN);
		const char *fault = *at == '!' || *at == '-' || *at == '+' ? NULL : name_fault(at, size);
		if (fault && !removed(list, at, size))
			return host_print(h, "%.*s: %s", (int)size, at, fault);
		at += size;
	}
	return NULL;
}

// HIGH has ciphers without certificates, too; it is the security level of OpenSSL that keeps them from being offered.
static const char *offered_fault(struct host *h, SSL *tls)
{
	STACK_OF(SSL_CIPHER) *all = SSL_get1_supported_ciphers(tls);
	const char *found = NULL;
	for (int i = 0; !found && i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(all, i);
		const char *fault = strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") ? cipher_fault(cipher) : NULL;
		if (fault)
			found = host_print(h, "%s: %s", SSL_CIPHER_get_name(cipher), fault);
	}
	sk_SSL_CIPHER_free(all);
	return found;
}

const char *ciphers_fault(struct host *h, const char *list, bool *ret_known)
{
	SSL_CTX *c = SSL_CTX_new(TLS_server_method());
	const char *found = named_fault(h, list);
	*ret_known = c && SSL_CTX_set_cipher_list(c, list) == 1;
	SSL *tls = *ret_known ? SSL_new(c) : NULL;
	if (tls && !found)
		found = offered_fault(h, tls);
	SSL_free(tls);
	SSL_CTX_free(c);
	return found;
}
