//! What a bundle is, and that nothing in it can be changed unseen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions
)]

mod common;

use common::*;
use probatum_compliance_export::*;
use probatum_evidence::{Sha256Hex, Visibility};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// The members of an archive: name and where the content stands. A reader of its own, so that the tests do
/// not trust the one they test.
fn members(bundle: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes(bundle[at..at + 2].try_into().unwrap()));
    let u32_at = |at: usize| u32::from_le_bytes(bundle[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut out) = (0, Vec::new());
    while u32_at(at) == 0x0403_4b50 {
        let (size, name, extra) = (u32_at(at + 18), u16_at(at + 26), u16_at(at + 28));
        let start = at + 30 + name + extra;
        let text = String::from_utf8(bundle[at + 30..at + 30 + name].to_vec()).unwrap();
        out.push((text, start..start + size));
        at = start + size;
    }
    out
}

fn text_of(bundle: &[u8], path: &str) -> String {
    let (_, range) = members(bundle).into_iter().find(|(name, _)| name.ends_with(path)).unwrap();
    String::from_utf8_lossy(&bundle[range]).into_owned()
}

/// An archive of these members, written as the format wants it: for bundles somebody else made.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = out.len() as u32;
        let mut crc = crc32fast::Hasher::new();
        crc.update(content);
        let mut common = Vec::new();
        common.extend([0x00, 0x08, 0, 0, 0, 0, 0x21, 0]);
        common.extend(crc.finalize().to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend([0x50, 0x4b, 3, 4, 10, 0]);
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(*content);
        directory.extend([0x50, 0x4b, 1, 2, 0x2d, 3, 10, 0]);
        directory.extend(&common);
        directory.extend([0, 0, 0, 0, 0, 0]);
        directory.extend((0o100_644u32 << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (out.len() as u32, files.len() as u16);
    out.extend(&directory);
    out.extend([0x50, 0x4b, 5, 6, 0, 0, 0, 0]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// Members by name.
type Files = Vec<(String, Vec<u8>)>;

/// The members of a bundle, to be changed and put together again.
fn files(bundle: &[u8]) -> Files {
    members(bundle).into_iter().map(|(name, range)| (name, bundle[range].to_vec())).collect()
}

fn joined(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    archive(&files.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect::<Vec<_>>())
}

fn names_fault(found: &Verification, path: &str) -> bool {
    !found.ok && found.faults.iter().any(|fault| fault.path.ends_with(path))
}

#[test]
fn a_bundle_has_everything_and_verifies() {
    let world = World::new();
    let bundle = world.bundle();
    let found = check(&bundle);
    assert_eq!(found.faults, []);
    assert!(found.ok && found.trusted);
    assert_eq!((found.members, found.evidence), (16, 2));
    let signed = found.signed.unwrap();
    assert_eq!((signed.bundle_id.as_str(), signed.incident.as_str()), ("RPT-2026-0042-1", "INC-2026-0042"));
    assert_eq!((signed.regime, signed.phase), (Regime::Nis2, Phase::EarlyWarning24h));
    assert_eq!(signed.checkpoint, world.checkpoint);
    assert_eq!(signed.public_key, key().public());

    let (first, second) = (evidence_id(1), evidence_id(2));
    let expected = [
        "bagit.txt".to_owned(),
        "data/README.txt".to_owned(),
        "data/incident.json".to_owned(),
        "data/report.json".to_owned(),
        "data/report.html".to_owned(),
        "data/report.pdf".to_owned(),
        "data/timeline.json".to_owned(),
        format!("data/evidence/{first}/metadata.json"),
        format!("data/evidence/{first}/custody.json"),
        format!("data/evidence/{first}/content"),
        format!("data/evidence/{second}/metadata.json"),
        format!("data/evidence/{second}/custody.json"),
        "bag-info.txt".to_owned(),
        "manifest-sha256.txt".to_owned(),
        "tagmanifest-sha256.txt".to_owned(),
        "signature.dsse.json".to_owned(),
    ];
    let names: Vec<_> = members(&bundle).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, expected.map(|name| format!("RPT-2026-0042-1/{name}")));
    // RFC 8493 §2.
    assert_eq!(text_of(&bundle, "bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    let manifest = text_of(&bundle, "/manifest-sha256.txt");
    let content = Sha256Hex::of(&world.contents[&first]);
    assert!(manifest.contains(&format!("{content}  data/evidence/{first}/content\n")));
    assert_eq!(manifest.lines().count(), 11);
    assert_eq!(text_of(&bundle, "tagmanifest-sha256.txt").lines().count(), 3);
    let payload: Vec<_> = members(&bundle).into_iter().filter(|(name, _)| name.contains("/data/")).collect();
    let bytes: usize = payload.iter().map(|(_, range)| range.len()).sum();
    assert!(text_of(&bundle, "bag-info.txt").contains(&format!("Payload-Oxum: {bytes}.11\n")));
}

#[test]
fn the_same_input_is_the_same_bundle_and_the_archive_of_another_writer_is_equal() {
    let world = World::new();
    let bundle = world.bundle();
    assert_eq!(bundle, world.bundle());
    // Put together by the writer of this test, it is byte for byte the same.
    assert_eq!(bundle, joined(&files(&bundle)));
}

/// Changes each byte of the range, one after the other, and checks each time: capitals become small letters and
/// the other way round, digits other digits.
fn changed_bytes_are_found(bundle: &[u8], range: std::ops::Range<usize>) {
    let mut bundle = bundle.to_vec();
    let members = members(&bundle);
    for at in range {
        let bit = if bundle[at].is_ascii_alphabetic() { 0x20 } else { 0x01 };
        bundle[at] ^= bit;
        let found = check(&bundle);
        assert!(!found.ok, "byte {at}");
        if let Some((name, _)) = members.iter().find(|(_, range)| range.contains(&at)) {
            let path = name.split_once('/').unwrap().1;
            assert!(found.faults.iter().any(|f| f.path == path), "{path} at {at}: {:?}", found.faults);
        }
        bundle[at] ^= bit;
    }
}

#[test]
fn any_byte_changed_is_found_and_its_member_named() {
    let bundle = World::new().small_bundle();
    assert!(check(&bundle).ok);
    let half = bundle.len() / 2;
    std::thread::scope(|scope| {
        scope.spawn(|| changed_bytes_are_found(&bundle, 0..half));
        scope.spawn(|| changed_bytes_are_found(&bundle, half..bundle.len()));
    });
}

#[test]
fn cut_off_or_added_to() {
    let bundle = World::new().small_bundle();
    for length in 0..bundle.len() {
        assert!(!check(&bundle[..length]).ok, "{length}");
    }
    for extra in [&b"\0"[..], b"more", &bundle] {
        assert!(!check(&[&bundle, extra].concat()).ok);
        assert!(!check(&[extra, &bundle].concat()).ok);
    }
    assert!(!check(&[]).ok);
    // An archive of nothing is a valid archive, and lacks everything.
    let nothing = check(&[&b"PK\x05\x06"[..], &[0; 18]].concat());
    assert!(!nothing.ok && !nothing.faults.is_empty());
}

#[test]
fn any_member_dropped_renamed_doubled_emptied_or_moved() {
    let all = files(&World::new().small_bundle());
    for (index, (name, _)) in all.iter().enumerate() {
        let path = name.split_once('/').unwrap().1;
        let mut dropped = all.clone();
        dropped.remove(index);
        assert!(names_fault(&check(&joined(&dropped)), path), "{path} dropped");

        let mut renamed = all.clone();
        renamed[index].0.push('x');
        let found = check(&joined(&renamed));
        assert!(names_fault(&found, path) && names_fault(&found, &format!("{path}x")), "{path} renamed");

        let mut doubled = all.clone();
        doubled.push(all[index].clone());
        assert!(names_fault(&check(&joined(&doubled)), path), "{path} doubled");

        let mut emptied = all.clone();
        emptied[index].1.clear();
        assert!(names_fault(&check(&joined(&emptied)), path), "{path} emptied");

        let mut swapped = all.clone();
        let other = (index + 1) % all.len();
        let content = std::mem::replace(&mut swapped[index].1, all[other].1.clone());
        swapped[other].1 = content;
        let found = check(&joined(&swapped));
        assert!(names_fault(&found, path), "{path} swapped");
    }
}

#[test]
fn anything_added() {
    let all = files(&World::new().small_bundle());
    let stranger = evidence_id(77);
    for path in [
        "data/more.txt".to_owned(),
        "notes.txt".to_owned(),
        format!("data/evidence/{stranger}/metadata.json"),
        format!("data/evidence/{stranger}/content"),
        format!("data/evidence/{}/content", evidence_id(2)),
        format!("data/evidence/{}/more", evidence_id(1)),
        "manifest-sha512.txt".to_owned(),
    ] {
        let mut added = all.clone();
        added.push((format!("RPT-2026-0042-1/{path}"), b"{}".to_vec()));
        let found = check(&joined(&added));
        assert!(found.faults.iter().any(|f| f.path == path), "{path}: {:?}", found.faults);
    }
    let mut outside = all.clone();
    outside.push(("other/data/x".to_owned(), Vec::new()));
    assert!(names_fault(&check(&joined(&outside)), "other/data/x"));
    let elsewhere: Vec<_> =
        all.iter().map(|(n, c)| (n.replace("RPT-2026-0042-1/", "RPT-2026-0042-2/"), c.clone())).collect();
    assert!(check(&joined(&elsewhere)).faults.iter().any(|f| f.what.contains("another folder")));
}

#[test]
fn dangerous_names_are_refused_and_said() {
    let all = files(&World::new().small_bundle());
    let long = "x".repeat(256);
    let table = [
        ("/etc/passwd", "absolute"),
        ("C:/windows", "absolute"),
        ("RPT-2026-0042-1\\data\\x", "absolute"),
        ("RPT-2026-0042-1/../x", "leads out"),
        ("../x", "leads out"),
        ("RPT-2026-0042-1/./x", "not plain"),
        ("RPT-2026-0042-1//x", "not plain"),
        ("RPT-2026-0042-1/data/", "folder"),
        ("RPT-2026-0042-1/a b", "characters"),
        ("RPT-2026-0042-1/ż", "characters"),
        ("RPT-2026-0042-1/a\u{1b}[2J", "characters"),
        ("RPT-2026-0042-1/BAGIT.TXT", "twice"),
        ("RPT-2026-0042-1/bagit.txt", "twice"),
        ("", "no name"),
        (&long, "no name"),
    ];
    for (name, said) in table {
        let mut added = all.clone();
        added.push((name.to_owned(), b"x".to_vec()));
        let found = check(&joined(&added));
        assert!(
            !found.ok && found.faults.iter().any(|f| f.what.contains(said)),
            "{name}: {:?}",
            found.faults
        );
        assert!(found.faults.iter().all(|f| !f.to_string().contains('\u{1b}')), "nothing a terminal obeys");
    }
}

#[test]
fn links_compression_and_encryption_are_refused_and_said() {
    let bundle = World::new().small_bundle();
    let directory = bundle.windows(4).position(|w| w == [0x50, 0x4b, 1, 2]).unwrap();
    let table: [(usize, &[u8], &str); 4] = [
        (38, &(0o120_777u32 << 16).to_le_bytes(), "symbolic link"),
        (10, &[8, 0], "compressed"),
        (8, &[1, 8], "encrypted"),
        (12, &[1, 0], "directory record"),
    ];
    for (at, bytes, said) in table {
        let mut changed = bundle.clone();
        changed[directory + at..directory + at + bytes.len()].copy_from_slice(bytes);
        let found = check(&changed);
        let fault = found.faults.iter().find(|f| f.what.contains(said));
        assert!(fault.is_some_and(|f| f.path.ends_with("bagit.txt")), "{said}: {:?}", found.faults);
    }
}

#[test]
fn a_member_that_says_it_is_huge_is_refused_without_reading() {
    // A bomb: the directory promises 4 GiB at an offset where there are none, or the same bytes many times.
    let bundle = World::new().small_bundle();
    let directory = bundle.windows(4).position(|w| w == [0x50, 0x4b, 1, 2]).unwrap();
    for (at, value) in [(20, u32::MAX - 1), (24, u32::MAX - 1), (24, u32::MAX), (42, 7), (42, u32::MAX)] {
        let mut changed = bundle.clone();
        changed[directory + at..directory + at + 4].copy_from_slice(&value.to_le_bytes());
        let mut read = 0;
        let found = verify(&mut Cursor::new(&changed), &[], &mut |p| read = p.done).unwrap();
        assert!(!found.ok && read <= bundle.len() as u64, "{at} {value}");
    }
}

#[test]
fn a_bundle_signed_anew_is_whole_but_not_trusted() {
    let world = World::new();
    let report = world.report();
    let stranger = SecretKey::from_seed(&[66; 32]);
    let mut open = |record: &EvidenceRecord| -> std::io::Result<Box<dyn Read>> {
        Ok(Box::new(Cursor::new(world.contents[&record.id].clone())))
    };
    let (mut out, summary) =
        write_bundle(Cursor::new(Vec::new()), &report, &stranger, &mut open, &mut |_| {}).unwrap();
    let found = verify(&mut out, &[], &mut |_| {}).unwrap();
    assert!(found.ok && !found.trusted);
    assert_eq!(found.key_id, Some(summary.key_id));
    let found = verify(&mut out, &[key().public()], &mut |_| {}).unwrap();
    assert!(!found.ok && !found.trusted);
    assert!(names_fault(&found, "signature.dsse.json"));
    // After a rotation both keys are known.
    let keys = SigningKeys::begin(stranger.public(), at("2026-01-01T00:00:00Z"))
        .rotated(key().public(), at("2026-11-01T00:00:00Z"))
        .unwrap();
    let keys: Vec<_> = keys.public_keys().collect();
    assert!(verify(&mut out, &keys, &mut |_| {}).unwrap().trusted);
    assert!(verify(&mut Cursor::new(world.bundle()), &keys, &mut |_| {}).unwrap().trusted);
}

#[test]
fn somebody_with_a_key_cannot_hide_what_does_not_fit_together() {
    // Manifests and signature are made anew for changed members: hashes, chains and lists still speak.
    let world = World::new();
    let (first, second) = (evidence_id(1), evidence_id(2));
    let metadata = format!("data/evidence/{first}/metadata.json");
    let custody = format!("data/evidence/{first}/custody.json");
    let content = format!("data/evidence/{first}/content");
    let of_second = format!("data/evidence/{second}/metadata.json");
    let edit = |path: &str, from: &str, to: &str| {
        let mut all = files(&world.small_bundle());
        let file = all.iter_mut().find(|(name, _)| name.ends_with(path)).unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        file.1 = text.replacen(from, to, 1).into_bytes();
        all
    };
    let without = |path: &str| {
        let mut all = files(&world.small_bundle());
        all.retain(|(name, _)| !name.ends_with(path));
        all
    };
    let table: Vec<(Files, &str, &str)> = vec![
        (edit(&content, "agent 7", "agent 8"), &content, "SHA-256"),
        (edit(&custody, "devsecops:mlis", "devsecops:else"), &custody, "changed after it was written"),
        (edit(&custody, "\"seq\": 2", "\"seq\": 3"), &custody, "dropped"),
        (edit(&metadata, "\"custody_entries\": 2", "\"custody_entries\": 3"), &custody, "the item says 3"),
        (edit(&metadata, "\"public\"", "\"internal\""), &metadata, "internal"),
        (edit(&metadata, "{", "{ "), &metadata, "does not describe"),
        (edit(&of_second, &second.to_string(), &evidence_id(9).to_string()), &of_second, "does not describe"),
        (edit("data/report.json", "INC-2026-0042", "INC-2026-0043"), "data/report.json", "another report"),
        (without(&content), &content, "is missing"),
        (without(&custody), &custody, "is missing"),
        (without(&of_second), &of_second, "is missing"),
    ];
    for (changed, path, said) in table {
        let found = check(&joined(&signed_anew(changed)));
        let fault = found.faults.iter().find(|f| f.path == path && f.what.contains(said));
        assert!(fault.is_some(), "{path} {said}: {:?}", found.faults);
        let blamed = ["manifest-sha256.txt", "signature.dsse.json"];
        assert!(found.faults.iter().all(|f| !blamed.contains(&f.path.as_str())), "{:?}", found.faults);
    }
    // And the same without a change is whole, so it is the change that is found.
    assert_eq!(check(&joined(&signed_anew(files(&world.small_bundle())))).faults, []);
}

/// The members with manifests, counts and signature made anew with the right key.
fn signed_anew(mut all: Files) -> Files {
    let set = |all: &mut Files, path: &str, bytes: Vec<u8>| {
        all.iter_mut().find(|(name, _)| name.ends_with(path)).unwrap().1 = bytes;
    };
    let lines = |all: &[(String, Vec<u8>)], covers: &dyn Fn(&str) -> bool| {
        let digests: BTreeMap<_, _> = all
            .iter()
            .map(|(name, bytes)| (name.split_once('/').unwrap().1.to_owned(), Sha256Hex::of(bytes)))
            .filter(|(path, _)| covers(path))
            .collect();
        digests.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect::<String>().into_bytes()
    };
    let payload: Vec<_> = all.iter().filter(|(name, _)| name.contains("/data/")).collect();
    let (count, bytes) = (payload.len(), payload.iter().map(|(_, b)| b.len()).sum::<usize>());
    let info = text_in(&all, "bag-info.txt");
    let (head, _) = info.rsplit_once("Payload-Oxum").unwrap();
    let info = format!("{head}Payload-Oxum: {bytes}.{count}\n");
    set(&mut all, "bag-info.txt", info.into_bytes());
    let manifest = lines(&all, &|path| path.starts_with("data/"));
    set(&mut all, "/manifest-sha256.txt", manifest.clone());
    let tags = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"];
    let tag_manifest = lines(&all, &|path| tags.contains(&path));
    set(&mut all, "tagmanifest-sha256.txt", tag_manifest.clone());

    let envelope: serde_json::Value = serde_json::from_str(&text_in(&all, "signature.dsse.json")).unwrap();
    let payload = decode(envelope["payload"].as_str().unwrap());
    let mut statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    statement["subject"][0]["digest"]["sha256"] = serde_json::json!(Sha256Hex::of(&manifest));
    statement["subject"][1]["digest"]["sha256"] = serde_json::json!(Sha256Hex::of(&tag_manifest));
    let payload = probatum_evidence::canonical(&statement).unwrap();
    let signature = sign(&pae(PAYLOAD_TYPE, payload.as_bytes()));
    let envelope = serde_json::json!({
        "payload": encode(payload.as_bytes()), "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key().public().key_id(), "sig": encode(&signature)}],
    });
    set(&mut all, "signature.dsse.json", probatum_evidence::canonical(&envelope).unwrap().into_bytes());
    all
}

fn text_in(all: &[(String, Vec<u8>)], path: &str) -> String {
    let (_, bytes) = all.iter().find(|(name, _)| name.ends_with(path)).unwrap();
    String::from_utf8(bytes.clone()).unwrap()
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

fn sign(message: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    ed25519_dalek::SigningKey::from_bytes(&[7; 32]).sign(message).to_bytes().to_vec()
}

#[test]
fn what_does_not_fit_is_not_bundled() {
    let world = World::new();
    let report = world.report();
    let documents = report.documents().unwrap();
    let begin = || BundleWriter::begin(Cursor::new(Vec::new()), &report, &documents).unwrap();
    let (first, second) = (evidence_id(1), evidence_id(2));
    let right = world.contents[&first].clone();

    let refused = |id, content: Option<&[u8]>| {
        let mut content = content.map(Cursor::new);
        begin().evidence(id, content.as_mut().map(|c| c as &mut dyn Read)).unwrap_err()
    };
    assert!(matches!(refused(first, None), BundleError::Content(_)));
    assert!(matches!(refused(second, None), BundleError::Unexpected(_)), "out of order");
    assert!(matches!(refused(first, Some(&right[1..])), BundleError::Mismatch(_)), "too short");
    assert!(
        matches!(refused(first, Some(&[&right[..], b"x"].concat())), BundleError::Mismatch(_)),
        "too long"
    );
    let mut other = right.clone();
    other[0] ^= 1;
    assert!(matches!(refused(first, Some(&other)), BundleError::Mismatch(_)), "other content");
    assert!(matches!(begin().finish(&key()).unwrap_err(), BundleError::Missing(id) if id == first));

    let mut world = World::new();
    for bad in ["", "..", "a/b", ".hidden", "a b", "RPT-ż"] {
        world.report_id = bad.to_owned();
        let report = world.report();
        let error = BundleWriter::begin(Cursor::new(Vec::new()), &report, &documents).err().unwrap();
        assert!(matches!(error, BundleError::Id), "{bad}");
    }
}

#[test]
fn internal_evidence_is_neither_there_nor_named() {
    let mut world = World::new();
    let hidden = stored(3, Visibility::Internal, b"secret", Some(evidence_id(1)));
    let id = hidden.item.id;
    world.evidence.push(hidden);
    world.contents.insert(id, b"secret".to_vec());
    let bundle = world.bundle();
    assert!(check(&bundle).ok);
    assert_eq!(bundle, World::new().bundle());
    assert!(!bundle.windows(35).any(|w| w == id.to_string().as_bytes()));
}

#[test]
fn large_members_take_no_memory_and_progress_is_told() {
    let mut world = World::new();
    let content = vec![0x5a; 5 * 1024 * 1024];
    let large = stored(4, Visibility::Restricted, &content, None);
    world.contents.insert(large.item.id, content);
    world.evidence.push(large);
    let bundle = world.bundle();
    let (mut told, mut last, mut total) = (0, 0, 0);
    let found = verify(&mut Cursor::new(&bundle), &[], &mut |p| {
        assert!(p.done >= last && p.done <= p.total && p.path.starts_with("RPT-2026-0042-1/"));
        (told, last, total) = (told + 1, p.done, p.total);
    })
    .unwrap();
    assert!(found.ok && told > 80 && last == total && total == found.bytes);
}

#[test]
fn as_many_items_as_an_incident_may_have_fit() {
    let mut world = World::new();
    world.evidence.clear();
    for n in 0..1000u16 {
        let mut exhibit = referenced(1, Visibility::Restricted);
        let mut random = [0; 10];
        random[..2].copy_from_slice(&n.to_be_bytes());
        // Only the number of items matters here; the chain of another item would not verify, so each has none.
        exhibit.item.id = probatum_kernel::EvidenceId::new(now(), &random);
        exhibit.item.description = Some("ż".repeat(10_000));
        (exhibit.item.custody_entries, exhibit.chain) = (0, Vec::new());
        world.evidence.push(exhibit);
    }
    let report = world.report();
    let documents = Documents {
        readme: Vec::new(),
        incident: b"{}".to_vec(),
        report_json: report.to_json(),
        report_html: Vec::new(),
        report_pdf: Vec::new(),
        timeline: b"[]".to_vec(),
    };
    let mut writer = BundleWriter::begin(Cursor::new(Vec::new()), &report, &documents).unwrap();
    for id in report.evidence_ids() {
        writer.evidence(id, None).unwrap();
    }
    let found = check(&writer.finish(&key()).unwrap().0.into_inner());
    assert_eq!(found.faults, []);
    assert_eq!((found.evidence, found.members), (1000, 2011));
}
