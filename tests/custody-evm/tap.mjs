// SPDX-License-Identifier: Apache-2.0
// The Test Anything Protocol in a few lines: test(name, async () => { ... throws on failure }).
let count = 0, failed = 0;

export async function test(name, body) {
  count++;
  const started = performance.now();
  try {
    const note = await body();
    console.log(`ok ${count} - ${name}${note ? ` (${note})` : ''}`);
    if (process.env.TIMES) console.log(`# ${Math.round(performance.now() - started)} ms`);
    return true;
  } catch (error) {
    failed++;
    console.log(`not ok ${count} - ${name}`);
    for (const line of String(error.stack ?? error).split('\n').slice(0, 14)) console.log(`# ${line}`);
    return false;
  }
}

const plain = value => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v));

export function same(actual, expected, what) {
  const a = plain(actual), b = plain(expected);
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
}

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export async function refuses(promise, pattern, what) {
  let text;
  try {
    await promise;
  } catch (error) {
    text = `${error.shortMessage ?? ''} ${error.message} ${plain(error.info ?? error.data ?? '')}`;
  }
  if (text === undefined) throw new Error(`${what}: was not refused`);
  if (!pattern.test(text)) throw new Error(`${what}: refused with "${text}", expected ${pattern}`);
}

export function finish() {
  console.log(`1..${count}`);
  process.exit(failed ? 1 : 0);
}
