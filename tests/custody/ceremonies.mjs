// SPDX-License-Identifier: Apache-2.0
// Two implementations at one table: each template, each quorum, each peer; signed in turn and side by side, in
// both orders, joined, completed and extracted by either, and judged by a third.
import { test } from '../clients/tap.mjs';
import { hex, bytes } from './probe.mjs';
import { Wallet, templates } from './wallets.mjs';
import { create, make } from './cases.mjs';
import { peers, btc, bitcoin } from './peers.mjs';
import { difference } from './maps.mjs';
import { judge } from './judge.mjs';

// What a peer cannot do, and why. Nothing else is left out.
const cannot = {
  wallycore: {
    sign: (w) => w.leaf && 'signs taproot by its key path only',
    combine: (w) => w.leaf && "drops the other's signatures over leaves, which BIP371 does not allow",
    finalize: (w) => (w.leaf || w.unvault) && 'knows no multi_a leaf and no miniscript when completing',
  },
  scure: { finalize: (w) => w.unvault && 'completes unknown scripts by guessing: no miniscript' },
  bitcoinjs: { finalize: (w) => w.unvault && 'knows no miniscript' },
  bitcoinerlab: {},
};
export const able = (id, step, wallet) => !cannot[id][step]?.(wallet);

// Wally writes previous transactions again without their witnesses, which BIP174 neither asks for nor
// forbids: the pair differs, the transaction it names is the same.
const stripped = (id) => (pair, map) => id === 'wallycore' && map > 0 && pair.startsWith('00=');

export const ours = {
  sign: async (probe, psbt, wallet, n) => bytes((await probe.call('psbt-sign', psbt, wallet.slot, wallet.signers[n].slot))[1]),
  combine: async (probe, psbts) => (psbts.length === 1 ? psbts[0] : bytes((await probe.call('psbt-combine', ...psbts))[0])),
  finalize: async (probe, psbt) => bytes((await probe.call('psbt-finalize', psbt))[0]),
  extract: async (probe, psbt) => bytes((await probe.call('psbt-extract', psbt))[0]),
};

export const keys_of = (wallet, one, n) => one.inputs.map(({ place }) => wallet.signers[n].key(place.branch, place.index));

