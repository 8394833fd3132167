//! Texts: indicators, addresses, fingerprints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_intake::{MAX_INDICATORS, canonical_url, fingerprint, indicators};

fuzz_target!(|text: &str| {
    let found = indicators(text);
    assert!(found.len() <= MAX_INDICATORS && found.iter().all(|i| !i.value.is_empty()));
    if let Ok(once) = canonical_url(text) {
        // A path that lost its last segment may lose another, but it stays an address.
        assert!(canonical_url(once.as_str()).is_ok());
    }
    let _ = fingerprint(text, text);
});
