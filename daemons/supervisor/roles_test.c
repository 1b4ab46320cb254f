// SPDX-License-Identifier: Apache-2.0
// The tables agree with each other, with the limits, and with what the manual says.
#include "daemons/supervisor/family.h"
#include "daemons/supervisor/settings.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void test_channels_fit(void **state)
{
	for (size_t i = 0; i < channel_row_count; i++) {
		const struct channel_row *row = &channel_rows[i];
		assert_true(row->size >= CHANNEL_SIZE_MIN && row->size <= CHANNEL_SIZE_MAX && !(row->size & (row->size - 1)));
		// The largest record fits several times, or a peer could never send it.
		assert_true(row->size >= 4 * CHANNEL_RECORD_MAX);
		assert_true(strlen(row->name) + strlen(".cursor") <= HANDOVER_NAME_MAX);
		bool numbered = strstr(row->name, "%u") != NULL;
		assert_int_equal(numbered, roles[row->writer].per_gateway || roles[row->reader].per_gateway);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(row->name, channel_rows[k].name);
	}
	assert_true(channel_row_count * GATEWAYS_MAX <= WIRES_MAX);
}

// Nobody but auth reads what a gateway sends, but for history's public questions.
static void test_gateways_reach_auth_and_history_alone(void **state)
{
	for (size_t i = 0; i < channel_row_count; i++)
		if (channel_rows[i].writer == ROLE_GATEWAY)
			assert_true(channel_rows[i].reader == ROLE_AUTH || channel_rows[i].reader == ROLE_HISTORY);
}

static unsigned handed_over(enum role_id role)
{
	unsigned n = 8; // doorbells, link, stats, sockets
	for (size_t i = 0; i < channel_row_count; i++) {
		const struct channel_row *row = &channel_rows[i];
		if (row->writer != role && row->reader != role)
			continue;
		n += 3 * (strstr(row->name, "%u") && role != ROLE_GATEWAY ? GATEWAYS_MAX : 1);
	}
	for (size_t i = 0; i < file_row_count; i++)
		n += file_rows[i].roles >> role & 1;
	for (size_t i = 0; i < page_row_count; i++)
		n += page_rows[i].writer == role || (page_rows[i].readers >> role & 1);
	return n + (role == ROLE_CONTROL ? INSTANCES_MAX + 1 : 0);
}

static void test_handovers_fit(void **state)
{
	for (enum role_id role = 0; role < ROLES; role++)
		assert_true(handed_over(role) <= HANDOVER_MAX);
	assert_true(INSTANCES_MAX <= STATUS_ROLES_MAX);
	assert_true(page_row_count <= 4 && file_row_count <= HOUSE_FILES_MAX);
}

// The secrets: who holds which key is the blast radius.
static void test_keys_have_their_holders_only(void **state)
{
	static const struct { const char *name; unsigned roles; } keys[] = {
		{ "tls-key", 1u << ROLE_GATEWAY },
		{ "auth-key", 1u << ROLE_AUTH },
		{ "log-key", 1u << ROLE_AUDIT },
		{ "journal-key", 1u << ROLE_ENGINE | 1u << ROLE_REPLICA | 1u << ROLE_AUDIT | 1u << ROLE_HISTORY },
	};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		unsigned holders = 0;
		for (size_t k = 0; k < file_row_count; k++)
			if (strcmp(file_rows[k].name, keys[i].name) == 0)
				holders |= file_rows[k].roles;
		assert_int_equal(holders, keys[i].roles);
	}
	for (size_t k = 0; k < file_row_count; k++)
		assert_null(strstr(file_rows[k].path, "operator"));
	for (size_t k = 0; k < file_row_count; k++) // a gateway opens no directory
		assert_false(file_rows[k].access != FILE_READ && (file_rows[k].roles >> ROLE_GATEWAY & 1));
}

static void test_settings_are_known_and_documented(void **state)
{
	char text[64];
	struct config *c = NULL;
	char error[CONFIG_ERROR_MAX] = "";
	assert_int_equal(config_parse("none", "", 0, setting_keys, setting_key_count, &c, error), 0);
	for (size_t i = 0; i < setting_row_count; i++)
		setting_text(c, setting_rows[i].name, text, sizeof text); // asserts that it exists
	config_free(c);
	// Each fallback is within its own range.
	for (size_t i = 0; i < setting_key_count; i++) {
		const struct config_key *key = &setting_keys[i];
		uint64_t value = key->type == CONFIG_NUMBER ? strtoull(key->fallback, NULL, 10) : strlen(key->fallback);
		assert_in_range(value, key->min, key->max);
	}
	static char manual[65536];
	int fd = open(SOURCE_ROOT "/docs/man/redoubt.conf.5", O_RDONLY);
	assert_true(fd >= 0 && read(fd, manual, sizeof manual - 1) > 0);
	close(fd);
	for (size_t i = 0; i < setting_key_count; i++)
		if (!strstr(manual, setting_keys[i].name))
			fail_msg("docs/man/redoubt.conf.5 does not have %s", setting_keys[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channels_fit),
		cmocka_unit_test(test_gateways_reach_auth_and_history_alone),
		cmocka_unit_test(test_handovers_fit),
		cmocka_unit_test(test_keys_have_their_holders_only),
		cmocka_unit_test(test_settings_are_known_and_documented),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
