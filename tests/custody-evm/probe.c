// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include "base/text.h"
#include "bitcoin/curve.h"

#include <stdio.h>
#include <stdlib.h>

static alignas(max_align_t) uint8_t room[4 << 20];
static size_t room_used;

void *probe_room(size_t size)
{
	void *at = room + room_used;
	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (size > sizeof room - room_used)
		probe_stop("no room for", "this line");
	room_used += size;
	return at;
}

NORETURN void probe_stop(const char *what, const char *which)
{
	fprintf(stderr, "probe: %s %s\n", what, which);
	exit(2);
}

bool in_there(const json_t *in, const char *key)
{
	return json_is_string(json_object_get(in, key));
}

const char *in_text(const json_t *in, const char *key)
{
	const char *text = json_string_value(json_object_get(in, key));
	if (!text)
		probe_stop("no text", key);
	return text;
}

struct evm_bytes bytes_of(const json_t *text)
{
	const char *hex = json_string_value(text);
	size_t size;
	uint8_t *to;
	if (!hex || hex[0] != '0' || hex[1] != 'x')
		probe_stop("not hex:", hex ? hex : "(no text)");
	size = strlen(hex + 2) / 2;
	to = probe_room(size);
	if (hex_decode(hex + 2, strlen(hex + 2), to, size))
		probe_stop("not hex:", hex);
	return evm_bytes_over(to, size);
}

struct evm_bytes in_bytes(const json_t *in, const char *key)
{
	if (!in_there(in, key))
		probe_stop("no bytes", key);
	return bytes_of(json_object_get(in, key));
}

void in_fixed(const json_t *in, const char *key, void *to, size_t size)
{
	struct evm_bytes bytes = in_bytes(in, key);
	if (bytes.size != size)
		probe_stop("of another size:", key);
	memcpy(to, bytes.at, size);
}

struct u256 in_number(const json_t *in, const char *key)
{
	const char *text = in_text(in, key);
	struct u256 number;
	if (u256_parse(text, strlen(text), 0, &number))
		probe_stop("not a number:", key);
	return number;
}

uint64_t in_u64(const json_t *in, const char *key)
{
	struct u256 number = in_number(in, key);
	uint64_t small;
	if (!u256_to_u64(&number, &small))
		probe_stop("too large:", key);
	return small;
}

struct evm_address in_address(const json_t *in, const char *key)
{
	const char *text = in_text(in, key);
	struct evm_address address;
	if (evm_address_parse_unchecked(text, strlen(text), &address))
		probe_stop("not an address:", key);
	return address;
}

json_t *bytes_out(const void *data, size_t size)
{
	char *hex = probe_room(2 * size + 3);
	hex[0] = '0';
	hex[1] = 'x';
	hex_encode(data, size, hex + 2);
	return json_string(hex);
}

json_t *number_out(const struct u256 *number)
{
	char text[U256_TEXT_MAX];
	u256_format(number, 0, text);
	return json_string(text);
}

json_t *address_out(const struct evm_address *address)
{
	char text[EVM_ADDRESS_TEXT];
	evm_address_format(address, text);
	return json_string(text);
}

void out_bytes(json_t *out, const char *key, const void *data, size_t size)
{
	json_object_set_new(out, key, bytes_out(data, size));
}

void out_u64(json_t *out, const char *key, uint64_t number)
{
	struct u256 wide = u256_of(number);
	json_object_set_new(out, key, number_out(&wide));
}

void out_refused(json_t *out, const char *why)
{
	json_object_clear(out);
	json_object_set_new(out, "refused", json_string(why));
}

static bool run_from(const struct probe_command *commands, const json_t *in, json_t *out)
{
	const char *name = in_text(in, "do");
	while (commands->name && strcmp(commands->name, name) != 0)
		commands++;
	if (commands->name)
		commands->run(in, out);
	return commands->name != NULL;
}

static void answer(const char *line)
{
	json_error_t error;
	json_t *in = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error), *out = json_object();
	if (!in || !out)
		probe_stop("not JSON:", line);
	room_used = 0;
	if (!run_from(probe_chain_commands, in, out) && !run_from(probe_content_commands, in, out))
		probe_stop("no command", in_text(in, "do"));
	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(in);
	json_decref(out);
}

int main(void)
{
	static const uint8_t seed[32] = { 1 }; // blinding of the curve's arithmetic; no result depends on it
	char *line = NULL;
	size_t size = 0;
	evm_keys_init(seed);
	curve_init(seed);
	while (getline(&line, &size, stdin) > 0)
		answer(line);
	free(line);
	return 0;
}
