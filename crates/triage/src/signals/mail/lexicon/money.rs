//! What is asked and promised of money: fees, bills, prizes, fortunes, crypto money, ransom.

/// Asking for a fee or data before a parcel is delivered.
pub const PARCEL: &[&str] = &[
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
];

/// Money that was charged, is owed or is to be refunded; also the number to call about it, and summonses to court.
pub const PAYMENT: &[&str] = &[
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
    "processo|intimacao|mandado|convocation|gendarmerie|tribunal ~10 voce|vous|contra|contre|prazo|infraction*|plainte|justica",
    "factura|fatura|boleto|pago|pagamento|multa|reembolso|debito|divida ~5 pendiente|pendente|vencid*|atras*|abert*|vence*|disponivel|disponible",
    "faktur*|platnos*|zaleglos*|zwrot ~5 zaleg*|oczekuj*|podatk*|nieoplac*|termin*",
];

/// Promising a prize, a reward or a gift.
pub const PRIZE: &[&str] = &[
    "congratulations|congrats ~8 won|winner|selected|chosen|win|reward|prize|gift|qualified|claim|lucky|youve|bonus",
    "you|youve|you_have|your_email ~3 won|been_selected|been_chosen|selected|chosen ~6 prize|lottery|reward|gift*|winner*|draw|million|cash|voucher|card|receive|win|get|exclusive",
    "claim|collect|redeem|receive|get|unlock|confirm ~3 your|a|the|free|my ~3 prize|reward*|gift*|bonus|winnings|voucher|airdrop|cashback|giveaway|surprise",
    "gift_card|giftcard|gift_cards|e_gift|voucher ~5 free|claim|winner|worth|reward|survey|chance|win|exclusive",
    "answer|complete|take|short|quick|participate|fill ~5 survey|questionnaire|questions|quiz ~10 reward*|win|gift*|free|prize|receive|chance|exclusive",
    "lottery|sweepstake*|lucky_winner|lucky_draw|jackpot|raffle|grand_prize",
    "free|gratis ~2 spins|spin|bonus|iphone|samsung|ipad",
    "bonus ~3 deposit|casino|free|spins|welcome|deposits",
    "casino|slots|poker|betting|jackpot ~4 bonus|free|win|play|welcome|online|deposit",
    "you_have_a|we_have_a|heres_your|unclaimed|pending ~2 surprise|reward|gift|prize|bonus",
    "loyalty|customer ~2 reward*|program ~5 win|free|claim|survey|selected|chance",
    "gewonnen|gewinner|gewinnspiel|gutschein|herzlichen_gluckwunsch ~8 gewonnen|gewinn*|ausgewahlt|gutschein|erhalten|sichern",
    "felicitations|bravo ~8 gagn*|gagnant|selectionn*|cadeau|recompense|choisi",
    "felicidades|enhorabuena|parabens ~8 ganad*|ganh*|seleccionad*|selecionad*|premi*|sortead*|regalo|brinde",
    "gratulac*|gratuluj* ~8 wygra*|nagrod*|zwyciez*|wybran*",
    "вы ~2 выиграли",
    "pontos|premio|milhas ~5 expira*|vence*|resgat*|troca*",
    "resgat* ~4 pontos|premio|milhas|cashback",
    "umfrage|verlosung|gewinnspiel ~10 gewinn*|gutschein|ausgewahlt|teilnehm*|belohnung|preis",
    "enquete|sondage|encuesta|pesquisa|ankieta ~10 gagn*|cadeau|premi*|ganh*|wygra*|nagrod*|regalo",
];

/// Fortunes, loans and secret deals for an advance (T1657).
pub const ADVANCE_FEE: &[&str] = &[
    "next_of_kin|beneficiary|beneficiaries|inheritance|inherit|deceased|late_husband|late_father|late_client|late_wife|my_late|bequeath*|estate_of",
    "sum_of|worth|amount_of|total_of|valued_at|we_have|us ~4 million|millions|mln ~3 dollars|usd|euros|pounds|united_states|us_dollars|gbp|eur",
    "sum|amount|draft|cheque|fund|deposit ~3 of|worth ~3 # ~4 usd|dollars|million|euros|gbp|only",
    "of_the_total_sum|of_the_total_fund|of_the_fund|for_your_assistance|for_your_effort",
    "transfer|release|move|claim|invest|receive|deposit* ~4 fund|funds|sum|consignment|inheritance|the_money|atm_card",
    "unclaimed|abandoned|dormant|overdue|contract ~2 fund|funds|account|payment|inheritance|sum|deposit|assets|money",
    "barrister|solicitor|attorney_at_law|diplomat|diplomatic|united_nations|imf|central_bank|federal_ministry|head_of_state|bank_director ~8 fund*|payment|million|transfer|you|your|client|compensation|deliver*|contact",
    "confidential|mutual|mutually|lucrative|urgent|profitable ~2 business|proposal|transaction|deal|partnership|offer|proposition|project|investment|beneficial|client|opportunity",
    "philanthropist|diagnosed_with_cancer|dormant_fund|dormant_account|my_late_husband",
    "loan|loans ~4 needs|requirements|interest|approved|offer|lender ~6 personal|business|contact|apply|rate|reliable|expenses|mortgage",
    "business|investment|partnership|financial ~1 proposal|proposition|opportunit* ~6 you|interest*|reply|discuss|mutual|contact|details|respond",
    "loan|loans|funding|financing ~4 offer|offers|lender|interest_rate|project*|investor*|investment",
    "we|i|can ~3 offer|offers|provide|giving|give|finance ~4 loan|loans|funding|financing|investment_capital",
    "dying|cancer|widow|orphan*|orphanage|terminally|philanthropist|humanitarian ~12 fund|funds|money|million*|sum|usd|estate|wealth|husband|inherit*|gold",
    "donate|donation|donating|giving_out ~4 # ~3 million|usd|euros",
    "i|we ~3 donat* ~6 to_you",
    "compensat* ~4 fund*|victim*|payment|scam|million",
    "atm ~1 card|visa ~6 million|fund*|deliver*|worth|usd|compensation",
    "your_full_name|full_name|full_names|your_names ~8 address|phone|telephone|country|age|occupation|number|nationality",
    "i_am ~6 mr|mrs|dr|barrister|sgt|general|prince|princess|engr|lawyer|banker|captain ~12 fund*|bank|million*|money|transfer|business|deceased|client|gold|assist*|help|donat*",
    "contact|reply ~6 through_my|private_email|my_private|to_my_email|my_personal",
    "assist|assistance|help|cooperat*|trust ~4 me|us ~4 transfer*|invest*|fund*|receiv*|mov*|claim*",
    "foreign ~2 partner|investor|account|beneficiary",
    "fondos|fonds|heranca|herencia|heritage|erbschaft|spadek ~8 million*|dollar*|euro*|transfer*|benefici*|don|contact*",
];

