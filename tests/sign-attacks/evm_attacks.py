# SPDX-License-Identifier: Apache-2.0
# Safe transactions and transactions of the lab's account: name, text, the refusal's name, what its sentence must say.
from curve import keccak256

SAFE = '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'
SUPPLIER = 'fb6916095ca1df60bb79ce92ce3ea74c37c5d359'  # the lab's label
DAI = '6b175474e89094c44da98b954eedeac495271d0f'       # on the lab's list
EVIL = 'badbadbadbadbadbadbadbadbadbadbadbadbad1'
ZERO = '0' * 40
ETHER = 10**18
CHAIN = 31337


def address(digits):
    """EIP-55's capitals."""
    if digits == ZERO:
        return '0x' + digits
    check = keccak256(digits.encode()).hex()
    return '0x' + ''.join(c.upper() if int(check[i], 16) > 7 else c for i, c in enumerate(digits))


def word(value):
    return (bytes.fromhex(value) if isinstance(value, str) else value.to_bytes(32, 'big')).rjust(32, b'\0')


def call(signature, *values):
    """Static words first; bytes go behind them."""
    head, tail = [], b''
    for value in values:
        if isinstance(value, bytes):
            head.append(word(32 * len(values) + len(tail)))
            tail += word(len(value)) + value + b'\0' * (-len(value) % 32)
        else:
            head.append(word(value))
    return keccak256(signature.encode())[:4] + b''.join(head) + tail


EXEC = 'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)'


def exec_transaction(to, value, data, operation=0, gas_price=0, receiver=ZERO):
    return call(EXEC, to, value, data, operation, 0, 0, gas_price, ZERO, receiver, b'\1' * 65)


def safe(to=SUPPLIER, value=0, data=b'', operation='call', chain=CHAIN, gas_price=0, receiver=ZERO, of=SAFE):
    rows = [('chain', chain), ('safe', address(of)), ('to', address(to)), ('value', value), ('data', '0x' + data.hex()),
            ('operation', operation), ('safe-tx-gas', 0), ('base-gas', 0), ('gas-price', gas_price),
            ('gas-token', address(ZERO)), ('refund-receiver', address(receiver)), ('nonce', 4)]
    return 'redoubt safe transaction 1\n' + ''.join('%s %s\n' % row for row in rows)


def owner_change():
    return safe(SAFE, data=call('addOwnerWithThreshold(address,uint256)', EVIL, 2))


def rlp(item):
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, 'big')
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 128 else rlp_head(0x80, item) + item
    body = b''.join(rlp(part) for part in item)
    return rlp_head(0xc0, body) + body


def rlp_head(base, body):
    if len(body) < 56:
        return bytes([base + len(body)])
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, 'big')
    return bytes([base + 55 + len(size)]) + size


def transaction(to=SUPPLIER, value=0, data=b'', chain=CHAIN, gas=21000, fee_max=50 * 10**9, nonce=5):
    fields = [chain, nonce, 10**9, fee_max, gas, bytes.fromhex(to), value, data, []]
    return '0x02' + rlp(fields).hex() + '\n'


def legacy_without_chain():
    return '0x' + rlp([5, 50 * 10**9, 21000, bytes.fromhex(SUPPLIER), ETHER, b'']).hex() + '\n'


def packed(operation, to, value, data=b''):
    return bytes([operation]) + bytes.fromhex(to) + word(value) + word(len(data)) + data


