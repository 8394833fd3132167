//! Bodies of log events: split, read, keyed; the first byte chooses the media type and the cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use probatum_intake::{Event, Events, MAX_TITLE, Splitter, correlation_key};

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else { return };
    let content_type = [None, Some("application/json"), Some("application/x-ndjson")][usize::from(choice % 3)];
    let whole: Vec<_> = Events::split(body, content_type).map_while(Result::ok).collect();
    let mut splitter = Splitter::new(content_type);
    let (head, tail) = body.split_at(usize::from(choice / 3).min(body.len()));
    let pieced = splitter.push(head).and_then(|mut events| {
        events.extend(splitter.push(tail)?);
        events.extend(splitter.finish()?);
        Ok(events)
    });
    if let Ok(pieced) = pieced {
        assert_eq!(whole, pieced);
    }
    for event in whole.iter().filter_map(|(_, raw)| Event::read(raw.as_ref().ok()?).ok()) {
        assert!(!event.title.is_empty() && event.title.chars().count() <= MAX_TITLE && event.severity <= 10);
        assert_eq!(correlation_key(&event).as_str().len(), 64);
        assert!(!event.canonical().is_empty());
    }
});
