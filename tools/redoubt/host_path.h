// SPDX-License-Identifier: Apache-2.0
// A file that the operator names on the command line: on the running host it is taken from the current directory, as
// everywhere else; with another root it lies beneath that root.
#pragma once

#include "host/host.h"

const char *operator_path(struct host *h, const char *path);