def safe_attacks():
    transfer = call('transfer(address,uint256)', EVIL, 0)
    blind, hollow = 'Bybit 2025', 'WazirX 2024'
    upgrade = call('upgradeTo(address)', EVIL)
    # Bybit: the page showed a transfer; the operation byte made it replace the Safe's singleton.
    yield 'bybit', safe(EVIL, 0, transfer, 'delegatecall'), 'delegatecall', blind
    yield 'bybit-empty', safe(EVIL, 0, b'', 'delegatecall'), 'delegatecall', blind
    yield 'bybit-multisend', safe(EVIL, 0, call('multiSend(bytes)', packed(1, EVIL, 0, transfer)), 'delegatecall'), 'delegatecall', blind
    yield 'wazirx-upgrade', safe(SAFE, 0, upgrade), 'unknown-selector', hollow
    yield 'wazirx-change-master-copy', safe(SAFE, 0, call('changeMasterCopy(address)', EVIL)), 'unknown-selector', hollow
    yield 'wazirx-nested', safe(SAFE, 0, exec_transaction(SAFE, 0, upgrade)), 'unknown-selector', hollow
    yield 'wazirx-nested-delegatecall', safe(SAFE, 0, exec_transaction(EVIL, 0, transfer, 1)), 'delegatecall', hollow
    yield 'approve-hash', safe(SAFE, 0, call('approveHash(bytes32)', 'ab' * 32)), 'blind-hash', blind
    # Parity: whoever could call the library's initWallet owned it, and then killed it.
    yield 'parity-library', safe(EVIL, 0, call('initWallet(address[],uint256,uint256)', EVIL, 1, 0), 'delegatecall'), 'delegatecall', 'Safe itself'
    yield 'parity-init', safe(SAFE, 0, call('initWallet(address[],uint256,uint256)', EVIL, 1, 0)), 'unknown-selector', 'never signed blind'
    yield 'parity-kill', safe(SAFE, 0, call('kill(address)', EVIL)), 'unknown-selector', 'never signed blind'
    parity = 'Parity 2017'
    for name, data, tag in (
            ('setup', call('setup(address[],uint256,address,bytes,address,address,uint256,address)', b'', 1, EVIL, b'', ZERO, ZERO, 0, ZERO), 'owner-change'),
            ('add-owner', call('addOwnerWithThreshold(address,uint256)', EVIL, 1), 'owner-change'),
            ('swap-owner', call('swapOwner(address,address,address)', 1, EVIL, SUPPLIER), 'owner-change'),
            ('remove-owner', call('removeOwner(address,address,uint256)', 1, EVIL, 1), 'owner-change'),
            ('threshold', call('changeThreshold(uint256)', 1), 'owner-change'),
            ('module', call('enableModule(address)', EVIL), 'module-change'),
            ('guard', call('setGuard(address)', EVIL), 'guard-change'),
            ('fallback', call('setFallbackHandler(address)', EVIL), 'guard-change')):
        yield 'parity-' + name, safe(SAFE, 0, data), tag, parity
    yield 'through-module', safe(SAFE, 0, call('execTransactionFromModule(address,uint256,bytes,uint8)', EVIL, ETHER, b'', 0)), 'from-module', 'past the owners'
    yield 'gas-refund', safe(SUPPLIER, ETHER, gas_price=10**12, receiver=EVIL), 'gas-refund', 'beside the payment'
    yield 'safe-of-nobody', safe(SUPPLIER, ETHER, of=EVIL), 'unknown-safe', 'not registered'
    yield 'safe-chain', safe(SUPPLIER, ETHER, chain=1), 'wrong-chain-id', 'does not list'
    yield 'timelock-unknown', safe(EVIL, 0, call('schedule(address,uint256,bytes,bytes32,bytes32,uint256)', SUPPLIER, ETHER, b'', 0, 0, 0)), 'unknown-timelock', 'not registered'


