//! Settings of an app client as CreateUserPoolClient and UpdateUserPoolClient take them.

use std::time::Duration;

use wire::cognito_idp::shapes::{
    CreateUserPoolClientRequest, ExplicitAuthFlowsType as Flow, FeatureType, OAuthFlowType,
    TokenValidityUnitsType, UpdateUserPoolClientRequest, UserPoolClientType,
};

use super::{Client, validity};
use crate::time::{days, hours, minutes};
use crate::{Error, Pool, Result, attributes};

/// Scopes that every pool has.
const STANDARD_SCOPES: [&str; 5] = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];

macro_rules! settable {
    ($request:expr) => {
        UserPoolClientType {
            refresh_token_validity: $request.refresh_token_validity,
            access_token_validity: $request.access_token_validity,
            id_token_validity: $request.id_token_validity,
            token_validity_units: $request.token_validity_units,
            read_attributes: $request.read_attributes,
            write_attributes: $request.write_attributes,
            explicit_auth_flows: $request.explicit_auth_flows,
            supported_identity_providers: $request.supported_identity_providers,
            callback_urls: $request.callback_urls,
            logout_urls: $request.logout_urls,
            default_redirect_uri: $request.default_redirect_uri,
            allowed_oauth_flows: $request.allowed_oauth_flows,
            allowed_oauth_scopes: $request.allowed_oauth_scopes,
            allowed_oauth_flows_user_pool_client: $request.allowed_oauth_flows_user_pool_client,
            analytics_configuration: $request.analytics_configuration,
            prevent_user_existence_errors: $request.prevent_user_existence_errors,
            enable_token_revocation: $request.enable_token_revocation,
            enable_propagate_additional_user_context_data: $request
                .enable_propagate_additional_user_context_data,
            auth_session_validity: $request.auth_session_validity,
            refresh_token_rotation: $request.refresh_token_rotation,
            ..Default::default()
        }
    };
}

/// The settings of a new client. `has_secret` is whether it will have one.
pub fn create(
    pool: &Pool,
    request: CreateUserPoolClientRequest,
    has_secret: bool,
) -> Result<UserPoolClientType> {
    let name = request.client_name;
    complete(pool, settable!(request), name, has_secret)
}

/// The settings after an update: every settable member is replaced, absent ones by their default.
pub fn update(
    pool: &Pool,
    before: &Client,
    request: UpdateUserPoolClientRequest,
    has_secret: bool,
) -> Result<UserPoolClientType> {
    let name = request.client_name.or_else(|| before.settings.client_name.clone()).unwrap_or_default();
    complete(pool, settable!(request), name, has_secret)
}

fn complete(
    pool: &Pool,
    mut settings: UserPoolClientType,
    name: String,
    has_secret: bool,
) -> Result<UserPoolClientType> {
    settings.client_name = Some(name);
    settings.refresh_token_validity = Some(settings.refresh_token_validity.filter(|n| *n > 0).unwrap_or(30));
    settings.enable_token_revocation.get_or_insert(true);
    settings.allowed_oauth_flows_user_pool_client.get_or_insert(false);
    settings.enable_propagate_additional_user_context_data.get_or_insert(false);
    settings.auth_session_validity.get_or_insert(3);
    settings.token_validity_units.get_or_insert_with(TokenValidityUnitsType::default);
    check_flows(&settings)?;
    check_rotation(&settings)?;
    check_validity(&settings)?;
    check_attributes(pool, &settings)?;
    check_providers(pool, &settings)?;
    check_oauth(&settings, has_secret)?;
    Ok(settings)
}

fn check_flows(settings: &UserPoolClientType) -> Result<()> {
    let flows = settings.explicit_auth_flows.as_deref().unwrap_or_default();
    let modern = flows.iter().filter(|f| f.as_str().starts_with("ALLOW_")).count();
    if modern != 0 && modern != flows.len() {
        return Err(Error::invalid(
            "Invalid explicit authentication flows: values with and without the prefix ALLOW_ cannot be mixed.",
        ));
    }
    if flows.contains(&Flow::AllowClientTokenAuth) && flows.len() > 1 {
        return Err(Error::invalid(
            "ALLOW_CLIENT_TOKEN_AUTH cannot be combined with other authentication flows.",
        ));
    }
    Ok(())
}

fn check_rotation(settings: &UserPoolClientType) -> Result<()> {
    let Some(rotation) = &settings.refresh_token_rotation else { return Ok(()) };
    if rotation.feature == FeatureType::Enabled && allows(settings, Flow::AllowRefreshTokenAuth) {
        return Err(Error::invalid(
            "Refresh token rotation cannot be enabled together with ALLOW_REFRESH_TOKEN_AUTH.",
        ));
    }
    Ok(())
}

