//! The map: GeoJSON by country and sector, equal to a count of the list, and never closer than the country.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    shared: wrong_parameters_are_named;
    own: places_show_what_is_there, the_map_equals_a_count_of_the_list;
}

fn map(client: &Client, query: &str) -> Value {
    let map = client.get(&format!("/api/map/incidents?{query}")).expect(200);
    assert_eq!(map["type"], "FeatureCollection");
    map
}

fn features(map: &Value) -> &[Value] {
    map["features"].as_array().unwrap()
}

fn places_show_what_is_there(engine: Engine) {
    let app = App::start(engine);
    let (viewer, operator) = (app.viewer(), app.operator());
    assert_contains(
        &map(&viewer, ""),
        &json!({"features": [], "timeline": [], "sectors": [], "unlocated": 0}),
    );
    // Somewhere else than the middle of the country.
    let precise =
        json!({"country": "PL", "sector": "energy", "location": {"lat": 54.123456, "lon": 18.654321}});
    let first = operator.reports(&merged(report("On the coast"), precise));
    operator.reports(&merged(report("Another"), json!({"country": "PL", "sector": "energy"})));
    operator.reports(&merged(report("No sector"), json!({"country": "DE", "level": "L2_ai"})));
    operator.reports(&report("Nowhere"));
    operator.attaches(&first, &confirming());
    operator.changes(&first, &json!({"priority": "P1"}));

    for role in ["viewer", "analyst", "admin"] {
        let reply = app.user(role).get("/api/map/incidents?window=24h");
        let found = reply.expect(200);
        assert!(
            !reply.text().contains("54.12") && !reply.text().contains("18.65"),
            "{role} sees a precise place"
        );
        assert_eq!(features(&found).len(), 2);
        let poland = &features(&found)[1];
        assert_eq!((&poland["type"], &poland["geometry"]["type"]), (&json!("Feature"), &json!("Point")));
        let at = [&poland["geometry"]["coordinates"][0], &poland["geometry"]["coordinates"][1]]
            .map(|n| n.as_f64().unwrap());
        assert!(
            (14.0..24.2).contains(&at[0]) && (49.0..54.9).contains(&at[1]),
            "longitude comes first: {at:?}"
        );
        assert_contains(
            &poland["properties"],
            &json!({"country": "PL", "sector": "energy", "count": 2,
            "by_priority": {"P1": 1, "none": 1}, "evidence_status": "confirmed",
            "by_evidence_status": {"confirmed": 1, "gap": 1}}),
        );
        assert_contains(
            &features(&found)[0]["properties"],
            &json!({"country": "DE", "sector": null, "count": 1}),
        );
        assert_eq!(found["sectors"], json!([{"sector": "energy", "count": 2}, {"sector": null, "count": 1}]));
        assert_eq!(found["unlocated"], 1);
        let timeline: i64 =
            found["timeline"].as_array().unwrap().iter().map(|p| p["count"].as_i64().unwrap()).sum();
        assert_eq!(timeline, 3);
    }
    assert_eq!(features(&map(&viewer, "sector=energy")).len(), 1);
    assert_eq!(features(&map(&viewer, "level=L2_ai"))[0]["properties"]["country"], "DE");
    let boxed = map(&viewer, "bbox=14.1,49.0,24.2,54.9");
    assert_eq!((features(&boxed).len(), &boxed["unlocated"]), (1, &json!(0)));
    assert!(features(&map(&viewer, "bbox=170,-50,-170,50")).is_empty());

    // What moves or goes is counted where it is.
    let second = text(&viewer.get("/api/incidents?country=PL&sort=-created_at").expect(200)["data"][0]["id"]);
    app.admin().request("DELETE", &format!("/api/incidents/{second}")).send().expect(204);
    let left = map(&viewer, "sector=energy");
    assert_eq!(features(&left)[0]["properties"]["count"], 1);
    assert_eq!(features(&left)[0]["properties"]["latest_at"], viewer.incident(&first)["created_at"]);
    operator.changes(&first, &json!({"country": "FR", "sector": null}));
    assert!(features(&map(&viewer, "sector=energy")).is_empty());
    assert_eq!(features(&map(&viewer, "bbox=-5,42,8,51"))[0]["properties"]["country"], "FR");
}

/// Counts by country and sector, and the latest of each.
fn counted(rows: &[Value], since: i64) -> BTreeMap<(String, String), (i64, String)> {
    let mut all: BTreeMap<(String, String), (i64, String)> = BTreeMap::new();
    for row in rows.iter().filter(|r| millis(&text(&r["created_at"])) >= since && r["country"].is_string()) {
        let sector = row["sector"].as_str().unwrap_or("none").to_owned();
        let place = all.entry((text(&row["country"]), sector)).or_default();
        place.0 += 1;
        let at = text(&row["created_at"]);
        if place.1.is_empty() || millis(&place.1) < millis(&at) {
            place.1 = at;
        }
    }
    all
}

fn the_map_equals_a_count_of_the_list(engine: Engine) {
    let app = App::start(engine);
    app.run(&["seed", "--incidents", "300"]);
    let viewer = app.viewer();
    let rows = viewer.walk("/api/incidents?per_page=100");
    for window in ["366d", "13w", "30d", "40h"] {
        let found = map(&viewer, &format!("window={window}"));
        let shown: BTreeMap<(String, String), (i64, String)> = features(&found)
            .iter()
            .map(|f| {
                let p = &f["properties"];
                let sector = p["sector"].as_str().unwrap_or("none").to_owned();
                ((text(&p["country"]), sector), (p["count"].as_i64().unwrap(), text(&p["latest_at"])))
            })
            .collect();
        assert_eq!(shown, counted(&rows, millis(&text(&found["since"]))), "{window}");
        let times: Vec<i64> =
            found["timeline"].as_array().unwrap().iter().map(|p| millis(&text(&p["at"]))).collect();
        assert!(times.is_sorted() && times.len() <= 94, "{window}");
    }
}

fn wrong_parameters_are_named(app: &App) {
    let viewer = app.viewer();
    let wrong = viewer.get("/api/map/incidents?window=x&sector=moon&level=L9&bbox=1,2,3");
    wrong.invalid(&["window", "sector", "level", "bbox"]);
    for bbox in ["", "a,b,c,d", "0,50,10,40", "0,-91,1,1", "NaN,0,1,1", "0,0,181,1"] {
        viewer.get(&format!("/api/map/incidents?bbox={bbox}")).invalid(&["bbox"]);
    }
    viewer.get("/api/map/incidents?colour=red").problem(400, "unknown_field");
}
