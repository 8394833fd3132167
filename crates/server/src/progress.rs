//! Bars on standard error for what takes long; silent where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};
use probatum_application::AppError;
use probatum_storage::{Backend, Renewal, migrate_told};

/// A bar over `total` of something, named in a few words.
pub fn progress(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = format!("{{bar:40}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    bar
}

/// Applies what a database lacks, with a bar for each thing that is made anew from all incidents; says what was applied.
pub fn migrated(backend: &Backend) -> Result<Vec<String>, AppError> {
    let mut shown: Option<(&str, ProgressBar)> = None;
    let applied = migrate_told(backend, &mut |at: Renewal| {
        let (_, bar) = match shown.take() {
            Some(same) if same.0 == at.what => shown.insert(same),
            other => {
                other.into_iter().for_each(|(_, bar)| bar.finish_and_clear());
                shown.insert((at.what, progress(at.of, at.what)))
            }
        };
        bar.set_position(at.done);
    });
    shown.into_iter().for_each(|(_, bar)| bar.finish_and_clear());
    applied
}
