// SPDX-License-Identifier: Apache-2.0
// src/evm against ethers and viem over random cases, on two threads.
//   node differential.mjs [--seed S] [--share N] [--case KIND:INDEX]
// --share 10 runs a tenth of the cases; --case runs one, as a failure prints it.
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

import * as contents from './compare_contents.mjs';
import { compareMutation } from './compare_mutations.mjs';
import { compareTransaction } from './compare_transactions.mjs';
import { startProbe } from './probe.mjs';
import { randomOf } from './random.mjs';
import { finish, test } from './tap.mjs';

const THREADS = 2, CHUNK = 250, AT_ONCE = 8;
const comparisons = {
  legacy: [10000, compareTransaction, 'legacy transactions without a chain id: payload, digest, signature, bytes, sender'],
  eip155: [10000, compareTransaction, 'EIP-155 transactions: the same'],
  eip2930: [10000, compareTransaction, 'EIP-2930 transactions: the same'],
  eip1559: [10000, compareTransaction, 'EIP-1559 transactions: the same'],
  mutation: [6000, compareMutation, 'altered transactions: read as the same, refused by all, or for a reason that has a name'],
  call: [4050, contents.compareCall, 'calls of every function that is known: encoded and decoded'],
  'broken-call': [4050, contents.compareBrokenCall, 'altered calls: read as the same or refused'],
  typed: [1500, contents.compareTyped, 'EIP-712 data of random types'],
  'broken-typed': [120, contents.compareBrokenTyped, 'EIP-712 values that are not of their type: refused'],
  'safe-tx': [2500, contents.compareSafeTx, 'SafeTx digests'],
  message: [1500, contents.compareMessage, 'EIP-191 messages: digest, signature, recovery'],
  address: [3000, contents.compareAddress, 'EIP-55 addresses, CREATE and CREATE2'],
  rlp: [4000, contents.compareRlp, 'RLP there and back, and altered'],
  words: [150, contents.compareWords, "keys at m/44'/60'/0'/0/i out of BIP39 words"],
};

const runCase = (probe, seed, kind, index, counts) => comparisons[kind][1](randomOf(seed, kind, index), kind, index, probe, counts);

async function runChunk(probe, seed, { kind, from, to }) {
  const counts = {}, failures = [];
  let next = from;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < to) {
      const index = next++;
      try { await runCase(probe, seed, kind, index, counts); } catch (error) { failures.push({ index, what: error.message.slice(0, 2000) }); }
    }
  }));
  return { kind, counts, failures, done: to - from };
}

if (!isMainThread) {
  const probe = startProbe();
  parentPort.on('message', async chunk => {
    if (chunk) parentPort.postMessage(await runChunk(probe, workerData.seed, chunk));
    else { probe.stop(); parentPort.close(); }
  });
} else {
  await main();
}

// Hands out the chunks; each thread asks for the next with its answer.
async function runAll(seed, chunks, results) {
  await Promise.all(Array.from({ length: THREADS }, () => new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { seed } });
    const next = () => worker.postMessage(chunks.shift() ?? null);
    worker.on('message', answer => { results[answer.kind].push(answer); next(); });
    worker.on('error', reject).on('exit', resolve);
    next();
  })));
}

async function main() {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, share: { type: 'string', default: '1' }, case: { type: 'string' } } });
  const seed = values.seed ?? String(Date.now());
  if (values.case) return runOne(seed, ...values.case.split(':'));
  console.log(`# seed ${seed}`);
  const started = performance.now(), chunks = [], results = {};
  for (const [kind, [cases]] of Object.entries(comparisons)) {
    const all = Math.ceil(cases / Number(values.share));
    results[kind] = [];
    for (let from = 0; from < all; from += CHUNK) chunks.push({ kind, from, to: Math.min(from + CHUNK, all) });
  }
  await runAll(seed, chunks, results);
  for (const [kind, [, , what]] of Object.entries(comparisons)) await test(what, () => report(seed, kind, results[kind]));
  console.log(`# ${Math.round((performance.now() - started) / 1000)} s`);
  finish();
}

function report(seed, kind, answers) {
  const failures = answers.flatMap(a => a.failures), cases = answers.reduce((n, a) => n + a.done, 0), counts = {};
  for (const answer of answers)
    for (const [what, n] of Object.entries(answer.counts)) counts[what] = (counts[what] ?? 0) + n;
  for (const what of Object.keys(counts).sort()) console.log(`# ${counts[what]} ${what}`);
  if (failures.length)
    throw new Error(`${failures.length} of ${cases} cases differ; the first:\n` + failures.slice(0, 3).map(f =>
      `node tests/custody-evm/differential.mjs --seed ${seed} --case ${kind}:${f.index}\n${f.what}`).join('\n'));
  return `${cases} cases`;
}

async function runOne(seed, kind, index) {
  const probe = startProbe(), counts = {};
  await test(`${kind}:${index} of seed ${seed}`, () => runCase(probe, seed, kind, Number(index), counts));
  console.log(`# ${JSON.stringify(counts)}`);
  finish();
}
