//! Unwanted advertising: the kinds that consumer protection warns of, and the ways out of bought address lists.

/// Cures, debts, insurance, easy money, adult contacts, search ranking, copies of luxury goods.
pub const HYPE: &[&str] = &[
    "lose|loses|losing|burn|burns|melt|shed|drop* ~3 weight|pounds|fat|lbs|belly|inches",
    "weight_loss|keto|ketosis|cbd|diet|detox|slimming|fat_burn*",
    "miracle|secret|weird|simple|strange ~2 trick|method|ritual|hack|remedy|loophole|cure",
    "doctors|scientists|experts ~5 hate|shocked|baffled|stunned|furious|speechless",
    "blood_sugar|diabetes|diabetic|tinnitus|prostate|joint_pain|erectile|erection|viagra|cialis|hearing_loss|memory_loss|blood_pressure|testosterone|libido|hair_loss|eyesight|vision ~8 naturally|reverse|cure|trick|remedy|eliminate|destroy|pills|relief",
    "slash|cut|save|lower|reduce|reducing|lowers ~6 energy|power|bill|bills|insurance|mortgage|debt|costs ~6 up_to|percent|instantly|now|today|half",
    "limited|special|exclusive ~1 time|stock|offer|supply|deal ~4 now|today|expires|only|order|sale|off",
    "100|satisfaction|money_back ~1 guarantee*|free|risk_free|natural|refund",
    "no_obligation|risk_free|act_now|order_now|buy_now|once_in_a_lifetime|as_seen_on|amazing_deal|lowest_price|best_price|free_quote|free_trial|get_rich|make_money|earn_money|work_from_home|extra_income|passive_income|financial_freedom",
    "insurance|warranty|mortgage|solar|loan|medicare ~5 quote*|rates|rate|coverage|extended|free|save|low|affordable|discount*|seniors|benefits|approved",
    "earn|make ~3 # ~3 day|daily|week|home|days|hour|month",
    "hot|sexy|horny|naked|nude|lonely|beautiful|single|local|mature ~2 girl*|women|woman|singles|ladies|brides|wives|lady",
    "sexy|hookup|hook_up|dating_site|casual_dating|adult_dating|meet_singles",
    "seo|backlink*|web_design|website_design|guest_post|app_development|first_page|page_1|rank* ~5 service*|rank*|google|offer|traffic|package*|proposal|website|price|your_site|top",
    "replica|rolex|designer|luxury ~3 watch*|bag*|handbag*|sale|off|replica*",
    "cheap|discount ~2 meds|pills|pharmacy|drugs|viagra|medication*|software",
    "doubl*|triple|profit*|millionaire*|wealth ~5 stock*|crypto|retire*|income|wealth|days|overnight|money|investment*|week|system",
];

/// Ways out that lead to somebody else than the sender.
pub const OPT_OUT: &[&str] = &[
    "or|by|may_also|to|us|you_can ~1 writing|write|mail ~2 to|us|at ~1 #",
    "remove_yourself ~6 list|click_here|here|link",
    "rather_not_receive|stop_these|end_these ~6 emails|messages|offers|here|advert*",
    "this_is|this ~2 advertisement|advertising|commercial_message|marketing_message|paid_ad|promotional_message",
    "advertiser|affiliate|third_party_advertis* ~6 manage*|responsible|does_not|unsubscribe",
];
