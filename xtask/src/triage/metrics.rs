//! Precision, recall and their kin, with bootstrap intervals.

/// A count as a number.
pub fn real(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}

/// One judged record, as far as figures need it.
#[derive(Clone, Copy)]
pub struct Case {
    /// Whether it is an attack.
    pub malicious: bool,
    /// Whether it was called one.
    pub flagged: bool,
    /// How likely it was said to be one.
    pub probability: f64,
}

/// The figures of a set of cases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Of what was flagged, the share of attacks.
    pub precision: f64,
    /// Of the attacks, the share that was flagged.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Of the harmless, the share that was flagged.
    pub false_positives: f64,
    /// The chance that an attack scores above a harmless one.
    pub auc: f64,
    /// The mean gap between said and true likelihood, in ten bins.
    pub calibration: f64,
}

/// The figures in the order they are printed, with their names.
impl Figures {
    /// Name and value of each.
    pub fn named(&self) -> [(&'static str, f64); 6] {
        [
            ("precision", self.precision),
            ("recall", self.recall),
            ("f1", self.f1),
            ("false_positive_rate", self.false_positives),
            ("auc", self.auc),
            ("calibration_error", self.calibration),
        ]
    }
}

/// The figures of some cases; a share of nothing is 0, an AUC of one class 0.5.
pub fn figures(cases: &[Case]) -> Figures {
    let count = |test: fn(&Case) -> bool| real(cases.iter().filter(|case| test(case)).count());
    let (hits, misses) = (count(|c| c.malicious && c.flagged), count(|c| c.malicious && !c.flagged));
    let (alarms, quiet) = (count(|c| !c.malicious && c.flagged), count(|c| !c.malicious && !c.flagged));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    Figures {
        precision: share(hits, hits + alarms),
        recall: share(hits, hits + misses),
        f1: share(2.0 * hits, 2.0 * hits + alarms + misses),
        false_positives: share(alarms, alarms + quiet),
        auc: auc(cases),
        calibration: calibration(cases),
    }
}

/// The area under the ROC curve, by ranks, ties halved.
fn auc(cases: &[Case]) -> f64 {
    let mut sorted: Vec<&Case> = cases.iter().collect();
    sorted.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    let (mut below, mut sum, mut at) = (0.0, 0.0, 0);
    while let Some(first) = sorted.get(at) {
        let same = sorted.iter().skip(at).take_while(|case| case.probability <= first.probability);
        let (bad, all) =
            same.fold((0.0, 0usize), |(bad, all), case| (bad + f64::from(u8::from(case.malicious)), all + 1));
        let good = real(all) - bad;
        sum += bad * (below + good / 2.0);
        below += good;
        at += all;
    }
    let bad = real(cases.iter().filter(|case| case.malicious).count());
    if bad > 0.0 && below > 0.0 { sum / (bad * below) } else { 0.5 }
}

fn calibration(cases: &[Case]) -> f64 {
    let mut gap = 0.0;
    for bin in 0..10u8 {
        let (low, high) = (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0);
        let inside: Vec<&Case> =
            cases.iter().filter(|c| c.probability >= low && (c.probability < high || bin == 9)).collect();
        let said: f64 = inside.iter().map(|case| case.probability).sum();
        let true_ones = real(inside.iter().filter(|case| case.malicious).count());
        gap += (said - true_ones).abs();
    }
    gap / real(cases.len()).max(1.0)
}

/// For each figure its value and the bounds that 95 % of resamples keep.
pub fn with_intervals(cases: &[Case], resamples: u32) -> Vec<(&'static str, f64, f64, f64)> {
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut samples: Vec<Vec<f64>> = vec![Vec::new(); 6];
    for _ in 0..resamples {
        let drawn: Vec<Case> =
            (0..cases.len()).filter_map(|_| cases.get(draw(&mut random, cases.len())).copied()).collect();
        for (column, (_, value)) in samples.iter_mut().zip(figures(&drawn).named()) {
            column.push(value);
        }
    }
    let bounds = samples.iter_mut().map(|column| {
        column.sort_by(f64::total_cmp);
        (quantile(column, 0.025), quantile(column, 0.975))
    });
    figures(cases)
        .named()
        .into_iter()
        .zip(bounds)
        .map(|((name, value), (low, high))| (name, value, low, high))
        .collect()
}

/// The value below which a share of sorted values lies.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = real(sorted.len().saturating_sub(1));
    let wanted = (share * last).round();
    sorted.iter().enumerate().find(|(at, _)| real(*at) >= wanted).map_or(0.0, |(_, value)| *value)
}

/// A number below `range`, from a xorshift generator.
fn draw(random: &mut u64, range: usize) -> usize {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    let range = u64::try_from(range).unwrap_or(1).max(1);
    usize::try_from((*random >> 11) % range).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(malicious: bool, flagged: bool, probability: f64) -> Case {
        Case { malicious, flagged, probability }
    }

    #[test]
    fn figures_are_what_their_names_say() {
        let cases =
            [case(true, true, 0.9), case(true, false, 0.4), case(false, true, 0.6), case(false, false, 0.1)];
        let found = figures(&cases);
        assert_eq!((found.precision, found.recall, found.f1, found.false_positives), (0.5, 0.5, 0.5, 0.5));
        assert_eq!(found.auc, 0.75);
        assert_eq!(figures(&[]).f1, 0.0);
    }

    #[test]
    fn ties_count_half() {
        assert_eq!(figures(&[case(true, true, 0.5), case(false, true, 0.5)]).auc, 0.5);
    }

    #[test]
    fn intervals_hold_the_value_and_are_always_the_same() {
        let cases: Vec<Case> =
            (0..200u32).map(|i| case(i % 2 == 0, i % 5 != 0, f64::from(i % 10) / 10.0)).collect();
        let first = with_intervals(&cases, 200);
        assert!(first.iter().all(|(_, value, low, high)| low <= value && value <= high));
        assert_eq!(first, with_intervals(&cases, 200));
    }
}
