//! Asterisk as the house's PBX: we register with it, it calls us, and we hand a caller over to it.

use crate::house::{Asterisk, Engine, Phone, Setup, Sipp, ports_free};
use crate::workflows::LINE;
use closare_media::dominant_frequency;
use closare_runtime::AccountConfig;
use closare_telephony::RegistrationState;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

fn account(user: &str, port: u16) -> AccountConfig {
    AccountConfig {
        registrar: format!("sip:127.0.0.1:{port}"),
        user: user.to_owned(),
        password: "secret".to_owned(),
        realm: None,
        expires: 120,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registered_called_and_transferred() {
    let folder = tempfile::tempdir().unwrap();
    // Asterisk is told our port before we are up.
    let own = ports_free();
    let Some(asterisk) = Asterisk::start(own, folder.path()).await else { return };
    let port = asterisk.port;
    // At 602 a tone of 1,004 Hz is to be heard.
    let handed_over = format!(
        "closare: 1\nname: handed-over\nlanguages: [en]\nsteps:\n  - disclose\n  - transfer: \"sip:602@127.0.0.1:{port}\"\n"
    );
    let setup =
        Setup::new().answers("trunk", LINE).answers("trunk256", LINE).answers("1000", &handed_over).set(
            move |config| {
                config.listen.set_port(own);
                config.register = vec![account("trunk", port), account("trunk256", port)];
            },
        );
    let Some(mut engine) = setup.start().await else { return };
    registered(&engine).await;

    // It calls the extension, and speaks when the question has been asked.
    asterisk
        .console("channel originate PJSIP/trunk256 application Playback silence/6&hello-world&silence/6")
        .await;
    let id = engine.call(1).await;
    engine.caller_said(&id, "world").await;
    assert_eq!(engine.ended(&id).await, "hung_up");
    assert!(engine.kept(&id).await.turns[0].heard.as_deref().is_some_and(|heard| heard.contains("an AI")));

    // A caller of the PBX is connected to us by its dialplan, and handed back to it.
    let phone = Phone::new().await;
    let pbx = SocketAddr::from(([127, 0, 0, 1], port));
    let sipp = Sipp::new("uac-until-bye").calls("900").sound_at(phone.port);
    let Some(mut caller) = sipp.start(pbx, folder.path()) else { return };
    let id = engine.call(2).await;
    engine.agent_said(&id, "an AI").await;
    assert_eq!(engine.ended(&id).await, "transferred", "{}\n{}", engine.story(), asterisk.said());
    assert_eq!(engine.kept(&id).await.call.end_reason.as_deref(), Some("transferred"));
    hears_the_tone(&phone).await;
    caller.end().await;
    engine.stop().await;
    asterisk.end().await;
}

/// By MD5 and by SHA-256.
async fn registered(engine: &Engine) {
    let mut look = tokio::time::interval(Duration::from_millis(50));
    let all = || engine.runtime.telephony.registrations();
    let done = async {
        while !all().iter().all(|one| matches!(one.state, RegistrationState::Registered { .. })) {
            look.tick().await;
        }
    };
    assert!(timeout(Duration::from_secs(20), done).await.is_ok(), "{:?}", all());
    assert_eq!(all().len(), 2);
}

/// In its last half second.
async fn hears_the_tone(phone: &Phone) {
    let mut look = tokio::time::interval(Duration::from_millis(100));
    let heard = async {
        loop {
            look.tick().await;
            let heard = phone.heard();
            let last = &heard.samples[heard.samples.len().saturating_sub(4_000)..];
            if (dominant_frequency(last, heard.rate) - 1_004.0).abs() < 10.0 {
                return;
            }
        }
    };
    assert!(timeout(Duration::from_secs(20), heard).await.is_ok(), "the caller does not hear the tone");
}
