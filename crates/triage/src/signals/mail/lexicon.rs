//! What mails ask of their readers and threaten them with, as phrases in several languages.

use crate::signals::sheet::Rule;
use crate::text::phrases::Phrases;
use std::sync::OnceLock;

pub const CREDENTIALS: Rule =
    Rule::new("credential_request", 1.8, "it asks to sign in or to confirm credentials or personal data");
pub const THREAT: Rule =
    Rule::new("account_threat", 1.3, "it says that an account is limited, suspicious or about to be closed");
pub const MAILBOX: Rule =
    Rule::new("mailbox_lure", 1.7, "it speaks of held mails, a full mailbox or an expiring password");
pub const URGENCY: Rule = Rule::new("urgency", 0.7, "it presses for time");
pub const PARCEL: Rule =
    Rule::new("parcel_lure", 1.5, "it asks for a fee or data before a parcel is delivered");
pub const PAYMENT: Rule =
    Rule::new("payment_pressure", 1.1, "it is about money that was charged, is owed or is to be refunded");
pub const PRIZE: Rule = Rule::new("prize_lure", 1.7, "it promises a prize, a reward or a gift");
pub const ADVANCE_FEE: Rule = Rule::new("advance_fee", 2.2, "it offers a fortune, a loan or a secret deal");
pub const WALLET: Rule =
    Rule::new("wallet_lure", 1.9, "it asks to connect or verify a crypto wallet, or promises tokens");
pub const EXTORTION: Rule =
    Rule::new("extortion", 3.2, "it threatens to publish or attack unless it is paid");
pub const IMPOSTOR: Rule = Rule::new(
    "boss_request",
    1.9,
    "it asks for a favour, gift cards or a change of bank details as a colleague or partner would",
);
pub const DOCUMENT: Rule =
    Rule::new("document_lure", 0.8, "it lures with a shared document, a voice message or an invoice");
pub const GREETING: Rule = Rule::new("generic_greeting", 1.0, "it does not know the reader's name");
pub const CALL: Rule = Rule::new("click_call", 0.3, "it calls for a click");
pub const HYPE: Rule = Rule::new("hype", 0.7, "it advertises as unwanted mail does");
pub const ROMANCE: Rule = Rule::new("stranger_contact", 1.4, "a stranger seeks contact");
pub const NO_REPLY_TRICK: Rule =
    Rule::new("spam_folder_hint", 1.6, "it explains how to get past the spam folder");

pub const CRYPTO: Rule = Rule::new("crypto_topic", 0.9, "it is about crypto money");
pub const RECEIPT: Rule = Rule::new("receipt_talk", 0.1, "it reads like a receipt or a bill");
pub const OPT_OUT: Rule = Rule::new("bulk_opt_out", 1.1, "its way out is that of bought address lists");

/// The rules, in the order of their patterns.
pub const RULES: [&Rule; 20] = [
    &CREDENTIALS,
    &THREAT,
    &MAILBOX,
    &URGENCY,
    &PARCEL,
    &PAYMENT,
    &PRIZE,
    &ADVANCE_FEE,
    &WALLET,
    &EXTORTION,
    &IMPOSTOR,
    &DOCUMENT,
    &GREETING,
    &CALL,
    &HYPE,
    &ROMANCE,
    &NO_REPLY_TRICK,
    &CRYPTO,
    &OPT_OUT,
    &RECEIPT,
];

/// The phrases of all rules, compiled once.
pub fn phrases() -> &'static Phrases {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    PHRASES.get_or_init(|| Phrases::compile(PATTERNS, LISTS))
}

const LISTS: &[(&str, &str)] = &[
    (
        "verify",
        "verify verifying verification confirm confirming validate validating validation update updating re_activate reactivate revalidate reconfirm authenticate authenticating restore recover unlock unblock upgrade upgrading",
    ),
    (
        "account",
        "account accounts acct mailbox webmail wallet card identity id password details billing membership access apple_id log_in login credentials ownership",
    ),
    (
        "limited",
        "suspended suspend suspension limited restricted restriction* locked lock blocked disabled deactivated deactivate* de_activat* terminated terminat* closed closure expire expires expired expiring interrupted hold discontinued compromised cancelled canceled shutdown shut_down deleted lockout",
    ),
    ("mails", "mail mails message messages email emails e_mail e_mails"),
    ("money", "money fund funds sum usd dollars million millions euro euros pounds cash gold inheritance"),
];

