// SPDX-License-Identifier: Apache-2.0
// redoubt-sign as its people use it: a vault for each signer, made by a ceremony
// (tests/ceremony/people.py), then policy, labels, wallets and payloads by file.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PEOPLE = fileURLToPath(new URL('../ceremony/people.py', import.meta.url));
const PASSPHRASE = 'correct horse battery staple'; // what people.py answers at the ceremony

// Runs the program; `answers` are [how a prompt begins, what is typed], asked in any order.
function converse(args, answers) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.REDOUBT_SIGN, args);
    let page = '', seen = 0;
    const look = chunk => {
      page += chunk;
      const prompt = page.slice(page.lastIndexOf('\n') + 1);
      if (!prompt.endsWith(': ') || page.length === seen) return;
      seen = page.length;
      const found = [['Passphrase', PASSPHRASE], ...answers].find(([start]) => prompt.startsWith(start));
      if (found) child.stdin.write(found[1] + '\n');
      else child.stdin.end(); // nobody knows what to type: the program says so
    };
    child.stdout.on('data', look);
    child.stderr.on('data', chunk => { page += chunk; });
    child.stdin.on('error', () => {});
    child.on('error', reject).on('close', code => resolve({ code, page }));
  });
}

// A vault with a key, and its EVM account as the ceremony's page shows it.
export function openVaults(directory, threshold, count, made = count) {
  const people = (...args) => {
    const done = spawnSync('python3', [PEOPLE, ...args], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`people.py ${args.join(' ')} ended with ${done.status}:\n${done.stdout.slice(-800)}${done.stderr.slice(-800)}`);
    return done.stdout;
  };
  mkdirSync(directory, { recursive: true });
  people('plan', directory, String(threshold), String(count), 'wsh');
  return Array.from({ length: made }, (_, i) => {
    for (const step of ['key', 'shares']) people(step, directory, String(i + 1));
    const address = /EVM account\s+(0x[0-9a-fA-F]{40})/.exec(people('record', directory, String(i + 1)))[1];
    return openVault(`${directory}/v${i + 1}`, directory, address);
  });
}

function openVault(path, directory, address) {
  const vault = { address };
  let files = 0;
  const file = text => { const name = `${directory}/payload${address.slice(-4)}-${++files}`; writeFileSync(name, text); return name; };
  const run = (args, answers = []) => converse([...args, '--vault', path], answers);
  const must = async (args, answers) => {
    const done = await run(args, answers);
    if (done.code !== 0) throw new Error(`redoubt-sign ${args.join(' ')} ended with ${done.code}:\n${done.page.slice(-1500)}`);
    return done;
  };
  vault.policy = async text => {
    const name = file(text), hash = spawnSync('sha256sum', [name], { encoding: 'utf8' }).stdout.slice(58, 64);
    return must(['policy', name], [['Type the last 6 characters of its SHA-256', hash]]);
  };
  vault.label = (chain, to, name) => must(['label', String(chain), to, name], [['Type its last 6 characters', to.slice(-6)]]);
  vault.register = (name, text, of) => must(['register', file(text), '--name', name], [['Type the last 6 characters of the first address', of.slice(-6)]]);
  // `typed`: what the person at the table types for the amounts, by how their prompts begin.
  vault.sign = async (payload, typed, options = []) => {
    const name = file(payload), out = `${name}.signed`, done = await run(['sign', name, '--out', out, ...options], typed);
    return { ...done, out: existsSync(out) ? readFileSync(out, 'utf8') : null };
  };
  vault.inspect = (payload, typed, options = []) => run(['inspect', file(payload), ...options]);
  return vault;
}

// docs/PROTOCOL.vault.md: a Safe transaction as lines.
export const safeText = (chain, safe, p) => `redoubt safe transaction 1\nchain ${chain}\nsafe ${safe}\nto ${p.to}\nvalue ${p.value}\ndata ${p.data}\n`
  + `operation ${p.operation === '1' ? 'delegatecall' : 'call'}\nsafe-tx-gas ${p.safeTxGas}\nbase-gas ${p.baseGas}\ngas-price ${p.gasPrice}\n`
  + `gas-token ${p.gasToken}\nrefund-receiver ${p.refundReceiver}\nnonce ${p.nonce}\n`;

export function signatureOf(text) {
  const found = /^redoubt safe signature 1\ndigest (0x[0-9a-f]{64})\nsigner (0x[0-9a-fA-F]{40})\nsignature (0x[0-9a-f]{130})\n$/.exec(text ?? '');
  if (!found) throw new Error(`not a Safe signature: ${text}`);
  return { digest: found[1], signer: found[2], signature: found[3] };
}
