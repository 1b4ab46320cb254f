// SPDX-License-Identifier: Apache-2.0
// apt.conf(5): every file in apt's order, flattened to "A::B::C" and its value.
#pragma once

#include "host/host.h"

struct apt_setting { const char *name, *value; }; // list items have the list's name

struct apt_settings {
	size_t count, room;
	struct apt_setting *setting;
	const char *unclear; // a line that was not understood, or NULL
};

// /etc/apt/apt.conf.d/* in order, then /etc/apt/apt.conf. Lives as long as the host.
const struct apt_settings *apt_settings_read(struct host *h);
// One text into `to`, for the files and for tests.
void apt_settings_add(struct host *h, struct apt_settings *to, const char *name, const char *text);
// The last value of a name, in any case; NULL: it is not set.
const char *apt_setting(const struct apt_settings *s, const char *name);

// What apt takes a value for: numbers as C writes them, yes/true/with/on/enable, no/false/without/off/disable, in any case.
enum apt_truth { APT_NO, APT_YES, APT_UNSAID };
enum apt_truth apt_truth(const char *value);
