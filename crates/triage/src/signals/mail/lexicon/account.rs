//! What is asked and said of accounts: credentials, threats, mailboxes, haste.

/// Asking to sign in or to confirm credentials or personal data (T1598, phishing for information).
pub const CREDENTIALS: &[&str] = &[
    "verify|confirm|validate|verifying|validating|confirming|re_activate|reactivate|revalidate|reconfirm|authenticate|restore|recover|unlock|unblock|upgrade ~3 your|the|my|this ~2 @account",
    "update|updating ~3 your ~2 account|mailbox|webmail|wallet|card|password|billing|login|credentials|details",
    "@verify ~1 @account ~2 now|here|below|immediately|to|or|within",
    "click|tap|press ~4 to @verify",
    "sign_in|log_in|login|logon ~4 to|and @verify|avoid|continue|keep|review|view|check|secure|resolve|regain",
    "enter|provide|submit|send|fill|confirm|give ~4 password|pin|ssn|social_security|passport|credit_card|card_number|credentials|user_name|username",
    "keep|retain|use ~2 same|current ~1 password",
    "regain|restore ~3 access",
    "verify|confirm|identify|validate ~1 that_you_are|yourself|its_you|it_is_you|it_was_you|that_its_you",
    "kyc ~3 verif*|update|required|complete",
    "identif*|re_identify ~3 again|yourself|required|mandatory",
    "security ~2 question*|update|upgrade ~3 required|complete|account",
    "update|confirm|verify|provide ~2 payment|billing|personal|bank*|account ~1 method|details|information|info|address|data",
    "confirm|verify|validate ~2 your ~2 information|info|data|address|profile|records",
    "bestatig* ~4 konto|daten|identitat|zugang|angaben",
    "konto|daten|identitat|zugang ~4 bestatig*|verifizier*|aktualisier*",
    "verifizier* ~4 konto|identitat|daten",
    "confirm*|verifi*|actualis* ~4 compte|identite|informations|donnees|coordonnees",
    "verifi*|confirm*|actualiz*|atualiz*|valid* ~4 cuenta|identidad|datos|conta|dados|cadastro|identidade|informacoes",
    "verific*|conferm*|aggiorn* ~4 conto|account|identita|dati|profilo",
    "potwierdz*|zweryfik*|zaktualizuj* ~4 konto|konta|dane|danych|tozsamosc*",
    "bevestig*|verifieer*|controleer ~4 account|rekening|gegevens|identiteit",
    "подтверд* ~4 аккаунт|учетн*|данные|личность|пароль",
];

/// Saying that an account, service or card is limited, suspicious or about to be closed.
pub const THREAT: &[&str] = &[
    "@account|service|services|subscription|domain|server|hosting ~4 @limited",
    "@limited ~3 your|the ~2 @account|subscription|service|domain",
    "unusual|suspicious|unauthorized|unauthorised|unrecognized|irregular|fraudulent|abnormal ~3 activit*|sign_in|login|log_in|transaction*|access|attempt*|purchase|payment|device|charge*",
    "will_be|being|has_been|was|been @limited ~6 if|unless|until|within|permanently",
    "lose|losing ~3 access|account|data|files|emails|photos",
    "failed|unable|failure ~3 to ~2 verify|validate|process|renew|charge|authenticate",
    "new|unknown|unrecognized ~2 device|location|sign_in|login ~6 account|your",
    "avoid|prevent ~4 @limited|interruption|suspension|termination|closure|deactivation|loss",
    "violat* ~4 terms|policy|policies|copyright|guidelines|community",
    "payment ~3 declined|failed|unsuccessful|rejected|issue|problem",
    "subscription ~4 expired|ended|cancel*|renew*",
    "gesperrt|eingeschrankt|deaktiviert|sperrung",
    "compte|acces|carte ~4 suspendu*|bloque*|limite*|desactive*|restreint*",
    "cuenta|tarjeta|acceso|conta|cartao|acesso ~4 suspend*|bloque*|limitad*|desactiv*|desativ*|bloqueio",
    "conto|carta|utenza ~4 sospes*|bloccat*|limitat*",
    "konto|karta|dostep|konta ~4 zablokow*|zawiesz*|ogranicz*|wygas*",
    "rekening|account|pas ~4 geblokkeerd|opgeschort|beperkt|verloopt",
    "аккаунт|счет|карта|учетн* ~4 заблокир*|приостанов*|ограничен*",
    "atividade|actividad ~2 suspeita|sospechosa|incomum|inusual",
    "photos|videos|files|data|cloud|icloud ~4 will_be_deleted|be_deleted|at_risk|lost",
];

