// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "bitcoin/bsms_lines.h"

#include <stdio.h>

const char *bsms_refusal_text(enum bsms_refusal refusal)
{
	static const char *const texts[] = {
		[BSMS_FINE] = "fine",
		[BSMS_LINES] = "the record has not the right number of lines",
		[BSMS_VERSION] = "the record does not begin with BSMS 1.0",
		[BSMS_TOKEN] = "the token is not the one of this ceremony",
		[BSMS_KEY] = "the key is malformed, of another network, or has no origin",
		[BSMS_DESCRIPTION] = "the description is longer than 80 characters",
		[BSMS_SIGNATURE] = "the record is not signed by the key that it names",
		[BSMS_RESTRICTIONS] = "the path restrictions are not of the form /0/*,/1/*",
		[BSMS_DESCRIPTOR] = "the descriptor is refused",
		[BSMS_ADDRESS] = "the first address is not the descriptor's: one of the two was altered",
	};
	return refusal < ARRAY_LEN(texts) ? texts[refusal] : "refused";
}

// "/0/*,/1/*" to "/<0;1>/*", or "/0/*" as it is. 0 and the text with a NUL, or 1.
static int restrictions_read(struct line line, char to[64])
{
	struct writer w = writer_over(to, 63);
	size_t count = 0, at = 0;
	write_bytes(&w, "/<", 2);
	while (at < line.length) {
		const char *comma = memchr(line.at + at, ',', line.length - at);
		size_t length = comma ? (size_t)(comma - line.at) - at : line.length - at;
		uint32_t step;
		if (length < 4 || line.at[at] != '/' || memcmp(line.at + at + length - 2, "/*", 2) != 0 ||
		    path_step_parse(line.at + at + 1, length - 3, &step) || (step & PATH_HARDENED))
			return 1;
		if (count++)
			write_u8(&w, ';');
		write_bytes(&w, line.at + at + 1, length - 3);
		at += length + 1;
		if (comma && at == line.length)
			return 1;
	}
	if (count == 1) {
		memmove(to + 1, to + 2, writer_size(&w) - 2); // without "<"
		w.at--;
	} else {
		write_u8(&w, '>');
	}
	write_bytes(&w, "/*", 3); // and a NUL
	return count == 0 || w.failed;
}

// The template with each /** replaced, and a checksum. 0 and the length, or 1 when it outgrows room.
static int template_fill(struct line template, const char *steps, char *to, size_t room, size_t *ret_length)
{
	struct writer w = writer_over(to, room);
	char checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	for (size_t i = 0; i < template.length; i++) {
		if (template.length - i >= 3 && memcmp(template.at + i, "/**", 3) == 0) {
			write_bytes(&w, steps, strlen(steps));
			i += 2;
		} else {
			write_u8(&w, (uint8_t) template.at[i]);
		}
	}
	if (w.failed || descriptor_checksum(to, writer_size(&w), checksum))
		return 1;
	write_u8(&w, '#');
	write_bytes(&w, checksum, DESCRIPTOR_CHECKSUM_SIZE);
	*ret_length = writer_size(&w);
	return w.failed;
}

static int first_address(const struct descriptor *descriptor, char to[ADDRESS_TEXT_MAX + 1])
{
	struct descriptor_output output;
	return descriptor_derive(descriptor, 0, 0, &output) ||
	       address_format(descriptor->network, output_span(&output.script), to);
}

enum bsms_refusal bsms_descriptor_parse(const struct network *network, const char *text, size_t length,
					struct descriptor *ret, enum descriptor_refusal *ret_why)
{
	struct line lines[4];
	char steps[64], filled[DESCRIPTOR_TEXT_MAX + 16], address[ADDRESS_TEXT_MAX + 1];
	const char *whole;
	size_t size;
	struct descriptor d;
	if (!lines_cut(text, length, lines, ARRAY_LEN(lines)))
		return BSMS_LINES;
	if (!line_is(lines[0], "BSMS 1.0"))
		return BSMS_VERSION;
	bool free_paths = line_is(lines[2], "No path restrictions");
	if (!free_paths && restrictions_read(lines[2], steps))
		return BSMS_RESTRICTIONS;
	whole = lines[1].at;
	size = lines[1].length;
	if (!free_paths || !memchr(whole, '#', size)) {
		if (template_fill(lines[1], free_paths ? "/**" : steps, filled, sizeof filled, &size))
			return BSMS_LINES;
		whole = filled;
	}
	enum descriptor_refusal why = descriptor_parse(network, whole, size, &d);
	if (why) {
		*ret_why = why;
		return BSMS_DESCRIPTOR;
	}
	if (first_address(&d, address) || !line_is(lines[3], address))
		return BSMS_ADDRESS;
	*ret = d;
	return BSMS_FINE;
}

enum bsms_refusal bsms_descriptor_format(const struct descriptor *descriptor, char *to, size_t room)
{
	char text[DESCRIPTOR_TEXT_MAX + 16], address[ADDRESS_TEXT_MAX + 1];
	if (descriptor_format(descriptor, text, sizeof text))
		return BSMS_LINES;
	if (first_address(descriptor, address))
		return BSMS_ADDRESS;
	int length = snprintf(to, room, "BSMS 1.0\n%s\nNo path restrictions\n%s\n", text, address);
	return length < 0 || (size_t)length >= room ? BSMS_LINES : BSMS_FINE;
}
