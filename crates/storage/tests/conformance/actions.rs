//! Actions: orders and playbook steps come back as they went in, the inbox lists what plain Rust lists, and the job loop
//! is told of what is due and nothing else.

use crate::support::*;
use probatum_application::{ActionList, ActionQuery};
use probatum_kernel::*;
use probatum_playbooks::{Action, ActionResult, ActionStatus, ApprovalLevel, Order, StepRef};
use probatum_tests::Engine;
use serde_json::{Map, Value, json};

probatum_tests::on_both! {
    own: orders_and_steps_come_back, the_inbox_is_what_a_model_says, cursors_walk_the_inbox, the_total_has_an_end,
        what_is_due_wakes, who_comes_second_saves_nothing;
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(minutes * 60_000)
}

fn actor(dice: &mut Dice) -> Actor {
    dice.pick(&["operator:kdzik", "aiso:mpaw", "system:response", "senior:żółw"]).parse().unwrap()
}

fn time(dice: &mut Dice) -> Timestamp {
    at(dice.span(100_000)).plus_millis(dice.span(60_000))
}

fn parameters(dice: &mut Dice) -> Map<String, Value> {
    let pick = json!({
        "ip": "2001:db8::/32", "message": "two\nlines 🦀 '\"; --", "minutes": 9_007_199_254_740_991u64,
        "share": 0.1 + 0.2, "deep": [[{"none": null}]], "": true,
    });
    let Value::Object(all) = pick else { panic!("an object") };
    all.into_iter().filter(|_| dice.chance(60)).collect()
}

fn order(dice: &mut Dice) -> Order {
    Order {
        asked_as: vec![Role::Operator, Role::AiSafety],
        principal: Some("k1".to_owned()),
        parameters: parameters(dice),
        digest: format!("{:064x}", dice.bits()),
        rule: dice.pick(WORDS).to_owned(),
        expires_at: dice.maybe(50, time),
        decided_by: dice.maybe(50, actor),
        decided_at: dice.maybe(50, time),
        approved_digest: dice.maybe(50, |d| format!("{:064x}", d.bits())),
        automated: dice.chance(50),
        connector: dice.maybe(50, |d| d.pick(WORDS).to_owned()),
        attempts: dice.pick(&[0, 1, 5, u32::MAX]),
        claimed_until: dice.maybe(50, time),
        result: dice.maybe(50, |d| ActionResult {
            success: d.chance(50),
            message: d.pick(WORDS).repeat(3),
            simulated: d.chance(50),
            reference: d.maybe(50, |d| d.pick(WORDS).to_owned()),
        }),
        rollback_of: dice.maybe(30, |d| ActionId::new(at(0), &d.id_bits())),
    }
}

fn step(dice: &mut Dice) -> StepRef {
    StepRef {
        playbook: dice.pick(&["ransomware", "custom_phishing"]).to_owned(),
        key: "isolate-hosts".to_owned(),
        description: dice.pick(WORDS).repeat(40),
        owner_role: dice.pick(Role::ALL),
        validation_required: dice.chance(50),
    }
}

/// An action as the tables can hold it, whether or not commands lead there.
fn action(dice: &mut Dice, incident_id: IncidentId, asked: Timestamp) -> Action {
    Action {
        id: ActionId::new(asked, &dice.id_bits()),
        incident_id,
        title: dice.pick(WORDS).to_owned(),
        action_type: dice.pick(&["manual", "block_ip", "quarantine_agent"]).to_owned(),
        owner: dice.maybe(50, |d| d.pick(WORDS).to_owned()),
        due_at: dice.maybe(50, time),
        status: dice.pick(ActionStatus::ALL),
        validation_ref: dice.maybe(30, |d| EvidenceId::new(at(1), &d.id_bits())),
        comment: dice.maybe(50, |d| d.pick(WORDS).to_owned()),
        requested_by: actor(dice),
        requested_at: asked,
        executed_by: dice.maybe(50, actor),
        executed_at: dice.maybe(50, time),
        approval_level: dice.maybe(60, |d| d.pick(ApprovalLevel::ALL)),
        order: dice.maybe(70, order),
        step: dice.maybe(40, step),
        updated_at: time(dice),
        version: 1 + dice.span(1 << 40),
    }
}

