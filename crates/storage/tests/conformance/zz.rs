//! scratch
use crate::lists::*;
use crate::support::*;
use probatum_application::*;
use probatum_kernel::Sort;
use probatum_tests::Engine;
#[test]
fn slow() {
    let bed = Bed::new(Engine::Sqlite);
    bed.insert(&common(3_300));
    for f in filters() {
        for s in ["-created_at", "severity"] {
            let q = query(f.clone(), s.parse::<Sort>().unwrap());
            let t = std::time::Instant::now();
            let n = bed.read(move |tx| tx.list_incidents(&q)).unwrap();
            let d = t.elapsed();
            if d.as_millis() > 15 {
                println!("SLOW {d:?} {s} {:?} {:?}", n.total, f);
            }
        }
    }
    for text in ["ransomware", "ran*", "\"the same\"", "\"same ransomware\""] {
        let f = IncidentFilter {
            text: SearchQuery::parse(text),
            status: Some(probatum_incident::QueueStatus::Open),
            ..Default::default()
        };
        for f in [
            f.clone(),
            IncidentFilter { status: None, overdue: Some(true), ..f.clone() },
            IncidentFilter { status: None, agent_id: Some("b1f2...-agent".parse().unwrap()), ..f },
        ] {
            let q = query(f.clone(), Sort::default());
            let t = std::time::Instant::now();
            let n = bed.read(move |tx| tx.list_incidents(&q)).unwrap();
            println!("TEXT {text} {:?} {:?} {:?}", t.elapsed(), n.total, (f.status, f.overdue, f.agent_id));
        }
    }
}