const PATTERNS: &[&[&str]] = &[
    // Credentials.
    &[
        "verify|confirm|validate|verifying|validating|confirming|re_activate|reactivate|revalidate|reconfirm|authenticate|restore|recover|unlock|unblock|upgrade|upgrading ~3 your|the|my|this|ur ~2 @account",
        "update|updating ~3 your|ur ~2 account|acct|mailbox|webmail|wallet|card|password|billing|login|credentials|details",
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
        "verifi*|confirm*|actualiz*|valid* ~4 cuenta|identidad|datos|conta|dados|cadastro|identidade|informacoes",
        "verific*|conferm*|aggiorn* ~4 conto|account|identita|dati|profilo",
        "potwierdz*|zweryfik*|zaktualizuj* ~4 konto|konta|dane|danych|tozsamosc*",
        "bevestig*|verifieer*|controleer ~4 account|rekening|gegevens|identiteit",
        "подтверд* ~4 аккаунт|учетн*|данные|личность|пароль",
        "atualiz* ~4 seus|dados|cadastro|conta",
    ],
    // Threat to an account.
    &[
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
        "gesperrt|eingeschrankt|deaktiviert|gesperrt_wird|sperrung",
        "compte|acces|carte ~4 suspendu*|bloque*|limite*|desactive*|restreint*",
        "cuenta|tarjeta|acceso|conta|cartao|acesso|chave ~4 suspend*|bloque*|limitad*|desactiv*|desativ*|bloqueio",
        "conto|carta|utenza ~4 sospes*|bloccat*|limitat*",
        "konto|karta|dostep|konta ~4 zablokow*|zawiesz*|ogranicz*|wygas*",
        "rekening|account|pas ~4 geblokkeerd|opgeschort|beperkt|verloopt",
        "аккаунт|счет|карта|учетн* ~4 заблокир*|приостанов*|ограничен*",
        "atividade|actividad ~2 suspeita|sospechosa|incomum|inusual",
        "photos|videos|files|data|cloud|icloud ~4 will_be_deleted|be_deleted|at_risk|lost",
    ],
    // Mailbox.
    &[
        "incoming ~3 mails|messages|emails|e_mails",
        "undelivered|pending|held|quarantined|blocked|undelivrable|suspended|rejected|delayed|unread|failed|stuck|withheld|clustered ~3 @mails",
        "@mails ~4 pending|undelivered|rejected|held|on_hold|blocked|quarantined|stuck|withheld|suspended|delayed|failed_to",
        "mailbox|mail_box|storage|inbox|quota|e_mailbox|email_box ~5 full|almost_full|exceed*|limit|capacity|running|low|upgrade|exceeded|expire*|quota|over",
        "exceed* ~3 storage|quota|mailbox|limit|disk",
        "password ~5 expir*|is_due|about_to|will_expire|today",
        "expir* ~4 password",
        "email|mail|webmail|mailbox ~3 version|upgrade|synchroniz*|sync|server ~3 error|fail*|update|upgrade|outdated|required|new",
        "release|retrieve|recover|restore|preview|download|view|deliver ~3 pending|messages|emails|mails|incoming|undelivered|quarantine*",
        "outlook_web_access|owa_|web_mail|webmail|roundcube|zimbra|cpanel|exchange_server|mail_server ~5 update|upgrade|verify|admin*|account|expire*|migrat*|users",
        "it|help|service ~1 desk|helpdesk ~5 password|mailbox|email|account|upgrade",
        "low ~2 storage|space|disk",
        "passwort ~3 lauft|ablauf*|abgelaufen",
        "mot_de_passe ~4 expir*",
        "contrasena|senha ~3 expir*|vence|caduca",
        "haslo ~3 wygas*",
        "postfach|boite|buzon|skrzynka|caixa_de_entrada ~4 voll|pleine|lleno|pelna|cheia|limit*|uberschritten",
        "mail_delivery|delivery ~2 failure|failed|error ~6 release|click|resolve|retrieve",
    ],
    // Urgency.
    &[
        "within|in|next|only|last ~1 12|24|36|48|72|twelve|twenty_four|forty_eight|seventy_two ~1 hours|hour|hrs|hr|h",
        "act|respond|reply|claim|verify|confirm|update|login|complete ~2 now|immediately|today|asap|urgently|promptly|fast",
        "urgent|urgently|immediate_action|immediate_attention|action_required|action_needed|response_required|urgent_action",
        "final|last ~1 warning|notice|reminder|chance|attempt|call|notification",
        "expires|expiring|ends|ending|closes ~2 today|soon|tonight|tomorrow|in",
        "as_soon_as_possible|without_delay|time_sensitive|before_it_is_too_late|before_its_too_late|hurry|hurry_up|dont_wait|dont_miss|limited_time|hours_left|immediately",
        "dringend|sofort|umgehend|letzte_mahnung|letzte_chance",
        "urgente|urgent|immediatement|dernier_rappel|derniere_chance|inmediatamente|ultimo_aviso|ultima_oportunidade|ultima_chance|imediatamente",
        "pilne|natychmiast|ostatnie_ostrzezenie|ostateczne_wezwanie",
        "срочно|немедленно",
        "в_течение ~2 часов",
    ],
    // Parcel.
    &[
        "parcel|package|shipment|delivery|consignment|order|item|packet ~6 on_hold|held|stopped|stuck|pending|waiting|suspended|returned|undeliver*|failed|could_not|unable|incomplete|incorrect|customs|redeliver*|re_deliver*|unpaid|detained|missed",
        "could_not|unable_to|cannot|failed|attempted ~3 deliver* ~4 parcel|package|item|order|shipment|you|your",
        "customs|shipping|delivery|redelivery|import|clearance ~2 fee|fees|duty|charge|charges|tax|cost ~6 pay|paid|confirm|unpaid|required|click|been",
        "pay|confirm ~4 shipping|delivery|customs|redelivery ~1 fee*|cost*|charge*|tax",
        "confirm|update|schedule|reschedule|arrange|correct ~3 delivery|shipping|shipment|redelivery|postal_address",
        "incorrect|wrong|incomplete|missing|invalid|insufficient ~2 address|delivery_details|house_number|postage",
        "paket|sendung|lieferung ~6 zollgebuhr*|gebuhr*|nicht_zugestellt|zuruckgehalten|zustell*|wartet",
        "colis|livraison ~6 frais|attente|suspendu|impossible|bloque|adresse|retenu",
        "paquete|envio|pedido|encomenda|pacote|objeto ~8 retenid*|retid*|aduana*|bloquead*|parado|alfandeg*|taxa|taxas|pendiente|pendente|pagar|tarifa|pagamento",
        "paczk*|przesylk* ~6 wstrzym*|doplat*|oplat*|zatrzyman*|oczekuj*",
        "pacco|spedizione ~6 sospes*|attesa|dogana*|giacenza|pagare",
        "pakket|zending ~6 invoerkosten|betaal*|wacht|kosten",
    ],
    // Payment.
    &[
        "invoice|payment|bill|balance|remittance|statement|fee ~4 due|overdue|unpaid|outstanding|attached|pending|declined|failed|past_due|owed|enclosed",
        "complete|process|receive|claim|submit|get ~4 refund|tax_return|reimbursement",
        "refund ~4 ready|proceed|processing|processed|complete|completed",
        "refund|rebate|reimbursement|compensation|stimulus|grant|tax_return ~5 eligible|claim|pending|approved|due|available|owed|processed|issued|entitled",
        "eligible|entitled|qualified|qualify|approved ~5 refund|rebate|payment|compensation|grant|loan|benefit*|stimulus|money",
        "charged|debited|deducted|renewed|auto_renew*|autorenew* ~6 usd|account|card|subscription|dollars|membership|antivirus|protection|bank",
        "call|contact|dial|phone ~5 cancel|refund|dispute|toll_free ~4 order|number|subscription|charge|transaction|us|at|immediately",
        "call|contact ~6 # ~8 if|cancel|refund|not|did|unauthorized|dispute|toll",
        "if_you ~3 not|didnt|dont|did_not|do_not ~4 order*|place*|authoriz*|make|recogni*|believe|purchase* ~10 call|contact|phone|dial|click|cancel",
        "if_you_did_not|if_you_didnt|did_not_authorize|didnt_authorize|not_authorized|havent_authorized ~6 call|contact|cancel",
        "tax ~3 refund|return|debt|owed|penalty|notice",
        "wire|bank|swift|telegraphic ~2 transfer ~4 confirm*|copy|slip|details|made|pending|advice|payment",
        "rechnung|mahnung|zahlung ~4 offen|fallig|uberfallig|ausstehend",
        "facture|paiement|remboursement|amende ~5 impaye*|attente|retard|disponible|rejete*|echec",
        "processo|intimacao|intimado|mandado|convocation|convocacao|brigade|gendarmerie|tribunal|oficial_de_justica ~10 voce|vous|contra|contre|acesse|anexo|prazo|infraction*|plainte|justica|trabalho|concernant|telegrama",
        "factura|fatura|boleto|pago|pagamento|multa|reembolso|debito|divida ~5 pendiente|pendente|vencid*|atras*|abert*|vence*|disponivel|disponible",
        "faktur*|platnos*|zaleglos*|zwrot ~5 zaleg*|oczekuj*|podatk*|nieoplac*|termin*",
    ],
    // Prize.
    &[
        "congratulations|congrats|congratulation ~8 won|winner|selected|chosen|win|reward|prize|gift|qualified|claim|lucky|youve|bonus",
        "you|youve|you_have|your_email ~3 won|been_selected|been_chosen|selected|chosen ~6 prize|lottery|reward|gift*|winner*|draw|million|cash|iphone|samsung|voucher|card|receive|win|get|exclusive|promo*|for",
        "claim|collect|redeem|receive|get|unlock|confirm|pickup ~3 your|a|the|free|my|ur ~3 prize|reward*|gift*|bonus|winnings|voucher|airdrop|cashback|iphone|sample|package|free|giveaway|surprise|offer",
        "gift_card|giftcard|gift_cards|e_gift|voucher ~5 free|claim|winner|worth|reward|survey|chance|win|value|for_you|exclusive",
        "answer|complete|take|short|quick|participate|opinion|fill ~5 survey|questionnaire|questions|quiz ~10 reward*|win|gift*|free|prize|receive|get|chance|exclusive",
        "lottery|sweepstake*|lucky_winner|lucky_draw|jackpot|raffle|powerball|mega_millions|grand_prize",
        "free|gratis ~2 spins|spin|bonus|chip*|iphone|samsung|ipad|macbook|drill|yeti|trial_bottle|drehungen",
        "bonus ~3 deposit|casino|free|spins|100|200|welcome|deposits",
        "casino|slots|poker|betting|jackpot ~4 bonus|free|win|play|welcome|online|deposit",
        "you_have_a|we_have_a|heres_your|unclaimed|pending ~2 surprise|reward|gift|package|prize|bonus",
        "loyalty|customer ~2 reward*|program ~5 win|free|claim|survey|selected|chance",
        "gewonnen|gewinner|gewinnspiel|gutschein|herzlichen_gluckwunsch ~8 gewonnen|gewinn*|ausgewahlt|gutschein|erhalten|sichern|jetzt",
        "felicitations|bravo ~8 gagn*|gagnant|selectionn*|cadeau|recompense|choisi",
        "felicidades|enhorabuena|parabens ~8 ganad*|ganh*|seleccionad*|selecionad*|premi*|sortead*|regalo|brinde",
        "gratulac*|gratuluj* ~8 wygra*|nagrod*|zwyciez*|wybran*",
        "вы ~2 выиграли",
        "pontos|beneficio|saque|parcela|premio|milhas ~5 expira*|vence*|resgat*|troca*|liberad*|disponive*",
        "resgat* ~4 pontos|premio|beneficio|milhas|cashback",
        "umfrage|verlosung|gewinnspiel ~10 gewinn*|gutschein|ausgewahlt|teilnehm*|belohnung|preis",
        "enquete|sondage|encuesta|pesquisa|ankieta ~10 gagn*|cadeau|premi*|ganh*|wygra*|nagrod*|regalo",
    ],
    // Advance fee, loans, secret deals.
    &[
        "next_of_kin|beneficiary|beneficiaries|inheritance|inherit|deceased|late_husband|late_father|late_client|late_wife|my_late|bequeath*|estate_of",
        "sum_of|worth|amount_of|total_of|valued_at|we_have|us ~4 million|millions|mln ~3 dollars|usd|euros|pounds|united_states|us_dollars|gbp|eur",
        "sum|amount|draft|cheque|fund|deposit ~3 of|worth ~3 # ~4 usd|dollars|million|euros|gbp|only",
        "of_the_total_sum|of_the_total_fund|of_the_fund|for_your_assistance|for_your_effort",
        "transfer|release|move|claim|invest|receive|deposit* ~4 fund|funds|sum|consignment|inheritance|the_money|atm_card|trunk",
        "unclaimed|abandoned|dormant|overdue|contract ~2 fund|funds|account|payment|inheritance|sum|deposit|assets|money",
        "barrister|solicitor|attorney_at_law|diplomat|diplomatic|united_nations|imf|central_bank|federal_ministry|head_of_state|bank_director|remittance_department ~8 fund*|payment|million|transfer|you|your|client|compensation|deliver*|contact",
        "confidential|mutual|mutually|lucrative|urgent|profitable|promising ~2 business|proposal|transaction|deal|partnership|offer|proposition|project|investment|beneficial|client|opportunity",
        "investment|business|partnership ~1 proposition|platform_i",
        "philanthropist|bequeath*|diagnosed_with_cancer|dormant_fund|dormant_account|my_late_husband|orphanage_home",
        "loan|loans ~4 needs|requirements|interest|approved|offer|lender ~6 personal|business|contact|apply|rate|reliable|expenses|mortgage",
        "business|investment|partnership|financial ~1 proposal|proposition|opportunit* ~6 you|interest*|reply|discuss|mutual|contact|details|respond",
        "loan|loans|funding|financing ~4 offer|offers|lender|interest_rate|project*|investor*|investment",
        "we|i|can ~3 offer|offers|provide|giving|give|finance ~4 loan|loans|funding|financing|investment_capital",
        "dying|cancer|widow|orphan*|orphanage|terminally|philanthropist|humanitarian ~12 fund|funds|money|million*|sum|usd|estate|wealth|husband|inherit*|gold",
        "donate|donation|donating|giving_out ~4 # ~3 million|usd|euros",
        "i|we ~3 donat* ~6 to_you|you|to_five|to_randomly",
        "compensat* ~4 fund*|victim*|payment|scam|million",
        "atm ~1 card|visa ~6 million|fund*|deliver*|worth|usd|compensation",
        "your_full_name|full_name|full_names|your_names ~8 address|phone|telephone|country|age|occupation|number|nationality",
        "i_am ~6 mr|mrs|dr|barrister|sgt|general|prince|princess|engr|lawyer|banker|captain|from ~12 fund*|bank|million*|money|transfer|business|deceased|client|gold|syria|assist*|help|donat*",
        "contact|reply ~6 for_more_details|through_my|private_email|my_private|to_my_email|below_email|my_personal",
        "assist|assistance|help|cooperat*|trust ~4 me|us ~4 transfer*|invest*|fund*|receiv*|mov*|claim*",
        "foreign ~2 partner|investor|account|beneficiary",
        "fondos|fonds|heranca|herencia|heritage|erbschaft|spadek ~8 million*|dollar*|euro*|transfer*|benefici*|don|contact*",
    ],
    // Wallets.
    &[
        "connect|link|sync|synchronize|validate|verify|restore|import|migrate|update|secure|upgrade|register ~3 wallet|wallets|metamask|ledger|trezor",
        "seed|recovery|secret|mnemonic|backup ~1 phrase|phrases|words|word|seed|key",
        "wallet ~5 suspend*|verif*|restrict*|limit*|deactivat*|update*|upgrade*|expire*|disabled|compromised|security|breach|kyc|validat*|migrat*|merge|unverified|connect*",
        "airdrop|air_drop|airdrops ~6 claim|free|eligible|token*|reward*|wallet|live|receive|now|get|exclusive|participate|registration|open|usdc|eth",
        "claim|receive|get|collect|earn|free|win|register|check|maximize|grow|secure|scan ~4 token*|allocation|holdings|portfolio|airdrop|nft|nfts|eth|btc|bitcoin|usdt|usdc|crypto|coins|ethereum|xrp|solana",
        "bitcoin|btc|crypto|cryptocurrency|ethereum|usdt|eth|nft|trading|forex ~6 profit*|investment|invest|doubl*|free|mining|platform|opportunit*|bonus|earn*|income|withdraw*|balance|payout|reward*|giveaway|transfer|returns",
        "btc|bitcoin|eth|usdt|nft ~3 free|donate|giveaway|for_you|waiting|ready|received|credited|claim|deposit*|offer",
        "withdraw|withdrawing ~4 #",
        "wallet|portfolio|account ~4 funded|credited|deposited ~4 #|btc|bitcoin",
        "withdraw|withdrawal|payout|balance|cashout ~5 btc|bitcoin|eth|usdt|crypto|mining|wallet|blockchain",
        "nft|nfts ~5 mint*|offer*|whitelist*|drop|sold|listed|bid|free|exclusive|opensea|collection",
        "staking|stake|mint|minting|presale|pre_sale|whitelist|defi ~5 reward*|now|token*|claim*|live|open|exclusive|nft*|eth|opportunity|wallet",
        "carteira|billetera|portefeuille|portfel ~4 crypto*|cripto*|conect*|verif*|connect*",
    ],
    // Extortion.
    &[
        "i|we ~4 recorded|recording|hacked|infected|installed|access_to|compromised|captured|filmed ~8 webcam|camera|device|devices|computer|video|screen|masturbat*|porn*|system|trojan|malware|contacts|operating",
        "pay|send|transfer ~8 bitcoin|btc|bitcoins ~20 address|wallet|video|delete|publish|release|contacts|hours|deadline|else|expose",
        "publish|release|share|expose|leak|spread ~4 your|the|this|these ~3 video|videos|recording|photos|footage|data|secrets ~10 contacts|friends|family|relatives|colleagues|public|internet|media|dark|social",
        "your ~3 dirty|perverted|adult|porn* ~6 video*|site*|secret*|habit*|content",
        "ddos|ransom|encrypted ~10 pay|bitcoin|btc|ransom|decrypt",
        "gain*|got|have|had|obtained|full|total|complete ~2 access|permission|control|entry ~4 your|all_your ~2 device*|computer|computers|machines|machine|pc|system|systems|phone|account|accounts|email|browser",
        "monitoring|tracking|watching|observing ~3 your ~2 internet|online|activit*|device*|browsing",
        "trojan|spyware|rat|keylogger|virus|malware ~10 your ~3 device*|computer|phone|webcam|camera|browser|contacts|accounts",
    ],
    // Impostors at work.
    &[
        "are_you ~3 available|at_your_desk|in_the_office|free|busy|at_work",
        "gift_card|gift_cards|giftcards|itunes_cards|steam_cards|google_play_cards|amazon_cards|vouchers ~10 purchase|buy|client*|scratch|codes|pictures|staff|employees|need|surprise|send|reimburse*",
        "purchase|buy|get|need ~6 gift_card*|giftcard*|itunes|steam|google_play",
        "change|update|new|changed|updated|switch ~4 bank|direct_deposit|payroll|banking|account|remittance ~2 details|account|information|info|deposit|number|instruction*|payroll",
        "direct_deposit|payroll|salary ~6 change|update|new|account|bank|effective|switch|increase|review|adjust*|revised",
        "need ~3 you|your ~3 to ~3 task|favor|favour|handle|help|assist|run|process|do",
        "in_a|im_in|i_am_in|stuck_in|going_into ~2 meeting|conference ~10 call|phone|email|reply|task|need|text|talk",
        "kindly|please ~3 process|effect|make|arrange|remit|settle|initiate ~4 payment|transfer|wire|invoice|remittance",
        "send|text|give|whatsapp|drop|forward ~3 me ~2 your ~3 number|cell|mobile|phone|whatsapp",
        "can_you|could_you|i_need_you_to ~4 wire|transfer|pay|purchase|handle|process|errand|task|favor|favour",
    ],
    // Documents.
    &[
        "shared ~4 document|file|files|folder|documents|invoice|with_you|proposal|spreadsheet",
        "sent_you|has_sent|have_received|you_received|received_a|you_have|youve_received|you_got ~4 document*|file*|fax|voicemail|voice_mail|voice_message|message*|efax|scan*|invoice|secure|encrypted|audio|contract|notification*|new",
        "view|open|download|review|access|see|preview|sign|get|listen|play ~3 document*|file|files|attachment|attached|invoice|message|fax|voicemail|voice|proposal|agreement|statement|po|quotation|remittance|pdf|audio|contract",
        "document*|file|agreement|contract|envelope ~4 sign|signature|signed|signing|review|docusign|waiting|pending|completed|ready|shared",
        "see|find|kindly|please|open|check|view|review|confirm|refer ~3 attached|attachment|attach|enclosed ~4 invoice|document*|file|payment|order|po|purchase|quotation|details|statement|copy|receipt|slip|swift|list|and",
        "new ~1 fax|voicemail|voice_mail|voice_message|audio_message|secure_message|encrypted_message|efax",
        "purchase_order|quotation|rfq|request_for_quotation|proforma|bill_of_lading|shipping_documents|swift_copy|payment_slip|remittance_advice",
        "anhang|dokument|piece_jointe|document|adjunto|anexo|allegato|zalacznik* ~4 offnen|ansehen|ouvrir|consult*|abrir|ver|visualizar|aprire|otworz|sprawdz|zobacz",
    ],
    // Greetings.
    &[
        "^dear ~1 customer|user|client|member|subscriber|account|cardholder|owner|beneficiary|friend|sir|madam|valued|email|webmail|partner|holder|recipient|buyer|seller|winner|employee|staff|taxpayer|beloved|consumer|winner|shopper",
        "^dear|hello|hi|attention|attn|hey|good_day mailaddr|recipient",
        "^dear_sir|^dear_madam|dear_sirs|dear_friend|dear_beloved|dearest|good_day|hello_dear|dear_one|my_dear|greetings_to_you|attention|attn ~1 beneficiary|sir|madam|friend|dear|one|customer|winner",
        "valued|esteemed|loyal|dear ~1 customer|client|member|user|subscriber|shopper",
        "sehr_geehrte* ~1 kunde*|kundin|nutzer|damen|mitglied",
        "cher|chere|chers ~1 client*|cliente|abonne*|utilisateur|monsieur|madame|membre",
        "estimad*|prezad*|caro|cara ~1 cliente*|usuario|usuari*|senhor*|contribuinte|amigo",
        "gentile|egregio|caro ~1 cliente|utente|signore",
        "szanown* ~1 klien*|panst*|uzytkowni*|kliencie",
        "geachte|beste ~1 klant|heer|gebruiker|relatie|lezer",
        "уважаем* ~1 клиент|пользовател*",
    ],
    // Calls for a click.
    &[
        "click ~1 here|below|the_link|the_button|link|this|on_the|following|on|button|now",
        "follow|use|visit|open|access|via|using|through|on|press|tap ~2 link|button ~2 below|here|above|to|and|following|provided|now",
        "link|button ~1 below",
        "continue_here|start_here|get_started|learn_more_here|login_here|sign_in_here|verify_now|update_now|confirm_now|claim_now|activate_now|check_now|join_now|review_now|download_now|pay_now|open_now|unlock_now|verify_here|tap_here|start_now|view_now|get_it_now",
        "hier_klicken|klicken_sie|klicke_hier|klick_hier|jetzt_teilnehmen|jetzt_bestatigen|zum_konto",
        "cliquez|cliquer|cliquez_ici",
        "haga_clic|haz_clic|clique_aqui|clique_no|clique_em|clique_para|pulse_aqui|pinche|acesse_agora|acesse_aqui",
        "clicca_qui|clicca_sul|cliccare",
        "kliknij|kliknij_tutaj|kliknij_link",
        "klik_hier|klik_op",
        "нажмите|перейдите_по",
        "点击",
    ],
    // Unwanted advertising.
    &[
        "lose|loses|losing|burn|burns|melt|shed|drop* ~3 weight|pounds|fat|lbs|belly|inches",
        "weight_loss|keto|ketosis|cbd|gummies|gummy|diet|detox|slimming|fat_burn*",
        "miracle|secret|weird|simple|strange|odd|bizarre|one|ancient|1 ~2 trick|method|ritual|hack|remedy|tip|loophole|recipe|habit|food|cure",
        "doctors|scientists|big_pharma|nasa|harvard|experts ~5 hate|shocked|baffled|discover*|reveal*|stunned|dont_want|furious|banned|speechless",
        "blood_sugar|diabetes|diabetic|tinnitus|prostate|toenail|fungus|neuropathy|joint_pain|erectile|erection|viagra|cialis|hearing_loss|memory_loss|dementia|blood_pressure|arthritis|testosterone|libido|hair_loss|eyesight|vision ~8 naturally|reverse|cure|end|trick|fix|stop|restore|remedy|eliminate|destroy|works|cause|pills|support|help|now|free|relief|men",
        "slash|cut|save|lower|reduce|reducing|lowers ~6 electric*|energy|power|bill|bills|insurance|mortgage|debt|costs ~6 80|90|70|60|50|up_to|whopping|percent|device|instantly|now|today|by|on|half",
        "limited|special|exclusive ~1 time|stock|offer|supply|deal ~4 now|today|expires|only|order|sale|off",
        "100|satisfaction|money_back ~1 guarantee*|free|risk_free|natural|refund",
        "no_obligation|risk_free|act_now|order_now|buy_now|shop_now|once_in_a_lifetime|as_seen_on|amazing_deal|lowest_price|best_price|free_quote|free_trial|free_shipping|get_rich|make_money|earn_money|work_from_home|extra_income|passive_income|financial_freedom|50_off|70_off|80_off|90_off",
        "insurance|warranty|mortgage|solar|loan|medicare|burial|funeral|roof|gutter*|walk_in|window* ~5 quote*|rates|rate|coverage|extended|free|save|low|affordable|options|plan|plans|discount*|seniors|installation|benefits|approved|replacement",
        "earn|make ~3 # ~3 day|daily|week|home|days|hour|month",
        "watch ~2 video ~6 how|earn|make|learn|see|trick|method",
        "hot|sexy|horny|naked|nude|lonely|beautiful|single|russian|ukrainian|asian|local|mature|latina ~2 girl*|women|woman|singles|ladies|babes|moms|milfs|brides|wives|lady|teens",
        "sexy|hookup|hook_up|fuck*|affair|dating_site|milf|casual_dating|adult_dating|meet_singles",
        "seo|backlink*|web_design|website_design|guest_post|app_development|first_page|page_1|rank* ~5 service*|rank*|google|offer|traffic|package*|proposal|website|price|your_site|top",
        "replica|rolex|designer|luxury ~3 watch*|bag*|handbag*|sale|off|replica*",
        "cheap|discount ~2 meds|pills|pharmacy|drugs|viagra|medication*|software",
        "hearing_aid*|bed_sheets|knife|knives|dash_cam|drone|flashlight|air_conditioner|portable_ac|heater|mosquito|wifi_booster|wi_fi|smartwatch|teeth|smile|mattress|pillow|socks|pest|projector|translator|starlight ~10 off|now|today|free|new|upgrade|sale|get|limited|perfect|best|reimagined|order|offer|sleep|luxury|75|50|65",
        "doubl*|triple|profit*|millionaire*|wealth ~5 stock*|crypto|retire*|income|wealth|days|overnight|money|investment*|week|system",
    ],
    // Strangers.
    &[
        "looking_for|seeking|searching_for|want|need|wish|like ~4 friendship|relationship|friend|serious_relationship|true_love|soulmate|companionship|long_term|to_know_you|know_you_better|pen_pal|good_man|life_partner|husband|wife",
        "i ~2 saw|found|came_across|got|seen|viewed|picked ~3 your ~2 profile|contact|email|address|picture|photo",
        "my_name_is|i_am|im ~8 single|lonely|divorced|widow*|soldier|army|russia|ukraine|years_old|female|lady|girl|from ~10 friend*|know_you|relationship|love|pictures|photos|reply|meet|chat|contact|honest",
        "hope|i_hope|hoping ~4 to_hear_from_you|hear_from_you_soon|you_will_reply|for_your_reply|your_response ~6 dear|love|god|kisses|pictures|soon",
        "did_you ~3 get|receive|see ~3 my ~3 message|email|mail|last|previous|first",
        "good_news_for_you|something_important|very_important|important_information|important_to_tell|something_to_tell|important_to_discuss|proposal_for_you|urgent_message|discuss_with_you|have_something|can_i_trust|can_we_talk|get_back_to_me|kindly_get_back|can_we|reply_me|kindly_reply|please_reply_me|write_me_back|write_back|waiting_for_your_reply|await_your",
    ],
    // The spam folder.
    &[
        "spam|junk|bulk ~3 folder|mail|box ~8 move|inbox|not_spam|mark|safe|due_to|because|network|report_not|report_as",
        "move ~4 to ~2 inbox ~6 link*|click*|effective|work*|better|upgrade|active",
        "add ~6 to_your|to ~3 contacts|address_book|safe_senders ~4 link*|click*|receive",
    ],
    // Crypto money.
    &[
        "bitcoin|bitcoins|btc|ethereum|ether|eth|usdt|usdc|xrp|xrpl|solana|airdrop|airdrops|nft|nfts|defi|metamask|ledger_live|ledger_nano|hardware_wallet|cryptocurrency|cryptocurrencies|crypto|dogecoin|tether|opensea|staking|stablecoin|web3|coinbase|binance|seed_phrase|cloud_mining|bitcoin_mining|trading_platform|forex",
    ],
    // Ways out of bought lists.
    &[
        "or|by|may_also|to|us|you_can ~1 writing|write|mail ~2 to|us|at ~1 #",
        "remove_yourself ~6 list|click_here|here|link",
        "rather_not_receive|stop_these|end_these ~6 emails|messages|offers|here|advert*",
        "this_is|this ~2 advertisement|advertising|commercial_message|marketing_message|paid_ad|promotional_message",
        "advertiser|affiliate|third_party_advertis* ~6 manage*|responsible|does_not|handles|unsubscribe|network",
        "wenn_der_link|falls_der_link|si_le_lien|se_o_link|if_the_link|if_link|link ~4 nicht_funktioniert|not_working|doesnt_work|does_not_work|not_active|inactive|is_not_clickable",
    ],
    // Receipts.
    &[
        "order|invoice|purchase|payment|transaction|receipt|subscription|renewal ~2 id|no|number|confirmation|complete|completed|received|summary|details|successful|processed|total|date",
        "bill_to|invoice_to|amount_paid|total_amount|paid_amount|payment_method|thank_you_for_your_order|thank_you_for_your_purchase|auto_debit|your_order_has|has_been_placed",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::Text;

    #[test]
    fn every_rule_has_its_patterns() {
        assert_eq!(PATTERNS.len(), RULES.len());
    }

    #[test]
    fn phrases_are_told_apart() {
        let rules = |source: &str| -> Vec<&str> {
            let mut names: Vec<_> = phrases()
                .find(&Text::plain(source))
                .iter()
                .filter_map(|hit| RULES.get(hit.group))
                .map(|r| r.name)
                .collect();
            names.dedup();
            names
        };
        assert!(rules("Please verify your account now").contains(&"credential_request"));
        assert!(rules("Bitte bestätigen Sie Ihr Konto").contains(&"credential_request"));
        assert!(rules("Twoje konto zostało zablokowane").contains(&"account_threat"));
        assert!(rules("You have 7 undelivered messages").contains(&"mailbox_lure"));
        assert!(rules("Pay the customs fee to get it").contains(&"parcel_lure"));
        assert!(rules("I recorded you through your webcam").contains(&"extortion"));
        assert_eq!(rules("See you at the meeting on Monday, the agenda is on the wiki."), Vec::<&str>::new());
    }
}
