// SPDX-License-Identifier: Apache-2.0
// What dpkg says about a file: which package it came with, and whether that package was installed after a moment.
// Root can rewrite all of it, so it can explain a change but never vouch for one: docs/PROTOCOL.baseline.md.
#pragma once

#include "host/host.h"

struct dpkg;

// Reads info/*.md5sums, the conffiles of status, and dpkg.log with dpkg.log.1. Lives as long as the host.
// NULL: there is no dpkg database.
struct dpkg *dpkg_open(struct host *h);
// How many files have a recorded digest.
size_t dpkg_file_count(const struct dpkg *d);

struct dpkg_file { const char *package, *md5, *record; bool configuration; }; // record: the file that says so
// NULL: no package recorded a digest of it. /bin/x and /usr/bin/x are the same.
const struct dpkg_file *dpkg_file(const struct dpkg *d, const char *path);

// Whether the log says that the version which is installed now was installed at or after this moment.
bool dpkg_installed_since(const struct dpkg *d, const char *package, uint64_t since);
// Whether anything at all was installed, upgraded or removed since.
bool dpkg_busy_since(const struct dpkg *d, uint64_t since);
// Whether this moment lies within a run of dpkg (or at most 120 s behind its last line) that ended after `since`.
bool dpkg_running_at(const struct dpkg *d, uint64_t moment, uint64_t since);
// Whether a package that was installed since then lists the path (its .list).
bool dpkg_listed_since(struct dpkg *d, const char *path, uint64_t since);

// Which package lists the path now; NULL: none. Of several, one: a file that all of them share goes when all are gone.
const char *dpkg_owner(struct dpkg *d, const char *path);
// Whether this package, which had the path, can have taken it away: the log says that it was removed or installed since, and
// its list does not have the path any more.
bool dpkg_took(struct dpkg *d, const char *package, const char *path, uint64_t since);

// dpkg's records are not signed, so they must at least be dpkg's own work: written while dpkg ran, by a run that the log
// names this very package in.
bool dpkg_record_explained(const struct dpkg *d, const char *path, uint64_t since); // a file of dpkg's info folder
bool dpkg_vouches_since(const struct dpkg *d, const struct dpkg_file *f, uint64_t since); // what it says of a file
