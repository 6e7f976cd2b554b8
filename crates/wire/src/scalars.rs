//! AWS's forms of time and bytes in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, UTC milliseconds. In JSON: a number, epoch seconds, with a fraction where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of any real date fit a double")]
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let millis = (seconds * 1000.0).round();
        if millis.abs() > 9.0e15 {
            return Err(D::Error::custom("timestamp out of range"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        Ok(Self(millis as i64))
    }
}

/// Bytes. In JSON: standard base64 with padding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_with_a_fraction_where_there_is_one() {
        assert_eq!(serde_json::to_string(&Timestamp(1_700_000_000_000)).unwrap(), "1700000000");
        assert_eq!(serde_json::to_string(&Timestamp(1_700_000_000_123)).unwrap(), "1700000000.123");
        assert_eq!(
            serde_json::from_str::<Timestamp>("1700000000.123").unwrap(),
            Timestamp(1_700_000_000_123)
        );
        assert_eq!(serde_json::from_str::<Timestamp>("5").unwrap(), Timestamp(5000));
        assert!(serde_json::from_str::<Timestamp>("1e300").is_err());
    }
}
