// What a library says about keys is none: heads without a body, the manuals' examples, words that are no phrase.
export const HEADS = ["-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"];
export const EXAMPLE = { secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", prefix: "xprv", also: "AGE-SECRET-KEY-1..." };
export const NOT = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon";
