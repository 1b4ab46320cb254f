// SPDX-License-Identifier: Apache-2.0
// The published vectors in tests/vectors/tlog.
#include "base/testing.h"
#include "crypto/secret.h"
#include "tlog/tlog.h"

#include <jansson.h>

static json_t *vectors_load(const char *name)
{
	char path[4096];
	json_error_t error;
	snprintf(path, sizeof path, "%s/tlog/%s", VECTORS, name);
	json_t *root = json_load_file(path, JSON_DECODE_INT_AS_REAL, &error);
	if (!root)
		fail_msg("%s: %s", path, error.text);
	return root;
}

static size_t file_load(const char *name, char *to, size_t room)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/tlog/tessera-log/%s", VECTORS, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t size = fread(to, 1, room - 1, f);
	fclose(f);
	to[size] = 0;
	return size;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	assert_non_null(text);
	return text;
}

static uint64_t number_of(const json_t *object, const char *name)
{
	// Numbers come as reals, since jansson has no integer for 2^64 - 1.
	double n = json_real_value(json_object_get(object, name));
	return n < 0x1p64 ? (uint64_t)n : UINT64_MAX;
}

static bool hash_of(const char *text, uint8_t hash[32])
{
	size_t size;
	return base64_decode(text, strlen(text), hash, 32, &size) == 0 && size == 32;
}

static bool proof_of(const json_t *list, uint8_t proof[][32], size_t *count)
{
	for (*count = 0; *count < json_array_size(list); (*count)++) {
		if (*count == 100 || !hash_of(json_string_value(json_array_get(list, *count)), proof[*count]))
			return false;
	}
	return true;
}

static void inclusion_98(void **state)
{
	json_t *all = vectors_load("merkle-inclusion.json"), *v;
	size_t i, good = 0;
	json_array_foreach(all, i, v) {
		uint8_t leaf[32], root[32], proof[100][32];
		size_t count;
		bool ok = hash_of(text_of(v, "leafHash"), leaf) && hash_of(text_of(v, "root"), root) &&
			  proof_of(json_object_get(v, "proof"), proof, &count) &&
			  tlog_inclusion_verify(leaf, number_of(v, "leafIdx"), number_of(v, "treeSize"), proof, count, root);
		if (ok == json_is_true(json_object_get(v, "wantErr")))
			fail_msg("%s", text_of(v, "file"));
		good += ok;
	}
	assert_int_equal(json_array_size(all), 98);
	assert_int_equal(good, 6);
	json_decref(all);
}

// Some of these have roots that say "dont care" in 12 bytes. No reader of ours
// takes such a root, so it is lengthened with zeros to get as far as the proof.
static bool lengthened_hash_of(const char *text, uint8_t hash[32])
{
	size_t size;
	memset(hash, 0, 32);
	return base64_decode(text, strlen(text), hash, 32, &size) == 0;
}

static void consistency_98(void **state)
{
	json_t *all = vectors_load("merkle-consistency.json"), *v;
	size_t i, good = 0;
	json_array_foreach(all, i, v) {
		uint8_t old_root[32], new_root[32], proof[100][32];
		size_t count;
		bool ok = lengthened_hash_of(text_of(v, "root1"), old_root) && lengthened_hash_of(text_of(v, "root2"), new_root) &&
			  proof_of(json_object_get(v, "proof"), proof, &count) &&
			  tlog_consistency_verify(number_of(v, "size1"), number_of(v, "size2"), proof, count, old_root, new_root);
		if (ok == json_is_true(json_object_get(v, "wantErr")))
			fail_msg("%s", text_of(v, "file"));
		good += ok;
	}
	assert_int_equal(json_array_size(all), 98);
	assert_int_equal(good, 6);
	json_decref(all);
}

static void golden_tree(void **state)
{
	json_t *golden = vectors_load("rfc6962-golden.json");
	json_t *inputs = json_object_get(golden, "leaf_inputs_hex"), *roots = json_object_get(golden, "roots_hex");
	assert_int_equal(json_array_size(inputs), 8);
	assert_int_equal(json_array_size(roots), 9);
	struct tlog_tree tree;
	tlog_tree_init(&tree);
	for (size_t n = 0; n <= 8; n++) {
		uint8_t root[32], data[32], leaf[32];
		tlog_tree_root(&tree, root);
		assert_hex(root, 32, json_string_value(json_array_get(roots, n)));
		if (n == 8)
			break;
		size_t size = hex_bytes(json_string_value(json_array_get(inputs, n)), data);
		tlog_leaf_hash(data, size, leaf);
		tlog_tree_append(&tree, leaf);
	}
	json_decref(golden);
}

