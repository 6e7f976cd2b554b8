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
