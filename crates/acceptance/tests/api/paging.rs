//! Reading a list to its end.

use serde_json::Value;
use testkit::TestServer;

/// Everything in the member `list`, read in pages of at most `size` by the page token in the member `token`.
pub async fn every_page(
    server: &TestServer,
    operation: &str,
    mut input: Value,
    size: usize,
    list: &str,
    token: &str,
) -> Vec<Value> {
    input["Limit"] = size.into();
    let mut seen = Vec::new();
    loop {
        let page = server.call(operation, input.clone()).await.ok();
        let items = page[list].as_array().unwrap();
        assert!(items.len() <= size, "{page}");
        seen.extend(items.iter().cloned());
        input[token] = page[token].clone();
        if input[token].is_null() {
            return seen;
        }
        assert!(!items.is_empty(), "a page token must lead somewhere");
    }
}
