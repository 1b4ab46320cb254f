// SPDX-License-Identifier: Apache-2.0
#include "payload/review_page.h"

#include <stdio.h>

#include "base/text.h"
#include "command.h"
#include "review/words.h"
#include "screen/screen.h"

static void lines_show(const struct review_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		screen_indented(2 * lines[i].indent, "%s", lines[i].text);
}

void page_bitcoin(const struct bitcoin_review *review)
{
	static struct review_line lines[4 * (BITCOIN_REVIEW_INPUTS_MAX + BITCOIN_REVIEW_OUTPUTS_MAX)];
	size_t count = bitcoin_review_lines(review, lines, ARRAY_LEN(lines));
	screen_heading("What this payment does (Bitcoin)");
	lines_show(lines, u64_min(count, ARRAY_LEN(lines)));
	if (count > ARRAY_LEN(lines))
		screen_text("... and %zu more lines that do not fit", count - ARRAY_LEN(lines));
}

void page_evm(const struct evm_judgement *judgement)
{
	char digest[2 * sizeof judgement->digest + 1];
	screen_heading("What this transaction does (EVM)");
	lines_show(judgement->lines, judgement->line_count);
	hex_encode(judgement->digest, sizeof judgement->digest, digest);
	screen_field("Digest signed", "%s", digest);
}

void page_intent(const struct intent_signed *intent)
{
	char until[SCREEN_TIME_SIZE];
	if (!intent)
		return;
	screen_time(intent->intent.expiry, until);
	screen_heading("What the quorum agreed to");
	screen_field("Withdrawal", "%s, begun by %s", intent->intent.id, intent->intent.initiator);
	screen_field("Wallet", "%s, payment number %llu", intent->intent.wallet_name,
		     (unsigned long long)intent->intent.counter);
	screen_field("Approvals", "%zu", intent->approval_count);
	screen_field("Valid until", "%s", until);
}

void page_refusals(const struct refusal_list *refusals)
{
	char line[REFUSAL_LINE_MAX];
	screen_line("%s", "");
	for (size_t i = 0; i < refusals->count; i++)
		if (refusal_row(refusals->entries[i].id)->notice) {
			refusal_line(&refusals->entries[i], line, sizeof line);
			screen_item("%s", line);
		}
	for (size_t i = 0; i < refusals->count; i++)
		if (!refusal_row(refusals->entries[i].id)->notice) {
			refusal_line(&refusals->entries[i], line, sizeof line);
			screen_refusal("%s [%s]", line, refusal_row(refusals->entries[i].id)->name);
		}
	if (refusals->left_out)
		screen_refusal("%zu more reasons are not shown.", refusals->left_out);
}

void refusal_names(const struct refusal_list *refusals, char to[REFUSAL_NAMES_MAX])
{
	size_t size = 0;
	to[0] = '\0';
	for (size_t i = 0; i < refusals->count; i++) {
		const struct refusal_row *row = refusal_row(refusals->entries[i].id);
		if (!row->notice && size + strlen(row->name) + 2 < REFUSAL_NAMES_MAX && !strstr(to, row->name))
			size += (size_t)snprintf(to + size, REFUSAL_NAMES_MAX - size, "%s%s", size ? " " : "", row->name);
	}
}

// ---- confirming ---------------------------------------------------------
static int confirm_address(const char *address)
{
	char prompt[192];
	size_t size = strlen(address);
	snprintf(prompt, sizeof prompt, "%.100s has no label. Type its last 6 characters", address);
	return size >= 6 && screen_confirm(prompt, address + size - 6) == 0 ? 0 : EXIT_DECLINED;
}

int confirm_bitcoin(const struct bitcoin_review *review)
{
	char figure[WORDS_MAX];
	words_bitcoin_figure(review->paid ? review->paid : review->fee, figure);
	const char *prompt = review->paid ? "Type the amount that leaves, in BTC with all eight places" :
					    "Nothing leaves but the fee. Type the fee, in BTC with all eight places";
	if (screen_confirm(prompt, figure))
		return EXIT_DECLINED;
	for (size_t i = 0; i < review->output_count; i++)
		if (review->outputs[i].role == OUTPUT_TO_UNKNOWN && confirm_address(review->outputs[i].address))
			return EXIT_DECLINED;
	return 0;
}

static int confirm_payment(const struct evm_paid *paid)
{
	char figure[U256_TEXT_MAX], address[EVM_ADDRESS_TEXT], prompt[192];
	const char *unit = paid->token ? paid->token->symbol : "the chain's own coin";
	u256_format(&paid->amount, paid->token ? paid->token->decimals : 18, figure);
	evm_address_format(&paid->to, address);
	snprintf(prompt, sizeof prompt, "Type the amount of %s that goes to %s", unit, paid->name ? paid->name : address);
	if (screen_confirm(prompt, figure))
		return EXIT_DECLINED;
	return paid->name || paid->own ? 0 : confirm_address(address);
}

int confirm_evm(const struct evm_judgement *judgement)
{
	char digest[2 * sizeof judgement->digest + 1];
	for (size_t i = 0; i < judgement->payment_count; i++)
		if (confirm_payment(&judgement->payments[i]))
			return EXIT_DECLINED;
	if (judgement->payment_count)
		return 0;
	hex_encode(judgement->digest, sizeof judgement->digest, digest);
	if (screen_confirm("Nothing is paid. Type the last 6 characters of the digest", digest + sizeof digest - 7))
		return EXIT_DECLINED;
	return 0;
}
