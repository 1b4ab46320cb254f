// SPDX-License-Identifier: Apache-2.0
// The table of checks: every id of the specification is there, once, whole, and what is not built says so.
#include "checks/report.h"

#include "base/testing.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct { const char *prefix; unsigned count; } SPECIFIED[] = {
	{ "NET", 16 }, { "SSH", 10 }, { "ACC", 9 }, { "FS", 7 }, { "WEB", 7 }, { "SVC", 6 }, { "PKG", 6 }, { "FIM", 5 },
	{ "LOG", 7 }, { "BAK", 7 }, { "ENV", 3 },
};

static void every_specified_check_is_there(void **state)
{
	unsigned all = 0;
	for (size_t g = 0; g < ARRAY_LEN(SPECIFIED); g++) {
		for (unsigned i = 1; i <= SPECIFIED[g].count; i++) {
			char id[16];
			snprintf(id, sizeof id, "%s-%02u", SPECIFIED[g].prefix, i);
			if (!check_find(id))
				fail_msg("%s has no row", id);
			all++;
		}
		assert_int_equal(*check_groups[g].count, SPECIFIED[g].count);
		assert_string_equal(check_groups[g].prefix, SPECIFIED[g].prefix);
	}
	assert_int_equal(all, 83);
	assert_int_equal(check_group_count, ARRAY_LEN(SPECIFIED));
}

static void every_row_is_whole(void **state)
{
	for (size_t g = 0; g < check_group_count; g++) {
		for (size_t i = 0; i < *check_groups[g].count; i++) {
			const struct check *c = &check_groups[g].checks[i];
			assert_true(check_find(c->id) == c); // once
			assert_int_equal(strncmp(c->id, check_groups[g].prefix, strlen(check_groups[g].prefix)), 0);
			assert_true(*c->title && *c->expected && *c->why && *c->remedy && *c->source);
		}
	}
}

// An empty tree: nothing can be read, so nothing may pass.
static void nothing_passes_on_an_empty_host(void **state)
{
	char directory[] = "/tmp/redoubt-host-XXXXXX";
	assert_non_null(mkdtemp(directory));
	struct examination e = { 0 };
	assert_int_equal(host_open(directory, &e.host), 0);
	assert_int_equal(checks_run(&e, ""), 83);
	for (size_t i = 0; i < e.count; i++)
		if (e.finding[i].state == FINDING_PASS)
			fail_msg("%s passes on a host that is not there: %s", e.finding[i].check->id, e.finding[i].read);
	assert_true(report_exit(&e, SEVERITY_LOW) != REPORT_CLEAN);
	assert_int_equal(checks_run(&(struct examination){ .host = e.host }, "SSH"), 10);
	assert_int_equal(checks_run(&(struct examination){ .host = e.host }, "SSH,-SSH-03"), 9);
	assert_int_equal(checks_run(&(struct examination){ .host = e.host }, "SSH-01,LOG-07"), 2);
	assert_int_equal(checks_run(&(struct examination){ .host = e.host }, "-NET-09,-LOG-07"), 81);
	assert_int_equal(checks_run(&(struct examination){ .host = e.host }, "-NET-09,LOG-70"), 0);
	host_close(e.host);
	rmdir(directory);
}

static void passing_row(struct examination *e)
{
	found_read(e, "a thing");
}

static void silent_row(struct examination *e)
{
}

static void failing_row(struct examination *e)
{
	for (int i = 0; i < 300; i++)
		found_fail(e, NULL, "\033[31mfault\n %d", i);
}

static void silence_is_not_a_pass(void **state)
{
	static const struct check PASS = { "T-01", SEVERITY_HIGH, "t", "t", "t", "t", "t", passing_row };
	static const struct check SILENT = { "T-02", SEVERITY_HIGH, "t", "t", "t", "t", "t", silent_row };
	static const struct check FAIL = { "T-03", SEVERITY_HIGH, "t", "t", "t", "t", "t", failing_row };
	struct examination e = { 0 };
	assert_int_equal(host_open("/", &e.host), 0);
	check_run(&e, &PASS);
	check_run(&e, &SILENT);
	assert_int_equal(report_exit(&e, SEVERITY_LOW), REPORT_UNKNOWN);
	check_run(&e, &FAIL);
	assert_int_equal(e.finding[0].state, FINDING_PASS);
	assert_int_equal(e.finding[1].state, FINDING_UNKNOWN);
	assert_int_equal(e.finding[2].state, FINDING_FAIL);
	assert_string_equal(e.finding[2].read, "?[31mfault? 0"); // no control characters reach a terminal
	assert_int_equal(e.count, 2 + FINDINGS_PER_CHECK_MAX);
	assert_int_equal(report_exit(&e, SEVERITY_HIGH), REPORT_FOUND);
	assert_int_equal(report_exit(&e, SEVERITY_CRITICAL), REPORT_UNKNOWN);
	struct report_totals t = report_totals(&e, "T");
	assert_int_equal(t.pass, 1);
	assert_int_equal(t.fail, 1);
	assert_int_equal(t.unknown, 1);
	assert_int_equal(t.score, 33);
	host_close(e.host);
}

// Links that climb out of the tree stay in it; what is not a regular file is not opened.
static void the_root_holds(void **state)
{
	char directory[] = "/tmp/redoubt-host-XXXXXX", path[128];
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/out", directory);
	assert_int_equal(symlink("../../../../etc/passwd", path), 0);
	snprintf(path, sizeof path, "%s/pipe", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	struct host *h;
	assert_int_equal(host_open(directory, &h), 0);
	assert_int_equal(host_file(h, "/out")->error, -ENOENT);
	assert_int_equal(host_file(h, "/../etc/passwd")->error, -ENOENT);
	assert_int_equal(host_file(h, "/pipe")->error, -EINVAL);
	assert_string_equal(host_link(h, "/out"), "../../../../etc/passwd");
	assert_int_equal(host_names(h, "/")->count, 2);
	assert_false(host_is_live(h));
	host_close(h);
	unlink(path);
	snprintf(path, sizeof path, "%s/out", directory);
	unlink(path);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_specified_check_is_there),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(nothing_passes_on_an_empty_host),
		cmocka_unit_test(silence_is_not_a_pass),
		cmocka_unit_test(the_root_holds),
	};
	return cmocka_run_group_tests_name("host-table", tests, NULL, NULL);
}
