// SPDX-License-Identifier: Apache-2.0
// redoubt book SYMBOL [--watch]: the order book and the last trades.
#include "client.h"
#include "command.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_US 200000
#define LEVELS_DEFAULT 12
#define BAR_MAX 24

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	stopped = 1;
}

static const char *text_of(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	return text ? text : "";
}

// "20000.01000000" -> "20000.01"; two decimals stay.
static const char *trimmed(const char *decimal, char to[AMOUNT_TEXT_MAX + 8])
{
	size_t n = strlen(decimal);
	const char *point = strchr(decimal, '.');
	while (point && n > (size_t)(point - decimal) + 3 && decimal[n - 1] == '0')
		n--;
	snprintf(to, AMOUNT_TEXT_MAX + 8, "%.*s", (int)(n < AMOUNT_TEXT_MAX ? n : AMOUNT_TEXT_MAX), decimal);
	return to;
}

static uint64_t units_of(const char *decimal)
{
	uint64_t units = 0;
	return amount_parse(decimal, strlen(decimal), &units) ? 0 : units;
}

struct screen { bool colour; uint64_t widest; };

static void level_print(const struct screen *s, json_t *level, bool ask)
{
	char price[AMOUNT_TEXT_MAX + 8], quantity[AMOUNT_TEXT_MAX + 8];
	const char *p = json_string_value(json_array_get(level, 0)), *q = json_string_value(json_array_get(level, 1));
	uint64_t units = units_of(q ? q : "");
	int bar = s->widest ? (int)((unsigned __int128)units * BAR_MAX / s->widest) : 0;
	printf("  %s%16s%s  %16s  %s%.*s%s\033[K\n", s->colour ? ask ? "\033[31m" : "\033[32m" : "", trimmed(p ? p : "", price),
	       s->colour ? "\033[0m" : "", trimmed(q ? q : "", quantity),
	       s->colour ? ask ? "\033[41m" : "\033[42m" : "", bar,
	       s->colour ? "                        " : "########################", s->colour ? "\033[0m" : "");
}

static uint64_t widest_of(json_t *book)
{
	uint64_t widest = 0;
	json_t *level;
	size_t i;
	json_array_foreach(json_object_get(book, "bids"), i, level)
		widest = u64_max(widest, units_of(json_string_value(json_array_get(level, 1))));
	json_array_foreach(json_object_get(book, "asks"), i, level)
		widest = u64_max(widest, units_of(json_string_value(json_array_get(level, 1))));
	return widest;
}

static void trade_print(const struct screen *s, json_t *trade)
{
	char price[AMOUNT_TEXT_MAX + 8], quantity[AMOUNT_TEXT_MAX + 8];
	json_int_t us = json_integer_value(json_object_get(trade, "time_us"));
	bool buy = !strcmp(text_of(trade, "taker"), "buy");
	long long second = us / 1000000 % 86400;
	printf("  %02lld:%02lld:%02lld.%03lld  %s%-4s %16s%s  %16s\033[K\n", second / 3600, second / 60 % 60, second % 60,
	       (long long)(us / 1000 % 1000), s->colour ? buy ? "\033[32m" : "\033[31m" : "", text_of(trade, "taker"),
	       trimmed(text_of(trade, "price"), price), s->colour ? "\033[0m" : "",
	       trimmed(text_of(trade, "quantity"), quantity));
}

static void book_print(json_t *book, bool colour)
{
	char last[AMOUNT_TEXT_MAX + 8], volume[AMOUNT_TEXT_MAX + 8];
	struct screen s = { .colour = colour, .widest = widest_of(book) };
	json_t *bids = json_object_get(book, "bids"), *asks = json_object_get(book, "asks"), *trade;
	printf("%s  last %s  volume 24 h %s  update %lld\033[K\n\n", text_of(book, "symbol"),
	       trimmed(text_of(book, "last"), last), trimmed(text_of(book, "volume"), volume),
	       (long long)json_integer_value(json_object_get(book, "update")));
	for (size_t i = json_array_size(asks); i-- > 0;)
		level_print(&s, json_array_get(asks, i), true);
	printf("  %16s\033[K\n", "----------------");
	for (size_t i = 0; i < json_array_size(bids); i++)
		level_print(&s, json_array_get(bids, i), false);
	printf("\033[K\n");
	size_t i;
	json_array_foreach(json_object_get(book, "trades"), i, trade)
		trade_print(&s, trade);
}

