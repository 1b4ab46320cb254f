// SPDX-License-Identifier: Apache-2.0
// Bad input of every kind against the running exchange: the right code each,
// and no state change. Usage: node input.mjs URL KEYS
import tls from 'node:tls';
import { readFileSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { test, equal, check, finish } from './tap.mjs';
import { url, key } from './keys.mjs';

const { hostname, port } = new URL(url);
const ca = readFileSync(process.env.NODE_EXTRA_CA_CERTS);
const alice = key('alice');

// Sends bytes on a fresh connection; resolves to everything that came back until the end, or `ms` of silence.
function raw(bytes, { ms = 400, pause = 0 } = {}) {
  return new Promise((resolve, reject) => {
    let answer = '', timer;
    const socket = tls.connect({ host: hostname, port, ca, servername: 'localhost', checkServerIdentity: () => undefined }, async () => {
      const pieces = Array.isArray(bytes) ? bytes : [bytes];
      for (const piece of pieces) {
        if (!socket.destroyed) socket.write(piece);
        if (pause) await new Promise((r) => setTimeout(r, pause));
      }
      timer = setTimeout(() => socket.destroy(), ms);
    });
    socket.on('data', (d) => { answer += d.toString('latin1'); clearTimeout(timer); timer = setTimeout(() => socket.destroy(), ms); });
    socket.on('error', (e) => (answer ? resolve(answer) : e.code === 'ECONNRESET' || e.code === 'EPIPE' ? resolve('') : reject(e)));
    socket.on('close', () => resolve(answer));
  });
}

const parse = (answer) => {
  const status = Number(answer.slice(9, 12)) || 0;
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  let json = null;
  try { json = JSON.parse(body); } catch { /* not JSON */ }
  return { status, json, answer };
};

const sign = (text, secret = alice.secret) => createHmac('sha256', secret).update(text).digest('hex');
const now = () => Date.now();

function request(method, path, query, { apiKey = alice.apiKey, body = '', headers = '' } = {}) {
  const length = body || method === 'POST' ? `Content-Length: ${Buffer.byteLength(body)}\r\n` : '';
  const keyLine = apiKey === null ? '' : `X-MBX-APIKEY: ${apiKey}\r\n`;
  return `${method} ${path}${query ? `?${query}` : ''} HTTP/1.1\r\nHost: localhost\r\n${keyLine}${length}${headers}Connection: close\r\n\r\n${body}`;
}

const send = async (...args) => parse(await raw(Buffer.from(request(...args), 'latin1')));

async function signed(method, path, params, options) {
  const query = `${params}${params ? '&' : ''}timestamp=${now()}`;
  return send(method, path, `${query}&signature=${sign(query)}`, options);
}

const state = async () => {
  const account = await signed('GET', '/api/v3/account', '');
  const open = await signed('GET', '/api/v3/openOrders', '');
  check(account.status === 200 && open.status === 200, `state is readable: ${account.answer.slice(0, 300)}`);
  return JSON.stringify([account.json.balances, open.json]);
};

const good = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '50000' };
const order = (changes) => Object.entries({ ...good, ...changes }).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}=${v}`).join('&');

const before = await state();

async function refused(name, answer, status, code) {
  await test(name, async () => {
    const got = await answer();
    const what = got.answer.slice(0, 400);
    check([].concat(status).includes(got.status), `status ${got.status}, expected ${status}: ${what}`);
    if (code !== undefined) check([].concat(code).includes(got.json?.code), `code ${got.json?.code}, expected ${code}: ${what}`);
  });
}

// ---- parameters: missing, empty, doubled, wrong ----
for (const name of ['symbol', 'side', 'type', 'timeInForce', 'quantity', 'price']) {
  await refused(`POST order without ${name}`, () => signed('POST', '/api/v3/order', order({ [name]: undefined })), 400, -1102);
  await refused(`POST order with empty ${name}`, () => signed('POST', '/api/v3/order', order({ [name]: '' })), 400, [-1102, -1105]);
  await refused(`POST order with two ${name}`, () => signed('POST', '/api/v3/order', `${order({})}&${name}=${good[name]}`), 400, [-1101, -1102]);
}
for (const name of ['quantity', 'price'])
  for (const [what, value] of Object.entries({ negative: '-1', exponent: '1e3', NaN: 'NaN', Infinity: 'Infinity', hexadecimal: '0x10', plus: '%2B1',
    'two points': '1.2.3', 'a space': '1%200', letters: 'abc', 'UTF-8': '%C3%A9', NUL: '1%000', comma: '1,5', 'only a point': '.' }))
    await refused(`${name} as ${what}`, () => signed('POST', '/api/v3/order', order({ [name]: value })), 400, [-1100, -1102, -1111, -1130]);
await refused('quantity zero', () => signed('POST', '/api/v3/order', order({ quantity: '0' })), 400, -1013);
await refused('price zero', () => signed('POST', '/api/v3/order', order({ price: '0' })), 400, -1013);
await refused('too many decimals', () => signed('POST', '/api/v3/order', order({ quantity: '0.001000001' })), 400, [-1111, -1013]);
await refused('off the tick', () => signed('POST', '/api/v3/order', order({ price: '50000.001' })), 400, -1013);
await refused('off the lot', () => signed('POST', '/api/v3/order', order({ quantity: '0.0010001' })), 400, [-1013, -1111]);
await refused('dust', () => signed('POST', '/api/v3/order', order({ quantity: '0.00001', price: '100' })), 400, -1013);
await refused('huge quantity', () => signed('POST', '/api/v3/order', order({ quantity: '9'.repeat(30) })), 400, [-1013, -1100, -1102, -1111, -1130]);
await refused('price x quantity overflows', () => signed('POST', '/api/v3/order', order({ quantity: '92233720368', price: '92233720368' })), 400, -1013);
await refused('largest of both', () => signed('POST', '/api/v3/order', order({ quantity: '90000000000', price: '1000000' })), 400, [-1013, -2010]);
await refused('more than the balance', () => signed('POST', '/api/v3/order', order({ side: 'SELL', quantity: '8000', price: '900000' })), 400, [-2010, -1013]);
await refused('unknown symbol', () => signed('POST', '/api/v3/order', order({ symbol: 'XXXYYY' })), 400, -1121);
await refused('lower-case symbol', () => signed('POST', '/api/v3/order', order({ symbol: 'btcusdt' })), 400, [-1121, -1100]);
await refused('unknown side', () => signed('POST', '/api/v3/order', order({ side: 'HOLD' })), 400, -1117);
await refused('unknown type', () => signed('POST', '/api/v3/order', order({ type: 'MAGIC' })), 400, -1116);
await refused('unknown timeInForce', () => signed('POST', '/api/v3/order', order({ timeInForce: 'GTD' })), 400, -1115);
await refused('client id of 37', () => signed('POST', '/api/v3/order', order({ newClientOrderId: 'a'.repeat(37) })), 400, -1100);
await refused('client id with a NUL', () => signed('POST', '/api/v3/order', order({ newClientOrderId: 'a%00b' })), 400, -1100);
await refused('client id in UTF-8', () => signed('POST', '/api/v3/order', order({ newClientOrderId: 'caf%C3%A9' })), 400, -1100);
await refused('broken percent-encoding', () => signed('POST', '/api/v3/order', order({ newClientOrderId: 'a%4' })), 400, [-1000, -1100]);
await refused('an unknown parameter', () => signed('POST', '/api/v3/order', order({ bogus: '1' })), 400, [-1101, -1104]);
await refused('41 parameters', () => signed('POST', '/api/v3/order', order(Object.fromEntries([...Array(41)].map((_, i) => [`p${i}`, i])))), 400, [-1101, -1104]);
await refused('MARKET with a price', () => signed('POST', '/api/v3/order', order({ type: 'MARKET', timeInForce: undefined })), 400, -1106);
await refused('cancel of an unknown order', () => signed('DELETE', '/api/v3/order', 'symbol=BTCUSDT&orderId=9007199254740991'), 400, -2011);
await refused('cancel without any id', () => signed('DELETE', '/api/v3/order', 'symbol=BTCUSDT'), 400, -1102);
await refused('query of an unknown order', () => signed('GET', '/api/v3/order', 'symbol=BTCUSDT&origClientOrderId=never'), 400, -2013);
await refused('order id above 2^53', () => signed('GET', '/api/v3/order', 'symbol=BTCUSDT&orderId=9007199254740993'), 400, [-1100, -1102, -1130]);
await refused('limit above 1000', () => signed('GET', '/api/v3/allOrders', 'symbol=BTCUSDT&limit=1001'), [200, 400]);
await refused('unknown interval', () => send('GET', '/api/v3/klines', 'symbol=BTCUSDT&interval=7m', { apiKey: null }), 400, -1120);

// ---- keys, clocks, signatures ----
await refused('no key', () => signed('GET', '/api/v3/account', '', { apiKey: null }), [400, 401], [-2014, -2015]);
await refused('a key of another form', () => signed('GET', '/api/v3/account', '', { apiKey: 'short' }), [400, 401], [-2014, -2015]);
await refused('an unknown key', () => signed('GET', '/api/v3/account', '', { apiKey: 'Z'.repeat(alice.apiKey.length) }), 401, -2015);
await refused('no signature', () => send('GET', '/api/v3/account', `timestamp=${now()}`), 400, [-1102, -1022]);
await refused('no timestamp', () => { const q = 'recvWindow=5000'; return send('GET', '/api/v3/account', `${q}&signature=${sign(q)}`); }, 400, -1102);
for (const [what, off] of Object.entries({ 'ten minutes behind': -600000, 'ten minutes ahead': 600000 }))
  await refused(`a clock ${what}`, () => { const q = `timestamp=${now() + off}`; return send('GET', '/api/v3/account', `${q}&signature=${sign(q)}`); }, 400, -1021);
await refused('recvWindow above 30 s', () => { const q = `recvWindow=30001&timestamp=${now()}`; return send('GET', '/api/v3/account', `${q}&signature=${sign(q)}`); }, 400, [-1131, -1130]);
await refused('a wrong secret', () => { const q = `timestamp=${now()}`; return send('GET', '/api/v3/account', `${q}&signature=${sign(q, 'wrong')}`); }, [400, 401], -1022);
await refused('a short signature', () => { const q = `timestamp=${now()}`; return send('GET', '/api/v3/account', `${q}&signature=abcd`); }, [400, 401], [-1022, -1100]);
await refused('a signature that is not last', () => { const q = `timestamp=${now()}`; return send('GET', '/api/v3/account', `signature=${sign(q)}&${q}`); }, [400, 401], [-1022, -1102]);
await refused('two signatures', () => { const q = `timestamp=${now()}`; return send('GET', '/api/v3/account', `${q}&signature=${sign(q)}&signature=${sign(q)}`); }, [400, 401], [-1022, -1101]);
await refused('a body that was altered after signing', () => {
  const body = `${order({})}&timestamp=${now()}`;
  return send('POST', '/api/v3/order', '', { body: `${body.replace('0.001', '0.002')}&signature=${sign(body)}`, headers: 'Content-Type: application/x-www-form-urlencoded\r\n' });
}, [400, 401], -1022);
await test('a request that is sent twice is refused the second time', async () => {
  const q = `timestamp=${now()}`, text = `${q}&signature=${sign(q)}`;
  equal((await send('GET', '/api/v3/account', text)).status, 200, 'first');
  const second = await send('GET', '/api/v3/account', text);
  equal(second.json?.code, -1022, `second: ${second.answer.slice(0, 200)}`);
});
const elsewhere = key('elsewhere'), reader = key('reader'); // tests/input.sh adds them
await refused('a key from a forbidden address', () => {
  const q = `timestamp=${now()}`;
  return send('GET', '/api/v3/account', `${q}&signature=${sign(q, elsewhere.secret)}`, { apiKey: elsewhere.apiKey });
}, 401, -2015);
await refused('a key that may only read places an order', () => {
  const q = `${order({})}&timestamp=${now()}`;
  return send('POST', '/api/v3/order', `${q}&signature=${sign(q, reader.secret)}`, { apiKey: reader.apiKey });
}, 401, -2015);
await test('the same key may read', async () => {
  const q = `timestamp=${now()}`;
  equal((await send('GET', '/api/v3/account', `${q}&signature=${sign(q, reader.secret)}`, { apiKey: reader.apiKey })).status, 200, 'status');
});

// ---- HTTP ----
const line = 'GET /api/v3/ping HTTP/1.1\r\n', host = 'Host: x\r\n', end = '\r\n';
const http = {
  'a bare LF': `${line}Host: x\n\r\n`,
  'a bare CR in a value': `${line}Host: x\ry\r\n\r\n`,
  'no Host': `${line}\r\n`,
  'two Hosts': `${line}${host}${host}${end}`,
  'a folded header': `${line}${host}X-A: 1\r\n 2\r\n${end}`,
  'a space before the colon': `${line}${host}X-A : 1\r\n${end}`,
  'a NUL in a header': `${line}${host}X-A: a\0b\r\n${end}`,
  'both lengths': `POST /api/v3/order HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'two Content-Lengths': `POST /api/v3/order HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 1\r\n\r\nx`,
  'a signed Content-Length': `POST /api/v3/order HTTP/1.1\r\n${host}Content-Length: +1\r\n\r\nx`,
  'a huge Content-Length': `POST /api/v3/order HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n`,
  'chunked': `POST /api/v3/order HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'an unknown method': `BREW /api/v3/ping HTTP/1.1\r\n${host}${end}`,
  'HTTP/1.0 without reason': `GET /api/v3/ping HTTP/3.7\r\n${host}${end}`,
  'two spaces': `GET  /api/v3/ping HTTP/1.1\r\n${host}${end}`,
  'an absolute target': `GET http://x/api/v3/ping HTTP/1.1\r\n${host}${end}`,
  'a control character in the target': `GET /api/v3/\x01 HTTP/1.1\r\n${host}${end}`,
  'a byte above 127 in the target': `GET /api/v3/\xe9 HTTP/1.1\r\n${host}${end}`,
  'an enormous header': `${line}${host}X-A: ${'a'.repeat(70000)}\r\n${end}`,
  'a thousand headers': `${line}${host}${'X-A: 1\r\n'.repeat(1000)}${end}`,
  'an enormous target': `GET /${'a'.repeat(70000)} HTTP/1.1\r\n${host}${end}`,
  'an enormous body': `POST /api/v3/order HTTP/1.1\r\n${host}Content-Length: 1000000\r\n\r\n${'a'.repeat(20000)}`,
};
for (const [name, bytes] of Object.entries(http))
  await test(`HTTP with ${name} is refused`, async () => {
    const { status } = parse(await raw(Buffer.from(bytes, 'latin1')));
    check(status === 0 || (status >= 400 && status < 600), `status ${status}`);
  });
await test('an unknown path is 404', async () => equal((await send('GET', '/api/v3/nothing', '', { apiKey: null })).status, 404, 'status'));
await test('a request one byte at a time is answered', async () => {
  const answer = await raw([...`${line}${host}Connection: close\r\n${end}`], { pause: 1, ms: 1000 });
  equal(parse(answer).status, 200, 'status');
});
await test('twenty pipelined requests are answered in order', async () => {
  const paths = [...Array(20)].map((_, i) => (i % 2 ? 'time' : 'ping'));
  const answer = await raw(paths.map((p) => `GET /api/v3/${p} HTTP/1.1\r\n${host}${end}`).join(''), { ms: 800 });
  const bodies = answer.split('HTTP/1.1 200').slice(1).map((a) => (a.includes('serverTime') ? 'time' : 'ping'));
  equal(bodies.join(), paths.join(), 'order of answers');
});

await test('nothing of all this changed balances or orders', async () => equal(await state(), before, 'state'));
finish();
