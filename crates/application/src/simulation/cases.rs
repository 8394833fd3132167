//! The invented cases: a table of what happens, and the life of each told by the domain's own commands.

use super::{Case, urgent};
use probatum_incident::{
    Category, Draft, Facts, Flag, Flags, Incident, IncidentError, Level, Lifecycle, Patch, Priority, Sector,
    Severity, SourceType, classify,
};
use probatum_kernel::{Actor, EvidenceStatus, IncidentId, PublicId, Timestamp};

/// How many cases there are.
const CASES: u8 = 128;
/// Minutes between two of them, so that all lie within thirty days.
const APART: i64 = 335;
/// From here on, in the last days, what is urgent is not closed yet.
const RECENT: u8 = 100;
/// How many urgent ones are still open.
const STILL_OPEN: usize = 7;
/// How many urgent ones are grave enough for NIS2 (severity 7 or more).
const GRAVE: usize = 11;
/// Personal data breaches, and serious incidents with AI.
const BREACHES: usize = 5;
const SERIOUS: usize = 3;
/// Mean minutes from detection to triage of P0, and to containment of P1.
const TO_TRIAGE: i64 = 131;
const TO_CONTAIN: i64 = 18 * 60;

const COUNTRIES: &[&str] = &[
    "PL", "DE", "FR", "ES", "IT", "NL", "BE", "SE", "FI", "DK", "NO", "CZ", "SK", "AT", "HU", "RO", "LT",
    "LV", "EE", "PT", "IE", "GR", "BG", "HR",
];
const ASSETS: &[&str] = &[
    "the booking portal",
    "file server FS-07",
    "the claims mailbox",
    "VPN gateway 2",
    "the support assistant",
    "the payroll system",
    "the patient index",
    "the grid console",
    "build runner 4",
    "the pricing model",
    "the parcel tracker",
];

fn title(category: Category) -> &'static str {
    match category {
        Category::Ransomware => "Files encrypted on",
        Category::DataBreach => "Customer records leaked from",
        Category::AgentHijack => "An agent follows foreign orders at",
        Category::PromptInjection => "Hidden instructions in a document read at",
        Category::Phishing => "A credential page imitates",
        Category::Ddos => "Request flood against",
        Category::Vulnerability => "An exploited flaw in",
        Category::SupplyChain => "An altered package reached",
        Category::Hallucination => "Invented advice given by",
        Category::Misconfiguration => "A public admin page on",
        Category::Malware => "A loader started on",
        Category::CredentialTheft => "Session cookies stolen from",
        Category::Bec => "Changed bank details asked for at",
        Category::DataPoisoning => "Mislabelled samples fed to",
        Category::ModelTheft => "Systematic probing of",
        Category::Deepfake => "A cloned voice calls the desk of",
        Category::Insider => "Mass download before leaving from",
        Category::Other => "An unexplained change on",
    }
}

/// What is decided about a case before it is told.
struct Plan {
    number: u8,
    category: Category,
    level: Level,
    evidence: EvidenceStatus,
    priority: Option<Priority>,
    severity: u8,
    flags: Flags,
    end: Lifecycle,
    to_triage: i64,
    to_contain: i64,
}

fn one_of<T: Copy>(of: &[T], n: usize) -> Option<T> {
    of.get(n % of.len().max(1)).copied()
}

fn level(category: Category, n: u8) -> Level {
    match category {
        Category::DataBreach | Category::Insider => Level::L3Legal,
        Category::Ddos | Category::SupplyChain if (n / 18).is_multiple_of(2) => Level::L4Resilience,
        Category::Deepfake => Level::L2Ai,
        _ if classify(category).layer.as_str() == "ai_agent" => Level::L2Ai,
        _ => Level::L1Cyber,
    }
}

