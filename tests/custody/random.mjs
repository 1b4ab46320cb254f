// SPDX-License-Identifier: Apache-2.0
// Randomness that a seed repeats (sfc32). SEED=n runs the same cases again; the seed is printed.
export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 32) >>> 0;

export class Random {
  constructor(name = '') {
    this.state = [0x9e3779b9, 0x243f6a88, seed, 1];
    for (const c of name) this.state[0] = (Math.imul(this.state[0], 31) + c.charCodeAt(0)) | 0;
    for (let i = 0; i < 16; i++) this.u32();
  }

  u32() {
    let [a, b, c, d] = this.state;
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    this.state = [a, b, c, d];
    return t >>> 0;
  }

  below(n) {
    return Math.floor((this.u32() / 2 ** 32) * n);
  }

  // lowest to highest, both among them
  between(lowest, highest) {
    return lowest + this.below(highest - lowest + 1);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  bytes(size) {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = this.u32();
    return bytes;
  }

  // Small and large alike: as many bits as chance says.
  amount(highest) {
    const bits = BigInt(this.between(1, 50));
    const value = ((BigInt(this.u32()) << 32n) | BigInt(this.u32())) % (1n << bits);
    return value % (highest + 1n);
  }

  some(list, count) {
    const rest = [...list];
    return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)[0]);
  }
}
