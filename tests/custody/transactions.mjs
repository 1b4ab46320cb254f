// SPDX-License-Identifier: Apache-2.0
// Many random transactions: their bytes, ids, sizes and signature digests, and for each template PSBTs that
// are written, read, signed and verified by ours and by others in turn.
process.env.NODE_BACKEND = 'js';
import { createRequire } from 'node:module';
import { test } from '../clients/tap.mjs';
import { hex, bytes } from './probe.mjs';
import { Wallet } from './wallets.mjs';
import { create, make } from './cases.mjs';
import { peers, bitcoin, ecc, btc, wally } from './peers.mjs';
import { difference } from './maps.mjs';

const TX = createRequire(import.meta.url)('bcoin/lib/primitives/tx');
const text = (buffer) => Buffer.from(buffer).toString('hex');
const reversed = (buffer) => text(Buffer.from(buffer).reverse());

// Runs `count` cases, many of them on the way at once, so that both sides of the pipe work.
async function many(count, body) {
  const running = new Set();
  let failure;
  for (let i = 0; i < count && !failure; i++) {
    const one = body(i).catch((error) => (failure ??= error)).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= 64) await Promise.race(running);
  }
  await Promise.all(running);
  if (failure) throw failure;
}

function equal(what, ours, theirs, input) {
  if (ours !== theirs) throw new Error(`${what}: ours ${ours}, theirs ${theirs}\n${input}`);
}

// Any shape that the wire allows, with and without witnesses.
function wild(random) {
  const tx = new bitcoin.Transaction();
  tx.version = random.of([1, 2, 2, random.u32() & 0x7fffffff]);
  tx.locktime = random.of([0, random.u32()]);
  const blob = () => random.bytes(random.of([0, 1, random.below(80), random.below(300)]));
  for (let i = random.between(1, random.of([1, 3, 12])); i > 0; i--) tx.addInput(random.bytes(32), random.of([random.below(9), random.u32()]), random.u32(), random.below(2) ? blob() : undefined);
  for (let i = random.between(1, random.of([1, 3, 12])); i > 0; i--) tx.addOutput(blob(), random.amount(2_100_000_000_000_000n));
  if (random.below(3)) for (let i = 0; i < tx.ins.length; i++) tx.setWitness(i, Array.from({ length: random.below(5) }, blob));
  return tx;
}

// How each of the others sees the same bytes: [bytes, id, witness id, weight] as far as it says.
const readers = {
  'bitcoinjs-lib': (raw) => {
    const tx = bitcoin.Transaction.fromBuffer(raw);
    return [text(tx.toBuffer()), tx.getId(), reversed(tx.getHash(true)), tx.weight()];
  },
  bcoin: (raw) => {
    const tx = TX.fromRaw(Buffer.from(raw));
    return [text(tx.toRaw()), tx.txid(), tx.wtxid(), tx.getWeight()];
  },
  '@scure/btc-signer': (raw) => {
    const tx = btc.Transaction.fromRaw(raw, { allowUnknownOutputs: true, allowUnknownInputs: true, disableScriptCheck: true, allowUnknownVersion: true });
    return [tx.hex, tx.id];
  },
  wallycore: (raw) => {
    const tx = wally.tx_from_bytes(raw, wally.WALLY_TX_FLAG_USE_WITNESS);
    try {
      return [text(wally.tx_to_bytes(tx, wally.WALLY_TX_FLAG_USE_WITNESS)), reversed(wally.tx_get_txid(tx)), undefined, wally.tx_get_weight(tx)];
    } finally {
      wally.tx_free(tx);
    }
  },
};

async function wire(probe, random, count) {
  const names = Object.keys(readers);
  for (const name of names) {
    await test(`transactions on the wire: ours and ${name}: ${count}`, () =>
      many(count, async () => {
        const raw = wild(random).toBuffer(), said = readers[name](raw), input = hex(raw);
        const [again, id, witness_id, , , weight, vsize] = await probe.call('tx', raw);
        equal('bytes', again, input, input);
        said.forEach((theirs, i) => theirs !== undefined && equal(['bytes', 'txid', 'wtxid', 'weight'][i], [again, id, witness_id, Number(weight)][i], theirs, `${name} ${input}`));
        equal('virtual size', Number(vsize), Math.ceil(Number(weight) / 4), input);
      }));
  }
}

async function digests(probe, random, count) {
  const types = [1, 2, 3, 0x81, 0x82, 0x83];
  await test(`BIP143 digests: ours and bitcoinjs-lib: ${count}`, () =>
    many(count, async () => {
      const tx = wild(random), raw = tx.toBuffer(), i = random.below(tx.ins.length), type = random.of(types);
      const code = random.bytes(random.between(1, 120)), value = random.amount(2_100_000_000_000_000n);
      const [digest] = await probe.call('sighash0', raw, i, code, value, type);
      equal(`digest of input ${i}, type ${type}, value ${value}, code ${hex(code)}`, digest, text(tx.hashForWitnessV0(i, code, value, type)), hex(raw));
    }));
  await test(`BIP341 and BIP342 digests: ours and bitcoinjs-lib: ${count}`, () =>
    many(count, async () => {
      const tx = wild(random), raw = tx.toBuffer(), i = random.below(tx.ins.length);
      const type = random.of([0, ...types].filter((t) => (t & 3) !== 3 || i < tx.outs.length));
      const leaf = random.below(2) ? random.bytes(32) : undefined;
      const scripts = tx.ins.map((_, n) => (n === i ? Uint8Array.from([0x51, 32, ...random.bytes(32)]) : random.bytes(random.between(1, 40)))), values = tx.ins.map(() => random.amount(10n ** 14n));
      const [digest] = await probe.call('sighash1', raw, i, leaf ?? '-', type, ...values.flatMap((v, n) => [v, scripts[n]]));
      equal(`digest of input ${i}, type ${type}, leaf ${leaf && hex(leaf)}, values ${values}, scripts ${scripts.map(hex)}`, digest, text(tx.hashForWitnessV1(i, scripts, values, type, leaf)), hex(raw));
    }));
}

