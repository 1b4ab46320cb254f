// SPDX-License-Identifier: Apache-2.0
// For tests/qr: src/ur behind a pipe. qr-parts write TYPE FRAGMENT COUNT: payload in, parts
// out, a line each. read: lines in, "TYPE\n" and the payload out. request, signature: CBOR in, read and written again.
#include "ur/eth.h"
#include "ur/ur.h"

#include <stdio.h>
#include <stdlib.h>

static struct ur_encoder encoder;
static struct ur_decoder decoder;
static _Alignas(8) uint8_t memory[UR_DECODER_MEMORY];
static char input[1 << 24], output[1 << 22];

static int parts_write(size_t size, const char *name, size_t fragment, unsigned long count)
{
	enum ur_type type;
	if (ur_type_find(name, strlen(name), &type) || ur_encoder_init(&encoder, type, input, size, fragment))
		return 1;
	for (unsigned long i = 0; i < count; i++) {
		ur_encoder_next(&encoder, output, sizeof output);
		puts(output);
	}
	return 0;
}

static int parts_read(size_t size)
{
	enum ur_verdict verdict = UR_TAKEN;
	ur_decoder_init(&decoder, memory, sizeof memory);
	for (char *at = input, *end; at < input + size && verdict != UR_FINISHED; at = end + 1) {
		end = memchr(at, '\n', (size_t)(input + size - at));
		if (!end)
			break;
		verdict = ur_decoder_take(&decoder, at, (size_t)(end - at));
		if (ur_refused(verdict)) {
			fprintf(stderr, "%s\n", ur_verdict_text(verdict));
			return 1;
		}
	}
	if (verdict != UR_FINISHED)
		return 1;
	struct ur_payload payload = ur_decoder_payload(&decoder);
	printf("%s\n", ur_type_name(payload.type));
	return fwrite(payload.data, 1, payload.size, stdout) != payload.size;
}

static int cbor_again(size_t size, bool is_request)
{
	struct eth_sign_request request;
	struct eth_signature signature;
	size_t n = 0;
	if (is_request && eth_sign_request_read(input, size, &request) == ETH_OK)
		n = eth_sign_request_write(&request, output, sizeof output);
	else if (!is_request && eth_signature_read(input, size, &signature) == ETH_OK)
		n = eth_signature_write(&signature, output, sizeof output);
	return !n || fwrite(output, 1, n, stdout) != n;
}

int main(int argc, char **argv)
{
	size_t size = fread(input, 1, sizeof input, stdin);
	if (argc == 5 && !strcmp(argv[1], "write"))
		return parts_write(size, argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "read"))
		return parts_read(size);
	if (argc == 2)
		return cbor_again(size, !strcmp(argv[1], "request"));
	return 2;
}
