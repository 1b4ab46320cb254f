// SPDX-License-Identifier: Apache-2.0
// Each case has its own random numbers, made from the run's seed, the case's kind and
// its number: one failing case can be run again alone. SHA-256 in counter mode.
import { createHash } from 'node:crypto';

export function randomOf(seed, kind, index) {
  let counter = 0, pool = Buffer.alloc(0);
  const r = {};
  r.bytes = size => {
    while (pool.length < size)
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed}:${kind}:${index}:${counter++}`).digest()]);
    const taken = pool.subarray(0, size);
    pool = pool.subarray(size);
    return taken;
  };
  r.hex = size => '0x' + r.bytes(size).toString('hex');
  r.below = n => r.bytes(6).readUIntBE(0, 6) % n;
  r.chance = n => r.below(n) === 0; // one time in n
  r.pick = list => list[r.below(list.length)];
  // As many bits as chance gives, and often the edges: 0, 1, 2^k - 1, 2^k.
  r.number = (bits = 256) => {
    const k = BigInt(r.below(bits + 1));
    switch (r.below(6)) {
      case 0: return 0n;
      case 1: return (1n << k) - 1n;
      case 2: return k < BigInt(bits) ? 1n << k : 1n;
      default: return k ? BigInt('0x' + r.bytes(bits / 8).toString('hex')) & ((1n << k) - 1n) : 1n;
    }
  };
  r.address = () => (r.chance(12) ? '0x' + '00'.repeat(19) + '01' : r.hex(20));
  // Mostly short, sometimes at RLP's edges (55, 56, 255, 256, one byte below and above 0x80), now and then long.
  r.data = (longest = 2000) => {
    const size = r.pick([0, 0, 1, 4, 36, 68, 55, 56, 255, 256, r.below(300), r.chance(20) ? r.below(longest) : 32]);
    return r.chance(8) ? '0x' + (r.chance(2) ? '00' : 'ff').repeat(size) : r.hex(size);
  };
  r.secret = () => {
    const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    if (r.chance(50)) return '0x' + (r.chance(2) ? n - 1n - BigInt(r.below(9)) : 1n + BigInt(r.below(9))).toString(16).padStart(64, '0');
    return r.hex(32);
  };
  // One of a few hundred of this run, where the same key's address is wanted again and again.
  r.knownSecret = () => '0x' + createHash('sha256').update(`${seed}:secret:${r.below(256)}`).digest('hex');
  return r;
}
