//! `AcrConfiguration`: what a pool calls the levels of authentication.

use std::collections::BTreeMap;

use wire::cognito_idp::shapes::{AcrLevelConfigType, UserPoolTierType, UserPoolType};

use super::Pool;
use crate::acr::{Authentication, Level};
use crate::{Error, Result};

/// Fills in the names that are not given. Names of one's own need a plan that has step-up authentication, and no two
/// levels share a name, be it a default one.
pub(super) fn complete(settings: &mut UserPoolType) -> Result<()> {
    let given = settings.acr_configuration.take().unwrap_or_default();
    let names = Level::ALL.map(|level| match given.get(level.key()) {
        Some(config) => config.acr_value.clone(),
        None => level.default_name().to_owned(),
    });
    let own = names.iter().zip(Level::ALL).any(|(name, level)| name != level.default_name());
    if own && settings.user_pool_tier == Some(UserPoolTierType::Lite) {
        return Err(Error::FeatureUnavailableInTier(
            "AcrConfiguration is not available in the feature plan LITE.".into(),
        ));
    }
    if (1..names.len()).any(|i| names[..i].contains(&names[i])) {
        return Err(Error::invalid("AcrConfiguration: each AcrValue must be unique across all levels."));
    }
    let shown: BTreeMap<_, _> = Level::ALL
        .into_iter()
        .zip(names)
        .map(|(level, acr_value)| (level.key().to_owned(), AcrLevelConfigType { acr_value }))
        .collect();
    settings.acr_configuration = Some(shown);
    Ok(())
}

impl Pool {
    /// The `acr` of tokens at this level.
    pub fn acr(&self, level: Level) -> &str {
        let configured = self.settings.acr_configuration.as_ref().and_then(|c| c.get(level.key()));
        configured.map_or(level.default_name(), |config| &config.acr_value)
    }

    /// The level of this name, which is compared letter by letter.
    pub fn acr_level(&self, acr: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| self.acr(*level) == acr)
    }

    /// The `acr` of a session's tokens: the name that its level had at the sign-in, unless the pool has since given that
    /// name to a level which the methods do not reach. Then it is what theirs is called now.
    pub fn acr_of<'a>(&'a self, proved: &'a Authentication) -> &'a str {
        match (self.acr_level(&proved.acr), proved.methods.level()) {
            (Some(told), Some(reached)) if told > reached => self.acr(reached),
            _ => &proved.acr,
        }
    }

    /// Whether sign-ins can ask for a level (`TARGET_ACR_VALUES`).
    pub fn has_step_up(&self) -> bool {
        self.settings.user_pool_tier != Some(UserPoolTierType::Lite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tier: UserPoolTierType, names: &[(&str, &str)]) -> UserPoolType {
        let configured = names
            .iter()
            .map(|(key, name)| ((*key).to_owned(), AcrLevelConfigType { acr_value: (*name).to_owned() }));
        UserPoolType {
            user_pool_tier: Some(tier),
            acr_configuration: Some(configured.collect()),
            ..Default::default()
        }
    }

    fn completed(tier: UserPoolTierType, names: &[(&str, &str)]) -> Result<Vec<String>> {
        let mut settings = settings(tier, names);
        complete(&mut settings)?;
        Ok(settings.acr_configuration.into_iter().flatten().map(|(_, config)| config.acr_value).collect())
    }

    #[test]
    fn all_four_levels_are_shown() {
        let names = completed(UserPoolTierType::Essentials, &[("Level2", "two"), ("Level3", "three")]);
        assert_eq!(names.unwrap(), ["urn:cognito:loa:1", "two", "three", "urn:cognito:loa:4"]);
    }

    #[test]
    fn names_are_unique_also_among_the_defaults() {
        let defaults = Level::ALL.map(|level| (level.key(), level.default_name()));
        let [(one, first), (two, second), ..] = defaults;
        for names in [&[(one, "x"), (two, "x")][..], &[(one, second)], &[("Level4", first)]] {
            let refused = completed(UserPoolTierType::Essentials, names);
            assert!(matches!(refused, Err(Error::InvalidParameter(_))), "{names:?}");
        }
        // Names that change places are unique.
        completed(UserPoolTierType::Plus, &[(one, second), (two, first)]).unwrap();
    }

    #[test]
    fn the_smallest_plan_has_no_names_of_its_own() {
        let own = completed(UserPoolTierType::Lite, &[("Level1", "one")]);
        assert!(matches!(own, Err(Error::FeatureUnavailableInTier(_))));
        let defaults = Level::ALL.map(|level| (level.key(), level.default_name()));
        completed(UserPoolTierType::Lite, &defaults).unwrap();
        completed(UserPoolTierType::Lite, &[]).unwrap();
    }
}
