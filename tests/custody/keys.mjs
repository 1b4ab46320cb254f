// SPDX-License-Identifier: Apache-2.0
// Words, trees of keys, signatures, addresses and descriptors, each against somebody else's.
import { HDKey } from '@scure/bip32';
import * as bip39 from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import * as scure from '@scure/btc-signer/utils.js';
import { test, check, equal } from '../clients/tap.mjs';
import { hex, bytes, Refused } from './probe.mjs';
import { Wallet, templates } from './wallets.mjs';
import { bitcoin, bitcoinerlab, ecc, wally } from './peers.mjs';

const text = (string) => Uint8Array.from(Buffer.from(string));

async function words(probe, random, count) {
  await test(`BIP39: ours and @scure/bip39: ${count}`, async () => {
    for (let i = 0; i < count; i++) {
      const entropy = random.bytes(random.of([16, 20, 24, 28, 32])), passphrase = Array.from({ length: random.below(30) }, () => String.fromCharCode(random.between(32, 126))).join('');
      const mnemonic = bip39.entropyToMnemonic(entropy, wordlist);
      const [ours] = await probe.call('words', entropy);
      equal(Buffer.from(ours, 'hex').toString(), mnemonic, hex(entropy));
      equal((await probe.call('words-entropy', text(mnemonic)))[0], hex(entropy), mnemonic);
      if (i % 10 === 0) equal((await probe.call('words-seed', text(mnemonic), text(passphrase)))[0], hex(bip39.mnemonicToSeedSync(mnemonic, passphrase)), `${mnemonic} / ${passphrase}`);
    }
  });
  await test(`BIP39: one word changed, taken or refused alike: ${count}`, async () => {
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const list = bip39.entropyToMnemonic(random.bytes(random.of([16, 32])), wordlist).split(' ');
      list[random.below(list.length)] = random.of(wordlist);
      const theirs = bip39.validateMnemonic(list.join(' '), wordlist);
      const ours = await probe.call('words-entropy', text(list.join(' '))).then(() => true, (e) => !(e instanceof Refused));
      equal(ours, theirs, list.join(' '));
      taken += ours;
    }
    check(taken > 0 && taken < count, 'some were taken and some refused');
  });
}

async function trees(probe, random, count) {
  await test(`BIP32: ours and @scure/bip32: ${count} paths`, async () => {
    for (let i = 0; i < count; i++) {
      const seed = random.bytes(random.between(16, 64)), slot = 200;
      const steps = Array.from({ length: random.below(6) }, () => random.of([random.below(3), random.below(2 ** 31)]) + random.of(['', "'"]));
      const path = ['m', ...steps].join('/'), theirs = HDKey.fromMasterSeed(seed);
      await probe.call('signer', slot, seed);
      const ours = await probe.call('derive-private', slot, path.replaceAll("'", random.of(["'", 'h']))), key = theirs.derive(path);
      equal(ours.join(' '), `${key.privateExtendedKey} ${key.publicExtendedKey}`, `${hex(seed)} ${path}`);
      const below = `m/${random.below(2 ** 31)}/${random.below(5)}`;
      const [public_key] = await probe.call('derive-public', key.publicExtendedKey, below);
      equal(public_key, HDKey.fromExtendedKey(key.publicExtendedKey).derive(below).publicExtendedKey, `${key.publicExtendedKey} ${below}`);
    }
  });
}

async function signatures(probe, random, count) {
  await test(`ECDSA: ours, tiny-secp256k1's and @scure's by RFC 6979 the same, and verified by each: ${count}`, async () => {
    for (let i = 0; i < count; i++) {
      const secret = random.bytes(32), digest = random.bytes(32);
      const [key, der] = await probe.call('ecdsa', secret, digest);
      const compact = ecc.sign(digest, secret), theirs = bitcoin.script.signature.encode(compact, 1).slice(0, -1);
      equal(der, hex(theirs), `${hex(secret)} ${hex(digest)}`);
      if (i % 10 === 0) equal(der, hex(scure.signECDSA(digest, secret)), `${hex(secret)} ${hex(digest)}`);
      check(ecc.verify(digest, bytes(key), compact), `verified: ${key} ${der}`);
      const ground = scure.signECDSA(digest, secret, true); // low R: another nonce, to be verified only
      if (i % 10 === 0) await probe.call('ecdsa-verify', key, digest, ground);
      compact[random.below(64)] ^= 1 << random.below(8);
      const bent = bitcoin.script.signature.encode(compact, 1).slice(0, -1);
      const ours = await probe.call('ecdsa-verify', key, digest, bent).then(() => true, () => false);
      equal(ours, ecc.verify(digest, bytes(key), compact, true), `bent: ${key} ${hex(digest)} ${hex(bent)}`);
    }
  });
  await test(`BIP340: ours and tiny-secp256k1: ${count}`, async () => {
    for (let i = 0; i < count; i++) {
      const secret = random.bytes(32), digest = random.bytes(32), aux = random.of([new Uint8Array(32), random.bytes(32)]);
      const [key, ours] = await probe.call('schnorr', secret, aux, digest);
      equal(ours, hex(ecc.signSchnorr(digest, secret, aux)), `${hex(secret)} ${hex(aux)} ${hex(digest)}`);
      const bent = bytes(ours);
      bent[random.below(64)] ^= 1 << random.below(8);
      check(!ecc.verifySchnorr(digest, bytes(key), bent), 'bent, theirs');
      check(await probe.call('schnorr-verify', key, digest, bent).then(() => false, () => true), `bent, ours: ${key} ${hex(bent)}`);
    }
  });
}

