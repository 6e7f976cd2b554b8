//! Texts that satisfy and texts that break each pattern of `cognito-idp`, written by hand.

use std::collections::BTreeMap;

use wire::cognito_idp::constraints::PASSWORD_TYPE;
use wire::constraints::{Pattern, Shape};

/// `head`, then `fill` any number of times, then `tail` satisfies the pattern; without a fill only `head` does.
pub struct Example {
    pub head: &'static str,
    pub fill: Option<char>,
    pub tail: &'static str,
    /// The pattern itself ends here.
    pub longest: usize,
    pub valid: &'static [&'static str],
    pub invalid: &'static [&'static str],
}

const fn any_length(head: &'static str, fill: char, tail: &'static str) -> Example {
    Example { head, fill: Some(fill), tail, longest: usize::MAX, valid: &[], invalid: &[] }
}

const fn one_of(valid: &'static [&'static str]) -> Example {
    Example { head: valid[0], fill: None, tail: "", longest: usize::MAX, valid, invalid: &[] }
}

impl Example {
    const fn up_to(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    const fn takes(self, valid: &'static [&'static str]) -> Self {
        Self { valid, ..self }
    }

    const fn refuses(self, invalid: &'static [&'static str]) -> Self {
        Self { invalid, ..self }
    }

    /// A text of exactly `length` UTF-16 code units that satisfies the pattern, if it has one.
    pub fn of_length(&self, length: usize) -> Option<String> {
        let fixed = self.head.len() + self.tail.len();
        match self.fill {
            Some(fill) => length
                .checked_sub(fixed)
                .filter(|_| length <= self.longest)
                .map(|n| format!("{}{}{}", self.head, fill.to_string().repeat(n), self.tail)),
            None => (length == fixed).then(|| self.head.to_owned()),
        }
    }

    /// A text of at least `length` where there is one.
    pub fn at_least(&self, length: usize) -> String {
        let fixed = self.head.len() + self.tail.len();
        self.of_length(length.max(fixed)).unwrap_or_else(|| self.head.to_owned())
    }
}

/// The inner white space is what the password may have and others with the same pattern may not.
pub const PASSWORD: Example = any_length("a", ' ', "b")
    .takes(&["a", "a b", "pass\tword", "a  b", "é\u{a0}"])
    .refuses(&["", " ", " a", "a ", "\ta", "a\n"]);

pub const SPACELESS: Example =
    any_length("a", 'b', "").takes(&["123456", "é", "\u{a0}"]).refuses(&["", " ", "a b", "a\n"]);

const ARN: &[&str] =
    &["", "arn", "arn:aws:sns:eu west:0:x", "arn:aws:lambda:eu-west-1:12a:function:f", "x:a:b::0:c"];
const UUID4: &str = "01234567-89ab-4cde-8f01-23456789abcd";
const BAD_UUID4: &[&str] = &[
    "",
    "0123456789ab4cde8f0123456789abcd",
    "01234567-89ab-1cde-8f01-23456789abcd",
    "01234567-89ab-4cde-cf01-23456789abcd",
];
/// Line ends and white space that the mail patterns take or refuse.
const TEXT: &[&str] = &["Grüße, 世界!", "1 + 1 = 2", "line\r\n\tline", "\u{1F600}"];

