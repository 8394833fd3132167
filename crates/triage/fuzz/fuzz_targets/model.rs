//! Any bytes as a file of weights: refused, or read back as they were.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_triage::model::Model;

fuzz_target!(|data: &[u8]| {
    if let Some(model) = Model::from_bytes(data) {
        assert_eq!(Model::from_bytes(&model.to_bytes()), Some(model));
    }
});
