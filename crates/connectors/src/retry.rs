//! When to try again, and how long a call takes at most. Pure; chance is an argument.

use std::time::Duration;

/// The wait before the first retry; doubled for each further one.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait between two attempts, also if the other side asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// What sending and reporting may take beside attempts and waits.
const SLACK: Duration = Duration::from_secs(1);

/// How often and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// The deadline of one attempt.
    pub(crate) timeout: Duration,
    /// Attempts after the first.
    pub(crate) retries: u32,
}

impl Patience {
    /// The longest a call takes: every attempt and every wait at its longest.
    pub(crate) fn longest(self) -> Duration {
        self.timeout.saturating_mul(self.retries + 1) + LONGEST_WAIT.saturating_mul(self.retries) + SLACK
    }

    /// How long to wait after attempt `made` (the first is 1), or `None` to give up: no attempts left, or the other side
    /// asked for more time than a call has. `chance` spreads the wait between half of it and all of it.
    pub(crate) fn wait(self, made: u32, asked: Option<Duration>, chance: u8) -> Option<Duration> {
        if made > self.retries {
            return None;
        }
        let full = FIRST.saturating_mul(2u32.saturating_pow(made.saturating_sub(1))).min(LONGEST_WAIT);
        let spread = full / 2 + full / 2 * u32::from(chance) / u32::from(u8::MAX);
        match asked {
            Some(asked) if asked > LONGEST_WAIT => None,
            Some(asked) => Some(asked.max(spread)),
            None => Some(spread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { timeout: Duration::from_secs(10), retries: 5 };

    #[test]
    fn waits_double_to_a_limit_and_spread() {
        let full = |made| PATIENCE.wait(made, None, u8::MAX).unwrap().as_millis();
        assert_eq!([1, 2, 3, 4, 5].map(full), [500, 1_000, 2_000, 4_000, 5_000]);
        assert_eq!(PATIENCE.wait(1, None, 0), Some(Duration::from_millis(250)));
        assert_eq!(PATIENCE.wait(6, None, 0), None);
        assert_eq!(Patience { retries: 0, ..PATIENCE }.wait(1, None, 0), None);
    }

    #[test]
    fn the_other_side_may_ask_for_more_within_limits() {
        let second = Duration::from_secs(1);
        assert_eq!(PATIENCE.wait(1, Some(second * 3), 0), Some(second * 3));
        assert_eq!(PATIENCE.wait(1, Some(Duration::ZERO), 0), Some(Duration::from_millis(250)));
        assert_eq!(PATIENCE.wait(1, Some(second * 6), 0), None);
        assert_eq!(PATIENCE.wait(1, Some(Duration::MAX), 0), None);
    }

    #[test]
    fn nothing_takes_longer_than_the_longest() {
        for retries in 0..=5 {
            let patience = Patience { retries, ..PATIENCE };
            let waits: Duration = (1..).map_while(|n| patience.wait(n, Some(LONGEST_WAIT), u8::MAX)).sum();
            assert!(waits + patience.timeout * (retries + 1) < patience.longest());
        }
        assert_eq!(Patience { retries: 2, ..PATIENCE }.longest(), Duration::from_secs(41));
    }
}
