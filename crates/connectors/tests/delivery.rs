//! What targets of reports promise: a folder has a bundle whole or not at all; a gateway is told all it needs to take a
//! report once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use bytes::Bytes;
use futures_util::StreamExt;
use probatum_application::delivery::{Delivery, Handed, Parcel, Setback};
use probatum_application::ports::Chunks;
use probatum_compliance_export::{Phase, Regime, Sealed};
use probatum_connectors::delivery::{DeliveryConfig, Targets};
use probatum_evidence::Sha256Hex;
use std::path::Path;
use support::{Server, Step};

const CONTENT: &[u8] = b"the whole bundle";

fn parcel(target: &str) -> Parcel {
    Parcel {
        report_id: "RPT-2026-0042-1".parse().unwrap(),
        incident: "INC-2026-0042".parse().unwrap(),
        regime: Regime::Gdpr,
        phase: Phase::Notification72h,
        target: target.to_owned(),
        bundle: Sealed {
            storage_key: "k".to_owned(),
            size: CONTENT.len().try_into().unwrap(),
            sha256: Sha256Hex::of(CONTENT),
            manifest_sha256: Sha256Hex::of(b"manifest"),
            key_id: "0123456789abcdef".to_owned(),
            built_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        },
    }
}

fn content(bytes: &'static [u8]) -> Chunks {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    futures_util::stream::iter([first, second].map(|piece| Ok(Bytes::from_static(piece)))).boxed()
}

fn targets(text: &str, folder: &Path) -> Result<Targets, String> {
    let config: DeliveryConfig = toml::from_str(text).map_err(|e| e.to_string())?;
    let secret = |name: &str| (name == "TOKEN").then(|| "t0ken".to_owned());
    Targets::new(&config, folder, &secret).map_err(|e| e.to_string())
}

fn gateway(server: &Server) -> String {
    format!(
        "[targets.uodo]\ntype = 'http'\nurl = 'http://{}/in'\nallow_private = true\nallow_plain = true\n\
         token_env = 'TOKEN'\ntimeout_seconds = 2\n",
        server.address
    )
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_bundle_is_put_down_whole_once_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let targets = targets("", folder.path()).unwrap();
    let place = folder.path().join("csirt-nask");
    for _ in 0..2 {
        let handed = targets.send(parcel("CSIRT NASK"), content(CONTENT)).await.unwrap();
        assert_eq!(handed, Handed { reference: Some("RPT-2026-0042-1.zip".to_owned()), submitted: false });
        assert_eq!(names(&place), ["RPT-2026-0042-1.zip"]);
        assert_eq!(std::fs::read(place.join("RPT-2026-0042-1.zip")).unwrap(), CONTENT);
    }
    std::fs::write(place.join("RPT-2026-0042-1.zip"), "another").unwrap();
    let refused = targets.send(parcel("CSIRT NASK"), content(CONTENT)).await.unwrap_err();
    assert!(refused.for_good, "{refused:?}");
    assert_eq!(std::fs::read(place.join("RPT-2026-0042-1.zip")).unwrap(), b"another");
}

#[tokio::test]
async fn nothing_is_left_of_a_bundle_that_changed_or_broke_off() {
    let folder = tempfile::tempdir().unwrap();
    let targets = targets("", folder.path()).unwrap();
    let changed = targets.send(parcel("x"), content(b"another bundle..")).await.unwrap_err();
    assert!(changed.for_good, "{changed:?}");
    let broken = probatum_application::AppError::unavailable("disk on fire");
    let pieces = [Ok(Bytes::from_static(b"the ")), Err(broken)];
    let stopped = targets.send(parcel("x"), futures_util::stream::iter(pieces).boxed()).await.unwrap_err();
    assert!(!stopped.for_good && stopped.cause.contains("disk on fire"), "{stopped:?}");
    assert_eq!(names(&folder.path().join("x")), Vec::<String>::new());
}

