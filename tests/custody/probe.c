// SPDX-License-Identifier: Apache-2.0
// The probe's lines: cut into words, found in the tables, answered.
#include "custody/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static uint8_t memory[64u << 20];

static void say_room(struct call *call, size_t size)
{
	if (call->answer_room - call->answer_size >= size)
		return;
	call->answer_room = 2 * (call->answer_size + size);
	call->answer = realloc(call->answer, call->answer_room);
	ASSERT(call->answer);
}

void say_text(struct call *call, const char *text)
{
	size_t length = strlen(text);
	say_room(call, length + 2);
	call->answer[call->answer_size++] = ' ';
	memcpy(call->answer + call->answer_size, text, length);
	call->answer_size += length;
}

void say_number(struct call *call, uint64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, number);
	say_text(call, text);
}

void say_bytes(struct call *call, struct span bytes)
{
	if (!bytes.size) {
		say_text(call, "-");
		return;
	}
	say_room(call, 2 * bytes.size + 2); // with the NUL of hex_encode
	call->answer[call->answer_size++] = ' ';
	hex_encode(bytes.at, bytes.size, call->answer + call->answer_size);
	call->answer_size += 2 * bytes.size;
}

void say_id(struct call *call, const uint8_t id[32])
{
	uint8_t shown[32];
	for (size_t i = 0; i < sizeof shown; i++)
		shown[i] = id[sizeof shown - 1 - i];
	say_bytes(call, span_over(shown, sizeof shown));
}

struct span call_bytes(struct call *call, size_t argument)
{
	const char *text = argument < call->count ? call->words[argument] : "?";
	if (strcmp(text, "-") == 0)
		return span_over(NULL, 0);
	size_t size = strlen(text) / 2;
	uint8_t *bytes = arena_take(&call->arena, 1, size);
	if (!bytes || hex_decode(text, strlen(text), bytes, size)) {
		call->malformed = true;
		return span_over(NULL, 0);
	}
	return span_over(bytes, size);
}

const uint8_t *call_sized(struct call *call, size_t argument, size_t size)
{
	static const uint8_t zeros[128];
	struct span bytes = call_bytes(call, argument);
	if (bytes.size == size)
		return bytes.at;
	call->malformed = true;
	return zeros;
}

uint64_t call_number(struct call *call, size_t argument)
{
	char *end = NULL;
	const char *text = argument < call->count ? call->words[argument] : "";
	uint64_t number = strtoull(text, &end, 10);
	call->malformed |= !*text || *end;
	return number;
}

const struct network *call_network(struct call *call, size_t argument)
{
	const struct network *network = argument < call->count ? network_named(call->words[argument]) : NULL;
	call->malformed |= !network;
	return network ? network : &network_main;
}

static const struct probe_command *command_find(const char *name)
{
	const struct probe_command *tables[] = { probe_key_commands, probe_output_commands,
						 probe_transaction_commands, probe_psbt_commands };
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		for (const struct probe_command *c = tables[i]; c->name; c++) {
			if (strcmp(c->name, name) == 0)
				return c;
		}
	}
	return NULL;
}

static void line_answer(struct call *call, char *line)
{
	call->count = 0;
	call->malformed = false;
	call->answer_size = 0;
	call->arena = arena_over(memory, sizeof memory);
	for (char *save, *word = strtok_r(line, " \n", &save); word && call->count < PROBE_WORDS_MAX;
	     word = strtok_r(NULL, " \n", &save))
		call->words[call->count++] = word;
	const struct probe_command *command = call->count ? command_find(call->words[0]) : NULL;
	const char *why = "the probe has no such command";
	if (command)
		why = call->count - 1 < command->arguments ? "too few words" : command->handler(call);
	if (call->malformed)
		why = "a malformed word";
	if (why)
		printf("no %s\n", why);
	else
		printf("ok%.*s\n", (int)call->answer_size, call->answer ? call->answer : "");
	fflush(stdout);
}

int main(void)
{
	static struct call call;
	uint8_t seed[32];
	char *line = NULL;
	size_t room = 0;
	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		return 1;
	curve_init(seed);
	while (getline(&line, &room, stdin) > 0)
		line_answer(&call, line);
	free(line);
	free(call.answer);
	return 0;
}
