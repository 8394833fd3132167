//! What an invented reporter says.

use super::dice::Dice;
use super::words::{AGENTS, ASSETS, EFFECTS, NEXT, NOTICED, PEOPLE, PLACES, RULES, SEEN, SOURCES, TAGS};
use probatum_incident::{
    Category, Draft, Flag, Layer, Level, Location, Sector, Severity, SourceType, classify,
};
use probatum_kernel::Timestamp;
use serde_json::json;

/// What the reporter, or the alerting system, says.
pub(super) fn draft(dice: &mut Dice, index: u32, at: Timestamp) -> Draft {
    let category = dice.pick(Category::ALL, Category::Other);
    let ai = classify(category).layer == Layer::AiAgent;
    let asset = dice.word(ASSETS);
    let title = title(dice, category, asset);
    let place: Vec<&str> = dice.word(PLACES).split(' ').collect();
    let detected = at.plus_millis(-dice.about(90));
    let scores = [(8, 0), (14, 2), (14, 4), (14, 5), (12, 6), (16, 7), (12, 8), (7, 9)];
    let mut draft = Draft {
        summary: dice.chance(90).then(|| summary(dice, index)),
        source: Some(dice.word(SOURCES).to_owned()),
        severity: Severity::new(dice.weighted(&scores, 10)),
        flags: flags(dice, ai),
        agent_id: if ai || dice.chance(3) { dice.word(AGENTS).parse().ok() } else { None },
        asset: dice.chance(85).then(|| asset.to_owned()),
        country: place.first().and_then(|code| code.parse().ok()),
        location: if dice.chance(40) { near(dice, &place) } else { None },
        sector: dice.chance(92).then(|| dice.pick(Sector::ALL, Sector::Other)),
        impact_confidentiality: Some(dice.byte(4)),
        impact_integrity: Some(dice.byte(4)),
        impact_availability: Some(dice.byte(4)),
        occurred_at: dice.chance(70).then(|| detected.plus_millis(-dice.about(900))),
        detected_at: Some(detected),
        aware_at: dice.chance(60).then_some(at),
        // Whoever meets one of these must see at once that it never happened.
        tags: std::iter::once("fictional").chain(dice.word(TAGS).split(' ')).map(str::to_owned).collect(),
        ..Draft::default()
    };
    if dice.chance(25) {
        draft.incident_type = Some(category);
        // Documentation names and addresses only (RFC 2606, RFC 5737).
        draft.raw_data = Some(json!({
            "message_id": format!("<{index}.{:08x}@example.org>", dice.below(u32::MAX)),
            "subject": title, "rule": dice.word(RULES), "sender": format!("{}@example.com", dice.word(PEOPLE)),
            "src_ip": format!("198.51.100.{}", dice.below(255)), "count": dice.below(400),
        }));
    } else {
        let house = if ai { Level::L2Ai } else { Level::L1Cyber };
        draft.category = Some(category);
        draft.title = Some(title);
        draft.level = Some(dice.weighted(&[(76, house), (12, Level::L3Legal)], Level::L4Resilience));
        draft.source_type = Some(dice.pick(SourceType::ALL, SourceType::Form));
    }
    draft
}

fn flags(dice: &mut Dice, ai: bool) -> Vec<(Flag, bool)> {
    let likely = |flag: Flag| match flag {
        Flag::AiHighRisk | Flag::AiSeriousIncident if ai => 8,
        Flag::AiActRelevant | Flag::AiHighRisk | Flag::AiSeriousIncident => 0,
        Flag::GdprPersonalData => 28,
        Flag::CriticalInfra | Flag::LawEnforcement => 6,
        // The rest is for the rules to raise, but a person sometimes knows first.
        Flag::GdprBreach | Flag::Nis2Relevant | Flag::KscRelevant | Flag::DoraRelevant => 1,
    };
    Flag::ALL.iter().filter(|flag| dice.chance(likely(**flag))).map(|flag| (*flag, true)).collect()
}

/// Within a degree of a place.
fn near(dice: &mut Dice, place: &[&str]) -> Option<Location> {
    let mut shifted =
        |text: &str| Some(text.parse::<f64>().ok()? + f64::from(dice.below(2_001)) / 1_000.0 - 1.0);
    Some(Location { lat: shifted(place.get(1)?)?, lon: shifted(place.get(2)?)? })
}

fn summary(dice: &mut Dice, index: u32) -> String {
    let (noticed, seen, effect, next) =
        (dice.word(NOTICED), dice.word(SEEN), dice.word(EFFECTS), dice.word(NEXT));
    format!("Simulated case {index}. {noticed}. {seen}. {effect}. {next}.")
}

fn title(dice: &mut Dice, category: Category, asset: &str) -> String {
    use Category::*;
    let patterns = match category {
        Ransomware => "Files encrypted on {}|Ransom note found on {}|Backups deleted before locking {}",
        DataBreach => {
            "Customer records from {} offered for sale|Unusual export from {}|Open bucket behind {}"
        }
        AgentHijack => {
            "Agent at {} follows foreign orders|Tool calls outside the task at {}|Agent takeover via {}"
        }
        PromptInjection => {
            "Hidden instructions in a ticket to {}|Poisoned document read at {}|Injected prompt at {}"
        }
        Phishing => {
            "Credential page imitates {}|Invoice lure sent to the team of {}|Consent phishing against {}"
        }
        Ddos => "Request flood against {}|Amplified traffic towards {}|Slow-read attack on {}",
        Vulnerability => "Exploited flaw in {}|Unpatched library used against {}|Path traversal on {}",
        SupplyChain => {
            "Altered package reached {}|Update server of {} compromised|Signed driver misused on {}"
        }
        Hallucination => {
            "Invented policy quoted by {}|Wrong dosage proposed by {}|False court case cited at {}"
        }
        Misconfiguration => "Public admin page on {}|Default password on {}|Logging switched off on {}",
        Malware => "Loader started on {}|Beaconing from {}|Worm traffic around {}",
        CredentialTheft => "Session cookies stolen from {}|Password spraying on {}|Token replay against {}",
        Bec => "Changed bank details asked for at {}|Forged order from the board to {}|Mailbox rule at {}",
        DataPoisoning => {
            "Mislabelled samples fed to {}|Manipulated feedback at {}|Tampered reference data in {}"
        }
        ModelTheft => "Weights copied from {}|Systematic probing of {}|Distillation traffic at {}",
        Deepfake => {
            "Cloned voice calls the desk of {}|Synthetic video of the director at {}|Forged ID shown to {}"
        }
        Insider => "Mass download before leaving {}|Rights misused on {}|Badge shared at {}",
        Other => "Unexplained change on {}|Lost device with access to {}|Odd noise from {}",
    };
    dice.word(patterns).replace("{}", asset)
}