/// Eight gaps in all, one of each sixteen, and not always the same; most are confirmed.
fn evidence(n: u8) -> EvidenceStatus {
    match (n % 16 + n / 16 * 3) % 16 {
        15 => EvidenceStatus::Gap,
        3 | 9 => EvidenceStatus::Internal,
        6 => EvidenceStatus::MediaSignal,
        11 => EvidenceStatus::PublicClaim,
        13 if n > 64 => EvidenceStatus::Disputed,
        13 => EvidenceStatus::Simulation,
        _ => EvidenceStatus::Confirmed,
    }
}

/// What the evidence carries of what the category suggests; of the recent ones, only a few are urgent.
fn priority(
    category: Category,
    n: u8,
    evidence: EvidenceStatus,
    recent_urgent: &mut usize,
) -> Option<Priority> {
    let suggested = classify(category).priority;
    let carried = match evidence {
        EvidenceStatus::Gap | EvidenceStatus::Disputed => return None,
        EvidenceStatus::MediaSignal | EvidenceStatus::PublicClaim => suggested.max(Priority::P2),
        _ => suggested,
    };
    if n < RECENT || !urgent(Some(carried)) {
        return Some(carried);
    }
    if *recent_urgent < STILL_OPEN {
        *recent_urgent += 1;
        return Some(carried);
    }
    Some(if n.is_multiple_of(3) { Priority::P2 } else { Priority::P3 })
}

fn end(n: u8, priority: Option<Priority>) -> Lifecycle {
    use Lifecycle::{Closed, Contained, Open, Remediated, Triage, Verified};
    match priority {
        None => one_of(&[Open, Triage], usize::from(n / 16)).unwrap_or(Open),
        p if urgent(p) && n >= RECENT => one_of(&[Open, Triage], usize::from(n)).unwrap_or(Open),
        p if urgent(p) => Closed,
        _ if n >= RECENT => one_of(&[Open, Triage], usize::from(n)).unwrap_or(Triage),
        _ => one_of(&[Closed, Contained, Closed, Remediated, Verified], usize::from(n)).unwrap_or(Closed),
    }
}

fn plans() -> Vec<Plan> {
    let (mut recent, mut urgent_so_far, mut grave, mut breaches, mut serious) = (0, 0usize, 0, 0, 0);
    let mut plans: Vec<Plan> = (0..CASES)
        .filter_map(|n| {
            let category = one_of(Category::ALL, usize::from(n))?;
            let (evidence, level) = (evidence(n), level(category, n));
            let priority = priority(category, n, evidence, &mut recent);
            let mut plan = Plan {
                number: n,
                category,
                level,
                evidence,
                priority,
                severity: 2 + n % 5,
                flags: Flags::NONE,
                end: end(n, priority),
                to_triage: 0,
                to_contain: 0,
            };
            if urgent(priority) {
                if urgent_so_far.is_multiple_of(5) && grave < GRAVE {
                    plan.severity = 7 + n % 3;
                    grave += 1;
                }
                urgent_so_far += 1;
            }
            let confirmed = evidence == EvidenceStatus::Confirmed;
            if category == Category::DataBreach && confirmed && breaches < BREACHES {
                plan.flags = plan.flags.with(Flag::GdprPersonalData);
                breaches += 1;
            }
            if level == Level::L2Ai && confirmed && n > 20 && serious < SERIOUS {
                plan.flags = plan.flags.with(Flag::AiSeriousIncident);
                serious += 1;
            }
            Some(plan)
        })
        .collect();
    around(&mut plans, Priority::P0, TO_TRIAGE, 4, |plan, minutes| plan.to_triage = minutes);
    around(&mut plans, Priority::P1, TO_CONTAIN, 11, |plan, minutes| plan.to_contain = minutes);
    plans
}

/// Gives those of a priority that got that far spans around a mean: one shorter, one longer by the same.
fn around(plans: &mut [Plan], of: Priority, mean: i64, apart: i64, set: impl Fn(&mut Plan, i64)) {
    let moved = |p: &&mut Plan| p.priority == Some(of) && p.end > Lifecycle::Open;
    let contained = |p: &&mut Plan| of == Priority::P0 || p.end >= Lifecycle::Contained;
    let mut concerned: Vec<&mut Plan> = plans.iter_mut().filter(moved).filter(contained).collect();
    for (pair, two) in (1i64..).zip(concerned.chunks_mut(2)) {
        let off = pair * apart % (mean / 2);
        match two {
            [one, other] => {
                set(one, mean - off);
                set(other, mean + off);
            }
            [last] => set(last, mean),
            _ => {}
        }
    }
}

