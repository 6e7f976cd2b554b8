//! The limit of a category as it is written: `CATEGORY=RATE`, or `CATEGORY=RATE:MAXIMUM`.

use std::fmt;
use std::str::FromStr;

use flows::quotas::Rate;
use serde::{Deserialize, Serialize};
use wire::quota::QuotaCategory;

/// A category with its limit. Read and written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quota {
    pub category: QuotaCategory,
    pub rate: Rate,
}

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "CATEGORY=RATE or CATEGORY=RATE:MAXIMUM is expected";
        let (name, rates) = text.split_once('=').ok_or(EXPECTED)?;
        let category = QuotaCategory::from_name(name).ok_or_else(|| {
            let known = QuotaCategory::ALL.map(QuotaCategory::name).join(", ");
            format!("there is no such category; those there are: {known}")
        })?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|rate| *rate <= 1_000_000);
        let (default, maximum) = rates.split_once(':').unwrap_or((rates, rates));
        let (default, maximum) = number(default).zip(number(maximum)).ok_or(EXPECTED)?;
        if maximum < default {
            return Err("the maximum is below the rate".into());
        }
        if maximum > default && (!category.is_adjustable() || default == 0) {
            return Err("a maximum is for adjustable categories that have a limit".into());
        }
        Ok(Self { category, rate: Rate { default, maximum } })
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { category, rate: Rate { default, maximum } } = self;
        write!(f, "{}={default}", category.name())?;
        if maximum == default { Ok(()) } else { write!(f, ":{maximum}") }
    }
}

impl TryFrom<String> for Quota {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Quota> for String {
    fn from(quota: Quota) -> Self {
        quota.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, default, maximum) in
            [("UserRead=200", 200, 200), ("UserRead=0", 0, 0), ("UserRead=120:400", 120, 400)]
        {
            let quota: Quota = text.parse().unwrap();
            assert_eq!(quota, Quota { category: QuotaCategory::UserRead, rate: Rate { default, maximum } });
            assert_eq!(quota.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in [
            "",
            "UserRead",
            "UserRead=",
            "UserRead=-1",
            "UserRead=x",
            "UserRead=1:",
            "UserRead=9:8",
            "userread=1",
            "UserRead=0:5",
            "UserList=30:60",
            "UserRead=1000001",
            "=5",
        ] {
            assert!(text.parse::<Quota>().is_err(), "{text}");
        }
    }
}
