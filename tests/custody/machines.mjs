// SPDX-License-Identifier: Apache-2.0
// Who signs on the regtest chain. Two kinds of machine with one method, sign(psbt, pays): the probe, a process
// for each signature with nothing but that signer's seed; and redoubt-sign, with a vault that a whole ceremony
// made (tests/ceremony/people.py answers it) and a policy.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Probe, bytes, hex } from './probe.mjs';
import { Wallet, templates } from './wallets.mjs';

let machines = 0;
const directory_for = (room, name) => join(room, `${machines++}-${name.replace(/\W+/g, '-')}`);

class ProbeMachine {
  constructor(room, wallet, n) {
    this.directory = directory_for(room, `${wallet.name} signer ${n}`);
    mkdirSync(this.directory, { mode: 0o700 });
    writeFileSync(join(this.directory, 'seed'), hex(wallet.signers[n].seed), { mode: 0o600 });
    writeFileSync(join(this.directory, 'descriptor'), wallet.descriptor);
  }

  async sign(psbt) {
    writeFileSync(join(this.directory, 'unsigned.psbt'), psbt);
    const at = (name) => readFileSync(join(this.directory, name));
    const machine = new Probe();
    await machine.call('signer', 0, at('seed').toString());
    await machine.call('descriptor', 1, 'regtest', at('descriptor').toString());
    const [count, signed] = await machine.call('psbt-sign', new Uint8Array(at('unsigned.psbt')), 1, 0).finally(() => machine.end());
    if (count !== '1') throw new Error(`not this signer's: ${count} signatures`);
    writeFileSync(join(this.directory, 'signed.psbt'), bytes(signed));
    return new Uint8Array(at('signed.psbt'));
  }
}

const policy = 'redoubt policy 1\nnetwork regtest\nlimit bitcoin payment-max=100.0 fee-max=0.001 fee-rate-max=200 fee-share-max=5\nintent optional\n';

class Program {
  constructor(directory, signer) {
    this.directory = directory;
    this.vault = join(directory, `v${signer}`);
  }

  // Answers each prompt by how it begins; throws with what was shown when it does not end with 0.
  run(words, answers) {
    const child = spawn(process.env.REDOUBT_SIGN, [...words, '--vault', this.vault], { cwd: this.directory });
    let shown = '', seen = 0;
    return new Promise((resolve, reject) => {
      const look = (data) => {
        shown += data;
        if (!shown.endsWith(': ') || seen === shown.length) return;
        seen = shown.length;
        const prompt = shown.slice(shown.lastIndexOf('\n') + 1), answer = answers.find(([begin]) => begin.test(prompt));
        child.stdin.write(`${answer ? answer[1](prompt) : ''}\n`);
      };
      child.stdin.on('error', () => {}); // it ended while it was asked
      child.stdout.on('data', look);
      child.stderr.on('data', (data) => (shown += data));
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(shown) : reject(new Error(`redoubt-sign ended with ${code}: ${shown}`))));
    });
  }

  set_policy() {
    writeFileSync(`${this.vault}.policy`, policy);
    const digest = createHash('sha256').update(policy).digest('hex');
    return this.run(['policy', `${this.vault}.policy`], [[/^Type the last 6/, () => digest.slice(-6)], [/^Passphrase/, () => 'correct horse battery staple']]);
  }

  // `pays`: what leaves, and the addresses it goes to, as the person knows them from elsewhere.
  async sign(psbt, pays) {
    const [unsigned, signed] = ['unsigned', 'signed'].map((name) => `${this.vault}.${name}.psbt`);
    writeFileSync(unsigned, psbt);
    rmSync(signed, { force: true });
    const figure = `${pays.amount / 100000000n}.${String(pays.amount % 100000000n).padStart(8, '0')}`;
    await this.run(['sign', unsigned, '--out', signed], [
      [/^Type the amount that leaves/, () => figure],
      [/has no label\. Type its last 6 characters/, (prompt) => pays.addresses.find((a) => prompt.includes(a.slice(0, 20)))?.slice(-6) ?? 'none of them'],
      [/^Passphrase/, () => 'correct horse battery staple'],
    ]);
    return new Uint8Array(readFileSync(signed));
  }
}

export async function probe_wallet(room, coordinator, name, random) {
  const wallet = await Wallet.make(coordinator, name, random, 'regtest');
  wallet.machines = wallet.signers.map((_, n) => new ProbeMachine(room, wallet, n));
  wallet.stranger = new ProbeMachine(room, { name: `${name} stranger`, signers: [{ seed: random.bytes(32) }], descriptor: wallet.descriptor }, 0);
  return wallet;
}

const people = (...words) => promisify(execFile)('python3', [new URL('../ceremony/people.py', import.meta.url).pathname, ...words]);

// Two at a time: what opens a vault is slow on purpose.
async function by_two(list, body) {
  const rest = [...list];
  const one = async () => {
    while (rest.length) await body(rest.shift());
  };
  await Promise.all([one(), one()]);
}

// A ceremony from plan to registration; returns the descriptor that all agreed on.
async function ceremony(directory, name) {
  const unvault = name.startsWith('unvault'), [need, count] = (unvault ? '2-of-3' : name).split('-of-');
  const answers = ['How many persons=2', 'How many of them=2', 'EVM chain=0'].flatMap((a) => ['--answer', a]);
  await people('plan', directory, need, count, unvault ? 'unvault' : 'wsh', ...answers);
  const signers = Array.from({ length: Number(count) + (unvault ? 3 : 0) }, (_, i) => String(i + 1));
  await by_two(signers, async (n) => {
    await people('key', directory, n);
    await people('shares', directory, n, '--arg', '--read-back', '--arg', '4');
    await people('record', directory, n);
  });
  await people('join', directory);
  await by_two(signers, (n) => people('register', directory, n));
  return { signers, descriptor: readFileSync(join(directory, 'wallet.bsms'), 'utf8').split('\n')[1] };
}

export async function program_wallet(room, coordinator, name) {
  const directory = directory_for(room, name);
  const { signers, descriptor } = await ceremony(directory, name);
  const wallet = await Wallet.of(coordinator, name, descriptor, 'regtest');
  const programs = signers.map((n) => new Program(directory, n));
  await by_two(programs, (program) => program.set_policy());
  // in the descriptor of the unvault those who may cancel stand first, in the plan last
  wallet.machines = templates[name].unvault ? [...programs.slice(3), ...programs.slice(0, 3)] : programs;
  return wallet;
}
