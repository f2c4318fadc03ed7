//! The commands as people type them: against a server that runs, and the demonstration from its begin to its end.

use crate::house::{Served, Setup, project};
use crate::workflows::LINE;
use std::time::Duration;
use tokio::time::timeout;

const TALK: &str = r#"
- hear: {matches: "happened"}
- say: "I'd like to make an appointment, please."
- hear: {matches: "(?i)bye"}
"#;

/// Says nothing until the agent hangs up.
const PATIENT: &str = r#"
- hear: {matches: "happened"}
- silence: 30s
"#;

/// A server that nobody reads serves as any other.
#[tokio::test(flavor = "multi_thread")]
async fn dial_look_and_stop() {
    let folder = tempfile::tempdir().unwrap();
    let Some(served) = Setup::new().answers("100", LINE).serve_unread(folder.path()).await else { return };
    for (name, talk) in [("talk.yaml", TALK), ("patient.yaml", PATIENT)] {
        std::fs::write(folder.path().join(name), talk).unwrap();
    }
    let uri = format!("sip:100@{}", served.addr);
    let talk = |name: &str| folder.path().join(name).display().to_string();
    let dialled = served.runs(&["dial", &uri, "--talk", &talk("talk.yaml"), "--json"]).await;
    assert_eq!(dialled.code, 0, "{dialled:?}");
    let played: serde_json::Value = serde_json::from_str(&dialled.out).unwrap();
    assert!(played["missed"].is_null() && !played["waits"].as_array().unwrap().is_empty(), "{played}");

    let calls = served.runs(&["calls", "--json"]).await;
    let calls: serde_json::Value = serde_json::from_str(&calls.out).unwrap();
    let id = calls[0]["id"].as_str().unwrap_or_else(|| panic!("{calls}")).to_owned();
    let call = served.runs(&["call", &id]).await;
    for told in ["an AI", "appointment", "allow", "notice the pause"] {
        assert!(call.code == 0 && call.out.contains(told), "`{told}` in {call:?}");
    }
    // A caller whose words nobody reads any more talks to the end all the same.
    assert_eq!(served.runs_unread(&["dial", &uri, "--talk", &talk("talk.yaml")]).await, Some(0));

    let page = served.runs(&["page"]).await;
    assert!(page.code == 0 && page.out.starts_with("http://127.0.0.1:"), "{page:?}");

    // A call that is up ends politely, and the next is refused.
    let patient = talk("patient.yaml");
    let dials = ["dial", &uri, "--talk", &patient, "--json"];
    let caller = served.runs(&dials);
    let stopped = async {
        is_up(&served, 3).await;
        served.runs(&["stop", "line"]).await
    };
    let (caller, stopped) = tokio::join!(caller, stopped);
    assert!(stopped.code == 0 && stopped.out.contains("1 call(s)"), "{stopped:?}");
    let played: serde_json::Value = serde_json::from_str(&caller.out).unwrap();
    assert_eq!(played["ended_by"], "agent", "{played}");
    let refused = served.runs(&["dial", &uri, "--talk", &patient]).await;
    assert!(refused.code == 1 && refused.err.contains("the agent is stopped"), "{refused:?}");
    served.kill().await;
}

/// Looks until so many calls have been answered.
async fn is_up(served: &Served, calls: usize) {
    let mut look = tokio::time::interval(Duration::from_millis(100));
    let answered = async {
        loop {
            look.tick().await;
            let told = served.runs(&["calls", "--json"]).await;
            let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
            let told = told.as_array().unwrap();
            if told.len() == calls && told.iter().all(|call| !call["answered"].is_null()) {
                return;
            }
        }
    };
    timeout(Duration::from_secs(60), answered).await.expect("the call is up");
}

/// What a new user sees first.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration() {
    let folder = tempfile::tempdir().unwrap();
    let Some(apart) = Setup::new().apart(folder.path()).await else { return };
    let booking = project().join("workflows/booking.yaml").display().to_string();
    let demo = apart.runs(&["demo", "--workflow", &booking]).await;
    assert_eq!(demo.code, 0, "{demo:?}");
    for told in ["Miller", "intent", "AI-generated", "allow", "To listen to it:", "What to try next"] {
        assert!(demo.out.contains(told), "`{told}` in {}", demo.out);
    }
}
