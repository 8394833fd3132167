//! Reads schema.rs: the tables and columns as `diesel::table!` declares them.

use super::{Column, Tables};
use crate::shell::Outcome;

/// The tables of a schema file in the form rustfmt and Diesel give it: one column a line.
pub fn parse(text: &str) -> Outcome<Tables> {
    let mut tables = Tables::new();
    let mut table: Option<String> = None;
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let wrong = || format!("schema.rs line {} is not understood: {line}", number.saturating_add(1));
        match (inside, &table) {
            (false, _) => inside = line.starts_with("diesel::table!"),
            (true, None) if line == "}" => inside = false,
            (true, None) if line.ends_with('{') => {
                let name = line.split_whitespace().next().ok_or_else(wrong)?;
                tables.entry(name.to_owned()).or_default();
                table = Some(name.to_owned());
            }
            // `use` lines and documentation.
            (true, None) => {}
            (true, Some(_)) if line == "}" => table = None,
            (true, Some(_)) if line.is_empty() || line.starts_with("//") || line.starts_with("#[") => {}
            (true, Some(name)) => {
                let (column, type_name) = line.trim_end_matches(',').split_once(" -> ").ok_or_else(wrong)?;
                let inner = type_name.strip_prefix("Nullable<").and_then(|t| t.strip_suffix('>'));
                let described =
                    Column { type_name: inner.unwrap_or(type_name).to_owned(), nullable: inner.is_some() };
                tables.entry(name.clone()).or_default().insert(column.to_owned(), described);
            }
        }
    }
    if tables.is_empty() { Err("schema.rs declares no table".into()) } else { Ok(tables) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_diesel_prints_it() {
        let text = "//! Tables.\n\ndiesel::table! {\n    use diesel::sql_types::*;\n\n    /// Work.\n    jobs (name) {\n\
                    \x20       name -> Text,\n        /// Until when.\n        lease_until -> Nullable<Ts>,\n    }\n}\n\n\
                    diesel::allow_tables_to_appear_in_same_query!(jobs, audit);\n";
        let tables = parse(text).unwrap();
        let jobs = &tables["jobs"];
        assert_eq!(tables.len(), 1);
        assert_eq!(jobs["name"], Column { type_name: "Text".to_owned(), nullable: false });
        assert_eq!(jobs["lease_until"], Column { type_name: "Ts".to_owned(), nullable: true });
    }

    #[test]
    fn a_line_nobody_understands_is_named() {
        let text = "diesel::table! {\n    jobs (name) {\n        name: Text,\n    }\n}\n";
        assert!(parse(text).unwrap_err().to_string().contains("line 3"));
        assert!(parse("").is_err());
    }
}