#[tokio::test]
async fn a_gateway_is_told_what_comes_and_which_report_it_is() {
    let server = Server::plain(&[Step::Answer(202, "", "{\"message_id\": \"AS4-7\"}")]);
    let folder = tempfile::tempdir().unwrap();
    let targets = targets(&gateway(&server), folder.path()).unwrap();
    let handed = targets.send(parcel("uodo"), content(CONTENT)).await.unwrap();
    assert_eq!(handed, Handed { reference: Some("AS4-7".to_owned()), submitted: true });
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.body, CONTENT);
    let hash = Sha256Hex::of(CONTENT).to_string();
    for (name, value) in [
        ("idempotency-key", "RPT-2026-0042-1"),
        ("content-type", "application/zip"),
        ("content-length", "16"),
        ("authorization", "Bearer t0ken"),
        ("x-probatum-sha256", &hash),
        ("x-probatum-regime", "gdpr"),
        ("x-probatum-phase", "notification_72h"),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    assert_eq!(seen.header("transfer-encoding"), None, "its length is known");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_gateway_answers_decides_whether_it_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let table = [
        (Step::Answer(503, "retry-after: 120\r\n", ""), false, Some(120)),
        (Step::Answer(429, "", ""), false, None),
        (Step::Answer(500, "", ""), false, None),
        (Step::Cut, false, None),
        (Step::Answer(400, "", ""), true, None),
        (Step::Answer(401, "", ""), true, None),
        (Step::Answer(302, "location: http://192.0.2.1/\r\n", ""), true, None),
    ];
    for (step, for_good, wait) in table {
        let server = Server::plain(&[step]);
        let targets = targets(&gateway(&server), folder.path()).unwrap();
        let e: Setback = targets.send(parcel("uodo"), content(CONTENT)).await.unwrap_err();
        assert_eq!((e.for_good, e.wait.map(|w| w.as_secs())), (for_good, wait), "{e:?}");
        assert!(e.reason.contains("uodo") && !format!("{e:?}").contains("t0ken"), "{e:?}");
    }
}

#[test]
fn a_wrong_target_names_itself() {
    let folder = Path::new("spool");
    for (text, named) in [
        ("[targets.x]\ntype = 'pigeon'", "type"),
        ("[targets.x]\ntype = 'http'", "url"),
        ("[targets.x]\ntype = 'http'\nurl = 'http://edelivery.example.org/'", "allow_plain"),
        ("[targets.x]\ntype = 'http'\nurl = 'https://u:hunter2@edelivery.example.org/'", "token_env"),
        (
            "[targets.x]\ntype = 'http'\nurl = 'https://e.example.org/'\ntimeout_seconds = 0",
            "timeout_seconds",
        ),
        ("[targets.x]\ntype = 'http'\nurl = 'https://e.example.org/'\ntoken_env = 'NOBODY'", "NOBODY"),
        ("[targets.x]\ntype = 'http'\nurl = 'https://e.example.org/'\nfolder = 'x'", "folder"),
        ("[targets.x]\ntype = 'spool'\nurl = 'https://e.example.org/'", "url"),
        ("[targets.x]\ntype = 'spool'\ncolour = 'red'", "colour"),
    ] {
        let why = targets(text, folder).err().unwrap_or_default();
        assert!(why.contains(named) && !why.contains("hunter2"), "{text}: {why}");
    }
    let named = "[targets.x]\ntype = 'http'\nurl = 'https://e.example.org/'";
    let within = |allowed: &[&str]| {
        let allowed: Vec<String> = allowed.iter().map(|a| (*a).to_owned()).collect();
        targets(named, folder).unwrap().within(&allowed).map_err(|e| e.to_string())
    };
    assert!(within(&[]).is_ok() && within(&["*.example.org"]).is_ok());
    assert!(within(&["other.example.org"]).unwrap_err().contains("e.example.org"));
}
