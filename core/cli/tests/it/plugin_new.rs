//! What an integrator does: from nothing to a plugin that passes its tests, and its vendor on a cassette.

use crate::person::{Person, project};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, SET_COOKIE};
use axum::response::IntoResponse;
use closare_host::build::Toolchain;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const ROLES: [&str; 4] = ["language-model", "speech-to-text", "text-to-speech", "tool"];

/// What the vendor's key is in these tests.
const KEY: &str = "sk-very/secret-0042";

/// Somebody who writes plugins: with a compiler, and a folder below `target`, so that what plugins have in common is built
/// once for all of them.
struct Author {
    folder: TempDir,
}

impl Author {
    /// None where this machine can't build for WASM.
    fn new() -> Option<Author> {
        if let Err(error) = Toolchain::find() {
            println!("SKIPPED: plugins can't be built here: {error}");
            return None;
        }
        Some(Author { folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn writes(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Changes a file; what is replaced must be in it.
    fn edits(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name}: {text}");
        self.writes(name, &text.replace(from, to));
    }

    fn closare(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_closare"));
        command.args(words).current_dir(self.folder.path());
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        for (variable, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(variable, std::env::var_os(variable).unwrap_or_else(|| home.join(usual).into()));
        }
        command.env("HOME", self.folder.path()).env("NO_COLOR", "1").env("CARGO_NET_OFFLINE", "true");
        command.env_remove("RUST_LOG").output().unwrap()
    }

    /// What is printed, with the exit code behind it.
    fn runs(&self, words: &[&str]) -> String {
        let output = self.closare(words);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let stderr = if output.status.success() { String::new() } else { stderr };
        format!("{stdout}{stderr}-- exit {}\n", output.status.code().unwrap())
    }

    /// As [`Author::runs`], of what must go well.
    fn does(&self, words: &[&str]) -> String {
        let seen = self.runs(words);
        assert!(seen.ends_with("-- exit 0\n"), "closare {}\n{seen}", words.join(" "));
        seen
    }

    fn builds(&self, name: &str) {
        self.does(&["plugin", "build", name]);
    }

    /// A plugin that has been started and built.
    fn has(&self, name: &str, role: &str) {
        self.does(&["plugin", "new", name, "--role", role]);
        self.builds(name);
    }
}

#[test]
fn from_nothing_to_a_plugin_that_passes() {
    let Some(author) = Author::new() else { return };
    for role in ROLES {
        let name = format!("my-{role}");
        let seen = author.does(&["plugin", "new", &name, "--role", role]);
        assert!(seen.contains("lines of Rust") && seen.contains("sdk/rust"), "{seen}");
        author.builds(&name);
        let seen = author.does(&["plugin", "check", &name]);
        for words in
            ["may talk to api.example.com", "may use 1 secret", "never touches files", "imports nothing"]
        {
            assert!(seen.contains(words), "{seen}");
        }
        assert!(seen.contains(&format!("is used for {role}")), "{seen}");
        let seen = author.does(&["plugin", "test", &name]);
        assert_eq!(seen, "  ok      first.yaml\n1 cassette, all as expected\n-- exit 0\n");
    }
    let lines = author.read("my-language-model/src/lib.rs").lines().count();
    assert!(lines <= 60, "{lines} lines");
}

/// The plugin's own `#[test]`, which needs no WASM.
#[test]
fn its_own_tests_pass() {
    let Some(author) = Author::new() else { return };
    for role in ROLES {
        let name = format!("own-{role}");
        author.does(&["plugin", "new", &name, "--role", role]);
        let mut cargo = Command::new(env!("CARGO"));
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG"))
        {
            cargo.env_remove(name);
        }
        cargo.args(["test", "--offline", "--quiet"]).current_dir(author.path(&name));
        cargo.env("CARGO_TARGET_DIR", project().join("target/plugins-native")).env_remove("RUSTFLAGS");
        let output = cargo.output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && stdout.contains("1 passed"), "{role}\n{stdout}\n{stderr}");
    }
}

#[test]
fn what_a_change_does_is_shown_field_by_field() {
    let Some(author) = Author::new() else { return };
    author.has("changed", "language-model");
    author.edits("changed/src/lib.rs", "completions::body(&options.model,", "completions::body(\"other\",");
    author.builds("changed");
    insta::assert_snapshot!(author.runs(&["plugin", "test", "changed"]), @r#"
      differs first.yaml
              it asks something else of the network (entry 2 of the tape: the head of request 1)
                request.json.model
                  expected "small"
                  found    "other"
    1 cassette, 1 not as expected
    -- exit 1
    "#);
    let output = author.closare(&["plugin", "test", "changed", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json[0]["differs"]["fields"][0]["field"], "request.json.model");
    assert_eq!(output.status.code(), Some(1));

    let seen = author.does(&["plugin", "test", "changed", "--update"]);
    assert!(seen.contains("1 updated"), "{seen}");
    author.does(&["plugin", "test", "changed"]);
    assert!(author.read("changed/cassettes/first.yaml").contains("model: other"));

    // What it tells is compared as well.
    author.edits("changed/cassettes/first.yaml", "{job: 1, ending: complete}", "{job: 1, ending: cut}");
    insta::assert_snapshot!(author.runs(&["plugin", "test", "changed"]), @r#"
      differs first.yaml
              it tells something else (entry 2 of `told`, upon entry 5 of the tape: piece 2 of the answer to request 1)
                done.ending
                  expected "cut"
                  found    "complete"
    1 cassette, 1 not as expected
    -- exit 1
    "#);
    author.edits("changed/cassettes/first.yaml", "given: finish", "given: flush");
    let seen = author.runs(&["plugin", "test", "changed"]);
    assert!(seen.contains("expected what the role `language-model` takes, found `flush`"), "{seen}");
    author.edits("changed/cassettes/first.yaml", "cassette: 1", "cassette: 2");
    let seen = author.runs(&["plugin", "test", "changed"]);
    assert!(
        seen.contains("expected cassette version 1, found `2`") && seen.ends_with("-- exit 1\n"),
        "{seen}"
    );
}

/// A vendor that gives away what it was sent, as some do in their errors.
async fn vendor(request: Request) -> impl IntoResponse {
    let sent = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (kind, body) = match request.uri().path() {
        "/v1/listen" => ("application/json", format!(r#"{{"text": "You said {sent}."}}"#)),
        "/v1/speak" => ("audio/pcm", format!("{sent}, sample by sample")),
        "/v1/orders/7" => ("application/json", format!(r#"{{"state": "sent to {sent}"}}"#)),
        "/v1/chat/completions" => {
            let event = serde_json::json!({"choices": [{"delta": {"content": format!("I know {sent}.")}}]});
            ("text/event-stream", format!("data: {event}\n\ndata: [DONE]\n\n"))
        }
        other => ("text/plain", format!("no such place: {other}")),
    };
    ([(CONTENT_TYPE, kind), (SET_COOKIE, "session=tasty")], body)
}

/// Runs until the test ends; gives its address.
fn vendor_runs(runtime: &tokio::runtime::Runtime) -> String {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async { axum::serve(listener, axum::Router::new().fallback(vendor)).await.unwrap() });
    origin
}

/// An operator's keys and leave for this vendor.
fn allows(author: &Author, origin: &str, plugin: &str) {
    author.writes("closare.yaml", &format!("keys: keys.json\nallow_private: [\"{origin}\"]\n"));
    let book = serde_json::json!({format!("{plugin}_KEY"): {"value": KEY, "for": [origin]}});
    author.writes("keys.json", &book.to_string());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(author.path("keys.json"), owner).unwrap();
    }
}

fn holds_no_secret(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in [KEY, "sk-very", "tasty", "cookie", "Bearer sk"] {
            assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret}: {text}");
        }
    }
}

#[test]
fn a_vendor_on_a_cassette() {
    let Some(author) = Author::new() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let origin = vendor_runs(&runtime);
    let base_url = format!("base_url={origin}/v1");
    let sound = project().join("sdk/templates/speech-to-text/cassettes/first.wav").display().to_string();
    let number = r#"{"number": "7"}"#;
    let recorded: [(&str, &str, &[&str], &str); 4] = [
        ("taped-mind", "language-model", &["--say", "Hello", "--option", "temperature=1"], "I know"),
        ("taped-ear", "speech-to-text", &["--wav", &sound], "You said"),
        ("taped-voice", "text-to-speech", &["--say", "Hello."], "pcm_s16le/16000"),
        ("taped-hand", "tool", &["--tool", "order", "--arguments", number], "sent to"),
    ];
    for (name, role, given, told) in recorded {
        author.has(name, role);
        let line = [&["plugin", "record", name, "--option", &base_url], given].concat();

        // Without the operator's leave nothing leaves, and nothing is kept.
        author.writes("closare.yaml", "keys: keys.json\n");
        let seen = author.runs(&line);
        assert!(seen.contains("nothing is written") && seen.ends_with("-- exit 1\n"), "{seen}");
        assert!(!author.path(&format!("{name}/cassettes/recorded.yaml")).exists());

        allows(&author, &origin, &name.replace('-', "_").to_ascii_uppercase());
        let seen = author.does(&line);
        assert!(seen.contains(told), "{seen}");
        let cassette = author.read(&format!("{name}/cassettes/recorded.yaml"));
        for words in ["credential: key", "{{secret:TAPED_", "content-type: "] {
            assert!(cassette.contains(words), "{words}: {cassette}");
        }
        holds_no_secret(&author.path(name).join("cassettes"));
    }

    // Played back, nobody is asked.
    drop(runtime);
    for (name, ..) in recorded {
        let seen = author.does(&["plugin", "test", name]);
        assert!(seen.contains("ok      recorded.yaml"), "{seen}");
    }
}

#[test]
fn a_start_that_is_none() {
    let person = Person::new();
    person.writes("there/plugin.yaml", "plugin: 1\n");
    let seen = [
        "plugin new there --role tool",
        "plugin new Hello --role tool",
        "plugin new match --role tool",
        "plugin new hello --role speech",
    ]
    .map(|line| person.runs(line));
    insta::assert_snapshot!(seen.join("\n"));
    assert!(!person.folder().join("hello").exists());
}
