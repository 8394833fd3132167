//! Who and what an event is about, and which of them it is counted under.

use crate::limits::{MAX_ENTITIES, MAX_NAME, MAX_URL};
use crate::text::line;
use probatum_kernel::vocabulary;
use serde::Serialize;
use std::net::IpAddr;

vocabulary! {
    /// What an entity is.
    pub enum EntityKind("entity kind") {
        /// An AI agent.
        Agent = "agent",
        /// A machine.
        Host = "host",
        /// A person's or service's account.
        User = "user",
        /// A resource of a cloud or application.
        Resource = "resource",
        /// An address.
        Ip = "ip",
        /// A domain name.
        Domain = "domain",
        /// A file.
        File = "file",
        /// A digest of a file.
        Hash = "hash",
    }
}

/// One of the entities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its name.
    pub value: String,
}

/// The entities of an event, each list without repeats, in the order they were named, at most
/// [`MAX_ENTITIES`] long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entities {
    /// AI agents (`agent_id`).
    pub agents: Vec<String>,
    /// Names of machines, in lower case.
    pub hosts: Vec<String>,
    /// Accounts, as written.
    pub users: Vec<String>,
    /// IP addresses in their one spelling, the likely victim's first.
    pub ips: Vec<String>,
    /// Domain names, in lower case.
    pub domains: Vec<String>,
    /// URLs, as written.
    pub urls: Vec<String>,
    /// MD5, SHA-1 and SHA-256 digests, in lower case.
    pub hashes: Vec<String>,
    /// Names and paths of files.
    pub files: Vec<String>,
    /// Names and command lines of processes.
    pub processes: Vec<String>,
    /// Resources of clouds and applications.
    pub resources: Vec<String>,
    /// The ids of the sensors that saw it (a Wazuh or Elastic agent): not AI agents.
    pub sensors: Vec<String>,
}

impl Entities {
    /// The entity the event is counted under: the agent, else the machine, the account, the resource, the
    /// address, and so on; `None` if it names none.
    pub fn primary(&self) -> Option<Entity> {
        let lists = [
            (EntityKind::Agent, &self.agents),
            (EntityKind::Host, &self.hosts),
            (EntityKind::User, &self.users),
            (EntityKind::Resource, &self.resources),
            (EntityKind::Ip, &self.ips),
            (EntityKind::Domain, &self.domains),
            (EntityKind::File, &self.files),
            (EntityKind::Hash, &self.hashes),
        ];
        lists.into_iter().find_map(|(kind, list)| Some(Entity { kind, value: list.first()?.clone() }))
    }

    pub(super) fn agent(&mut self, id: Option<String>) {
        add(&mut self.agents, id.map(|s| line(&s, MAX_NAME)));
    }

    /// A machine's name; an address in its place is an address.
    pub(super) fn host(&mut self, name: Option<String>) {
        let Some(name) = name.map(|s| line(&s, MAX_NAME).to_lowercase()) else { return };
        if address(&name).is_some() {
            self.ip(Some(name));
        } else if !matches!(name.as_str(), "-" | "localhost" | "n/a" | "unknown" | "none") {
            add(&mut self.hosts, Some(name));
        }
    }

    pub(super) fn user(&mut self, name: Option<String>) {
        let name = name.map(|s| line(&s, MAX_NAME));
        add(&mut self.users, name.filter(|n| !matches!(n.as_str(), "-" | "(none)" | "n/a" | "N/A")));
    }

    pub(super) fn ip(&mut self, text: Option<String>) {
        let found = text.as_deref().and_then(address).filter(|ip| !ip.is_unspecified());
        add(&mut self.ips, found.map(|ip| ip.to_string()));
    }

    /// The two ends of a connection. The address within private networks comes first if the other is not:
    /// attacks come from outside, infected machines call there, and ours is the one to look after.
    pub(super) fn ends(&mut self, source: Option<String>, destination: Option<String>) {
        let within = |text: &Option<String>| text.as_deref().and_then(address).is_some_and(is_private);
        if within(&destination) && !within(&source) {
            self.ip(destination);
            self.ip(source);
        } else {
            self.ip(source);
            self.ip(destination);
        }
    }

