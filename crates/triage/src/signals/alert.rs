//! Signals of EDR and SIEM alerts: what the product says, and what the event itself shows.

use super::sheet::{Rule, Sheet};
use crate::input::fields;
use crate::text::quote;
use serde_json::Value;
use std::sync::OnceLock;

pub const SEVERITY: Rule = Rule::new("alert_severity", 0.8, "the reporting product rates it as severe");
pub const TECHNIQUE: Rule =
    Rule::new("attack_technique", 1.0, "the reporting product names an ATT&CK technique");
pub const ATTACK_WORDS: Rule = Rule::new("attack_named", 1.3, "it speaks of an attack, malware or suspicion");
pub const CREDENTIAL_ACCESS: Rule =
    Rule::new("credential_access", 2.6, "credentials are read from where they are kept");
pub const DEFENCE_EVASION: Rule =
    Rule::new("defence_evasion", 2.4, "protection or logging is switched off or deceived");
pub const EXECUTION: Rule =
    Rule::new("suspicious_execution", 2.2, "a system tool runs code in a way attackers do");
pub const PERSISTENCE: Rule = Rule::new("persistence", 2.0, "something is set to run again by itself");
pub const DISCOVERY: Rule = Rule::new("discovery", 1.6, "accounts, network or system are spied out");
pub const TRANSFER: Rule = Rule::new("tool_transfer", 2.0, "a system tool loads a file from elsewhere");
pub const LATERAL: Rule = Rule::new("lateral_movement", 2.0, "another machine is entered or controlled");
pub const DESTRUCTION: Rule = Rule::new("destruction", 2.4, "backups or data are destroyed");
pub const ENCODED: Rule = Rule::new("encoded_command", 2.4, "a command is hidden in an encoding");
pub const ODD_PLACE: Rule =
    Rule::new("odd_location", 1.0, "a program runs from or writes to a place where programs do not belong");
pub const PRIVILEGE: Rule = Rule::new("privilege_change", 1.2, "rights, keys or users were added or changed");
pub const EXPOSURE: Rule = Rule::new("exposure", 1.4, "something was opened to the public");
pub const WEAKENED: Rule = Rule::new("control_weakened", 1.3, "a safeguard was removed or loosened");
pub const ROOT: Rule = Rule::new("root_use", 1.2, "the most powerful account was used");

pub const CONFIRMED: Rule =
    Rule::new("event_confirms_alert", 0.6, "the event shows what the alert's title says");

