//! Buckets for all nodes together: in memory where there is one, leased through the store where there are several.

use guard::buckets::Buckets;
use guard::throttle::Limit;

use super::leases::Leases;
use super::name::Name;
use super::{KEPT, Mode};
use crate::services::Services;

#[derive(Debug)]
pub(super) enum Common {
    Alone(Buckets),
    Shared(Box<Leases>),
}

impl Common {
    pub fn new(mode: Mode) -> Self {
        match mode {
            Mode::Shared => Self::Shared(Box::default()),
            Mode::Off | Mode::Alone => Self::Alone(Buckets::with_capacity(KEPT)),
        }
    }

    /// Takes one of `rate` per second, 0 being no limit; whether there was one.
    pub async fn take(&self, services: &Services, name: &Name<'_>, rate: u32) -> bool {
        if rate == 0 {
            return true;
        }
        match self {
            Self::Alone(buckets) => {
                let now = services.clock.real().millis().unsigned_abs();
                buckets.take(name, Limit::per_second(rate), now).is_ok()
            }
            Self::Shared(leases) => leases.take(services, name, rate).await,
        }
    }

    /// Puts one back that was taken for nothing.
    pub fn give_back(&self, name: &Name<'_>, rate: u32) {
        match self {
            Self::Alone(buckets) => buckets.give_back(name, Limit::per_second(rate)),
            Self::Shared(leases) => leases.give_back(name),
        }
    }
}
