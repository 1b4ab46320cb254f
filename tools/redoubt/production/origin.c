// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

#include "wire/control.h"

#define LABEL_SIZE_MAX 63 // RFC 1035, 2.3.4

// Names that no public registry delegates: RFC 6761, 6762, 8375, 9476, ICANN's .internal, and what routers hand out.
static const char *const PRIVATE_SUFFIXES[] = {
	"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa", "test",
	"invalid", "example", "onion", "alt", "arpa",
};

static bool ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);
	return n >= s && !strcmp(name + n - s, suffix) && (n == s || name[n - s - 1] == '.');
}

// Every spelling that a resolver takes for an address: "127.1", "0x7f.1", "2130706433", "[::1]".
static bool is_address(const char *name)
{
	struct in_addr four;
	struct in6_addr six;
	return inet_aton(name, &four) || inet_pton(AF_INET6, name, &six) == 1 || name[0] == '[';
}

static bool label_good(const char *label, size_t size)
{
	if (size == 0 || size > LABEL_SIZE_MAX || label[0] == '-' || label[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++)
		if (!(label[i] >= 'a' && label[i] <= 'z') && !(label[i] >= '0' && label[i] <= '9') && label[i] != '-')
			return false;
	return true;
}

// The reason why it is no public DNS name, or NULL.
static const char *name_fault(const char *name)
{
	size_t labels = 0, size = 0;
	const char *last = name;
	if (is_address(name))
		return "an address, not a name";
	for (const char *at = name; *at; at += size + (at[size] == '.')) {
		size = strcspn(at, ".");
		if (!label_good(at, size))
			return "no host name of letters, digits, hyphens and dots (write an international name as xn--...)";
		last = at;
		labels++;
	}
	if (!labels || name[strlen(name) - 1] == '.')
		return "no complete host name without a dot at its end";
	for (size_t i = 0; i < ARRAY_LEN(PRIVATE_SUFFIXES); i++)
		if (ends_in(name, PRIVATE_SUFFIXES[i]))
			return "a name that exists in no public DNS";
	if (labels < 2)
		return "a single label, which exists in no public DNS";
	// a top-level name has a letter: what ends in a number is an address to some
	return strspn(last, "0123456789") == strlen(last) ? "a name whose last label is a number" : NULL;
}

bool origin_fits(const char *origin)
{
	return *origin && strlen(origin) <= ORIGIN_MAX && !origin[strcspn(origin, " +\n\t")];
}

bool origin_judge(struct refusals *r, const char *origin, char ret_name[SITE_NAME_MAX + 1])
{
	static const char REMEDY[] = "name the exchange as its clients reach it: --origin exchange.example.org";
	char name[SITE_NAME_MAX + 1];
	if (!origin) {
		refusal_add(r, "origin", "there is no --origin, and 'redoubt.local' is nobody's: %s", REMEDY);
		return false;
	}
	if (!origin_fits(origin))
		refusal_add(r, "origin", "'%.200s' must have 1 to %d characters, without spaces and '+': %s", origin, ORIGIN_MAX, REMEDY);
	const char *scheme = strstr(origin, "://");
	if (scheme) {
		refusal_add(r, "origin", "'%s' has the scheme %.*s://: a log's origin has none, and clients always come by https: --origin %.200s",
			    origin, (int)(scheme - origin), origin, scheme[3] ? scheme + 3 : "exchange.example.org");
		origin = scheme + 3;
	}
	size_t size = strcspn(origin, "/");
	snprintf(name, sizeof name, "%.*s", (int)(size < SITE_NAME_MAX ? size : SITE_NAME_MAX), origin);
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	const char *fault = name_fault(name);
	if (fault)
		refusal_add(r, "origin", "'%s' is %s: %s", name, fault, REMEDY);
	memcpy(ret_name, name, sizeof name);
	return !fault;
}
