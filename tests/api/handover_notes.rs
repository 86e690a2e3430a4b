//! Hand-over notes, from one helper to the next.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use crate::support::pairing::{OfficeWithLeaver, current_pairings_of, depart, pair_by_hand};
use crate::support::world::World;
use crate::support::{Client, complete_household};

#[tokio::test]
async fn a_hand_over_note_is_written_to_the_day_of_the_hand_over() {
    let world = World::start().await;
    let (server, helper) = (&world.server, &world.helper);
    let me = helper.staff_id.unwrap();
    let ended_on = async |to: NaiveDate| {
        let id = server.add_household(complete_household("李三喜")).await;
        let pairing = server.pair(id, me, server.days_ago(50)).await;
        let body = json!({ "date": to, "reason": "换人" });
        let end = format!("/pairings/{pairing}/end");
        world.office.post(&end).json(&body).await.expect(200);
        let path = format!("/pairings/{pairing}/handover-notes");
        helper
            .post(&path)
            .json(&json!({ "text": "老人听力差" }))
            .await
    };
    ended_on(server.app.today()).await.expect(201);
    let late = ended_on(server.days_ago(1)).await;
    late.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_hand_over_note_goes_from_one_helper_to_the_next() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    let (old, new) = (server.helper(leaver).await, server.helper(stayer).await);
    let pairings = current_pairings_of(&office, leaver).await;
    let of = |household: Uuid| {
        let pairing = pairings
            .iter()
            .find(|one| one["household_id"] == json!(household));
        format!(
            "/pairings/{}/handover-notes",
            pairing.unwrap()["id"].as_str().unwrap()
        )
    };
    let body = json!({ "text": "老人听力差，请上门；孙女 9 月入学" });
    let write = |client: &Client, household| client.post(&of(household)).key("note").json(&body);
    let note = write(&old, theirs[0]).await.expect(201);
    assert_eq!(
        write(&old, theirs[0]).await.expect(201),
        note,
        "written once"
    );
    assert_eq!(note["date"], json!(server.app.today()));
    assert_eq!(
        (&note["helper_name"], &note["recorded_by"]),
        (&json!("甲帮扶"), &json!(old.username))
    );
    // To a helper of other households the pairing is not there.
    write(&new, theirs[1])
        .await
        .expect_problem(404, "not_found");
    let blank = old.post(&of(theirs[0])).json(&json!({ "text": " " })).await;
    blank.expect_problem(400, "bad_request");

    assert!(
        new.items("/handover-notes").await.is_empty(),
        "not their household yet"
    );
    let read = format!("/handover-notes/{}/read", note["id"].as_str().unwrap());
    new.post(&read).await.expect_problem(404, "not_found");
    depart(&office, leaver, json!({ "kind": "retired" })).await;
    let taken = pair_by_hand(&office, theirs[0], stayer).await;
    taken.expect(201);
    assert_eq!(
        new.items("/handover-notes?read=false").await,
        [note.clone()]
    );
    let refused = office.post(&read).await;
    refused.expect_problem(403, "not_the_new_helper");
    let left = old.post(&read).await;
    left.expect_problem(401, "unauthenticated");
    let first = new.post(&read).await.expect(200);
    assert_eq!(first["read_by"], json!(new.username));
    assert_eq!(
        new.post(&read).await.expect(200),
        first,
        "the first time counts"
    );
    assert!(new.items("/handover-notes?read=false").await.is_empty());
    let path = format!("/handover-notes?household_id={}", theirs[0]);
    assert_eq!(office.items(&path).await, [first]);
    // Written by the office, on a pairing that has ended.
    let late = write(&office, theirs[1]).await.expect(201);
    assert_eq!(office.items("/handover-notes?limit=1").await, [late]);
}
