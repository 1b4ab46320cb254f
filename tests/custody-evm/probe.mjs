// SPDX-License-Identifier: Apache-2.0
// The C side (probe.c) as a function: await probe({ do: 'keccak', data: '0x' }) gives its answer.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export function startProbe(path = process.env.EVM_PROBE) {
  if (!path) throw new Error('EVM_PROBE must name the built evm-probe');
  const child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = []; // answers come in the order of the questions
  createInterface({ input: child.stdout }).on('line', line => waiting.shift().resolve(JSON.parse(line)));
  child.stdin.on('error', () => {}); // the exit says why
  child.on('exit', code => waiting.splice(0).forEach(w => w.reject(new Error(`evm-probe ended with ${code}`))));
  let unsent = ''; // questions of one turn go in one write
  const send = () => { child.stdin.write(unsent); unsent = ''; };
  const probe = question => new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    if (!unsent) setImmediate(send);
    unsent += JSON.stringify(question) + '\n';
  });
  probe.stop = () => child.stdin.end();
  return probe;
}
