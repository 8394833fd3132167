//! Which kind of incident an event points to: said outright, else read from words, else from techniques.

use crate::text::{begins_word, whole_word};
use probatum_kernel::vocabulary;

vocabulary! {
    /// The kind of incident, in the words of CONTRACT §3; the incident crate reads each of them.
    pub enum Category("category") {
        /// Data held to ransom.
        Ransomware = "ransomware",
        /// Data lost, leaked or altered.
        DataBreach = "data_breach",
        /// An AI agent under somebody else's control.
        AgentHijack = "agent_hijack",
        /// Instructions smuggled into a model's input.
        PromptInjection = "prompt_injection",
        /// Deceptive messages.
        Phishing = "phishing",
        /// Denial of service.
        Ddos = "ddos",
        /// An exploited vulnerability.
        Vulnerability = "vulnerability",
        /// A compromised supplier or component.
        SupplyChain = "supply_chain",
        /// A model's false output with consequences.
        Hallucination = "hallucination",
        /// A wrong setting.
        Misconfiguration = "misconfiguration",
        /// Malicious code.
        Malware = "malware",
        /// Stolen credentials.
        CredentialTheft = "credential_theft",
        /// Business e-mail compromise.
        Bec = "bec",
        /// Manipulated training or reference data.
        DataPoisoning = "data_poisoning",
        /// A stolen model.
        ModelTheft = "model_theft",
        /// Synthetic media used to deceive.
        Deepfake = "deepfake",
        /// Misuse from within.
        Insider = "insider",
        /// None of these.
        Other = "other",
    }
}

/// What begins a word of a title, a rule's name or its groups, and what it points to; the first that fits.
const BEGINNINGS: &[(&str, Category)] = &[
    ("ransom", Category::Ransomware),
    ("prompt injection", Category::PromptInjection),
    ("prompt_injection", Category::PromptInjection),
    ("jailbreak", Category::PromptInjection),
    ("agent hijack", Category::AgentHijack),
    ("agent_hijack", Category::AgentHijack),
    ("data poisoning", Category::DataPoisoning),
    ("data_poisoning", Category::DataPoisoning),
    ("model theft", Category::ModelTheft),
    ("model_theft", Category::ModelTheft),
    ("model extraction", Category::ModelTheft),
    ("deepfake", Category::Deepfake),
    ("hallucination", Category::Hallucination),
    ("business email compromise", Category::Bec),
    ("phish", Category::Phishing),
    ("spearphish", Category::Phishing),
    ("denial of service", Category::Ddos),
    ("denial-of-service", Category::Ddos),
    ("attempted-dos", Category::Ddos),
    ("supply chain", Category::SupplyChain),
    ("supply_chain", Category::SupplyChain),
    ("dependency confusion", Category::SupplyChain),
    ("typosquat", Category::SupplyChain),
    ("exfiltrat", Category::DataBreach),
    ("data leak", Category::DataBreach),
    ("data breach", Category::DataBreach),
    ("data_breach", Category::DataBreach),
    ("data loss", Category::DataBreach),
    ("brute force", Category::CredentialTheft),
    ("brute-force", Category::CredentialTheft),
    ("bruteforce", Category::CredentialTheft),
    ("authentication_failures", Category::CredentialTheft),
    ("credential", Category::CredentialTheft),
    ("password spray", Category::CredentialTheft),
    ("mimikatz", Category::CredentialTheft),
    ("kerberoast", Category::CredentialTheft),
    ("lsass", Category::CredentialTheft),
    ("exploit", Category::Vulnerability),
    ("cve-", Category::Vulnerability),
    ("vulnerab", Category::Vulnerability),
    ("sql injection", Category::Vulnerability),
    ("sql_injection", Category::Vulnerability),
    ("web application attack", Category::Vulnerability),
    ("webshell", Category::Malware),
    ("trojan", Category::Malware),
    ("malware", Category::Malware),
    ("backdoor", Category::Malware),
    ("rootkit", Category::Malware),
    ("virus", Category::Malware),
    ("botnet", Category::Malware),
    ("cryptomin", Category::Malware),
    ("command and control", Category::Malware),
    ("misconfig", Category::Misconfiguration),
    ("publicly accessible", Category::Misconfiguration),
    ("insider", Category::Insider),
];

