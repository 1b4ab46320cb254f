// SPDX-License-Identifier: Apache-2.0
// Planted bugs: the simulator must find each. They exist only in its own build:
// sim/meson.build compiles a few production files again with plant_release.h or plant_frames.h
// in front, which put a wrapper where the bug goes. Production sources know nothing of it.
#pragma once

enum plant { PLANT_NONE, PLANT_ACK_BEFORE_SYNC, PLANT_DOUBLE_RELEASE, PLANT_SKIP_CRC };

extern enum plant plant;
