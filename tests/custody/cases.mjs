// SPDX-License-Identifier: Apache-2.0
// Random transactions that spend a wallet's outputs, each with the previous transactions that its inputs name.
import { Transaction } from 'bitcoinjs-lib';

const money = 2_100_000_000_000_000n;

function foreign_script(random) {
  const sizes = { '0014': 20, '0020': 32, '5120': 32, '76a914': 20, 'a914': 20 };
  const ends = { '76a914': '88ac', 'a914': '87' };
  const begin = random.of(Object.keys(sizes));
  return Uint8Array.from(Buffer.concat([Buffer.from(begin, 'hex'), random.bytes(sizes[begin]), Buffer.from(ends[begin] ?? '', 'hex')]));
}

function previous(random, place, value) {
  const tx = new Transaction();
  tx.version = random.of([1, 2, 2]);
  tx.locktime = random.of([0, 0, random.u32()]);
  for (let i = random.between(1, 2); i > 0; i--) {
    tx.addInput(random.bytes(32), random.below(5), random.u32(), random.bytes(random.below(24)));
    if (random.below(2)) tx.setWitness(tx.ins.length - 1, [random.bytes(random.between(1, 72)), random.bytes(33)]);
  }
  const vout = random.below(3);
  for (let i = 0; i < vout; i++) tx.addOutput(foreign_script(random), random.amount(10n ** 9n));
  tx.addOutput(place.script, value);
  for (let i = random.below(2); i > 0; i--) tx.addOutput(foreign_script(random), random.amount(10n ** 9n));
  return { bytes: tx.toBuffer(), id: tx.getHash(), vout };
}

// { unsigned, inputs: [{ place, value, previous, vout, ... }], outputs: [{ place or null, ... }] }
export function make(random, wallet, way, inputs_max = 3) {
  const tx = new Transaction(), inputs = [], outputs = [];
  tx.version = way.sequence ? 2 : random.of([1, 2, 2, 2]);
  tx.locktime = random.of([0, 0, random.below(500000000), 500000000 + random.below(2 ** 30)]);
  let sum = 0n;
  for (let i = random.of([1, 1, 1, random.between(1, inputs_max)]); i > 0; i--) {
    const place = random.of(wallet.places), value = 1000n + random.amount(money / 8n), from = previous(random, place, value);
    const sequence = way.sequence ?? random.of([0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffd]);
    tx.addInput(from.id, from.vout, sequence);
    inputs.push({ place, value, previous: from.bytes, vout: from.vout, sequence });
    sum += value;
  }
  for (let i = random.of([1, 2, 2, 2, random.between(1, 5)]); i > 0; i--) {
    const own = random.below(4) === 0, place = own ? random.of(wallet.places) : null;
    const value = i === 1 ? sum - random.amount(sum < 50000n ? sum : 50000n) : random.amount(sum);
    const script = own ? place.script : foreign_script(random);
    tx.addOutput(script, value);
    outputs.push({ place, value, script });
    sum -= value;
  }
  return { tx, unsigned: tx.toBuffer(), inputs, outputs, fee: sum };
}

const where = (place) => (place ? `${place.branch}/${place.index}` : '-');

// Ours makes a PSBT of it, with all that the descriptor says.
export async function create(probe, wallet, one) {
  const words = one.inputs.flatMap((input) => [input.previous, where(input.place)]);
  const [text] = await probe.call('psbt-create', one.unsigned, wallet.slot, ...words, ...one.outputs.map((o) => where(o.place)));
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
