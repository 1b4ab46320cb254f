// SPDX-License-Identifier: Apache-2.0
// The checks of PKG; packages.c is their table.
#pragma once

#include "checks/checks.h"

void pkg_01(struct examination *e); // packages_updates.c
void pkg_06(struct examination *e);
void pkg_02(struct examination *e); // packages_unattended.c
void pkg_03(struct examination *e); // packages_sources.c
void pkg_04(struct examination *e);
void pkg_05(struct examination *e);
