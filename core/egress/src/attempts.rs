//! Asks, and asks again where `retry` says so: up to the head of the answer.

use crate::breaker::Verdict;
use crate::exchange::Exchange;
use crate::lane::Turn;
use crate::prepared::Prepared;
use crate::retry::{self, Again, Came, Standing};
use crate::session::Session;
use crate::trouble::{Failed, Lost};
use closare_terms::network::Trouble;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// The last answer, and the place in the lane that is held as long as it is read. `asking` makes the request, anew for
/// each attempt.
pub(crate) async fn answer(
    exchange: &mut Exchange,
    again: Again,
    deadline: Instant,
    asking: impl FnMut() -> RequestBuilder,
) -> Result<(Response, Turn), Failed> {
    let came = last(exchange, again, deadline, asking).await?;
    exchange.answered(came.0.status().as_u16());
    Ok(came)
}

/// As [`answer`]; where a minted token is refused, once more with a new one. A 401 tells that nothing was done (RFC 9110,
/// 15.5.2), so any request may be asked again whose body isn't gone.
pub(crate) async fn signed_answer(
    session: &Session,
    exchange: &mut Exchange,
    again: Again,
    deadline: Instant,
    mut prepared: Prepared,
    is_whole: bool,
    mut asking: impl FnMut(&Prepared) -> RequestBuilder,
) -> Result<(Response, Turn), Failed> {
    let came = last(exchange, again, deadline, || asking(&prepared)).await?;
    if came.0.status() == StatusCode::UNAUTHORIZED && session.forget_token(&prepared) && is_whole {
        // Its place in the lane is needed again.
        drop(came);
        exchange.retried();
        session.sign(&mut prepared, deadline).await?;
        return answer(exchange, again, deadline, || asking(&prepared)).await;
    }
    exchange.answered(came.0.status().as_u16());
    Ok(came)
}

async fn last(
    exchange: &mut Exchange,
    again: Again,
    deadline: Instant,
    mut asking: impl FnMut() -> RequestBuilder,
) -> Result<(Response, Turn), Failed> {
    let mut attempts = 0;
    loop {
        let mut turn = timeout_at(deadline, exchange.lane.enter()).await.map_err(|_| Trouble::TimeOut)??;
        attempts += 1;
        let came = attempt(exchange, deadline, asking(), &mut turn).await;
        let Some(pause) = pause(exchange, again, deadline, attempts, &came) else {
            let response = came?;
            return Ok((response, turn));
        };
        drop(turn);
        exchange.retried();
        wait(exchange, pause, came.ok()).await;
    }
}

async fn attempt(
    exchange: &Exchange,
    deadline: Instant,
    asking: RequestBuilder,
    turn: &mut Turn,
) -> Result<Response, Lost> {
    let limits = &exchange.lane.limits;
    let started = Instant::now();
    let came = match timeout(limits.answer.min(deadline - started), asking.send()).await {
        Ok(came) => came.map_err(Lost::from),
        Err(_) => Err(Lost { trouble: Trouble::TimeOut, unconnected: false }),
    };
    turn.settle(match &came {
        Ok(response) => Verdict::of_status(response.status().as_u16()),
        // Who has the time to connect has the time to say something.
        Err(lost) => Verdict::of_trouble(lost.trouble, started.elapsed(), limits.connect),
    });
    came
}

fn pause(
    exchange: &Exchange,
    again: Again,
    deadline: Instant,
    attempts: u32,
    came: &Result<Response, Lost>,
) -> Option<Duration> {
    if exchange.lane.is_shut() {
        return None;
    }
    let came = match came {
        Ok(response) => {
            let retry_after = response.headers().get(RETRY_AFTER).and_then(text);
            retry::of_status(response.status().as_u16(), retry_after, SystemTime::now())
        }
        Err(lost) => lost.came(),
    };
    let elapsed = exchange.asked.elapsed();
    let standing = Standing { attempts, elapsed, left: deadline - Instant::now() };
    retry::pause(&exchange.lane.limits.retry, again, came, standing, rand::random())
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// Meanwhile reads what is left of an answer that nobody gets: its connection can then be used again.
async fn wait(exchange: &Exchange, pause: Duration, left_over: Option<Response>) {
    const ENOUGH: usize = 64 << 10;
    let read = async {
        let (mut response, mut read) = (left_over?, 0);
        while read < ENOUGH {
            let bytes = response.chunk().await.ok()??.len();
            exchange.bytes.got(bytes);
            read += bytes;
        }
        Some(())
    };
    let _ = tokio::join!(sleep(pause), timeout(pause, read));
}

impl Lost {
    fn came(&self) -> Came {
        match self.trouble {
            Trouble::Tls
            | Trouble::NotAllowed
            | Trouble::TooLarge
            | Trouble::Overloaded
            | Trouble::Stalled => Came::Settled,
            Trouble::Dns | Trouble::Connect | Trouble::TimeOut | Trouble::Reset if self.unconnected => {
                Came::Unconnected
            }
            Trouble::Dns | Trouble::Connect | Trouble::TimeOut | Trouble::Reset => Came::Lost,
        }
    }
}
