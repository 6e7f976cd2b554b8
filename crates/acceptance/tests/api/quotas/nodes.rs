//! Several nodes over one store stay, together, within the limits.

use std::time::Duration;

use flows::quotas::Mode;
use storage::engine::{Batch, Statement};
use testkit::TestServer;
use wire::quota::QuotaCategory;

use super::{list_pools, only, throttled};

const RATE: u32 = 60;

async fn three_nodes() -> [TestServer; 3] {
    let settings = only(QuotaCategory::UserPoolRead, RATE);
    let first = TestServer::start_with_quotas(settings, Mode::Shared).await;
    let (second, third) = (first.another_node(), first.another_node());
    [first, second, third]
}

/// How many of so many calls are granted.
async fn granted(node: &TestServer, calls: u32) -> u32 {
    let mut granted = 0;
    for _ in 0..calls {
        let reply = list_pools(node).await;
        match reply.status {
            200 => granted += 1,
            _ => throttled(reply),
        }
    }
    granted
}

/// So many calls on each node in each tenth of a second, for so many seconds. What was granted.
async fn run(nodes: &[TestServer; 3], calls: [u32; 3], seconds: u32) -> u32 {
    let mut total = 0;
    for _ in 0..seconds * 10 {
        for (node, calls) in nodes.iter().zip(calls) {
            total += granted(node, calls).await;
        }
        nodes[0].clock.advance(Duration::from_millis(100));
    }
    total
}

#[track_caller]
fn is_within_a_tenth(granted: u32, seconds: u32) {
    let expected = RATE * seconds;
    assert!(granted.abs_diff(expected) * 10 <= expected, "{granted} of {expected}");
}

#[tokio::test]
async fn three_nodes_share_one_limit() {
    let nodes = three_nodes().await;
    // The bucket is full at first: what is measured begins when it is not.
    let at_first = run(&nodes, [40, 40, 40], 1).await;
    assert!(at_first <= 2 * RATE, "{at_first}");
    is_within_a_tenth(run(&nodes, [10, 10, 10], 5).await, 5);
    // Also when they are not asked alike, or one alone.
    is_within_a_tenth(run(&nodes, [15, 1, 1], 5).await, 5);
    is_within_a_tenth(run(&nodes, [0, 15, 0], 5).await, 5);
}

#[tokio::test]
async fn at_once_no_more_is_granted_than_the_bucket_holds() {
    let nodes = three_nodes().await;
    let call = |node: TestServer| tokio::spawn(async move { list_pools(&node).await.status == 200 });
    let tasks: Vec<_> = (0..RATE).flat_map(|_| nodes.clone()).map(call).collect();
    let mut granted = 0;
    for task in tasks {
        granted += u32::from(task.await.unwrap());
    }
    assert!(granted <= RATE, "{granted}");
    assert!(granted * 10 >= RATE * 9, "{granted}");
}

#[tokio::test]
async fn a_node_without_the_store_refuses() {
    let [node, ..] = three_nodes().await;
    list_pools(&node).await.ok();
    let gone = Statement::new("DROP TABLE quota_leases", Vec::new());
    let mut batch = Batch::new();
    batch.push(gone);
    node.services.db.store().apply(batch).await.unwrap();
    // What was leased before is the node's, for a second.
    node.clock.advance(Duration::from_millis(999));
    list_pools(&node).await.ok();
    node.clock.advance(Duration::from_millis(1));
    for _ in 0..3 {
        throttled(list_pools(&node).await);
        node.clock.advance(Duration::from_secs(1));
    }
}
