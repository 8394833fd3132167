//! Reported mails.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_intake::{MAX_MAIL_JSON, ReportedMail};

fuzz_target!(|data: &[u8]| {
    if let Ok(mail) = ReportedMail::read(data) {
        assert!(mail.raw_data().to_string().len() <= MAX_MAIL_JSON);
    }
});
