// SPDX-License-Identifier: Apache-2.0
// Inside the fuzzer only: two wallets whose coins the corpus spends.
"wsh(sortedmulti(2,[729c0d85/48h/1h/0h/2h]tpubDEFxpUknXpo49kWhqhSMRJi8c9792RKWWpysh9M5VBiarD1KUkY"
"UUmWoJ8c67tPPqVkDs5LhraWLvFHEfKPprmoYEqzRRs9SuBienC3RJPF/<0;1>/*,[0dbd0cc3/48h/1h/0h/2h]tpubDFX8"
"u4cajvyZrQGikAfBcRt5EqVj4C9xB1HEQSZfN5weSUq4ULeMra6GXY8fM6hwgBX3WZ8TCP7nvMQu3hM4zvUHqWPhU9oq8HNV"
"4ixboTz/<0;1>/*,[73bccd56/48h/1h/0h/2h]tpubDFCqK5T7J3FUasUXA1xsminXkeaPSxe1id2K4KCEaszuTNKERymai"
"ZHTnUcjGDf4b57XinAHauwSh1uDRmNVMtfhiStJWsf83MZLA1tC5qi/<0;1>/*))#3ks5pxau",
"tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,sortedmulti_a(2,[729c0d85/48"
"h/1h/0h/2h]tpubDEFxpUknXpo49kWhqhSMRJi8c9792RKWWpysh9M5VBiarD1KUkYUUmWoJ8c67tPPqVkDs5LhraWLvFHEf"
"KPprmoYEqzRRs9SuBienC3RJPF/<0;1>/*,[0dbd0cc3/48h/1h/0h/2h]tpubDFX8u4cajvyZrQGikAfBcRt5EqVj4C9xB1"
"HEQSZfN5weSUq4ULeMra6GXY8fM6hwgBX3WZ8TCP7nvMQu3hM4zvUHqWPhU9oq8HNV4ixboTz/<0;1>/*,[73bccd56/48h/"
"1h/0h/2h]tpubDFCqK5T7J3FUasUXA1xsminXkeaPSxe1id2K4KCEaszuTNKERymaiZHTnUcjGDf4b57XinAHauwSh1uDRmN"
"VMtfhiStJWsf83MZLA1tC5qi/<0;1>/*))#r43lf582",
