//! What was seen: rules that held, each with its weight and the words it rests on.

/// A rule: its name, what it adds to the score, and what it says to an analyst. Weights are on the scale of
/// log-odds and never negative: nothing an attacker writes can speak for them.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// The name of the signal.
    pub name: &'static str,
    /// What it adds.
    pub weight: f64,
    /// What it says, as a clause: "replies go to another domain".
    pub says: &'static str,
    /// Whether more text cannot make it go away. Only such rules make an input `malicious`; the others,
    /// like the shortness of a mail, make it `suspicious` at most.
    pub firm: bool,
}

impl Rule {
    /// A rule that holds whatever is added to the input.
    pub const fn new(name: &'static str, weight: f64, says: &'static str) -> Self {
        Self { name, weight, says, firm: true }
    }

    /// A rule that more text may make go away.
    pub const fn passing(name: &'static str, weight: f64, says: &'static str) -> Self {
        Self { name, weight, says, firm: false }
    }
}

/// A rule that held.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which rule.
    pub rule: &'static Rule,
    /// What it adds here.
    pub weight: f64,
    /// What of that no more text can take away.
    pub firm: f64,
    /// The words it rests on, a piece of one string of the input.
    pub quote: String,
}

/// Everything seen in one input.
#[derive(Debug, Default)]
pub struct Sheet {
    /// What held, each rule once.
    pub found: Vec<Found>,
}

impl Sheet {
    /// Notes a rule. Without words to quote it does not count; seen again, it counts once.
    pub fn note(&mut self, rule: &'static Rule, quote: Option<String>) {
        self.weigh(rule, rule.weight, quote);
    }

    /// Notes a rule with a weight of its own; of several, the heaviest stays.
    pub fn weigh(&mut self, rule: &'static Rule, weight: f64, quote: Option<String>) {
        self.weigh_firmly(rule, weight, weight, quote);
    }

    /// Notes a rule whose firm weight is another one.
    pub fn weigh_firmly(&mut self, rule: &'static Rule, weight: f64, firm: f64, quote: Option<String>) {
        let Some(quote) = quote.filter(|quote| !quote.trim().is_empty()) else { return };
        let firm = if rule.firm { firm } else { 0.0 };
        match self.found.iter_mut().find(|found| found.rule.name == rule.name) {
            Some(known) if known.weight >= weight => known.firm = known.firm.max(firm),
            Some(known) => *known = Found { rule, weight, firm: known.firm.max(firm), quote },
            None => self.found.push(Found { rule, weight, firm, quote }),
        }
    }

    /// Whether a rule held.
    pub fn has(&self, rule: &Rule) -> bool {
        self.found.iter().any(|found| found.rule.name == rule.name)
    }

    /// All weights together.
    pub fn total(&self) -> f64 {
        self.found.iter().map(|found| found.weight).sum()
    }

    /// What no more text can take away.
    pub fn firm_total(&self) -> f64 {
        self.found.iter().map(|found| found.firm).sum()
    }
}
