//! Bitcoin addresses: only those whose checksum holds.

use sha2::{Digest, Sha256};

const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

pub(super) fn is_address(s: &str) -> bool {
    is_base58(s) || is_bech32(s)
}

/// A version byte (0 or 5), 20 bytes, and the first four of a double SHA-256 over them.
fn is_base58(s: &str) -> bool {
    if !(26..=35).contains(&s.len()) || !s.starts_with(['1', '3']) {
        return false;
    }
    let mut bytes = [0u8; 25];
    for c in s.chars() {
        let Some(digit) = BASE58.find(c) else { return false };
        let mut carry = u32::try_from(digit).unwrap_or_default();
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xFF).unwrap_or_default();
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let (payload, checksum) = bytes.split_at(21);
    let hash = Sha256::digest(Sha256::digest(payload));
    matches!(payload.first(), Some(0 | 5)) && hash.get(..4) == Some(checksum)
}

/// BIP 173 and 350: `bc1` and characters whose checksum is 1 or the constant of Bech32m.
fn is_bech32(s: &str) -> bool {
    let lower = s.to_ascii_lowercase();
    let mixed = s != lower && s != s.to_ascii_uppercase();
    let Some(data) = lower.strip_prefix("bc1").filter(|_| (14..=90).contains(&s.len()) && !mixed) else {
        return false;
    };
    let mut check = 1u32;
    // The human readable part `bc`, expanded.
    for value in [3, 3, 0, 2, 3] {
        check = polymod(check, value);
    }
    for c in data.chars() {
        let Some(value) = BECH32.find(c) else { return false };
        check = polymod(check, u32::try_from(value).unwrap_or_default());
    }
    matches!(check, 1 | 0x2bc8_30a3)
}

fn polymod(check: u32, value: u32) -> u32 {
    let top = check >> 25;
    let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let next = ((check & 0x1ff_ffff) << 5) ^ value;
    (0u32..).zip(generators).fold(next, |all, (i, g)| if (top >> i) & 1 == 1 { all ^ g } else { all })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Addresses printed in BIP 173, BIP 350 and the first block.
    #[test]
    fn checksums_decide() {
        for address in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3P14159f73E4gFr7JterCCQh9QjiTjiZrG",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert!(is_address(address), "{address}");
        }
        for wrong in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1",
            "11111111111111111111111111",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