async function addresses(probe, random, count) {
  const forms = [['76a914', 20, '88ac'], ['a914', 20, '87'], ['0014', 20, ''], ['0020', 32, ''], ['5120', 32, '']];
  const nets = { main: bitcoin.networks.bitcoin, test: bitcoin.networks.testnet, regtest: bitcoin.networks.regtest };
  await test(`addresses: ours and bitcoinjs-lib, there and back: ${count}`, async () => {
    for (let i = 0; i < count; i++) {
      const [begin, size, end] = random.of(forms), net = random.of(Object.keys(nets));
      let script = Uint8Array.from([...Buffer.from(begin, 'hex'), ...random.bytes(size), ...Buffer.from(end, 'hex')]);
      if (begin === '5120') script = bitcoin.payments.p2tr({ internalPubkey: ecc.xOnlyPointFromScalar(random.bytes(32)) }).output;
      const address = bitcoin.address.fromOutputScript(script, nets[net]);
      equal((await probe.call('address', net, script))[0], address, hex(script));
      equal((await probe.call('script', net, address))[0], hex(script), address);
      const at = random.below(address.length), typo = address.slice(0, at) + random.of('023456789acdefghjklmnpqrstuvwxyz') + address.slice(at + 1);
      if (typo === address) continue;
      check(await probe.call('script', net, typo).then(() => false, () => true), `a typing fault is refused: ${typo}`);
    }
  });
}

// Descriptors: both checksums, and the same outputs from the same text.
async function descriptors(probe, random, count) {
  for (const name of Object.keys(templates).filter((n) => n !== 'unvault, pay')) {
    const wallet = await Wallet.make(probe, name, random);
    const [bare, checksum] = wallet.descriptor.split('#');
    await test(`${name}: checksum and ${count} addresses: ours and @bitcoinerlab/descriptors`, async () => {
      equal(checksum, bitcoinerlab.checksum(bare), bare);
      for (let i = 0; i < count; i++) {
        const branch = i % 2, index = i < count / 2 ? i : random.below(2 ** 31);
        const ours = await wallet.place(branch, index);
        const theirs = new bitcoinerlab.Output({ descriptor: wallet.descriptor, index, change: branch, network: wallet.js, ...(wallet.leaf && { taprootSpendPath: 'script' }) });
        equal(ours.address, theirs.getAddress(), `${branch}/${index} of ${wallet.descriptor}`);
        equal(hex(ours.script), hex(theirs.getScriptPubKey()), `${branch}/${index} of ${wallet.descriptor}`);
        const inner = theirs.getWitnessScript();
        if (inner) equal(hex(ours.inner), hex(inner), `${branch}/${index} of ${wallet.descriptor}`);
      }
    });
    if (wallet.leaf) continue; // wally reads no multi_a
    await test(`${name}: checksum and ${count * 4} addresses: ours and wallycore`, async () => {
      const theirs = wally.descriptor_parse(wallet.descriptor, null, wally.WALLY_NETWORK_BITCOIN_MAINNET, wally.WALLY_MINISCRIPT_REQUIRE_CHECKSUM);
      equal(checksum, wally.descriptor_get_checksum(theirs, 0), bare);
      for (let i = 0; i < count * 4; i++) {
        const branch = i % 2, index = random.below(2 ** 31), ours = await wallet.place(branch, index);
        equal(ours.address, wally.descriptor_to_address(theirs, 0, branch, index, 0), `${branch}/${index} of ${wallet.descriptor}`);
      }
      wally.descriptor_free(theirs);
    });
  }
  await test(`checksums of any text: ours and @bitcoinerlab: ${count * 20}`, async () => {
    const set = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`\"\\";
    for (let i = 0; i < count * 20; i++) {
      const body = Array.from({ length: random.between(1, 120) }, () => random.of(set)).join('');
      equal((await probe.call('checksum', body))[0], bitcoinerlab.checksum(body), body);
    }
  });
}

export async function keys(probe, random, count) {
  await words(probe, random, count);
  await trees(probe, random, count / 4);
  await signatures(probe, random, count);
  await addresses(probe, random, count);
  await descriptors(probe, random, count / 20);
}