/// Whole words.
const WORDS: &[(&str, Category)] = &[
    ("ddos", Category::Ddos),
    ("dos", Category::Ddos),
    ("dlp", Category::DataBreach),
    ("bec", Category::Bec),
    ("sqli", Category::Vulnerability),
    ("rce", Category::Vulnerability),
    ("worm", Category::Malware),
    ("c2", Category::Malware),
];

/// Techniques whose purpose names a category; a sub-technique counts as its technique.
const TECHNIQUES: &[(&str, Category)] = &[
    ("T1486", Category::Ransomware),
    ("T1566", Category::Phishing),
    ("T1598", Category::Phishing),
    ("T1498", Category::Ddos),
    ("T1499", Category::Ddos),
    ("T1195", Category::SupplyChain),
    ("T1190", Category::Vulnerability),
    ("T1203", Category::Vulnerability),
    ("T1068", Category::Vulnerability),
    ("T1210", Category::Vulnerability),
    ("T1003", Category::CredentialTheft),
    ("T1110", Category::CredentialTheft),
    ("T1528", Category::CredentialTheft),
    ("T1539", Category::CredentialTheft),
    ("T1552", Category::CredentialTheft),
    ("T1555", Category::CredentialTheft),
    ("T1556", Category::CredentialTheft),
    ("T1558", Category::CredentialTheft),
    ("T1621", Category::CredentialTheft),
    ("T1020", Category::DataBreach),
    ("T1041", Category::DataBreach),
    ("T1048", Category::DataBreach),
    ("T1537", Category::DataBreach),
    ("T1567", Category::DataBreach),
    ("T1071", Category::Malware),
    ("T1095", Category::Malware),
    ("T1105", Category::Malware),
    ("T1204", Category::Malware),
    ("T1496", Category::Malware),
    ("T1568", Category::Malware),
    ("T1573", Category::Malware),
    ("AML.T0051", Category::PromptInjection),
    ("AML.T0054", Category::PromptInjection),
    ("AML.T0020", Category::DataPoisoning),
    ("AML.T0024", Category::ModelTheft),
];

/// The category the texts or, failing that, the techniques point to.
pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>, techniques: &[String]) -> Category {
    let texts: Vec<String> = texts.map(str::to_lowercase).collect();
    let any = |fits: &dyn Fn(&str) -> bool| texts.iter().any(|t| fits(t));
    let begun = BEGINNINGS.iter().find(|(word, _)| any(&|t| begins_word(t, word)));
    let whole = || WORDS.iter().find(|(word, _)| any(&|t| whole_word(t, word)));
    let by_technique = || {
        let main = |t: &String| {
            let dots = if t.starts_with("AML.") { 2 } else { 1 };
            t.split('.').take(dots).collect::<Vec<_>>().join(".")
        };
        let named: Vec<String> = techniques.iter().map(main).collect();
        TECHNIQUES.iter().find(|(id, _)| named.iter().any(|n| n == id))
    };
    begun.or_else(whole).or_else(by_technique).map_or(Category::Other, |(_, category)| *category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_of_the_incident_s() {
        for category in Category::ALL {
            let theirs: probatum_incident::Category = category.as_str().parse().unwrap();
            assert_eq!(theirs.as_str(), category.as_str());
        }
        assert_eq!(Category::ALL.len(), probatum_incident::Category::ALL.len());
    }

    #[test]
    fn words_come_before_techniques() {
        let of = |texts: &[&str], techniques: &[&str]| {
            let techniques: Vec<_> = techniques.iter().map(|t| (*t).to_owned()).collect();
            super::of(texts.iter().copied(), &techniques).as_str()
        };
        assert_eq!(of(&["Possible Phishing link clicked"], &["T1486"]), "phishing");
        assert_eq!(of(&["sshd: brute force trying to get access"], &[]), "credential_theft");
        assert_eq!(of(&["Suspicious activity"], &["T1110.003"]), "credential_theft");
        assert_eq!(of(&["Suspicious activity"], &["AML.T0051.000"]), "prompt_injection");
        assert_eq!(of(&["SYN flood DoS"], &[]), "ddos");
        assert_eq!(of(&["dosage of cheese"], &["T1059"]), "other");
    }
}
