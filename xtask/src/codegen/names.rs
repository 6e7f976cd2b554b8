//! AWS's names in Rust's spelling.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Plural acronyms and words that a case converter would cut in the wrong place.
const WORDS: [(&str, &str); 5] =
    [("URLs", "Urls"), ("OAuth", "Oauth"), ("WebAuthn", "Webauthn"), ("IPs", "Ips"), ("ARNs", "Arns")];

/// `CallbackURLs` as `callback_urls`.
pub fn field(member: &str) -> String {
    let mut name = member.to_owned();
    for (word, plain) in WORDS {
        name = name.replace(word, plain);
    }
    match name.to_snake_case().as_str() {
        "type" => "r#type".into(),
        "match" => "r#match".into(),
        "static" => "r#static".into(),
        plain => plain.to_owned(),
    }
}

/// `ALLOW_USER_SRP_AUTH` as `AllowUserSrpAuth`, `us-east-1` as `UsEast1`, `2.0` as `V20`.
pub fn variant(value: &str) -> String {
    let name = value.to_upper_camel_case();
    match name.as_str() {
        "Self" => "Self_".into(),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("V{name}"),
        _ => name,
    }
}

/// `UserPoolIdType` as `USER_POOL_ID_TYPE`.
pub fn constant(shape: &str) -> String {
    shape.to_snake_case().to_uppercase()
}