/// What of the event's text points at which rule; lower case, with a bar
/// between, found anywhere in a value.
const MARKS: &[(&Rule, &str)] = &[
    (
        &ATTACK_WORDS,
        "malware|malicious|trojan|ransom|exploit|mimikatz|cobalt strike|brute force|brute_force|bruteforce|\
         phish|suspicious|compromised|credential stuffing|c2 |backdoor|rootkit|threat|anomal|\
         impossible travel|dga |cryptomin|coinminer|webshell|meterpreter|lockbit|stolen|leaked|spam|exfil|\
         botnet|tor exit|unusual|attack",
    ),
    (
        &CREDENTIAL_ACCESS,
        "lsass|sekurlsa|procdump|comsvcs|minidump|ntds.dit|ntdsutil|vssadmin create shadow|cmdkey|vaultcmd|\
         hklm\\sam|hklm\\security|reg save|save hklm|lazagne|rubeus|kerberoast|asktgt|dcsync|gpp-decrypt|\
         cpassword|/etc/shadow|wifi password|key=clear|login data|logins.json|laps|getpassword|get-password|\
         credential_extraction|dumpcreds|invoke-mimikatz|sharphound|bloodhound|net user /domain|keychain|\
         find-generic-password|nanodump|createdump|rdrleakdiag|sqldumper|getsecretvalue|getsessiontoken|\
         esentutl|printui",
    ),
    (
        &DEFENCE_EVASION,
        "windefend|set-mppreference|disablerealtimemonitoring|exclusionpath|disableantispyware|wevtutil cl|\
         wevtutil.exe cl|clear-eventlog|clear-log|auditpol|fltmc|stop-service|sc stop|sc.exe stop|net stop|\
         taskkill|uninstall|firewall set|advfirewall|amsi|etweventwrite|bcdedit|unload|mpcmdrun|disable-|\
         stoplogging|deletetrail|deleteflowlogs|deletedetector|disassociate|putbucketlogging|updatetrail|\
         logging_disabled|audit_log_disabled|sethidden|attrib +h|attrib.exe +h|timestomp|-unregister|\
         remove-item|del /f|sdelete|fsutil usn|disablesecurity|alternate data|:zone.identifier|regsvr32 /u|\
         noprofile|-w hidden|windowstyle hidden|deleteeventselectors|puteventselectors|suppressed|eventlog-|\
         services\\eventlog|amsienable|scriptblocklogging|disableetw|complus_etwenabled|selinux|setenforce|\
         history -c|unset histfile|protection_disabled|protection.delete|sensor|tamper",
    ),
    (
        &EXECUTION,
        "mshta|regsvr32|rundll32|installutil|msbuild|wmic|cscript|wscript|regasm|regsvcs|cmstp|odbcconf|\
         msxsl|forfiles|pcalua|hh.exe|ieexec|mavinject|presentationhost|bash -i|/dev/tcp|nc -e|iex|\
         invoke-expression|downloadstring|javascript:|vbscript:|xp_cmdshell|-ep bypass|\
         executionpolicy bypass|-exec bypass|wsl.exe|conhost|explorer.exe /root|scriptrunner|\
         syncappvpublishing|winrs|start-process|shellexec|control.exe|pubprn|squirrel|runscripthelper|\
         workfolders|diskshadow|ftp -s|msdt|advancedrun|psexec|paexec|cmd /c start|cmd.exe /c|python -c|\
         perl -e|ruby -e|awk 'begin|gpscript|stordiag|dnx|csi.exe|fsi|tttracer|vsjitdebugger|\
         devtoolslauncher|appvlp|bginfo|calc.exe",
    ),
    (
        &PERSISTENCE,
        "schtasks|\\currentversion\\run|runonce|winlogon|userinit|image file execution|startup\\|\
         start menu\\programs\\startup|new-service|sc create|sc.exe create|appinit_dlls|shell\\open\\command|\
         \\environment\\|wmi event|__eventfilter|crontab|/etc/cron|authorized_keys|launchagents|\
         launchdaemons|inprocserver32|bitsadmin /setnotify|silentprocessexit|screensaver|scrnsave|\
         netsh add helper|add helper|services\\|lsa\\|persistence|at.exe|ifeo|globalflag|useinit|\
         cor_profiler|\\spool\\|windir",
    ),
    (
        &DISCOVERY,
        "whoami|net group|net localgroup|net.exe group|net user|nltest|ipconfig /all|systeminfo|tasklist|\
         quser|query user|dsquery|adfind|netstat|arp -a|route print|nslookup|findstr|get-aduser|\
         get-adcomputer|get-domain|net view|net share|gpresult|finger|nbtstat|qprocess|getuserpolicy|\
         driverquery|net accounts|dir /s|wmic process|nmap|masscan|listbuckets|listusers",
    ),
    (
        &TRANSFER,
        "certutil|urlcache|bitsadmin|desktopimgdownldr|curl|wget|invoke-webrequest|iwr |start-bitstransfer|\
         webclient|finger.exe|expand.exe|extrac32|ieexec http|replace.exe|raw.githubusercontent|pastebin|\
         atomic-red-team|ngrok|anonfiles|transfer.sh|mega.nz|rclone|scp |tftp",
    ),
    (
        &LATERAL,
        "psexec|wmiexec|smbexec|winrm|enter-pssession|invoke-command|admin$|\\\\127.0.0.1\\|remote desktop|\
         rdpwrap|tscon|mstsc|sharprdp|dcom|shadow:|anydesk|teamviewer|screenconnect|createremotethread|plink|\
         chisel|portproxy|ssh -r",
    ),
    (
        &DESTRUCTION,
        "vssadmin delete|delete shadows|shadowcopy delete|wbadmin delete|resize shadowstorage|cipher /w|\
         recoveryenabled|format |deletebucket|deletedbcluster|deletesnapshot|deletedbsnapshot|\
         schedulekeydeletion|protection.delete|repo.destroy|repository.delete|mass_delete|deletevolume|\
         recoveryservices|immutab|deactivatemfa",
    ),
    (
        &ENCODED,
        "-enc |-encodedcommand|-e jab|frombase64string|base64 -d|-decode|char]|^p^o^w|%comspec%|`n`|-bxor",
    ),
    (
        &ODD_PLACE,
        "\\users\\public\\|\\appdata\\local\\temp\\|\\programdata\\|\\perflogs\\|\\windows\\temp\\|\
         \\downloads\\|/tmp/|/dev/shm|\\recycle|\\music\\|\\pictures\\|\\\u{202e}",
    ),
    (
        &PRIVILEGE,
        "createuser|create_user|addusertogroup|attachuserpolicy|attachrolepolicy|putuserpolicy|\
         createaccesskey|createloginprofile|updateloginprofile|passwordupdated|passwordrecovery|\
         administratoraccess|setiampolicy|role.create|user.account.privilege.grant|privilege|grant|\
         assumerole|superadmin|super_admin|api_token|system.api_token.create|create_role|addmember|\
         add_member|org.add|owner|delegat|impersonat|admin_role|update_user|create_user_role|credentials",
    ),
    (
        &EXPOSURE,
        "allowblobpublicaccess|publicread|public-read|allusers|allauthenticatedusers|0.0.0.0/0|::/0|\
         publiclyaccessible|anonymous|repo.access|visibility_change|people_with_link|public_on_the_web|\
         public|share_external|external_sharing|modifysnapshotattribute|modifyimageattribute|putbucketacl|\
         putbucketpolicy|forward",
    ),
    (
        &WEAKENED,
        "disable|deactivate|delete|remove|dismiss|override|bypass|2fa|two_factor|mfa|turn_off|off|weak|\
         unenforce|whitelist|allowlist|passwordless|exempt|suspend|lock|denied|revoke|detach",
    ),
    (&ROOT, ":root|root@|user=root|sudo "),
];

