// SPDX-License-Identifier: Apache-2.0
// The checks of NET; network.c is their table.
#pragma once

#include "checks/checks.h"

void net_01(struct examination *e); // network_rules.c
void net_02(struct examination *e);
void net_04(struct examination *e);
void net_08(struct examination *e);
void net_11(struct examination *e);
void net_03(struct examination *e); // network_sets.c
void net_16(struct examination *e);
void net_05(struct examination *e); // network_listen.c
void net_06(struct examination *e);
void net_13(struct examination *e);
void net_07(struct examination *e); // network_origin.c
void net_09(struct examination *e); // network_saved.c
void net_15(struct examination *e); // network_kernel.c
void net_12(struct examination *e); // network_daemons.c
void net_10(struct examination *e); // network_gateway.c
void net_14(struct examination *e);

// network_probes.c: whom the rules let in (web: on ports 80 and 443; else on all others), and which users out.
struct manifest;
struct ruleset;
void strangers_judge(struct examination *e, const struct manifest *m, const struct ruleset *r, bool web);
const char *stranger_way_in(struct examination *e, const struct manifest *m, const struct ruleset *r, bool v6, bool udp, uint16_t port);
void callers_judge(struct examination *e, const struct manifest *m, const struct ruleset *r);

// A user's number by /etc/passwd.
bool network_user(struct host *h, const char *name, uid_t *ret);

// network_hidden.c: what the lists of listeners do not show; of one user, or all (NULL).
struct host_process;
void hidden_sockets_judge(struct examination *e, const uid_t *only);
void connections_judge(struct examination *e, uid_t uid, const char *name);
void namespaces_judge(struct examination *e, const struct manifest *m);
void engine_namespace_judge(struct examination *e, const struct host_process *p);

// The sockets, or NULL after it has said why they are unknown.
const struct host_sockets *found_sockets(struct examination *e);
