// SPDX-License-Identifier: Apache-2.0
// redoubt-history --rebuild --dir DIR: drops the query database of a stopped
// exchange and makes it anew from the journal alone, from its first entry.
#pragma once

#include "base/base.h"

int rebuild_main(int argc, char **argv); // returns an exit status
