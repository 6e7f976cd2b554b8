//! What the proof of a device is tested on, below the sign-in that will ask for it.

use std::net::{IpAddr, Ipv4Addr};

use crypto::random::SystemRandom;
use crypto::srp::client::Attempt;
use domain::ids::ClientId;
use domain::{Result, User};
use flows::cx::{Caller, ClientCx, PoolCx};
use flows::sign_in::Parameters;
use flows::sign_in::device_proof::{self, Begun, Proved};
use serde_json::json;
use testkit::TestServer;

use super::{DEVICE_PASSWORD, House, SignedIn};

/// A confirmed device of alice, and a request through the client.
pub struct Yard {
    pub house: House,
    pub cx: ClientCx,
    pub alice: SignedIn,
    pub user: User,
}

impl Yard {
    pub async fn new() -> Self {
        let house = House::new().await;
        let alice = house.confirmed("alice").await;
        let cx = request(&house.server, &house.client).await;
        let user = flows::users::find(&cx, "alice").await.unwrap();
        Self { house, cx, alice, user }
    }

    pub async fn begin(&self) -> (Attempt, Begun) {
        let attempt = Attempt::new(&SystemRandom).unwrap();
        let begun = self.begin_with(&self.alice.key, &attempt.public_hex()).await.unwrap();
        (attempt, begun)
    }

    pub async fn begin_with(&self, key: &str, srp_a: &str) -> Result<Begun> {
        device_proof::begin(&self.cx, &self.user, key, srp_a, "password".into()).await
    }

    pub fn answer(&self, attempt: &Attempt, begun: &Begun, password: &str) -> Parameters {
        self.answer_in(&self.alice.group, attempt, begun, password)
    }

    pub fn answer_in(&self, group: &str, attempt: &Attempt, begun: &Begun, password: &str) -> Parameters {
        let answer = self.house.server.device_answer(group, attempt, &json!(begun.parameters), password);
        serde_json::from_value(answer).unwrap()
    }

    pub async fn prove(&self, responses: &Parameters) -> Result<Proved> {
        device_proof::prove(&self.cx, None, responses).await
    }

    /// A right answer to a new challenge.
    pub async fn right(&self) -> Parameters {
        let (attempt, begun) = self.begin().await;
        self.answer(&attempt, &begun, DEVICE_PASSWORD)
    }
}

pub async fn request(server: &TestServer, client: &str) -> ClientCx {
    let services = server.services.clone();
    let (live, client) =
        services.directory.resolve_client(&services.db, &ClientId::new(client)).await.unwrap().unwrap();
    let caller = Caller {
        ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        user_agent: Some("Browser 8".into()),
        request_id: "r".into(),
    };
    ClientCx { pool_cx: PoolCx { services, caller, live }, client }
}