/// Access and id tokens live five minutes to a day and not longer than the refresh token, which lives an
/// hour to ten years.
fn check_validity(settings: &UserPoolClientType) -> Result<()> {
    use wire::cognito_idp::shapes::TimeUnitsType::{Days, Hours};
    let units = settings.token_validity_units.as_ref();
    let access = validity(settings.access_token_validity, units.and_then(|u| u.access_token), Hours)
        .unwrap_or(hours(1));
    let id = validity(settings.id_token_validity, units.and_then(|u| u.id_token), Hours).unwrap_or(hours(1));
    let refresh = validity(settings.refresh_token_validity, units.and_then(|u| u.refresh_token), Days)
        .unwrap_or(days(30));
    let within = |d: Duration, min: Duration, max: Duration| (min..=max).contains(&d);
    if within(access, minutes(5), hours(24))
        && within(id, minutes(5), hours(24))
        && within(refresh, hours(1), days(3650))
        && access <= refresh
        && id <= refresh
    {
        Ok(())
    } else {
        Err(Error::invalid("Invalid range for token validity."))
    }
}

fn check_attributes(pool: &Pool, settings: &UserPoolClientType) -> Result<()> {
    let known = |list: &Option<Vec<String>>| {
        list.iter().flatten().all(|name| attributes::find(pool, name).is_some() && !name.starts_with("dev:"))
    };
    if !known(&settings.write_attributes) {
        return Err(Error::invalid("Invalid write attributes specified while creating a client"));
    }
    if !known(&settings.read_attributes) {
        return Err(Error::invalid("Invalid read attributes specified while creating a client"));
    }
    // Whoever signs up must be able to give what signs them in.
    if let Some(list) = &settings.write_attributes {
        let missing = pool.username_attributes().iter().any(|a| !list.iter().any(|w| w == a.as_str()));
        if missing {
            return Err(Error::invalid("Invalid write attributes specified while creating a client"));
        }
    }
    Ok(())
}

/// Identity providers cannot be created yet, so the pool itself is the only one there is.
fn check_providers(pool: &Pool, settings: &UserPoolClientType) -> Result<()> {
    match settings.supported_identity_providers.iter().flatten().find(|p| *p != "COGNITO") {
        None => Ok(()),
        Some(provider) => {
            Err(Error::invalid(format!("The provider {provider} does not exist for User Pool {}.", pool.id)))
        }
    }
}

fn check_oauth(settings: &UserPoolClientType, has_secret: bool) -> Result<()> {
    let flows = settings.allowed_oauth_flows.as_deref().unwrap_or_default();
    let urls = settings.callback_urls.as_deref().unwrap_or_default();
    let logout = settings.logout_urls.as_deref().unwrap_or_default();
    if urls.len() > 100 || logout.len() > 100 {
        return Err(Error::LimitExceeded(
            "A client can have at most 100 callback URLs and 100 logout URLs.".into(),
        ));
    }
    for url in urls.iter().chain(logout) {
        check_redirect(url)?;
    }
    if let Some(default) = &settings.default_redirect_uri
        && !urls.contains(default)
    {
        return Err(Error::invalid("DefaultRedirectURI must be in the list of CallbackURLs."));
    }
    for scope in settings.allowed_oauth_scopes.iter().flatten() {
        if !STANDARD_SCOPES.contains(&scope.as_str()) {
            return Err(Error::ScopeDoesNotExist(format!("Invalid scope requested: {scope}")));
        }
    }
    if flows.contains(&OAuthFlowType::ClientCredentials) {
        if flows.len() > 1 {
            return Err(Error::InvalidOauthFlow(
                "client_credentials flow can not be selected along with code flow or implicit flow.".into(),
            ));
        }
        if !has_secret {
            return Err(Error::InvalidOauthFlow(
                "client_credentials flow can not be selected if client does not have a client secret.".into(),
            ));
        }
    }
    if settings.allowed_oauth_flows_user_pool_client == Some(true) {
        if flows.is_empty() || settings.allowed_oauth_scopes.iter().flatten().next().is_none() {
            return Err(Error::InvalidOauthFlow(
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.".into(),
            ));
        }
        if !flows.contains(&OAuthFlowType::ClientCredentials) && urls.is_empty() {
            return Err(Error::invalid("CallbackURLs are required for the code and implicit flows."));
        }
    }
    Ok(())
}

