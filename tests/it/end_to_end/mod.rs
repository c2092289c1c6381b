//! The whole way: a deposit goes in, answers come out of every door, as real clients see them.

mod data;
mod doors;
mod http;
mod life;
mod names;

use serde_json::Value;

/// The object of the sample's `name`, as RDAP tells it.
fn domain(name: &str) -> Value {
    let reply = crate::client::get(crate::demo::demo().http, &format!("/rdap/domain/{name}"));
    assert_eq!(reply.status, 200, "{name}");
    reply.json()
}

/// The strings in an array, sorted.
fn words(array: &Value) -> Vec<String> {
    let mut words: Vec<String> =
        array.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect();
    words.sort();
    words
}
