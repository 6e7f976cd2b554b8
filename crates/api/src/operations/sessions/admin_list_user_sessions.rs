//! AdminListUserSessions: on one page, the latest active first.

use domain::Result;
use flows::cx::PoolCx;
use flows::{session_tracking, users};
use wire::cognito_idp::shapes::{AdminListUserSessionsRequest, AdminListUserSessionsResponse};

pub async fn handle(
    cx: PoolCx,
    input: AdminListUserSessionsRequest,
) -> Result<AdminListUserSessionsResponse> {
    super::refuse_next_token(input.next_token.as_deref())?;
    let user = users::find(&cx, &input.username).await?;
    let records = session_tracking::list(&cx, &user).await?;
    let sessions = records.into_iter().map(|record| super::describe(record, None)).collect();
    Ok(AdminListUserSessionsResponse { sessions: Some(sessions), next_token: None })
}
