// SPDX-License-Identifier: Apache-2.0
// What is inside: calls of the ABI, typed data, SafeTx, and the review of what a payload does.
#include "probe.h"

#include "evm/message.h"
#include "evm/typed.h"

static const char *const risk_names[EVM_RISKS] = {
	"unknown", "malformed", "delegatecall", "unlimited", "approval", "owners", "modules", "guard", "from-module",
	"blind", "refund", "timelock", "creates", "depth", "steps", "lost",
};

static json_t *argument_out(const struct abi_value *value)
{
	json_t *list;
	struct evm_address address;
	struct u256 number;
	switch (value->type) {
	case ABI_ADDRESS:
		address = abi_address(value);
		return address_out(&address);
	case ABI_UINT256:
	case ABI_UINT8:
		number = abi_number(value);
		return number_out(&number);
	case ABI_BYTES32:
	case ABI_BYTES:
		return bytes_out(value->bytes.at, value->bytes.size);
	default:
		break;
	}
	list = json_array();
	for (size_t i = 0; i < value->count; i++) {
		struct evm_bytes bytes;
		if (value->type == ABI_ADDRESSES) {
			address = abi_item_address(value, i);
			json_array_append_new(list, address_out(&address));
		} else if (value->type == ABI_UINTS) {
			number = abi_item_number(value, i);
			json_array_append_new(list, number_out(&number));
		} else {
			bytes = abi_item_bytes(value, i);
			json_array_append_new(list, bytes_out(bytes.at, bytes.size));
		}
	}
	return list;
}

static void out_call(json_t *out, const struct evm_call *call)
{
	char signature[EVM_SIGNATURE_MAX];
	json_t *arguments = json_array();
	evm_function_signature(call->function, signature);
	for (size_t i = 0; i < call->function->count; i++)
		json_array_append_new(arguments, argument_out(&call->arguments[i]));
	json_object_set_new(out, "function", json_string(signature));
	json_object_set_new(out, "standard", json_string(call->function->standard));
	json_object_set_new(out, "arguments", arguments);
}

// Decoded, and what was decoded written again.
static void call_decode(const json_t *in, json_t *out)
{
	struct evm_bytes data = in_bytes(in, "data");
	struct evm_call call;
	enum evm_call_refusal why = evm_call_decode(data, &call);
	size_t size;
	if (why) {
		out_refused(out, why == EVM_CALL_UNKNOWN ? "unknown" : "malformed");
		return;
	}
	uint8_t *again = probe_room(data.size);
	ASSERT(!evm_call_encode(&call, again, data.size, &size));
	out_call(out, &call);
	out_bytes(out, "again", again, size);
	if (call.id >= TIMELOCK_SCHEDULE && call.id <= TIMELOCK_EXECUTE_BATCH) {
		uint8_t id[32];
		evm_timelock_id(&call, id);
		out_bytes(out, "id", id, sizeof id);
	}
}

static uint8_t *word_of(struct evm_bytes right) // left of it zeros
{
	uint8_t *word = probe_room(32);
	ASSERT(right.size <= 32);
	memset(word, 0, 32);
	memcpy(word + 32 - right.size, right.at, right.size);
	return word;
}

// One value out of text or a list of it. Lists of bytes are encoded in place: offsets, then each with its length.
static struct abi_value argument_of(enum abi_type type, const json_t *from)
{
	struct abi_value value = { .type = type };
	struct evm_bytes bytes;
	json_t *item;
	size_t i, offset = 32 * json_array_size(from);
	if ((type <= ABI_BYTES) != json_is_string(from))
		probe_stop("of another shape:", abi_type_name(type));
	if (type <= ABI_BYTES) {
		bytes = bytes_of(from);
		value.bytes = type == ABI_BYTES ? bytes : evm_bytes_over(word_of(bytes), 32);
		return value;
	}
	uint8_t *room = probe_room(ABI_DATA_MAX), *at = room;
	value.count = json_array_size(from);
	json_array_foreach (from, i, item) {
		bytes = bytes_of(item);
		struct u256 where = u256_of(offset), length = u256_of(bytes.size);
		if (type != ABI_BYTES_LIST) {
			memcpy(room + 32 * i, word_of(bytes), 32);
			continue;
		}
		u256_to_bytes(&where, room + 32 * i);
		at = room + offset;
		u256_to_bytes(&length, at);
		offset += 32 + (bytes.size + 31) / 32 * 32;
		memset(at + 32, 0, (size_t)(room + offset - at) - 32);
		memcpy(at + 32, bytes.at, bytes.size);
	}
	value.bytes = evm_bytes_over(room, offset);
	return value;
}

