// SPDX-License-Identifier: Apache-2.0
// Images to a payload. This process opens files and puts parts together; what is in an image is
// read by eye.c's processes. Parts of two messages among the images end the scan: which of the two is
// meant is not for a program to guess.
#include "tools/redoubt-qr/scan.h"

#include "base/clock.h"
#include "process/sandbox.h"
#include "tools/redoubt-qr/eye.h"
#include "tools/redoubt-qr/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 200
#define WATCH_SECONDS 120

struct scan {
	const struct options *options;
	const char *image;  // whose name refusals bear
	unsigned images, empty, unreadable, foreign; // foreign: QR codes that are no part
	unsigned told;      // progress that was last said
	int status;         // not EXIT_DONE: the scan is over
	uint64_t end_ns;    // 0: none
};

static struct ur_decoder decoder;
static _Alignas(8) uint8_t memory[UR_DECODER_MEMORY];
static uint8_t file[IMAGE_FILE_MAX + 1];

static bool over(const struct scan *scan)
{
	return scan->status != EXIT_DONE || decoder.finished;
}

// What a scan goes on after: a code that is no part of anything, or one that was misread.
static bool passing(enum ur_verdict verdict)
{
	return verdict >= UR_NOT_UR && verdict <= UR_BAD_PART;
}

static void part_refuse(struct scan *scan, enum ur_verdict verdict)
{
	say("%s: a QR code in it is refused: %s", scan->image, ur_verdict_text(verdict));
	if (passing(verdict)) {
		scan->foreign++;
		return;
	}
	scan->status = EXIT_REFUSED;
	if (verdict == UR_OTHER_MESSAGE || verdict == UR_OTHER_TYPE)
		say("the images hold parts of more than one message: remove those of all but one, and scan again");
	else if (verdict == UR_CONTRADICTION || verdict == UR_BAD_CHECKSUM)
		say("do not use what is on these images: have the sender show the message again, and take new ones");
}

static void progress_say(struct scan *scan)
{
	unsigned tenth = decoder.solved * 10 / decoder.fragments;
	if (decoder.fragments > 1 && tenth != scan->told)
		say("%u of %u parts after %u images", decoder.solved, decoder.fragments, scan->images);
	scan->told = tenth;
}

static void text_take(void *context, const char *text, size_t length)
{
	struct scan *scan = context;
	if (over(scan))
		return;
	enum ur_verdict verdict = ur_decoder_take(&decoder, text, length);
	if (ur_refused(verdict))
		part_refuse(scan, verdict);
	else
		progress_say(scan);
}

// 0 and the size, or negative errno: -EFBIG above the limit, -EINVAL when it is no ordinary file.
static int image_load(int dir, const char *name, size_t *ret_size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &status) < 0 ? -errno : !S_ISREG(status.st_mode) ? -EINVAL : 0;
	size_t size = 0;
	for (ssize_t n = 1; r == 0 && n != 0;) {
		n = read(fd, file + size, sizeof file - size);
		if (n < 0 && errno != EINTR)
			r = -errno;
		size += n > 0 ? (size_t)n : 0;
		if (size > IMAGE_FILE_MAX)
			r = -EFBIG;
	}
	close(fd);
	if (r == 0)
		*ret_size = size;
	return r;
}

static void sight_tell(struct scan *scan, enum eye_sight sight, enum image_fault fault, unsigned before)
{
	static const char *const sentences[] = {
		[EYE_TOO_SLOW] = "reading it takes too long: make it smaller",
		[EYE_CRASHED] = "the program that read it died of it, alone: take it again",
	};
	if (sight == EYE_SAW) {
		scan->empty += decoder.taken + decoder.refused == before && !over(scan);
		return;
	}
	if (sight == EYE_FAILED) {
		say("no process can be confined to read images in: the limits of this account or the kernel forbid it");
		scan->status = EXIT_REFUSED;
		return;
	}
	scan->unreadable++;
	say("%s: %s", scan->image, sight == EYE_BAD_IMAGE ? image_fault_text(fault) : sentences[sight]);
}

