// SPDX-License-Identifier: Apache-2.0
// A PSBT as BIP174 writes it, cut into its maps and nothing more: for comparing two of them whose pairs stand
// in another order.
class Cutter {
  constructor(bytes) {
    this.bytes = Buffer.from(bytes);
    this.at = 0;
  }

  compact() {
    const first = this.bytes[this.at++];
    if (first < 253) return first;
    const width = first === 253 ? 2 : 4;
    this.at += width;
    return this.bytes.readUIntLE(this.at - width, width);
  }

  take(size) {
    this.at += size;
    if (this.at > this.bytes.length) throw new Error('cut off');
    return this.bytes.subarray(this.at - size, this.at).toString('hex');
  }
}

// [global, ...inputs, ...outputs], each a sorted list of "key=value" in hex.
export function maps(psbt) {
  const cutter = new Cutter(psbt), all = [];
  if (cutter.take(5) !== '70736274ff') throw new Error('not a PSBT');
  while (cutter.at < cutter.bytes.length) {
    const map = [];
    for (let size = cutter.compact(); size; size = cutter.compact()) {
      const key = cutter.take(size);
      map.push(`${key}=${cutter.take(cutter.compact())}`);
    }
    all.push(map.sort());
  }
  return all;
}

// What one has and the other lacks, as "map: pair" lines; empty when they say the same.
export function difference(a, b, ignored = () => false) {
  const [left, right] = [maps(a), maps(b)], lines = [];
  if (left.length !== right.length) return [`${left.length} maps and ${right.length}`];
  left.forEach((map, i) => {
    for (const pair of map) if (!right[i].includes(pair) && !ignored(pair, i)) lines.push(`${i}: -${pair}`);
    for (const pair of right[i]) if (!map.includes(pair) && !ignored(pair, i)) lines.push(`${i}: +${pair}`);
  });
  return lines;
}