static void call_encode(const json_t *in, json_t *out)
{
	struct evm_call call = { 0 };
	char signature[EVM_SIGNATURE_MAX];
	const json_t *arguments = json_object_get(in, "arguments");
	size_t size;
	for (;; call.id++) {
		if (call.id == EVM_FUNCTIONS)
			probe_stop("no function", in_text(in, "function"));
		call.function = evm_function(call.id);
		evm_function_signature(call.function, signature);
		if (strcmp(signature, in_text(in, "function")) == 0)
			break;
	}
	for (size_t i = 0; i < call.function->count; i++)
		call.arguments[i] = argument_of(call.function->parameters[i].type, json_array_get(arguments, i));
	uint8_t *data = probe_room(ABI_DATA_MAX);
	if (evm_call_encode(&call, data, ABI_DATA_MAX, &size))
		out_refused(out, "it does not fit");
	else
		out_bytes(out, "data", data, size);
}

static void functions(const json_t *in, json_t *out)
{
	json_t *list = json_array();
	for (enum evm_function_id id = 0; id < EVM_FUNCTIONS; id++) {
		char signature[EVM_SIGNATURE_MAX];
		evm_function_signature(evm_function(id), signature);
		json_array_append_new(list, json_pack("{s:s,s:I}", "signature", signature, "selector",
						      (json_int_t)evm_function(id)->selector));
	}
	json_object_set_new(out, "functions", list);
}

static const struct typed_value *values_of(const json_t *list);

static struct typed_value value_of(const json_t *from)
{
	struct typed_value value = { 0 };
	if (json_is_string(from)) {
		value.atom = bytes_of(from);
	} else {
		value.items = values_of(from);
		value.count = json_array_size(from);
	}
	return value;
}

static const struct typed_value *values_of(const json_t *list)
{
	struct typed_value *values = probe_room(sizeof *values * json_array_size(list));
	json_t *item;
	size_t i;
	json_array_foreach (list, i, item)
		values[i] = value_of(item);
	return values;
}

static struct typed_types types_of(const json_t *list)
{
	struct typed_struct *structs = probe_room(sizeof *structs * json_array_size(list));
	json_t *item, *each;
	size_t i, m;
	json_array_foreach (list, i, item) {
		const json_t *from = json_object_get(item, "members");
		struct typed_member *members = probe_room(sizeof *members * json_array_size(from));
		json_array_foreach (from, m, each)
			members[m] = (struct typed_member){ in_text(each, "name"), in_text(each, "type") };
		structs[i] = (struct typed_struct){ in_text(item, "name"), members, json_array_size(from) };
	}
	return (struct typed_types){ structs, json_array_size(list) };
}

static void domain_hash(const json_t *in, uint8_t digest[32])
{
	struct typed_domain domain = { .has_name = in_there(in, "name"), .has_version = in_there(in, "version"),
				       .has_chain_id = in_there(in, "chainId"),
				       .has_contract = in_there(in, "verifyingContract"), .has_salt = in_there(in, "salt") };
	if (domain.has_name)
		domain.name = evm_bytes_over(in_text(in, "name"), strlen(in_text(in, "name")));
	if (domain.has_version)
		domain.version = evm_bytes_over(in_text(in, "version"), strlen(in_text(in, "version")));
	if (domain.has_chain_id)
		domain.chain_id = in_number(in, "chainId");
	if (domain.has_contract)
		domain.contract = in_address(in, "verifyingContract");
	if (domain.has_salt)
		in_fixed(in, "salt", domain.salt, sizeof domain.salt);
	typed_domain_separator(&domain, digest);
}