// One signature of a PSBT, against another's digest and curve.
function verify(psbt, wallet, one, signer) {
  const read = bitcoin.Psbt.fromBuffer(psbt), scripts = one.inputs.map((i) => i.place.script), values = one.inputs.map((i) => i.value);
  const i = one.inputs.length - 1, input = read.data.inputs[i], place = one.inputs[i].place;
  const key = signer.key(place.branch, place.index);
  if (wallet.taproot) {
    const { signature, leafHash } = wallet.leaf ? input.tapScriptSig[0] : { signature: input.tapKeySig };
    return ecc.verifySchnorr(one.tx.hashForWitnessV1(i, scripts, values, 0, leafHash), wallet.leaf ? key.publicKey.slice(1) : place.script.slice(2), signature);
  }
  const { pubkey, signature } = input.partialSig[0];
  const code = place.inner.length ? place.inner : Uint8Array.from(Buffer.from(`76a914${text(place.script.slice(2))}88ac`, 'hex'));
  const digest = one.tx.hashForWitnessV0(i, code, values[i], 1), decoded = bitcoin.script.signature.decode(signature);
  if (Buffer.compare(pubkey, key.publicKey) !== 0) return false;
  return Buffer.compare(decoded.signature, ecc.sign(digest, key.privateKey)) === 0; // RFC 6979: the very same
}

// @scure/btc-signer checks every key in plain JavaScript: it reads each tenth.
const reader_of = (i) => (i % 10 === 0 ? 'scure' : i % 2 ? 'wallycore' : 'bitcoinjs');

async function psbts(probe, random, name, count) {
  const wallet = await Wallet.make(probe, name, random), [way] = wallet.ways;
  await wallet.fill(random, 12);
  await test(`PSBTs of ${name}: written, read by each in turn, signed, verified: ${count}`, () =>
    many(count, async (i) => {
      const one = make(random, wallet, way, 2), n = random.of(way.who), id = reader_of(i), last = one.inputs.length - 1;
      const psbt = await create(probe, wallet, one);
      const apart = difference(psbt, peers[id].again(psbt), (pair, map) => id === 'wallycore' && map > 0 && pair.startsWith('00='));
      if (apart.length) throw new Error(`${id} writes it differently:\n${apart.join('\n')}\n${hex(psbt)}`);
      const { branch, index } = one.inputs[last].place, key = wallet.signers[n].key(branch, index);
      const [[, , , txid, again], [fee], [signed]] = await Promise.all([
        probe.call('psbt', psbt),
        probe.call('psbt-fee', psbt),
        probe.call('psbt-sign-key', psbt, last, key.privateKey),
      ]);
      equal('bytes', again, hex(psbt), 'written again');
      equal('id', txid, one.tx.getId(), hex(psbt));
      equal('fee', BigInt(fee), one.fee, hex(psbt));
      if (!verify(bytes(signed), wallet, one, wallet.signers[n])) throw new Error(`a signature differs or is false\n${signed}`);
      if (i % 16 === 0) await by_descriptor(probe, wallet, one, n, psbt);
    }));
}

// The same by descriptor and master key, which derives every key anew.
async function by_descriptor(probe, wallet, one, n, psbt) {
  const expected = [...one.inputs, ...one.outputs].map(({ place }) => (place ? `${place.branch}/${place.index}` : '-'));
  const [places, [signatures, signed]] = await Promise.all([
    probe.call('psbt-places', psbt, wallet.slot),
    probe.call('psbt-sign', psbt, wallet.slot, wallet.signers[n].slot),
  ]);
  equal('places', places.join(' '), expected.join(' '), hex(psbt));
  equal('signatures', Number(signatures), one.inputs.length, hex(psbt));
  if (!verify(bytes(signed), wallet, one, wallet.signers[n])) throw new Error(`a signature differs or is false\n${signed}`);
}

export async function transactions(probe, random, count) {
  await wire(probe, random, count);
  await digests(probe, random, count);
}

// `count` of each kind of output, shared among its quorums and ways.
async function kinds(probe, random, count, list) {
  for (const names of list) for (const name of names) await psbts(probe, random, name, Math.ceil(count / names.length));
}

export const segwit = (probe, random, count) =>
  kinds(probe, random, count, [['wpkh'], ['2-of-3', '3-of-5', '4-of-7'], ['unvault, cancel', 'unvault, pay']]);
export const taproot = (probe, random, count) => kinds(probe, random, count, [['tr key'], ['tr 2-of-3', 'tr 3-of-5']]);
