// SPDX-License-Identifier: Apache-2.0
// Who says at the end whether a transaction may spend what it spends: for segwit version 0 bcoin's script
// interpreter, for taproot the rules of BIP341 and BIP342 over bitcoinjs-lib's hashes, as far as multi_a goes.
process.env.NODE_BACKEND = 'js';
import { createRequire } from 'node:module';
import { bitcoin, ecc } from './peers.mjs';

const require = createRequire(import.meta.url);
const TX = require('bcoin/lib/primitives/tx');
const Coin = require('bcoin/lib/primitives/coin');
const CoinView = require('bcoin/lib/coins/coinview');
const Output = require('bcoin/lib/primitives/output');
const Script = require('bcoin/lib/script/script');
const { flags } = require('bcoin/lib/script/common');

// `spent`: { value, script } for each input.
export function judge_v0(bytes, spent) {
  const tx = TX.fromRaw(Buffer.from(bytes)), view = new CoinView();
  tx.inputs.forEach(({ prevout }, i) => {
    const output = new Output({ value: Number(spent[i].value), script: Script.fromRaw(Buffer.from(spent[i].script)) });
    view.addCoin(Coin.fromOptions({ version: 1, height: 1, value: output.value, script: output.script, hash: prevout.hash, index: prevout.index }));
  });
  if (!tx.verify(view, flags.STANDARD_VERIFY_FLAGS)) throw new Error('bcoin: the scripts say no');
  return tx;
}

const tagged = (tag, ...parts) => bitcoin.crypto.taggedHash(tag, Uint8Array.from(Buffer.concat(parts.map((p) => Buffer.from(p)))));

function commits(output, script, control) {
  const internal = control.slice(1, 33);
  const leaf = tagged('TapLeaf', [control[0] & 0xfe, script.length], script);
  let root = leaf;
  for (let at = 33; at < control.length; at += 32) root = tagged('TapBranch', ...[root, control.slice(at, at + 32)].sort(Buffer.compare));
  const tweaked = ecc.xOnlyPointAddTweak(internal, tagged('TapTweak', internal, root));
  if (!tweaked || Buffer.compare(tweaked.xOnlyPubkey, output) !== 0 || tweaked.parity !== (control[0] & 1)) throw new Error('taproot: the leaf is not in the output');
  return leaf;
}

function judge_taproot_input(tx, i, spent) {
  const output = spent[i].script.slice(2), scripts = spent.map((s) => s.script), values = spent.map((s) => s.value);
  const check = (key, signature, leaf) => {
    const type = signature.length === 64 ? 0 : signature[64];
    const digest = tx.hashForWitnessV1(i, scripts, values, type, leaf);
    if (!ecc.verifySchnorr(digest, key, signature.slice(0, 64))) throw new Error(`taproot: input ${i}: a signature is false`);
  };
  const witness = tx.ins[i].witness;
  if (witness.length === 1) return check(output, witness[0]);
  const control = witness.at(-1), script = witness.at(-2), leaf = commits(output, script, control);
  const chunks = bitcoin.script.decompile(script), keys = chunks.filter((chunk) => chunk.length === 32);
  let have = 0;
  witness.slice(0, -2).reverse().forEach((signature, n) => {
    if (signature.length) check(keys[n], signature, leaf), have++;
  });
  if (have !== chunks.at(-2) - 0x50 || witness.length - 2 !== keys.length) throw new Error(`taproot: input ${i}: ${have} signatures`);
}

export function judge(wallet, bytes, one) {
  const spent = one.inputs.map(({ place, value }) => ({ value, script: place.script }));
  if (!wallet.taproot) return void judge_v0(bytes, spent);
  const tx = bitcoin.Transaction.fromBuffer(bytes);
  tx.ins.forEach((_, i) => judge_taproot_input(tx, i, spent));
}
