// SPDX-License-Identifier: Apache-2.0
// "sign" and "inspect": in, review, confirmation, key, record, out; in this order.
#include "sign/sign.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "ceremony/mode.h"
#include "command.h"
#include "commands.h"
#include "confine.h"
#include "crypto/secret.h"
#include "payload/review_page.h"
#include "screen/screen.h"
#include "step.h"

#define WORDS_GIVEN_MAX 60
#define QR_FRAGMENT 180 // bytes a code: version 12 or so, which any camera reads from a screen

// What came from outside before the sandbox closed.
struct outside {
	const char *words[WORDS_GIVEN_MAX];
	size_t word_count;
	const char *intent, *account, *out;
	bool scan, show;
	uint8_t *raw;
	size_t raw_size;
	uint8_t *intent_text;
	size_t intent_size;
};

static int file_complain(const char *name, int r)
{
	if (r == 1)
		complain("'%s' is too large", name);
	else
		complain("'%s' cannot be read: %s", name, strerror(-r));
	return EXIT_FAILED;
}

static int pipe_read(int fd, uint8_t **ret, size_t *ret_size)
{
	size_t room = 1 << 16, size = 0;
	uint8_t *bytes = malloc(room);
	while (bytes) {
		ssize_t n = read(fd, bytes + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || size + (size_t)n > PAYLOAD_TEXT_MAX)
			break;
		size += (size_t)n;
		uint8_t *more = size == room ? realloc(bytes, room *= 2) : bytes;
		if (!more)
			free(bytes);
		bytes = more;
	}
	if (!bytes)
		return -ENOMEM;
	*ret = bytes;
	*ret_size = size;
	return 0;
}

static int scan_read(struct outside *o)
{
	struct companion companion = { 0 };
	int r = companion_scan(o->words, o->word_count, &companion);
	if (r)
		return r;
	if (pipe_read(companion.pipe, &o->raw, &o->raw_size) < 0) {
		complain("there is not enough memory");
		r = EXIT_FAILED;
	}
	int ended = companion_finish(&companion);
	return r ? r : ended;
}

static int outside_read(struct outside *o)
{
	int r = 0;
	if (o->scan)
		r = scan_read(o);
	else if ((r = file_read(AT_FDCWD, o->words[0], PAYLOAD_TEXT_MAX, &o->raw, &o->raw_size)))
		r = file_complain(o->words[0], r);
	if (r || !o->intent)
		return r;
	r = file_read(AT_FDCWD, o->intent, INTENT_ARMOUR_MAX, &o->intent_text, &o->intent_size);
	return r ? file_complain(o->intent, r) : 0;
}

// What a signed payload's file begins with: an earlier one of ours may be replaced, and nothing else of anybody's.
static bool out_foreign(int dir, const char *name)
{
	static const char *const texts[] = { "psbt\xff", "cHNidP", "0x", "redoubt safe signature 1\n" };
	struct span heads[ARRAY_LEN(texts)];
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		heads[i] = span_over(texts[i], strlen(texts[i]));
	return file_foreign(dir, name, heads, ARRAY_LEN(heads));
}

static int out_open(struct signing *s, const char *path)
{
	char parent[PATH_MAX];
	s->out_dir = -1;
	if (!path)
		return 0;
	const char *slash = strrchr(path, '/');
	snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	s->out = slash ? slash + 1 : path;
	s->out_dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->out_dir >= 0 && *s->out)
		return 0;
	complain("'%s' cannot be written: %s", path, *s->out ? strerror(errno) : "it names a directory");
	return EXIT_FAILED;
}

// Vault, sandbox, configuration and state, in this order; from here on nothing from outside is opened.
static int vault_take(struct signing *s)
{
	int r = vault_open(globals.vault, VAULT_OPEN, &s->vault);
	if (r)
		return r;
	if (s->out_dir >= 0 && vault_holds(&s->vault, s->out_dir))
		return EXIT_FAILED;
	if (s->out_dir >= 0 && out_foreign(s->out_dir, s->out)) {
		complain("something else than a signed payload lies at '%s'; it is left alone: name a new file. Nothing was done",
			 s->out);
		return EXIT_FAILED;
	}
	struct confinement confinement = { .write_dirs = { s->vault.dir, s->out_dir }, .write_count = s->out_dir >= 0 ? 2 : 1 };
	confinement.token = unlock_loads_module(&s->vault);
	r = confine(&confinement);
	if (!r)
		r = configuration_read(&s->vault, &s->configuration);
	if (r)
		return r;
	const struct vault_file *state = vault_find(&s->vault, VAULT_STATE);
	if (state && !state_parse((const char *)state->bytes, state->size, &s->state))
		return 0;
	complain("the vault's state cannot be read, though the log vouches for it");
	return EXIT_DAMAGED;
}