/// Asking to connect or verify a crypto wallet or for its secret phrase, and promising coins.
pub const WALLET: &[&str] = &[
    "connect|link|sync|synchronize|validate|verify|restore|import|migrate|update|secure|upgrade|register ~3 wallet|wallets|metamask|ledger|trezor",
    "seed|recovery|secret|mnemonic|backup ~1 phrase|phrases|words|word|seed|key",
    "wallet ~5 suspend*|verif*|restrict*|limit*|deactivat*|update*|upgrade*|expire*|disabled|compromised|security|breach|kyc|validat*|migrat*|unverified|connect*",
    "airdrop|air_drop|airdrops ~6 claim|free|eligible|token*|reward*|wallet|live|receive|now|get|exclusive|participate|registration|open",
    "claim|receive|get|collect|earn|free|win|register ~4 token*|airdrop|nft|nfts|eth|btc|bitcoin|usdt|usdc|crypto|coins|ethereum",
    "bitcoin|btc|crypto|cryptocurrency|ethereum|usdt|eth|nft|trading|forex ~6 profit*|investment|invest|doubl*|free|mining|platform|opportunit*|bonus|earn*|income|withdraw*|balance|payout|reward*|giveaway|returns",
    "btc|bitcoin|eth|usdt|nft ~3 free|giveaway|waiting|ready|received|credited|claim|deposit*|offer",
    "wallet|portfolio ~4 funded|credited|deposited ~4 #|btc|bitcoin",
    "withdraw|withdrawal|payout|balance|cashout ~5 btc|bitcoin|eth|usdt|crypto|mining|wallet|blockchain",
    "nft|nfts ~5 mint*|offer*|whitelist*|drop|sold|bid|free|exclusive",
    "staking|stake|mint|minting|presale|pre_sale|whitelist|defi ~5 reward*|token*|claim*|exclusive|nft*|eth|wallet",
    "carteira|billetera|portefeuille|portfel ~4 crypto*|cripto*|conect*|verif*|connect*",
];

/// Threatening to publish or attack unless it is paid.
pub const EXTORTION: &[&str] = &[
    "i|we ~4 recorded|recording|hacked|infected|installed|access_to|compromised|captured|filmed ~8 webcam|camera|device|devices|computer|video|screen|masturbat*|porn*|system|trojan|malware|contacts|operating",
    "pay|send|transfer ~8 bitcoin|btc|bitcoins ~20 address|wallet|video|delete|publish|release|contacts|hours|deadline|else|expose",
    "publish|release|share|expose|leak|spread ~4 your|the|this|these ~3 video|videos|recording|photos|footage|data|secrets ~10 contacts|friends|family|relatives|colleagues|public|internet|media|dark|social",
    "your ~3 dirty|perverted|adult|porn* ~6 video*|site*|secret*|habit*|content",
    "ddos|ransom|encrypted ~10 pay|bitcoin|btc|ransom|decrypt",
    "gain*|got|have|had|obtained|full|total|complete ~2 access|permission|control|entry ~4 your|all_your ~2 device*|computer|computers|machines|machine|pc|system|systems|phone|account|accounts|email|browser",
    "monitoring|tracking|watching|observing ~3 your ~2 internet|online|activit*|device*|browsing",
    "trojan|spyware|rat|keylogger|virus|malware ~10 your ~3 device*|computer|phone|webcam|camera|browser|contacts|accounts",
];

/// Crypto money as a topic.
pub const CRYPTO: &[&str] = &[
    "bitcoin|bitcoins|btc|ethereum|ether|eth|usdt|usdc|xrp|solana|airdrop|airdrops|nft|nfts|defi|metamask|hardware_wallet|cryptocurrency|cryptocurrencies|crypto|staking|stablecoin|web3|seed_phrase",
];

/// Receipts and bills; they say something only if they come from a free mail address.
pub const RECEIPT: &[&str] = &[
    "order|invoice|purchase|payment|transaction|receipt|subscription|renewal ~2 id|no|number|confirmation|complete|completed|received|summary|details|successful|processed|total|date",
    "bill_to|invoice_to|amount_paid|total_amount|paid_amount|payment_method|thank_you_for_your_order|thank_you_for_your_purchase|auto_debit|your_order_has|has_been_placed",
];
