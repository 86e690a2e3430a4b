//! What a unit's contact is told of progress, in figures and workbooks: of their unit alone, and the same that
//! the whole says of it.

use calamine::Reader;
use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::book::Book;
use crate::support::lifts::{MARCH, lift_household, propose_lift};
use crate::support::register::{day, sound_household};
use crate::support::staff::{add_person, unit_of};
use crate::support::{Client, TestServer};

const AS_OF: &str = "year=2026&as_of=2026-06-30";

/// Two schools, each with a teacher who has a household lifted and one under way; the first school's
/// lifted household is the other's since.
async fn a_year(server: &TestServer, office: &Client) -> [Uuid; 2] {
    let mut people = Vec::new();
    for (unit, name, heads) in [
        ("实验小学", "张老师", ["赵一", "赵二"]),
        ("第一中学", "王老师", ["钱一", "钱二"]),
    ] {
        let person = add_person(server, unit, name).await;
        people.push(person);
        for (head, lifted) in heads.into_iter().zip([true, false]) {
            let id = server.add_household(sound_household(head)).await;
            if head == "赵一" {
                let (from, to) = (day("2026-01-01"), day("2026-05-01"));
                server.pair_until(id, person, from, to).await;
            } else {
                server.pair(id, person, day("2026-01-01")).await;
            }
            if lifted {
                lift_household(office, id, MARCH).await;
            } else {
                propose_lift(office, id, "2026-04-01").await;
            }
        }
    }
    let moved = office.items("/households?search=赵一").await[0]["id"].clone();
    let moved = moved.as_str().unwrap().parse().unwrap();
    server.pair(moved, people[1], day("2026-05-01")).await;
    people.try_into().unwrap()
}

/// All texts of all sheets of a workbook.
fn texts(bytes: &[u8]) -> String {
    let mut book = Book::open(bytes);
    let mut all = String::new();
    for name in book.0.sheet_names() {
        all += &name;
        for row in book.sheet(&name).rows() {
            for cell in row {
                all.push('|');
                all += &cell.to_string();
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_workbooks_are_those_of_their_unit() {
    let (server, office) = TestServer::start_with_office().await;
    let [own, other] = a_year(&server, &office).await;
    let target = json!({ "target": 7, "line_fen": 600_000 });
    let plan = office.put("/year-plans/2026").if_match("*");
    plan.json(&target).await.expect(200);
    let contact = server.contact_of(own).await;
    let leader = server.client(Role::Leader).await;
    let path = format!("/progress?{AS_OF}");
    let (whole, part) = (
        leader.get(&path).await.expect(200),
        contact.get(&path).await.expect(200),
    );
    assert_eq!((&whole["target"], &whole["to_go"]), (&json!(7), &json!(5)));
    assert_eq!(whole.get("unit"), None);

    let unit = unit_of(&office, own).await;
    assert_eq!(
        (&part["unit_id"], &part["unit"]),
        (&json!(unit), &json!("实验小学"))
    );
    assert_eq!((part.get("target"), part.get("to_go")), (None, None));
    for by in ["units", "helpers"] {
        let is_own = |row: &&Value| row["unit"] == "实验小学";
        let rows: Vec<_> = whole[by]
            .as_array()
            .unwrap()
            .iter()
            .filter(is_own)
            .collect();
        assert_eq!(rows.len(), 1, "{whole}");
        assert_eq!(part[by], json!(rows), "{by}");
    }
    assert_eq!(part["newly_lifted"]["count"], 1);
    assert_eq!(part["in_pipeline"], 1);
    assert_eq!(part["towns"][0]["figures"], part["units"][0]["figures"]);
    assert_eq!(part["months"][2]["newly_lifted"], 1);
    // Every figure names records that they may see, also of a household that is another's now.
    let lift = part["newly_lifted"]["lift_ids"][0].as_str().unwrap();
    let lift = contact.get(&format!("/lifts/{lift}")).await.expect(200);
    assert_eq!(lift["household"]["head_name"], "赵一");
    assert_eq!(contact.items("/lifts").await.len(), 2);

    let workbook = format!("/reports/progress?{AS_OF}");
    let answer = contact.get(&workbook).await;
    let name = answer.header("content-disposition").to_owned();
    // 实验小学 is in the name.
    assert!(
        name.contains("%E5%AE%9E%E9%AA%8C%E5%B0%8F%E5%AD%A6"),
        "{name}"
    );
    let (own_words, all_words) = (
        texts(&answer.bytes),
        texts(&leader.download(&workbook).await),
    );
    for told in ["张老师", "赵一", "赵二", "单位：实验小学"] {
        assert!(own_words.contains(told), "{told} is missing: {own_words}");
    }
    for hidden in ["王老师", "第一中学", "钱一", "钱二"] {
        assert!(!own_words.contains(hidden), "{hidden} is told: {own_words}");
        assert!(all_words.contains(hidden), "{hidden}");
    }
    assert!(!own_words.contains("尚差"), "{own_words}");

    let roll = "/reports/pairings?as_of=2026-04-30";
    let own_words = texts(&contact.download(roll).await);
    assert!(own_words.contains("赵一") && own_words.contains("赵二"));
    assert!(
        !own_words.contains("钱一") && !own_words.contains("王老师"),
        "{own_words}"
    );
    let asked = format!("{roll}&unit_id={unit}");
    assert_eq!(texts(&contact.download(&asked).await), own_words);
    let asked = format!("{roll}&unit_id={}", unit_of(&office, other).await);
    contact.get(&asked).await.expect_problem(404, "not_found");
}
