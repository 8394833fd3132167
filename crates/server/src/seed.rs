//! Invented incidents for a first look and for measurements: deterministic by seed, written through the use cases only.

use probatum_application::ports::{Executor, Tx};
use probatum_application::use_cases::actions::Rules;
use probatum_application::use_cases::evidence::NewEntry;
use probatum_application::use_cases::incidents::{self, Precondition};
use probatum_application::use_cases::{actions, evidence};
use probatum_application::{AppError, Ctx, Principal};
use probatum_evidence::{
    Attach, CustodyAction, CustodyInput, EvidenceKind as Kind, Sha256Hex, Tlp, Visibility,
};
use probatum_incident::{
    Category, Disposition, Draft, Flag, Flags, Layer, Level, Lifecycle, Location, Patch, Priority, Put,
    QueueStatus, Sector, Severity, SourceType, classify,
};
use probatum_kernel::{ActionId, EvidenceId, EvidenceStatus as Proof, IncidentRef, Role, Timestamp};
use probatum_playbooks::{ActionStatus, NewStep, UpdateStep};
use serde_json::json;

/// Incidents written in one transaction. Few: SQLite keeps the pages a savepoint has changed, and walks that list with
/// every further statement; ten are enough to make the commit cheap.
const BATCH: u32 = 10;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// The time the incidents are spread over.
const YEAR_MS: i64 = 365 * DAY_MS;

/// What to invent.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many incidents.
    pub incidents: u32,
    /// The same seed invents the same data; only ids differ.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Incidents.
    pub incidents: u64,
    /// Items of evidence.
    pub evidence: u64,
    /// Response actions.
    pub actions: u64,
    /// Incidents that were closed, with proof.
    pub closed: u64,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { incidents, evidence, actions, closed } = self;
        write!(f, "{incidents} incidents ({closed} closed), {evidence} items of evidence, {actions} actions")
    }
}

impl Summary {
    fn add(&mut self, more: Self) {
        self.incidents += more.incidents;
        self.evidence += more.evidence;
        self.actions += more.actions;
        self.closed += more.closed;
    }
}

/// Writes the plan's incidents, oldest first, over the year that ends at `now`; `progress` learns how many are durable.
///
/// # Errors
/// What a use case or the store refuses; the batches before it stay.
pub async fn run(
    store: &dyn Executor,
    plan: &Plan,
    now: Timestamp,
    progress: impl Fn(u64),
) -> Result<Summary, AppError> {
    let plan = *plan;
    let mut done = Summary::default();
    let mut first = 0;
    while first < plan.incidents {
        let end = plan.incidents.min(first.saturating_add(BATCH));
        // Everything is invented inside, from the index: a batch that is run again writes the same.
        let batch = store.writing(move |tx| {
            let mut batch = Summary::default();
            for index in first..end {
                batch.add(tell(tx, &plan, index, now)?);
            }
            Ok(batch)
        });
        done.add(batch.await?);
        progress(done.incidents);
        first = end;
    }
    Ok(done)
}

/// One incident, from the report to where it stands today.
fn tell(tx: &mut dyn Tx, plan: &Plan, index: u32, now: Timestamp) -> Result<Summary, AppError> {
    let mut dice = Dice::of(plan.seed, index);
    let slot = YEAR_MS / i64::from(plan.incidents.max(1));
    let within = i64::from(dice.below(u32::try_from(slot).unwrap_or(u32::MAX)));
    let at = now.plus_millis(slot * i64::from(index) + within - YEAR_MS);
    let proof = [
        (35, Proof::Gap),
        (35, Proof::Confirmed),
        (15, Proof::Internal),
        (5, Proof::MediaSignal),
        (3, Proof::PublicClaim),
        (4, Proof::Disputed),
    ];
    let proof = dice.weighted(&proof, Proof::Simulation);
    let draft = draft(&mut dice, index, at);
    let request = format!("seed-{}-{index}", plan.seed);
    let reporter = ctx(&mut dice, Role::Reporter, at, &request)?;
    let incident = incidents::create(tx, &reporter, &draft.validate(at)?)?;

    let done = Summary { incidents: 1, ..Summary::default() };
    let id = IncidentRef::Id(incident.id);
    let mut desk = Desk { tx, dice, request, id, at, now, steps: Vec::new(), done, rules: Rules::people() };
    desk.collect(proof)?;
    match proof {
        Proof::Gap | Proof::Disputed => desk.wait_for_proof()?,
        Proof::Confirmed => desk.respond(incident.category, Priority::P0, Lifecycle::Closed)?,
        Proof::MediaSignal | Proof::PublicClaim => {
            desk.respond(incident.category, Priority::P2, Lifecycle::Contained)?
        }
        Proof::Internal | Proof::Simulation => {
            desk.respond(incident.category, Priority::P0, Lifecycle::Remediated)?
        }
    }
    Ok(desk.done)
}

