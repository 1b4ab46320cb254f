// SPDX-License-Identifier: Apache-2.0
// docs/API.md names every route with its weight and every parameter that it takes.
#include "api/params_types.h"
#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *document;

static int document_read(void **state)
{
	FILE *f = fopen(SOURCE_ROOT "/docs/API.md", "r");
	document = calloc(1, 65536);
	return f && document && fread(document, 1, 65535, f) > 1000 && fclose(f) == 0 ? 0 : -1;
}

// The row of a table that names the route, cut at its end.
static char *row_of(const struct route *r)
{
	static const char *const methods[] = { "GET", "POST", "DELETE", "PUT" };
	char name[128];
	snprintf(name, sizeof name, "`%s %s`", methods[r->method], r->path);
	const char *at = strstr(document, name);
	if (!at)
		fail_msg("docs/API.md does not name %s", name);
	return strndup(at, strcspn(at, "\n"));
}

static bool said_once_for_all(enum param p)
{
	return p == PARAM_TIMESTAMP || p == PARAM_RECV_WINDOW || p == PARAM_SIGNATURE;
}

static void test_routes(void **state)
{
	size_t count;
	const struct route *routes = api_routes(&count);
	for (size_t i = 0; i < count; i++) {
		char *row = row_of(&routes[i]), weight[16];
		snprintf(weight, sizeof weight, "| %u", routes[i].weight);
		if (!strstr(row, weight))
			fail_msg("%s has weight %u, the document says: %s", routes[i].path, routes[i].weight, row);
		for (size_t j = 0; routes[i].id != ROUTE_ORDER_TEST && j < routes[i].rule_count; j++) {
			char name[64];
			snprintf(name, sizeof name, "`%s`", param_types[routes[i].rules[j].param].name);
			if (!said_once_for_all((enum param)routes[i].rules[j].param) && !strstr(row, name))
				fail_msg("%s takes %s, the document does not say so", routes[i].path, name);
		}
		free(row);
	}
	free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_routes) };
	return cmocka_run_group_tests_name("api-document", tests, document_read, NULL);
}
