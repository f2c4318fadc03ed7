use closare_telephony::admission::{Admission, Verdict};
use std::net::IpAddr;
use std::time::{Duration, Instant};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn peers_are_allowed_by_network_and_by_invitation() {
    let mut admission = Admission::new(vec!["10.0.0.0/8".parse().unwrap()], 1, 1);
    assert!(admission.is_allowed(ip("10.1.2.3")));
    assert!(admission.is_allowed(ip("::ffff:10.1.2.3")), "IPv4 inside IPv6 is the same peer");
    assert!(!admission.is_allowed(ip("192.0.2.1")));
    admission.invite(ip("192.0.2.1"));
    assert!(admission.is_allowed(ip("192.0.2.1")));
}

#[test]
fn the_rate_is_of_the_last_second_and_comes_before_the_lines() {
    let mut admission = Admission::new(Vec::new(), 2, 3);
    let start = Instant::now();
    let at = |ms| start + Duration::from_millis(ms);
    assert_eq!(admission.new_call(at(0), 0), Verdict::Welcome);
    assert_eq!(admission.new_call(at(10), 1), Verdict::Welcome);
    assert!(matches!(admission.new_call(at(20), 2), Verdict::OverCalls { .. }));
    assert!(matches!(admission.new_call(at(30), 0), Verdict::OverRate { retry_after: 1 }));
    assert!(matches!(admission.new_call(at(999), 0), Verdict::OverRate { .. }));
    assert_eq!(admission.new_call(at(1_000), 0), Verdict::Welcome);
}