fn ctx(dice: &mut Dice, role: Role, now: Timestamp, request: &str) -> Result<Ctx, AppError> {
    let principal = Principal::new("seed", dice.word(PEOPLE), &[role]);
    let principal = principal.ok_or_else(|| AppError::internal("an invented name is no name"))?;
    Ok(Ctx { principal, now, request_id: request.to_owned() })
}

/// The people who work on one incident, and the clock on their wall.
struct Desk<'a> {
    tx: &'a mut dyn Tx,
    dice: Dice,
    request: String,
    id: IncidentRef,
    at: Timestamp,
    now: Timestamp,
    steps: Vec<ActionId>,
    done: Summary,
    rules: Rules,
}

impl Desk<'_> {
    /// Somebody of this role, some time later.
    fn later(&mut self, minutes: u32, role: Role) -> Result<Ctx, AppError> {
        self.at = self.at.plus_millis(self.dice.about(minutes)).min(self.now);
        ctx(&mut self.dice, role, self.at, &self.request)
    }

    /// Attaches what makes the incident as proven as `proof` says.
    fn collect(&mut self, proof: Proof) -> Result<(), AppError> {
        let technical = self.dice.pick(TECHNICAL, Kind::Log);
        let sure = 70 + self.dice.byte(30);
        match proof {
            Proof::Gap if self.dice.chance(90) => return Ok(()),
            Proof::Gap => self.attach(Kind::Other, 0, None)?,
            Proof::Confirmed if self.dice.chance(12) => {
                let official = self.dice.pick(OFFICIAL, Kind::CertBulletin);
                self.attach(official, sure, None)?
            }
            Proof::Confirmed => self.attach(technical, sure, None)?,
            Proof::Internal => self.attach(technical, sure - 45, None)?,
            Proof::MediaSignal => {
                let signal = self.dice.pick(&[Kind::OsintArticle, Kind::MediaReport], Kind::OsintArticle);
                self.attach(signal, sure, None)?
            }
            Proof::PublicClaim => self.attach(Kind::PublicStatement, sure, None)?,
            Proof::Disputed => return self.dispute(technical, sure),
            Proof::Simulation => self.attach_from("simulation:exercise", technical, sure, None)?,
        };
        if proof == Proof::Confirmed && self.dice.chance(40) {
            self.attach(Kind::ReporterStatement, 50, None)?;
        }
        Ok(())
    }

    /// Evidence against evidence, or evidence that is no longer what it was.
    fn dispute(&mut self, kind: Kind, confidence: u8) -> Result<(), AppError> {
        let first = self.attach(kind, confidence, None)?;
        if self.dice.chance(60) {
            self.attach(Kind::Log, confidence, Some(first))?;
            return Ok(());
        }
        let ctx = self.later(200, Role::Analyst)?;
        let input = NewEntry {
            ts: Some(ctx.now),
            actor: None,
            action: CustodyAction::Transferred,
            hash_after: Some(Sha256Hex::of(b"a byte too many")),
            note: Some("the copy differs from the original".to_owned()),
        };
        evidence::append_custody(self.tx, &ctx, first, &input).map(|_| ())
    }

    fn attach(
        &mut self,
        kind: Kind,
        confidence: u8,
        contradicts: Option<EvidenceId>,
    ) -> Result<EvidenceId, AppError> {
        let source = self.dice.word(SOURCES);
        self.attach_from(source, kind, confidence, contradicts)
    }

    fn attach_from(
        &mut self,
        source: &str,
        kind: Kind,
        confidence: u8,
        contradicts: Option<EvidenceId>,
    ) -> Result<EvidenceId, AppError> {
        let ctx = self.later(120, Role::Analyst)?;
        let hash = Sha256Hex::of(format!("{}:{}", self.request, self.done.evidence).as_bytes());
        let collected = CustodyInput {
            ts: ctx.now,
            actor: ctx.actor().clone(),
            action: CustodyAction::Collected,
            hash_after: Some(hash.clone()),
            note: None,
        };
        let public = matches!(kind, Kind::OsintArticle | Kind::MediaReport | Kind::PublicStatement);
        let shared = [(12, Visibility::Public), (28, Visibility::Restricted)];
        let visibility =
            if public { Visibility::Public } else { self.dice.weighted(&shared, Visibility::Internal) };
        let cmd = Attach {
            kind,
            source: source.to_owned(),
            content_ref: Some(format!(
                "s3://evidence.example/{}/{kind}-{}",
                self.request, self.done.evidence
            )),
            hash_sha256: Some(hash),
            confidence,
            visibility,
            chain_of_custody: vec![collected],
            description: self.dice.chance(50).then(|| self.dice.word(SEEN).to_owned()),
            contradicts,
            tlp: Some(self.dice.pick(Tlp::ALL, Tlp::Amber)),
        };
        self.done.evidence += 1;
        evidence::attach(self.tx, &ctx, self.id, &cmd, None).map(|item| item.id)
    }

    /// Without proof there is triage at most; some turn out to be nothing.
    fn wait_for_proof(&mut self) -> Result<(), AppError> {
        let kind = self.dice.weighted(&[(45, 0), (30, 1)], 2);
        let ctx = self.later(300, Role::Analyst)?;
        if kind == 0 {
            let patch = Patch { lifecycle: Some(Lifecycle::Triage), ..Patch::default() };
            incidents::patch(self.tx, &ctx, self.id, &Precondition::None, &patch)?;
        } else if kind == 1 {
            let resolution = Some(self.dice.word(RESOLUTIONS).to_owned());
            let put = Put { status: Some(QueueStatus::Resolved), resolution, severity: None };
            incidents::put(self.tx, &ctx, self.id, &Precondition::None, &put)?;
        }
        Ok(())
    }

    /// Grants a priority, at most `ceiling`, and takes the response as far as age, chance and `farthest` let it.
    fn respond(
        &mut self,
        category: Category,
        ceiling: Priority,
        farthest: Lifecycle,
    ) -> Result<(), AppError> {
        use Lifecycle::*;
        let young = [(30, Open), (25, Triage), (25, Contained), (10, Remediated), (5, Verified)];
        let old = [(5, Open), (8, Triage), (12, Contained), (13, Remediated), (10, Verified)];
        let aged = self.now.millis() - self.at.millis() > 14 * DAY_MS;
        let end = self.dice.weighted(if aged { &old } else { &young }, Closed).min(farthest);
        let suggested = classify(category).priority;
        let priority =
            self.dice.weighted(&[(65, suggested), (15, Priority::P1), (12, Priority::P2)], Priority::P3);
        let mut patch = Patch {
            priority: self.dice.chance(88).then_some(Some(priority.max(ceiling))),
            flags: if self.dice.chance(6) { vec![(Flag::LawEnforcement, true)] } else { Vec::new() },
            lifecycle: (end >= Triage).then_some(Triage),
            ..Patch::default()
        };
        let mut ctx = self.later(90, Role::Analyst)?;
        for step in [Contained, Remediated, Verified, Closed] {
            // Not every step is put on record by itself: people also tell of two at once.
            if end < step || self.dice.chance(40) {
                incidents::patch(self.tx, &ctx, self.id, &Precondition::None, &patch)?;
                patch = Patch::default();
            }
            if end < step {
                return Ok(());
            }
            self.work_towards(step)?;
            ctx = self.later(60 * 14, Role::SeniorAnalyst)?;
            patch.lifecycle = Some(step);
        }
        patch.disposition = Some(Some(self.dice.pick(Disposition::ALL, Disposition::TruePositive)));
        incidents::patch(self.tx, &ctx, self.id, &Precondition::None, &patch)?;
        self.done.closed += 1;
        Ok(())
    }

    /// What has to be done before `step` may be claimed.
    fn work_towards(&mut self, step: Lifecycle) -> Result<(), AppError> {
        if step == Lifecycle::Contained {
            for _ in 0..=self.dice.below(2) {
                self.add_step()?;
            }
            return Ok(());
        }
        let proof = match step {
            Lifecycle::Verified => Some(self.attach(Kind::RemediationTest, 90, None)?),
            _ => None,
        };
        let begun = step == Lifecycle::Remediated;
        let status = Some(if begun { ActionStatus::InProgress } else { ActionStatus::Completed });
        let cmd = UpdateStep { status, validation_ref: proof, ..UpdateStep::default() };
        let ctx = self.later(180, Role::Operator)?;
        // The first step is the one to prove; the others are done by the time the incident is closed.
        let first = step != Lifecycle::Closed;
        for (place, id) in self.steps.iter().enumerate() {
            if first == (place == 0) {
                actions::update(self.tx, &ctx, *id, &cmd, &self.rules)?;
            }
        }
        Ok(())
    }

    fn add_step(&mut self) -> Result<(), AppError> {
        let ctx = self.later(45, Role::Operator)?;
        let (title, action_type) =
            self.dice.word(STEPS).split_once('=').unwrap_or(("Look into it", "manual"));
        let cmd = NewStep {
            title: title.to_owned(),
            action_type: Some(action_type.to_owned()),
            owner: self.dice.chance(70).then(|| self.dice.word(PEOPLE).to_owned()),
            due_at: self.dice.chance(60).then(|| ctx.now.plus_hours(48)),
        };
        self.done.actions += 1;
        self.steps.push(actions::add(self.tx, &ctx, self.id, &cmd)?.id);
        Ok(())
    }
}