/// Everything that speaks for an attack.
pub fn inspect(raw: &Value) -> Sheet {
    let mut sheet = Sheet::default();
    let strings = fields::strings(raw, 2000);
    confirmed(&strings, &mut sheet);
    for (path, value) in strings {
        let lower = value.get(..4096).unwrap_or(value).to_lowercase();
        if is_told(&path) {
            product(&path, &lower, value, &mut sheet);
        } else {
            event(&lower, value, &mut sheet);
        }
    }
    sheet
}

/// Whether a value is what the product says, not what the event shows.
fn is_told(path: &str) -> bool {
    path.starts_with("alert")
        || path.ends_with("title")
        || path.ends_with("severity")
        || path.contains("finding_info")
        || path.starts_with("rule")
}

/// Words of titles that every event holds.
const COMMON: [&str; 22] = [
    "the", "and", "for", "with", "from", "was", "has", "been", "user", "users", "aws", "github", "okta",
    "gcp", "azure", "gsuite", "google", "event", "rule", "account", "new", "detected",
];

/// Notes words of the title that the event holds too: the alert speaks of this event, not only of its kind.
fn confirmed(strings: &[(String, &str)], sheet: &mut Sheet) {
    let Some((_, title)) = strings.iter().find(|(path, _)| path.ends_with("title")) else { return };
    let events = strings.iter().filter(|(path, _)| !is_told(path)).take(200);
    let shown: Vec<(Vec<String>, &str)> = events.map(|(_, value)| (stems(value), *value)).collect();
    let mut wanted = stems(title);
    wanted.sort_unstable();
    wanted.dedup();
    let meant = wanted.iter().filter(|word| !COMMON.iter().any(|common| stem(common) == **word));
    let found: Vec<&str> = meant
        .filter_map(|word| shown.iter().find(|(words, _)| words.contains(word)).map(|(_, value)| *value))
        .collect();
    let Some(first) = found.first() else { return };
    let count = crate::text::real(found.len().min(3));
    sheet.weigh(&CONFIRMED, CONFIRMED.weight * count, quote::cut(first, 0, first.len()));
}

