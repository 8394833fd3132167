//! Migrations as files: read in order, applied up, down and up again.

use super::{Kind, Tables};
use crate::shell::Outcome;
use std::path::Path;

/// One step, both ways.
pub struct Migration {
    /// The name of its folder.
    pub name: String,
    up: String,
    down: String,
}

/// A database this task may do anything with.
pub trait Database {
    /// Which one.
    fn kind(&self) -> Kind;
    /// Runs a script in one transaction.
    fn script(&mut self, sql: &str) -> Outcome;
    /// Everything there is, as text that two equal databases share: tables, indexes, triggers, constraints.
    fn picture(&mut self) -> Outcome<Vec<String>>;
    /// The tables and their columns.
    fn tables(&mut self) -> Outcome<Tables>;
}

/// The migrations of a folder, in order.
pub fn read(folder: &Path) -> Outcome<Vec<Migration>> {
    let mut steps = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let script = |name: &str| {
                let file = path.join(name);
                std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            steps.push(Migration { name, up: script("up.sql")?, down: script("down.sql")? });
        }
    }
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    if steps.is_empty() { Err(format!("no migrations in {}", folder.display()).into()) } else { Ok(steps) }
}

/// Up, down and up: each step down must leave what was there before, and the way up must lead to the same end.
pub fn round_trip(database: &mut dyn Database, steps: &[Migration]) -> Outcome<Vec<String>> {
    let mut faults = Vec::new();
    let mut before = Vec::new();
    for step in steps {
        before.push(database.picture()?);
        apply(database, step, &step.up, "up")?;
    }
    let top = database.picture()?;
    for (step, expected) in steps.iter().zip(&before).rev() {
        apply(database, step, &step.down, "down")?;
        faults.extend(
            strays(expected, &database.picture()?)
                .map(|what| format!("{}: {}/down.sql {what}", database.kind().name(), step.name)),
        );
    }
    for step in steps {
        apply(database, step, &step.up, "up again")?;
    }
    faults.extend(
        strays(&top, &database.picture()?)
            .map(|what| format!("{}: after down and up again, the schema {what}", database.kind().name())),
    );
    Ok(faults)
}

fn apply(database: &mut dyn Database, step: &Migration, sql: &str, way: &str) -> Outcome {
    let kind = database.kind().name();
    database.script(sql).map_err(|e| format!("{kind}: migration {} {way}: {e}", step.name).into())
}

/// The first thing too much, or the first missing.
fn strays(expected: &[String], found: &[String]) -> Option<String> {
    let extra =
        found.iter().find(|line| !expected.contains(line)).map(|line| format!("leaves behind: {line}"));
    let lost = || expected.iter().find(|line| !found.contains(line)).map(|line| format!("loses: {line}"));
    extra.or_else(lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::sqlite::File;

    fn faults(down: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::create(&folder.path().join("x.db")).unwrap();
        let step = |name: &str, up: &str, down: &str| Migration {
            name: name.to_owned(),
            up: up.to_owned(),
            down: down.to_owned(),
        };
        let first = step("0001_first", "CREATE TABLE a (x INTEGER)", "DROP TABLE a");
        let second = step("0002_second", "CREATE TABLE IF NOT EXISTS b (y TEXT)", down);
        round_trip(&mut file, &[first, second]).unwrap()
    }

    #[test]
    fn a_step_down_leaves_what_was_there_before() {
        assert_eq!(faults("DROP TABLE b"), Vec::<String>::new());
        let told = faults("SELECT 1");
        assert!(
            told.iter().any(|fault| fault.contains("0002_second/down.sql leaves behind: table b")),
            "{told:?}"
        );
    }
}
