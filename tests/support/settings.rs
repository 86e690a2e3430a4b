//! The settings of the office.

use serde_json::Value;

use super::Client;

/// Changes the settings as they are.
pub async fn change_settings(office: &Client, change: impl FnOnce(&mut Value)) {
    let read = office.get("/settings").await;
    let mut settings = read.expect(200);
    change(&mut settings);
    let call = office.put("/settings").if_match(read.header("etag"));
    call.json(&settings).await.expect(200);
}
