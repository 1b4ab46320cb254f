// SPDX-License-Identifier: Apache-2.0
// redoubt host baseline keygen | make | sign | check | show
#include "../backup/files.h"
#include "../client.h"
#include "../directory.h"
#include "place.h"

#include "base/clock.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "host/places.h"
#include "watch/watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { BASELINE_REFUSED = 3 };

int command_host_baseline_keygen(int argc, char **argv)
{
	const char *word[1];
	char path[PATH_MAX], line[128], hex[65];
	uint8_t public_key[32];
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	uint8_t *seed = secret_alloc(32);
	if (!seed || snprintf(path, sizeof path, "%s.pub", word[0]) >= (int)sizeof path)
		return EXIT_FAILED;
	random_bytes(seed, 32);
	ed25519_public(seed, public_key);
	hex_encode(public_key, 32, hex);
	snprintf(line, sizeof line, "redoubt-baseline-key 1 %s\n", hex);
	r = access(word[0], F_OK) == 0 || access(path, F_OK) == 0 ? -EEXIST : whole_file_write(word[0], 0400, seed, 32);
	secret_free(seed);
	if (!r)
		r = whole_file_write(path, 0644, line, strlen(line));
	if (r)
		complain("cannot write %s and %s: %s", word[0], path, strerror(-r));
	else
		fprintf(stderr, "%s signs baselines: keep it off the host. %s goes to the host as %s\n", word[0], path, BASELINE_KEY_PATH);
	return r ? EXIT_FAILED : EXIT_DONE;
}

