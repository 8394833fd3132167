//! The inbox of actions: filters, pages and cursors against a plain model, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    own: filters_and_pages, what_is_no_query;
}

/// What a test knows of an action: its id, status, and level.
type Known = (String, String, Option<String>);

fn known(row: &Value) -> Known {
    (text(&row["id"]), text(&row["status"]), row["approval_level"].as_str().map(str::to_owned))
}

/// Actions of three incidents in every status a request brings about, and of every level; oldest first.
fn furnished(app: &App) -> Vec<Known> {
    let operator = app.operator();
    let incidents = [(); 3].map(|()| operator.reports(&report("Inbox")));
    let mut all = Vec::new();
    for round in 0..4 {
        for incident in &incidents {
            let ordered = [
                ("block_ip", json!({"ip": "192.0.2.7"})),
                ("isolate_host", json!({"host": "fs01"})),
                ("quarantine_agent", json!({"agent_id": "a", "reason": "anomaly"})),
                ("lookup_ip", json!({"ip": "192.0.2.7"})),
            ];
            for (action, parameters) in ordered {
                all.push(text(&operator.orders(incident, action, &parameters)["action_id"]));
            }
            all.push(operator.adds_step(incident, "A step"));
        }
        let newest = |n: usize| all[all.len() - n].clone();
        match round {
            0 => drop(app.analyst().decides(&newest(5), "approve").expect(200)),
            1 => drop(app.user("senior_analyst").decides(&newest(4), "reject").expect(200)),
            2 => drop(
                operator
                    .patch(&format!("/api/actions/{}", newest(1)), &json!({"status": "cancelled"}))
                    .expect(200),
            ),
            _ => drop(
                operator
                    .patch(&format!("/api/actions/{}", newest(1)), &json!({"status": "in_progress"}))
                    .expect(200),
            ),
        }
    }
    all.iter().map(|id| known(&operator.action(id))).collect()
}

fn filters_and_pages(engine: Engine) {
    let app = App::start_with(engine, &["--demo"]);
    let mut all = furnished(&app);
    all.reverse();
    let viewer = app.viewer();
    let statuses = [
        None,
        Some("pending_approval"),
        Some("approved"),
        Some("in_progress"),
        Some("completed"),
        Some("failed"),
        Some("rejected"),
        Some("expired"),
        Some("cancelled"),
        Some("open"),
    ];
    let levels = [None, Some("analyst"), Some("senior"), Some("manager"), Some("ai_safety")];
    for status in statuses {
        for level in levels {
            let fits = |(_, s, l): &&Known| {
                status.is_none_or(|w| w == s) && level.is_none_or(|w| Some(w) == l.as_deref())
            };
            let expected: Vec<Known> = all.iter().filter(fits).cloned().collect();
            let mut filter = String::new();
            for (name, value) in [("status", status), ("approval_level", level)] {
                filter.extend(value.map(|v| format!("&{name}={v}")));
            }
            for per_page in [1, 7, expected.len().clamp(1, 100), 100] {
                let path = format!("/api/actions?per_page={per_page}{filter}");
                pages(&viewer, &path, per_page, &expected);
                let walked: Vec<Known> = viewer.walk(&path).iter().map(known).collect();
                assert_eq!(walked, expected, "{path}");
            }
        }
    }
}

/// Every page by its number, and that the last one links to none.
fn pages(client: &Client, path: &str, per_page: usize, expected: &[Known]) {
    let last = expected.len().div_ceil(per_page).max(1);
    for page in [1, 2, last, last + 1] {
        let reply = client.get(&format!("{path}&page={page}"));
        let list = reply.expect(200);
        let rows: Vec<Known> = list["data"].as_array().unwrap().iter().map(known).collect();
        let wanted: Vec<Known> =
            expected.iter().skip((page - 1) * per_page).take(per_page).cloned().collect();
        assert_eq!(rows, wanted, "{path}, page {page}");
        assert_eq!(list["meta"], json!({"page": page, "per_page": per_page, "total": expected.len()}));
        assert_eq!(reply.next().is_some(), page < last, "{path}, page {page} of {last}");
    }
}

fn what_is_no_query(engine: Engine) {
    let app = App::demo(engine);
    let viewer = app.viewer();
    viewer.get("/api/actions?status=done&approval_level=boss").invalid(&["status", "approval_level"]);
    viewer.get("/api/actions?per_page=0").invalid(&["per_page"]);
    viewer.get("/api/actions?per_page=101").invalid(&["per_page"]);
    viewer.get("/api/actions?cursor=nonsense").invalid(&["cursor"]);
    viewer.get("/api/actions?state=open").problem(400, "unknown_field");
    let problem = viewer.get("/api/actions?page=101&per_page=100").problem(400, "page_too_deep");
    assert!(text(&problem["detail"]).contains("cursor"), "{problem}");
}
