//! What a `User-Agent` (RFC 9110, section 10.1.5) says of the device: its browser or app and its system.

/// What is shown when the user agent says nothing.
pub const UNKNOWN: &str = "unknown";
/// Longest name of an app that is shown, in bytes. Only ASCII is.
const MAX_APP: usize = 64;

/// A mark in a user agent and the name it stands for.
type Mark = (&'static str, &'static str);

/// Marks of browsers. Browsers carry the marks of others for compatibility, so the more particular come first.
const BROWSERS: &[Mark] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems, of browsers and of AWS's SDKs. Android names Linux too, and iOS names Mac OS X.
const SYSTEMS: &[Mark] = &[
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("os/ios", "iOS"),
    ("cros ", "ChromeOS"),
    ("windows", "Windows"),
    ("macintosh", "macOS"),
    ("mac os x", "macOS"),
    ("macos", "macOS"),
    ("darwin", "macOS"),
    ("linux", "Linux"),
];

/// `<browser or app>, <system>`, whichever is known, or [`UNKNOWN`].
pub fn of(user_agent: Option<&str>) -> String {
    let Some(text) = user_agent else { return UNKNOWN.into() };
    let lower = text.to_ascii_lowercase();
    let browser = text.starts_with("Mozilla/").then(|| named(BROWSERS, text)).flatten();
    let app = match browser {
        Some(name) => Some(name),
        None => app(text),
    };
    match (app, named(SYSTEMS, &lower)) {
        (Some(app), Some(system)) => format!("{app}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => UNKNOWN.into(),
    }
}

fn named(marks: &[Mark], text: &str) -> Option<&'static str> {
    marks.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
}

/// The first product of a user agent that is not a browser's, without its version.
fn app(text: &str) -> Option<&str> {
    let product = text.split(['/', ' ']).next().filter(|name| !name.is_empty() && *name != "Mozilla")?;
    (product.len() <= MAX_APP && product.bytes().all(|b| b.is_ascii_graphic())).then_some(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_apps_and_sdks_are_told_apart() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                 Safari/537.36",
                "Chrome, Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                 Safari/537.36 Edg/126.0.0.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari, iOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 \
                 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "macOS"),
            (
                "Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11",
                "Boto3, Linux",
            ),
            ("aws-sdk-js/3.600.0 ua/2.0 os/darwin#23.5.0 lang/js md/nodejs#20.14.0", "aws-sdk-js, macOS"),
            ("MyApp/2.1", "MyApp"),
        ] {
            assert_eq!(of(Some(agent)), expected, "{agent}");
        }
    }

    #[test]
    fn what_says_nothing_is_unknown_and_never_long() {
        for agent in ["", " ", "/", "Mozilla/5.0", &"x".repeat(100_000), "é/1"] {
            assert_eq!(of(Some(agent)), UNKNOWN, "{agent:.20}");
        }
        assert_eq!(of(None), UNKNOWN);
    }
}