/// An incident to hang things on.
fn parent(bed: &Bed) -> IncidentId {
    let incident = incident(&mut Dice::new(1), 1, at(0));
    bed.insert(std::slice::from_ref(&incident));
    incident.id
}

/// A bed with `n` random actions, oldest first; several share a millisecond.
fn filled(engine: Engine, seed: u64, n: i64) -> (Bed, Vec<Action>) {
    let bed = Bed::new(engine);
    let (id, mut dice) = (parent(&bed), Dice::new(seed));
    let mut all: Vec<Action> = (0..n).map(|i| action(&mut dice, id, at(i / 3))).collect();
    for chunk in all.chunks(500) {
        let chunk = chunk.to_vec();
        bed.write(move |tx| chunk.iter().try_for_each(|a| tx.insert_action(a))).unwrap();
    }
    all.sort_by_key(|a| a.id);
    (bed, all)
}

fn orders_and_steps_come_back(engine: Engine) {
    let (bed, all) = filled(engine, 3, 120);
    let id = all[0].incident_id;
    assert_eq!(bed.read(move |tx| tx.actions_of(id)).unwrap(), all);
    // Each becomes another: what was set is cleared, and what was absent is set.
    let mut dice = Dice::new(5);
    for before in all {
        let like = action(&mut dice, id, before.requested_at);
        let next = Action { id: before.id, version: before.version + 1, ..like };
        let (saved, action) = (next.clone(), next.id);
        bed.write(move |tx| tx.save_action(&before, &saved)).unwrap();
        assert_eq!(bed.read(move |tx| tx.action(action)).unwrap(), Some(next));
    }
    let nobody = ActionId::new(at(0), &[0; 10]);
    assert_eq!(bed.read(move |tx| tx.action(nobody)).unwrap(), None);
}

fn who_comes_second_saves_nothing(engine: Engine) {
    let (bed, all) = filled(engine, 7, 1);
    let before = all[0].clone();
    let [first, second] = ["first", "second"].map(|title| Action {
        title: title.to_owned(),
        version: before.version + 1,
        ..before.clone()
    });
    let (old, saved) = (before.clone(), first.clone());
    bed.write(move |tx| tx.save_action(&old, &saved)).unwrap();
    let late = bed.write(move |tx| tx.save_action(&before, &second)).unwrap_err();
    assert!(late.transient, "{late}");
    let id = first.id;
    assert_eq!(bed.read(move |tx| tx.action(id)).unwrap(), Some(first));
}

/// Every pair of filters there is.
fn filters() -> Vec<(Option<ActionStatus>, Option<ApprovalLevel>)> {
    let statuses = std::iter::once(None).chain(ActionStatus::ALL.iter().copied().map(Some));
    let levels: Vec<_> = std::iter::once(None).chain(ApprovalLevel::ALL.iter().copied().map(Some)).collect();
    statuses.flat_map(|s| levels.iter().map(move |l| (s, *l)).collect::<Vec<_>>()).collect()
}

fn matching(all: &[Action], (status, level): (Option<ActionStatus>, Option<ApprovalLevel>)) -> Vec<&Action> {
    let fits = |a: &&Action| {
        status.is_none_or(|s| a.status == s) && level.is_none_or(|l| a.approval_level == Some(l))
    };
    all.iter().rev().filter(fits).collect()
}

fn list(
    bed: &Bed,
    (status, approval_level): (Option<ActionStatus>, Option<ApprovalLevel>),
    page: Page,
) -> ActionList {
    let query = ActionQuery { status, approval_level, page };
    bed.read(move |tx| tx.list_actions(&query)).unwrap()
}

