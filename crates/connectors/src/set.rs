//! All connectors of the configuration as the port the application knows.

use crate::config::{ConfigFault, ConnectorConfig, ConnectorKind, Pattern};
use crate::openc2::{self, OpenC2, Transfer};
use crate::outbound::{Outbound, OutboundPolicy, host, names};
use crate::remote::{Protocol, Remote, not_sent};
use crate::retry::Patience;
use crate::says::Secrets;
use crate::simulator::simulate;
use crate::webhook::{Secret, Webhook};
use probatum_application::connector::{Call, Calling, Connectors, Route};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// Connectors in one configuration.
const MAX_CONNECTORS: usize = 50;
/// Patterns of one connector.
const MAX_PATTERNS: usize = 100;
/// What the simulator is called that `demo` adds; no configured connector may have this name.
const DEMO: &str = "simulator";

/// Where secrets come from: the value of an environment variable by its name.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The connectors of a configuration, in its order.
pub struct ConnectorSet {
    connectors: Vec<Connector>,
}

struct Connector {
    route: Route,
    actions: Vec<Pattern>,
    way: Way,
}

enum Way {
    Simulator,
    Remote { remote: Box<Remote>, host: String },
}

impl Connector {
    fn takes(&self, action: &str) -> bool {
        let can = match &self.way {
            Way::Simulator => true,
            Way::Remote { remote, .. } => remote.protocol.says(action),
        };
        can && self.actions.iter().any(|pattern| pattern.matches(action))
    }
}

impl ConnectorSet {
    /// The connectors of this configuration. With `demo`, a simulator named `simulator` takes, at the end, every action
    /// no other does. `env` gives the values of environment variables. Fails on the first wrong value and names it.
    pub fn new(configs: Vec<ConnectorConfig>, demo: bool, env: Environment<'_>) -> Result<Self, ConfigFault> {
        if configs.len() > MAX_CONNECTORS {
            let why = format!("at most {MAX_CONNECTORS} connectors");
            return Err(ConfigFault { connector: String::new(), field: "connectors", why });
        }
        let mut known = BTreeSet::new();
        let mut connectors = Vec::new();
        for config in configs {
            let checking = Checking { config: &config, env };
            checking.name(demo)?;
            if !known.insert(config.name.clone()) {
                return checking.fault("name", "is taken by a connector before it");
            }
            connectors.push(checking.connector()?);
        }
        if demo {
            connectors.push(simulator(DEMO.to_owned(), vec![Pattern::Prefix(String::new())]));
        }
        Ok(Self { connectors })
    }

    /// Holds the hosts of all connectors against a list of allowed ones (exact, or `*.example.org`). An empty list allows
    /// just the hosts of the configured connectors, which is what they are held to anyway.
    pub fn within(&self, allowed: &[String]) -> Result<(), ConfigFault> {
        for connector in self.connectors.iter().filter(|_| !allowed.is_empty()) {
            if let Way::Remote { host, .. } = &connector.way
                && !allowed.iter().any(|pattern| names(pattern, host))
            {
                let why = format!("the host {host} is not on the list of allowed hosts");
                return Err(ConfigFault { connector: connector.route.name.clone(), field: "url", why });
            }
        }
        Ok(())
    }

    /// How many connectors there are.
    pub fn len(&self) -> usize {
        self.connectors.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.connectors.is_empty()
    }
}

impl std::fmt::Debug for ConnectorSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.connectors.iter().map(|c| &c.route)).finish()
    }
}

impl Connectors for ConnectorSet {
    fn route(&self, action: &str) -> Option<Route> {
        self.connectors.iter().find(|c| c.takes(action)).map(|c| c.route.clone())
    }

    fn call(&self, connector: &str, call: Call) -> Calling<'_> {
        let found = self.connectors.iter().find(|c| c.route.name == connector);
        let name = connector.to_owned();
        Box::pin(async move {
            match found.map(|c| &c.way) {
                Some(Way::Simulator) => Ok(simulate(&call)),
                Some(Way::Remote { remote, .. }) => remote.call(&call).await,
                None => {
                    Err(not_sent(format!("there is no connector '{name}'"), "gone from the configuration"))
                }
            }
        })
    }
}

