// SPDX-License-Identifier: Apache-2.0
// A signed client without any library, for tests that must see every byte:
// keep-alive connections, and "unknown" instead of an exception when no answer came.
import https from 'node:https';
import { createHmac } from 'node:crypto';

export class Rest {
  constructor(url, { apiKey, secret }, { sockets = 8, timeout = 5000 } = {}) {
    this.base = new URL(url);
    this.key = apiKey;
    this.secret = secret;
    this.timeout = timeout;
    this.agent = new https.Agent({ keepAlive: true, maxSockets: sockets, checkServerIdentity: () => undefined });
  }

  // Resolves to {status, body}; status 0 = no answer: it may or may not have happened.
  call(method, path, params = {}, { signed = true } = {}) {
    let query = new URLSearchParams(params).toString();
    if (signed) {
      query += `${query ? '&' : ''}recvWindow=20000&timestamp=${Date.now()}`;
      query += `&signature=${createHmac('sha256', this.secret).update(query).digest('hex')}`;
    }
    return new Promise((resolve) => {
      const request = https.request({
        host: this.base.hostname, port: this.base.port, method, path: `${path}?${query}`, agent: this.agent,
        headers: { 'X-MBX-APIKEY': this.key, 'Content-Length': 0 }, timeout: this.timeout,
      }, (response) => {
        let text = '';
        response.on('data', (d) => { text += d; });
        response.on('end', () => { try { resolve({ status: response.statusCode, body: JSON.parse(text) }); } catch { resolve({ status: 0 }); } });
        response.on('error', () => resolve({ status: 0 }));
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve({ status: 0 }));
      request.end();
    });
  }

  // Tries again until it has a definite answer (for reads only). Throws after `seconds`.
  async read(path, params = {}, seconds = 30) {
    const until = Date.now() + seconds * 1000;
    let last;
    while (Date.now() < until) {
      last = await this.call('GET', path, params);
      const code = last.body?.code;
      if (last.status === 200 || (last.status >= 400 && last.status < 500 && code !== -1021 && last.status !== 429)) return last;
      await sleep(100);
    }
    throw new Error(`no definite answer to GET ${path} in ${seconds} s: ${JSON.stringify(last)}`);
  }
}

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// Decimal text with 8 places <-> BigInt of 1e-8 units.
export const units = (text) => { const [whole, part = ''] = String(text).split('.'); return BigInt(whole) * 100000000n + BigInt(part.padEnd(8, '0')); };
