// SPDX-License-Identifier: Apache-2.0
// Places and cancels one order after the other, so that blocks pass. Usage: node stir.mjs URL KEYS COUNT
import { url, key } from './keys.mjs';
import { Rest } from './rest.mjs';

const alice = new Rest(url, key('alice'));
for (let i = 0; i < Number(process.argv[4]); i++) {
  const { status, body } = await alice.call('POST', '/api/v3/order', { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '10000' });
  if (status === 200) await alice.call('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId: body.orderId });
}
process.exit(0);
