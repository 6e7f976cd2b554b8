//! Which limits there are: those of AWS, unless whoever runs the installation says otherwise.

use wire::quota::QuotaCategory;

/// In `poolhouse dev`, how many times its default an adjustable limit may become.
const DEVELOPMENT: u32 = 10;

/// Limits in requests per second. 0 is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// In the order of the categories; see [`Settings::rate`].
    pub categories: [Rate; QuotaCategory::ALL.len()],
    /// Of one operation on one pool, for the categories where Cognito has such a limit.
    pub per_pool: u32,
    /// Of reading one user, and as many of writing.
    pub per_user: u32,
    /// Of one source address.
    pub per_address: u32,
}

/// The limit of a category, in requests per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Of an account that provisioned no other; 0 is no limit.
    pub default: u32,
    /// The most that an account may provision.
    pub maximum: u32,
}

impl Rate {
    /// A provisioned value as it is enforced after the bounds have been changed.
    pub fn within(self, value: u32) -> u32 {
        if self.default == 0 { 0 } else { value.clamp(self.default, self.maximum.max(self.default)) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let rate = |category: QuotaCategory| {
            let default = category.default_rate();
            Rate { default, maximum: default }
        };
        Self { categories: QuotaCategory::ALL.map(rate), per_pool: 5, per_user: 10, per_address: 1000 }
    }
}

impl Settings {
    /// Adjustable limits may be raised without asking anybody, as far as AWS commonly lets them.
    pub fn for_development() -> Self {
        let mut settings = Self::default();
        for category in QuotaCategory::ALL.into_iter().filter(|category| category.is_adjustable()) {
            settings.categories[category as usize].maximum *= DEVELOPMENT;
        }
        settings
    }

    pub fn rate(&self, category: QuotaCategory) -> Rate {
        self.categories[category as usize]
    }

    pub fn set_rate(&mut self, category: QuotaCategory, rate: Rate) {
        self.categories[category as usize] = rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_its_own_rate() {
        let mut settings = Settings::default();
        for category in QuotaCategory::ALL {
            assert_eq!(settings.rate(category).default, category.default_rate());
        }
        settings.set_rate(QuotaCategory::UserRead, Rate { default: 7, maximum: 9 });
        for category in QuotaCategory::ALL {
            let expected = if category == QuotaCategory::UserRead { 7 } else { category.default_rate() };
            assert_eq!(settings.rate(category).default, expected);
        }
    }

    #[test]
    fn what_was_provisioned_stays_between_the_bounds() {
        let rate = Rate { default: 10, maximum: 20 };
        assert_eq!([5, 10, 15, 20, 25].map(|value| rate.within(value)), [10, 10, 15, 20, 20]);
        assert_eq!(Rate { default: 0, maximum: 0 }.within(5), 0);
        assert_eq!(Rate { default: 10, maximum: 5 }.within(7), 10);
    }
}
