//! Agents, targets and how they authenticate (CACAO 2.0 §6, §7).

use super::data::Extensions;
use super::shape::object;
use super::{Dictionary, Identifier};
use serde_json::Value;

object! {
    /// Who or what carries out a command, or what it is done to. The kinds of the standard are `group`, `individual`,
    /// `location`, `organization`, `sector`, `http-api`, `linux`, `net-address`, `security-category` and `ssh`; others
    /// may be used.
    pub struct AgentTarget {
        /// The kind.
        #[serde(rename = "type")]
        kind: String,
        /// What it is called.
        name: String,
        /// What it is.
        description: Option<String>,
        /// Where it is.
        location: Option<CivicLocation>,
        /// Extensions in use.
        agent_target_extensions: Option<Extensions>,
        /// How to reach them.
        contact: Option<Contact>,
        /// Location: names of places within.
        logical: Option<Vec<String>>,
        /// Sector: which.
        sector: Option<String>,
        /// Addresses by kind: `url`, `ipv4`, `ipv6`, `l2mac`, `vlan`, `dname`.
        address: Option<Dictionary<Vec<Value>>>,
        /// The port.
        port: Option<String>,
        /// How it authenticates.
        authentication_info: Option<Identifier>,
        /// What kind of security device it is.
        category: Option<Vec<String>>,
    }
}

object! {
    /// How to authenticate: `http-basic`, `oauth2`, `user-auth`, or another kind. A password or token may stand in a
    /// document of others; keep such a document where only those who may know it read.
    pub struct AuthenticationInfo {
        /// The kind.
        #[serde(rename = "type")]
        kind: String,
        /// What it is called.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Extensions in use.
        authentication_info_extensions: Option<Extensions>,
        /// HTTP Basic: the user.
        user_id: Option<String>,
        /// User: the name.
        username: Option<String>,
        /// The password, or the name of the variable that holds it.
        password: Option<String>,
        /// OAuth 2: the header.
        oauth_header: Option<String>,
        /// OAuth 2: the token.
        token: Option<String>,
        /// Whether the secret is in a key management system.
        kms: Option<bool>,
        /// Its name there.
        kms_key_identifier: Option<String>,
    }
}

object! {
    /// A place (CACAO 2.0 §10.4).
    pub struct CivicLocation {
        /// What it is called.
        name: Option<String>,
        /// What it is.
        description: Option<String>,
        /// Building, floor, room.
        building_details: Option<String>,
        /// Rack, cable, network.
        network_details: Option<String>,
        /// Part of the world.
        region: Option<String>,
        /// Country.
        country: Option<String>,
        /// Part of the country.
        administrative_area: Option<String>,
        /// City.
        city: Option<String>,
        /// Street and number.
        street_address: Option<String>,
        /// Postal code.
        postal_code: Option<String>,
        /// Degrees north, as a text.
        latitude: Option<String>,
        /// Degrees east, as a text.
        longitude: Option<String>,
        /// Meters around it, as a text.
        precision: Option<String>,
    }
}

object! {
    /// How to reach somebody (CACAO 2.0 §10.5).
    pub struct Contact {
        /// Addresses by name.
        email: Option<Dictionary<String>>,
        /// Numbers by name.
        phone: Option<Dictionary<String>>,
        /// Anything else.
        contact_details: Option<String>,
    }
}