static void signing_is_byte_exact(void **state)
{
	json_t *all = vectors_load("signed-note.json"), *list = json_object_get(all, "signing"), *v;
	size_t i;
	json_array_foreach(list, i, v) {
		uint8_t seed[32];
		struct note_key key;
		char vkey[NOTE_VKEY_MAX], note[4096];
		const char *text = text_of(v, "text");
		hex_bytes(text_of(v, "seed_hex"), seed);
		assert_int_equal(note_key_parse(text_of(v, "vkey"), strlen(text_of(v, "vkey")), &key), 0);
		assert_string_equal(key.name, text_of(v, "name"));
		note_key_format(&key, vkey);
		assert_string_equal(vkey, text_of(v, "vkey"));
		size_t size = note_sign(&key, seed, text, strlen(text), note, sizeof note);
		assert_string_equal(note, text_of(v, "signed_note"));
		assert_int_equal(size, strlen(note));
		assert_int_equal(note_sign(&key, seed, text, strlen(text), note, size), 0); // no room for the NUL
	}
	assert_int_equal(i, 3);
	json_decref(all);
}

static size_t keys_of(const json_t *v, struct note_key keys[8])
{
	json_t *list = json_object_get(v, "vkeys");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *vkey = json_string_value(json_array_get(list, i));
		assert_int_equal(note_key_parse(vkey, strlen(vkey), &keys[i]), 0);
	}
	return json_array_size(list);
}

static void notes_to_accept_and_to_refuse(void **state)
{
	json_t *all = vectors_load("signed-note.json"), *list, *v;
	struct note_key keys[8];
	struct note note;
	size_t i;
	list = json_object_get(all, "verify_ok");
	json_array_foreach(list, i, v) {
		size_t count = keys_of(v, keys);
		const char *text = text_of(v, "note");
		assert_int_equal(note_verify(text, strlen(text), keys, count, &note), 0);
		assert_int_equal(note.verified, ((uint64_t)1 << count) - 1);
	}
	assert_int_equal(note.time_s[0], 0x69546780); // the last one is a cosignature
	list = json_object_get(all, "verify_fail");
	json_array_foreach(list, i, v) {
		size_t count = keys_of(v, keys);
		const char *hex = json_string_value(json_object_get(v, "note_hex"));
		char bytes[2048];
		const char *text = hex ? bytes : text_of(v, "note");
		size_t size = hex ? hex_bytes(hex, bytes) : json_string_length(json_object_get(v, "note"));
		if (note_verify(text, size, keys, count, &note) == 0)
			fail_msg("verify_fail %zu was accepted", i);
	}
	assert_true(i >= 4);
	json_decref(all);
}

static void vkeys_to_refuse(void **state)
{
	static const char good[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	json_t *all = vectors_load("signed-note.json"), *list = json_object_get(all, "bad_vkeys");
	struct note_key key;
	char vkey[128];
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *bad = json_string_value(json_array_get(list, i));
		assert_int_equal(note_key_parse(bad, strlen(bad), &key), 1);
	}
	for (size_t from = 0; from < sizeof good - 1; from++) {
		for (size_t to = from; to < sizeof good - 1; to++) {
			if (from || to < sizeof good - 1)
				assert_int_equal(note_key_parse(good + from, to - from, &key), 1);
		}
	}
	for (size_t i = 0; i < sizeof good - 1; i++) {
		strcpy(vkey, good);
		vkey[i]++;
		assert_int_equal(note_key_parse(vkey, strlen(vkey), &key), 1);
	}
	assert_int_equal(note_key_parse(good, strlen(good), &key), 0);
	json_decref(all);
}

// The vectors' roots have other lengths than 32; here every root is replaced by
// one that has 32 before the text is expected to be accepted.
static void checkpoint_bodies(void **state)
{
	json_t *all = vectors_load("checkpoint-body.json"), *list = json_object_get(all, "ok"), *v;
	struct checkpoint c;
	size_t i;
	json_array_foreach(list, i, v) {
		char text[512];
		const char *rest = json_string_value(json_object_get(v, "rest"));
		assert_int_equal(checkpoint_parse(text_of(v, "m"), strlen(text_of(v, "m")), &c), 1);
		uint8_t root[32] = { 1 };
		size_t size = checkpoint_format(text_of(v, "origin"), number_of(v, "size"), root, text);
		snprintf(text + size, sizeof text - size, "%s", rest ? rest : "");
		assert_int_equal(checkpoint_parse(text, strlen(text), &c), 0);
		assert_string_equal(c.origin, text_of(v, "origin"));
		assert_int_equal(c.size, number_of(v, "size"));
		assert_int_equal(c.extra, size);
		assert_memory_equal(c.root, root, 32);
	}
	list = json_object_get(all, "bad");
	json_array_foreach(list, i, v)
		assert_int_equal(checkpoint_parse(json_string_value(v), json_string_length(v), &c), 1);
	v = json_object_get(all, "go_sumdb_tree");
	uint8_t leaf[32];
	const char *text = text_of(v, "text");
	tlog_leaf_hash("hello world", 11, leaf);
	assert_int_equal(checkpoint_parse(text, strlen(text), &c), 0);
	assert_memory_equal(c.root, leaf, 32);
	json_decref(all);
}

