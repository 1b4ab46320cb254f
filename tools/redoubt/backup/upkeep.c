// SPDX-License-Identifier: Apache-2.0
// redoubt backup status | prune
#include "../client.h"
#include "../command.h"
#include "files.h"
#include "prune.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define STATUS_MAX 65536
#define KEEP_MAX 3650

// How many objects of a destination are not what was written, as far as they were read again.
static json_int_t altered_count(const json_t *destination)
{
	const json_t *r = json_object_get(destination, "reread");
	return json_integer_value(json_object_get(r, "altered")) + json_integer_value(json_object_get(r, "altered_before"));
}

static void altered_tell(const json_t *d)
{
	if (altered_count(d))
		printf("ALTERED   %s: %lld objects are not what was written, the last %s; remove it: the next run brings it from another copy\n",
		       json_string_value(json_object_get(d, "folder")), altered_count(d),
		       json_string_value(json_object_get(json_object_get(d, "reread"), "last")));
}

int command_backup_status(int argc, char **argv)
{
	char *text;
	size_t size;
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	r = whole_file_read(backup_path("status").text, STATUS_MAX, &text, &size);
	if (r) {
		complain("no backup has run: %s: %s", backup_path("status").text, strerror(-r));
		return EXIT_FAILED;
	}
	json_t *status = json_loads(text, 0, NULL), *d;
	free(text);
	size_t i;
	bool behind = false;
	json_array_foreach(json_object_get(status, "destinations"), i, d)
		behind |= *json_string_value(json_object_get(d, "error")) != 0 || altered_count(d);
	if (globals.json) {
		json_dumpf(status, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		uint64_t age = (clock_realtime_us() - (uint64_t)json_integer_value(json_object_get(status, "shipped_us"))) / 1000000;
		printf("shipped   %" PRIu64 " s ago, to entry %lld (manifest %lld, last full %lld)\nspool     %lld bytes\n", age,
		       json_integer_value(json_object_get(status, "entries")),
		       json_integer_value(json_object_get(status, "manifest")), json_integer_value(json_object_get(status, "full")),
		       json_integer_value(json_object_get(status, "spool_bytes")));
		json_array_foreach(json_object_get(status, "destinations"), i, d)
			altered_tell(d);
		json_array_foreach(json_object_get(status, "destinations"), i, d)
			printf("%-9s %s: manifest %lld %s\n", *json_string_value(json_object_get(d, "error")) ? "BEHIND" : "has all",
			       json_string_value(json_object_get(d, "folder")),
			       json_integer_value(json_object_get(d, "manifest")),
			       json_string_value(json_object_get(d, "error")));
	}
	json_decref(status);
	return behind ? EXIT_DAMAGED : EXIT_DONE;
}

int command_backup_prune(int argc, char **argv)
{
	const char *keep_text = NULL, *word[1];
	const struct option options[] = { { "--keep", &keep_text, NULL } };
	struct backup_place place;
	uint64_t keep = 30, number, removed = 0;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if ((keep_text && !number_read(keep_text, "--keep", 1, KEEP_MAX, &keep)) ||
	    !number_read(word[0], "DESTINATION", 1, DESTINATIONS_MAX, &number))
		return EXIT_USAGE;
	r = place_open(&place);
	int lock = r ? -1 : spool_lock();
	if (!r && lock < 0)
		r = EXIT_FAILED;
	if (!r && number > place.destination_count) {
		complain("there are %zu destinations", place.destination_count);
		r = EXIT_USAGE;
	}
	if (!r)
		r = push_prune(&place, number - 1, (unsigned)keep, &removed);
	if (!r)
		result_say(json_pack("{s:I}", "removed", (json_int_t)removed), "%" PRIu64 " objects removed", removed);
	place_close(&place);
	if (lock >= 0)
		close(lock);
	return r;
}