// --- make --------------------------------------------------------------------------------------------------------

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "--scope /etc,/usr/bin", or what is usual.
static int scope_take(struct baseline *b, struct host_place *p, const char *list)
{
	const char *usual = "", *each[BASELINE_SCOPE_MAX + 1];
	size_t count = list ? 0 : places_scope(p->host, each, ARRAY_LEN(each));
	for (size_t i = 0; i < count; i++)
		usual = host_print(p->host, "%s%s%s", usual, i ? "," : "", each[i]);
	for (const char *at = list ? list : usual; *at;) {
		size_t size = strcspn(at, ",");
		const char *path = host_copy(p->host, at, size);
		while (size > 1 && path[size - 1] == '/')
			path = host_copy(p->host, path, --size);
		if (*path != '/' || b->scope_count == BASELINE_SCOPE_MAX) {
			complain("--scope takes up to %d absolute paths between commas, not '%s'", BASELINE_SCOPE_MAX, path);
			return EXIT_USAGE;
		}
		b->scope[b->scope_count++] = baseline_text(b, path);
		at += strcspn(at, ",");
		at += *at == ',';
	}
	qsort(b->scope, b->scope_count, sizeof *b->scope, text_order);
	for (size_t i = 1; i < b->scope_count; i++) {
		if (!strcmp(b->scope[i - 1], b->scope[i])) {
			complain("--scope names %s twice", b->scope[i]);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

// Number and digest follow the baseline that holds now. One that does not hold is no predecessor.
static int follow_former(struct baseline *b, struct host_place *p, bool first)
{
	struct baseline former = { 0 };
	const char *sentence = "";
	b->sequence = 1;
	if (first)
		return EXIT_DONE;
	int r = baseline_place_load(p->host, &p->baseline, &former, &sentence);
	if (r && r != BASELINE_COPY_OLDER) {
		complain("%s. The baseline before this one is needed; --first begins a new chain", sentence);
		return BASELINE_REFUSED;
	}
	b->sequence = former.sequence + 1;
	memcpy(b->previous, former.digest, SHA256_SIZE);
	baseline_free(&former);
	return EXIT_DONE;
}

static void host_name_take(struct baseline *b, struct host_place *p)
{
	const char *name = host_file(p->host, "/etc/hostname")->text;
	const char *encoded = baseline_text(b, host_copy(p->host, name, strcspn(name, "\n")));
	snprintf(b->host, sizeof b->host, "%.200s", encoded && *encoded ? encoded : "unnamed");
}

static int draft_make(struct baseline *b, struct host_place *p, const char *out)
{
	struct watch_cost cost = { 0 };
	char *text;
	size_t size;
	b->time = host_now(p->host);
	host_name_take(b, p);
	int r = watch_observe(p->host, WATCH_ALL, 0, b, &cost);
	if (!r)
		r = watch_observe_owners(p->host, b);
	if (!r)
		r = baseline_write(b, &text, &size);
	if (r) {
		complain("the host could not be read: %s", strerror(-r));
		return EXIT_FAILED;
	}
	r = whole_file_write(out, 0600, text, size);
	free(text);
	if (r)
		complain("cannot write %s: %s", out, strerror(-r));
	else
		result_say(json_pack("{s:s, s:I, s:I, s:I, s:I, s:f}", "draft", out, "sequence", (json_int_t)b->sequence, "items",
				     (json_int_t)b->count, "files", (json_int_t)cost.files, "bytes", (json_int_t)cost.hash.bytes, "seconds",
				     (double)(cost.walk_ns + cost.hash.wall_ns) / 1e9),
			   "draft %s: number %" PRIu64 ", %zu items, %zu files; review it, then sign it where the key is", out, b->sequence,
			   b->count, cost.files);
	return r ? EXIT_FAILED : EXIT_DONE;
}

int command_host_baseline_make(int argc, char **argv)
{
	struct host_place p = { .root = "/" };
	struct baseline b = { 0 };
	const char *out = NULL, *scope = NULL;
	bool first = false;
	const struct option options[] = { { "--root", &p.root, NULL }, { "--baseline", &p.baseline.baseline, NULL },
					  { "--key", &p.baseline.key, NULL }, { "--copy", &p.baseline.copy, NULL },
					  { "--out", &out, NULL }, { "--scope", &scope, NULL }, { "--first", NULL, &first } };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!out) {
		complain("--out FILE says where the draft goes");
		return EXIT_USAGE;
	}
	r = host_place_open(&p);
	if (!r)
		r = follow_former(&b, &p, first);
	if (!r)
		r = scope_take(&b, &p, scope);
	if (!r)
		r = draft_make(&b, &p, out);
	baseline_free(&b);
	host_close(p.host);
	return r;
}

// --- sign --------------------------------------------------------------------------------------------------------

static int signed_store(char *text, size_t size, const char *key, const char *out, const char *copy)
{
	char *whole = realloc(text, size + BASELINE_SIGNATURE_SIZE + 1);
	uint8_t *seed = key_load("", key, 32);
	int r = whole && seed ? 0 : EXIT_FAILED;
	if (!r) {
		baseline_sign(whole, size, seed, whole + size);
		size += BASELINE_SIGNATURE_SIZE;
	}
	secret_free(seed);
	const char *to[] = { out, copy };
	for (size_t i = 0; !r && i < 2 && to[i]; i++) {
		int failed = whole_file_write(to[i], 0600, whole, size);
		if (failed) {
			complain("cannot write %s: %s", to[i], strerror(-failed));
			r = EXIT_FAILED;
		}
	}
	free(whole ? whole : text);
	return r;
}

int command_host_baseline_sign(int argc, char **argv)
{
	const char *key = NULL, *out = NULL, *copy = NULL, *word[1];
	const struct option options[] = { { "--key", &key, NULL }, { "--out", &out, NULL }, { "--copy", &copy, NULL } };
	struct baseline b = { 0 };
	char *text;
	size_t size, line;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!key || !out) {
		complain("--key FILE signs, --out FILE gets the signed baseline");
		return EXIT_USAGE;
	}
	r = whole_file_read(word[0], BASELINE_SIZE_MAX, &text, &size);
	if (r) {
		complain("cannot read %s: %s", word[0], strerror(-r));
		return EXIT_FAILED;
	}
	r = baseline_read(text, size, NULL, &b, &line);
	bool draft = !r && (size < BASELINE_SIGNATURE_SIZE || memcmp(text + size - BASELINE_SIGNATURE_SIZE, "signature ", 10));
	if (!draft) {
		if (r)
			complain("%s, line %zu: not a baseline", word[0], line);
		else
			complain("%s is signed already", word[0]);
		free(text);
		baseline_free(&b);
		return r ? EXIT_DAMAGED : EXIT_USAGE;
	}
	r = signed_store(text, size, key, out, copy);
	if (!r)
		result_say(json_pack("{s:s, s:I, s:I}", "signed", out, "sequence", (json_int_t)b.sequence, "items", (json_int_t)b.count),
			   "%s: number %" PRIu64 " of host %s, %zu items, signed%s%s", out, b.sequence, b.host, b.count,
			   copy ? "; copy " : "", copy ? copy : "; keep a copy off the host, too (--copy)");
	baseline_free(&b);
	return r;
}

// --- check, show -------------------------------------------------------------------------------------------------

static void counts_say(const struct baseline *b, const char *verdict)
{
	json_t *kinds = json_object();
	size_t count[BASELINE_KINDS] = { 0 };
	char line[512] = "";
	for (size_t i = 0; i < b->count; i++)
		count[b->items[i].kind]++;
	for (int k = 0; k < BASELINE_KINDS; k++) {
		json_object_set_new(kinds, baseline_kind_name[k], json_integer((json_int_t)count[k]));
		size_t used = strlen(line);
		snprintf(line + used, sizeof line - used, "%s%zu %s", k ? ", " : "", count[k], baseline_kind_name[k]);
	}
	result_say(json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "baseline", verdict, "host", b->host, "sequence", (json_int_t)b->sequence,
			     "time", (json_int_t)b->time, "items", (json_int_t)b->count, "kinds", kinds),
		   "%s: number %" PRIu64 " of host %s, made at %" PRIu64 "; %s; cold addresses: not built yet", verdict, b->sequence,
		   b->host, b->time, line);
}

