//! Kinds of places mails come from and lead to: free mail, shorteners, free hosting, senders on behalf of others.

use crate::input::host::within;

/// Whether a host is one of the domains, or below one.
fn any(host: &str, domains: &str) -> bool {
    domains.split(' ').any(|domain| within(host, domain))
}

/// Providers where anybody gets an address for nothing.
pub fn is_free_mail(domain: &str) -> bool {
    let label = crate::input::host::label(domain);
    any(domain, FREE_MAIL) || ["yahoo", "hotmail", "live", "outlook", "gmx", "yandex"].contains(&label)
}

const FREE_MAIL: &str = "gmail.com googlemail.com ymail.com rocketmail.com msn.com aol.com icloud.com me.com mac.com \
    mail.com email.com usa.com mail.ru bk.ru inbox.ru list.ru rambler.ru ya.ru proton.me protonmail.com \
    pm.me tutanota.com tuta.io zoho.com web.de freenet.de t-online.de laposte.net orange.fr free.fr \
    sfr.fr wanadoo.fr libero.it virgilio.it tiscali.it wp.pl o2.pl onet.pl interia.pl op.pl seznam.cz \
    qq.com 163.com 126.com sina.com sohu.com naver.com hanmail.net daum.net rediffmail.com terra.com.br \
    uol.com.br bol.com.br ig.com.br consultant.com hushmail.com fastmail.com inbox.lv ukr.net abv.bg \
    comcast.net verizon.net att.net sbcglobal.net cox.net bigpond.com telus.net shaw.ca rogers.com \
    btinternet.com virginmedia.com docomo.ne.jp nifty.com";

/// Services that hide where a link leads.
pub fn is_shortener(host: &str) -> bool {
    any(host, SHORTENERS)
}

const SHORTENERS: &str = "bit.ly tinyurl.com t.co goo.gl is.gd ow.ly rb.gy cutt.ly t.ly buff.ly tiny.cc shorturl.at \
    rebrand.ly bl.ink s.id v.gd lnkd.in qrco.de urlz.fr u.to clck.ru bitly.com tiny.one tr.ee shorte.st \
    adf.ly t2m.io geni.us short.gy n9.cl t.ht x.co dub.sh kutt.it lihi1.cc reurl.cc \
    tny.im shrtco.de linktr.ee me2.do surl.li shorter.me l.ead.me qr1.be b.link zpr.io urlr.me lc.cx \
    bom.so acortar.link goo.su cli.re tinu.be shrinkme.io";

/// Places where anybody publishes a page or file for nothing.
pub fn is_free_hosting(host: &str) -> bool {
    any(host, HOSTING) || (within(host, "amazonaws.com") && host.contains("s3"))
}

const HOSTING: &str = "storage.googleapis.com storage.cloud.google.com web.app firebaseapp.com appspot.com run.app \
    sites.google.com docs.google.com drive.google.com forms.gle script.google.com blogspot.com \
    page.link r2.dev pages.dev workers.dev trycloudflare.com netlify.app vercel.app herokuapp.com \
    onrender.com glitch.me repl.co replit.app surge.sh github.io gitbook.io gitlab.io weebly.com \
    weeblysite.com wixsite.com wix.com square.site godaddysites.com webflow.io wordpress.com \
    yolasite.com jimdosite.com strikingly.com mystrikingly.com 000webhostapp.com infinityfreeapp.com \
    byethost.com ondigitalocean.app digitaloceanspaces.com azurewebsites.net blob.core.windows.net \
    web.core.windows.net azureedge.net azurefd.net cloudapp.azure.com myqcloud.com aliyuncs.com \
    backblazeb2.com wasabisys.com linodeobjects.com ipfs.io dweb.link cf-ipfs.com fleek.co \
    nftstorage.link translate.goog notion.site canva.site carrd.co framer.website framer.app \
    typedream.app bubbleapps.io jotform.com typeform.com formstack.com forms.yandex.com \
    forms.office.com sharepoint.com 1drv.ms dropbox.com wetransfer.com we.tl mediafire.com mega.nz \
    box.com sendspace.com duckdns.org ngrok.io ngrok-free.app no-ip.org ddns.net hopto.org zapto.org \
    cloudfront.net telegra.ph t.me wa.me discord.gg myshopify.com cprapid.com plesk.page sslip.io \
    nip.io webcindario.com hostingerapp.com myftp.org dynv6.net mybluehost.me hosted.app edgeone.app \
    zeabur.app lovable.app codesandbox.io csb.app stackblitz.io fly.dev deno.dev";

/// Addresses that redirect wherever their query says.
pub fn is_open_redirect(host: &str, path: &str) -> bool {
    let search = ["google.", "bing.com", "doubleclick.net", "baidu.com", "youtube.com"]
        .iter()
        .any(|name| host.contains(name));
    let redirecting =
        ["/url?", "/ck/a", "/amp/", "/aclk", "/clk", "/redirect?", "/link?", "/adclick", "/travel/clk"];
    search && redirecting.iter().any(|part| path.contains(part))
}

/// Addresses that carry another address along.
pub fn carries_address(path: &str) -> bool {
    path.contains("=http://") || path.contains("=https://")
}

