// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/base.h"

#define CERTIFICATE_PEM_MAX 8192

// Makes an ECDSA P-256 key and a certificate that it signs itself, for localhost, 127.0.0.1, ::1 and `host` (may be
// NULL). Both as PEM with a NUL. 0, or -1 when OpenSSL refuses (its reason is in the error queue).
MUST_USE int certificate_make(const char *host, char key_pem[CERTIFICATE_PEM_MAX], char pem[CERTIFICATE_PEM_MAX]);

// 1 when the PEM certificate is its own issuer, 0 when not, -1 when it is no certificate or the key is not its key.
int certificate_self_signed(const char *pem, const char *key_pem);

// Why OpenSSL refused last.
const char *certificate_error(void);