static int intent_take(struct signing *s, const struct outside *o)
{
	if (!o->intent)
		return 0;
	int r = intent_disarm((const char *)o->intent_text, o->intent_size, &s->intent);
	if (r) {
		complain("the intent '%s' %s", o->intent,
			 r == 2 ? "is of a version that is not known here" : "is not one: it was damaged or altered");
		return EXIT_REFUSED;
	}
	s->has_intent = true;
	return 0;
}

static int clock_check(const struct signing *s)
{
	if (s->now >= s->vault.head.seconds)
		return 0;
	vault_clock_complain(&s->vault);
	return EXIT_REFUSED;
}

static void head_show(const struct signing *s)
{
	char code[LOG_CODE_SIZE], now[SCREEN_TIME_SIZE], last[SCREEN_TIME_SIZE];
	log_head_code(&s->vault.head, code);
	screen_time(s->now, now);
	screen_time(s->vault.head.seconds, last);
	screen_page("redoubt-sign");
	screen_field("Vault", "%s", globals.vault);
	screen_field("Last act", "%s, on %s. Compare it with your paper.", code, last);
	screen_field("Clock", "%s. Compare it with a watch.", now);
}

// What came in, to what leaves.
static int signing_go(struct signing *s, struct outside *o)
{
	sha256_of(o->raw, o->raw_size, s->id);
	int r = (o->scan ? payload_scanned : payload_decode)(o->raw, o->raw_size, &s->payload);
	o->raw = NULL; // taken over or freed
	if (!r)
		r = intent_take(s, o);
	if (r)
		return r;
	s->ceremony_mode = ceremony_mode_open(&s->vault, s->payload.raw, s->payload.raw_size, s->now);
	s->configuration.policy.mode = s->ceremony_mode ? POLICY_CEREMONY : POLICY_NORMAL;
	s->context = (struct review_context){ .now = s->now, .intent = s->has_intent ? &s->intent : NULL, .nonces = &s->state.nonces,
					      .operations = &s->state.operations };
	head_show(s);
	return s->payload.kind == PAYLOAD_PSBT ? sign_bitcoin(s) : sign_evm(s);
}

static int refusal_note(struct signing *s, const char *reasons)
{
	char id[2 * SHA256_SIZE + 1];
	hex_encode(s->id, sizeof s->id, id);
	const struct log_field details[] = { { "payload", id }, { "reasons", reasons } };
	int r = vault_note(&s->vault, "refused", details, ARRAY_LEN(details));
	return r ? r : EXIT_REFUSED;
}

// Nothing is refused without a line in the log, but for the clock: a line cannot go back in time.
static int signing_run(struct signing *s, struct outside *o)
{
	int r = vault_take(s);
	if (r)
		return r;
	s->now = now_seconds();
	r = clock_check(s);
	if (r)
		return r;
	r = signing_go(s, o);
	if (r == EXIT_REFUSED && !s->inspect && !s->noted)
		r = refusal_note(s, s->judged ? "not-signable" : "unreadable");
	return r;
}

int signing_judge(struct signing *s, const struct refusal_list *refusals)
{
	char names[REFUSAL_NAMES_MAX];
	s->judged = true;
	page_intent(s->has_intent ? &s->intent : NULL);
	page_refusals(refusals);
	if (!refusals->stops)
		return 0;
	screen_line("%s", "");
	screen_text("This is not signed. There is no way past a refusal: find out what is wrong and have the payload made anew.");
	if (s->inspect)
		return EXIT_REFUSED;
	refusal_names(refusals, names);
	s->noted = true;
	return refusal_note(s, names);
}

int signing_record(struct signing *s, const struct limit_request *request, const uint8_t *wallet,
		   const struct log_field *details, size_t count)
{
	const struct vault_change no_mode = { VAULT_CEREMONY_MODE, NULL, 0 };
	char *text;
	size_t size;
	int r = state_record(&s->state, s->id, &s->configuration.policy.limits, s->now, request, s->has_intent ? wallet : NULL,
			     s->has_intent ? s->intent.intent.counter : 0);
	if (r) {
		complain("the payment cannot be recorded (limits, counter or clock): it was not released");
		return EXIT_REFUSED;
	}
	if (state_format(&s->state, &text, &size) < 0) {
		complain("there is not enough memory");
		return EXIT_FAILED;
	}
	const struct vault_change state = { VAULT_STATE, text, size };
	const struct vault_act act = { .act = "signed", .details = details, .detail_count = count, .changes = &no_mode,
				       .change_count = s->ceremony_mode ? 1 : 0, .state = &state };
	STEP("sign-before-record");
	r = vault_act(&s->vault, s->unlocked.log_key, &act);
	STEP("sign-recorded");
	free(text);
	vault_lock(&s->unlocked); // codes may be on the screen for minutes: no key lies open meanwhile
	return r;
}

