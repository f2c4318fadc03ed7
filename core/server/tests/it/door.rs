//! Who gets in, and what each answer tells a browser.

use crate::house::{House, keep_call};
use closare_server::{Access, Link};

/// Everything that shows a call.
const CLOSED: [&str; 6] =
    ["/", "/calls/call1", "/api/calls", "/api/calls/call1", "/api/calls/call1/recording.wav", "/api/live"];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_call_without_the_cookie() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let token = Access::read(house.folder.path()).unwrap().token;
    let wrong = [
        String::new(),
        format!("Cookie: closare-{}=\r\n", house.address().port()),
        format!("Cookie: closare-{}={token}\r\n", house.address().port()),
        format!("Authorization: Bearer {token}\r\n"),
    ];
    for path in CLOSED {
        for more in &wrong {
            let answer = house.get(path, more).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(!answer.text().contains("script>alert"), "{path}");
        }
    }
    assert!(house.get("/", "").await.text().contains("<code>closare serve</code> prints the link"));
    assert_eq!(house.get("/?token=0123", "").await.status, 403);
    assert!(house.get("/api/calls", "").await.json()["error"].as_str().unwrap().contains("closare serve"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_in_once_and_its_cookie_from_then_on() {
    let house = House::start().await;
    keep_call(&house.store, "call1").await;
    let link = house.link();
    let first = house.get(&link, "").await;
    let set = &first.headers["set-cookie"];
    assert!(set.contains("; HttpOnly; SameSite=Strict; Path=/"), "{set}");
    assert!(first.text().contains(r#"content="0;url=/""#) && first.status == 200);
    assert_eq!(house.get(&link, "").await.status, 403);

    let cookie = format!("Cookie: {}\r\n", set.split(';').next().unwrap());
    for path in CLOSED.iter().filter(|path| **path != "/api/live") {
        assert_eq!(house.get(path, &cookie).await.status, 200, "{path}");
    }
    // A link that was opened before is no dead end in a browser that has the cookie.
    assert_eq!(house.get(&link, &cookie).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_name_or_page_gets_nothing() {
    let house = House::start().await;
    let (cookie, port) = (house.cookie().await, house.address().port());
    for path in CLOSED.iter().chain(&["/page/style.css", "/nowhere"]) {
        for host in [format!("evil.example:{port}"), "127.0.0.1:1".into(), "127.0.0.1".into()] {
            let answer =
                house.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n")).await;
            assert_eq!(answer.status, 403, "{path} of {host}");
        }
    }
    // The link is not spent by a request that wasn't meant for us.
    let link = house.link();
    house.send(&format!("GET {link} HTTP/1.1\r\nHost: evil.example\r\n")).await;
    assert!(house.get(&link, "").await.headers.contains_key("set-cookie"));

    let same_site = format!("Cookie: {cookie}\r\nSec-Fetch-Site: same-site\r\n");
    assert_eq!(house.get("/api/calls", &same_site).await.status, 403);
    let own = format!("Cookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n");
    assert_eq!(house.get("/api/calls", &own).await.status, 200);
    let named = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n");
    assert_eq!(house.send(&named).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_fortified() {
    let house = House::start().await;
    for path in ["/", "/page/index.js", "/api/calls", "/nowhere"] {
        let headers = house.get(path, "").await.headers;
        let policy = &headers["content-security-policy"];
        assert!(
            policy
                .starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
        );
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(
            (&*headers["x-content-type-options"], &*headers["cache-control"]),
            ("nosniff", "no-store")
        );
        assert!(!headers.keys().any(|name| name.starts_with("access-control-")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_meters_are_for_who_has_the_token() {
    let house = House::start().await;
    let token = Access::read(house.folder.path()).unwrap().token;
    assert_eq!(house.with_cookie("/v1/meters").await.status, 401);
    let meters = house.get("/v1/meters", &format!("Authorization: Bearer {token}\r\n")).await.json();
    assert_eq!(
        (&meters[0]["origin"], &meters[0]["latency_ms_mean"]),
        (&"https://api.deepgram.com".into(), &35.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_makes_a_link_by_the_token() {
    let house = House::start().await;
    let token = Access::read(house.folder.path()).unwrap().token;
    let post = |more: String| format!("POST /v1/page HTTP/1.1\r\nHost: {}\r\n{more}", house.address());
    assert_eq!(house.send(&post(String::new())).await.status, 401);
    assert_eq!(house.send(&post(format!("Cookie: {}\r\n", house.cookie().await))).await.status, 401);
    let answer = house.send(&post(format!("Authorization: Bearer {token}\r\n"))).await;
    let link: Link = serde_json::from_slice(&answer.body).unwrap();
    let (_, path) = link.url.split_once(&house.address().to_string()).unwrap();
    assert!(house.get(path, "").await.headers.contains_key("set-cookie"));
}
