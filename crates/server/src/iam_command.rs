//! `poolhouse iam`: policies, without a server.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use iam::{Decision, Facts, Policies, Policy, Question, simulate};
use wire::authorization::Resource;
use wire::cognito_idp::Operation;

#[derive(Debug, Subcommand)]
pub enum IamCommand {
    /// Say whether policies allow an action, and why: status 0 when they do, 1 when they do not, 2 when the question
    /// cannot be read.
    Simulate(SimulateOptions),
}

#[derive(Debug, Args)]
pub struct SimulateOptions {
    /// A policy document of whoever asks. Can be repeated.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    policy: Vec<PathBuf>,

    /// A policy document that was given with the session. Can be repeated.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    session_policy: Vec<PathBuf>,

    /// The document of the permissions boundary.
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,

    /// As cognito-idp:AdminGetUser.
    #[arg(long, value_name = "SERVICE:NAME")]
    action: String,

    /// What it is done to.
    #[arg(long, value_name = "ARN", default_value = "*")]
    resource: String,

    /// The value of a condition key, as aws:SourceIp=203.0.113.9. Can be repeated, also for a key of several values.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = pair)]
    context: Vec<(String, String)>,
}

pub fn run(command: IamCommand) -> ExitCode {
    let IamCommand::Simulate(options) = command;
    match answer(&options) {
        Ok((allowed, text)) => {
            // Whoever reads may have gone away.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::from(u8::from(!allowed))
        }
        Err(message) => {
            eprintln!("poolhouse: {message}");
            ExitCode::from(2)
        }
    }
}

/// Whether it is allowed, and why.
fn answer(options: &SimulateOptions) -> Result<(bool, String), String> {
    let identity = read_all(&options.policy)?;
    let session = read_all(&options.session_policy)?;
    let boundary = options.boundary.as_ref().map(read).transpose()?;
    let (identity, session): (Vec<&Policy>, Vec<&Policy>) =
        (identity.iter().collect(), session.iter().collect());
    let policies = Policies {
        identity: &identity,
        boundary: boundary.as_ref(),
        session: (!session.is_empty()).then_some(&session),
    };
    let mut context = Facts::new();
    for (key, value) in &options.context {
        context.add(key, value);
    }
    let Subject { operation, resource, note } = Subject::of(&options.action, &options.resource)?;
    let other = operation.and_then(Operation::denied_with).map(|o| format!("cognito-idp:{}", o.name()));
    let ask = |action| {
        simulate(&Question { policies, action, resource, context: &context }).map_err(|bad| bad.to_string())
    };
    let report = ask(&options.action)?;
    if let Some(other) = &other
        && report.decision.is_allowed()
    {
        let denied = ask(other)?;
        if matches!(denied.decision, Decision::Denied(denial) if denial.statement.is_some()) {
            return Ok((false, format!("{denied}A deny of {other} is one of {}, too.\n", options.action)));
        }
    }
    Ok((report.decision.is_allowed(), format!("{report}{note}")))
}

/// What a question is really about.
struct Subject<'a> {
    /// Where the action is one of `cognito-idp`.
    operation: Option<Operation>,
    resource: &'a str,
    /// What should be known of it, as a line.
    note: String,
}

/// Actions of `cognito-idp` that are no operations: who associates a web ACL with a pool needs them.
const PERMISSIONS_ONLY: [&str; 4] =
    ["AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource", "ListResourcesForWebACL"];

impl<'a> Subject<'a> {
    fn of(action: &str, resource: &'a str) -> Result<Self, String> {
        let plain = Subject { operation: None, resource, note: String::new() };
        let name = match action.split_once(':') {
            Some((service, name)) if service.eq_ignore_ascii_case("cognito-idp") => name,
            _ => return Ok(plain),
        };
        let Some(operation) = Operation::ALL.into_iter().find(|o| o.name().eq_ignore_ascii_case(name)) else {
            return match PERMISSIONS_ONLY.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                true => Ok(plain),
                false => Err(format!("cognito-idp has no action {name:?}")),
            };
        };
        match operation.resource() {
            None => Err(format!(
                "policies have no say in {}: it is authorized by what the call itself carries",
                operation.name()
            )),
            Some(Resource::Any) if resource != "*" => {
                let note =
                    format!("{} is about no pool in particular: it is evaluated on *.\n", operation.name());
                Ok(Subject { operation: Some(operation), resource: "*", note })
            }
            Some(_) => Ok(Subject { operation: Some(operation), ..plain }),
        }
    }
}

fn read_all(files: &[PathBuf]) -> Result<Vec<Policy>, String> {
    files.iter().map(read).collect()
}

