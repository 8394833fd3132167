//! Which database, and how much of it at once.

use std::path::PathBuf;

/// Where the records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(String),
}

/// How to open a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which database.
    pub backend: Backend,
    /// Reader threads (SQLite), or connections (PostgreSQL).
    pub connections: u32,
    /// How many jobs may wait before new ones are refused as `unavailable`.
    pub queue: usize,
}

/// Why a database address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an address we know.
    #[error("database '{0}' is neither sqlite://FILE nor postgres://USER@HOST/NAME")]
    Unknown(String),
    /// This build cannot encrypt the way to the server.
    #[error(
        "the PostgreSQL server at '{0}' is not on this machine, and the way to it would not be encrypted: use a program \
         built with --features postgres-tls and an address with sslmode=verify-full (or require), or allow an \
         unencrypted connection with allow_plaintext_postgres = true"
    )]
    Plaintext(String),
}

impl Settings {
    /// The settings for a database URL, with defaults for the rest. Without TLS in the build, a server elsewhere is
    /// refused unless `allow_plaintext`.
    pub fn parse(url: &str, allow_plaintext: bool) -> Result<Self, SettingsError> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            let backend = Backend::Sqlite(PathBuf::from(path));
            return if path.is_empty() {
                Err(SettingsError::Unknown(url.to_owned()))
            } else {
                Ok(Self::of(backend, 2))
            };
        }
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or_else(|| SettingsError::Unknown(without_password(url)))?;
        let encrypted = cfg!(feature = "postgres-tls") && insists_on_tls(rest);
        let elsewhere = hosts(rest).into_iter().find(|host| !is_local(host));
        match elsewhere {
            Some(host) if !allow_plaintext && !encrypted => Err(SettingsError::Plaintext(host)),
            _ => Ok(Self::of(Backend::Postgres(url.to_owned()), 8)),
        }
    }

    fn of(backend: Backend, connections: u32) -> Self {
        Self { backend, connections, queue: 4_096 }
    }
}

/// A database address fit for a message: no user, no password, no parameters.
pub fn without_password(url: &str) -> String {
    let bare = url.split('?').next().unwrap_or_default();
    match (bare.split_once("://"), bare.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => bare.to_owned(),
    }
}

/// Every host libpq might connect to, from `user:password@host:port,host:port/name?host=…&hostaddr=…` and, where the
/// address names none, from the environment libpq reads.
fn hosts(rest: &str) -> Vec<String> {
    let decode = |host: &str| host.replace("%2F", "/").replace("%2f", "/");
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let named = authority.split(',').map(|host| match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default().to_owned(),
        None => decode(host.split(':').next().unwrap_or_default()),
    });
    let given = parameters(rest).filter(|(name, _)| matches!(*name, "host" | "hostaddr"));
    let given = given.flat_map(|(_, hosts)| hosts.split(',').map(decode).collect::<Vec<_>>());
    let mut all: Vec<String> = named.chain(given).filter(|h| !h.is_empty()).collect();
    if all.is_empty() {
        let env = ["PGHOST", "PGHOSTADDR"].into_iter().filter_map(|name| std::env::var(name).ok());
        all.extend(env.flat_map(|hosts| hosts.split(',').map(str::to_owned).collect::<Vec<_>>()));
    }
    all
}

fn parameters(rest: &str) -> impl Iterator<Item = (&str, &str)> {
    rest.split_once('?').map_or("", |(_, query)| query).split('&').filter_map(|p| p.split_once('='))
}

/// Whether the address itself rules an unencrypted connection out.
fn insists_on_tls(rest: &str) -> bool {
    let mut modes = parameters(rest).filter(|(name, _)| *name == "sslmode").map(|(_, mode)| mode).peekable();
    modes.peek().is_some() && modes.all(|mode| matches!(mode, "require" | "verify-ca" | "verify-full"))
}

/// A socket, or this machine itself.
fn is_local(host: &str) -> bool {
    host.is_empty()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_takes_tls() {
        for url in [
            "postgres://localhost/p",
            "postgres:///p",
            "postgres://u:p@127.0.0.1:5432/p",
            "postgresql://[::1]/p",
            "postgres:///p?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/p",
        ] {
            assert!(Settings::parse(url, false).is_ok(), "{url}");
        }
        for url in [
            "postgres://db.example.org/p",
            "postgres://u@10.0.0.1/p",
            "postgres:///p?host=db.example.org",
            "postgres://localhost,db.example.org/p",
            "postgres://localhost/p?hostaddr=10.0.0.1",
            "postgres://localhost/p?host=localhost&host=db.example.org",
        ] {
            assert!(matches!(Settings::parse(url, false), Err(SettingsError::Plaintext(_))), "{url}");
            assert!(Settings::parse(url, true).is_ok());
        }
        let insisting = Settings::parse("postgres://db.example.org/p?sslmode=verify-full", false);
        assert_eq!(insisting.is_ok(), cfg!(feature = "postgres-tls"));
        assert_eq!(without_password("postgres://u:secret@h/p?password=x"), "postgres://…@h/p");
        assert!(matches!(Settings::parse("mysql://x", false), Err(SettingsError::Unknown(_))));
        assert!(matches!(Settings::parse("sqlite://", false), Err(SettingsError::Unknown(_))));
    }
}
