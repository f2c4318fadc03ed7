//! Twenty calls at once.

use crate::house::{Setup, Sipp};
use crate::workflows::LINE;
use closare_store::{Filter, Status};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once() {
    let Some(mut engine) = Setup::new().answers("100", LINE).start().await else { return };
    let sipp = Sipp::new("uac-load").calls("100").pauses(8_000).args(&["-r", "20", "-l", "20", "-m", "20"]);
    let Some(mut callers) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let last = engine.call(20).await;
    engine.answered(&last).await;
    assert_eq!(engine.runtime.live.count(), 20);
    callers.succeeds().await;
    let mut left = 20;
    engine
        .until("twenty calls that are kept", |live| {
            left -= usize::from(matches!(live, closare_runtime::Live::Kept { .. }));
            (left == 0).then_some(())
        })
        .await;
    let calls = engine.runtime.store.calls(100, &Filter::default()).await.unwrap();
    assert_eq!(calls.len(), 20);
    assert!(calls.iter().all(|call| call.status == Status::Ended && call.ended.is_some()));
    engine.stop().await;
}