    pub(super) fn domain(&mut self, name: Option<String>) {
        let name = name.map(|s| line(&s, MAX_NAME).trim_end_matches('.').to_lowercase());
        match name {
            Some(name) if address(&name).is_some() => self.ip(Some(name)),
            name => add(&mut self.domains, name.filter(|n| n.contains('.'))),
        }
    }

    pub(super) fn url(&mut self, url: Option<String>) {
        add(&mut self.urls, url.map(|s| line(&s, MAX_URL)));
    }

    /// A digest, bare or as `SHA256=…`; several may be joined by commas, as Sysmon does.
    pub(super) fn hash(&mut self, text: Option<String>) {
        for part in text.as_deref().unwrap_or_default().split([',', ';']).take(8) {
            let digits = part.rsplit(['=', ':']).next().unwrap_or_default().trim().to_ascii_lowercase();
            let known = matches!(digits.len(), 32 | 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
            add(&mut self.hashes, known.then_some(digits));
        }
    }

    pub(super) fn file(&mut self, name: Option<String>) {
        add(&mut self.files, name.map(|s| line(&s, MAX_NAME)));
    }

    pub(super) fn process(&mut self, name: Option<String>) {
        add(&mut self.processes, name.map(|s| line(&s, MAX_NAME)));
    }

    pub(super) fn resource(&mut self, name: Option<String>) {
        add(&mut self.resources, name.map(|s| line(&s, MAX_NAME)));
    }

    pub(super) fn sensor(&mut self, id: Option<String>) {
        add(&mut self.sensors, id.map(|s| line(&s, MAX_NAME)));
    }
}

fn add(list: &mut Vec<String>, value: Option<String>) {
    let Some(value) = value.filter(|v| !v.is_empty()) else { return };
    if list.len() < MAX_ENTITIES && !list.contains(&value) {
        list.push(value);
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let ip: IpAddr = bare.parse().ok()?;
    // ::ffff:192.0.2.1 is 192.0.2.1.
    Some(ip.to_canonical())
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || v4.is_loopback(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_victim_comes_first() {
        let ends = |source: &str, destination: &str| {
            let mut entities = Entities::default();
            entities.ends(Some(source.to_owned()), Some(destination.to_owned()));
            entities.ips
        };
        assert_eq!(ends("198.51.100.7", "10.0.0.5"), ["10.0.0.5", "198.51.100.7"]);
        assert_eq!(ends("10.0.0.5", "198.51.100.7"), ["10.0.0.5", "198.51.100.7"]);
        assert_eq!(ends("198.51.100.7", "203.0.113.9"), ["198.51.100.7", "203.0.113.9"]);
        assert_eq!(ends("::ffff:192.0.2.1", "fe80::1"), ["fe80::1", "192.0.2.1"]);
        assert!(ends("nonsense", "0.0.0.0").is_empty());
    }

    #[test]
    fn names_are_told_apart() {
        let mut entities = Entities::default();
        entities.host(Some("WEB-1".to_owned()));
        entities.host(Some("web-1".to_owned()));
        entities.host(Some("192.0.2.9".to_owned()));
        entities.hash(Some(format!("MD5={},SHA256={}", "a1".repeat(16), "B2".repeat(32))));
        entities.hash(Some("not a hash".to_owned()));
        assert_eq!((entities.hosts.len(), entities.ips.len()), (1, 1));
        assert_eq!(entities.hashes, ["a1".repeat(16), "b2".repeat(32)]);
        assert_eq!(entities.primary().map(|e| e.kind), Some(EntityKind::Host));
        for i in 0..100 {
            entities.user(Some(format!("user{i}")));
        }
        assert_eq!(entities.users.len(), MAX_ENTITIES);
    }
}
