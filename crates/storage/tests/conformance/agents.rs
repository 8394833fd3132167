//! Agents and their history: rows that come back, pages, the newest open incident, and what a deletion leaves.

use crate::support::*;
use probatum_agent_trust::*;
use probatum_application::AgentQuery;
use probatum_application::use_cases::{agents, incidents, quarantine};
use probatum_incident::{Incident, Lifecycle};
use probatum_kernel::{AgentId, Code, EvidenceId, IncidentId, IncidentRef, Page, Timestamp, Total};
use probatum_storage::Backend;
use probatum_tests::Engine;
use std::sync::Barrier;

probatum_tests::on_both! {
    own: agents_come_back_as_they_went_in, only_the_version_that_was_read_is_replaced, lists_go_by_id, history_is_read_newest_first,
        the_newest_open_incident, a_deleted_incident_leaves_the_quarantine, events_at_once_all_count,
        agents_of_the_version_before_are_taken_over;
}

fn time(hours: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_hours(hours).plus_millis(7)
}

fn id(text: &str) -> AgentId {
    text.parse().unwrap()
}

fn bare(name: &str) -> Agent {
    Agent::unverified(id(name), time(0))
}

/// With every field set; the incident has to exist.
fn full(name: &str, incident: IncidentId) -> Agent {
    let by = Person { actor: "aiso:mpaw".parse().unwrap(), principal: Some("abcdef012345".to_owned()) };
    let order = Quarantine::new(TrustEvent::ToolAbuse, by, incident, time(3));
    Agent {
        name: Some("Triage bot".to_owned()),
        owner: Some("SOC żółw".to_owned()),
        tier: Some(Tier::T2),
        baseline_score: 0,
        current_score: 100,
        quarantine: Some(Quarantine { approved_by: Some("manager:jkow".parse().unwrap()), ..order }),
        registered: true,
        unverified: false,
        allowed_tools: vec![Tool { name: "mail.send".to_owned(), risk: ToolRisk::Critical }],
        created_at: time(1),
        updated_at: time(2),
        version: 9,
        ..bare(name)
    }
}

/// An incident about an agent, the `n`-th in order.
fn about(agent: &str, n: i64, lifecycle: Lifecycle) -> Incident {
    let any = incident(&mut Dice::new(1), n, time(n));
    let new = draft("About an agent", time(n));
    let open = Incident::open(&new, any.id, any.public_id, &any.created_by, time(n));
    Incident { agent_id: Some(id(agent)), lifecycle, ..open }
}

fn agents_come_back_as_they_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    let incident = about("other", 1, Lifecycle::Open);
    bed.insert(std::slice::from_ref(&incident));
    let all = [bare("b1f2...-agent"), full("did:web:example.org:agents:ą", incident.id)];
    for agent in all.clone() {
        let (id, first) = (agent.id.clone(), agent.clone());
        let other = Agent { name: Some("another".to_owned()), ..agent.clone() };
        let inserted = bed.write(move |tx| Ok((tx.insert_agent(&first)?, tx.insert_agent(&other)?))).unwrap();
        assert_eq!(inserted, (true, false), "the first stays");
        assert_eq!(bed.read(move |tx| tx.agent(&id)).unwrap(), Some(agent));
    }
    // Each becomes the other: what was set is cleared, and what was absent is set.
    let [first, second] = all;
    for (before, like) in [(first.clone(), second.clone()), (second, first)] {
        let next = Agent { id: before.id.clone(), version: before.version + 1, ..like };
        let (id, expected) = (next.id.clone(), next.clone());
        bed.write(move |tx| tx.save_agent(&before, &next)).unwrap();
        assert_eq!(bed.read(move |tx| tx.agent(&id)).unwrap(), Some(expected));
    }
    assert_eq!(bed.read(|tx| tx.agent(&id("nobody"))).unwrap(), None);
}

fn only_the_version_that_was_read_is_replaced(engine: Engine) {
    let bed = Bed::new(engine);
    let agent = bare("a");
    let (first, next) = (agent.clone(), agent.apply(TrustEvent::Anomaly, time(1)));
    let saved = next.clone();
    bed.write(move |tx| tx.insert_agent(&first).and_then(|_| tx.save_agent(&first, &saved))).unwrap();
    let stale = agent.apply(TrustEvent::ToolAbuse, time(2));
    let e = bed.write(move |tx| tx.save_agent(&agent, &stale)).unwrap_err();
    assert!(e.transient, "{e:?}");
    assert_eq!(bed.read(|tx| tx.agent(&id("a"))).unwrap(), Some(next));
}

