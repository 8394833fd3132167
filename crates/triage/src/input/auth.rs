//! What the receiving server found out about a mail: SPF, DKIM and DMARC (RFC 7208, 6376, 7489), from any header.

/// A result, worst first: the worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The check failed.
    Fail,
    /// The check failed, and the domain says that this may happen.
    SoftFail,
    /// Nothing to check, or the check broke.
    None,
    /// The check passed.
    Pass,
}

/// The results of the three checks and the names they were made for. `None`: no header tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Auth {
    /// Sender Policy Framework.
    pub spf: Option<Outcome>,
    /// DomainKeys Identified Mail.
    pub dkim: Option<Outcome>,
    /// Domain-based Message Authentication.
    pub dmarc: Option<Outcome>,
    /// The domains that signed and whose signature held.
    pub signed_by: Vec<String>,
}

impl Auth {
    /// Takes in an `Authentication-Results` value (RFC 8601).
    pub fn read_results(&mut self, value: &str) {
        let lower = value.to_ascii_lowercase();
        for part in lower.split([';', '\n', ',']) {
            let part = part.trim();
            for (method, slot) in
                [("spf=", &mut self.spf), ("dmarc=", &mut self.dmarc), ("dkim=", &mut self.dkim)]
            {
                for (_, tail) in
                    part.match_indices(method).filter_map(|(at, m)| part.split_at_checked(at + m.len()))
                {
                    worst(slot, outcome(tail));
                }
            }
            if part.contains("dkim=pass") {
                let after = ["header.d=", "header.i=@"].iter().find_map(|key| part.split_once(key));
                let domain = after.map(|(_, tail)| tail.split([' ', ';', ')']).next().unwrap_or(""));
                self.signed_by
                    .extend(domain.filter(|d| !d.is_empty() && self.signed_by_limit()).map(str::to_owned));
            }
        }
    }

    /// Takes in a `Received-SPF` value.
    pub fn read_spf(&mut self, value: &str) {
        worst(&mut self.spf, outcome(&value.trim_start().to_ascii_lowercase()));
    }

    fn signed_by_limit(&self) -> bool {
        self.signed_by.len() < 16
    }

    /// Whether no check told anything.
    pub fn is_unknown(&self) -> bool {
        self.spf.is_none() && self.dkim.is_none() && self.dmarc.is_none()
    }
}

fn worst(slot: &mut Option<Outcome>, seen: Outcome) {
    *slot = Some(slot.map_or(seen, |known| known.min(seen)));
}

fn outcome(tail: &str) -> Outcome {
    match tail.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("") {
        "pass" | "bestguesspass" => Outcome::Pass,
        "fail" | "hardfail" | "reject" | "quarantine" => Outcome::Fail,
        "softfail" => Outcome::SoftFail,
        _ => Outcome::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_and_the_worst_counts() {
        let mut auth = Auth::default();
        auth.read_results(
            "mx.example; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example; dmarc=fail (p=none)",
        );
        assert_eq!(
            (auth.spf, auth.dkim, auth.dmarc),
            (Some(Outcome::Pass), Some(Outcome::Pass), Some(Outcome::Fail))
        );
        assert_eq!(auth.signed_by, ["a.example"]);
        auth.read_results("forged.example; dmarc=pass");
        assert_eq!(auth.dmarc, Some(Outcome::Fail), "a second header cannot better the first");
        auth.read_spf("SoftFail (domain of transitioning a.example)");
        assert_eq!(auth.spf, Some(Outcome::SoftFail));
    }
}
