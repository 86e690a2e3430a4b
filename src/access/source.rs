//! Where a request comes from, for limits that count by address.

use std::net::IpAddr;
use std::sync::Once;

use ipnet::{IpNet, Ipv6Net};
use poem::Request;

/// What a proxy adds: the address that it was asked from, after those that it was told.
const FORWARDED: &str = "x-forwarded-for";
/// One customer of a network has at least so much of IPv6 for itself.
const IPV6_OF_ONE: u8 = 64;

/// The client's address: an IPv4 address, or the first half of an IPv6 one.
///
/// It is the other end of the connection. Only if that is a proxy that the settings name
/// (`trusted_proxies`) is it the last address of `X-Forwarded-For` that is not such a proxy:
/// anything before that, the client itself may have written.
pub fn of(request: &Request, trusted: &[IpNet]) -> String {
    let Some(peer) = request.remote_addr().as_socket_addr() else {
        return String::new();
    };
    let headers = request.headers().get_all(FORWARDED);
    if trusted.is_empty() && headers.iter().next().is_some() {
        tell_of_proxy(peer.ip());
    }
    let forwarded = headers.iter().filter_map(|value| value.to_str().ok());
    client(peer.ip(), forwarded, trusted)
}

/// Once: whoever runs the service behind a proxy should know what is missing.
fn tell_of_proxy(peer: IpAddr) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            %peer,
            "a request was forwarded, but `trusted_proxies` names no proxy: all its clients count as one address when log-ins fail"
        );
    });
}

fn client<'a>(peer: IpAddr, forwarded: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> String {
    let hops: Vec<_> = forwarded.flat_map(|value| value.split(',')).collect();
    let mut client = peer.to_canonical();
    for hop in hops.iter().rev() {
        if !trusted.iter().any(|net| net.contains(&client)) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = before.to_canonical();
    }
    match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, IPV6_OF_ONE)
            .trunc()
            .to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<_> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), forwarded.iter().copied(), &trusted)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(of("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        let trusted = ["10.0.0.0/8", "::1/128"];
        assert_eq!(of("10.1.1.1", &["198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(of("192.0.2.1", &["198.51.100.7"], &trusted), "192.0.2.1");
        // The client wrote the first one itself; two proxies stand in a row.
        let forwarded = ["203.0.113.9, 198.51.100.7", "10.2.2.2"];
        assert_eq!(of("10.1.1.1", &forwarded, &trusted), "198.51.100.7");
        assert_eq!(of("10.1.1.1", &["unknown"], &trusted), "10.1.1.1");
        assert_eq!(of("10.1.1.1", &[], &trusted), "10.1.1.1");
        assert_eq!(of("::1", &["198.51.100.7"], &trusted), "198.51.100.7");
    }

    #[test]
    fn addresses_of_one_customer_are_one_source() {
        assert_eq!(of("2001:db8:1:2:3:4:5:6", &[], &[]), "2001:db8:1:2::/64");
        assert_eq!(of("::ffff:192.0.2.1", &[], &[]), "192.0.2.1");
    }
}
