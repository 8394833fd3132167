//! Where: country, location and sector.

use crate::centroid::middle;
use probatum_kernel::vocabulary;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;

/// A country, ISO 3166-1 alpha-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// The two letters, in ASCII.
    pub(crate) fn letters(self) -> [u8; 2] {
        self.0
    }
    /// The two letters as a number from 1 to 676, for compact indexes.
    pub fn code(self) -> u16 {
        let [a, b] = self.0.map(|c| u16::from(c.saturating_sub(b'A')));
        a * 26 + b + 1
    }
}

/// Not a country code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an ISO 3166-1 alpha-2 code in capitals, for example PL")]
pub struct UnknownCountry;

impl FromStr for Country {
    type Err = UnknownCountry;
    fn from_str(s: &str) -> Result<Self, UnknownCountry> {
        match s.as_bytes() {
            [a, b] if middle([*a, *b]).is_some() => Ok(Self([*a, *b])),
            _ => Err(UnknownCountry),
        }
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

/// A point on Earth, WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Latitude, −90 to 90.
    pub lat: f64,
    /// Longitude, −180 to 180.
    pub lon: f64,
}

impl Location {
    /// Whether both degrees are in range.
    pub fn is_valid(&self) -> bool {
        (-90.0..=90.0).contains(&self.lat) && (-180.0..=180.0).contains(&self.lon)
    }
}

vocabulary! {
    /// A sector, after NIS2 annexes I and II.
    pub enum Sector("sector") {
        /// Annex I 1.
        Energy = "energy",
        /// Annex I 2.
        Transport = "transport",
        /// Annex I 3.
        Banking = "banking",
        /// Annex I 4.
        FinancialMarketInfrastructure = "financial_market_infrastructure",
        /// Annex I 3 and 4 together, and other entities under DORA.
        Finance = "finance",
        /// Annex I 5.
        Health = "health",
        /// Annex I 6.
        DrinkingWater = "drinking_water",
        /// Annex I 7.
        WasteWater = "waste_water",
        /// Annex I 8.
        DigitalInfrastructure = "digital_infrastructure",
        /// Annex I 9.
        IctServiceManagement = "ict_service_management",
        /// Annex I 10.
        PublicAdministration = "public_administration",
        /// Annex I 11.
        Space = "space",
        /// Annex II 1.
        PostalCourier = "postal_courier",
        /// Annex II 2.
        WasteManagement = "waste_management",
        /// Annex II 3.
        Chemicals = "chemicals",
        /// Annex II 4.
        Food = "food",
        /// Annex II 5.
        Manufacturing = "manufacturing",
        /// Annex II 6.
        DigitalProviders = "digital_providers",
        /// Annex II 7.
        Research = "research",
        /// In neither annex.
        Education = "education",
        /// In neither annex.
        Other = "other",
    }
}

impl Sector {
    /// Whether NIS2 lists it, in annex I or II.
    pub fn in_nis2(self) -> bool {
        !matches!(self, Self::Education | Self::Other)
    }
    /// Whether it is the financial sector, which DORA covers.
    pub fn is_finance(self) -> bool {
        matches!(self, Self::Finance | Self::Banking | Self::FinancialMarketInfrastructure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_the_assigned_ones() {
        assert_eq!("PL".parse::<Country>().unwrap().to_string(), "PL");
        for bad in ["pl", "XX", "POL", "", "P"] {
            assert!(bad.parse::<Country>().is_err(), "{bad}");
        }
        assert_ne!("AD".parse::<Country>().unwrap().code(), "ZW".parse::<Country>().unwrap().code());
    }
}