def token_attacks():
    badger = 'BadgerDAO 2021'
    yield 'approve-unlimited', safe(DAI, 0, call('approve(address,uint256)', EVIL, 2**256 - 1)), 'unlimited-approval', badger
    yield 'approve-half-of-all', safe(DAI, 0, call('approve(address,uint256)', EVIL, 2**255)), 'unlimited-approval', badger
    yield 'approve-some', safe(DAI, 0, call('approve(address,uint256)', EVIL, 5 * ETHER)), 'approval', badger
    yield 'approve-more', safe(DAI, 0, call('increaseAllowance(address,uint256)', EVIL, ETHER)), 'approval', badger
    yield 'permit', safe(DAI, 0, call('permit(address,address,uint256,uint256,uint8,bytes32,bytes32)', SAFE, EVIL, ETHER, 2**40, 27, 1, 1)), 'unknown-selector', 'never signed blind'
    yield 'token-unknown', safe(EVIL, 0, call('transfer(address,uint256)', SUPPLIER, ETHER)), 'unknown-token', 'fake token'
    yield 'token-from-elsewhere', safe(DAI, 0, call('transferFrom(address,address,uint256)', SAFE, EVIL, ETHER)), 'call-not-allowed', 'does not allow'
    yield 'token-lost', safe(DAI, 0, call('transfer(address,uint256)', DAI, ETHER)), 'payment-lost', 'would be lost'
    yield 'token-over-cap', safe(DAI, 0, call('transfer(address,uint256)', SUPPLIER, 1001 * ETHER)), 'over-cap', 'Bitfinex'
    yield 'token-wraps', safe(DAI, 0, call('transfer(address,uint256)', SUPPLIER, 2**256 - 1)), 'over-cap', 'Bitfinex'
    dirty = call('transfer(address,uint256)', 'ff' * 12 + SUPPLIER, ETHER)
    yield 'token-dirty-address', safe(DAI, 0, dirty), 'malformed-call', 'read it differently'
    yield 'token-trailing', safe(DAI, 0, call('transfer(address,uint256)', SUPPLIER, ETHER) + b'\0' * 32), 'malformed-call', 'read it differently'
    yield 'token-value-too', safe(DAI, ETHER, call('transfer(address,uint256)', SUPPLIER, ETHER)), 'value-with-call', 'stuck'


def account_attacks():
    yield 'chain-wrong', transaction(value=ETHER, chain=1), 'wrong-chain-id', 'does not list'
    yield 'chain-none', legacy_without_chain(), 'no-chain-id', '2016 fork'
    yield 'fee-absurd', transaction(value=ETHER, gas=30 * 10**6, fee_max=150 * 10**9), 'absurd-fee', 'above the policy'
    yield 'fee-rate-absurd', transaction(value=ETHER, fee_max=900 * 10**9), 'absurd-fee-rate', '83 BTC'
    yield 'over-cap', transaction(value=11 * ETHER), 'over-cap', 'Bitfinex'
    yield 'contract-made', '0x02' + rlp([CHAIN, 5, 10**9, 50 * 10**9, 100000, b'', 0, b'\x60\0\xff', []]).hex() + '\n', 'creates-contract', 'never a payment'
    yield 'approve-by-account', transaction(DAI, 0, call('approve(address,uint256)', EVIL, 2**256 - 1), gas=60000), 'unlimited-approval', 'BadgerDAO'
    yield 'exec-of-unknown-safe', transaction(EVIL, 0, exec_transaction(SUPPLIER, ETHER, b''), gas=200000), 'unknown-safe', 'not registered'
    yield 'exec-delegatecall', transaction(SAFE, 0, exec_transaction(EVIL, 0, b'\xde\xad\xbe\xef', 1), gas=200000), 'delegatecall', 'Bybit 2025'
    poisoned = SUPPLIER[:6] + 'ee' * 14 + SUPPLIER[-6:]
    yield 'address-poisoned', transaction(poisoned, ETHER), 'look-alike', 'address poisoning'
    yield 'address-poisoned-safe', safe(SUPPLIER[:4] + 'ee' * 16 + SUPPLIER[-4:], ETHER), 'look-alike', 'address poisoning'
    yield 'address-poisoned-own', transaction(SAFE[:6] + 'ee' * 14 + SAFE[-6:], ETHER), 'look-alike', 'address poisoning'
    yield 'signed-already', '0x02' + rlp([CHAIN, 5, 10**9, 50 * 10**9, 21000, bytes.fromhex(SUPPLIER), ETHER, b'', [], 0, 5, 6]).hex() + '\n', 'unreadable-transaction', 'unsigned'


def attacks():
    for family in (safe_attacks, token_attacks, account_attacks):
        yield from family()


def clean():
    """name, text, what a person types."""
    yield 'safe-pays', safe(SUPPLIER, ETHER), ['1.0']
    yield 'safe-pays-token', safe(DAI, 0, call('transfer(address,uint256)', SUPPLIER, 7 * ETHER)), ['7.0']
    yield 'account-pays', transaction(value=ETHER), ['1.0']
    yield 'account-sends-for-safe', transaction(SAFE, 0, exec_transaction(SUPPLIER, ETHER, b''), gas=200000), ['1.0']