/// By AWS's text of the pattern.
pub fn table() -> BTreeMap<&'static str, Example> {
    BTreeMap::from([
        ("(?s).*", any_length("", 'a', "").takes(&["", "line\nline", "\u{2028}"])),
        (
            r"(arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)?",
            any_length("arn:a:b::0:c", 'c', "")
                .takes(&["", "arn:aws:kms:eu-west-1:1:key/a"])
                .refuses(&ARN[1..]),
        ),
        (
            r".*\{####\}.*",
            any_length("{####}", 'a', "").takes(&["Your code: {####}"]).refuses(&[
                "",
                "####",
                "{####",
                "{####}\n",
                "\u{2028}{####}",
            ]),
        ),
        (
            r"Level[1-4]",
            one_of(&["Level1", "Level2", "Level3", "Level4"])
                .refuses(&["", "Level0", "Level5", "level1", "Level11"]),
        ),
        (
            r"[0-9]+",
            any_length("1", '0', "").takes(&["123456"]).refuses(&[
                "",
                "12345a",
                "１２３４５６",
                " 12345",
                "-12345",
            ]),
        ),
        (
            r"[A-Za-z0-9-_+/=.]+",
            any_length("a", 'b', "").takes(&["eyJ.a-_.b+/="]).refuses(&["", "a b", "a~b", "é"]),
        ),
        (
            r"[A-Za-z0-9-_=.]+",
            any_length("a", 'b', "").takes(&["eyJ.a-_.b="]).refuses(&["", "a b", "a+b", "a/b", "é"]),
        ),
        (r"[\S]+", SPACELESS),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]+",
            any_length("a", 'b', "")
                .takes(&["My provider", "世界", "a\u{a0}b"])
                .refuses(&["", "a\tb", "a\u{7}"]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*",
            any_length("", 'a', "").takes(TEXT).refuses(&["a\u{a0}b", "\u{7}bell\u{7}"]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*",
            any_length("{####}", 'a', "").takes(&["Grüße\r\n{####}\r\n*"]).refuses(&[
                "",
                "abcdef",
                "####ab",
                "{####}\u{a0}",
            ]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{##[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*##\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*",
            any_length("{####}", 'a', "").takes(&["Click {##here##} now"]).refuses(&[
                "",
                "{##here",
                "here##}",
                "{##a\u{a0}##}",
            ]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]+",
            any_length("a", 'a', "").takes(TEXT).refuses(&["", "a\u{a0}bcdef"]),
        ),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+", any_length("a", 'a', "").takes(TEXT).refuses(&["", "a\u{a0}b"])),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+",
            any_length("a", 'a', "").takes(&["custom:role", "my name"]).refuses(&["", "a\u{c}b", "a\u{a0}b"]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+",
            any_length("a", 'b', "")
                .takes(&["ada", "ada@example.com", "世界", "\u{1F600}"])
                .refuses(&["", "a b", "a\n", "a\u{a0}", "\u{7f}"]),
        ),
        (
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+",
            any_length("a@", 'b', "c").takes(&["ada@example.com"]).refuses(&[
                "",
                "ada",
                "@example.com",
                "ada@",
                "a b@c",
            ]),
        ),
        (r"[\w+-]+", any_length("a", 'b', "").takes(&["event-1_2+3"]).refuses(&["", "a b", "a.b", "é"])),
        (r"[\w+=/]+", any_length("a", 'b', "").takes(&["9S/g+aZ_="]).refuses(&["", "a b", "a-b", "é"])),
        (
            r"[\w+]+",
            any_length("a", 'b', "").takes(&["0123456789abcdefghijklmnop"]).refuses(&["", "a-b", "a b", "é"]),
        ),
        (
            r"[\w-]+_[0-9a-f-]+",
            any_length("a_", '0', "f").takes(&["eu-west-1_0f-1"]).refuses(&[
                "",
                "eu-west-1",
                "eu-west-1_",
                "a_g",
                "_0",
            ]),
        ),
        (
            r"[\w-]+_[0-9a-zA-Z]+",
            any_length("a_", 'b', "c").takes(&["eu-west-1_aBcD3fGhI"]).refuses(&[
                "",
                "eu-west-1",
                "eu-west-1_",
                "_a",
                "a_é",
                "a_b-c",
            ]),
        ),
        (
            r"[\w\s+=,.@-]+",
            any_length("a", 'b', "").takes(&["My pool, v1.0 @home"]).refuses(&["", "a#b", "é", "a\u{a0}b"]),
        ),
        (r"[\w\s+=.@-]+", any_length("a", 'b', "").takes(&["example.com"]).refuses(&["", "a,b", "é"])),
        (
            r"[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+",
            any_length("a", 'b', "").takes(&["read:all"]).refuses(&["", "a b", "a\"b", "a/b", "a\\b", "é"]),
        ),
        (
            r"[\x21\x23-\x5B\x5D-\x7E]+",
            any_length("a", 'b', "")
                .takes(&["https://api.example"])
                .refuses(&["", "a b", "a\"b", "a\\b", "é"]),
        ),
        (
            r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+",
            any_length("abc", 'd', "")
                .takes(&["MyOIDC", "a_c"])
                .refuses(&["", "ab", "_abc", "a bc", "abc_", "abc "]),
        ),
        (
            r"^(terms-of-use|privacy-policy)$",
            one_of(&["terms-of-use", "privacy-policy"]).refuses(&["", "terms", "terms-of-use\n"]),
        ),
        (
            r"^(tkn|sso)[a-z0-9]{25}$",
            one_of(&["tkn0123456789abcdefghijklmno", "sso0123456789abcdefghijklmno"]).refuses(&[
                "",
                "tok0123456789abcdefghijklmno",
                "tkn0123456789ABCDEFGHIJKLMNO",
            ]),
        ),
        (r"^[0-9a-fA-F]+$", any_length("0", 'f', "").takes(&["09afAF"]).refuses(&["", "0x0", "g"])),
        (
            r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[4][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
            one_of(&[UUID4]).refuses(BAD_UUID4),
        ),
        (
            r"^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$",
            any_length("h", 'x', "")
                .takes(&["https://example.com/terms"])
                .refuses(&["", "https://example.com/a b"]),
        ),
        (r"^[\w\- ]+$", any_length("a", 'b', "").takes(&["my resource-1"]).refuses(&["", "a.b", "é"])),
        (
            r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$",
            any_length("a", 'b', "")
                .up_to(63)
                .takes(&["my-domain-1"])
                .refuses(&["", "-a", "a-", "My", "a_b"]),
        ),
        (r"^[a-zA-Z0-9_-]+$", any_length("a", 'b', "").takes(&["My_set-1"]).refuses(&["", "a b", "a.b"])),
        (
            r"^cognito:(default|dutch|english|french|spanish|german|bahasa-indonesia|italian|japanese|korean|portuguese-brazil|chinese-(simplified|traditional))$",
            one_of(&["cognito:default", "cognito:german", "cognito:chinese-traditional"]).refuses(&[
                "",
                "default",
                "cognito:klingon",
                "cognito:chinese",
            ]),
        ),
        (
            r"arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?",
            any_length("arn:a:b::0:c", 'c', "")
                .takes(&["arn:aws:lambda:eu-west-1:000000000000:function:f:1"])
                .refuses(ARN),
        ),
        (
            r"arn:[\w+=/,.@-]+:[\w+=/,.@-]+:::[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?",
            any_length("arn:a:b:::c", 'c', "").takes(&["arn:aws:s3:::bucket"]).refuses(&[
                "",
                "arn:aws:s3::0:bucket",
                "arn:aws:s3:::",
            ]),
        ),
        (
            r"import-[0-9a-zA-Z-]+",
            any_length("import-a", 'b', "").takes(&["import-AbC-1"]).refuses(&[
                "",
                "import-",
                "Import-a",
                "import-a_b",
            ]),
        ),
    ])
}

/// The example of a text shape's pattern. A pattern without one is a failure: write it.
pub fn of<'a>(
    table: &'a BTreeMap<&'static str, Example>,
    shape: &'static Shape,
    pattern: &Pattern,
) -> &'a Example {
    if std::ptr::eq(shape, &PASSWORD_TYPE) {
        return &PASSWORD;
    }
    table.get(pattern.text).unwrap_or_else(|| panic!("no example of {}", pattern.text))
}
