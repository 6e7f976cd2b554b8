//! The canonical request: the one text that signer and verifier derive from the same HTTP request.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, for a whole path.
const PATH: &AsciiSet = &RESERVED.remove(b'/');

pub(super) type Header<'a> = (&'a str, &'a [u8]);

/// One `name=value` of a query string.
pub(super) struct Parameter<'a> {
    /// Decoded, so that no spelling of a name hides it.
    pub name: Cow<'a, [u8]>,
    /// As it stands in the request.
    pub value: &'a str,
}

pub(super) fn parameters(raw_query: &str) -> Vec<Parameter<'_>> {
    raw_query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Parameter { name: decode(name), value })
        .collect()
}

/// Form decoding: `+` is a space, as signers of forms take it.
pub(super) fn decode(text: &str) -> Cow<'_, [u8]> {
    if text.contains('+') {
        Cow::Owned(percent_decode_str(&text.replace('+', " ")).collect())
    } else {
        percent_decode_str(text).into()
    }
}

/// The values of a header in the order they came; names compare without case.
pub(super) fn values<'a>(headers: &[Header<'a>], name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}

/// Method, path, query, headers, names of the headers, hash of the body; a line feed between them.
pub(super) fn request(
    method: &str,
    raw_path: &str,
    query: &[Parameter<'_>],
    headers: &[Header<'_>],
    signed_headers: &[&str],
    payload_hash: &str,
) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    for part in [method, &path(raw_path), &query_string(query)] {
        text.extend_from_slice(part.as_bytes());
        text.push(b'\n');
    }
    for name in signed_headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        for (i, value) in values(headers, name).enumerate() {
            if i > 0 {
                text.push(b',');
            }
            fold_spaces(value, &mut text);
        }
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload_hash.as_bytes());
    text
}

/// The path without empty and dot segments, encoded once more than on the wire.
fn path(raw: &str) -> String {
    let mut kept = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            named => kept.push(named),
        }
    }
    let folder = !kept.is_empty() && ["/", "/.", "/.."].iter().any(|end| raw.ends_with(end));
    let plain = format!("/{}{}", kept.join("/"), if folder { "/" } else { "" });
    percent_encode(plain.as_bytes(), PATH).to_string()
}

/// Every parameter but the signature itself, encoded, then sorted by name and value.
fn query_string(query: &[Parameter<'_>]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .filter(|p| *p.name != *b"X-Amz-Signature")
        .map(|p| (encode(&p.name), encode(&decode(p.value))))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// Appends a value without spaces at its ends, and one space for each run inside.
fn fold_spaces(value: &[u8], text: &mut Vec<u8>) {
    let words = value.trim_ascii().split(|b| *b == b' ').filter(|word| !word.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (raw, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/..", "/"),
            ("/../a", "/a"),
            ("/a/../b/", "/b/"),
            ("/a//b", "/a/b"),
            ("/a/b/.", "/a/b/"),
            ("/a/b/..", "/a/"),
            ("/a%20b", "/a%2520b"),
            ("/~a-b_c.d", "/~a-b_c.d"),
            ("/a:b*", "/a%3Ab%2A"),
            ("/\u{e9}", "/%C3%A9"),
        ] {
            assert_eq!(path(raw), canonical, "{raw}");
        }
    }

    #[test]
    fn queries() {
        for (raw, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=1&a", "a=&a=1&a=2"),
            ("&&a=b=c&", "a=b%3Dc"),
            ("a=%7e%2f%41+", "a=~%2FA%20"),
            ("a=%zz%", "a=%25zz%25"),
            ("a%2Db=1&a=1", "a=1&a-b=1"),
            ("X-Amz-Signature=1&X%2DAmz-Signature=2&x-amz-signature=3", "x-amz-signature=3"),
        ] {
            assert_eq!(query_string(&parameters(raw)), canonical, "{raw}");
        }
    }

    #[test]
    fn header_values() {
        let headers: [Header<'_>; 3] = [("a", b"  x   y "), ("B", b"\xff"), ("A", b"\tz")];
        let text = request("GET", "/", &[], &headers, &["a", "b"], "-");
        assert_eq!(text, b"GET\n/\n\na:x y,z\nb:\xff\n\na;b\n-");
    }
}
