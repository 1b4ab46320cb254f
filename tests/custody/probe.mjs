// SPDX-License-Identifier: Apache-2.0
// src/bitcoin through its probe (probe.c): call(command, word...) gives the words of the answer, or throws Refused.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Refused extends Error {}

const program = process.env.PROBE ?? new URL('../../build/release/tests/custody/probe-bitcoin', import.meta.url).pathname;

export const hex = (bytes) => (bytes.length ? Buffer.from(bytes).toString('hex') : '-');
export const bytes = (text) => (text === '-' ? new Uint8Array() : Uint8Array.from(Buffer.from(text, 'hex')));

export class Probe {
  constructor() {
    this.child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    this.calls = 0;
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()(line));
    this.child.on('exit', (code) => {
      for (const answer of this.waiting.splice(0)) answer(`no the probe ended (${code})`);
    });
  }

  call(...words) {
    const line = words.map((word) => (word instanceof Uint8Array ? hex(word) : String(word))).join(' ');
    this.calls++;
    this.child.stdin.write(line + '\n');
    return new Promise((resolve, reject) => {
      this.waiting.push((answer) => {
        if (answer.startsWith('ok')) resolve(answer.split(' ').slice(1));
        else reject(Object.assign(new Refused(answer.slice(3)), { line }));
      });
    });
  }

  end() {
    this.child.stdin.end();
  }
}
