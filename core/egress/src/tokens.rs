//! Tokens that the host asks for (`oauth_client`): one for each plugin and credential, shared by all sessions, minted once
//! for all that wait.

use crate::Error;
use crate::attempts::answer;
use crate::clients::Kind;
use crate::egress::Door;
use crate::exchange::{Exchange, What};
use crate::gate::Passed;
use crate::oauth::{self, Ask, Denied, Token};
use crate::retry::Again;
use crate::trouble::Failed;
use closare_terms::PluginName;
use closare_terms::network::Trouble;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Span;

#[derive(Default)]
pub(crate) struct Tokens {
    /// By plugin and its credential's name: a manifest bounds them.
    slots: Mutex<BTreeMap<(PluginName, String), Slot>>,
}

struct Slot {
    /// What it was minted with: other secrets need another token.
    ask: Ask,
    minting: Minting,
}

type Minting = Shared<BoxFuture<'static, Result<Token, Failed>>>;

impl Slot {
    /// A token, or one that is on its way.
    fn serves(&self, ask: &Ask, now: Instant) -> bool {
        self.ask == *ask
            && match self.minting.peek() {
                None => true,
                Some(Ok(token)) => now < token.until,
                Some(Err(_)) => false,
            }
    }
}

impl Tokens {
    /// The token of a plugin's credential, minted where there is none.
    ///
    /// # Errors
    /// What kept it from being minted: all that waited for it hear of the same; the next asks anew.
    pub async fn get(
        &self,
        door: &Arc<Door>,
        plugin: &PluginName,
        credential: &str,
        ask: Ask,
        passed: Passed,
    ) -> Result<Token, Failed> {
        let minting = {
            let mut slots = self.locked();
            let key = (plugin.clone(), credential.to_owned());
            match slots.get(&key).filter(|slot| slot.serves(&ask, Instant::now())) {
                Some(slot) => slot.minting.clone(),
                None => {
                    let minting = mint(door.clone(), plugin.clone(), ask.clone(), passed).boxed().shared();
                    // A task of its own: others may wait when the session that began it is dropped.
                    door.runtime.spawn(minting.clone());
                    slots.insert(key, Slot { ask, minting: minting.clone() });
                    minting
                }
            }
        };
        minting.await
    }

    /// Forgets a token that was refused, unless another stands in its place by then.
    pub fn refused(&self, plugin: &PluginName, credential: &str, token: &Token) {
        let mut slots = self.locked();
        let key = (plugin.clone(), credential.to_owned());
        if slots.get(&key).is_some_and(|slot| matches!(slot.minting.peek(), Some(Ok(kept)) if kept == token))
        {
            slots.remove(&key);
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<(PluginName, String), Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn mint(door: Arc<Door>, plugin: PluginName, ask: Ask, passed: Passed) -> Result<Token, Failed> {
    let lane = door.lanes.of(&plugin, &passed.origin, &door.meter);
    let mut exchange = Exchange::begin(lane, What::Token, Span::none());
    let result = talk(&door, &mut exchange, ask, passed).await;
    exchange.ended(result)
}

async fn talk(door: &Door, exchange: &mut Exchange, ask: Ask, passed: Passed) -> Result<Token, Failed> {
    let limits = exchange.lane.limits.clone();
    let client = door.clients.get(Kind { reach: passed.reach, http1: false, connect: limits.connect })?;
    let bytes = exchange.bytes.clone();
    // A call waits for it: all attempts together have the time of one answer.
    let deadline = Instant::now() + limits.answer;
    let asking = || {
        bytes.sent(ask.body.len());
        let asked = client
            .post(ask.url.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(ask.body.clone());
        match &ask.authorization {
            Some(authorization) => asked.header(AUTHORIZATION, authorization.clone()),
            None => asked,
        }
    };
    // Two tokens do no harm.
    let (response, _turn) = answer(exchange, Again::Safe, deadline, asking).await?;
    let status = response.status().as_u16();
    let body = timeout_at(deadline, body(exchange, response)).await.map_err(|_| Trouble::TimeOut)??;
    let of = |why| Arc::new(Error::Token { origin: passed.origin.clone(), why });
    oauth::read(status, &body, Instant::now()).map_err(|denied| match denied {
        Denied::Unauthorized(why) => Failed::Unauthorized(of(why)),
        Denied::Unavailable(why) => Failed::Unavailable(of(why)),
    })
}

async fn body(exchange: &Exchange, mut response: Response) -> Result<Vec<u8>, Failed> {
    /// Far more than any token.
    const MOST: usize = 64 << 10;
    let mut body = vec![];
    loop {
        let chunk = timeout(exchange.lane.limits.stall, response.chunk()).await;
        let Some(bytes) = chunk.map_err(|_| Trouble::Stalled)?? else { return Ok(body) };
        exchange.bytes.got(bytes.len());
        body.extend_from_slice(&bytes);
        if body.len() > MOST {
            return Err(Trouble::TooLarge.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;
    use std::time::Duration;

    fn ask(body: &str) -> Ask {
        let url = "https://auth.example.com/token".parse().unwrap();
        Ask { url, authorization: None, body: body.to_owned() }
    }

    fn slot(minted: Result<Token, Failed>) -> Slot {
        let minting = std::future::ready(minted).boxed().shared();
        minting.clone().now_or_never();
        Slot { ask: ask("a"), minting }
    }

    #[test]
    fn a_token_serves_the_secrets_it_was_minted_with_until_its_end() {
        let now = Instant::now();
        let until = now + Duration::from_secs(3540);
        let token = Token { header: HeaderValue::from_static("Bearer t"), until };
        let kept = slot(Ok(token));
        assert!(kept.serves(&ask("a"), until - Duration::from_millis(1)));
        assert!(!kept.serves(&ask("a"), until), "its end");
        assert!(!kept.serves(&ask("b"), now), "other secrets");
        assert!(!slot(Err(Trouble::Reset.into())).serves(&ask("a"), now), "a failure is asked anew");
        let coming = Slot { ask: ask("a"), minting: std::future::pending().boxed().shared() };
        assert!(coming.serves(&ask("a"), until), "it is on its way");
    }
}
