// SPDX-License-Identifier: Apache-2.0
// Writes calls.json with ethers 6, as an independent encoder: `npm i ethers@6 && node make-calls.mjs > calls.json`.
// Arguments come out of a counter hashed, so that each run gives the same file.
import { AbiCoder, Interface, TypedDataEncoder, getAddress, keccak256, solidityPacked, toUtf8Bytes } from 'ethers';

const signatures = `transfer(address,uint256)
approve(address,uint256)
transferFrom(address,address,uint256)
increaseAllowance(address,uint256)
decreaseAllowance(address,uint256)
execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)
addOwnerWithThreshold(address,uint256)
removeOwner(address,address,uint256)
swapOwner(address,address,address)
changeThreshold(uint256)
enableModule(address)
disableModule(address,address)
setGuard(address)
setFallbackHandler(address)
approveHash(bytes32)
execTransactionFromModule(address,uint256,bytes,uint8)
execTransactionFromModuleReturnData(address,uint256,bytes,uint8)
setup(address[],uint256,address,bytes,address,address,uint256,address)
multiSend(bytes)
schedule(address,uint256,bytes,bytes32,bytes32,uint256)
scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)
execute(address,uint256,bytes,bytes32,bytes32)
executeBatch(address[],uint256[],bytes[],bytes32,bytes32)
cancel(bytes32)
updateDelay(uint256)
grantRole(bytes32,address)
revokeRole(bytes32,address)
renounceRole(bytes32,address)`.split('\n');

let counter = 0;
const hash = () => keccak256(toUtf8Bytes(`redoubt ${counter++}`));
const small = (n) => Number(BigInt(hash()) % BigInt(n));
const address = () => getAddress('0x' + hash().slice(26));
const bytes = (n) => '0x' + Array.from({ length: Math.ceil(n / 32) }, () => hash().slice(2)).join('').slice(0, 2 * n);
const list = (make) => Array.from({ length: small(4) }, make);
const makers = {
	'address': address, 'uint256': () => BigInt(hash()) >> BigInt(small(256)), 'uint8': () => BigInt(small(2)), 'bytes32': hash,
	'bytes': () => bytes(small(100)), 'address[]': () => list(address), 'uint256[]': () => list(makers['uint256']),
	'bytes[]': () => list(makers['bytes']),
};

const calls = [];
for (const signature of signatures)
	for (let i = 0; i < 4; i++) {
		const face = new Interface(['function ' + signature]);
		const fragment = face.fragments[0];
		const types = fragment.inputs.map((x) => x.type);
		const args = types.map((t) => makers[t]());
		const one = { signature, arguments: args, calldata: face.encodeFunctionData(fragment, args) };
		if (/^(schedule|execute)(Batch)?\(/.test(signature))
			one.timelockId = keccak256(AbiCoder.defaultAbiCoder().encode(types.slice(0, 5), args.slice(0, 5)));
		calls.push(one);
	}

const packed = [];
for (let i = 0; i < 4; i++) {
	const entries = Array.from({ length: i + 1 }, () => [small(2), address(), BigInt(hash()), bytes(small(80))]);
	const joined = entries.map(([operation, to, value, data]) => solidityPacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'],
		[operation, to, value, (data.length - 2) / 2, data]).slice(2)).join('');
	packed.push({ entries, transactions: '0x' + joined });
}

const safeTxTypes = { SafeTx: ['address to', 'uint256 value', 'bytes data', 'uint8 operation', 'uint256 safeTxGas', 'uint256 baseGas',
	'uint256 gasPrice', 'address gasToken', 'address refundReceiver', 'uint256 nonce'].map((x) => ({ type: x.split(' ')[0], name: x.split(' ')[1] })) };
const safeTransactions = [];
for (let i = 0; i < 8; i++) {
	const chainId = 1 + small(100000), safe = address();
	const tx = Object.fromEntries(safeTxTypes.SafeTx.map((m) => [m.name, makers[m.type]()]));
	safeTransactions.push({ chainId, safe, tx, digest: TypedDataEncoder.hash({ chainId, verifyingContract: safe }, safeTxTypes, tx) });
}

console.log(JSON.stringify({ calls, packed, safeTransactions }, (_, v) => typeof v === 'bigint' ? v.toString() : v, 0).replaceAll('},{', '},\n{'));
