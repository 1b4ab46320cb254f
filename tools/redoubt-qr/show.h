// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/redoubt-qr/options.h"

// redoubt-qr show: an exit status.
MUST_USE int show_run(const struct options *options);