fn read(file: impl AsRef<Path>) -> Result<Policy, String> {
    let file = file.as_ref();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let policy = Policy::parse(&text).map_err(|malformed| format!("{}: {malformed}", file.display()))?;
    Ok(policy.named(file.display().to_string()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if key.contains(':') => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it has the form service:key=value".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcD3fGhI";

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: IamCommand,
    }

    /// The answer by a policy around these statements.
    fn ask(statements: &str, arguments: &[&str]) -> Result<(bool, String), String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#).unwrap();
        let path = file.path().to_str().unwrap();
        let line = ["iam", "simulate", "--policy", path].into_iter().chain(arguments.iter().copied());
        let IamCommand::Simulate(options) = Line::try_parse_from(line).map_err(|e| e.to_string())?.command;
        answer(&options)
    }

    fn allow(action: &str, resource: &str) -> String {
        format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
    }

    #[test]
    fn what_is_allowed_is_told_from_what_is_not() {
        let own = allow("cognito-idp:Admin*", POOL);
        let (allowed, text) =
            ask(&own, &["--action", "cognito-idp:AdminGetUser", "--resource", POOL]).unwrap();
        assert!(allowed);
        assert!(text.starts_with(&format!("allowed: cognito-idp:AdminGetUser on {POOL}\n")), "{text}");
        assert!(!ask(&own, &["--action", "cognito-idp:ListUsers", "--resource", POOL]).unwrap().0);
        assert!(!ask(&own, &["--action", "cognito-idp:AdminGetUser"]).unwrap().0);
    }

    #[test]
    fn context_comes_from_the_command_line() {
        let own = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#;
        let ask = |context: &[&str]| {
            let arguments = ["--action", "cognito-idp:TagResource", "--resource", POOL, "--context"];
            ask(own, &[&arguments[..], context].concat())
        };
        assert!(ask(&["aws:SourceIp=10.1.1.1", "aws:TagKeys=a", "aws:TagKeys=b"]).unwrap().0);
        assert!(!ask(&["aws:SourceIp=10.1.1.1", "aws:TagKeys=a", "aws:TagKeys=c"]).unwrap().0);
        assert!(!ask(&["aws:SourceIp=11.1.1.1"]).unwrap().0);
        assert!(ask(&["SourceIp=10.1.1.1"]).is_err());
        assert!(ask(&["aws:SourceIp"]).is_err());
    }

    #[test]
    fn an_operation_of_no_pool_is_evaluated_on_anything() {
        let arguments = ["--action", "cognito-idp:ListUserPools", "--resource", POOL];
        let (allowed, text) = ask(&allow("cognito-idp:*", POOL), &arguments).unwrap();
        assert!(!allowed);
        assert!(
            text.ends_with("ListUserPools is about no pool in particular: it is evaluated on *.\n"),
            "{text}"
        );
        assert!(ask(&allow("cognito-idp:*", "*"), &arguments).unwrap().0);
    }

    #[test]
    fn a_deny_of_describe_terms_denies_it_by_client_too() {
        let arguments = ["--action", "cognito-idp:DescribeTermsByClient", "--resource", POOL];
        let deny = r#"{"Effect": "Deny", "Action": "cognito-idp:DescribeTerms", "Resource": "*"}"#;
        let by_client = allow("cognito-idp:DescribeTermsByClient", POOL);
        assert!(ask(&by_client, &arguments).unwrap().0);
        let (allowed, text) = ask(&format!("{by_client}, {deny}"), &arguments).unwrap();
        assert!(!allowed);
        assert!(text.starts_with("denied: cognito-idp:DescribeTerms on"), "{text}");
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        let own = allow("*", "*");
        for (action, message) in [
            ("cognito-idp:InitiateAuth", "policies have no say in InitiateAuth"),
            ("cognito-idp:GetUser", "policies have no say in GetUser"),
            ("cognito-idp:AdminGetUsr", "cognito-idp has no action \"AdminGetUsr\""),
            ("cognito-idp:*", "cognito-idp has no action \"*\""),
            ("s3:Get*", "\"s3:Get*\" is no action"),
        ] {
            let told = ask(&own, &["--action", action]).unwrap_err();
            assert!(told.starts_with(message), "{told}");
        }
        assert!(ask(&own, &["--action", "cognito-idp:AssociateWebACL"]).unwrap().0);
        assert!(ask(&own, &["--action", "s3:GetObject", "--resource", "bucket"]).is_err());
        assert!(ask("{}", &["--action", "s3:GetObject"]).unwrap_err().contains("Statement[0]"));
        assert!(ask(&own, &["--action", "s3:GetObject", "--boundary", "/nowhere"]).is_err());
        assert!(ask(&own, &[]).is_err());
    }
}
