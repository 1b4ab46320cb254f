// SPDX-License-Identifier: Apache-2.0
// The Test Anything Protocol in a few lines: test(name, async () => { ... throws on failure }).
let count = 0, failed = 0;

export async function test(name, body) {
  count++;
  try {
    await body();
    console.log(`ok ${count} - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${count} - ${name}`);
    for (const line of String(error.stack ?? error).split('\n').slice(0, 12)) console.log(`# ${line}`);
  }
}

export function equal(actual, expected, what = 'value') {
  if (actual !== expected) throw new Error(`${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export async function refuses(promise, pattern, what) {
  try {
    await promise;
  } catch (error) {
    const text = `${error.constructor?.name} ${error.message} ${JSON.stringify(error.response?.data ?? '')}`;
    if (!pattern.test(text)) throw new Error(`${what}: refused with "${text}", expected ${pattern}`);
    return;
  }
  throw new Error(`${what}: was not refused`);
}

export function finish() {
  console.log(`1..${count}`);
  process.exit(failed ? 1 : 0);
}