// A terminal shows what fits; a pipe gets the same without escapes.
static void plain_print(json_t *book)
{
	json_t *level;
	size_t i;
	for (i = json_array_size(json_object_get(book, "asks")); i-- > 0;) {
		level = json_array_get(json_object_get(book, "asks"), i);
		printf("ask %s %s\n", json_string_value(json_array_get(level, 0)), json_string_value(json_array_get(level, 1)));
	}
	json_array_foreach(json_object_get(book, "bids"), i, level)
		printf("bid %s %s\n", json_string_value(json_array_get(level, 0)),
		       json_string_value(json_array_get(level, 1)));
	json_array_foreach(json_object_get(book, "trades"), i, level)
		printf("trade %s %s %s\n", text_of(level, "taker"), text_of(level, "price"), text_of(level, "quantity"));
}

static int book_ask(const char *symbol, unsigned levels, unsigned trades, json_t **ret)
{
	return exchange_ask(json_pack("{s:s, s:s, s:i, s:i}", "op", "book", "symbol", symbol, "levels", (int)levels, "trades",
				      (int)trades), ret, NULL);
}

// Half of the screen's lines for the book's two sides, what is left for trades.
static void sizes_of(unsigned *ret_levels, unsigned *ret_trades)
{
	struct winsize size = { .ws_row = 40 };
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 12)
		size.ws_row = 40;
	unsigned lines = size.ws_row - 6u;
	*ret_levels = lines / 3 > 50 ? 50 : lines / 3;
	*ret_trades = lines - 2 * *ret_levels > 50 ? 50 : lines - 2 * *ret_levels;
}

static int watch(const char *symbol)
{
	struct sigaction action = { .sa_handler = stop };
	int r = EXIT_DONE;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	printf("\033[?1049h\033[?25l"); // another screen, no cursor
	while (!stopped && !r) {
		json_t *book;
		unsigned levels, trades;
		sizes_of(&levels, &trades);
		r = book_ask(symbol, levels, trades, &book);
		if (r)
			break;
		printf("\033[H");
		book_print(book, !getenv("NO_COLOR"));
		printf("\033[J");
		fflush(stdout);
		json_decref(book);
		usleep(FRAME_US);
	}
	printf("\033[?25h\033[?1049l");
	fflush(stdout);
	return stopped ? EXIT_DONE : r;
}

int command_book(int argc, char **argv)
{
	bool watching = false;
	const char *word[1], *levels_text = NULL;
	const struct option options[] = { { "--watch", NULL, &watching }, { "--levels", &levels_text, NULL } };
	uint64_t levels = LEVELS_DEFAULT;
	json_t *book;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (levels_text && !number_read(levels_text, "--levels", 1, 100, &levels))
		return EXIT_USAGE;
	bool terminal = isatty(STDOUT_FILENO);
	if (watching && terminal && !globals.json)
		return watch(word[0]);
	do { // --watch into a pipe: one book after the other
		r = book_ask(word[0], (unsigned)levels, (unsigned)levels, &book);
		if (r)
			return r;
		if (globals.json) {
			result_say(book, "%s", "");
		} else {
			if (terminal)
				book_print(book, !getenv("NO_COLOR"));
			else
				plain_print(book);
			json_decref(book);
		}
		fflush(stdout);
		if (watching)
			usleep(FRAME_US);
	} while (watching && !ferror(stdout));
	return EXIT_DONE;
}
