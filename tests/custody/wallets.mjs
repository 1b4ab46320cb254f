// SPDX-License-Identifier: Apache-2.0
// The wallets that are compared: signers with a master key each, a descriptor over their accounts, and for
// each the quorums that may spend.
import { HDKey } from '@scure/bip32';
import { networks } from 'bitcoinjs-lib';

const versions = {
  main: { private: 0x0488ade4, public: 0x0488b21e },
  regtest: { private: 0x04358394, public: 0x043587cf },
};
const nobody = '50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0'; // BIP341: no known secret
const account = "m/48'/1'/0'/2'";

// @n is signer n's key. `ways`: who may spend, `need` of them, with which nSequence (undefined: any that
// locks nothing), and in taproot whether through the leaf.
export const templates = {
  wpkh: { text: 'wpkh(@0)', ways: [{ who: [0], need: 1 }] },
  '2-of-3': { text: 'wsh(sortedmulti(2,@0,@1,@2))', ways: [{ who: [0, 1, 2], need: 2 }] },
  '3-of-5': { text: 'wsh(sortedmulti(3,@0,@1,@2,@3,@4))', ways: [{ who: [0, 1, 2, 3, 4], need: 3 }] },
  '4-of-7': { text: 'wsh(sortedmulti(4,@0,@1,@2,@3,@4,@5,@6))', ways: [{ who: [0, 1, 2, 3, 4, 5, 6], need: 4 }] },
  'unvault, cancel': {
    text: 'wsh(or_d(multi(2,@0,@1,@2),and_v(v:multi(2,@3,@4,@5),older(144))))',
    ways: [{ who: [0, 1, 2], need: 2 }],
    unvault: true,
  },
  'unvault, pay': {
    text: 'wsh(or_d(multi(2,@0,@1,@2),and_v(v:multi(2,@3,@4,@5),older(144))))',
    ways: [{ who: [3, 4, 5], need: 2, sequence: 144 }],
    unvault: true,
  },
  'tr key': { text: 'tr(@0)', ways: [{ who: [0], need: 1 }], taproot: true },
  'tr 2-of-3': { text: `tr(${nobody},sortedmulti_a(2,@0,@1,@2))`, ways: [{ who: [0, 1, 2], need: 2 }], taproot: true, leaf: true },
  'tr 3-of-5': {
    text: `tr(${nobody},sortedmulti_a(3,@0,@1,@2,@3,@4))`,
    ways: [{ who: [0, 1, 2, 3, 4], need: 3 }],
    taproot: true,
    leaf: true,
  },
};

class Signer {
  constructor(seed, network) {
    this.seed = seed;
    this.master = HDKey.fromMasterSeed(seed, versions[network]);
    this.account = this.master.derive(account);
    this.fingerprint = this.master.fingerprint.toString(16).padStart(8, '0');
    this.keys = new Map();
  }

  get text() {
    return `[${this.fingerprint}${account.slice(1).replaceAll("'", 'h')}]${this.account.publicExtendedKey}/<0;1>/*`;
  }

  // The private key of one output, as peers that know no descriptors need it.
  key(branch, index) {
    const at = `${branch}/${index}`;
    if (!this.keys.has(at)) this.keys.set(at, this.account.deriveChild(branch).deriveChild(index));
    return this.keys.get(at);
  }
}

let slots = 0;

export class Wallet {
  // Gives the probe its signers and the descriptor.
  static async make(probe, name, random, network = 'main') {
    const wallet = new Wallet();
    Object.assign(wallet, templates[name], { name, probe, network, js: networks[network === 'main' ? 'bitcoin' : network] });
    const count = Math.max(...[...wallet.text.matchAll(/@(\d)/g)].map((m) => Number(m[1]))) + 1;
    wallet.signers = Array.from({ length: count }, () => new Signer(random.bytes(32), network));
    for (const signer of wallet.signers) {
      signer.slot = slots++;
      await probe.call('signer', signer.slot, signer.seed);
    }
    const bare = wallet.text.replace(/@(\d)/g, (_, n) => wallet.signers[n].text);
    wallet.descriptor = `${bare}#${(await probe.call('checksum', bare))[0]}`;
    wallet.slot = slots++;
    await probe.call('descriptor', wallet.slot, network, wallet.descriptor);
    wallet.places = [];
    return wallet;
  }

  // One whose keys others hold.
  static async of(probe, name, descriptor, network) {
    const wallet = Object.assign(new Wallet(), templates[name], { name, probe, network, descriptor, slot: slots++ });
    await probe.call('descriptor', wallet.slot, network, descriptor);
    return wallet;
  }

  async place(branch, index) {
    const [script, address, inner] = await this.probe.call('derive', this.slot, branch, index);
    const from = (text) => (text === '-' ? new Uint8Array() : Uint8Array.from(Buffer.from(text, 'hex')));
    return { branch, index, script: from(script), address, inner: from(inner) };
  }

  // So many outputs that the cases choose from.
  async fill(random, count) {
    for (let i = 0; i < count; i++) this.places.push(await this.place(random.below(2), random.below(2 ** 31)));
  }
}
