//! Request rate quotas: what is charged, what is not, and that it comes back with time.

mod categories;
mod nodes;
mod provisioned;
mod sources;
mod users_and_pools;

use flows::quotas::{Mode, Rate, Settings};
use serde_json::json;
use testkit::{Reply, TestServer};
use wire::quota::QuotaCategory;

/// AWS's limits of categories, and no others.
fn categories_only() -> Settings {
    Settings { per_pool: 0, per_user: 0, per_address: 0, ..Settings::default() }
}

fn unlimited() -> Settings {
    let mut settings = categories_only();
    for category in QuotaCategory::ALL {
        settings.set_rate(category, Rate { default: 0, maximum: 0 });
    }
    settings
}

/// No limit but this one.
fn only(category: QuotaCategory, rate: u32) -> Settings {
    let mut settings = unlimited();
    settings.set_rate(category, Rate { default: rate, maximum: rate });
    settings
}

async fn server(settings: Settings) -> TestServer {
    TestServer::start_with_quotas(settings, Mode::Alone).await
}

async fn list_pools(server: &TestServer) -> Reply {
    server.call("ListUserPools", json!({ "MaxResults": 1 })).await
}

#[track_caller]
fn throttled(reply: Reply) {
    reply.refused("TooManyRequestsException", "Rate exceeded");
}
