// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "base/text.h"

#include <jansson.h>

static const char *const op_names[OP_COUNT] = {
	[OP_HEAD] = "head", [OP_SUBMIT] = "submit", [OP_STATUS] = "status", [OP_MARKETS] = "markets",
	[OP_BOOK] = "book",
};

static const char *op_find(const char *name, enum control_op *ret)
{
	for (size_t i = 0; i < OP_COUNT; i++) {
		if (!strcmp(op_names[i], name)) {
			*ret = (enum control_op)i;
			return NULL;
		}
	}
	return "there is no such op; there are head, submit, status, markets and book";
}

static const char *submit_read(json_t *root, struct control_request *to)
{
	const char *text = NULL;
	size_t length = 0;
	if (json_unpack(root, "{s:s, s:s%!}", "op", &(const char *){ NULL }, "entry", &text, &length))
		return "submit takes \"entry\", a text, and nothing else";
	if (base64_decode(text, length, to->entry, sizeof to->entry, &to->entry_size))
		return "\"entry\" is not base64 of at most 4096 bytes";
	return NULL;
}

static bool symbol_valid(const char *symbol, size_t size)
{
	if (size == 0 || size > SYMBOL_MAX)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!((symbol[i] >= 'A' && symbol[i] <= 'Z') || (symbol[i] >= '0' && symbol[i] <= '9')))
			return false;
	return true;
}

static const char *book_read(json_t *root, struct control_request *to)
{
	const char *symbol = NULL;
	size_t size = 0;
	json_int_t levels = 10, trades = 10;
	if (json_unpack(root, "{s:s, s:s%, s?I, s?I !}", "op", &(const char *){ NULL }, "symbol", &symbol, &size,
			"levels", &levels, "trades", &trades))
		return "book takes \"symbol\", and the numbers \"levels\" and \"trades\"";
	if (!symbol_valid(symbol, size))
		return "\"symbol\" must be 1 to 20 capitals and digits";
	if (levels < 0 || levels > BOOK_LEVELS_MAX || trades < 0 || trades > BOOK_TRADES_MAX)
		return "\"levels\" and \"trades\" must be 0 to 100";
	memcpy(to->symbol, symbol, size + 1);
	to->levels = (uint32_t)levels;
	to->trades = (uint32_t)trades;
	return NULL;
}

static const char *fields_read(json_t *root, struct control_request *to)
{
	const char *op = NULL;
	if (json_unpack(root, "{s:s}", "op", &op))
		return "a request is an object with the text \"op\"";
	const char *wrong = op_find(op, &to->op);
	if (wrong)
		return wrong;
	if (to->op == OP_SUBMIT)
		return submit_read(root, to);
	if (to->op == OP_BOOK)
		return book_read(root, to);
	return json_object_size(root) == 1 ? NULL : "this op takes nothing else";
}

const char *control_request_read(const char *line, size_t size, struct control_request *ret)
{
	json_error_t error;
	if (size >= CONTROL_LINE_MAX)
		return "the line is longer than 16 KB";
	json_t *root = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return "the line is not one JSON value";
	struct control_request request = { 0 };
	const char *wrong = fields_read(root, &request);
	json_decref(root);
	if (!wrong)
		*ret = request;
	return wrong;
}
