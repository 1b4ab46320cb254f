// SPDX-License-Identifier: Apache-2.0
// LOG-03: whether our own log is the one that the backups saw.
#include "checks/logs/logs.h"
#include "checks/look.h"

#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

// tile/0/000, tile/0/x001/000.p/7: the leaf hashes of our log, 256 to a tile (C2SP tlog-tiles).
static const char *tile_path(struct host *h, const char *folder, uint64_t n, unsigned width)
{
	const char *path = host_print(h, "%03u", (unsigned)(n % 1000));
	for (n /= 1000; n; n /= 1000)
		path = host_print(h, "x%03u/%s", (unsigned)(n % 1000), path);
	path = host_print(h, "%s/log/tile/0/%s", folder, path);
	return width < 256 ? host_print(h, "%s.p/%u", path, width) : path;
}

static bool leaf_find(struct host *h, const char *folder, uint64_t index, uint8_t leaf[SHA256_SIZE])
{
	size_t at = (size_t)(index % 256) * SHA256_SIZE;
	for (unsigned width = 256; width > index % 256; width--) {
		const struct host_file *f = host_file(h, tile_path(h, folder, index / 256, width));
		if (f->error || f->size < at + SHA256_SIZE)
			continue;
		memcpy(leaf, f->text + at, SHA256_SIZE);
		return true;
	}
	return false;
}

#define PUBLISHED_S 60 // the audit daemon follows the journal; a backup may be ahead of it for a moment
struct anchor { const char *path; uint64_t blocks, made_us; uint8_t leaf[SHA256_SIZE]; };

// The newest manifest at a destination says how far the journal reached, and the last block's leaf hash.
static bool anchor_read(struct host *h, const char *folder, uint64_t number, struct anchor *ret)
{
	char hex[65];
	ret->path = host_print(h, "%s/manifests/%020" PRIu64, folder, number);
	const char *at = strstr(host_file(h, ret->path)->text, "\ntime ");
	return at && sscanf(at, "\ntime %" SCNu64 "\njournal %" SCNu64 " %*u %64[0-9a-f]", &ret->made_us, &ret->blocks, hex) == 3 &&
	       !hex_decode(hex, strlen(hex), ret->leaf, SHA256_SIZE);
}

static void anchor_judge(struct examination *e, const char *exchange, const struct anchor *a)
{
	uint8_t leaf[SHA256_SIZE];
	if (!a->blocks)
		return;
	bool there = leaf_find(e->host, exchange, a->blocks - 1, leaf);
	if (!there && a->made_us / 1000000 + PUBLISHED_S > host_now(e->host))
		found_unknown(e, "%s/log has no leaf %" PRIu64 " yet: the backup that has it is seconds old", exchange, a->blocks - 1);
	else if (!there)
		found_fail(e, NULL, "%s/log has no leaf %" PRIu64 ", which %s has: the log was cut", exchange, a->blocks - 1, a->path);
	else if (memcmp(leaf, a->leaf, SHA256_SIZE))
		found_fail(e, NULL, "leaf %" PRIu64 " of %s/log is not the one in %s: the log was rewritten", a->blocks - 1, exchange, a->path);
	else
		found_read(e, "leaf %" PRIu64 " of %s/log is that of %s", a->blocks - 1, exchange, a->path);
}

static size_t anchors_judge(struct examination *e, const char *exchange)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/status", exchange));
	json_t *status = json_loadb(f->text, f->size, 0, NULL), *d;
	size_t i, judged = 0;
	json_array_foreach(json_object_get(status, "destinations"), i, d) {
		const char *folder = json_string_value(json_object_get(d, "folder"));
		struct anchor a;
		if (!folder || !anchor_read(e->host, folder, (uint64_t)json_integer_value(json_object_get(d, "manifest")), &a))
			continue;
		anchor_judge(e, exchange, &a);
		judged++;
	}
	json_decref(status);
	return judged;
}

void log_03(struct examination *e)
{
	const char *exchange[LOG_EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, LOG_EXCHANGES_MAX);
	if (found_manifest(e) && !count)
		found_not_applicable(e, "the manifest names no exchange on this host (backup-catalogue)");
	for (size_t i = 0; i < count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/log/checkpoint", exchange[i]));
		if (f->error == -ENOENT)
			found_fail(e, NULL, "there is no %s", f->path);
		else if (found_file(e, f) && !anchors_judge(e, exchange[i]))
			found_unknown(e, "%s: no destination of the backups has a manifest to compare the log with", exchange[i]);
	}
}
