// SPDX-License-Identifier: Apache-2.0
// Outputs: descriptors, their scripts, addresses.
#include "custody/probe.h"

static struct descriptor descriptors[PROBE_SLOTS];

const struct descriptor *call_descriptor(struct call *call, size_t argument)
{
	uint64_t slot = call_number(call, argument);
	if (slot >= PROBE_SLOTS || !descriptors[slot].network) {
		call->malformed = true;
		slot = 0;
	}
	return &descriptors[slot];
}

// descriptor SLOT NETWORK TEXT: keeps it; answers the number of its branches and its text as we write it.
static const char *do_descriptor(struct call *call)
{
	char text[DESCRIPTOR_TEXT_MAX + 1];
	struct descriptor *d = &descriptors[call_number(call, 1) % PROBE_SLOTS];
	const struct network *network = call_network(call, 2);
	enum descriptor_refusal refusal =
		descriptor_parse(network, call->words[3], strlen(call->words[3]), d);
	if (refusal)
		return descriptor_refusal_text(refusal);
	if (descriptor_format(d, text, sizeof text))
		return "no room";
	say_number(call, d->branch_count);
	say_text(call, text);
	return NULL;
}

static const char *do_checksum(struct call *call)
{
	char checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	if (descriptor_checksum(call->words[1], strlen(call->words[1]), checksum))
		return "a foreign character";
	say_text(call, checksum);
	return NULL;
}

// derive SLOT BRANCH INDEX: script, address, witness script or leaf.
static const char *do_derive(struct call *call)
{
	struct descriptor_output output;
	char address[ADDRESS_TEXT_MAX + 1];
	const struct descriptor *d = call_descriptor(call, 1);
	if (call->malformed ||
	    descriptor_derive(d, call_number(call, 2), (uint32_t)call_number(call, 3), &output))
		return "nothing there";
	if (address_format(d->network, output_span(&output.script), address))
		return "no address";
	say_bytes(call, output_span(&output.script));
	say_text(call, address);
	say_bytes(call, span_over(output.inner, output.inner_size));
	return NULL;
}

// find SLOT SCRIPT COUNT: branch and index.
static const char *do_find(struct call *call)
{
	size_t branch;
	uint32_t index;
	const struct descriptor *d = call_descriptor(call, 1);
	if (call->malformed ||
	    !descriptor_find(d, call_bytes(call, 2), 0, (uint32_t)call_number(call, 3), &branch, &index))
		return "not its own";
	say_number(call, branch);
	say_number(call, index);
	return NULL;
}

// address NETWORK SCRIPT; script NETWORK ADDRESS
static const char *do_address(struct call *call)
{
	char address[ADDRESS_TEXT_MAX + 1];
	if (address_format(call_network(call, 1), call_bytes(call, 2), address))
		return "no address";
	say_text(call, address);
	return NULL;
}

static const char *do_script(struct call *call)
{
	struct output_script script;
	if (address_parse(call_network(call, 1), call->words[2], strlen(call->words[2]), &script))
		return "not an address";
	say_bytes(call, output_span(&script));
	return NULL;
}

const struct probe_command probe_output_commands[] = {
	{ "descriptor", 3, do_descriptor },
	{ "checksum", 1, do_checksum },
	{ "derive", 3, do_derive },
	{ "find", 3, do_find },
	{ "address", 2, do_address },
	{ "script", 2, do_script },
	{ NULL, 0, NULL },
};