/// Held mails, a full mailbox, an expiring password: pretexts for a sign-in to the mail system itself.
pub const MAILBOX: &[&str] = &[
    "incoming ~3 mails|messages|emails|e_mails",
    "undelivered|pending|held|quarantined|blocked|suspended|rejected|delayed|unread|failed|stuck|withheld ~3 @mails",
    "@mails ~4 pending|undelivered|rejected|held|on_hold|blocked|quarantined|stuck|withheld|suspended|delayed|failed_to",
    "mailbox|mail_box|storage|inbox|quota ~5 full|almost_full|exceed*|limit|capacity|running|low|upgrade|expire*|quota|over",
    "exceed* ~3 storage|quota|mailbox|limit|disk",
    "password ~5 expir*|is_due|about_to|will_expire|today",
    "expir* ~4 password",
    "email|mail|webmail|mailbox ~3 version|upgrade|synchroniz*|sync|server ~3 error|fail*|update|upgrade|outdated|required|new",
    "release|retrieve|recover|restore|preview|download|view|deliver ~3 pending|messages|emails|mails|incoming|undelivered|quarantine*",
    "outlook_web_access|web_mail|webmail|roundcube|zimbra|cpanel|exchange_server|mail_server ~5 update|upgrade|verify|admin*|account|expire*|migrat*|users",
    "it|help|service ~1 desk|helpdesk ~5 password|mailbox|email|account|upgrade",
    "low ~2 storage|space|disk",
    "passwort ~3 lauft|ablauf*|abgelaufen",
    "mot_de_passe ~4 expir*",
    "contrasena|senha ~3 expir*|vence|caduca",
    "haslo ~3 wygas*",
    "postfach|boite|buzon|skrzynka|caixa_de_entrada ~4 voll|pleine|lleno|pelna|cheia|limit*|uberschritten",
    "mail_delivery|delivery ~2 failure|failed|error ~6 release|click|resolve|retrieve",
];

/// Pressing for time.
pub const URGENCY: &[&str] = &[
    "within|in|next|only|last ~1 12|24|36|48|72|twelve|twenty_four|forty_eight|seventy_two ~1 hours|hour|hrs|hr|h",
    "act|respond|reply|claim|verify|confirm|update|login|complete ~2 now|immediately|today|asap|urgently|promptly|fast",
    "urgent|urgently|immediate_action|immediate_attention|action_required|action_needed|response_required|urgent_action",
    "final|last ~1 warning|notice|reminder|chance|attempt|call|notification",
    "expires|expiring|ends|ending|closes ~2 today|soon|tonight|tomorrow|in",
    "as_soon_as_possible|without_delay|time_sensitive|before_it_is_too_late|before_its_too_late|hurry|hurry_up|dont_wait|dont_miss|limited_time|hours_left|immediately",
    "dringend|sofort|umgehend|letzte_mahnung|letzte_chance",
    "urgente|urgent|immediatement|dernier_rappel|derniere_chance|inmediatamente|ultimo_aviso|ultima_oportunidade|ultima_chance|imediatamente",
    "pilne|natychmiast|ostatnie_ostrzezenie|ostateczne_wezwanie",
    "в_течение ~2 часов",
    "срочно|немедленно",
];