function same(what, a, b) {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what} differ:\n${hex(a)}\n${hex(b)}`);
}

// Ours and the peer's by turns; `first` says who begins.
async function sign(probe, peer, psbt, wallet, one, n, turn) {
  return turn % 2 === 0 ? ours.sign(probe, psbt, wallet, n) : Uint8Array.from(peer.sign(psbt, keys_of(wallet, one, n), wallet, n));
}

async function refuses(promise, pattern) {
  const why = await promise.then(() => 'it was done', (error) => error.message);
  if (!pattern.test(why)) throw new Error(`not refused by ${pattern}: ${why}`);
}

// Everything that may be done with a signed PSBT, by either: the transactions must be one.
async function complete(probe, id, psbt, wallet, one, who) {
  const peer = peers[id], results = [];
  const by_ours = await ours.finalize(probe, psbt);
  results.push(await ours.extract(probe, by_ours), peer.extract(by_ours));
  if (able(id, 'finalize', wallet)) {
    const by_peer = peer.finalize(psbt, wallet, one, who);
    results.push(await ours.extract(probe, by_peer), peer.extract(by_peer));
  }
  results.forEach((result) => same('extracted transactions', results[0], result));
  judge(wallet, results[0], one);
  return results.length;
}

async function table(probe, id, wallet, one, who, begins) {
  const peer = peers[id];
  const psbt = await create(probe, wallet, one);
  let done = 0;
  const again = difference(psbt, peer.again(psbt), stripped(id));
  if (again.length) throw new Error(`${peer.name} writes it differently:\n${again.join('\n')}\n${hex(psbt)}`);
  const turns = who.map((n, i) => [n, able(id, 'sign', wallet) ? i + begins : 0]);
  let walked = psbt;
  for (const [n, turn] of turns) {
    await refuses(ours.finalize(probe, walked), /signatures are missing/);
    walked = await sign(probe, peer, walked, wallet, one, n, turn);
  }
  done += await complete(probe, id, walked, wallet, one, who);
  const parts = [];
  for (const [n, turn] of turns) parts.push(await sign(probe, peer, psbt, wallet, one, n, turn));
  if (parts.length === 1) return done;
  for (const order of [parts, [...parts].reverse()]) {
    const joined = await ours.combine(probe, order);
    done += await complete(probe, id, joined, wallet, one, who);
    if (!able(id, 'combine', wallet)) continue;
    const by_peer = Uint8Array.from(peer.combine(order));
    const apart = difference(joined, by_peer, stripped(id));
    if (apart.length) throw new Error(`${peer.name} joins differently:\n${apart.join('\n')}\n${order.map(hex).join('\n')}`);
    done += await complete(probe, id, by_peer, wallet, one, who);
  }
  return done;
}

// bitcoinerlab completes only what it could have made itself: no lock time, replaceable.
export function plain(one) {
  one.tx.locktime = 0;
  for (const [i, input] of one.inputs.entries()) if (input.sequence !== 144) one.tx.ins[i].sequence = input.sequence = 0xfffffffd;
  one.tx.version = 2;
  one.unsigned = one.tx.toBuffer();
  return one;
}

async function made_by_peer(probe, wallet, one, who) {
  const psbt = peers.bitcoinerlab.create(wallet, plain(one), who);
  const places = await probe.call('psbt-places', psbt, wallet.slot);
  one.inputs.forEach(({ place }, i) => {
    if (places[i] !== `${place.branch}/${place.index}`) throw new Error(`input ${i} is not recognised: ${places[i]}\n${hex(psbt)}`);
  });
  let signed = psbt;
  for (const n of who) signed = await ours.sign(probe, signed, wallet, n);
  return complete(probe, 'bitcoinerlab', signed, wallet, one, who);
}

// Version 2 (BIP370), which @scure/btc-signer writes: read, signed and completed by either.
async function version_2(probe, wallet, one, who) {
  const options = { allowUnknownOutputs: true, allowUnknownInputs: true, unknown: 'ignore' };
  if (one.tx.version < 2) plain(one); // BIP370 knows no version 1
  const v2 = btc.Transaction.fromPSBT(await create(probe, wallet, one), options).toPSBT(2);
  let signed = v2;
  for (const [i, n] of who.entries()) signed = await sign(probe, peers.scure, signed, wallet, one, n, i);
  const [version] = await probe.call('psbt', signed);
  if (version !== '2') throw new Error(`version ${version}`);
  const v0 = btc.Transaction.fromPSBT(signed, options).toPSBT(0);
  const a = await ours.extract(probe, await ours.finalize(probe, signed)), b = await ours.extract(probe, await ours.finalize(probe, v0));
  same('transactions of versions 2 and 0', a, b);
  judge(wallet, a, one);
  return 2;
}

export async function ceremonies(probe, random, rounds) {
  for (const name of Object.keys(templates)) {
    const wallet = await Wallet.make(probe, name, random), [way] = wallet.ways;
    await wallet.fill(random, 6);
    for (const id of Object.keys(peers)) {
      let done = 0;
      const left = Object.entries(cannot[id]).map(([step, why]) => (why(wallet) ? ` (${step} left out: ${why(wallet)})` : '')).join('');
      await test(`${name}: ours and ${peers[id].name}, both orders, ${rounds} quorums${left}`, async () => {
        for (let round = 0; round < rounds; round++) {
          const one = make(random, wallet, way, 2);
          if (id === 'bitcoinerlab') plain(one);
          done += await table(probe, id, wallet, one, random.some(way.who, way.need), round % 2);
        }
      });
      console.log(`# ${done} transactions completed, all as one`);
    }
    await test(`${name}: made by @bitcoinerlab/descriptors, signed by ours`, async () => {
      for (let i = 0; i < rounds; i++) await made_by_peer(probe, wallet, make(random, wallet, way, 2), random.some(way.who, way.need));
    });
    await test(`${name}: PSBT version 2 of @scure/btc-signer`, async () => {
      for (let i = 0; i < rounds; i++) await version_2(probe, wallet, make(random, wallet, way, 2), random.some(way.who, way.need));
    });
  }
}
