// SPDX-License-Identifier: Apache-2.0
// The demo keys that `redoubt init --demo` wrote, and where the exchange listens.
import { readFileSync } from 'node:fs';

export const url = process.argv[2];
const { keys } = JSON.parse(readFileSync(process.argv[3], 'utf8'));

export function key(label, kind = 'HMAC') {
  const found = keys.find((k) => k.label === label && k.kind === kind);
  if (!found) throw new Error(`no ${kind} key labelled ${label} in ${process.argv[3]}`);
  return found;
}
