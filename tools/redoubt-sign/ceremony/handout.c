// SPDX-License-Identifier: Apache-2.0
#include "ceremony/handout.h"

#include "crypto/secret.h"
#include "step.h"

#include <stdio.h>

#define COLUMNS 4
#define TRIES	3

struct handout { // secret memory
	char shown[SLIP39_TEXT_MAX + 1];
	char typed[SCREEN_LINE_MAX];
	char tidy[SCREEN_LINE_MAX];
	char line[128];
	uint8_t random[SLIP39_WORDS_MAX];
};

static void words_show(struct handout *h)
{
	const char *word;
	size_t length, size = 0, count = shares_word_count(h->shown);
	for (size_t i = 0; i < count; i++) {
		(void)!shares_word(h->shown, i, &word, &length);
		size += (size_t)snprintf(h->line + size, sizeof h->line - size, "  %2zu %-10.*s", i + 1,
					 (int)length, word);
		if (i % COLUMNS == COLUMNS - 1 || i + 1 == count) {
			screen_line("%s", h->line);
			size = 0;
		}
	}
}

static int share_show(struct handout *h, const char *holder, const char *title)
{
	char prompt[160];
	screen_page(title);
	screen_text("For %s alone. All others look away, cameras too.", holder);
	page_gap();
	words_show(h);
	page_gap();
	screen_text("Write every word with its number, in ink. Nothing of it is stored here.");
	STEP("ceremony-share-shown");
	snprintf(prompt, sizeof prompt, "%s: Enter when it is written; the screen is then cleared", holder);
	int r = screen_pause(prompt);
	screen_forget();
	return r ? EXIT_DECLINED : 0;
}

// 0, 1 a wrong word (said which), or 2 at the end of input.
static int words_read_back(struct handout *h, const char *holder, unsigned words)
{
	uint8_t places[SLIP39_WORDS_MAX];
	char prompt[32];
	size_t count = shares_word_count(h->shown),
	       want = words == READ_BACK_ALL || words > count ? count : words;
	random_bytes(h->random, sizeof h->random);
	shares_choose(h->random, want, count, places);
	screen_page("Read back");
	screen_text("%s types %zu of the %zu words from the paper.", holder, want, count);
	for (size_t i = 0; i < want; i++) {
		snprintf(prompt, sizeof prompt, "Word %u", places[i] + 1u);
		int r = screen_ask(prompt, h->typed, sizeof h->typed);
		if (r == 1)
			return 2;
		if (r == 0) {
			shares_tidy(h->typed, strlen(h->typed), h->tidy);
			if (shares_word_same(h->shown, places[i], h->tidy))
				continue;
		}
		screen_forget();
		screen_refusal("word %u was not the one that was shown: compare the paper with the next page",
			       places[i] + 1u);
		return 1;
	}
	screen_forget();
	return 0;
}

int share_hand_out(const struct slip39_share *share, const char *holder, const char *title, unsigned words)
{
	struct handout *h = secret_alloc(sizeof *h);
	int r = h ? 1 : EXIT_FAILED;
	if (h)
		slip39_share_format(share, h->shown);
	for (int i = 0; h && r == 1 && i < TRIES; i++) {
		if (share_show(h, holder, title))
			r = 2;
		else
			r = words_read_back(h, holder, words);
	}
	secret_free(h);
	if (!r)
		return 0;
	complain("the share was not read back; it was not handed out. The paper of this try is to be burnt");
	return EXIT_DECLINED;
}

// Words on as many lines as they like; an empty line ends.
static int words_ask(struct handout *h, const char *prompt)
{
	size_t size = 0;
	h->tidy[0] = '\0';
	for (;;) {
		int r = screen_ask(size ? "Its next words (an empty line ends the share)" : prompt, h->typed,
				   sizeof h->typed);
		if (r == 1 && size == 0)
			return 1;
		if (r || h->typed[0] == '\0')
			return 0;
		if (size + strlen(h->typed) + 2 > sizeof h->tidy)
			return 0;
		size += (size_t)snprintf(h->tidy + size, sizeof h->tidy - size, "%s%s", size ? " " : "",
					 h->typed);
		if (shares_word_count(h->tidy) >= SLIP39_WORDS_MAX)
			return 0;
	}
}

int share_take(const char *prompt, struct slip39_share *ret)
{
	struct handout *h = secret_alloc(sizeof *h);
	int r = h ? 1 : EXIT_FAILED;
	for (int i = 0; h && r && i < TRIES; i++) {
		size_t place = 0, length;
		if (words_ask(h, prompt))
			break;
		length = shares_tidy(h->tidy, strlen(h->tidy), h->shown);
		r = slip39_share_parse(h->shown, length, ret, &place);
		screen_forget();
		if (r == 2)
			screen_refusal("word %zu is not in the list of SLIP-39", place + 1);
		else if (r)
			screen_refusal("%s", shares_parse_text(r));
	}
	secret_free(h);
	if (!r)
		return 0;
	complain("no share was read; nothing was done");
	return EXIT_DECLINED;
}

int shares_take_all(uint8_t seed[SLIP39_SECRET_MAX], size_t *ret_size, unsigned *ret_count)
{
	struct slip39_share *shares = secret_alloc(SHARES_MAX * sizeof *shares);
	unsigned count = 0, need = 1;
	char prompt[96];
	int r = shares ? 0 : EXIT_FAILED;
	while (!r && count < need) {
		if (count)
			snprintf(prompt, sizeof prompt, "Share %u of %u", count + 1, need);
		else
			snprintf(prompt, sizeof prompt, "First share (its %d words, on one or more lines)",
				 SLIP39_WORDS_MAX);
		r = share_take(prompt, &shares[count]);
		if (r)
			break;
		if (shares[count].group_count != 1) {
			complain("this share belongs to a set in groups, which this program does not write");
			r = EXIT_REFUSED;
		} else if (count++ == 0) {
			need = shares[0].member_threshold;
		}
	}
	if (!r) {
		int combined = slip39_combine(shares, count, "", 0, seed, ret_size);
		if (combined) {
			complain("%s", shares_combine_text(combined));
			r = EXIT_REFUSED;
		}
		*ret_count = count;
	}
	secret_free(shares);
	return r;
}
