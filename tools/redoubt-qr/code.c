// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/code.h"

#include <qrencode.h>

// Level M survives a reflection on a screen; capitals, digits, ':', '/' and '-' take the compact alphanumeric mode.
int code_make(const char *text, struct code *ret)
{
	QRcode *made = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (!made)
		return errno ? -errno : -EINVAL;
	ASSERT(made->width > 0 && made->width <= CODE_MODULES_MAX);
	ret->size = (unsigned)made->width;
	for (size_t i = 0; i < (size_t)ret->size * ret->size; i++)
		ret->dark[i] = made->data[i] & 1;
	QRcode_free(made);
	return 0;
}
