//! Input whose size is what is wrong with it.

use crate::check;

fn target(name: &str, text: &str) {
    check(closare_test_fuzz::find(name).expect("each name is a target's"), text.as_bytes());
}

#[test]
fn aliases_that_multiply_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let repeated = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{repeated}]\n");
    }
    target("workflow", &text);
    target("manifest", &text);
}

#[test]
fn deep_nesting_ends() {
    for (open, close) in
        [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("&a [", "]"), ("!x [", "]"), ("\"", "")]
    {
        let text = format!("{}x{}", open.repeat(20_000), close.repeat(20_000));
        for name in ["workflow", "manifest"] {
            target(name, &text);
            target(name, &format!("closare: 1\nsteps:\n  - {text}\n"));
        }
    }
    let json = format!("{{\"event\":{}", "[".repeat(100_000));
    target("stream", &json);
    target("events", &format!("\u{1}\u{1}data: {json}\n\n"));
}

#[test]
fn wide_files_end() {
    let each = |line: &dyn Fn(usize) -> String, count: usize| (0..count).map(line).collect::<String>();
    let keys = each(&|at| format!("k{at}: 1\n"), 20_000);
    let steps = format!("closare: 1\nsteps:\n{}", each(&|at| format!("- sy{at}: a\n"), 12_000));
    let vars = format!("closare: 1\nvars:\n{}", each(&|at| format!("  v{at}: text\n"), 12_000));
    for text in [keys, steps, vars] {
        target("workflow", &text);
        target("manifest", &text);
    }
}

#[test]
fn many_headers_and_lines_end() {
    let head = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n";
    for line in [
        "X: y\r\n",
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n",
        "Contact: <sip:a@b>,<sip:a@b>\r\n",
        " folded\r\n",
    ] {
        target("sip", &format!("{head}{}\r\n", line.repeat(60_000 / line.len())));
    }
    for sign in ["<", "\"", ";", ",", "%", "=", "@", "[", "\\"] {
        target(
            "sip",
            &format!(
                "{head}P-Asserted-Identity: {}\r\nContact: {}\r\n\r\n",
                sign.repeat(20_000),
                sign.repeat(20_000)
            ),
        );
        target("digest", &format!("Digest realm=\"a\", nonce=\"b\", x={}", sign.repeat(20_000)));
    }
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    for line in ["m=audio 9 RTP/AVP 0\r\n", "a=x\r\n", "a=rtpmap:0 PCMU/8000\r\n"] {
        target("sdp", &format!("{sdp}m=audio 9 RTP/AVP 0\r\n{}", line.repeat(15_500 / line.len())));
    }
}
