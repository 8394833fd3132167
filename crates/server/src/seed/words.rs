//! What invented incidents are made of.

use probatum_evidence::EvidenceKind as Kind;

pub(super) const TECHNICAL: &[Kind] = &[
    Kind::Log,
    Kind::SiemLog,
    Kind::AgentTrace,
    Kind::PromptLog,
    Kind::Pcap,
    Kind::MemoryImage,
    Kind::DiskImage,
    Kind::File,
    Kind::Email,
    Kind::Screenshot,
    Kind::Config,
    Kind::ScanReport,
];
pub(super) const OFFICIAL: &[Kind] = &[Kind::VendorAdvisory, Kind::CertBulletin, Kind::AuthorityLetter];

pub(super) const PEOPLE: &str =
    "awilk|bsowa|czurek|dlas|emorska|fbrzoza|gklon|hrys|ikruk|jmazur|klipa|lwrona|mpaw|nolsza|odab";
pub(super) const PLACES: &str = "PL 52.2 21.0|DE 52.5 13.4|FR 48.9 2.4|ES 40.4 -3.7|IT 41.9 12.5|NL 52.4 4.9|BE 50.9 4.4|\
    SE 59.3 18.1|FI 60.2 24.9|DK 55.7 12.6|NO 59.9 10.8|CZ 50.1 14.4|SK 48.1 17.1|AT 48.2 16.4|HU 47.5 19.0|\
    RO 44.4 26.1|LT 54.7 25.3|LV 56.9 24.1|EE 59.4 24.8|PT 38.7 -9.1";
pub(super) const SOURCES: &str = "email_gateway|edr-north|edr-south|siem-core|proxy-logs|orchestrator-logs|dns-sensor|\
    help-desk|hotline|cloud-audit|identity-provider|dlp|honeypot-7|partner-cert|waf-edge|model-gateway";
pub(super) const ASSETS: &str = "the payroll portal|file server FS-12|the booking API|VPN gateway 3|the claims mailbox|\
    the ticket archive|build runner 9|the patient index|the tram control room|the grid console|\
    the grant register|the support assistant|the pricing model|the translation agent|the loan scorer|\
    the warehouse scanner|the school portal|the water telemetry|the parcel tracker|the tax kiosk|\
    the contract vault|the voice bot|the badge system|the research cluster|the crane controller";
pub(super) const AGENTS: &str = "amber-01|amber-02|birch-01|birch-02|cedar-01|cedar-02|delta-07|ember-01|ember-02|fjord-03|\
    grove-01|grove-02|heron-04|iris-01|iris-02|jade-05|kite-01|kite-02|larch-01|maple-09|nova-01|nova-02|\
    did:web:agents.example.org:otter|did:web:agents.example.org:poppy|did:web:agents.example.org:quartz|\
    did:web:agents.example.org:raven|did:web:agents.example.org:slate|did:web:agents.example.org:tulip|\
    b1f2...-agent|c9d0...-agent";
pub(super) const TAGS: &str = "night-shift|vendor|weekend retro|lab|branch-office|exec repeat|legacy|remote-work vendor|\
    audit|board-watch lab|pilot|merger legacy|ot retro|third-party|exec|campaign-heron|campaign-otter repeat";
pub(super) const RULES: &str = "brute-force-7|odd-hour-login|mass-delete|beacon-60s|macro-child-process|new-admin|\
    impossible-travel|large-egress|prompt-override|tool-burst";
pub(super) const NOTICED: &str = "A routine check noticed it|A user called the hotline|An alert fired during the night|\
    The night shift saw it on a dashboard|A partner CERT wrote to us|A supplier told us late|\
    The weekly review of rights found it|A canary document was opened|A customer complained|\
    A test of the backups failed|An auditor asked about it|The sensor at the border raised its hand";
pub(super) const SEEN: &str = "Logins came from two continents within minutes|A scheduled task restarted itself|\
    The agent called a tool it never used before|Traffic left for an unknown host every sixty seconds|\
    Archives grew behind a harmless name|The assistant repeated instructions from an attachment|\
    Shadow copies were gone|A certificate had been replaced|The mailbox forwarded silently|\
    Answers changed after the last training run|Rights were granted and taken back within an hour|\
    The same password opened nine accounts|A container ran with the keys of its host";
pub(super) const EFFECTS: &str = "Service went on without visible harm|Counters stood still for an afternoon|\
    Some records were read by strangers|Two invoices were paid to the wrong account|Orders were delayed|\
    Nothing was lost as far as we know|The team worked on paper until noon|A model gave wrong advice to a few|\
    Several accounts had to be locked|A contract partner was affected as well";
pub(super) const NEXT: &str = "Images are being taken|The owner of the system was told|Keys are being rotated|\
    We wait for the supplier|The segment was cut off|A restore is being rehearsed|The logs are kept|\
    Legal is looking at it|The agent was put on a short leash|An exercise will follow";
pub(super) const STEPS: &str = "Isolate the host from the network=isolate_host|Reset the credentials=reset_password|\
    Revoke all sessions=revoke_sessions|Block the sender=block_sender|Restore from a clean backup=manual|\
    Patch and restart the service=manual|Quarantine the messages=quarantine_email|Take an image=manual|\
    Tell the data protection officer=notify_dpo|Disable the account=disable_account|Roll the model back=manual|\
    Put the agent behind approval=quarantine_agent|Block the address at the edge=block_ip";
pub(super) const RESOLUTIONS: &str = "False positive - legitimate vendor email|A planned test nobody had announced|\
    Duplicate of an older case|Nothing found after a week of watching|The user mistyped, nothing else|\
    Known noise of the new sensor|Withdrawn by the reporter";
