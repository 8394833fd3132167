//! Names that are often borrowed, with the domains they really write from, and how to see a borrowed one.

use crate::input::host::{label, registered};
use crate::text::fold::{self, Plain};
use std::sync::OnceLock;

/// A name and the domains that may use it.
#[derive(Debug, PartialEq, Eq)]
pub struct Brand {
    /// The words of the name, folded, one space between.
    pub name: &'static str,
    /// Its domains, without subdomains; any domain with the same label counts too.
    pub domains: &'static [&'static str],
    /// Whether the name is also an ordinary word or surname, so that it must stand alone to count.
    pub common: bool,
}

macro_rules! brands {
    ($($name:literal $(/ $common:tt)? => $($domain:literal)*;)*) => {
        &[$(Brand { name: $name, domains: &[$($domain),*], common: brands!(@ $($common)?) }),*]
    };
    (@) => { false };
    (@ word) => { true };
}

/// The names. One is listed if many people have an account, money, parcels, a mailbox or taxes there, so that a letter
/// in its name is opened: the kinds that reports on impersonated brands list year after year (APWG, Cloudflare).
/// A name is not listed because some campaign used it.
pub const BRANDS: &[Brand] = brands! {
    "paypal" => "paypal.com" "paypal.me"; "ebay" => "ebay.com"; "amazon" => "amazon.com" "amazonses.com" "primevideo.com" "amazonaws.com";
    "apple" / word => "apple.com"; "icloud" => "icloud.com" "apple.com"; "itunes" => "apple.com"; "app store" => "apple.com";
    "microsoft" => "microsoft.com" "microsoftonline.com" "office.com" "live.com" "outlook.com" "windows.com";
    "office 365" => "microsoft.com" "office.com" "microsoftonline.com"; "office365" => "microsoft.com" "office.com" "microsoftonline.com";
    "microsoft 365" => "microsoft.com" "office.com"; "onedrive" => "microsoft.com" "onedrive.com" "live.com" "sharepointonline.com";
    "sharepoint" => "microsoft.com" "sharepoint.com" "sharepointonline.com"; "outlook" / word => "microsoft.com" "outlook.com" "live.com";
    "google" => "google.com" "googlemail.com" "youtube.com" "gmail.com"; "gmail" => "google.com" "gmail.com"; "youtube" => "youtube.com" "google.com";
    "facebook" => "facebook.com" "facebookmail.com" "meta.com" "fb.com"; "meta" / word => "meta.com" "facebook.com" "facebookmail.com";
    "instagram" => "instagram.com" "facebookmail.com" "meta.com"; "whatsapp" => "whatsapp.com" "facebookmail.com" "meta.com";
    "linkedin" => "linkedin.com"; "twitter" => "twitter.com" "x.com"; "tiktok" => "tiktok.com"; "snapchat" => "snapchat.com";
    "netflix" => "netflix.com"; "disney" => "disney.com" "disneyplus.com" "go.com"; "disney plus" => "disneyplus.com"; "spotify" => "spotify.com";
    "adobe" => "adobe.com"; "adobe sign" => "adobesign.com" "adobe.com"; "dropbox" => "dropbox.com" "dropboxmail.com";
    "docusign" => "docusign.com" "docusign.net"; "wetransfer" => "wetransfer.com"; "zoom" / word => "zoom.us" "zoom.com"; "slack" / word => "slack.com";
    "github" => "github.com" "githubsupport.com"; "gitlab" => "gitlab.com"; "godaddy" => "godaddy.com"; "namecheap" => "namecheap.com";
    "cpanel" => "cpanel.net"; "roundcube" => "roundcube.net"; "zimbra" => "zimbra.com"; "webmail" => ; "steam" / word => "steampowered.com" "steamcommunity.com";
    "dhl" => "dhl.com" "dhl.de" "deutschepost.de"; "fedex" => "fedex.com"; "ups" / word => "ups.com"; "usps" => "usps.com" "usps.gov"; "dpd" => "dpd.com" "dpdgroup.com" "allegromail.pl";
    "royal mail" => "royalmail.com"; "hermes" / word => "myhermes.co.uk" "hermesworld.com"; "evri" => "evri.com"; "inpost" => "inpost.pl" "allegromail.pl"; "poczta polska" => "poczta-polska.pl";
    "correos" => "correos.es" "correos.com"; "la poste" => "laposte.fr" "laposte.net"; "chronopost" => "chronopost.fr"; "postnl" => "postnl.nl"; "australia post" => "auspost.com.au"; "auspost" => "auspost.com.au";
    "canada post" => "canadapost.ca" "canadapost-postescanada.ca"; "swiss post" => "post.ch"; "die post" => "post.ch"; "gls" => "gls-group.eu" "gls-group.com"; "tnt" / word => "tnt.com" "fedex.com"; "aramex" => "aramex.com";
    "bank of america" => "bankofamerica.com" "bofa.com"; "wells fargo" => "wellsfargo.com"; "chase" / word => "chase.com" "jpmorgan.com" "jpmchase.com"; "jpmorgan" => "jpmorgan.com" "chase.com"; "citibank" => "citi.com" "citibank.com"; "citi" => "citi.com" "citibank.com";
    "capital one" => "capitalone.com"; "american express" => "americanexpress.com" "aexp.com"; "amex" => "americanexpress.com" "aexp.com"; "mastercard" => "mastercard.com"; "visa" / word => "visa.com"; "discover card" => "discover.com"; "us bank" => "usbank.com"; "pnc bank" => "pnc.com"; "td bank" => "td.com" "tdbank.com";
    "navy federal" => "navyfederal.org"; "usaa" => "usaa.com"; "truist" => "truist.com"; "hsbc" => "hsbc.com" "hsbc.co.uk"; "barclays" => "barclays.com" "barclays.co.uk"; "lloyds" => "lloydsbank.com" "lloydsbank.co.uk" "lloydsbanking.com";
    "natwest" => "natwest.com"; "santander" => "santander.com" "gruposantander.com"; "halifax" / word => "halifax.co.uk"; "nationwide" / word => "nationwide.co.uk" "nationwide.com"; "standard bank" => "standardbank.co.za"; "absa" => "absa.co.za" "absa.africa"; "fnb" => "fnb.co.za"; "nedbank" => "nedbank.co.za"; "capitec" => "capitecbank.co.za";
    "bbva" => "bbva.com"; "bnp paribas" => "bnpparibas.com" "bnpparibas.net"; "credit agricole" => "credit-agricole.fr" "credit-agricole.com"; "societe generale" => "societegenerale.fr" "societegenerale.com"; "caisse d epargne" => "caisse-epargne.fr"; "banque postale" => "labanquepostale.fr"; "ing" / word => "ing.com" "ing.nl" "ing.de" "ing.pl"; "rabobank" => "rabobank.nl" "rabobank.com"; "abn amro" => "abnamro.nl" "abnamro.com";
    "sparkasse" => "sparkasse.de"; "volksbank" => "volksbank.de" "vr.de"; "commerzbank" => "commerzbank.de" "commerzbank.com"; "deutsche bank" => "db.com" "deutsche-bank.de"; "postbank" => "postbank.de"; "ubs" => "ubs.com"; "postfinance" => "postfinance.ch"; "raiffeisen" => "raiffeisen.ch" "raiffeisen.at"; "intesa sanpaolo" => "intesasanpaolo.com"; "unicredit" => "unicredit.it" "unicredit.eu"; "poste italiane" => "poste.it" "posteitaliane.it";
    "pko" => "pkobp.pl"; "mbank" => "mbank.pl"; "pekao" => "pekao.com.pl"; "allegro" / word => "allegro.pl" "allegromail.pl"; "olx" => "olx.pl" "olx.com"; "itau" => "itau.com.br"; "bradesco" => "bradesco.com.br"; "banco do brasil" => "bb.com.br"; "caixa economica" => "caixa.gov.br"; "nubank" => "nubank.com.br"; "mercado pago" => "mercadopago.com" "mercadopago.com.br"; "mercado livre" => "mercadolivre.com.br";
    "venmo" => "venmo.com"; "zelle" => "zellepay.com"; "cash app" => "cash.app" "square.com" "squareup.com"; "western union" => "westernunion.com"; "moneygram" => "moneygram.com"; "stripe" / word => "stripe.com"; "intuit" => "intuit.com"; "quickbooks" => "intuit.com" "quickbooks.com"; "turbotax" => "intuit.com" "turbotax.com"; "payoneer" => "payoneer.com"; "revolut" => "revolut.com"; "klarna" => "klarna.com" "klarna.se";
    "coinbase" => "coinbase.com"; "binance" => "binance.com"; "metamask" => "metamask.io" "consensys.net"; "ledger" / word => "ledger.com"; "trezor" => "trezor.io"; "trust wallet" => "trustwallet.com"; "opensea" => "opensea.io"; "blockchain com" => "blockchain.com"; "kraken" / word => "kraken.com"; "crypto com" => "crypto.com"; "uniswap" => "uniswap.org"; "walletconnect" => "walletconnect.com" "walletconnect.org"; "bitpanda" => "bitpanda.com"; "robinhood" => "robinhood.com";
    "walmart" => "walmart.com"; "costco" => "costco.com"; "target" / word => "target.com"; "t mobile" => "t-mobile.com"; "verizon" => "verizon.com" "verizon.net" "verizonwireless.com"; "at t" => "att.com" "att.net"; "comcast" => "comcast.com" "comcast.net" "xfinity.com"; "xfinity" => "comcast.com" "comcast.net" "xfinity.com"; "bybit" => "bybit.com"; "kucoin" => "kucoin.com"; "okx" => "okx.com"; "lidl" => "lidl.de" "lidl.com" "lidl.pl" "lidl.fr"; "aldi" => "aldi.de" "aldi.com"; "carrefour" => "carrefour.fr" "carrefour.com"; "correios" => "correios.com.br"; "vodafone" => "vodafone.com" "vodafone.co.uk" "vodafone.de"; "telekom" => "telekom.de" "telekom.com"; "bt group" => "bt.com"; "sky" / word => "sky.com" "sky.uk"; "o2" => "o2.co.uk" "o2online.de";
    "norton" / word => "norton.com" "nortonlifelock.com"; "mcafee" => "mcafee.com"; "geek squad" => "geeksquad.com" "bestbuy.com"; "kaspersky" => "kaspersky.com"; "avast" => "avast.com"; "lastpass" => "lastpass.com"; "temu" => "temu.com" "temuemail.com"; "shein" => "shein.com"; "booking com" => "booking.com"; "airbnb" => "airbnb.com"; "uber" / word => "uber.com"; "openai" => "openai.com"; "chatgpt" => "openai.com";
    "irs" => "irs.gov"; "hmrc" => "hmrc.gov.uk" "gov.uk"; "gov uk" => "gov.uk"; "dvla" => "dvla.gov.uk" "gov.uk"; "fbi" => "fbi.gov" "ic.fbi.gov"; "interpol" => "interpol.int"; "europol" => "europa.eu"; "social security administration" => "ssa.gov"; "ato" / word => "ato.gov.au"; "mygov" => "my.gov.au"; "impots gouv" => "gouv.fr"; "ameli" => "ameli.fr" "assurance-maladie.fr"; "digid" => "digid.nl"; "elster" / word => "elster.de"; "receita federal" => "gov.br"; "imf" => "imf.org"; "united nations" => "un.org"; "world bank" => "worldbank.org"; "federal reserve" => "federalreserve.gov";
};

