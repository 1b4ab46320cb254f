// SPDX-License-Identifier: Apache-2.0
// The other implementations behind one shape: bytes in, bytes out, each call from the bytes as on another
// machine. `keys` are the private keys of one signer, one for each input.
import * as bitcoin from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import * as btc from '@scure/btc-signer';
import * as wally from 'wallycore';
import * as bitcoinerlab from '@bitcoinerlab/descriptors';
import { ECPairFactory } from 'ecpair';

bitcoin.initEccLib(ecc);
const ECPair = ECPairFactory(ecc);
const no_random = new Uint8Array(32);

const scure_options = { allowUnknownOutputs: true, allowUnknownInputs: true, unknown: 'ignore', lowR: false };
const scure = {
  name: '@scure/btc-signer',
  read: (psbt) => btc.Transaction.fromPSBT(psbt, scure_options),
  again: (psbt) => scure.read(psbt).toPSBT(),
  sign(psbt, keys) {
    const tx = scure.read(psbt);
    keys.forEach((key, i) => tx.signIdx(key.privateKey, i, undefined, no_random));
    return tx.toPSBT();
  },
  combine: (psbts) => btc.PSBTCombine(psbts, scure_options),
  finalize(psbt) {
    const tx = scure.read(psbt);
    tx.finalize();
    return tx.toPSBT();
  },
  extract: (psbt) => scure.read(psbt).extract(),
  fee: (psbt) => scure.read(psbt).fee,
};

function bitcoinjs_leaf(psbt, i) {
  const leaf = psbt.data.inputs[i].tapLeafScript?.[0];
  return leaf && bitcoin.crypto.taggedHash('TapLeaf', Buffer.concat([Buffer.from([leaf.leafVersion, leaf.script.length]), leaf.script]));
}

// multi_a of k of n: an empty item for each key without a signature, in the script's order from behind.
function multi_a_finalize(i, input) {
  const leaf = input.tapLeafScript[0], chunks = bitcoin.script.decompile(leaf.script);
  const keys = chunks.filter((chunk) => chunk.length === 32).map((key) => Buffer.from(key).toString('hex'));
  const need = chunks.at(-2) - 0x50;
  const by_key = new Map(input.tapScriptSig.map((s) => [Buffer.from(s.pubkey).toString('hex'), s.signature]));
  let have = 0;
  const items = keys.map((key) => (by_key.has(key) && have < need ? (have++, by_key.get(key)) : new Uint8Array()));
  if (have < need) throw new Error('signatures are missing');
  return { finalScriptWitness: witness_bytes([...items.reverse(), leaf.script, leaf.controlBlock]) };
}

function witness_bytes(items) {
  const compact = (n) => (n < 253 ? Buffer.from([n]) : Buffer.from([253, n & 255, n >> 8]));
  return Uint8Array.from(Buffer.concat([compact(items.length), ...items.flatMap((item) => [compact(item.length), Buffer.from(item)])]));
}

const bitcoinjs = {
  name: 'bitcoinjs-lib',
  read: (psbt) => bitcoin.Psbt.fromBuffer(psbt, { maximumFeeRate: 1e12 }),
  again: (psbt) => bitcoinjs.read(psbt).toBuffer(),
  sign(bytes, keys, wallet) {
    const psbt = bitcoinjs.read(bytes);
    keys.forEach((key, i) => {
      const pair = ECPair.fromPrivateKey(key.privateKey);
      const schnorr = (signer) => ({ publicKey: signer.publicKey, sign: (h) => signer.sign(h), signSchnorr: (h) => ecc.signSchnorr(h, signer.privateKey, no_random) });
      if (!wallet.taproot) psbt.signInput(i, pair);
      else if (wallet.leaf) psbt.signTaprootInput(i, schnorr(pair), bitcoinjs_leaf(psbt, i));
      else psbt.signTaprootInput(i, schnorr(pair.tweak(bitcoin.crypto.taggedHash('TapTweak', pair.publicKey.slice(1)))));
    });
    return psbt.toBuffer();
  },
  combine([first, ...rest]) {
    return bitcoinjs.read(first).combine(...rest.map(bitcoinjs.read)).toBuffer();
  },
  finalize(bytes, wallet, one) {
    const psbt = bitcoinjs.read(bytes);
    if (wallet.unvault) throw new Error('not its template');
    one.inputs.forEach((_, i) => (wallet.leaf ? psbt.finalizeTaprootInput(i, undefined, multi_a_finalize) : psbt.finalizeInput(i)));
    return psbt.toBuffer();
  },
  extract: (psbt) => bitcoinjs.read(psbt).extractTransaction(true).toBuffer(),
  fee: (psbt) => bitcoinjs.read(psbt).getFee(),
};

