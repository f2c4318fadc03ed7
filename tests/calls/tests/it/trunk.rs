//! Asterisk as the house's PBX: we register with it, it calls us, and we hand a caller over to it.

use crate::house::{Asterisk, Setup, ports_free};
use crate::workflows::LINE;
use closare_runtime::AccountConfig;
use closare_telephony::RegistrationState;
use std::time::Duration;

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
    let handed_over = format!(
        "closare: 1\nname: handed-over\nlanguages: [en]\nsteps:\n  - disclose\n  - transfer: \"sip:600@127.0.0.1:{port}\"\n"
    );
    let setup = Setup::new()
        .answers("trunk", LINE)
        .answers("trunk256", LINE)
        .answers("1000", &handed_over)
        .set(move |config| {
            config.listen.set_port(own);
            config.register = vec![account("trunk", port), account("trunk256", port)];
        });
    let Some(mut engine) = setup.start().await else { return };
    let registered = async {
        let mut look = tokio::time::interval(Duration::from_millis(50));
        loop {
            look.tick().await;
            let all = engine.runtime.telephony.registrations();
            if all.len() == 2 && all.iter().all(|one| matches!(one.state, RegistrationState::Registered { .. })) {
                return;
            }
        }
    };
    let registered = tokio::time::timeout(Duration::from_secs(20), registered).await;
    assert!(registered.is_ok(), "MD5 and SHA-256: {:?}", engine.runtime.telephony.registrations());

    // A call to the extension is answered.
    asterisk.console("channel originate PJSIP/trunk application Milliwatt").await;
    let id = engine.call(1).await;
    engine.answered(&id).await;
    engine.agent_said(&id, "an AI").await;
    engine.runtime.stop("trunk");
    engine.ended(&id).await;

    // A caller who comes from the PBX, by its dialplan, is handed back to it.
    asterisk.console("channel originate Local/900@in application Milliwatt").await;
    let id = engine.call(2).await;
    engine.agent_said(&id, "an AI").await;
    assert_eq!(engine.ended(&id).await, "transferred", "{}\n{}", engine.story(), asterisk.said());
    engine.stop().await;
    asterisk.end().await;
}
