// SPDX-License-Identifier: Apache-2.0
#include "http/request.h"
#include "http/chars.h"
#include "http/fields.h"

enum phase { PHASE_LINE = 0, PHASE_HEADERS, PHASE_BODY };

static const struct {
	const char *name;
	uint8_t size;
} methods[HTTP_METHODS] = {
	[HTTP_GET] = { "GET", 3 },
	[HTTP_POST] = { "POST", 4 },
	[HTTP_DELETE] = { "DELETE", 6 },
	[HTTP_PUT] = { "PUT", 3 },
};

static enum http_refusal method_read(struct http_parser *p, const char *at, size_t size)
{
	for (size_t i = 0; i < HTTP_METHODS; i++) {
		if (size == methods[i].size && memcmp(at, methods[i].name, size) == 0) {
			p->method = (uint8_t)i;
			return HTTP_FINE;
		}
	}
	return size && chars_are(at, size, CHAR_TOKEN) ? HTTP_UNKNOWN_METHOD : HTTP_BAD_METHOD;
}

static enum http_refusal percent_check(const char *at, size_t size)
{
	const char *end = at + size;
	while ((at = memchr(at, '%', (size_t)(end - at)))) {
		if (end - at < 3 || !char_is(at[1], CHAR_HEX) || !char_is(at[2], CHAR_HEX))
			return HTTP_TARGET_PERCENT;
		at += 3;
	}
	return HTTP_FINE;
}

static enum http_refusal target_check(const char *at, size_t size)
{
	if (size > HTTP_TARGET_MAX)
		return HTTP_TARGET_TOO_LONG;
	if (size == 0)
		return HTTP_BAD_REQUEST_LINE;
	// Only origin-form: absolute-form and authority-form are for proxies, and we are none.
	if (*at != '/')
		return HTTP_TARGET_FORM;
	if (!chars_are(at, size, CHAR_TARGET))
		return HTTP_TARGET_CHARACTER;
	return percent_check(at, size);
}

static enum http_refusal version_check(const char *at, size_t size)
{
	if (size == 8 && memcmp(at, "HTTP/1.1", 8) == 0)
		return HTTP_FINE;
	if (size == 8 && memcmp(at, "HTTP/", 5) == 0 && char_is(at[5], CHAR_DIGIT) && at[6] == '.' &&
	    char_is(at[7], CHAR_DIGIT))
		return HTTP_VERSION_UNSUPPORTED;
	return HTTP_BAD_VERSION;
}

// method SP target SP version: exactly one space each time.
static enum http_refusal request_line(struct http_parser *p, const char *data, size_t size)
{
	const char *line = data + p->line, *end = line + size;
	if (size == 0)
		return HTTP_EMPTY_LINE_FIRST;
	const char *target = memchr(line, ' ', size);
	if (!target)
		return chars_are(line, size, CHAR_TOKEN) ? HTTP_BAD_REQUEST_LINE : HTTP_BAD_METHOD;
	enum http_refusal refusal = method_read(p, line, (size_t)(target - line));
	if (refusal)
		return refusal;
	target++;
	const char *version = memchr(target, ' ', (size_t)(end - target));
	if (!version)
		return HTTP_BAD_REQUEST_LINE; // HTTP/0.9
	refusal = target_check(target, (size_t)(version - target));
	if (refusal)
		return refusal;
	p->target = (struct http_span){ (uint32_t)(target - data), (uint32_t)(version - target) };
	return version_check(version + 1, (size_t)(end - version - 1));
}

static enum http_refusal header_line(struct http_parser *p, const char *data, size_t size)
{
	const char *line = data + p->line;
	if (*line == ' ' || *line == '\t')
		return HTTP_OBS_FOLD;
	if (++p->headers > HTTP_HEADERS_MAX)
		return HTTP_HEADERS_TOO_MANY;
	const char *colon = memchr(line, ':', size);
	if (!colon)
		return HTTP_HEADER_NO_COLON;
	size_t name = (size_t)(colon - line);
	if (name && (line[name - 1] == ' ' || line[name - 1] == '\t'))
		return HTTP_HEADER_SPACE_BEFORE_COLON;
	if (name == 0 || !chars_are(line, name, CHAR_TOKEN))
		return HTTP_HEADER_NAME;
	if (name > HTTP_HEADER_NAME_MAX)
		return HTTP_HEADER_NAME_LONG;
	const char *value = colon + 1, *end = line + size;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	size_t value_size = (size_t)(end - value);
	if (value_size > HTTP_HEADER_VALUE_MAX)
		return HTTP_HEADER_VALUE_LONG;
	if (!chars_are(value, value_size, CHAR_VALUE))
		return HTTP_HEADER_VALUE;
	return http_field_read(p, data, line, name, (struct http_span){ (uint32_t)(value - data), (uint32_t)value_size });
}

