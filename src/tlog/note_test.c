// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "tlog/tlog.h"

#define TEXT "redoubt.local/demo\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

static uint8_t seed[32] = { 1 }, witness_seed[32] = { 2 };
static struct note_key log_key, witness_key;

static int set_up(void **state)
{
	uint8_t public_key[32];
	if (crypto_init())
		return 1;
	ed25519_public(seed, public_key);
	if (note_key_make("redoubt.local/demo", NOTE_ED25519, public_key, &log_key))
		return 1;
	ed25519_public(witness_seed, public_key);
	return note_key_make("witness.example", NOTE_COSIGNATURE, public_key, &witness_key);
}

static void names(void **state)
{
	uint8_t public_key[32] = { 1 };
	struct note_key key;
	char longest[NOTE_NAME_MAX + 2];
	static const char *const bad[] = { "", " ", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0" "b", "a\xe2\x80\x83", "\xff", "a\xc0\xaf",
					   "\xed\xa0\x80", "a\x01", "a\xe2\x80" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(note_key_make(bad[i], NOTE_ED25519, public_key, &key), 1);
	assert_int_equal(note_key_make("Z\xc3\xbcrich/log-1", NOTE_ED25519, public_key, &key), 0);
	assert_int_equal(note_key_make("x", 0x02, public_key, &key), 1);
	memset(longest, 'x', sizeof longest);
	longest[NOTE_NAME_MAX + 1] = 0;
	assert_int_equal(note_key_make(longest, NOTE_ED25519, public_key, &key), 1);
	longest[NOTE_NAME_MAX] = 0;
	assert_int_equal(note_key_make(longest, NOTE_ED25519, public_key, &key), 0);
	char vkey[NOTE_VKEY_MAX];
	struct note_key back;
	assert_true(note_key_format(&key, vkey) < sizeof vkey);
	assert_int_equal(note_key_parse(vkey, strlen(vkey), &back), 0);
	assert_memory_equal(&back, &key, sizeof key);
}

static void malformed_notes(void **state)
{
	char note[1024], text[1024];
	struct note found;
	size_t size = note_sign(&log_key, seed, TEXT, strlen(TEXT), note, sizeof note);
	assert_int_equal(note_verify(note, size, &log_key, 1, &found), 0);
	assert_int_equal(found.text_size, strlen(TEXT));
	assert_int_equal(note_verify(note, size - 1, &log_key, 1, &found), 1); // last newline missing
	assert_int_equal(note_verify(note, strlen(TEXT) + 1, &log_key, 1, &found), 1); // no signature
	assert_int_equal(note_verify(TEXT, strlen(TEXT), &log_key, 1, &found), 1); // no empty line
	assert_int_equal(note_verify("", 0, &log_key, 1, &found), 1);
	assert_int_equal(note_verify(note, size, &witness_key, 1, &found), 3);
	assert_int_equal(note_verify(note, size, NULL, 0, &found), 3);
	for (size_t i = 0; i < size; i++) {
		memcpy(text, note, size);
		text[i] ^= 1;
		if (note_verify(text, size, &log_key, 1, &found) == 0)
			fail_msg("byte %zu may be changed", i);
	}
	memcpy(text, note, size);
	text[3] = 0x07; // a control character
	assert_int_equal(note_verify(text, size, &log_key, 1, &found), 1);
	memcpy(text + size, "no signature line\n", 18);
	memcpy(text, note, size);
	assert_int_equal(note_verify(text, size + 18, &log_key, 1, &found), 1);
}

static void cosignatures(void **state)
{
	char note[2048], line[NOTE_LINE_MAX];
	struct note_key keys[2] = { log_key, witness_key };
	struct note found;
	size_t size = note_sign(&log_key, seed, TEXT, strlen(TEXT), note, sizeof note);
	size_t length = note_signature_line(&witness_key, witness_seed, TEXT, strlen(TEXT), 1700000000, line);
	memcpy(note + size, line, length);
	assert_int_equal(note_verify(note, size + length, keys, 2, &found), 0);
	assert_int_equal(found.verified, 3);
	assert_int_equal(found.time_s[1], 1700000000);
	assert_int_equal(found.time_s[0], 0);
	assert_int_equal(note_verify(note, size + length, &log_key, 1, &found), 0); // unknown ones are ignored
	note[size + length - 10] ^= 1;
	assert_int_equal(note_verify(note, size + length, keys, 2, &found), 2); // one bad known key spoils the note
	assert_int_equal(note_verify(note, size + length, &log_key, 1, &found), 0);
}

static void a_hundred_signatures_and_no_more(void **state)
{
	static char note[65536];
	char line[NOTE_LINE_MAX];
	struct note found;
	size_t size = note_sign(&log_key, seed, TEXT, strlen(TEXT), note, sizeof note);
	size_t length = note_signature_line(&log_key, seed, TEXT, strlen(TEXT), 0, line);
	for (unsigned i = 1; i < 100; i++, size += length)
		memcpy(note + size, line, length);
	assert_int_equal(note_verify(note, size, &log_key, 1, &found), 0);
	memcpy(note + size, line, length);
	assert_int_equal(note_verify(note, size + length, &log_key, 1, &found), 1);
}

static void checkpoints(void **state)
{
	uint8_t root[32] = { 3 };
	char text[CHECKPOINT_TEXT_MAX], note[1024];
	struct checkpoint c;
	static const char *const bad[] = {
		"o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "o\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
		"o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nx", "",
		"o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(checkpoint_parse(bad[i], strlen(bad[i]), &c), 1);
	size_t size = checkpoint_format("redoubt.local/demo", INT64_MAX, root, text);
	assert_int_equal(size, strlen(text));
	size = note_sign(&log_key, seed, text, size, note, sizeof note);
	assert_int_equal(checkpoint_open(note, size, &log_key, &c), 0);
	assert_int_equal(c.size, INT64_MAX);
	size = checkpoint_format("another.origin", 0, root, text);
	size = note_sign(&log_key, seed, text, size, note, sizeof note);
	assert_int_equal(checkpoint_open(note, size, &log_key, &c), 4);
	size = note_sign(&log_key, seed, "only words\n", 11, note, sizeof note);
	assert_int_equal(checkpoint_open(note, size, &log_key, &c), 4);
	assert_int_equal(note_sign(&log_key, seed, "no newline", 10, note, sizeof note), 0);
}

#define HEAD "o\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

static void counted_checkpoints(void **state)
{
	static const char *const bad[] = {
		HEAD "entries\n", HEAD "entries \n", HEAD "entries 07\n", HEAD "entries +7\n", HEAD "entries  7\n",
		HEAD "entries 7 \n", HEAD "entries\t7\n", HEAD "entries 7", HEAD "entries 4\n", // fewer than blocks
		HEAD "entries 9223372036854775808\n", HEAD "entries 7\nentries 7\n", HEAD "entries 7\nentries 8\n",
		HEAD "other\nentries 7\n", HEAD "entriesx\n",
		"o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nentries 1\n",
	};
	static const struct { const char *text; bool counted; uint64_t entries; } good[] = {
		{ HEAD, false, 0 }, // of a log that began before there was a count
		{ HEAD "other line\n", false, 0 }, { HEAD "entries 5\n", true, 5 },
		{ HEAD "entries 9223372036854775807\nother\n", true, INT64_MAX },
	};
	uint8_t root[32] = { 3 };
	char text[CHECKPOINT_COUNTED_TEXT_MAX], note[1024];
	struct checkpoint c;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(checkpoint_parse(bad[i], strlen(bad[i]), &c), 1);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(checkpoint_parse(good[i].text, strlen(good[i].text), &c), 0);
		assert_int_equal(c.counted, good[i].counted);
		assert_int_equal(c.entries, good[i].entries);
	}
	char origin[NOTE_NAME_MAX + 1];
	memset(origin, 'o', NOTE_NAME_MAX); // the longest text there can be
	origin[NOTE_NAME_MAX] = 0;
	size_t size = checkpoint_format_counted(origin, INT64_MAX, root, INT64_MAX, text);
	assert_int_equal(size, strlen(text));
	assert_int_equal(checkpoint_parse(text, size, &c), 0);
	size = checkpoint_format_counted("redoubt.local/demo", 5, root, 77, text);
	size = note_sign(&log_key, seed, text, size, note, sizeof note);
	assert_int_equal(checkpoint_open(note, size, &log_key, &c), 0);
	assert_int_equal(c.entries, 77);
	*strstr(note, "entries 77") = 'E'; // the count is under the signature
	assert_int_equal(checkpoint_open(note, size, &log_key, &c), 2);
}

static void tile_paths_both_ways(void **state)
{
	static const struct { int level; uint64_t n; unsigned width; const char *path; } rows[] = {
		{ 0, 0, 256, "tile/0/000" }, { 1, 1234067, 256, "tile/1/x001/x234/067" }, { 7, 999, 255, "tile/7/999.p/255" },
		{ 0, 1000, 1, "tile/0/x001/000.p/1" }, { TLOG_TILE_ENTRIES, 5, 256, "tile/entries/005" },
		{ TLOG_TILE_ENTRIES, 1000000, 12, "tile/entries/x001/x000/000.p/12" },
		{ 0, UINT64_MAX, 255, "tile/0/x018/x446/x744/x073/x709/x551/615.p/255" },
	};
	static const char *const bad[] = {
		"", "tile", "tile/", "tile/0", "tile/0/", "tile/8/000", "tile/00/000", "tile/-1/000", "tile/0/0", "tile/0/00", "tile/0/0000",
		"tile/0/x000/000", "tile/0/x001", "tile/0/x001/", "tile/0/1x1", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/0/000.p/", "tile/0/000.p", "tile/0/000/", "/tile/0/000", "tile/0/000\n", "tile/entries/", "tile/0/001/000",
		"tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
	};
	char path[TLOG_PATH_MAX];
	int level;
	uint64_t n;
	unsigned width;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(tlog_tile_path(rows[i].level, rows[i].n, rows[i].width, path), strlen(rows[i].path));
		assert_string_equal(path, rows[i].path);
		assert_int_equal(tlog_tile_path_parse(path, strlen(path), &level, &n, &width), 0);
		assert_int_equal(level, rows[i].level);
		assert_int_equal(n, rows[i].n);
		assert_int_equal(width, rows[i].width);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (tlog_tile_path_parse(bad[i], strlen(bad[i]), &level, &n, &width) != 1)
			fail_msg("%s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(malformed_notes),
		cmocka_unit_test(cosignatures),
		cmocka_unit_test(a_hundred_signatures_and_no_more),
		cmocka_unit_test(checkpoints), cmocka_unit_test(counted_checkpoints),
		cmocka_unit_test(tile_paths_both_ways),
	};
	return cmocka_run_group_tests_name("tlog-note", tests, set_up, NULL);
}