// Wally's objects live outside of JavaScript's memory: each is given back.
function wally_with(bytes, body) {
  const psbt = wally.psbt_from_bytes(bytes, wally.WALLY_PSBT_PARSE_FLAG_STRICT);
  try {
    return body(psbt) ?? wally.psbt_to_bytes(psbt, 0);
  } finally {
    wally.psbt_free(psbt);
  }
}

const wallycore = {
  name: 'wallycore',
  again: (bytes) => wally_with(bytes, () => undefined),
  sign: (bytes, keys) =>
    wally_with(bytes, (psbt) => {
      const flags = 0; // no grinding for a low R
      for (const key of new Set(keys.map((k) => Buffer.from(k.privateKey).toString('hex')))) wally.psbt_sign(psbt, Buffer.from(key, 'hex'), flags);
    }),
  combine: ([first, ...rest]) =>
    wally_with(first, (psbt) => {
      for (const other of rest) wally_with(other, (from) => (wally.psbt_combine(psbt, from), true));
    }),
  finalize: (bytes) => wally_with(bytes, (psbt) => wally.psbt_finalize(psbt, 0)),
  extract: (bytes) =>
    wally_with(bytes, (psbt) => {
      const tx = wally.psbt_extract(psbt, wally.WALLY_PSBT_EXTRACT_FINAL);
      try {
        return wally.tx_to_bytes(tx, wally.WALLY_TX_FLAG_USE_WITNESS);
      } finally {
        wally.tx_free(tx);
      }
    }),
};

// Named exception: given an origin with "h", which BIP380 allows, it (its bip174) writes key paths without the
// hardening, 48 for 48h, and nobody recognises them. Given "'" it writes them right.
const with_apostrophes = (descriptor) => descriptor.split('#')[0].replace(/\[[^\]]*\]/g, (origin) => origin.replaceAll('h', "'"));

// Output objects for each input, whose finalizers know the template (miniscript's satisfier for the unvault).
function bitcoinerlab_outputs(wallet, one, who) {
  return one.inputs.map(({ place }) => {
    const signersPubKeys = who.map((n) => {
      const key = wallet.signers[n].key(place.branch, place.index).publicKey;
      return wallet.taproot ? key.slice(1) : key;
    });
    return new bitcoinerlab.Output({
      descriptor: with_apostrophes(wallet.descriptor),
      index: place.index,
      change: place.branch,
      network: wallet.js,
      signersPubKeys,
      ...(wallet.taproot && { taprootSpendPath: wallet.leaf ? 'script' : 'key' }),
    });
  });
}

const lab = {
  name: '@bitcoinerlab/descriptors',
  again: (psbt) => bitcoinerlab.Psbt.fromBuffer(psbt).toBuffer(),
  create(wallet, one, who) {
    const psbt = new bitcoinerlab.Psbt({ network: wallet.js });
    psbt.setVersion(2);
    psbt.setLocktime(one.tx.locktime);
    bitcoinerlab_outputs(wallet, one, who).forEach((output, i) => {
      output.updatePsbtAsInput({ psbt, txHex: Buffer.from(one.inputs[i].previous).toString('hex'), vout: one.inputs[i].vout });
    });
    for (const { script, value } of one.outputs) psbt.addOutput({ script, value });
    return psbt.toBuffer();
  },
  sign(bytes, keys, wallet, n) {
    const psbt = bitcoinerlab.Psbt.fromBuffer(bytes), signer = wallet.signers[n];
    bitcoinerlab.signers.signBIP32({ psbt, masterNode: bitcoinerlab.BIP32.fromSeed(signer.seed, wallet.js) });
    return psbt.toBuffer();
  },
  combine([first, ...rest]) {
    return bitcoinerlab.Psbt.fromBuffer(first).combine(...rest.map((b) => bitcoinerlab.Psbt.fromBuffer(b))).toBuffer();
  },
  finalize(bytes, wallet, one, who) {
    const psbt = bitcoinerlab.Psbt.fromBuffer(bytes), scratch = new bitcoinerlab.Psbt({ network: wallet.js });
    const finishers = bitcoinerlab_outputs(wallet, one, who).map((output, i) =>
      output.updatePsbtAsInput({ psbt: scratch, txHex: Buffer.from(one.inputs[i].previous).toString('hex'), vout: one.inputs[i].vout }),
    );
    for (const finish of finishers) finish({ psbt, validate: true });
    return psbt.toBuffer();
  },
  extract: (psbt) => bitcoinerlab.Psbt.fromBuffer(psbt).extractTransaction(true).toBuffer(),
};

export const peers = { scure, bitcoinjs, wallycore, bitcoinerlab: lab };
export { bitcoin, ecc, btc, wally, bitcoinerlab };