/// Whether a brand may write from this domain: one of its own, or its name under another country's ending.
pub fn owns(brand: &Brand, host: &str) -> bool {
    let domain = registered(host);
    brand.domains.iter().any(|own| {
        crate::input::host::within(host, own)
            || *own == domain
            || (label(own) == label(domain) && label(own).len() >= 4 && is_country(domain))
    })
}

/// Whether a domain ends in a country, where brands hold their names too.
fn is_country(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|top| top.len() == 2 || top == "com")
}

/// The brand that folded words name: anywhere for a name of its own, standing alone for an ordinary word.
pub fn named(folded: &str) -> Option<&'static Brand> {
    let beside = |c: Option<char>| c.is_none_or(|c| c == ' ');
    let within = |name: &str| {
        folded.match_indices(name).any(|(at, _)| {
            let (before, after) = (folded.get(..at), folded.get(at + name.len()..));
            beside(before.and_then(|b| b.chars().next_back())) && beside(after.and_then(|a| a.chars().next()))
        })
    };
    BRANDS.iter().find(|brand| if brand.common { alone(folded, brand.name) } else { within(brand.name) })
}

/// Words that stand beside a company's name and say nothing themselves.
const FILLERS: [&str; 44] = [
    "support",
    "team",
    "service",
    "services",
    "security",
    "bank",
    "inc",
    "ltd",
    "com",
    "alert",
    "alerts",
    "notification",
    "notifications",
    "info",
    "account",
    "accounts",
    "customer",
    "care",
    "online",
    "billing",
    "help",
    "center",
    "centre",
    "update",
    "express",
    "reward",
    "rewards",
    "survey",
    "wallet",
    "id",
    "pay",
    "delivery",
    "noreply",
    "no",
    "reply",
    "shop",
    "store",
    "the",
    "mail",
    "department",
    "winner",
    "plus",
    "antivirus",
    "live",
];

