// SPDX-License-Identifier: Apache-2.0
// ENV: whether production is only production.
#include "host/checks.h"

const struct check environment_checks[] = {
	{ "ENV-01", SEVERITY_HIGH, "S",
	  "Production has no tools for building and testing",
	  "no compilers, debuggers, test units, test databases or testnet endpoints",
	  "they are the intruder's tool-box",
	  "apt-get purge PACKAGE", NULL },
	{ "ENV-02", SEVERITY_HIGH, "S",
	  "No credentials are shared between environments",
	  "an environment marker; fingerprints differ from development's",
	  "development leaks first",
	  "rotate the credential", NULL },
	{ "ENV-03", SEVERITY_HIGH, "S",
	  "Development and test are not public",
	  "no public listener on a host of role test or development",
	  "they have weak passwords and real data",
	  "shut the port in the firewall", NULL },
};
const size_t environment_check_count = ARRAY_LEN(environment_checks);
