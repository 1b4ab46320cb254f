// SPDX-License-Identifier: Apache-2.0
// The table of commands: what the tool can do, and all of its help.
#include "command.h"

const struct command commands[] = {
	{ "init", "--demo | --production [options]", "Make the directory of a new exchange",
	  "  --demo                  test money, a self-signed certificate, two customers whose keys are printed\n"
	  "  --production            needs a release build and a certificate that clients can check\n"
	  "  --listen ADDRESS:PORT   where the gateway listens (127.0.0.1:8443)\n"
	  "  --origin NAME           name of the transparency log (redoubt.local/demo)\n"
	  "  --certificate FILE --certificate-key FILE   PEM\n"
	  "  --customers N --orders N   capacities, fixed for the life of the exchange",
	  command_init },
};
const size_t command_count = ARRAY_LEN(commands);
