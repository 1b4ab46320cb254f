// SPDX-License-Identifier: Apache-2.0
// One line a message to standard error, RFC 5424 severities as a prefix that
// systemd understands: "<6>engine[123]: text". Daemons and tools log; libraries never do.
#pragma once

#include "base/base.h"

enum log_severity { LOG_ALERT = 1, LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

#define LOG_LINE_MAX 1024 // longer lines are cut

// Names this process in every following line. `name` must stay valid.
void log_open(const char *name);

// Never pass a secret or a customer's data. Control characters are escaped.
void log_write(enum log_severity severity, const char *format, ...) PRINTF_LIKE(2, 3);
