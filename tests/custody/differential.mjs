// SPDX-License-Identifier: Apache-2.0
// differential.mjs PART: ours against the others. SEED repeats a run; CASES, ROUNDS and KEYS change its length.
import { finish } from '../clients/tap.mjs';
import { Probe } from './probe.mjs';
import { Random, seed } from './random.mjs';
import { keys } from './keys.mjs';
import { transactions, segwit, taproot } from './transactions.mjs';
import { ceremonies } from './ceremonies.mjs';

const parts = {
  keys: [keys, process.env.KEYS ?? 1000],
  transactions: [transactions, process.env.CASES ?? 10000],
  segwit: [segwit, process.env.CASES ?? 10000],
  taproot: [taproot, process.env.CASES ?? 10000],
  ceremonies: [ceremonies, process.env.ROUNDS ?? 1],
};
const started = performance.now(), probe = new Probe();
console.log(`# SEED=${seed}`);
for (const name of process.argv.slice(2)) {
  const [run, count] = parts[name], from = performance.now();
  await run(probe, new Random(name), Number(count));
  console.log(`# ${name}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
}
console.log(`# ${probe.calls} calls in ${((performance.now() - started) / 1000).toFixed(1)} s`);
probe.end();
finish();
