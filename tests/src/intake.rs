//! Deliveries to the intake, and waiting for what becomes of them.

use crate::app::App;
use crate::client::Client;
use crate::reply::Reply;
use crate::samples::text;
use crate::wait::until;
use serde_json::Value;
use std::time::Duration;

/// How long a delivery may take to be worked through: a claim may have to lapse first.
const PATIENCE: Duration = Duration::from_secs(180);

impl App {
    /// Somebody who delivers logs.
    pub fn shipper(&self) -> Client {
        self.user("devsecops")
    }
}

impl Client {
    /// Delivers events with this media type.
    pub fn delivers(&self, media_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.request("POST", "/api/intake/log").body(media_type, body).send()
    }

    /// What became of a delivery, once it is settled.
    pub fn settled(&self, id: &str) -> Value {
        until("the delivery is worked through", PATIENCE, || {
            let answer = self.get(&format!("/api/intake/{id}")).expect(200);
            (answer["status"] != "queued").then_some(answer)
        })
    }

    /// Delivers events and waits until they are worked through.
    pub fn delivered(&self, media_type: &str, body: impl Into<Vec<u8>>) -> Value {
        let taken = self.delivers(media_type, body).expect(202);
        self.settled(&text(&taken["id"]))
    }
}