static void image_scan(struct scan *scan, int dir, const char *name)
{
	size_t size = 0;
	scan->image = name;
	scan->images++;
	int r = image_load(dir, name, &size);
	if (r) {
		scan->unreadable++;
		say("%s: %s", name, r == -EFBIG ? "it is larger than 32 MiB: make it smaller" :
			r == -EINVAL ? "it is no ordinary file" : strerror(-r));
		return;
	}
	enum image_fault fault = IMAGE_OK;
	unsigned before = decoder.taken + decoder.refused;
	enum eye_sight sight = eye_look(file, size, &fault, text_take, scan);
	sight_tell(scan, sight, fault, before);
}

static bool time_is_up(const struct scan *scan)
{
	return scan->end_ns && clock_monotonic_ns() >= scan->end_ns;
}

static void folder_scan(struct scan *scan, const char *path, int fd)
{
	struct folder folder = { .fd = fd };
	do {
		int r = folder_look(&folder);
		if (r) {
			say("%s: %s", path, r == -E2BIG ? "more than 100000 images: sort them" : strerror(-r));
			scan->status = EXIT_REFUSED;
		}
		for (const char *name; !over(scan) && !time_is_up(scan) && (name = folder_next(&folder));)
			image_scan(scan, fd, name);
		if (scan->options->watch && !over(scan))
			usleep(LOOK_AGAIN_MS * 1000);
	} while (scan->options->watch && !over(scan) && !time_is_up(scan));
}

static void input_scan(struct scan *scan, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		folder_scan(scan, path, fd);
		close(fd);
	} else if (scan->options->watch) {
		say("--watch %s: %s", path, strerror(errno));
		scan->status = EXIT_USAGE;
	} else {
		image_scan(scan, AT_FDCWD, path);
	}
}

static bool all_write(int fd, const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size) {
		ssize_t n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static int payload_write(const struct options *options)
{
	struct ur_payload payload = ur_decoder_payload(&decoder);
	const char *type = ur_type_name(payload.type), *name = options->out ? options->out : "standard output";
	int fd = options->out ? open(options->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : STDOUT_FILENO;
	if (fd < 0) {
		say("%s cannot be made: %s%s", name, strerror(errno), errno == EEXIST ? "; name another file" : "");
		return EXIT_REFUSED;
	}
	bool good = !options->with_type || (all_write(fd, type, strlen(type)) && all_write(fd, "\n", 1));
	good = good && all_write(fd, payload.data, payload.size);
	if (options->out && (fsync(fd) < 0 || close(fd) < 0))
		good = false;
	if (!good) {
		say("%s cannot be written: %s", name, strerror(errno));
		return EXIT_REFUSED;
	}
	say("%s of %zu bytes arrived", type, payload.size);
	return EXIT_DONE;
}

static void summary_say(const struct scan *scan)
{
	say("%u images: %u good parts, %u of them again, %u images without a code, %u unreadable, %u other codes",
	    scan->images, decoder.taken, decoder.known, scan->empty, scan->unreadable, scan->foreign);
}

static int incomplete_say(const struct scan *scan)
{
	if (!decoder.started)
		say("no part was found%s: take sharper images of the whole code", scan->images ? "" : ", nor any image");
	else
		say("%u of %u parts are still missing%s: take more images and scan all of them", decoder.fragments - decoder.solved,
		    decoder.fragments, time_is_up(scan) ? " and the time is up" : "");
	return EXIT_INCOMPLETE;
}

int scan_run(const struct options *options)
{
	struct scan scan = { .options = options };
	unsigned seconds = options->timeout ? options->timeout : options->watch ? WATCH_SECONDS : 0;
	struct sandbox limits = { .privileges = PRIVILEGE_SPAWN }; // no core dumps, no tracer
	struct sandbox_report report;
	if (sandbox_enter(&limits, &report)) {
		say("the limits of this process cannot be set");
		return EXIT_REFUSED;
	}
	if (options->out && access(options->out, F_OK) == 0) {
		say("%s exists already: name another file", options->out);
		return EXIT_REFUSED;
	}
	scan.end_ns = seconds ? clock_monotonic_ns() + seconds * 1000000000ull : 0;
	ur_decoder_init(&decoder, memory, sizeof memory);
	eye_prepare();
	for (int i = 0; i < options->inputs_count && !over(&scan) && !time_is_up(&scan); i++)
		input_scan(&scan, options->inputs[i]);
	if (scan.images)
		summary_say(&scan);
	if (scan.status)
		return scan.status;
	return decoder.finished ? payload_write(options) : incomplete_say(&scan);
}