/// What the reporter, or the alerting system, says.
fn draft(dice: &mut Dice, index: u32, at: Timestamp) -> Draft {
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

fn flags(dice: &mut Dice, ai: bool) -> Flags {
    let likely = |flag: Flag| match flag {
        Flag::AiHighRisk | Flag::AiSeriousIncident if ai => 8,
        Flag::AiActRelevant | Flag::AiHighRisk | Flag::AiSeriousIncident => 0,
        Flag::GdprPersonalData => 28,
        Flag::CriticalInfra | Flag::LawEnforcement => 6,
        // The rest is for the rules to raise, but a person sometimes knows first.
        Flag::GdprBreach | Flag::Nis2Relevant | Flag::KscRelevant | Flag::DoraRelevant => 1,
    };
    Flag::ALL.iter().copied().filter(|flag| dice.chance(likely(*flag))).collect()
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

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn of(seed: u64, index: u32) -> Self {
        Self(Self(seed).roll() ^ u64::from(index).wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(n.max(1))).unwrap_or(0)
    }

    fn byte(&mut self, n: u8) -> u8 {
        u8::try_from(self.below(u32::from(n))).unwrap_or(0)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list; `or` only if the list is empty.
    fn pick<T: Copy>(&mut self, of: &[T], or: T) -> T {
        let place = self.below(u32::try_from(of.len()).unwrap_or(u32::MAX));
        usize::try_from(place).ok().and_then(|place| of.get(place)).copied().unwrap_or(or)
    }

    /// One of the parts between bars.
    fn word(&mut self, of: &'static str) -> &'static str {
        let parts = u32::try_from(of.split('|').count()).unwrap_or(u32::MAX);
        usize::try_from(self.below(parts)).ok().and_then(|place| of.split('|').nth(place)).unwrap_or(of)
    }

    /// One of a table of weights and values; `or` takes what the weights leave of a hundred.
    fn weighted<T: Copy>(&mut self, table: &[(u32, T)], or: T) -> T {
        let mut left = i64::from(self.below(100));
        let found = table.iter().find(|(weight, _)| {
            left -= i64::from(*weight);
            left < 0
        });
        found.map_or(or, |(_, value)| *value)
    }

    /// Milliseconds between half of `minutes` and one and a half of it.
    fn about(&mut self, minutes: u32) -> i64 {
        i64::from(minutes / 2 + self.below(minutes)) * MINUTE_MS
    }
}

const TECHNICAL: &[Kind] = &[
    Kind::Log,
    Kind::SiemLog,
    Kind::AgentTrace,
    Kind::PromptLog,
    Kind::Pcap,
    Kind::MemoryImage,
    Kind::DiskImage,
    Kind::File,
    Kind::Email,
    Kind::Screenshot,
    Kind::Config,
    Kind::ScanReport,
];
const OFFICIAL: &[Kind] = &[Kind::VendorAdvisory, Kind::CertBulletin, Kind::AuthorityLetter];

const PEOPLE: &str =
    "awilk|bsowa|czurek|dlas|emorska|fbrzoza|gklon|hrys|ikruk|jmazur|klipa|lwrona|mpaw|nolsza|odab";
const PLACES: &str = "PL 52.2 21.0|DE 52.5 13.4|FR 48.9 2.4|ES 40.4 -3.7|IT 41.9 12.5|NL 52.4 4.9|BE 50.9 4.4|\
    SE 59.3 18.1|FI 60.2 24.9|DK 55.7 12.6|NO 59.9 10.8|CZ 50.1 14.4|SK 48.1 17.1|AT 48.2 16.4|HU 47.5 19.0|\
    RO 44.4 26.1|LT 54.7 25.3|LV 56.9 24.1|EE 59.4 24.8|PT 38.7 -9.1";
const SOURCES: &str = "email_gateway|edr-north|edr-south|siem-core|proxy-logs|orchestrator-logs|dns-sensor|\
    help-desk|hotline|cloud-audit|identity-provider|dlp|honeypot-7|partner-cert|waf-edge|model-gateway";
const ASSETS: &str = "the payroll portal|file server FS-12|the booking API|VPN gateway 3|the claims mailbox|\
    the ticket archive|build runner 9|the patient index|the tram control room|the grid console|\
    the grant register|the support assistant|the pricing model|the translation agent|the loan scorer|\
    the warehouse scanner|the school portal|the water telemetry|the parcel tracker|the tax kiosk|\
    the contract vault|the voice bot|the badge system|the research cluster|the crane controller";
const AGENTS: &str = "amber-01|amber-02|birch-01|birch-02|cedar-01|cedar-02|delta-07|ember-01|ember-02|fjord-03|\
    grove-01|grove-02|heron-04|iris-01|iris-02|jade-05|kite-01|kite-02|larch-01|maple-09|nova-01|nova-02|\
    did:web:agents.example.org:otter|did:web:agents.example.org:poppy|did:web:agents.example.org:quartz|\
    did:web:agents.example.org:raven|did:web:agents.example.org:slate|did:web:agents.example.org:tulip|\
    b1f2...-agent|c9d0...-agent";
const TAGS: &str = "night-shift|vendor|weekend retro|lab|branch-office|exec repeat|legacy|remote-work vendor|\
    audit|board-watch lab|pilot|merger legacy|ot retro|third-party|exec|campaign-heron|campaign-otter repeat";
const RULES: &str = "brute-force-7|odd-hour-login|mass-delete|beacon-60s|macro-child-process|new-admin|\
    impossible-travel|large-egress|prompt-override|tool-burst";
const NOTICED: &str = "A routine check noticed it|A user called the hotline|An alert fired during the night|\
    The night shift saw it on a dashboard|A partner CERT wrote to us|A supplier told us late|\
    The weekly review of rights found it|A canary document was opened|A customer complained|\
    A test of the backups failed|An auditor asked about it|The sensor at the border raised its hand";
const SEEN: &str = "Logins came from two continents within minutes|A scheduled task restarted itself|\
    The agent called a tool it never used before|Traffic left for an unknown host every sixty seconds|\
    Archives grew behind a harmless name|The assistant repeated instructions from an attachment|\
    Shadow copies were gone|A certificate had been replaced|The mailbox forwarded silently|\
    Answers changed after the last training run|Rights were granted and taken back within an hour|\
    The same password opened nine accounts|A container ran with the keys of its host";
const EFFECTS: &str = "Service went on without visible harm|Counters stood still for an afternoon|\
    Some records were read by strangers|Two invoices were paid to the wrong account|Orders were delayed|\
    Nothing was lost as far as we know|The team worked on paper until noon|A model gave wrong advice to a few|\
    Several accounts had to be locked|A contract partner was affected as well";
const NEXT: &str = "Images are being taken|The owner of the system was told|Keys are being rotated|\
    We wait for the supplier|The segment was cut off|A restore is being rehearsed|The logs are kept|\
    Legal is looking at it|The agent was put on a short leash|An exercise will follow";
const STEPS: &str = "Isolate the host from the network=isolate_host|Reset the credentials=reset_password|\
    Revoke all sessions=revoke_sessions|Block the sender=block_sender|Restore from a clean backup=manual|\
    Patch and restart the service=manual|Quarantine the messages=quarantine_email|Take an image=manual|\
    Tell the data protection officer=notify_dpo|Disable the account=disable_account|Roll the model back=manual|\
    Put the agent behind approval=quarantine_agent|Block the address at the edge=block_ip";
const RESOLUTIONS: &str = "False positive - legitimate vendor email|A planned test nobody had announced|\
    Duplicate of an older case|Nothing found after a week of watching|The user mistyped, nothing else|\
    Known noise of the new sensor|Withdrawn by the reporter";
