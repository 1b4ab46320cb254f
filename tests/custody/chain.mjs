// SPDX-License-Identifier: Apache-2.0
// A regtest chain for one test. The node answers sendrawtransaction with an id even when it refuses, and before
// it has looked, so that only its mempool and blocks are believed.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { bitcoin } from './peers.mjs';

// bcoin writes regtest addresses with "rb" where Bitcoin Core writes "bcrt": the scripts are the same.
const address_of = (script) => bitcoin.address.toBech32(script.slice(2), 0, 'rb');

// Anyone's: OP_TRUE as a witness script. Blocks that nobody needs are mined to it.
export const nowhere = bitcoin.payments.p2wsh({ redeem: { output: Uint8Array.of(0x51) } }).output;

export class Chain {
  static async start(port) {
    const chain = new Chain(), key = randomBytes(16).toString('hex');
    chain.url = `http://127.0.0.1:${port}/`;
    chain.headers = { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}`, 'content-type': 'application/json' };
    const program = new URL('regtest_node.mjs', import.meta.url).pathname;
    chain.child = spawn(process.execPath, [program, String(port), key], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      chain.said = [];
      createInterface({ input: chain.child.stdout }).on('line', (line) => (line === 'ready' ? resolve() : chain.said.push(line)));
      chain.child.once('exit', (code) => reject(new Error(`the regtest node ended (${code})`)));
    });
    await chain.mine(450); // from here on segwit and CSV are in force
    return chain;
  }

  async rpc(method, ...params) {
    const answer = await fetch(this.url, { method: 'POST', headers: this.headers, body: JSON.stringify({ method, params }) });
    const { result, error } = await answer.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  height() {
    return this.rpc('getblockcount');
  }

  async mine(count, script = nowhere) {
    let hashes = [];
    for (let left = count; left > 0; left -= 50) hashes = hashes.concat(await this.rpc('generatetoaddress', Math.min(left, 50), address_of(script)));
    return hashes;
  }

  // One coin mined to a script: { bytes, id, vout, value, script }.
  async mined(script) {
    const [hash] = await this.mine(1, script), block = await this.rpc('getblock', hash, true, true);
    return this.output(block.tx[0].txid, 0);
  }

  async output(id, vout) {
    const raw = await this.rpc('getrawtransaction', id, false), decoded = await this.rpc('getrawtransaction', id, true);
    const { value, scriptPubKey } = decoded.vout[vout];
    return { bytes: Uint8Array.from(Buffer.from(raw, 'hex')), id, vout, value: BigInt(Math.round(value * 1e8)), script: scriptPubKey.hex, confirmations: decoded.confirmations ?? 0 };
  }

  // Whether the node took it. It answers before it has looked, so this waits for one or the other.
  async takes(bytes, id) {
    this.said.length = 0;
    await this.rpc('sendrawtransaction', Buffer.from(bytes).toString('hex')).catch(() => {});
    for (let i = 0; i < 500; i++) {
      if ((await this.rpc('getrawmempool')).includes(id)) return true;
      if (this.said.length) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the node neither took nor refused ${id}`);
  }

  // It must not take it, and for that reason.
  async refuses(bytes, id, pattern) {
    if (await this.takes(bytes, id)) throw new Error(`the node takes ${id}: ${Buffer.from(bytes).toString('hex')}`);
    if (!pattern.test(this.said.join(' '))) throw new Error(`refused, but not by ${pattern}: ${this.said.join(' ')}`);
  }

  // Whether it is in a block that was just mined.
  async confirms(id) {
    const [hash] = await this.mine(1);
    return (await this.rpc('getblock', hash)).tx.includes(id);
  }

  stop() {
    this.child.removeAllListeners('exit');
    this.child.stdin.end();
  }
}
