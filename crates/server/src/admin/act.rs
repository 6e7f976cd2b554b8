//! The acts, named as those of AWS IAM. As they stand here they are both commands and what the socket carries.

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
pub enum Act {
    /// Make the first account, with an administrator, and print the administrator's access key.
    Init(Init),
    CreateAccount {
        /// 12 digits.
        #[arg(long)]
        account_id: String,
        /// For people.
        #[arg(long)]
        name: String,
    },
    ListAccounts,

    CreateUser(Created),
    ListUsers(Account),
    /// With its policies and keys.
    DeleteUser(User),
    PutUserPolicy {
        #[command(flatten)]
        user: User,
        #[command(flatten)]
        policy: Policy,
    },
    /// Add tags, or replace the values of those it has.
    TagUser {
        #[command(flatten)]
        user: User,
        #[command(flatten)]
        tags: Tags,
    },
    UntagUser {
        #[command(flatten)]
        user: User,
        #[command(flatten)]
        keys: TagKeys,
    },
    ListUserPolicies(User),
    DeleteUserPolicy {
        #[command(flatten)]
        user: User,
        #[arg(long)]
        policy_name: String,
    },

    /// Make a key of a user and print it with its secret, which is shown this once.
    CreateAccessKey(User),
    ListAccessKeys(User),
    UpdateAccessKey {
        #[command(flatten)]
        key: Key,
        #[arg(long)]
        status: Status,
    },
    DeleteAccessKey(Key),

    CreateRole {
        #[command(flatten)]
        account: Account,
        #[arg(long)]
        role_name: String,
        /// The file of the policy that says who may assume the role.
        #[arg(long, value_name = "FILE", value_parser = contents)]
        assume_role_policy_document: String,
        /// In seconds.
        #[arg(long, default_value_t = 3600)]
        max_session_duration: i64,
    },
    /// Change who may assume the role; sessions that have begun go on.
    UpdateAssumeRolePolicy {
        #[command(flatten)]
        role: Role,
        /// The file of the policy that says who may assume the role.
        #[arg(long, value_name = "FILE", value_parser = contents)]
        policy_document: String,
    },
    UpdateRole {
        #[command(flatten)]
        role: Role,
        /// In seconds.
        #[arg(long)]
        max_session_duration: i64,
    },
    /// Add tags, or replace the values of those it has.
    TagRole {
        #[command(flatten)]
        role: Role,
        #[command(flatten)]
        tags: Tags,
    },
    UntagRole {
        #[command(flatten)]
        role: Role,
        #[command(flatten)]
        keys: TagKeys,
    },
    ListRoles(Account),
    /// With its policies; whoever has assumed it has nothing from then on.
    DeleteRole(Role),
    PutRolePolicy {
        #[command(flatten)]
        role: Role,
        #[command(flatten)]
        policy: Policy,
    },
    ListRolePolicies(Role),
    DeleteRolePolicy {
        #[command(flatten)]
        role: Role,
        #[arg(long)]
        policy_name: String,
    },
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Init {
    /// 12 digits.
    #[arg(long)]
    pub account_id: String,
    /// The account's name, for people.
    #[arg(long, default_value = "main")]
    pub name: String,
    #[arg(long, default_value = "admin")]
    pub user_name: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Account {
    /// 12 digits.
    #[arg(long)]
    pub account_id: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Created {
    #[command(flatten)]
    pub user: User,
    #[arg(long, default_value = "/")]
    pub path: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct User {
    #[command(flatten)]
    pub account: Account,
    #[arg(long)]
    pub user_name: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Role {
    #[command(flatten)]
    pub account: Account,
    #[arg(long)]
    pub role_name: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Tags {
    /// Can be repeated.
    #[arg(long, value_name = "KEY=VALUE", required = true, num_args = 1.., value_parser = tag)]
    pub tags: Vec<(String, String)>,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct TagKeys {
    /// Can be repeated.
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub tag_keys: Vec<String>,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Policy {
    #[arg(long)]
    pub policy_name: String,
    /// The file of the policy, as AWS writes it.
    #[arg(long, value_name = "FILE", value_parser = contents)]
    pub policy_document: String,
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct Key {
    #[command(flatten)]
    pub user: User,
    #[arg(long)]
    pub access_key_id: String,
}

#[derive(Clone, Copy, Debug, ValueEnum, Serialize, Deserialize)]
pub enum Status {
    #[value(name = "Active")]
    Active,
    #[value(name = "Inactive")]
    Inactive,
}

/// What a file holds: the server may not be able to read it, or runs elsewhere.
fn contents(file: &str) -> Result<String, std::io::Error> {
    std::fs::read_to_string(file)
}

fn tag(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("it has the form KEY=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