static int parts_write(int fd, enum ur_type type, const uint8_t *bytes, size_t size)
{
	struct ur_encoder encoder;
	enum ur_verdict verdict = ur_encoder_init(&encoder, type, bytes, size, QR_FRAGMENT);
	if (verdict) {
		complain("it cannot be shown as QR codes: %s", ur_verdict_text(verdict));
		return EXIT_FAILED;
	}
	size_t room = ur_encoder_room(&encoder);
	char *part = malloc(room + 1);
	bool failed = !part;
	// twice as many as there are fragments: the second half makes up for what a camera misses
	for (size_t i = 0; !failed && i < (encoder.fragments > 1 ? 2 * encoder.fragments : 1); i++) {
		size_t length = ur_encoder_next(&encoder, part, room);
		part[length++] = '\n';
		failed = write(fd, part, length) != (ssize_t)length;
	}
	free(part);
	if (failed)
		complain("redoubt-qr did not take the codes: %s", strerror(errno));
	return failed ? EXIT_FAILED : 0;
}

int signing_release(struct signing *s, enum ur_type type, const uint8_t *bytes, size_t size, const char *text)
{
	int r = 0;
	if (s->out_dir >= 0) {
		int failed = file_replace(s->out_dir, s->out, text ? (const void *)text : bytes, text ? strlen(text) : size);
		if (failed < 0) {
			complain("'%s' cannot be written: %s. Sign the same payload again: it is not counted twice", s->out,
				 strerror(-failed));
			r = EXIT_FAILED;
		}
	}
	STEP("sign-out");
	fflush(stdout); // the codes stand on their own
	if (s->shown.pid) {
		int failed = parts_write(s->shown.pipe, type, bytes, size);
		if (!failed)
			failed = companion_finish(&s->shown);
		r = r ? r : failed;
	}
	char code[LOG_CODE_SIZE];
	log_head_code(&s->vault.head, code);
	if (r)
		screen_text("It is signed and counted, but it was not handed out whole. Sign the same payload again, with "
			    "another --out or --show: it is not counted twice.");
	screen_text("Signed. Write on your paper: %s", code);
	return r;
}

static struct signing signing;

static int signing_begin(struct outside *o)
{
	int r = outside_read(o);
	if (!r)
		r = out_open(&signing, o->out);
	if (!r && o->show)
		r = companion_show(&signing.shown);
	if (!r)
		r = signing_run(&signing, o);
	int ended = companion_finish(&signing.shown);
	vault_lock(&signing.unlocked);
	payload_free(&signing.payload);
	vault_close(&signing.vault);
	free(o->raw);
	free(o->intent_text);
	return r ? r : ended;
}

int command_sign(int argc, char **argv)
{
	struct outside o = { 0 };
	const struct option options[] = {
		{ "--intent", &o.intent, NULL }, { "--account", &o.account, NULL }, { "--out", &o.out, NULL },
		{ "--scan", NULL, &o.scan },	 { "--show", NULL, &o.show },
	};
	int words = options_read(argc, argv, options, ARRAY_LEN(options), o.words, 1, WORDS_GIVEN_MAX);
	if (words < 0)
		return options_exit(words);
	if (!o.scan && words > 1) {
		complain("one payload at a time; several words are images of one payload, with --scan");
		return EXIT_USAGE;
	}
	if (!o.out && !o.show) {
		complain("--out FILE or --show says where the signed payload goes");
		return EXIT_USAGE;
	}
	o.word_count = (size_t)words;
	signing.account = o.account;
	return signing_begin(&o);
}

int command_inspect(int argc, char **argv)
{
	struct outside o = { 0 };
	const struct option options[] = {
		{ "--intent", &o.intent, NULL }, { "--account", &o.account, NULL }, { "--scan", NULL, &o.scan },
	};
	int words = options_read(argc, argv, options, ARRAY_LEN(options), o.words, 1, WORDS_GIVEN_MAX);
	if (words < 0)
		return options_exit(words);
	o.word_count = (size_t)words;
	signing.account = o.account;
	signing.inspect = true;
	return signing_begin(&o);
}