fn alone(folded: &str, name: &str) -> bool {
    let filler = |word: &&str| FILLERS.contains(word) || word.chars().all(|c| c.is_ascii_digit());
    folded
        .split(' ')
        .filter(|word| name.split(' ').any(|part| part == *word) || !filler(word))
        .eq(name.split(' '))
}

/// The brand a host imitates: its name spelt otherwise, or used within a domain of somebody else.
pub fn imitated(host: &str) -> Option<&'static Brand> {
    let plain = skeleton(host);
    let parts: Vec<(&str, Vec<char>)> = plain
        .split(['.', '-'])
        .filter(|part| part.len() >= 4)
        .map(|part| (part, part.chars().collect()))
        .collect();
    let found = imitable().iter().find(|(name, letters, brand)| {
        let alike = |(part, spelt): &(&str, Vec<char>)| {
            part == name || twisted(spelt, letters) || (name.len() >= 6 && part.contains(name.as_str()))
        };
        parts.iter().any(alike) && !owns(brand, host)
    });
    found.map(|(_, _, brand)| *brand)
}

/// The brands worth imitating, with their names as one word.
fn imitable() -> &'static [(String, Vec<char>, &'static Brand)] {
    static NAMES: OnceLock<Vec<(String, Vec<char>, &'static Brand)>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let worth =
            BRANDS.iter().filter(|brand| !brand.common && brand.name.len() >= 5 && !brand.domains.is_empty());
        let joined = worth.map(|brand| {
            let name: String = brand.name.chars().filter(|c| *c != ' ').collect();
            (name.clone(), name.chars().collect(), brand)
        });
        joined.collect()
    })
}

