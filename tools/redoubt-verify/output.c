// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>
#include <unistd.h>

static const struct { const char *name; uint8_t kind; } kinds[] = {
	{ "order_new", KIND_ORDER_NEW }, { "order_cancel", KIND_ORDER_CANCEL }, { "order_cancel_all", KIND_ORDER_CANCEL_ALL },
	{ "tick", KIND_TICK }, { "open", KIND_OPEN }, { "void", KIND_VOID },
};

static unsigned long long u(uint64_t v)
{
	return v;
}

// Eight decimals; a sum of deposits may need more than 64 bits.
static const char *amount_text(unsigned __int128 units, char to[64])
{
	char digits[48];
	size_t n = 0, at = 0;
	for (; units || n < 9; units /= 10)
		digits[n++] = (char)('0' + (unsigned)(units % 10));
	while (n) {
		if (n == 8)
			to[at++] = '.';
		to[at++] = digits[--n];
	}
	to[at] = 0;
	return to;
}

static const char *hash_text(const uint8_t hash[32], char to[65])
{
	hex_encode(hash, 32, to);
	return to;
}

// ---- for people ----

static void people_journal(const struct answer *a)
{
	char text[65];
	const struct walked *w = &a->walked;
	printf("exchange    %s\n", hash_text(w->exchange, text));
	printf("journal     %llu blocks, %llu entries, %u segments, %llu openings%s\n", u(w->blocks), u(w->sequence),
	       w->segments, u(w->openings), w->closed ? ", closed cleanly" : "");
	printf("evidence    %llu control entries signed by an operator of genesis", u(a->evidence.signed_entries));
	if (a->evidence.without_effect)
		printf(", %llu of them without effect", u(a->evidence.without_effect));
	printf("\n");
}

static void people_checkpoint(const struct answer *a)
{
	if (!a->head_signed) {
		printf("checkpoint  none that holds\n");
		return;
	}
	printf("checkpoint  %s, %llu blocks: signature good, root %s\n", a->head.origin, u(a->head.size),
	       a->head_matches ? "recomputed" : a->head_compared ? "NOT the blocks'" : "not reached");
	if (a->head.counted)
		printf("            %llu entries are in them%s\n", u(a->head.entries), a->head_matches ? ", as counted here" : "");
	else
		printf("            it has no count of entries: it was signed before checkpoints had one\n");
	printf("            %s\n", a->log_key);
	if (a->head_matches && a->walked.blocks > a->head.size)
		printf("            %llu newer blocks are chained, not yet signed\n", u(a->walked.blocks - a->head.size));
}

static void people_replay(const struct question *q, const struct answer *a)
{
	char text[65];
	if (!q->replay) {
		printf("balances    not folded (--replay folds)\n");
		return;
	}
	printf("replay      with the exchange's own code, not a second implementation\n");
	if (!a->replayed_to_end)
		return;
	printf("            %llu entries folded, %llu block digests equal", u(a->replayed.entries), u(a->replayed.digests));
	if (a->replayed.skipped_digests)
		printf(", %llu not comparable because of a VOID", u(a->replayed.skipped_digests));
	printf("\n            state hash %s\n", hash_text(a->replayed.state_hash, text));
}

void output_people(const struct question *q, const struct answer *a)
{
	char text[64];
	people_journal(a);
	people_checkpoint(a);
	for (unsigned i = 0; i < a->snapshots.count; i++) {
		const struct snapshot *s = &a->snapshots.list[i];
		printf("snapshot    entry %llu, %llu blocks: %s%s\n", u(s->sequence), u(s->blocks),
		       !s->whole ? "DAMAGED" : s->placed ? "whole, of this journal" : "NOT of this journal",
		       s->folded ? ", the folded state" : "");
	}
	for (uint32_t i = 0; i < a->evidence.asset_count; i++)
		printf("deposits    %s %s\n", amount_text(a->evidence.assets[i].deposits, text), a->evidence.assets[i].name);
	people_replay(q, a);
	for (unsigned i = 0; i < a->report.remarks && i < FINDINGS_MAX; i++)
		printf("remark      %s\n", a->report.remark[i]);
	for (unsigned i = 0; i < a->report.findings && i < FINDINGS_MAX; i++)
		printf("FINDING     %s\n", a->report.finding[i]);
	if (a->report.findings)
		printf("result      %u finding%s\n", a->report.findings, a->report.findings > 1 ? "s" : "");
	else
		printf("result      whole\n");
}

// ---- for machines ----

