// SPDX-License-Identifier: Apache-2.0
// The review of a PSBT as lines for a screen or a printed sheet.
#include "review/bitcoin_review.h"
#include "review/text.h"

struct page {
	struct review_line *lines;
	size_t room;
	size_t count;
	struct review_line spare; // where lines go that have no room
};

static struct text line(struct page *page, unsigned indent)
{
	struct review_line *l = page->count < page->room ? &page->lines[page->count] : &page->spare;
	page->count++;
	l->indent = indent;
	return text_over(l->text, sizeof l->text);
}

static void line_put(struct page *page, unsigned indent, const char *head, const char *tail)
{
	struct text t = line(page, indent);
	text_put(&t, head);
	text_put(&t, tail);
}

static void put_place(struct text *t, const char *wallet, size_t branch, uint32_t index)
{
	text_put(t, "\"");
	text_put(t, wallet);
	text_put(t, "\" ");
	text_number(t, branch);
	text_put(t, "/");
	text_number(t, index);
}

static void output_lines(struct page *page, const struct bitcoin_review *review, size_t i)
{
	const struct bitcoin_review_output *out = &review->outputs[i];
	char amount[WORDS_MAX];
	words_bitcoin(out->satoshi, amount);
	struct text t = line(page, 1);
	text_put(&t, "output ");
	text_number(&t, i + 1);
	text_put(&t, ": ");
	text_put(&t, amount);
	t = line(page, 2);
	text_put(&t, output_role_text(out->role));
	if (out->name && out->role == OUTPUT_TO_LABEL) {
		text_put(&t, " \"");
		text_put(&t, out->name);
		text_put(&t, "\"");
	} else if (out->name) {
		text_put(&t, " ");
		put_place(&t, out->name, out->branch, out->index);
	}
	line_put(page, 2, out->address[0] ? out->address : "no address names this script", "");
}

static void input_lines(struct page *page, const struct bitcoin_review *review, size_t i)
{
	const struct bitcoin_review_input *in = &review->inputs[i];
	char amount[WORDS_MAX];
	words_bitcoin(in->satoshi, amount);
	struct text t = line(page, 1);
	text_put(&t, "input ");
	text_number(&t, i + 1);
	text_put(&t, ": ");
	text_put(&t, amount);
	text_put(&t, ", ");
	if (in->wallet)
		put_place(&t, in->wallet->name, in->branch, in->index);
	else
		text_put(&t, "NOT OURS");
	text_put(&t, ", ");
	text_put(&t, in->lock);
}

static void totals_lines(struct page *page, const struct bitcoin_review *review)
{
	const struct { const char *head; uint64_t satoshi; } sums[] = {
		{ "spent   ", review->spent }, { "paid    ", review->paid },
		{ "kept    ", review->kept },  { "fee     ", review->fee },
	};
	char text[WORDS_MAX];
	if (!review->amounts_known) {
		line_put(page, 0, "The amounts are not known: nothing can be said about the fee.", "");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		words_bitcoin(sums[i].satoshi, text);
		line_put(page, 0, sums[i].head, text);
	}
	words_fee_rate(review->fee_rate, text);
	struct text t = line(page, 0);
	text_put(&t, "rate    ");
	text_put(&t, text);
	text_put(&t, ", at most ");
	text_number(&t, review->virtual_size);
	text_put(&t, " vB");
}

size_t bitcoin_review_signers(const struct policy_wallet *wallet, uint32_t keys, char *to, size_t room)
{
	struct text t = text_over(to, room);
	for (size_t i = 0; wallet && i < wallet->descriptor.key_count; i++) {
		if (!(keys >> i & 1))
			continue;
		if (t.length)
			text_put(&t, ", ");
		if (wallet->key_names[i][0]) {
			text_put(&t, wallet->key_names[i]);
		} else {
			text_put(&t, "key ");
			text_number(&t, i + 1);
		}
	}
	if (t.length == 0)
		text_put(&t, "nobody");
	return t.length;
}

size_t bitcoin_review_lines(const struct bitcoin_review *review, struct review_line *to, size_t room)
{
	struct page page = { .lines = to, .room = room };
	char signers[REVIEW_LINE_MAX];
	line_put(&page, 0, "wallet  ", review->wallet ? review->wallet->name : "NONE THAT IS REGISTERED");
	line_put(&page, 0, "pays", "");
	for (size_t i = 0; i < review->output_count; i++)
		output_lines(&page, review, i);
	totals_lines(&page, review);
	line_put(&page, 0, "valid   ", review->locktime);
	line_put(&page, 0, "spends", "");
	for (size_t i = 0; i < review->input_count; i++)
		input_lines(&page, review, i);
	bitcoin_review_signers(review->wallet, review->signed_keys, signers, sizeof signers);
	line_put(&page, 0, "signed  ", signers);
	struct text t = line(&page, 0);
	text_put(&t, "missing ");
	text_number(&t, review->missing);
	text_put(&t, review->missing == 1 ? " signature" : " signatures");
	return page.count;
}