/// Whether a part is the name with one letter changed, added, left out or swapped. Short names are never twisted.
fn twisted(a: &[char], b: &[char]) -> bool {
    if b.len() < 6 || a.first() != b.first() || a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let shorter = a.len().min(b.len());
    let one = front + back + 1 >= a.len().max(b.len()).min(shorter + 1);
    let swapped = a.len() == b.len()
        && front + back + 2 == a.len()
        && a.get(front) == b.get(front + 1)
        && a.get(front + 1) == b.get(front);
    one || swapped
}

/// A host with look-alike letters read as those they resemble. Punycode labels are decoded first (RFC 3492).
pub fn skeleton(host: &str) -> String {
    let decoded: Vec<String> = host
        .split('.')
        .map(|part| {
            part.strip_prefix("xn--").and_then(super::punycode::decode).unwrap_or_else(|| part.to_owned())
        })
        .collect();
    let joined = decoded.join(".").replace("rn", "m").replace("vv", "w");
    let mut plain = String::with_capacity(joined.len());
    for c in joined.chars().filter(|c| !fold::is_invisible(*c)) {
        match fold::plain(fold::latin_twin(c).unwrap_or(c)) {
            Plain::Many(letters) => plain.push_str(letters),
            Plain::One('0') => plain.push('o'),
            Plain::One('1') => plain.push('l'),
            Plain::One('3') => plain.push('e'),
            Plain::One('5') => plain.push('s'),
            Plain::One(letter) => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(brand: Option<&Brand>) -> &'static str {
        brand.map_or("", |brand| brand.name)
    }

    #[test]
    fn names_are_found_where_they_mean_the_brand() {
        assert_eq!(name(named("paypal support")), "paypal");
        assert_eq!(name(named("apple support")), "apple");
        assert_eq!(name(named("apple pie club of boston")), "");
        assert_eq!(name(named("chase miller")), "");
        assert_eq!(name(named("your bank of america alert")), "bank of america");
    }

    #[test]
    fn owners_and_imitators() {
        let paypal = named("paypal").unwrap();
        assert!(
            owns(paypal, "mail.paypal.com")
                && owns(paypal, "paypal.de")
                && !owns(paypal, "paypal.com.evil.example")
        );
        for host in [
            "paypa1.com",
            "paypal-secure.example",
            "paypal.com.evil.example",
            "paypall.com",
            "payapl.com",
            "xn--pypal-4ve.com",
            "secure-rnicrosoft.com",
        ] {
            assert!(imitated(host).is_some(), "{host}");
        }
        for host in ["paypal.com", "www.amazon.co.uk", "example.org", "goggles.example", "microscope.example"]
        {
            assert_eq!(name(imitated(host)), "", "{host}");
        }
    }
}
