// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include "base/crc32c_table.h"

static uint32_t crc_by_table(uint32_t crc, const uint8_t *p, size_t size)
{
	for (; size; p++, size--)
		crc = crc >> 8 ^ crc32c_table[(crc ^ *p) & 0xff];
	return crc;
}

#ifdef __x86_64__
#include <immintrin.h>

#define WITH_HARDWARE __attribute__((target("sse4.2,pclmul")))

static inline uint64_t word_at(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	return v;
}

WITH_HARDWARE static uint32_t crc_one_stream(uint32_t crc, const uint8_t *p, size_t size)
{
	uint64_t c = crc;
	for (; size >= 8; p += 8, size -= 8)
		c = _mm_crc32_u64(c, word_at(p));
	for (; size; p++, size--)
		c = _mm_crc32_u8((uint32_t)c, *p);
	return (uint32_t)c;
}

// The CRC as it would be after n zero bytes, where power = x^(8n-33) mod P:
// the instruction itself multiplies by x^32 and reduces, and a carry-less
// product of reflected numbers is off by one more bit.
WITH_HARDWARE static uint32_t crc_shift(uint32_t crc, uint32_t power)
{
	__m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)power), 0);
	return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

struct stride { // three streams of this many bytes each
	size_t bytes;
	uint32_t once, twice; // x^(8n-33) mod P for n = bytes and 2*bytes
};

static const struct stride strides[] = {
	{ 4096, 0x82f89c77, 0x54a86326 },
	{ 256, 0xb9e02b86, 0xdd7e3b0c },
};

// The instruction takes three cycles and can start every cycle: three streams keep it busy.
WITH_HARDWARE static uint32_t crc_three_streams(uint32_t crc, const uint8_t *p, const struct stride *s)
{
	uint64_t a = crc, b = 0, c = 0;
	for (size_t i = 0; i < s->bytes; i += 8) {
		a = _mm_crc32_u64(a, word_at(p + i));
		b = _mm_crc32_u64(b, word_at(p + s->bytes + i));
		c = _mm_crc32_u64(c, word_at(p + 2 * s->bytes + i));
	}
	return crc_shift((uint32_t)a, s->twice) ^ crc_shift((uint32_t)b, s->once) ^ (uint32_t)c;
}

WITH_HARDWARE static uint32_t crc_by_hardware(uint32_t crc, const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(strides); i++) {
		size_t step = 3 * strides[i].bytes;
		for (; size >= step; p += step, size -= step)
			crc = crc_three_streams(crc, p, &strides[i]);
	}
	return crc_one_stream(crc, p, size);
}

static bool hardware_present(void)
{
	return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}
#else
static uint32_t crc_by_hardware(uint32_t crc, const uint8_t *p, size_t size)
{
	return crc_by_table(crc, p, size);
}

static bool hardware_present(void)
{
	return false;
}
#endif

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
	if (hardware_present())
		return ~crc_by_hardware(~crc, data, size);
	return ~crc_by_table(~crc, data, size);
}

uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size)
{
	return ~crc_by_table(~crc, data, size);
}
