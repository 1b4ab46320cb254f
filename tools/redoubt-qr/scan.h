// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/redoubt-qr/options.h"

// redoubt-qr scan: an exit status.
MUST_USE int scan_run(const struct options *options);
