// SPDX-License-Identifier: Apache-2.0
// The certificate and key that clients meet: read from where the operator has them, or made for a demo.
#pragma once

#include "certificate.h"

struct site {
	char *key, *pem; // in secret memory; CERTIFICATE_PEM_MAX each
};

// 0, or -1 after a complaint. A file that is not named (NULL) stays "".
MUST_USE int site_read(struct site *s, const char *certificate, const char *key);
MUST_USE int site_make(struct site *s); // self-signed, for localhost
void site_free(struct site *s);
