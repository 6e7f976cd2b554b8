//! Which flows may begin, and where.

use wire::cognito_idp::shapes::{AuthFlowType, ExplicitAuthFlowsType as Allowed};

use crate::client::Client;
use crate::{Error, Result};

/// Who begins: anyone, or an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    Public,
    Administrator,
}

/// A flow that this build carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Srp,
    /// The password in plain, by the public or by an administrator.
    Password,
    /// By a factor that the user chooses.
    Choice,
    Refresh,
}

/// The flow to carry out, if the client allows it on this surface.
pub fn begin(asked: AuthFlowType, surface: Surface, client: &Client) -> Result<Flow> {
    let (flow, allowed) = match asked {
        AuthFlowType::UserSrpAuth => (Flow::Srp, Allowed::AllowUserSrpAuth),
        AuthFlowType::UserPasswordAuth => (Flow::Password, Allowed::AllowUserPasswordAuth),
        AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth => {
            (Flow::Refresh, Allowed::AllowRefreshTokenAuth)
        }
        AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth => {
            if surface == Surface::Public {
                return Err(Error::InitiateAuthNotSupported);
            }
            (Flow::Password, Allowed::AllowAdminUserPasswordAuth)
        }
        AuthFlowType::CustomAuth => {
            permitted(client, Allowed::AllowCustomAuth, asked, surface)?;
            return Err(Error::invalid("Custom auth lambda trigger is not configured for the user pool."));
        }
        AuthFlowType::UserAuth => (Flow::Choice, Allowed::AllowUserAuth),
    };
    permitted(client, allowed, asked, surface)?;
    Ok(flow)
}

fn permitted(client: &Client, allowed: Allowed, asked: AuthFlowType, surface: Surface) -> Result<()> {
    match surface {
        _ if client.allows(allowed) => Ok(()),
        Surface::Public => Err(Error::AuthFlowNotEnabled(asked.as_str())),
        Surface::Administrator => Err(Error::AdminAuthFlowNotEnabled),
    }
}

#[cfg(test)]
mod tests {
    use wire::cognito_idp::shapes::UserPoolClientType;

    use super::*;
    use crate::ids::{ClientId, PoolId};
    use crate::time::Time;

    fn client(flows: &[Allowed]) -> Client {
        Client {
            id: ClientId::new("c"),
            pool_id: PoolId::new("p"),
            settings: UserPoolClientType { explicit_auth_flows: Some(flows.to_vec()), ..Default::default() },
            sso_validity: 60,
            has_secret: false,
            version: 1,
            created_at: Time::from_secs(0),
            modified_at: Time::from_secs(0),
        }
    }

    /// Each flow with what permits it, and where it may begin.
    const FLOWS: [(AuthFlowType, Flow, Allowed, &[Surface]); 7] = {
        const BOTH: &[Surface] = &[Surface::Public, Surface::Administrator];
        const ADMINISTRATOR: &[Surface] = &[Surface::Administrator];
        use AuthFlowType as Asked;
        [
            (Asked::UserSrpAuth, Flow::Srp, Allowed::AllowUserSrpAuth, BOTH),
            (Asked::UserPasswordAuth, Flow::Password, Allowed::AllowUserPasswordAuth, BOTH),
            (Asked::RefreshToken, Flow::Refresh, Allowed::AllowRefreshTokenAuth, BOTH),
            (Asked::RefreshTokenAuth, Flow::Refresh, Allowed::AllowRefreshTokenAuth, BOTH),
            (Asked::UserAuth, Flow::Choice, Allowed::AllowUserAuth, BOTH),
            (
                Asked::AdminUserPasswordAuth,
                Flow::Password,
                Allowed::AllowAdminUserPasswordAuth,
                ADMINISTRATOR,
            ),
            (Asked::AdminNoSrpAuth, Flow::Password, Allowed::AllowAdminUserPasswordAuth, ADMINISTRATOR),
        ]
    };

    const PERMISSIONS: [Allowed; 6] = [
        Allowed::AllowUserSrpAuth,
        Allowed::AllowUserPasswordAuth,
        Allowed::AllowRefreshTokenAuth,
        Allowed::AllowUserAuth,
        Allowed::AllowAdminUserPasswordAuth,
        Allowed::AllowCustomAuth,
    ];

    #[test]
    fn a_flow_begins_by_its_own_permission_and_no_other() {
        for (asked, flow, needed, surfaces) in FLOWS {
            for surface in [Surface::Public, Surface::Administrator] {
                for permission in PERMISSIONS {
                    let expected = match surface {
                        _ if !surfaces.contains(&surface) => Err(Error::InitiateAuthNotSupported),
                        _ if permission == needed => Ok(flow),
                        Surface::Public => Err(Error::AuthFlowNotEnabled(asked.as_str())),
                        Surface::Administrator => Err(Error::AdminAuthFlowNotEnabled),
                    };
                    assert_eq!(
                        begin(asked, surface, &client(&[permission])),
                        expected,
                        "{asked:?} {surface:?} {permission:?}"
                    );
                }
            }
        }
    }

    /// There are no triggers yet, which only a client is told that may use the flow.
    #[test]
    fn the_custom_flow_never_begins() {
        let begin = |flows: &[Allowed]| begin(AuthFlowType::CustomAuth, Surface::Public, &client(flows));
        assert_eq!(begin(&[Allowed::AllowUserSrpAuth]), Err(Error::AuthFlowNotEnabled("CUSTOM_AUTH")));
        assert!(matches!(begin(&[Allowed::AllowCustomAuth]), Err(Error::InvalidParameter(_))));
    }
}
