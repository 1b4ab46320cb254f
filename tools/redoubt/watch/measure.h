// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bytes a second that SHA-256 does here on all processors together, from memory: the ceiling of an integrity pass.
double measure_sha256(void);