fn simulator(name: String, actions: Vec<Pattern>) -> Connector {
    let kind = ConnectorKind::Simulator.as_str();
    let route = Route { name, kind, repeatable: true, longest: Duration::from_secs(1) };
    Connector { route, actions, way: Way::Simulator }
}

/// One configured connector under examination.
struct Checking<'a> {
    config: &'a ConnectorConfig,
    env: Environment<'a>,
}

impl Checking<'_> {
    fn fault<T>(&self, field: &'static str, why: impl Into<String>) -> Result<T, ConfigFault> {
        let connector = self.config.name.chars().filter(|c| !c.is_control()).take(60).collect();
        Err(ConfigFault { connector, field, why: why.into() })
    }

    fn name(&self, demo: bool) -> Result<(), ConfigFault> {
        let name = &self.config.name;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if !(1..=40).contains(&name.len()) || !name.bytes().all(plain) {
            return self.fault("name", "must be 1 to 40 lower case letters, digits, - and _");
        }
        if demo && name == DEMO {
            return self.fault("name", "is the name of the simulator that --demo adds; choose another");
        }
        Ok(())
    }

    fn connector(&self) -> Result<Connector, ConfigFault> {
        let kind =
            self.config.kind.parse::<ConnectorKind>().or_else(|e| self.fault("kind", e.to_string()))?;
        let actions = self.actions(kind)?;
        self.limits()?;
        self.unused(kind)?;
        if kind == ConnectorKind::Simulator {
            return Ok(simulator(self.config.name.clone(), actions));
        }
        let config = self.config;
        let patience =
            Patience { timeout: Duration::from_secs(config.timeout_seconds), retries: config.retries };
        let (url, host, outbound) = self.outbound()?;
        let token = self.token()?;
        let secrets = token.iter().cloned().collect();
        let protocol = self.protocol(kind, &host, secrets)?;
        let remote = Box::new(Remote {
            name: config.name.clone(),
            url,
            authorization: token.map(|token| format!("Bearer {token}")),
            outbound,
            patience,
            repeatable: config.repeatable,
            protocol,
            breaker: Mutex::default(),
        });
        let route = Route {
            name: config.name.clone(),
            kind: kind.as_str(),
            repeatable: config.repeatable,
            longest: patience.longest(),
        };
        Ok(Connector { route, actions, way: Way::Remote { remote, host } })
    }

    fn actions(&self, kind: ConnectorKind) -> Result<Vec<Pattern>, ConfigFault> {
        let given = &self.config.actions;
        if !(1..=MAX_PATTERNS).contains(&given.len()) {
            return self.fault("actions", format!("must name 1 to {MAX_PATTERNS} actions or patterns"));
        }
        let mut patterns = Vec::new();
        for text in given {
            let pattern = Pattern::parse(text).or_else(|why| self.fault("actions", why))?;
            if kind == ConnectorKind::OpenC2 {
                if let Some(action) = openc2::unsayable().find(|action| pattern.matches(action)) {
                    let why = format!(
                        "'{text}' takes in {action}, which has no meaning in OpenC2; name the others one by one"
                    );
                    return self.fault("actions", why);
                }
                if !openc2::actions().any(|action| pattern.matches(action)) {
                    return self.fault(
                        "actions",
                        format!("'{text}' matches no action that has a meaning in OpenC2"),
                    );
                }
            }
            patterns.push(pattern);
        }
        Ok(patterns)
    }

    fn limits(&self) -> Result<(), ConfigFault> {
        if !(1..=60).contains(&self.config.timeout_seconds) {
            return self.fault("timeout_seconds", "must be 1 to 60");
        }
        if self.config.retries > 5 {
            return self.fault("retries", "must be 0 to 5");
        }
        Ok(())
    }

    /// Settings that mean nothing for this kind: somebody expected something of them.
    fn unused(&self, kind: ConnectorKind) -> Result<(), ConfigFault> {
        let config = self.config;
        let (remote, webhook, openc2) =
            (kind != ConnectorKind::Simulator, kind == ConnectorKind::Webhook, kind == ConnectorKind::OpenC2);
        let given = [
            ("url", config.url.is_some(), remote),
            ("token_env", config.token_env.is_some(), remote),
            ("ca_file", config.ca_file.is_some(), remote),
            ("secret_env", config.secret_env.is_some(), webhook),
            ("transfer", config.transfer.is_some(), openc2),
            ("sender", config.sender.is_some(), openc2),
        ];
        match given.iter().find(|(_, given, used)| *given && !used) {
            Some((field, ..)) => {
                self.fault(field, format!("means nothing for kind = '{kind}'; leave it out"))
            }
            None => Ok(()),
        }
    }

    fn outbound(&self) -> Result<(String, String, Outbound), ConfigFault> {
        let config = self.config;
        let Some(url) = config.url.clone() else {
            return self.fault("url", format!("is required for kind = '{}'", config.kind));
        };
        let Some(host) = host(&url) else {
            return self.fault("url", "must be an address like https://soar.example.org/hook");
        };
        let policy = OutboundPolicy {
            hosts: vec![host.clone()],
            allow_private: config.allow_private,
            allow_plain: config.allow_plain,
            ca_file: config.ca_file.clone(),
            ..OutboundPolicy::default()
        };
        let outbound = Outbound::new(policy).or_else(|e| self.fault("ca_file", e.to_string()))?;
        outbound.check(&url).or_else(|e| self.fault("url", e.to_string()))?;
        Ok((url, host, outbound))
    }

    /// The value of an environment variable that has to be there.
    fn variable(&self, field: &'static str, name: &str) -> Result<String, ConfigFault> {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !(1..=100).contains(&name.len()) || !plain {
            return self.fault(field, "must be the name of an environment variable, not the secret itself");
        }
        match (self.env)(name).filter(|value| !value.is_empty()) {
            Some(value) => Ok(value),
            None => self.fault(field, format!("the environment variable {name} is not set")),
        }
    }

    fn token(&self) -> Result<Option<String>, ConfigFault> {
        let Some(name) = &self.config.token_env else { return Ok(None) };
        let token = self.variable("token_env", name)?;
        // What RFC 6750 §2.1 lets a bearer token be made of, and some more.
        if !(8..=4_096).contains(&token.len()) || !token.bytes().all(|b| b.is_ascii_graphic()) {
            let why = format!("the value of {name} must be 8 to 4096 visible ASCII characters");
            return self.fault("token_env", why);
        }
        Ok(Some(token))
    }

    fn protocol(
        &self,
        kind: ConnectorKind,
        host: &str,
        mut secrets: Vec<String>,
    ) -> Result<Box<dyn Protocol>, ConfigFault> {
        let name = self.config.name.clone();
        if kind == ConnectorKind::OpenC2 {
            let transfer = self.config.transfer.as_deref().map_or(Ok(Transfer::Message), str::parse);
            let transfer =
                transfer.or_else(|e: probatum_kernel::UnknownWord| self.fault("transfer", e.to_string()))?;
            if let Some(Err(e)) = self.config.sender.as_deref().map(|s| probatum_kernel::check_line(s, 255)) {
                return self.fault("sender", e.to_string());
            }
            let (sender, receiver) = (self.config.sender.clone(), host.to_owned());
            let secrets = Secrets(secrets);
            return Ok(Box::new(OpenC2 { name, transfer, sender, receiver, secrets }));
        }
        let Some(variable) = &self.config.secret_env else {
            return self.fault(
                "secret_env",
                "is required for kind = 'webhook': the variable with its whsec_ secret",
            );
        };
        let text = self.variable("secret_env", variable)?;
        let secret: Secret =
            text.parse().or_else(|e| self.fault("secret_env", format!("the value of {variable} {e}")))?;
        secrets.push(text);
        Ok(Box::new(Webhook { name, secret, secrets: Secrets(secrets) }))
    }
}

#[cfg(test)]
mod tests;
