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
        "the PostgreSQL server at '{0}' is not on this machine, and this build has no TLS to it: build with \
         --features postgres-tls, or allow an unencrypted connection with allow_plaintext_postgres = true"
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
        let rest = rest.ok_or_else(|| SettingsError::Unknown(url.to_owned()))?;
        let host = host_of(rest);
        if !cfg!(feature = "postgres-tls") && !allow_plaintext && !is_local(&host) {
            return Err(SettingsError::Plaintext(host));
        }
        Ok(Self::of(Backend::Postgres(url.to_owned()), 8))
    }

    fn of(backend: Backend, connections: u32) -> Self {
        Self { backend, connections, queue: 4_096 }
    }
}

/// The host of `user:password@host:port/name?host=…`; empty for the default socket.
fn host_of(rest: &str) -> String {
    if let Some(query) = rest.split_once('?').map(|(_, q)| q) {
        if let Some(host) = query.split('&').find_map(|p| p.strip_prefix("host=")) {
            return host.replace("%2F", "/").replace("%2f", "/");
        }
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default().to_owned(),
        None => host.split(':').next().unwrap_or_default().replace("%2F", "/").replace("%2f", "/"),
    }
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
        if !cfg!(feature = "postgres-tls") {
            for url in [
                "postgres://db.example.org/p",
                "postgres://u@10.0.0.1/p",
                "postgres:///p?host=db.example.org",
            ] {
                assert!(matches!(Settings::parse(url, false), Err(SettingsError::Plaintext(_))), "{url}");
                assert!(Settings::parse(url, true).is_ok());
            }
        }
        assert!(matches!(Settings::parse("mysql://x", false), Err(SettingsError::Unknown(_))));
        assert!(matches!(Settings::parse("sqlite://", false), Err(SettingsError::Unknown(_))));
    }
}