/// `https`, an app's own scheme, or `http` on this machine; no fragment.
fn check_redirect(url: &str) -> Result<()> {
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    let named = !scheme.is_empty()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let host = rest.strip_prefix("//").map(|r| r.split(['/', '?', ':']).next().unwrap_or_default());
    let fits = match scheme.to_ascii_lowercase().as_str() {
        "https" => host.is_some_and(|h| !h.is_empty()),
        "http" => matches!(host, Some("localhost" | "127.0.0.1")),
        "javascript" | "data" | "vbscript" | "file" | "blob" => false,
        _ => named,
    };
    if fits && !url.contains('#') {
        Ok(())
    } else {
        Err(Error::invalid(format!(
            "{url} is not a valid redirect URL: https is required, fragments are not allowed."
        )))
    }
}

/// Whether the settings permit a flow, by its present or its legacy name; unset means Cognito's default.
pub fn allows(settings: &UserPoolClientType, flow: Flow) -> bool {
    let flows = settings.explicit_auth_flows.as_deref().unwrap_or_default();
    if flows.is_empty() {
        return matches!(flow, Flow::AllowRefreshTokenAuth | Flow::AllowUserSrpAuth | Flow::AllowCustomAuth);
    }
    let legacy = !flows[0].as_str().starts_with("ALLOW_");
    match flow {
        Flow::AllowAdminUserPasswordAuth => flows.contains(&flow) || flows.contains(&Flow::AdminNoSrpAuth),
        Flow::AllowUserPasswordAuth => flows.contains(&flow) || flows.contains(&Flow::UserPasswordAuth),
        Flow::AllowCustomAuth => flows.contains(&flow) || flows.contains(&Flow::CustomAuthFlowOnly),
        // Under the legacy names SRP and refresh are on unless only the custom flow is.
        Flow::AllowUserSrpAuth => {
            flows.contains(&flow) || (legacy && !flows.contains(&Flow::CustomAuthFlowOnly))
        }
        Flow::AllowRefreshTokenAuth => flows.contains(&flow) || legacy,
        other => flows.contains(&other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(flows: &[Flow]) -> UserPoolClientType {
        UserPoolClientType { explicit_auth_flows: Some(flows.to_vec()), ..Default::default() }
    }

    #[test]
    fn flows_are_permitted_by_either_name() {
        let unset = UserPoolClientType::default();
        assert!(allows(&unset, Flow::AllowUserSrpAuth) && allows(&unset, Flow::AllowRefreshTokenAuth));
        assert!(
            !allows(&unset, Flow::AllowUserPasswordAuth) && !allows(&unset, Flow::AllowAdminUserPasswordAuth)
        );
        let legacy = with(&[Flow::AdminNoSrpAuth]);
        assert!(allows(&legacy, Flow::AllowAdminUserPasswordAuth) && allows(&legacy, Flow::AllowUserSrpAuth));
        assert!(!allows(&legacy, Flow::AllowUserPasswordAuth));
        assert!(!allows(&with(&[Flow::CustomAuthFlowOnly]), Flow::AllowUserSrpAuth));
        assert!(!allows(&with(&[Flow::AllowUserAuth]), Flow::AllowRefreshTokenAuth));
    }

    #[test]
    fn mixed_and_exclusive_flows_are_refused() {
        assert!(check_flows(&with(&[Flow::AdminNoSrpAuth, Flow::AllowUserSrpAuth])).is_err());
        assert!(check_flows(&with(&[Flow::AllowClientTokenAuth, Flow::AllowUserSrpAuth])).is_err());
        assert!(check_flows(&with(&[Flow::AllowUserSrpAuth, Flow::AllowRefreshTokenAuth])).is_ok());
    }

    #[test]
    fn redirects() {
        for good in [
            "https://a.example/cb",
            "http://localhost:3000/",
            "http://127.0.0.1/x",
            "myapp://done",
            "com.example:/cb",
        ] {
            assert!(check_redirect(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "http://a.example/",
            "https://",
            "https://a/#x",
            "javascript:alert(1)",
            "data:x",
            "http://localhost.evil.com/",
        ] {
            assert!(check_redirect(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn validity_has_bounds() {
        use wire::cognito_idp::shapes::TimeUnitsType;
        let settings = |n, unit| UserPoolClientType {
            access_token_validity: Some(n),
            token_validity_units: Some(TokenValidityUnitsType {
                access_token: Some(unit),
                ..Default::default()
            }),
            ..Default::default()
        };
        for (n, unit, fits) in [
            (5, TimeUnitsType::Minutes, true),
            (4, TimeUnitsType::Minutes, false),
            (299, TimeUnitsType::Seconds, false),
            (24, TimeUnitsType::Hours, true),
            (25, TimeUnitsType::Hours, false),
        ] {
            assert_eq!(check_validity(&settings(n, unit)).is_ok(), fits, "{n} {unit:?}");
        }
    }
}
