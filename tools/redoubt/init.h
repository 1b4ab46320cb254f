// SPDX-License-Identifier: Apache-2.0
// Between init.c, which founds an exchange, and init_report.c, which says what was founded.
#pragma once

#include "genesis.h"
#include "production/production.h"
#include "site.h"

struct init {
	const char *origin, *certificate, *certificate_key, *customers, *orders, *listen, *trust, *manifest, *client_ca;
	bool demo, production;
	struct site site;
	struct chain_facts chain; // production
	char listen_text[LISTEN_TEXT], name[SITE_NAME_MAX + 1];
	char *client_ca_pem; // NULL: everybody is let in who finds the listener
};

// Keeps a demo's keys in its directory. 0 or negative errno.
MUST_USE int init_demo_keys(const struct demo_keys *keys);
// To people, or one object with --json. A demo's keys are shown this once.
void init_report(const struct init *in, const struct demo_keys *keys);
