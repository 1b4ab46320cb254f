// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/input.h"

#include "base/text.h"

#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

static uint8_t bytes[INPUT_MAX + 2], decoded[INPUT_MAX];

static int whole_read(int fd, const char *name, size_t *ret_size)
{
	size_t size = 0;
	for (ssize_t n; (n = read(fd, bytes + size, INPUT_MAX + 1 - size)) != 0;) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			say("%s cannot be read: %s", name, strerror(errno));
			return EXIT_REFUSED;
		}
		size += (size_t)n;
		if (size > INPUT_MAX) {
			say("%s is larger than 2 MiB: no message may be", name);
			return EXIT_REFUSED;
		}
	}
	*ret_size = size;
	return 0;
}

static bool is_psbt(const uint8_t *data, size_t size)
{
	return size > 5 && !memcmp(data, "psbt\xff", 5);
}

static size_t without_space(size_t size)
{
	while (size && strchr(" \t\r\n", bytes[size - 1]))
		size--;
	return size;
}

// Lines of parts: each must at least begin as one, since a lone damaged line would never be missed on a screen.
static int lines_check(size_t size)
{
	for (size_t at = 0; at < size;) {
		const uint8_t *end = memchr(bytes + at, '\n', size - at);
		size_t length = end ? (size_t)(end - bytes) - at : size - at;
		if (length < 8 || strncasecmp((const char *)bytes + at, "ur:", 3)) {
			say("the input begins as lines of ur:..., but a line in it is none: %.40s", (const char *)bytes + at);
			return EXIT_REFUSED;
		}
		at += length + 1;
	}
	return 0;
}

static int recognise(const struct options *options, const char *name, size_t size, struct input *ret)
{
	size_t text = without_space(size), n;
	*ret = (struct input){ INPUT_PAYLOAD, options->type, bytes, size };
	if (options->typed && options->type != UR_PSBT)
		return 0;
	ret->type = UR_PSBT;
	if (is_psbt(bytes, size))
		return 0;
	if (base64_decode((const char *)bytes, text, decoded, sizeof decoded, &n) == 0 && is_psbt(decoded, n)) {
		ret->data = decoded;
		ret->size = n;
		return 0;
	}
	if (!options->typed && text > 3 && !strncasecmp((const char *)bytes, "ur:", 3)) {
		bytes[text] = '\n';
		*ret = (struct input){ INPUT_LINES, UR_BYTES, bytes, text + 1 };
		return lines_check(text + 1);
	}
	say("%s is neither a PSBT (binary or base64) nor lines of ur:...; for anything else say what it is with --type", name);
	return EXIT_REFUSED;
}

int input_read(const struct options *options, struct input *ret)
{
	const char *path = options->inputs[0];
	bool standard = !strcmp(path, "-");
	const char *name = standard ? "standard input" : path;
	size_t size = 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		say("%s cannot be opened: %s", path, strerror(errno));
		return EXIT_REFUSED;
	}
	int r = whole_read(fd, name, &size);
	if (!standard)
		close(fd);
	if (!r && !size) {
		say("%s is empty", name);
		return EXIT_REFUSED;
	}
	return r ? r : recognise(options, name, size, ret);
}