int command_host_baseline_check(int argc, char **argv)
{
	struct host_place p = { .root = "/" };
	struct baseline b = { 0 };
	const char *sentence = "";
	const struct option options[] = { { "--root", &p.root, NULL }, { "--baseline", &p.baseline.baseline, NULL },
					  { "--key", &p.baseline.key, NULL }, { "--copy", &p.baseline.copy, NULL } };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = host_place_open(&p);
	if (!r) {
		r = baseline_place_load(p.host, &p.baseline, &b, &sentence);
		if (r)
			complain("%s", sentence);
		else
			counts_say(&b, p.baseline.copy ? "holds, and equals its copy" : "holds, but no copy was named to compare it with");
		r = r ? BASELINE_REFUSED : EXIT_DONE;
	}
	baseline_free(&b);
	host_close(p.host);
	return r;
}

int command_host_baseline_show(int argc, char **argv)
{
	const char *word[1];
	struct baseline b = { 0 };
	bool items = false;
	const struct option options[] = { { "--items", NULL, &items } };
	char *text;
	size_t size, line;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	r = whole_file_read(word[0], BASELINE_SIZE_MAX, &text, &size);
	if (r) {
		complain("cannot read %s: %s", word[0], strerror(-r));
		return EXIT_FAILED;
	}
	r = baseline_read(text, size, NULL, &b, &line);
	free(text);
	if (r) {
		complain("%s, line %zu: not a baseline", word[0], line);
		return EXIT_DAMAGED;
	}
	counts_say(&b, "not verified");
	for (size_t i = 0; items && i < b.count; i++)
		printf("%s %s %s\n", baseline_kind_name[b.items[i].kind], b.items[i].key, b.items[i].value);
	baseline_free(&b);
	return EXIT_DONE;
}
