//! How strangers address their readers: as colleagues, with documents, greetings and calls to click.

/// Pretexts by which somebody poses as a colleague or partner (T1656, impersonation): favours, meetings, haste.
pub const IMPOSTOR: &[&str] = &[
    "are_you ~3 available|at_your_desk|in_the_office|free|busy|at_work",
    "purchase|buy|get|need ~6 gift_card*|giftcard*|itunes|steam|google_play",
    "need ~3 you|your ~3 to ~3 task|favor|favour|handle|help|assist|run|process|do",
    "in_a|im_in|i_am_in|stuck_in|going_into ~2 meeting|conference ~10 call|phone|email|reply|task|need|text|talk",
    "kindly|please ~3 process|effect|make|arrange|remit|settle|initiate ~4 payment|transfer|wire|invoice|remittance",
    "send|text|give|whatsapp|drop|forward ~3 me ~2 your ~3 number|cell|mobile|phone|whatsapp",
    "can_you|could_you|i_need_you_to ~4 wire|transfer|pay|purchase|handle|process|errand|task|favor|favour",
];

/// What such letters are after (T1657, financial theft): gift cards and changed bank details.
pub const PAYOUT: &[&str] = &[
    "gift_card|gift_cards|giftcards|itunes_cards|steam_cards|google_play_cards|amazon_cards|vouchers ~10 purchase|buy|client*|scratch|codes|pictures|staff|employees|need|surprise|send|reimburse*",
    "change|update|new|changed|updated|switch ~4 bank|direct_deposit|payroll|banking|account|remittance ~2 details|account|information|info|deposit|number|instruction*|payroll",
    "direct_deposit|payroll|salary ~6 change|update|new|account|bank|effective|switch|increase|review|adjust*|revised",
];

/// A shared document, a voice message, an order or an invoice to open.
pub const DOCUMENT: &[&str] = &[
    "shared ~4 document|file|files|folder|documents|invoice|with_you|proposal|spreadsheet",
    "sent_you|has_sent|have_received|you_received|received_a|you_have|youve_received|you_got ~4 document*|file*|fax|voicemail|voice_mail|voice_message|message*|efax|scan*|invoice|secure|encrypted|audio|contract|notification*|new",
    "view|open|download|review|access|see|preview|sign|get|listen|play ~3 document*|file|files|attachment|attached|invoice|message|fax|voicemail|voice|proposal|agreement|statement|po|quotation|remittance|pdf|audio|contract",
    "document*|file|agreement|contract|envelope ~4 sign|signature|signed|signing|review|docusign|waiting|pending|completed|ready|shared",
    "see|find|kindly|please|open|check|view|review|confirm|refer ~3 attached|attachment|attach|enclosed ~4 invoice|document*|file|payment|order|po|purchase|quotation|details|statement|copy|receipt|slip|swift|list|and",
    "new ~1 fax|voicemail|voice_mail|voice_message|audio_message|secure_message|encrypted_message|efax",
    "purchase_order|quotation|rfq|request_for_quotation|proforma|bill_of_lading|shipping_documents|swift_copy|payment_slip|remittance_advice",
    "anhang|dokument|piece_jointe|document|adjunto|anexo|allegato|zalacznik* ~4 offnen|ansehen|ouvrir|consult*|abrir|ver|visualizar|aprire|otworz|sprawdz|zobacz",
];

/// Greetings that do not know the reader's name.
pub const GREETING: &[&str] = &[
    "^dear ~1 customer|user|client|member|subscriber|account|cardholder|owner|beneficiary|friend|sir|madam|valued|email|webmail|partner|holder|recipient|buyer|seller|winner|employee|staff|taxpayer|beloved",
    "^dear|hello|hi|attention|attn|hey|good_day mailaddr|recipient",
    "^dear_sir|^dear_madam|dear_sirs|dear_friend|dear_beloved|dearest|good_day|hello_dear|dear_one|my_dear|greetings_to_you|attention|attn ~1 beneficiary|sir|madam|friend|dear|one|customer|winner",
    "valued|esteemed|loyal|dear ~1 customer|client|member|user|subscriber",
    "sehr_geehrte* ~1 kunde*|kundin|nutzer|damen|mitglied",
    "cher|chere|chers ~1 client*|cliente|abonne*|utilisateur|monsieur|madame|membre",
    "estimad*|prezad*|caro|cara ~1 cliente*|usuario|usuari*|senhor*|contribuinte|amigo",
    "gentile|egregio|caro ~1 cliente|utente|signore",
    "szanown* ~1 klien*|panst*|uzytkowni*|kliencie",
    "geachte|beste ~1 klant|heer|gebruiker|relatie|lezer",
    "уважаем* ~1 клиент|пользовател*",
];

/// Calls for a click.
pub const CALL: &[&str] = &[
    "click ~1 here|below|the_link|the_button|link|this|on_the|following|on|button|now",
    "follow|use|visit|open|access|via|using|through|on|press|tap ~2 link|button ~2 below|here|above|to|and|following|provided|now",
    "link|button ~1 below",
    "continue_here|start_here|get_started|learn_more_here|login_here|sign_in_here|verify_now|update_now|confirm_now|claim_now|activate_now|check_now|join_now|review_now|download_now|pay_now|open_now|unlock_now|verify_here|tap_here|start_now|view_now",
    "hier_klicken|klicken_sie|klicke_hier|klick_hier|jetzt_teilnehmen|jetzt_bestatigen|zum_konto",
    "cliquez|cliquer|cliquez_ici",
    "haga_clic|haz_clic|clique_aqui|clique_no|clique_em|clique_para|pulse_aqui|pinche|acesse_agora|acesse_aqui",
    "clicca_qui|clicca_sul|cliccare",
    "kliknij|kliknij_tutaj|kliknij_link",
    "klik_hier|klik_op",
    "нажмите|перейдите_по",
    "点击",
];

/// A stranger who seeks contact.
pub const STRANGER: &[&str] = &[
    "looking_for|seeking|searching_for|want|need|wish|like ~4 friendship|relationship|friend|serious_relationship|true_love|soulmate|companionship|long_term|to_know_you|know_you_better|pen_pal|good_man|life_partner|husband|wife",
    "i ~2 saw|found|came_across|got|seen|viewed ~3 your ~2 profile|contact|email|address|picture|photo",
    "my_name_is|i_am|im ~8 single|lonely|divorced|widow*|soldier|army|years_old|female|lady|girl ~10 friend*|know_you|relationship|love|pictures|photos|reply|meet|chat|contact|honest",
    "hope|i_hope|hoping ~4 to_hear_from_you|hear_from_you_soon|you_will_reply|for_your_reply|your_response ~6 dear|love|god|kisses|pictures|soon",
    "did_you ~3 get|receive|see ~3 my ~3 message|email|mail|last|previous|first",
    "good_news_for_you|something_important|important_to_tell|something_to_tell|important_to_discuss|proposal_for_you|urgent_message|discuss_with_you|can_i_trust|get_back_to_me|kindly_get_back|kindly_reply|please_reply_me|write_me_back|waiting_for_your_reply|await_your",
];

/// How to get past the spam folder, which only those explain whose mail ends there.
pub const SPAM_FOLDER: &[&str] = &[
    "spam|junk|bulk ~3 folder|mail|box ~8 move|inbox|not_spam|mark|safe|due_to|because|report_not|report_as",
    "move ~4 to ~2 inbox ~6 link*|click*|work*|active",
];