fn size(n: u32) -> usize {
    usize::try_from(n).unwrap()
}

fn the_inbox_is_what_a_model_says(engine: Engine) {
    let (bed, all) = filled(engine, 11, 400);
    for filter in filters() {
        let expected = matching(&all, filter);
        let n = u32::try_from(expected.len()).unwrap();
        for per_page in [1, 9, n.clamp(1, 100), 100] {
            let last = n.div_ceil(per_page).max(1);
            for number in [1, 2, last, last + 1] {
                let found = list(&bed, filter, Page::new(Some(number), Some(per_page), None).unwrap());
                let rows = expected.iter().skip(size((number - 1) * per_page)).take(size(per_page));
                assert_eq!(found.rows.iter().collect::<Vec<_>>(), rows.copied().collect::<Vec<_>>());
                assert_eq!(found.total, Total::Exactly(n));
                assert_eq!(found.next.is_some(), number < last, "{filter:?}, page {number} of {last}");
            }
        }
    }
}

fn cursors_walk_the_inbox(engine: Engine) {
    let (bed, all) = filled(engine, 13, 200);
    for filter in filters() {
        let (mut walked, mut page) = (Vec::new(), Page::new(None, Some(7), None).unwrap());
        loop {
            let found = list(&bed, filter, page);
            walked.extend(found.rows);
            assert!(walked.len() <= all.len(), "{filter:?} has no end");
            let Some(next) = found.next else { break };
            page = Page::new(None, Some(7), Some(next)).unwrap();
        }
        assert_eq!(walked.iter().collect::<Vec<_>>(), matching(&all, filter), "{filter:?}");
    }
}

fn the_total_has_an_end(engine: Engine) {
    let (bed, all) = filled(engine, 17, i64::from(MAX_DEPTH));
    assert_eq!(list(&bed, (None, None), Page::FIRST).total, Total::Exactly(MAX_DEPTH));
    let one_more = action(&mut Dice::new(19), all[0].incident_id, at(50_000));
    let newest = one_more.clone();
    bed.write(move |tx| tx.insert_action(&one_more)).unwrap();
    let found = list(&bed, (None, None), Page::FIRST);
    assert_eq!((found.total, found.rows.first()), (Total::AtLeast(MAX_DEPTH), Some(&newest)));
}

fn what_is_due_wakes(engine: Engine) {
    let (bed, all) = filled(engine, 23, 300);
    let wakes = |now: Timestamp, limit: u32| bed.read(move |tx| tx.actions_to_wake(now, limit)).unwrap();
    let time_of = |id: &ActionId| all.iter().find(|a| a.id == *id).and_then(Action::wake_at).unwrap();
    let mut some = 0;
    for now in [0, 1_000, 50_000, 100_000, 200_000].map(at) {
        let mut expected: Vec<ActionId> =
            all.iter().filter(|a| a.wake_at().is_some_and(|t| t <= now)).map(|a| a.id).collect();
        let mut found = wakes(now, 1_000);
        assert!(found.is_sorted_by_key(time_of), "the longest due first");
        assert_eq!(wakes(now, 3), found[..found.len().min(3)]);
        some += found.len();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }
    assert!(some > 50, "the cases say something: {some}");
    // What is saved as over wakes no more; what is deleted with its incident neither.
    let due = all.iter().find(|a| a.wake_at().is_some()).unwrap().clone();
    let over = Action { status: ActionStatus::Cancelled, version: due.version + 1, ..due.clone() };
    let id = due.id;
    bed.write(move |tx| tx.save_action(&due, &over)).unwrap();
    assert!(!wakes(at(200_000), 1_000).contains(&id));
    let parent = bed.incidents()[0].clone();
    bed.write(move |tx| tx.delete_incident(&parent)).unwrap();
    assert_eq!(wakes(at(200_000), 1_000), []);
}