static void receipts(void **state)
{
	json_t *all = vectors_load("tlog-proof.json"), *list = json_object_get(all, "ok"), *v;
	struct receipt r;
	char text[2048];
	size_t i;
	json_array_foreach(list, i, v) {
		const char *from = text_of(v, "text");
		uint8_t proof[65][32];
		size_t count;
		assert_int_equal(receipt_parse(from, strlen(from), &r), 0);
		assert_int_equal(r.index, number_of(v, "index"));
		assert_true(proof_of(json_object_get(v, "hashes"), proof, &count));
		assert_int_equal(r.count, count);
		assert_memory_equal(r.proof, proof, 32 * count);
		if (json_object_get(v, "extra"))
			continue;
		assert_int_equal(receipt_format(r.index, (const uint8_t(*)[32])r.proof, r.count, r.checkpoint,
						r.checkpoint_size, text, sizeof text),
				 strlen(from));
		assert_string_equal(text, from);
	}
	list = json_object_get(all, "bad");
	json_array_foreach(list, i, v)
		assert_int_equal(receipt_parse(json_string_value(v), json_string_length(v), &r), 1);
	json_decref(all);
}

static void tile_paths(void **state)
{
	json_t *all = vectors_load("tiles.json"), *list = json_object_get(all, "c2sp_index_path"), *v;
	char path[TLOG_PATH_MAX], expected[TLOG_PATH_MAX];
	size_t i;
	json_array_foreach(list, i, v) {
		snprintf(expected, sizeof expected, "tile/0/%s", json_string_value(json_array_get(v, 1)));
		tlog_tile_path(0, (uint64_t)json_real_value(json_array_get(v, 0)), 256, path);
		assert_string_equal(path, expected);
	}
	static const struct { uint64_t size; unsigned level; uint64_t full; unsigned partial; } widths[] = {
		{ 70000, 0, 273, 112 }, { 70000, 1, 1, 17 }, { 70000, 2, 0, 1 }, { 256, 0, 1, 0 }, { 256, 1, 0, 1 },
		{ 0, 0, 0, 0 }, { UINT64_MAX, 7, 0, 255 },
	};
	for (i = 0; i < ARRAY_LEN(widths); i++) {
		uint64_t full;
		assert_int_equal(tlog_tile_partial(widths[i].level, widths[i].size, &full), widths[i].partial);
		assert_int_equal(full, widths[i].full);
	}
	json_decref(all);
}

// A log that another implementation wrote: its tiles give its checkpoints.
static int tessera_hash_at(void *context, unsigned level, uint64_t index, uint8_t hash[32])
{
	assert_int_equal(level, 0);
	memcpy(hash, (char *)context + 32 * index, 32);
	return 0;
}

static void the_log_of_another_implementation(void **state)
{
	char vkey[256], tile[1024], bundle[4096], note[4096], name[32];
	struct note_key key;
	struct checkpoint c;
	struct tlog_tree tree;
	uint8_t root[32], proof[TLOG_PROOF_MAX][32];
	size_t count, size = file_load("log.vkey", vkey, sizeof vkey);
	size -= vkey[size - 1] == '\n';
	assert_int_equal(note_key_parse(vkey, size, &key), 0);
	assert_int_equal(file_load("tile/0/000.p/15", tile, sizeof tile), 15 * 32);
	size_t bundle_size = file_load("tile/entries/000.p/15", bundle, sizeof bundle), at = 0;
	tlog_tree_init(&tree);
	for (uint64_t n = 0; n < 15; n++) {
		uint8_t leaf[32];
		size_t entry = (size_t)(uint8_t)bundle[at] << 8 | (uint8_t)bundle[at + 1];
		tlog_leaf_hash(bundle + at + 2, entry, leaf);
		at += 2 + entry;
		assert_memory_equal(leaf, tile + 32 * n, 32);
		tlog_tree_append(&tree, leaf);
		snprintf(name, sizeof name, "checkpoint.%u", (unsigned)n + 1);
		size = file_load(name, note, sizeof note);
		assert_int_equal(checkpoint_open(note, size, &key, &c), 0);
		assert_int_equal(c.size, n + 1);
		tlog_tree_root(&tree, root);
		assert_memory_equal(c.root, root, 32);
		struct tlog_source source = { tile, tessera_hash_at };
		assert_int_equal(tlog_inclusion_proof(&source, n, n + 1, proof, &count), 0);
		assert_true(tlog_inclusion_verify(leaf, n, c.size, proof, count, c.root));
	}
	assert_int_equal(at, bundle_size);
	char *digit = strstr(note, "\n15\n");
	digit[2] = '6';
	assert_int_equal(checkpoint_open(note, size, &key, &c), 2);
}

static int set_up(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inclusion_98),
		cmocka_unit_test(consistency_98),
		cmocka_unit_test(golden_tree),
		cmocka_unit_test(signing_is_byte_exact),
		cmocka_unit_test(notes_to_accept_and_to_refuse),
		cmocka_unit_test(vkeys_to_refuse),
		cmocka_unit_test(checkpoint_bodies),
		cmocka_unit_test(receipts),
		cmocka_unit_test(tile_paths),
		cmocka_unit_test(the_log_of_another_implementation),
	};
	return cmocka_run_group_tests_name("tlog-vectors", tests, set_up, NULL);
}
