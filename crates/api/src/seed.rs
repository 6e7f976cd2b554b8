//! Administrative calls from inside the program: the same operations and checks, without a signature, and for
//! pools and clients under ids that the seed chooses.

use std::net::{IpAddr, Ipv4Addr};

use domain::Error;
use domain::ids::{AccountId, ClientId, PoolId, Region};
use flows::cx::{AccountCx, Caller, PoolCx};
use serde_json::{Map, Value};
use wire::cognito_idp::{ErrorKind, Operation};

use crate::authenticate::{Administrator, Rights};
use crate::dispatch::Api;
use crate::errors::ApiError;
use crate::operations::{clients, user_pools};

/// An administrator inside the program.
#[derive(Debug)]
pub struct Seeder<'a> {
    pub api: &'a Api,
    pub account: AccountId,
    pub region: Region,
}

impl Seeder<'_> {
    fn caller() -> Caller {
        Caller { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: None, request_id: "seed".into() }
    }

    /// Carries out an operation; its reply.
    pub async fn call(&self, operation: Operation, input: Map<String, Value>) -> Result<Value, ApiError> {
        let administrator =
            Administrator { account: self.account.clone(), region: self.region.clone(), rights: Rights::All };
        let ready = self.api.prepare(operation, Some(administrator), input, Self::caller()).await?;
        let reply = ready.run().await?;
        serde_json::from_slice(&reply).map_err(|e| Error::internal(e).into())
    }

    /// CreateUserPool under this id.
    pub async fn create_user_pool(&self, id: PoolId, input: Map<String, Value>) -> Result<(), ApiError> {
        check(Operation::CreateUserPool, &input)?;
        let cx = AccountCx {
            services: self.api.services().clone(),
            caller: Self::caller(),
            account: self.account.clone(),
            region: self.region.clone(),
        };
        let input = wire::decode(input).map_err(|fault| ApiError::serialization(fault.0))?;
        user_pools::create_user_pool::create(cx, id, input).await?;
        Ok(())
    }

    /// CreateUserPoolClient under this id.
    pub async fn create_user_pool_client(
        &self,
        pool: &PoolId,
        id: ClientId,
        input: Map<String, Value>,
    ) -> Result<(), ApiError> {
        check(Operation::CreateUserPoolClient, &input)?;
        let services = self.api.services();
        let live = services
            .directory
            .resolve(&services.db, &self.account, &self.region, pool)
            .await?
            .ok_or_else(|| Error::PoolNotFound(pool.clone()))?;
        let cx = PoolCx { services: services.clone(), caller: Self::caller(), live };
        let input = wire::decode(input).map_err(|fault| ApiError::serialization(fault.0))?;
        clients::create_user_pool_client::create(cx, id, input).await?;
        Ok(())
    }
}

fn check(operation: Operation, input: &Map<String, Value>) -> Result<(), ApiError> {
    wire::check_types(operation.input(), input).map_err(|fault| ApiError::serialization(fault.0))?;
    wire::check_constraints(operation.input(), input)
        .map_err(|text| ApiError::new(ErrorKind::InvalidParameterException, text))
}
