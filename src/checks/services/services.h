// SPDX-License-Identifier: Apache-2.0
// The checks of SVC; services.c is their table.
#pragma once

#include "checks/checks.h"

void svc_01(struct examination *e); // services_units.c
void svc_02(struct examination *e); // services_running.c
void svc_03(struct examination *e);
void svc_06(struct examination *e);
void svc_04(struct examination *e); // services_sandbox.c
void svc_05(struct examination *e);

// The processes, or NULL after it has said why they are unknown.
const struct host_processes *found_processes(struct examination *e);

// leads.c: what a folder UNIT.d lays over its unit; whether a link leads out of systemd's folders; what dbus is told of.
void unit_drop_ins_read(struct examination *e, const char *folder);
bool unit_leads_out(const char *target);
void dbus_folders_read(struct examination *e);
