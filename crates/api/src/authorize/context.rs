//! The condition keys of an administrative call, computed only when a policy asks for them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::ids::{AccountId, Region};
use domain::time::Time;
use flows::cx::Caller;
use iam::{Context, Values};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::authenticate::Signature;

/// What is known of a call by who signed it.
pub(crate) struct RequestContext<'a> {
    pub signature: &'a Signature,
    pub caller: &'a Caller,
    pub region: &'a Region,
    pub now: Time,
    /// What the call is about, as far as it was found.
    pub resource: Option<About<'a>>,
    /// The body, whose tags are `aws:RequestTag`.
    pub input: Option<&'a Map<String, Value>>,
    /// Keys of the operation's own, in lower case.
    pub further: &'a [(&'a str, Cow<'a, str>)],
}

/// What policies may ask about a resource: `aws:ResourceAccount` and `aws:ResourceTag`.
pub(crate) struct About<'a> {
    pub account: &'a AccountId,
    pub tags: Option<&'a BTreeMap<String, String>>,
}

impl Context for RequestContext<'_> {
    fn get(&self, key: &str) -> Values<'_> {
        let Some(global) = key.strip_prefix("aws:") else {
            let own = self.further.iter().find(|(name, _)| *name == key);
            return own.map_or(Values::Absent, |(_, value)| Values::One(Cow::Borrowed(value)));
        };
        match global.split_once('/') {
            Some(("principaltag", name)) => tagged(&self.signature.signer.identity.principal.tags, name),
            Some(("resourcetag", name)) => {
                let tags = self.resource.as_ref().and_then(|about| about.tags);
                tags.map_or(Values::Absent, |tags| tagged(tags, name))
            }
            Some(("requesttag", name)) => {
                matching(self.request_tags().filter_map(|(key, value)| Some((key, value.as_str()?))), name)
            }
            Some(_) => Values::Absent,
            None => self.of_request(global).unwrap_or_else(|| self.of_signer(global)),
        }
    }
}

impl RequestContext<'_> {
    fn of_request(&self, key: &str) -> Option<Values<'_>> {
        Some(match key {
            "currenttime" => Values::one(iso(self.now)),
            "epochtime" => Values::one(self.now.secs().to_string()),
            "sourceip" => Values::one(self.caller.ip.to_canonical().to_string()),
            "securetransport" => truth(self.signature.secure_transport),
            "useragent" => optional(self.caller.user_agent.as_deref()),
            "requestedregion" => Values::one(self.region.as_str()),
            "resourceaccount" => optional(self.resource.as_ref().map(|about| about.account.as_str())),
            "tagkeys" => {
                let listed = self.input.and_then(|input| input.get("TagKeys")).and_then(Value::as_array);
                let listed = listed.into_iter().flatten().filter_map(Value::as_str);
                let names = self.request_tags().map(|(name, _)| name).chain(listed);
                Values::Many(Cow::Owned(names.map(str::to_owned).collect()))
            }
            "viaawsservice" | "principalisawsservice" => truth(false),
            _ => return None,
        })
    }

    fn of_signer(&self, key: &str) -> Values<'_> {
        let signer = &self.signature.signer;
        let principal = &signer.identity.principal;
        let session = signer.session.as_ref();
        match (key, session) {
            ("principalarn", _) => Values::one(&*signer.identity.arn),
            ("principalaccount", _) => Values::one(principal.account.as_str()),
            ("principaltype", None) => Values::one("User"),
            ("principaltype", Some(_)) => Values::one("AssumedRole"),
            ("userid", _) => Values::one(signer.user_id()),
            ("username", None) => Values::one(&*principal.name),
            ("tokenissuetime", Some(session)) => Values::one(iso(session.of.issued_at)),
            // Temporary keys say whether a second factor was given, and here none is asked for.
            ("multifactorauthpresent", Some(_)) => truth(false),
            ("federatedprovider", Some(session)) => optional(session.of.federated_provider.as_deref()),
            _ => Values::Absent,
        }
    }

    fn request_tags(&self) -> impl Iterator<Item = (&str, &Value)> {
        let tags = |member| self.input.and_then(|input| input.get(member)).and_then(Value::as_object);
        let both = [tags("UserPoolTags"), tags("Tags")].into_iter().flatten();
        both.flatten().map(|(name, value)| (name.as_str(), value))
    }
}

fn tagged<'a>(tags: &'a BTreeMap<String, String>, name: &str) -> Values<'a> {
    matching(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())), name)
}

/// The value of a tag, whose key a policy names in any case. Tags that differ only in case have several values.
fn matching<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>, name: &str) -> Values<'a> {
    let mut found: Vec<&str> =
        tags.filter(|(key, _)| key.to_lowercase() == name).map(|(_, value)| value).collect();
    match (found.pop(), found.is_empty()) {
        (None, _) => Values::Absent,
        (Some(value), true) => Values::one(value),
        (Some(value), false) => {
            found.push(value);
            Values::Many(Cow::Owned(found.into_iter().map(str::to_owned).collect()))
        }
    }
}

fn truth<'a>(value: bool) -> Values<'a> {
    Values::one(if value { "true" } else { "false" })
}

fn optional(value: Option<&str>) -> Values<'_> {
    value.map_or(Values::Absent, Values::one)
}

/// `2026-11-24T12:00:00Z`.
pub(crate) fn iso(time: Time) -> String {
    Timestamp::from_second(time.secs()).map(|time| time.to_string()).unwrap_or_default()
}
