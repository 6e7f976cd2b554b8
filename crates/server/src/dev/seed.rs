//! The seed file of `poolhouse dev`: pools with clients, groups and users, made by the ordinary operations.
//! What exists already is left as it is, so that a seed can be planted again.

use std::path::Path;
use std::sync::Arc;

use api::errors::ApiError;
use api::{Api, Seeder};
use domain::ids::{AccountId, ClientId, PoolId, Region};
use flows::Services;
use serde_json::{Map, Value, json};
use wire::cognito_idp::Operation;

type Object = Map<String, Value>;
type Outcome = Result<(), String>;

/// Plants the seed. An error says where in the file it lies: `pools[0].Users[2]: …`.
pub async fn plant(services: &Arc<Services>, file: &Path) -> Outcome {
    let at_file = |e: &dyn std::fmt::Display| format!("the seed {}: {e}", file.display());
    let text = tokio::fs::read(file).await.map_err(|e| at_file(&e))?;
    // The strict reader: a member given twice is a mistake worth hearing of.
    let mut root = wire::parse(&text)
        .map_err(|fault| at_file(&fault.0.unwrap_or_else(|| "not JSON, or a member stands twice".into())))?;
    let api = Api::new(services.clone());
    for (path, pool) in take_objects(&mut root, "", "pools").map_err(|e| at_file(&e))? {
        plant_pool(&api, &path, pool).await.map_err(|e| at_file(&e))?;
    }
    no_more(&root, "").map_err(|e| at_file(&e))
}

async fn plant_pool(api: &Api, path: &str, mut pool: Object) -> Outcome {
    let id = take_text(&mut pool, path, "Id")?;
    let region = id
        .split_once('_')
        .filter(|(region, rest)| guard::arn::is_region(region) && is_alphanumeric(rest))
        .map(|(region, _)| Region::new(region))
        .ok_or_else(|| format!("{path}.Id: a pool id is <region>_<letters and digits>"))?;
    let id = PoolId::new(id);
    let clients = take_objects(&mut pool, path, "Clients")?;
    let groups = take_objects(&mut pool, path, "Groups")?;
    let users = take_objects(&mut pool, path, "Users")?;
    let seeder = Seeder { api, account: AccountId::new("000000000000"), region };
    let named = Map::from_iter([("UserPoolId".to_owned(), json!(id.as_str()))]);
    match seeder.call(Operation::DescribeUserPool, named).await {
        Ok(_) => {}
        Err(error) if error.kind == "ResourceNotFoundException" => {
            seeder.create_user_pool(id.clone(), pool).await.map_err(|e| at(path, e))?;
        }
        Err(error) => return Err(at(path, error)),
    }
    for (path, client) in clients {
        plant_client(&seeder, &id, &path, client).await?;
    }
    for (path, mut group) in groups {
        group.insert("UserPoolId".into(), id.as_str().into());
        unless(seeder.call(Operation::CreateGroup, group).await, "GroupExistsException", &path)?;
    }
    for (path, user) in users {
        plant_user(&seeder, &id, &path, user).await?;
    }
    Ok(())
}

async fn plant_client(seeder: &Seeder<'_>, pool: &PoolId, path: &str, mut client: Object) -> Outcome {
    let id = take_text(&mut client, path, "ClientId")?;
    client.insert("UserPoolId".into(), pool.as_str().into());
    let named =
        Map::from_iter([("UserPoolId".to_owned(), json!(pool.as_str())), ("ClientId".to_owned(), json!(id))]);
    match seeder.call(Operation::DescribeUserPoolClient, named).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind == "ResourceNotFoundException" => {
            seeder.create_user_pool_client(pool, ClientId::new(id), client).await.map_err(|e| at(path, e))
        }
        Err(error) => Err(at(path, error)),
    }
}

async fn plant_user(seeder: &Seeder<'_>, pool: &PoolId, path: &str, mut user: Object) -> Outcome {
    let name = take_text(&mut user, path, "Username")?;
    let password = user.remove("Password");
    let status = user.remove("UserStatus").unwrap_or_else(|| json!("CONFIRMED"));
    let groups = user.remove("Groups");
    let attributes = user.remove("UserAttributes").unwrap_or_else(|| json!([]));
    no_more(&user, path)?;
    let about = || {
        Map::from_iter([
            ("UserPoolId".to_owned(), json!(pool.as_str())),
            ("Username".to_owned(), json!(name)),
        ])
    };
    if seeder.call(Operation::AdminGetUser, about()).await.is_err() {
        let mut create = about();
        create.insert("MessageAction".into(), "SUPPRESS".into());
        create.insert("UserAttributes".into(), attributes);
        if let Some(password) = &password {
            create.insert("TemporaryPassword".into(), password.clone());
        }
        seeder.call(Operation::AdminCreateUser, create).await.map_err(|e| at(path, e))?;
        match (status.as_str(), password) {
            (Some("FORCE_CHANGE_PASSWORD"), _) => {}
            (Some("CONFIRMED"), Some(password)) => {
                let mut set = about();
                set.insert("Password".into(), password);
                set.insert("Permanent".into(), true.into());
                seeder.call(Operation::AdminSetUserPassword, set).await.map_err(|e| at(path, e))?;
            }
            (Some("CONFIRMED"), None) => return Err(format!("{path}.Password: a CONFIRMED user needs one")),
            _ => return Err(format!("{path}.UserStatus: CONFIRMED or FORCE_CHANGE_PASSWORD is expected")),
        }
    }
    for group in groups.iter().flat_map(|g| g.as_array().into_iter().flatten()) {
        let mut add = about();
        add.insert("GroupName".into(), group.clone());
        seeder.call(Operation::AdminAddUserToGroup, add).await.map_err(|e| at(path, e))?;
    }
    Ok(())
}

/// Success, or that the thing is there already.
fn unless(outcome: Result<Value, ApiError>, exists: &str, path: &str) -> Outcome {
    match outcome {
        Err(error) if error.kind != exists => Err(at(path, error)),
        _ => Ok(()),
    }
}

fn at(path: &str, error: ApiError) -> String {
    format!("{path}: {} {}", error.kind, error.message.unwrap_or_default())
}

fn take_text(object: &mut Object, path: &str, name: &str) -> Result<String, String> {
    match object.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("{path}.{name}: text is expected")),
        None => Err(format!("{path}.{name}: is required")),
    }
}

/// The objects of a list, each with its path; none when the list is absent.
fn take_objects(object: &mut Object, path: &str, name: &str) -> Result<Vec<(String, Object)>, String> {
    let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let items = match object.remove(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(format!("{path}: a list is expected")),
    };
    items
        .into_iter()
        .enumerate()
        .map(|(i, item)| match item {
            Value::Object(item) => Ok((format!("{path}[{i}]"), item)),
            _ => Err(format!("{path}[{i}]: an object is expected")),
        })
        .collect()
}

/// A member that means nothing is a spelling mistake.
fn no_more(object: &Object, path: &str) -> Outcome {
    match object.keys().next() {
        Some(name) if path.is_empty() => Err(format!("{name}: no such member")),
        Some(name) => Err(format!("{path}.{name}: no such member")),
        None => Ok(()),
    }
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.len() <= 30 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}
