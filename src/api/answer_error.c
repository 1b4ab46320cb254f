// SPDX-License-Identifier: Apache-2.0
#include "api/answer.h"

static void code_write(struct writer *w, int code)
{
	JSON(w, "{\"code\":");
	if (code < 0)
		JSON(w, "-");
	json_write_number(w, (uint64_t)(code < 0 ? -code : code));
}

void answer_error(struct writer *w, const struct api_problem *problem)
{
	const struct api_error_row *row = api_error_row(problem->error);
	size_t detail = problem->detail_size < API_DETAIL_MAX ? problem->detail_size : API_DETAIL_MAX;
	const char *hole = strstr(row->text, "{}");
	code_write(w, row->code);
	JSON(w, ",\"msg\":\"");
	if (hole) {
		json_write_escaped(w, row->text, (size_t)(hole - row->text));
		json_write_escaped(w, problem->detail, detail);
		json_write_escaped(w, hole + 2, strlen(hole + 2));
	} else {
		json_write_escaped(w, row->text, strlen(row->text));
	}
	JSON(w, "\"}");
}
