//! A circuit breaker per connector: whoever does not answer is left alone for a while. Pure; time is an argument.

use std::time::{Duration, Instant};

/// Failures in a row that open the circuit.
const FAILURES: u32 = 5;
/// How long it stays open before one trial.
const OPEN: Duration = Duration::from_secs(30);

/// What the breaker knows of one connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaker {
    /// Calls pass; so many failed in a row.
    Closed(u32),
    /// No calls before this time.
    Open(Instant),
    /// One call tries whether the other side is back. If it never reports, another may try from this time on.
    Trial(Instant),
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed(0)
    }
}

impl Breaker {
    /// Asks for a call that takes at most `longest`: `Ok`, or how long the circuit stays open.
    pub(crate) fn admit(&mut self, now: Instant, longest: Duration) -> Result<(), Duration> {
        match *self {
            Self::Closed(_) => Ok(()),
            Self::Open(until) | Self::Trial(until) if now < until => Err(until.duration_since(now)),
            Self::Open(_) | Self::Trial(_) => {
                *self = Self::Trial(now + longest);
                Ok(())
            }
        }
    }

    /// A call was answered, whatever the answer.
    pub(crate) fn answered(&mut self) {
        *self = Self::Closed(0);
    }

    /// A call got no answer, with all its attempts.
    pub(crate) fn failed(&mut self, now: Instant) {
        *self = match *self {
            Self::Closed(failures) if failures + 1 < FAILURES => Self::Closed(failures + 1),
            Self::Closed(_) | Self::Trial(_) => Self::Open(now + OPEN),
            // A call from before it opened: that adds nothing.
            Self::Open(until) => Self::Open(until),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(41);

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.admit(now, LONGEST), Ok(()));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_for_half_a_minute() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(now, LONGEST), Err(OPEN));
        let second = Duration::from_secs(1);
        assert_eq!(breaker.admit(now + OPEN - second, LONGEST), Err(second));
        assert_eq!(breaker.admit(now + OPEN, LONGEST), Ok(()));
    }

    #[test]
    fn an_answer_between_failures_counts_from_the_start() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breaker.failed(now);
            }
            breaker.answered();
        }
        assert_eq!(breaker.admit(now, LONGEST), Ok(()));
    }

    #[test]
    fn one_trial_decides() {
        let now = Instant::now();
        let later = now + OPEN;
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(later, LONGEST), Ok(()));
        assert_eq!(breaker.admit(later, LONGEST), Err(LONGEST), "one at a time");
        let mut failed = breaker;
        failed.failed(later);
        assert_eq!(failed.admit(later, LONGEST), Err(OPEN));
        breaker.answered();
        assert_eq!(breaker, Breaker::Closed(0));
    }

    #[test]
    fn a_trial_that_never_reports_blocks_nobody_for_ever() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(now + OPEN, LONGEST), Ok(()));
        assert_eq!(breaker.admit(now + OPEN + LONGEST, LONGEST), Ok(()));
    }

    #[test]
    fn a_late_failure_does_not_keep_it_open_longer() {
        let now = Instant::now();
        let mut breaker = opened(now);
        breaker.failed(now + Duration::from_secs(20));
        assert_eq!(breaker.admit(now + OPEN, LONGEST), Ok(()));
    }
}
