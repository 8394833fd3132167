//! Where reports go: a spool folder for those who carry them on, or an e-delivery gateway over HTTP.

mod config;
mod gateway;
mod spool;

pub use config::{DeliveryConfig, DeliveryFault, TargetConfig};

use crate::outbound::names;
use crate::set::Environment;
use gateway::Gateway;
use probatum_application::delivery::{Delivery, Handed, Outgoing, Parcel};
use probatum_application::ports::Chunks;
use spool::Spool;
use std::collections::BTreeMap;
use std::path::Path;

/// How a target is reached.
enum Way {
    Spool(Spool),
    Http(Box<Gateway>),
}

/// All targets of the configuration, and the spool folder for every other.
pub struct Targets {
    ways: BTreeMap<String, Way>,
    spool: Spool,
}

impl Targets {
    /// The targets of `config`. What is none of them goes to `folder`. Secrets come from `secret` alone.
    ///
    /// # Errors
    /// The first target that is wrong.
    pub fn new(
        config: &DeliveryConfig,
        folder: &Path,
        secret: Environment<'_>,
    ) -> Result<Self, DeliveryFault> {
        let mut ways = BTreeMap::new();
        for (name, target) in &config.targets {
            let fault = |field, why: &str| DeliveryFault { target: name.clone(), field, why: why.to_owned() };
            if probatum_kernel::check_line(name, probatum_compliance_export::MAX_TARGET).is_err() {
                return Err(fault("name", "must be one line of 1 to 200 characters"));
            }
            let way = match target.kind.as_str() {
                "spool" if target.url.is_some() => return Err(fault("url", "is for targets of type http")),
                "spool" => Way::Spool(Spool::new(target.folder.as_deref().unwrap_or(folder))),
                "http" if target.folder.is_some() => {
                    return Err(fault("folder", "is for targets of type spool"));
                }
                "http" => Way::Http(Box::new(Gateway::new(name, target, secret)?)),
                _ => return Err(fault("type", "use spool or http")),
            };
            ways.insert(name.clone(), way);
        }
        Ok(Self { ways, spool: Spool::new(folder) })
    }

    /// Refuses gateways on hosts that are not on this list of patterns; an empty list allows those of the targets.
    ///
    /// # Errors
    /// The first gateway that is not.
    pub fn within(&self, allowed: &[String]) -> Result<(), DeliveryFault> {
        for (name, way) in self.ways.iter().filter(|_| !allowed.is_empty()) {
            if let Way::Http(gateway) = way
                && !allowed.iter().any(|pattern| names(pattern, gateway.host()))
            {
                let why = format!("the host {} is not on the list of allowed hosts", gateway.host());
                return Err(DeliveryFault { target: name.clone(), field: "url", why });
            }
        }
        Ok(())
    }
}

impl Delivery for Targets {
    fn send(&self, parcel: Parcel, content: Chunks) -> Outgoing<'_, Handed> {
        match self.ways.get(&parcel.target) {
            Some(Way::Http(gateway)) => Box::pin(gateway.send(parcel, content)),
            Some(Way::Spool(spool)) => Box::pin(spool.send(parcel, content)),
            None => Box::pin(self.spool.send(parcel, content)),
        }
    }
}
