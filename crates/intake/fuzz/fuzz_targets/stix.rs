//! STIX bundles and patterns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_intake::{StixBundle, comparisons};

fuzz_target!(|data: &[u8]| {
    let _ = StixBundle::read(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = comparisons(text);
    }
});
