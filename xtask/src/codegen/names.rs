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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_acronyms_together() {
        for (member, expected) in [
            ("SMSMessage", "sms_message"),
            ("CSVHeader", "csv_header"),
            ("MFAOptions", "mfa_options"),
            ("UICustomization", "ui_customization"),
            ("CallbackURLs", "callback_urls"),
            ("AllowedOAuthFlows", "allowed_oauth_flows"),
            ("WebAuthnConfiguration", "webauthn_configuration"),
            ("UserPoolId", "user_pool_id"),
            ("Type", "r#type"),
        ] {
            assert_eq!(field(member), expected);
        }
    }

    #[test]
    fn values_become_variants() {
        for (value, expected) in
            [("ALLOW_USER_SRP_AUTH", "AllowUserSrpAuth"), ("us-east-1", "UsEast1"), ("2.0", "V20")]
        {
            assert_eq!(variant(value), expected);
        }
    }
}