/// Services that send and count for others, and places every mail links to. A link there says nothing.
pub fn is_common(host: &str) -> bool {
    any(host, COMMON) || MAILERS.split(' ').any(|mailer| host.contains(mailer))
}

const COMMON: &str = "facebook.com fb.com twitter.com x.com instagram.com linkedin.com youtube.com youtu.be tiktok.com \
    pinterest.com snapchat.com threads.net reddit.com whatsapp.com w3.org schema.org apps.apple.com \
    itunes.apple.com play.google.com maps.google.com fonts.googleapis.com fonts.gstatic.com gstatic.com \
    googleusercontent.com gravatar.com imgur.com giphy.com wikipedia.org support.google.com \
    policies.google.com support.apple.com support.microsoft.com go.microsoft.com aka.ms \
    openxmlformats.org schemas.microsoft.com adobe.com mozilla.org google-analytics.com doubleclick.net \
    litmus.com spotify.com medium.com vimeo.com flickr.com unsplash.com example.org example.com \
    safelinks.protection.outlook.com urldefense.com urldefense.proofpoint.com clicktime.symantec.com \
    protect-us.mimecast.com protect-eu.mimecast.com linkprotect.cudasvc.com";

const MAILERS: &str = "sendgrid list-manage mailchimp mcusercontent hubspot hs-sites exct.net exacttarget sfmc salesforce \
    mailgun mandrillapp awstrack amazonses sparkpost kmail-lists klaviyo customeriomail customer.io \
    rs6.net constantcontact campaign-archive createsend cmail sailthru braze iterable mjt.lu mailjet \
    sendinblue sibmail brevo activehosted aweber getresponse convertkit ck.page substack beehiiv mlsend \
    mailerlite pstmrk postmarkapp e2ma.net emarsys mktoweb marketo responsys eloqua bmetrack omnisend \
    moosend zendesk intercom freshdesk mailtrack cordial listrak bronto dotmailer emlnk acemlna \
    suretymailings actionkit actionnetwork ngpvan everyaction qualtrics surveymonkey";

/// Endings that cost next to nothing and are abused more than used.
pub fn is_cheap(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or("");
    CHEAP.split(' ').any(|cheap| cheap == top)
}

const CHEAP: &str = "top xyz club online site icu click link live shop store buzz rest cam monster quest sbs cfd bond \
    cyou best blog win bid loan download stream gq ml cf ga tk work party review trade date racing \
    science men pw su ws fun space website host press beauty hair skin makeup autos boats homes lol mom \
    pics zip mov vip today world life guru uno surf digital agency center email support services \
    finance cloud bar fit ink wang ren one lat";

/// Whether a registered name carries a word of sign-in pages, `account-review`: banks sign in under their own name.
/// The words are the red flags of Garera et al. (2007), without those of single sites, and their plain synonyms.
pub fn speaks_of_sign_in(label: &str) -> bool {
    label.contains('-') && label.split('-').any(|part| SIGN_IN.contains(&part))
}

/// Whether a path does: `/signin?u=`, `/webmail/verify.php`.
pub fn leads_to_sign_in(path: &str) -> bool {
    let place = path.split(['?', '#']).next().unwrap_or("");
    place.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| SIGN_IN_PATHS.contains(&part))
}

const SIGN_IN: [&str; 16] = [
    "secure",
    "security",
    "banking",
    "account",
    "accounts",
    "confirm",
    "login",
    "signin",
    "logon",
    "verify",
    "verification",
    "update",
    "password",
    "wallet",
    "billing",
    "support",
];

const SIGN_IN_PATHS: [&str; 7] = ["webscr", "login", "signin", "logon", "verify", "verification", "confirm"];

/// Whether a name looks made by a machine: no syllables, or letters and digits in turns.
pub fn is_random(label: &str) -> bool {
    let letters: Vec<char> = label.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if letters.len() < 5 {
        return false;
    }
    let pairs = letters.iter().zip(letters.iter().skip(1));
    let turns = pairs
        .filter(|(a, b)| {
            a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && a.is_ascii_digit() != b.is_ascii_digit()
        })
        .count();
    let longest = consonants(label);
    turns >= 3 || longest >= 6 || (letters.len() >= 8 && longest >= 5)
}

/// The longest run of consonants in a name.
pub fn consonants(label: &str) -> usize {
    let (mut run, mut longest) = (0, 0);
    for c in label.chars() {
        run = if c.is_ascii_alphabetic() && !"aeiouy".contains(c) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        assert!(is_free_mail("gmail.com") && is_free_mail("yahoo.co.uk") && !is_free_mail("notgmail.com"));
        assert!(is_shortener("bit.ly") && !is_shortener("rabbit.ly"));
        assert!(is_free_hosting("x.web.app") && is_free_hosting("x.s3.eu-west-1.amazonaws.com"));
        assert!(
            is_open_redirect("www.google.com", "/url?q=https://x.example")
                && !is_open_redirect("x.example", "/a")
        );
        assert!(is_cheap("a.top") && !is_cheap("top.example"));
        assert!(
            is_random("j5o9r6igyf")
                && is_random("xkqzvbnm")
                && !is_random("strengthen")
                && !is_random("example24")
        );
    }
}