/// All cases, told as of `now`.
pub(super) fn invented(now: Timestamp) -> Vec<Case> {
    plans().iter().filter_map(|plan| tell(plan, now).ok().flatten()).collect()
}

fn draft(plan: &Plan, at: Timestamp) -> Draft {
    let n = usize::from(plan.number);
    let asset = one_of(ASSETS, n * 3).unwrap_or("a system");
    Draft {
        title: Some(format!("{} {asset}", title(plan.category))),
        summary: Some("Invented for demonstration: none of this happened.".to_owned()),
        source_type: one_of(SourceType::ALL, n),
        source: Some("demonstration".to_owned()),
        level: Some(plan.level),
        category: Some(plan.category),
        severity: Severity::new(plan.severity),
        agent_id: (plan.level == Level::L2Ai).then(|| format!("demo-agent-{}", n % 9).parse().ok()).flatten(),
        asset: Some(asset.to_owned()),
        country: one_of(COUNTRIES, n * 7).and_then(|c| c.parse().ok()),
        sector: one_of(Sector::ALL, n * 5).filter(|_| n % 12 != 7),
        flags: plan.flags.iter().map(|flag| (flag, true)).collect(),
        detected_at: Some(at.plus_millis(-12 * 60_000)),
        tags: vec!["demonstration".to_owned()],
        ..Draft::default()
    }
}

/// The life of a case; `None` only if an id could not be made.
fn tell(plan: &Plan, now: Timestamp) -> Result<Option<Case>, IncidentError> {
    let n = i64::from(plan.number);
    let minutes = |m: i64| m * 60_000;
    let at = now.plus_millis(-minutes(APART * (i64::from(CASES) - n)));
    let Some(public_id) = PublicId::new(at.year(), n + 1) else { return Ok(None) };
    let random = [plan.number; 10];
    let by = Actor::system("simulation");
    let new = draft(plan, at).validate(at)?;
    let mut incident = Incident::open(&new, IncidentId::new(at, &random), public_id, &by, at);
    let detected = incident.detected_at.unwrap_or(at);
    if let Some(decision) = incident.inherit(plan.evidence, at.plus_millis(minutes(20))) {
        incident = decision.next;
    }
    // Everything is proven that has to be: the demonstration shows results, not how they are reached.
    let facts = Facts { remedy_proven: true, unfinished_actions: 0 };
    let mut change = |patch: Patch, when: Timestamp| -> Result<(), IncidentError> {
        incident = incident.patch(&patch, &facts, when.min(now))?.next;
        Ok(())
    };
    let granted = Patch { priority: plan.priority.map(Some), ..Patch::default() };
    change(granted, at.plus_millis(minutes(30)))?;
    let to = |lifecycle| Patch { lifecycle: Some(lifecycle), ..Patch::default() };
    let triage = if plan.to_triage > 0 { plan.to_triage } else { 60 + n };
    let contain = if plan.to_contain > 0 { plan.to_contain } else { 600 + n * 3 };
    let steps = [
        (Lifecycle::Triage, triage),
        (Lifecycle::Contained, contain),
        (Lifecycle::Remediated, contain + 360),
        (Lifecycle::Verified, contain + 900),
        (Lifecycle::Closed, contain + 960),
    ];
    for (lifecycle, after) in steps.into_iter().filter(|(l, _)| *l <= plan.end) {
        change(to(lifecycle), detected.plus_millis(minutes(after)))?;
    }
    let working = incident.priority.is_some() && incident.lifecycle < Lifecycle::Verified;
    Ok(Some(Case {
        open_actions: i64::from(working) * (1 + n % 2),
        pending_approvals: i64::from(working && urgent(incident.priority)),
        incident,
    }))
}
