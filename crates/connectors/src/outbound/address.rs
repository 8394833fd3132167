//! Which addresses may be connected to: a name somebody else controls must not lead into our own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, as far as calling it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On the public internet.
    Public,
    /// Loopback, private, shared (CGNAT) or unique local: only a connector with `allow_private` goes there.
    Private,
    /// Never, whatever the configuration says: link-local, cloud metadata, multicast, broadcast, unspecified,
    /// reserved, documentation, and tunnels that hide where they lead.
    Never,
}

/// Metadata services and their like outside of the link-local range: they hand out credentials to whoever asks.
const METADATA: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
];

/// Judges an address by the IANA special-purpose registries (RFC 6890 and its updates). An IPv4 address inside of an
/// IPv6 one (mapped, compatible, NAT64, ISATAP) is judged as the IPv4 address it leads to.
pub fn reach(address: IpAddr) -> Reach {
    if METADATA.contains(&address) {
        return Reach::Never;
    }
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (10 | 127, _, _) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => Reach::Private,
        // "This network", link-local, multicast, reserved and broadcast.
        (0 | 224..=255, _, _) | (169, 254, _) => Reach::Never,
        // Protocol assignments, 6to4 relays, documentation, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) => Reach::Never,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = || reach(IpAddr::V4(Ipv4Addr::from_bits(u32::from(g) << 16 | u32::from(h))));
    if address == Ipv6Addr::LOCALHOST {
        return Reach::Private;
    }
    match (a, b, c, d, e, f) {
        // Mapped ::ffff:a.b.c.d, translated ::ffff:0:a.b.c.d, and the old compatible form ::a.b.c.d.
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0, 0, 0, 0, 0xffff, 0) => embedded(),
        // NAT64's well-known prefix; its local one (64:ff9b:1::/48) may lead anywhere and falls to the last arm.
        (0x64, 0xff9b, 0, 0, 0, 0) => embedded(),
        (0xfc00..=0xfdff, ..) => Reach::Private,
        // Teredo, ORCHID and other protocol assignments; documentation; 6to4.
        (0x2001, 0..=0x1ff | 0xdb8, ..) | (0x2002, ..) | (0x3fff, 0..=0xfff, ..) => Reach::Never,
        // ISATAP: an IPv4 address behind 0000:5efe or 0200:5efe.
        (0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe) => embedded(),
        (0x2000..=0x3fff, ..) => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_is_public() {
        let cases: &[(Reach, &[&str])] = &[
            (
                Reach::Public,
                &[
                    "1.1.1.1",
                    "93.184.216.34",
                    "172.15.0.1",
                    "172.32.0.1",
                    "100.63.255.255",
                    "100.128.0.1",
                    "192.0.1.1",
                    "198.17.0.1",
                    "198.20.0.1",
                    "223.255.255.255",
                    "2606:4700::1111",
                    "2a00:1450::1",
                    "2001:200::1",
                    "::ffff:1.1.1.1",
                    "64:ff9b::1.1.1.1",
                ],
            ),
            (
                Reach::Private,
                &[
                    "127.0.0.1",
                    "127.255.255.254",
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "100.64.0.1",
                    "100.127.255.255",
                    "::1",
                    "fc00::1",
                    "fdff::1",
                    "::ffff:127.0.0.1",
                    "::ffff:10.0.0.1",
                    "::ffff:0:10.0.0.1",
                    "::127.0.0.1",
                    "64:ff9b::192.168.0.1",
                    "2a00:1450::5efe:10.0.0.1",
                    "2a00:1450::200:5efe:10.0.0.1",
                ],
            ),
            (
                Reach::Never,
                &[
                    "0.0.0.0",
                    "0.1.2.3",
                    "169.254.169.254",
                    "169.254.0.1",
                    "100.100.100.200",
                    "168.63.129.16",
                    "192.0.0.192",
                    "192.0.0.1",
                    "192.0.2.1",
                    "192.88.99.1",
                    "198.18.0.1",
                    "198.19.255.255",
                    "198.51.100.1",
                    "203.0.113.1",
                    "224.0.0.1",
                    "239.255.255.255",
                    "240.0.0.1",
                    "255.255.255.255",
                    "::",
                    "fe80::1",
                    "fec0::1",
                    "ff02::1",
                    "fd00:ec2::254",
                    "fd20:ce::254",
                    "fd00:42::42",
                    "::ffff:169.254.169.254",
                    "::ffff:0.0.0.0",
                    "::169.254.169.254",
                    "64:ff9b::169.254.169.254",
                    "64:ff9b:1::1.1.1.1",
                    "2001::1",
                    "2001:0:4136:e378::1",
                    "2001:db8::1",
                    "2002:7f00:1::1",
                    "2002:101:101::1",
                    "3fff::1",
                    "100::1",
                    "5f00::1",
                    "4000::1",
                ],
            ),
        ];
        for (expected, addresses) in cases {
            for address in *addresses {
                assert_eq!(reach(address.parse().unwrap()), *expected, "{address}");
            }
        }
    }
}
