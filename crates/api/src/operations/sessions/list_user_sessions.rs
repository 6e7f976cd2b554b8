//! ListUserSessions: on one page, the latest active first.

use domain::Result;
use flows::cx::UserCx;
use flows::session_tracking;
use wire::cognito_idp::shapes::{ListUserSessionsRequest, ListUserSessionsResponse};

pub async fn handle(cx: UserCx, input: ListUserSessionsRequest) -> Result<ListUserSessionsResponse> {
    super::refuse_next_token(input.next_token.as_deref())?;
    let records = session_tracking::list(&cx, &cx.user).await?;
    let sessions = records.into_iter().map(|record| super::describe(record, Some(&cx.session.id))).collect();
    Ok(ListUserSessionsResponse { sessions: Some(sessions), next_token: None })
}
