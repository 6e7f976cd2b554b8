//! Page tokens: sealed, bound to account, pool and the list they continue, good for an hour.

use std::time::Duration;

use crypto::secret_box::Context;
use domain::time::{Time, hours};
use domain::{Error, Result};
use flows::Services;
use flows::cx::PoolCx;

const LIFE: Duration = hours(1);

/// The list that a token continues. A token of another list, pool or account does not open.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The operation and whatever else (a filter) must not change between pages.
    pub name: &'a str,
    pub account: &'a str,
    /// Empty for lists of pools.
    pub pool: &'a str,
}

impl<'a> Listing<'a> {
    /// A list inside one pool.
    pub fn of_pool(name: &'a str, cx: &'a PoolCx) -> Self {
        Self { name, account: cx.pool().account.as_str(), pool: cx.pool().id.as_str() }
    }

    fn context(&self) -> Context<'_> {
        Context {
            purpose: "page",
            table: "",
            column: "",
            account: self.account,
            pool: self.pool,
            row: self.name,
        }
    }

    /// A token for the page after `position`.
    pub fn token(&self, services: &Services, position: &str) -> String {
        let expires = services.clock.now() + LIFE;
        let text = format!("{}:{position}", expires.millis());
        services.keys.seal_text(&self.context(), text.as_bytes(), services.random.as_ref())
    }

    /// Where the page begins: after the position in the token, at the start without one.
    pub fn position(&self, services: &Services, token: Option<&str>) -> Result<String> {
        let Some(token) = token else { return Ok(String::new()) };
        let invalid = || Error::invalid("Invalid pagination token");
        let opened = services.keys.open_text(&self.context(), token).map_err(|_| invalid())?;
        let text = std::str::from_utf8(&opened).map_err(|_| invalid())?;
        let (expires, position) = text.split_once(':').ok_or_else(invalid)?;
        let expires = Time::from_millis(expires.parse().map_err(|_| invalid())?);
        if expires <= services.clock.now() {
            return Err(invalid());
        }
        Ok(position.to_owned())
    }
}

/// The size of a page where `Limit` may be 0, which like its absence means the largest.
pub fn limit(asked: Option<i32>) -> i64 {
    asked.filter(|limit| *limit > 0).map_or(60, i64::from)
}

/// Cuts a page of `limit` out of up to `limit + 1` items read; the token continues after the last one kept.
pub fn cut<T>(
    listing: &Listing<'_>,
    services: &Services,
    mut items: Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> String,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let token = items.last().filter(|_| more).map(|last| listing.token(services, &position(last)));
    (items, token)
}
