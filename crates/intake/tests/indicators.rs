//! What is found in texts, and above all what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::{IndicatorKind as K, MAX_INDICATORS, indicators};

fn found(text: &str) -> Vec<(K, String)> {
    indicators(text).into_iter().map(|i| (i.kind, i.value)).collect()
}

#[test]
fn what_is_found() {
    let (md5, sha1, sha256) = ("a1".repeat(16), "b2".repeat(20), "c3".repeat(32));
    let cases: Vec<(String, Vec<(K, &str)>)> = vec![
        (
            "from 198.51.100.7, 203[.]0[.]113[.]9:8443 and 192.0.2(.)1/24.".into(),
            vec![(K::Ipv4, "198.51.100.7"), (K::Ipv4, "203.0.113.9"), (K::Ipv4, "192.0.2.1")],
        ),
        (
            "[2001:db8::1]:443 2001:DB8:0:0::2, fe80::1%eth0".into(),
            vec![(K::Ipv6, "2001:db8::1"), (K::Ipv6, "2001:db8::2")],
        ),
        (
            "visit login.example[.]org or https://www.example.com/a?b=1, now".into(),
            vec![
                (K::Domain, "login.example.org"),
                (K::Url, "https://www.example.com/a?b=1"),
                (K::Domain, "www.example.com"),
            ],
        ),
        (
            "hxxps://evil[.]example[.]net/p(1).html)".into(),
            vec![(K::Url, "https://evil.example.net/p(1).html"), (K::Domain, "evil.example.net")],
        ),
        (
            "http://203.0.113.5:8080/x;http://a.example.org/y,http://b.example.org/".into(),
            vec![
                (K::Url, "http://203.0.113.5:8080/x"),
                (K::Ipv4, "203.0.113.5"),
                (K::Url, "http://a.example.org/y"),
                (K::Domain, "a.example.org"),
                (K::Url, "http://b.example.org/"),
                (K::Domain, "b.example.org"),
            ],
        ),
        (
            "write to Bob.Smith@Example.org or bob[at]example(dot)com".into(),
            vec![(K::Email, "bob.smith@example.org"), (K::Email, "bob@example.com")],
        ),
        (
            format!("MD5: {md5} sha1={sha1} SHA256:{}", sha256.to_uppercase()),
            vec![(K::Md5, &md5), (K::Sha1, &sha1), (K::Sha256, &sha256)],
        ),
        (
            "cve-2026-12345 (T1566.001), T1110; AML.T0051".into(),
            vec![
                (K::Cve, "CVE-2026-12345"),
                (K::AttackTechnique, "T1566.001"),
                (K::AttackTechnique, "T1110"),
                (K::AttackTechnique, "AML.T0051"),
            ],
        ),
        (
            "pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa".into(),
            vec![(K::Btc, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")],
        ),
        ("archive[.]zip and bücher.example.com".into(), vec![(K::Domain, "archive.zip")]),
        (
            "198.51.100.7 198[.]51[.]100[.]7 EXAMPLE.ORG example.org".into(),
            vec![(K::Ipv4, "198.51.100.7"), (K::Domain, "example.org")],
        ),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(|(k, v)| (k, v.to_owned())).collect();
        assert_eq!(found(&text), expected, "{text}");
    }
}

#[test]
fn what_is_not() {
    let nothing = [
        "version 10.0.19041.1 and version 1.2.3.4, v1.2.3, 5.6",
        "256.1.1.1 1.2.3 01.02.03.04 0.0.0.0 127.0.0.1 255.255.255.255",
        "setup.py README.md run.sh invoice.pdf svchost.exe update.zip a.so libc.so.6",
        "e.g. i.e. etc. Node.js ASP.NET System.IO std::vector a::b 12:30:45 10:00",
        "end of sentence.In the next one.The third",
        "com.example.app org.apache.log4j",
        "00000000000000000000000000000000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 12345678901234567890123456789012",
        "CVE-1990-1 CVE-2026-1 T2000 T123 TA0006 T11100",
        "@home user@localhost a@b @ http:// https://localhost/x http://intranet/",
        "1111111111111111111114oLvT3 notabitcoinaddress1A1zP1",
        "",
    ];
    for text in nothing {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn there_is_a_limit() {
    let many: String = (0..3000).map(|i| format!("host{i}.example.org ")).collect();
    assert_eq!(found(&many).len(), MAX_INDICATORS);
}