static void typed(const json_t *in, json_t *out)
{
	static const char *const refusals[] = { [TYPED_LIMIT] = "limit", [TYPED_NAME] = "name", [TYPED_TYPE] = "type",
						[TYPED_VALUE] = "value" };
	struct typed_types types = types_of(json_object_get(in, "types"));
	struct typed_value value = value_of(json_object_get(in, "value"));
	uint8_t domain[32], of_struct[32], digest[32];
	enum typed_refusal why = typed_struct_hash(&types, in_text(in, "primary"), &value, of_struct);
	if (why) {
		out_refused(out, refusals[why]);
		return;
	}
	domain_hash(json_object_get(in, "domain"), domain);
	evm_typed_digest(domain, of_struct, digest);
	out_bytes(out, "domain", domain, sizeof domain);
	out_bytes(out, "struct", of_struct, sizeof of_struct);
	out_bytes(out, "digest", digest, sizeof digest);
}

static void safe_tx_of(const json_t *in, struct safe_tx *tx)
{
	*tx = (struct safe_tx){ .to = in_address(in, "to"), .value = in_number(in, "value"), .data = in_bytes(in, "data"),
				.operation = (enum safe_operation)in_u64(in, "operation"),
				.safe_tx_gas = in_number(in, "safeTxGas"), .base_gas = in_number(in, "baseGas"),
				.gas_price = in_number(in, "gasPrice"), .gas_token = in_address(in, "gasToken"),
				.refund_receiver = in_address(in, "refundReceiver"), .nonce = in_number(in, "nonce") };
}

static json_t *risks_out(uint32_t risks)
{
	json_t *list = json_array();
	for (unsigned bit = 0; bit < EVM_RISKS; bit++)
		if (risks >> bit & 1)
			json_array_append_new(list, json_string(risk_names[bit]));
	return list;
}

static json_t *step_out(const struct evm_step *step)
{
	json_t *out = json_pack("{s:i,s:i,s:i}", "depth", (int)step->depth, "parent", (int)step->parent, "operation",
				(int)step->operation);
	json_object_set_new(out, "to", address_out(&step->to));
	json_object_set_new(out, "value", number_out(&step->value));
	out_bytes(out, "data", step->data.at, step->data.size);
	json_object_set_new(out, "risks", risks_out(step->risks));
	if (step->known)
		out_call(out, &step->call);
	return out;
}

static void out_review(json_t *out, const struct evm_review *review)
{
	json_t *steps = json_array();
	for (size_t i = 0; i < review->count; i++)
		json_array_append_new(steps, step_out(&review->steps[i]));
	json_object_set_new(out, "steps", steps);
	json_object_set_new(out, "risks", risks_out(review->risks));
}

// The three hashes and the review of one SafeTx.
static void safe_tx(const json_t *in, json_t *out)
{
	static struct evm_review review;
	struct evm_address safe = in_address(in, "safe");
	uint8_t domain[32], of_struct[32], digest[32];
	struct safe_tx tx;
	safe_tx_of(in, &tx);
	safe_tx_hashes(in_u64(in, "chain"), &safe, &tx, domain, of_struct, digest);
	out_bytes(out, "domain", domain, sizeof domain);
	out_bytes(out, "struct", of_struct, sizeof of_struct);
	out_bytes(out, "digest", digest, sizeof digest);
	evm_review_safe_tx(&tx, &review);
	out_review(out, &review);
}

static void tx_review(const json_t *in, json_t *out)
{
	static struct evm_review review;
	struct evm_bytes raw = in_bytes(in, "raw");
	struct evm_transaction tx;
	enum evm_tx_refusal why = evm_tx_decode_unsigned(raw.at, raw.size, &tx);
	if (why) {
		out_refused(out, evm_tx_refusal_text(why));
		return;
	}
	evm_review_transaction(&tx, &review);
	out_review(out, &review);
}

const struct probe_command probe_content_commands[] = {
	{ "call_decode", call_decode }, { "call_encode", call_encode }, { "functions", functions }, { "typed", typed },
	{ "safe_tx", safe_tx },         { "tx_review", tx_review },     { NULL, NULL },
};
