//! What people do about an invented incident after it was reported.

use super::dice::Dice;
use super::words::{OFFICIAL, PEOPLE, RESOLUTIONS, SEEN, SOURCES, STEPS, TECHNICAL};
use super::{DAY_MS, Summary};
use probatum_application::ports::Tx;
use probatum_application::use_cases::actions::Rules;
use probatum_application::use_cases::evidence::NewEntry;
use probatum_application::use_cases::incidents::{self, Precondition};
use probatum_application::use_cases::{actions, evidence};
use probatum_application::{AppError, Ctx, Principal};
use probatum_evidence::{
    Attach, CustodyAction, CustodyInput, EvidenceKind as Kind, Sha256Hex, Tlp, Visibility,
};
use probatum_incident::{
    Category, Disposition, Flag, Lifecycle, Patch, Priority, Put, QueueStatus, classify,
};
use probatum_kernel::{ActionId, EvidenceId, EvidenceStatus as Proof, IncidentRef, Role, Timestamp};
use probatum_playbooks::{ActionStatus, NewStep, UpdateStep};

pub(super) fn ctx(dice: &mut Dice, role: Role, now: Timestamp, request: &str) -> Result<Ctx, AppError> {
    let principal = Principal::new("seed", dice.word(PEOPLE), &[role]);
    let principal = principal.ok_or_else(|| AppError::internal("an invented name is no name"))?;
    Ok(Ctx { principal, now, request_id: request.to_owned() })
}

/// The people who work on one incident, and the clock on their wall.
pub(super) struct Desk<'a> {
    pub(super) tx: &'a mut dyn Tx,
    pub(super) dice: Dice,
    pub(super) request: String,
    pub(super) id: IncidentRef,
    pub(super) at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) steps: Vec<ActionId>,
    pub(super) done: Summary,
    pub(super) rules: Rules,
}

impl Desk<'_> {
    /// Somebody of this role, some time later.
    fn later(&mut self, minutes: u32, role: Role) -> Result<Ctx, AppError> {
        self.at = self.at.plus_millis(self.dice.about(minutes)).min(self.now);
        ctx(&mut self.dice, role, self.at, &self.request)
    }

    /// Attaches what makes the incident as proven as `proof` says.
    pub(super) fn collect(&mut self, proof: Proof) -> Result<(), AppError> {
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
    pub(super) fn wait_for_proof(&mut self) -> Result<(), AppError> {
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
    pub(super) fn respond(
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