// Before a line is complete only its characters can be judged: enough to refuse a bare CR at once.
static enum http_refusal unfinished_check(const char *at, size_t size)
{
	const char *cr = memchr(at, '\r', size);
	return cr && cr + 1 < at + size ? HTTP_BARE_CR : HTTP_FINE;
}

// In the order in which the bytes came, so that it does not matter how they were cut.
static enum http_refusal line_check(const char *line, const char *lf)
{
	const char *cr = memchr(line, '\r', (size_t)(lf - line));
	if (!cr)
		return HTTP_BARE_LF;
	if (cr + 1 != lf)
		return HTTP_BARE_CR;
	return memchr(line, '\0', (size_t)(cr - line)) ? HTTP_CONTROL_CHARACTER : HTTP_FINE;
}

// One complete line of the head. *ret_end when it was the empty one.
static enum http_refusal line_read(struct http_parser *p, const char *data, const char *lf, bool *ret_end)
{
	const char *line = data + p->line;
	enum http_refusal refusal = line_check(line, lf);
	if (refusal)
		return refusal;
	size_t size = (size_t)(lf - 1 - line);
	if (p->phase == PHASE_LINE)
		refusal = request_line(p, data, size);
	else if (size == 0)
		*ret_end = true;
	else
		refusal = header_line(p, data, size);
	p->phase = PHASE_HEADERS;
	return refusal;
}

// Lines until the empty one. 0 = head complete, 1 = more, 2 = refused.
static int head_read(struct http_parser *p, const char *data, size_t size, enum http_refusal *ret_refusal)
{
	bool end = false;
	enum http_refusal refusal = HTTP_FINE;
	while (!end) {
		const char *from = data + p->search;
		size_t limit = size < HTTP_HEAD_MAX ? size : HTTP_HEAD_MAX;
		const char *lf = limit > p->search ? memchr(from, '\n', limit - p->search) : NULL;
		if (!lf) {
			refusal = unfinished_check(data + p->line, limit - p->line);
			if (!refusal && size >= HTTP_HEAD_MAX)
				refusal = p->phase == PHASE_LINE ? HTTP_TARGET_TOO_LONG : HTTP_HEAD_TOO_LARGE;
			p->search = (uint32_t)limit;
			break;
		}
		refusal = line_read(p, data, lf, &end);
		if (refusal)
			break;
		p->line = p->search = (uint32_t)(lf + 1 - data);
	}
	if (refusal) {
		*ret_refusal = refusal;
		return 2;
	}
	return end ? 0 : 1;
}

static struct slice span_slice(const char *data, const struct http_parser *p, enum http_field field)
{
	if (!(p->seen >> field & 1))
		return slice_of(NULL, 0);
	return slice_of(data + p->field[field].at, p->field[field].size);
}

static void request_fill(const struct http_parser *p, const char *data, struct http_request *to)
{
	const char *target = data + p->target.at;
	const char *mark = memchr(target, '?', p->target.size);
	size_t path = mark ? (size_t)(mark - target) : p->target.size;
	*to = (struct http_request){
		.method = (enum http_method)p->method,
		.close = p->close,
		.host = span_slice(data, p, HTTP_FIELD_HOST),
		.path = slice_of(target, path),
		.query = mark ? slice_of(mark + 1, p->target.size - path - 1) : slice_of(NULL, 0),
		.api_key = span_slice(data, p, HTTP_FIELD_API_KEY),
		.content_type = span_slice(data, p, HTTP_FIELD_CONTENT_TYPE),
		.body = slice_of(data + p->line, p->body_size),
		.size = p->line + p->body_size,
	};
}

bool http_parser_in_body(const struct http_parser *p)
{
	return p->phase == PHASE_BODY;
}

int http_parse(struct http_parser *p, const char *data, size_t size, struct http_request *ret,
	       enum http_refusal *ret_refusal)
{
	if (p->phase != PHASE_BODY) {
		int r = head_read(p, data, size, ret_refusal);
		if (r)
			return r;
		enum http_refusal refusal = http_fields_check(p, data);
		if (refusal) {
			*ret_refusal = refusal;
			return 2;
		}
		p->phase = PHASE_BODY;
	}
	if (size - p->line < p->body_size)
		return 1;
	request_fill(p, data, ret);
	return 0;
}
