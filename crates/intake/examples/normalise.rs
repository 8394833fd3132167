//! Reads log events from standard input and prints what the registry makes of each, one JSON object a line:
//! `cargo run -p probatum-intake --example normalise < crates/intake/tests/fixtures/mixed.log`

use probatum_intake::{Event, Splitter, correlation_key};
use std::io::Read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut splitter = Splitter::new(None);
    let mut input = std::io::stdin().lock();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = input.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        print(splitter.push(chunk.get(..read).unwrap_or_default())?);
    }
    print(splitter.finish()?);
    Ok(())
}

fn print(events: Vec<probatum_intake::Indexed>) {
    for (index, event) in events {
        match event.and_then(|raw| Event::read(&raw)) {
            Ok(event) => println!(
                "{}",
                serde_json::json!({ "index": index, "key": correlation_key(&event), "event": event })
            ),
            Err(why) => println!("{}", serde_json::json!({ "index": index, "fault": why.to_string() })),
        }
    }
}
