//! The same operations with PostgreSQL as the store: what the other half of the table is measured on.

use crate::Result;
use crate::operations::{self, Operations};
use crate::stage::Stage;

/// Measures on a server of its own, with every safety on. `None` where PostgreSQL is not installed.
pub async fn measure(stage: &Stage) -> Result<Option<Operations>> {
    let database = match pgtest::Server::start(&[]) {
        Ok(database) => database,
        Err(missing) => {
            eprintln!("PostgreSQL is not measured: {missing}");
            return Ok(None);
        }
    };
    let name = database.create_database().await?;
    let folder = database.socket();
    let folder = folder.parent().and_then(|folder| folder.to_str()).ok_or("the socket has no folder")?;
    let url = format!("postgres://poolhouse@{}/{name}", folder.replace('/', "%2F"));
    operations::measure(stage.start_on(&url).await?, &[]).await.map(Some)
}