/// The ids of all pages of this size, by cursor and by number, which must agree; and the total told on each.
fn pages(bed: &Bed, status: Option<AgentStatus>, per_page: u32) -> (Vec<String>, Total) {
    let ask = |page: u32, after: Option<AgentId>| {
        let query = AgentQuery { status, after, page: Page::new(Some(page), Some(per_page), None).unwrap() };
        bed.read(move |tx| tx.list_agents(&query)).unwrap()
    };
    let (mut ids, mut after, mut number) = (Vec::new(), None, 1);
    loop {
        let (by_cursor, by_number) = (ask(1, after), ask(number, None));
        let texts = |rows: &[Agent]| rows.iter().map(|a| a.id.to_string()).collect::<Vec<_>>();
        assert_eq!(texts(&by_cursor.rows), texts(&by_number.rows));
        assert_eq!((by_cursor.total, &by_cursor.next), (by_number.total, &by_number.next));
        ids.extend(texts(&by_cursor.rows));
        match by_cursor.next {
            Some(next) => (after, number) = (Some(next), number + 1),
            None => return (ids, by_cursor.total),
        }
    }
}

fn lists_go_by_id(engine: Engine) {
    let bed = Bed::new(engine);
    assert_eq!(pages(&bed, None, 3), (vec![], Total::Exactly(0)));
    let mut names = ["b", "a", "Z", "ą", "a-b", "a.b", "a/b", "did:web:x", "żółw", "🦀", "10", "9"];
    let all = names.map(bare);
    bed.write(move |tx| all.iter().try_for_each(|a| tx.insert_agent(a).map(|_| ()))).unwrap();
    names.sort_unstable();
    for per_page in [1, 4, 12, 100] {
        assert_eq!(pages(&bed, None, per_page), (names.map(str::to_owned).to_vec(), Total::Exactly(12)));
    }
    let shown = |a: Agent| Agent { unverified: false, ..a };
    for (name, agent) in
        [("Z", shown(bare("Z"))), ("9", shown(bare("9")).apply(TrustEvent::Anomaly, time(1)))]
    {
        bed.write(move |tx| tx.save_agent(&bare(name), &agent)).unwrap();
    }
    let of = |status| pages(&bed, Some(status), 1).0;
    assert_eq!(
        (of(AgentStatus::Active), of(AgentStatus::Degraded)),
        (vec!["Z".to_owned()], vec!["9".to_owned()])
    );
    assert_eq!((of(AgentStatus::Unverified).len(), of(AgentStatus::Quarantined).len()), (10, 0));
}

fn history_is_read_newest_first(engine: Engine) {
    let bed = Bed::new(engine);
    let (agent, by) = (bare("a"), "devsecops:ci".parse().unwrap());
    let first = HistoryEntry::new(Happening::BecameKnown, None, &agent, &by);
    let full = HistoryEntry {
        seq: 2,
        event: Some(TrustEvent::ToolAbuse),
        approved_by: Some("aiso:mpaw".parse().unwrap()),
        incident: Some(IncidentId::new(time(1), &[1; 10])),
        evidence: Some(EvidenceId::new(time(1), &[2; 10])),
        note: Some("two\nlines 🦀".to_owned()),
        ..HistoryEntry::new(Happening::Quarantined, Some(&agent), &agent, &by)
    };
    let more: Vec<_> = (3..=7).map(|seq| HistoryEntry { seq, ..first.clone() }).collect();
    let mut entries = [vec![first, full], more].concat();
    let (all, other) = (entries.clone(), bare("b"));
    bed.write(move |tx| {
        tx.insert_agent(&agent)?;
        tx.insert_agent(&other)?;
        tx.append_agent_history(&other.id, &all[0])?;
        all.iter().try_for_each(|e| tx.append_agent_history(&agent.id, e))
    })
    .unwrap();
    entries.reverse();
    let ask = |page: Page| bed.read(move |tx| tx.agent_history(&id("a"), &page)).unwrap();
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = ask(Page::new(None, Some(3), cursor).unwrap());
        assert_eq!(page.total, Total::Exactly(7));
        found.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, entries);
    assert_eq!(ask(Page::new(Some(2), Some(3), None).unwrap()).rows, entries[3..6]);
    // One version has one entry.
    let again = entries[0].clone();
    assert!(bed.write(move |tx| tx.append_agent_history(&id("a"), &again)).is_err());
    let nobody = entries[0].clone();
    assert!(bed.write(move |tx| tx.append_agent_history(&id("nobody"), &nobody)).is_err());
}

fn the_newest_open_incident(engine: Engine) {
    let bed = Bed::new(engine);
    let found = |agent: &'static str| bed.read(move |tx| tx.open_incident_of(&id(agent))).unwrap();
    assert_eq!(found("a"), None);
    let all = [
        about("a", 1, Lifecycle::Open),
        about("a", 2, Lifecycle::Verified),
        about("b", 3, Lifecycle::Open),
        about("a", 4, Lifecycle::Closed),
    ];
    bed.insert(&all);
    assert_eq!((found("a"), found("b"), found("c")), (Some(all[1].id), Some(all[2].id), None));
}