/// The beginnings of the words of a value; `DeleteTrail` and `delete_trail` are the same two words.
fn stems(value: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in value.chars().take(1000) {
        if !c.is_alphabetic() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
    }
    words.iter().filter(|word| word.chars().count() >= 3).map(|word| stem(word)).collect()
}

fn stem(word: &str) -> String {
    word.chars().take(5).collect()
}

/// What the reporting product says.
fn product(path: &str, lower: &str, value: &str, sheet: &mut Sheet) {
    let cited = || quote::cut(value, 0, value.len());
    let severe = ["high", "critical", "fatal", "emergency"].iter().any(|word| lower.contains(word));
    if path.ends_with("severity") && severe {
        sheet.note(&SEVERITY, cited());
    }
    if technique(lower) {
        sheet.note(&TECHNIQUE, cited());
    }
    if let Some((rule, _)) =
        marks().first().filter(|(_, words)| words.iter().any(|word| lower.contains(word)))
    {
        sheet.note(rule, cited());
    }
}

/// The marks, taken apart once.
fn marks() -> &'static [(&'static Rule, Vec<&'static str>)] {
    static APART: OnceLock<Vec<(&'static Rule, Vec<&'static str>)>> = OnceLock::new();
    APART.get_or_init(|| MARKS.iter().map(|(rule, words)| (*rule, words.split('|').collect())).collect())
}

/// What the event shows.
fn event(lower: &str, value: &str, sheet: &mut Sheet) {
    for (rule, words) in marks() {
        for word in words {
            if let Some(at) = lower.find(word) {
                // Lower case may have moved the place; then the whole value is quoted.
                let near = value.get(at.saturating_sub(30)..).filter(|_| lower.len() == value.len());
                let cited = near
                    .and_then(|near| quote::cut(near, 0, near.len()))
                    .or_else(|| quote::cut(value, 0, value.len()));
                sheet.note(rule, cited);
                break;
            }
        }
    }
    if technique(lower) {
        sheet.note(&TECHNIQUE, quote::cut(value, 0, value.len()));
    }
    let turned = value.chars().any(crate::text::fold::turns_direction);
    if turned {
        sheet.note(&DEFENCE_EVASION, quote::cut(value, 0, value.len()));
    }
}

/// Whether a text names a technique: `T1059`, `T1566.002`.
fn technique(lower: &str) -> bool {
    lower.match_indices('t').any(|(at, _)| {
        let before =
            at.checked_sub(1).and_then(|b| lower.as_bytes().get(b)).is_some_and(u8::is_ascii_alphanumeric);
        let digits = lower
            .get(at + 1..at + 5)
            .is_some_and(|d| d.starts_with('1') && d.bytes().all(|b| b.is_ascii_digit()));
        let after = lower.as_bytes().get(at + 5).is_some_and(u8::is_ascii_alphanumeric);
        !before && digits && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(raw: &Value) -> Vec<&'static str> {
        inspect(raw).found.iter().map(|found| found.rule.name).collect()
    }

    #[test]
    fn events_and_products_are_heard() {
        let raw = json!({"event": {"CommandLine": "vssadmin delete shadows /all"}, "alert": {"title": "T1490 seen", "severity": "high"}});
        let found = names(&raw);
        assert!(
            found.contains(&"destruction")
                && found.contains(&"attack_technique")
                && found.contains(&"alert_severity"),
            "{found:?}"
        );
        assert_eq!(
            names(&json!({"event": {"Image": "C:\\Program Files\\Example\\app.bin"}})),
            Vec::<&str>::new()
        );
    }
}
