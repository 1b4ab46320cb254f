// SPDX-License-Identifier: Apache-2.0
#include "ur/bytewords.h"

#include "ur/bytewords_table.h"

#define WORD 4
#define CHECKSUM 4

// BCR-2020-012, in the order of their bytes. First and last letters are unique.
static const char words[256 * WORD + 1] =
	"ableacidalsoapexaquaarchatomauntawayaxisbackbaldbarnbeltbetabias"
	"bluebodybragbrewbulbbuzzcalmcashcatschefcityclawcodecolacookcost"
	"cruxcurlcuspcyandarkdatadaysdelidicedietdoordowndrawdropdrumdull"
	"dutyeacheasyechoedgeepicevenexamexiteyesfactfairfernfigsfilmfish"
	"fizzflapflewfluxfoxyfreefrogfuelfundgalagamegeargemsgiftgirlglow"
	"goodgraygrimgurugushgyrohalfhanghardhawkheathelphighhillholyhope"
	"hornhutsicedideaidleinchinkyintoirisironitemjadejazzjoinjoltjowl"
	"judojugsjumpjunkjurykeepkenokeptkeyskickkilnkingkitekiwiknoblamb"
	"lavalazyleaflegsliarlimplionlistlogoloudloveluaulucklungmainmany"
	"mathmazememomenumeowmildmintmissmonknailnavyneednewsnextnoonnote"
	"numbobeyoboeomitonyxopenovalowlspaidpartpeckplaypluspoempoolpose"
	"puffpumapurrquadquizraceramprealredorichroadrockroofrubyruinruns"
	"rustsafesagascarsetssilkskewslotsoapsolosongstubsurfswantacotask"
	"taxitenttiedtimetinytoiltombtoystriptunatwinuglyundouniturgeuser"
	"vastveryvetovialvibeviewvisavoidvowswallwandwarmwaspwavewaxywebs"
	"whatwhenwhizwolfworkyankyawnyellyogayurtzapszerozestzinczonezoom";

uint32_t crc32_of(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *at = data;
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static size_t separator_size(enum bytewords_style style)
{
	return style == BYTEWORDS_MINIMAL ? 0 : 1;
}

static size_t word_size(enum bytewords_style style)
{
	return style == BYTEWORDS_MINIMAL ? 2 : WORD;
}

size_t bytewords_length(enum bytewords_style style, size_t size)
{
	return (size + CHECKSUM) * (word_size(style) + separator_size(style)) - separator_size(style);
}

static char *word_write(enum bytewords_style style, uint8_t byte, char *to)
{
	const char *word = words + WORD * byte;
	if (style == BYTEWORDS_MINIMAL) {
		*to++ = word[0];
		*to++ = word[WORD - 1];
		return to;
	}
	memcpy(to, word, WORD);
	return to + WORD;
}

size_t bytewords_encode(enum bytewords_style style, const void *data, size_t size, char *to)
{
	const uint8_t *bytes = data;
	uint32_t checksum = crc32_of(0, data, size);
	char *at = to;
	for (size_t i = 0; i < size + CHECKSUM; i++) {
		if (i && style != BYTEWORDS_MINIMAL)
			*at++ = style == BYTEWORDS_URI ? '-' : ' ';
		uint32_t byte = i < size ? bytes[i] : checksum >> (24 - 8 * (i - size));
		at = word_write(style, (uint8_t)byte, at);
	}
	return (size_t)(at - to);
}

static int letter_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

// The byte of the word at `text`, or -1.
static int word_read(enum bytewords_style style, const char *text)
{
	size_t size = word_size(style);
	int first = letter_of(text[0]), last = letter_of(text[size - 1]);
	int byte = first < 0 || last < 0 ? -1 : byteword_of[first][last] - 1;
	if (byte < 0 || style == BYTEWORDS_MINIMAL)
		return byte;
	for (size_t i = 1; i < size - 1; i++)
		if (letter_of(text[i]) != words[WORD * byte + (int)i] - 'a')
			return -1;
	return byte;
}

static bool is_separator(enum bytewords_style style, char c)
{
	return c == (style == BYTEWORDS_URI ? '-' : ' ');
}

// How many bytes the text's length says, the checksum included; 0 when it says none.
static size_t bytes_within(enum bytewords_style style, size_t length)
{
	size_t step = word_size(style) + separator_size(style);
	length += separator_size(style);
	return length % step ? 0 : length / step;
}

enum bytewords_fault bytewords_decode(enum bytewords_style style, const char *text, size_t length, void *to,
				      size_t room, size_t *ret_size)
{
	size_t step = word_size(style) + separator_size(style);
	size_t count = bytes_within(style, length);
	uint8_t *bytes = to;
	if (count <= CHECKSUM)
		return BYTEWORDS_BAD_WORD;
	if (count > room)
		return BYTEWORDS_NO_ROOM;
	for (size_t i = 0; i < count; i++) {
		int byte = word_read(style, text + i * step);
		if (byte < 0 || (separator_size(style) && i + 1 < count && !is_separator(style, text[(i + 1) * step - 1])))
			return BYTEWORDS_BAD_WORD;
		bytes[i] = (uint8_t)byte;
	}
	uint32_t checksum = crc32_of(0, bytes, count - CHECKSUM);
	for (size_t i = 0; i < CHECKSUM; i++)
		if (bytes[count - CHECKSUM + i] != (uint8_t)(checksum >> (24 - 8 * i)))
			return BYTEWORDS_BAD_CHECKSUM;
	*ret_size = count - CHECKSUM;
	return BYTEWORDS_OK;
}
