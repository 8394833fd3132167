//! The regimes an incident is reported under, and the phases each of them knows.

use probatum_kernel::{Code, Coded, FieldFault, UnknownWord};

probatum_kernel::vocabulary! {
    /// A body of law that asks for reports (CONTRACT §10).
    pub enum Regime("regime") {
        /// Directive (EU) 2022/2555, Art. 23.
        Nis2 = "nis2",
        /// Regulation (EU) 2016/679, Art. 33.
        Gdpr = "gdpr",
        /// Regulation (EU) 2024/1689, Art. 73.
        AiAct = "ai_act",
        /// The Polish act on the national cybersecurity system, art. 11.
        Ksc = "ksc",
        /// Regulation (EU) 2022/2554, Art. 19.
        Dora = "dora",
    }
}

probatum_kernel::vocabulary! {
    /// A step of reporting, spelled as in requests (CONTRACT §10). [`Phase::short`] is how responses spell it.
    pub enum Phase("phase") {
        /// The early warning.
        EarlyWarning24h = "early_warning_24h",
        /// The notification.
        Notification72h = "notification_72h",
        /// A report on the state of things: NIS2 and KSC on request, DORA always.
        Intermediate = "intermediate",
        /// The final report.
        FinalReport1m = "final_report_1m",
        /// A serious incident of an AI system.
        SeriousIncident15d = "serious_incident_15d",
        /// The same, if a person died.
        SeriousIncident10d = "serious_incident_10d",
        /// The same, if the infringement is widespread or critical infrastructure is disrupted.
        SeriousIncident2d = "serious_incident_2d",
        /// DORA's initial notification.
        Initial4h = "initial_4h",
    }
}

impl Phase {
    /// The word responses use: `early_warning_24h` is answered with `24h`. Within a regime no two are equal.
    pub const fn short(self) -> &'static str {
        match self {
            Self::EarlyWarning24h => "24h",
            Self::Notification72h => "72h",
            Self::Intermediate => "intermediate",
            Self::FinalReport1m => "final",
            Self::SeriousIncident15d => "15d",
            Self::SeriousIncident10d => "10d",
            Self::SeriousIncident2d => "2d",
            Self::Initial4h => "4h",
        }
    }
}

impl Regime {
    /// The phases of this regime, in the order they fall due; for the AI Act, whose three are alternatives,
    /// the general one first.
    pub const fn phases(self) -> &'static [Phase] {
        use Phase::*;
        match self {
            Self::Nis2 | Self::Ksc => &[EarlyWarning24h, Notification72h, Intermediate, FinalReport1m],
            Self::Gdpr => &[Notification72h],
            Self::AiAct => &[SeriousIncident15d, SeriousIncident10d, SeriousIncident2d],
            Self::Dora => &[Initial4h, Intermediate, FinalReport1m],
        }
    }

    /// Reads a phase as requests spell it. A word this regime does not know, though another may, is an
    /// [`UnknownPhase`] that lists those it does.
    pub fn phase(self, word: &str) -> Result<Phase, UnknownPhase> {
        let known = self.phases().iter().copied();
        known.clone().find(|phase| phase.as_str() == word).ok_or_else(|| UnknownPhase {
            regime: self,
            word: UnknownWord::new(self.phase_label(), word, known.map(Phase::as_str)),
        })
    }

    const fn phase_label(self) -> &'static str {
        match self {
            Self::Nis2 => "phase of nis2",
            Self::Gdpr => "phase of gdpr",
            Self::AiAct => "phase of ai_act",
            Self::Ksc => "phase of ksc",
            Self::Dora => "phase of dora",
        }
    }
}

/// A phase its regime does not know; the message lists the ones it does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word}")]
pub struct UnknownPhase {
    /// The regime asked for.
    pub regime: Regime,
    /// The word given and the words allowed.
    pub word: UnknownWord,
}

impl Coded for UnknownPhase {
    fn code(&self) -> Code {
        Code::ValidationFailed
    }

    fn fields(&self) -> Vec<FieldFault> {
        vec![FieldFault::new("phase", "unknown", self.to_string())]
    }
}