static void json_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void json_sentences(const char *name, const char list[][SENTENCE_MAX], unsigned count)
{
	printf("\"%s\":[", name);
	for (unsigned i = 0; i < count && i < FINDINGS_MAX; i++) {
		printf("%s", i ? "," : "");
		json_text(list[i]);
	}
	printf("],");
}

static void json_entries(const struct answer *a)
{
	uint64_t control = 0;
	printf("\"entries\":{\"total\":%llu", u(a->walked.sequence));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		printf(",\"%s\":%llu", kinds[i].name, u(a->kinds[kinds[i].kind]));
	for (unsigned kind = KIND_GENESIS; kind < 256; kind++)
		control += a->kinds[kind];
	printf(",\"control\":%llu,\"control_without_effect\":%llu},", u(control), u(a->evidence.without_effect));
}

static void json_checkpoint(const struct answer *a)
{
	char root[65];
	if (!a->head_signed) {
		printf("\"checkpoint\":null,");
		return;
	}
	printf("\"checkpoint\":{\"origin\":");
	json_text(a->head.origin);
	printf(",\"blocks\":%llu,\"root\":\"%s\",\"matches\":%s,\"log_key\":", u(a->head.size),
	       hash_text(a->head.root, root), a->head_matches ? "true" : "false");
	json_text(a->log_key);
	if (a->head.counted)
		printf(",\"entries\":%llu", u(a->head.entries));
	if (a->missing_to)
		printf(",\"missing_from\":%llu,\"missing_to\":%llu", u(a->missing_from), u(a->missing_to));
	printf("},");
}

static void json_snapshots(const struct answer *a)
{
	char hash[65];
	printf("\"snapshots\":[");
	for (unsigned i = 0; i < a->snapshots.count; i++) {
		const struct snapshot *s = &a->snapshots.list[i];
		printf("%s{\"sequence\":%llu,\"blocks\":%llu,\"state_hash\":\"%s\",\"whole\":%s,\"placed\":%s,\"folded\":%s}",
		       i ? "," : "", u(s->sequence), u(s->blocks), hash_text(s->state_hash, hash),
		       s->whole ? "true" : "false", s->placed ? "true" : "false", s->folded ? "true" : "false");
	}
	printf("],\"deposits\":{");
	for (uint32_t i = 0; i < a->evidence.asset_count; i++) {
		char text[64];
		printf("%s\"%s\":\"%s\"", i ? "," : "", a->evidence.assets[i].name,
		       amount_text(a->evidence.assets[i].deposits, text));
	}
	printf("},");
}

static void json_replay(const struct answer *a)
{
	char hash[65];
	if (!a->replayed_to_end) {
		printf("\"replay\":null}\n");
		return;
	}
	printf("\"replay\":{\"by\":\"the exchange's own code\",\"entries\":%llu,\"digests\":%llu,\"digests_skipped\":%llu,"
	       "\"state_hash\":\"%s\"}}\n",
	       u(a->replayed.entries), u(a->replayed.digests), u(a->replayed.skipped_digests),
	       hash_text(a->replayed.state_hash, hash));
}

void output_json(const struct question *q, const struct answer *a)
{
	char text[65];
	const struct walked *w = &a->walked;
	printf("{\"result\":\"%s\",\"findings_count\":%u,", a->report.findings ? "finding" : "whole", a->report.findings);
	json_sentences("findings", a->report.finding, a->report.findings);
	json_sentences("remarks", a->report.remark, a->report.remarks);
	printf("\"exchange\":\"%s\",\"segments\":%u,\"blocks\":%llu,\"bytes\":%llu,\"torn_bytes\":%llu,\"openings\":%llu,"
	       "\"closed\":%s,",
	       hash_text(w->exchange, text), w->segments, u(w->blocks), u(w->bytes), u(w->torn_bytes), u(w->openings),
	       w->closed ? "true" : "false");
	json_entries(a);
	json_checkpoint(a);
	json_snapshots(a);
	json_replay(a);
}

// ---- progress ----

static bool shown;

void progress_show(void *context, uint64_t done, uint64_t of)
{
	static uint64_t started, last;
	uint64_t now = clock_monotonic_ns();
	if (!started)
		started = now;
	if (now - started < 1000000000u || now - last < 100000000u || of == 0)
		return;
	last = now;
	shown = true;
	unsigned filled = (unsigned)u64_min(40, done * 40 / of);
	fprintf(stderr, "\r[%.*s%.*s] %3llu %%", (int)filled, "########################################", (int)(40 - filled),
		"........................................", u(u64_min(100, done * 100 / of)));
}

void progress_clear(void)
{
	if (shown)
		fprintf(stderr, "\r%50s\r", "");
}
