// SPDX-License-Identifier: Apache-2.0
// Words of nginx's configuration language, by the rules of nginx's own reader: blanks, ; { } end a word; quotes count only
// where a word begins; # begins a comment only there; ${ is part of a word; a word is shorter than 4096 bytes.
#pragma once

#include "host/host.h"

#define NGINX_WORD_MAX 4096 // nginx's own buffer; a longer word is refused as it refuses it
#define NGINX_WORDS_MAX 4096 // of one directive

struct nginx_reader {
	struct host *h;
	const char *file, *at, *end;
	unsigned line;      // of *at
	const char *error;  // a sentence, once NGINX_REFUSED was given
};

enum nginx_stop {
	NGINX_STATEMENT,   // words and ;
	NGINX_BLOCK_START, // words and {
	NGINX_BLOCK_END,   // }
	NGINX_FILE_END,
	NGINX_REFUSED,
};

struct nginx_words {
	size_t count, room;
	const char **word; // quotes and escapes are undone; never empty where nginx_words_take gave words
	unsigned line;     // of the first one
};

// The next directive's words. `to` is begun anew; its array is used again.
enum nginx_stop nginx_words_take(struct nginx_reader *r, struct nginx_words *to);

// Behind the { of a block of Lua: to behind its }. False: it does not end.
bool nginx_lua_skip(struct nginx_reader *r);