fn shut(bed: &Bed, agent: &'static str, incident: IncidentRef) {
    let order = quarantine::NewQuarantine {
        reason: TrustEvent::ToolAbuse,
        incident: Some(incident),
        approved_by: None,
        note: None,
    };
    bed.write(move |tx| quarantine::quarantine(tx, &ctx(time(5)), &id(agent), &order)).unwrap();
}

fn a_deleted_incident_leaves_the_quarantine(engine: Engine) {
    let bed = Bed::new(engine);
    let incident = about("a", 1, Lifecycle::Open);
    bed.insert(std::slice::from_ref(&incident));
    let case = IncidentRef::Id(incident.id);
    bed.write(|tx| tx.insert_agent(&bare("a"))).unwrap();
    shut(&bed, "a", case);
    let order = |bed: &Bed| bed.read(|tx| tx.agent(&id("a"))).unwrap().unwrap().quarantine.unwrap();
    assert_eq!(order(&bed).incident, Some(incident.id));
    bed.write(move |tx| incidents::delete(tx, &ctx(time(6)), case, &incidents::Precondition::None)).unwrap();
    assert_eq!(order(&bed).incident, None);
    // What happened stays told.
    let history = bed.read(|tx| tx.agent_history(&id("a"), &Page::FIRST)).unwrap();
    assert_eq!(history.rows[0].incident, Some(incident.id));
    bed.verify().unwrap();
}

fn events_at_once_all_count(engine: Engine) {
    let bed = Bed::new(engine);
    bed.write(|tx| tx.insert_agent(&bare("a"))).unwrap();
    let stores = [bed.another(), bed.another()];
    let together = Barrier::new(6);
    std::thread::scope(|scope| {
        for n in 0..6 {
            let (store, together) = (&stores[if engine == Engine::Postgres { n % 2 } else { 0 }], &together);
            scope.spawn(move || {
                together.wait();
                for _ in 0..5 {
                    let cmd = agents::NewEvent { event: TrustEvent::CleanRun, incident: None, note: None };
                    write(store, move |tx| agents::event(tx, &ctx(time(1)), &id("a"), &cmd)).unwrap();
                }
            });
        }
    });
    let (agent, history) =
        bed.read(|tx| Ok((tx.agent(&id("a"))?, tx.agent_history(&id("a"), &Page::FIRST)?))).unwrap();
    assert_eq!((agent.unwrap().version, history.total), (31, Total::Exactly(30)));
}

/// The migration that brought quarantine, and the way back from it.
fn steps(backend: &Backend) -> (&'static str, &'static str) {
    match backend {
        Backend::Sqlite(_) => (
            include_str!("../../../../migrations/sqlite/0003_agents/up.sql"),
            include_str!("../../../../migrations/sqlite/0003_agents/down.sql"),
        ),
        Backend::Postgres(_) => (
            include_str!("../../../../migrations/postgres/0003_agents/up.sql"),
            include_str!("../../../../migrations/postgres/0003_agents/down.sql"),
        ),
    }
}

fn agents_of_the_version_before_are_taken_over(engine: Engine) {
    let bed = Bed::new(engine);
    let known = bare("known");
    let active = Agent { unverified: false, registered: true, ..bare("active") };
    let degraded = Agent { current_score: 90, ..Agent { id: id("degraded"), ..active.clone() } };
    let all = [known, active, degraded];
    let expected = all.clone();
    bed.write(move |tx| all.iter().try_for_each(|a| tx.insert_agent(a).map(|_| ()))).unwrap();
    let (settings, (up, down)) = (bed.settings.clone(), steps(&bed.settings.backend));
    drop(bed.store);
    let mut raw = Raw::open(&settings.backend);
    raw.run(&format!("BEGIN; {down} COMMIT;"));
    raw.run(&format!("BEGIN; {up} COMMIT;"));
    let bed = Bed { store: probatum_storage::Store::open(&settings).unwrap(), settings };
    for agent in expected {
        let (status, id) = (agent.status(), agent.id.clone());
        assert_eq!(bed.read(move |tx| tx.agent(&id)).unwrap(), Some(agent));
        assert_eq!(pages(&bed, Some(status), 5).0.len(), 1);
    }
    // A quarantine of unknown origin is nobody's to lift, and must not be overlooked.
    raw.run("UPDATE agents SET quarantined = TRUE WHERE id = 'active'");
    assert_eq!(bed.read(|tx| tx.agent(&id("active"))).unwrap_err().code, Code::Internal);
}
