//! Rows that name their household by the head's identity number alone, and what rows of members remark. Over HTTP,
//! with real workbooks.

use qianshou::household::{HouseholdFacts, Member, Relation};
use serde_json::json;

use crate::support::register::{facts, person};
use crate::support::roster::{HOUSEHOLDS, register_by_number, roster_of};
use crate::support::{RosterFile, TestServer, Value as Cell};

fn family(number: &str, names: [&str; 2]) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        members: vec![
            person(names[0], Relation::Head, "19700101"),
            person(names[1], Relation::Spouse, "19710202"),
        ],
        ..facts("草庙镇", "双喜村")
    }
}

const HEADINGS: [&str; 9] = [
    "镇(乡、街道)",
    "村(居)",
    "户主证件号码",
    "姓名",
    "性别",
    "证件号码",
    "与户主关系",
    "劳动技能",
    "脱贫属性",
];

/// Members on rows that name the head by this number.
fn rows_of(head: &Member, household: &HouseholdFacts, members: &[Member]) -> RosterFile {
    let of = HouseholdFacts {
        members: members.to_vec(),
        ..household.clone()
    };
    let mut file = RosterFile::of_households(&HEADINGS, &[of]);
    let head = head.identity_number.unwrap();
    for row in 0..members.len() {
        file = file.with(row, "户主证件号码", head.whole());
    }
    file
}

async fn names(server: &TestServer) -> Vec<Vec<String>> {
    let register = register_by_number(&server.db).await.into_values();
    let names = |it: HouseholdFacts| it.members.into_iter().map(|member| member.name).collect();
    register.map(names).collect()
}

fn child() -> Member {
    person("王小宝", Relation::Son, "20250101")
}

async fn nobody_left(office: &crate::support::Client, file: &RosterFile) {
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["error_count"], 0, "{preview:#}");
    let stays = json!({ "conflict": "left", "accept": true, "answer": "stays" });
    let import = office
        .choose(&preview, json!({ "decisions": [stays] }))
        .await;
    office.commit(&import).await.expect(200);
}

#[tokio::test]
async fn rows_that_name_a_head_of_the_register_are_of_that_household() {
    let (server, office) = TestServer::start_with_office().await;
    let known = [
        family("R1", ["王大山", "李秀英"]),
        family("R2", ["张建国", "赵桂兰"]),
    ];
    office.import(HOUSEHOLDS, roster_of(&known)).await;
    let head = &known[0].members[0];
    nobody_left(&office, &rows_of(head, &known[0], &[child()])).await;
    let first = ["王大山", "王小宝", "李秀英"];
    assert_eq!(names(&server).await[0], first);
    // A member who is known, and one of whom another household has the head.
    nobody_left(&office, &rows_of(head, &known[0], &known[0].members[1..])).await;
    assert_eq!(names(&server).await[0], first);
    // The number of one who is no head, or of nobody, finds no household.
    let wife = &known[1].members[1];
    for other in [wife, &person("钱新来", Relation::Head, "19820203")] {
        let twin = person("王小妹", Relation::Daughter, "20250101");
        let file = rows_of(other, &known[0], &[twin]);
        let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
        assert_ne!(preview["error_count"], 0, "{preview:#}");
    }
}

/// Heads in one table, and below it members who name them.
#[tokio::test]
async fn rows_that_name_a_head_of_the_table_above_are_of_that_household() {
    let (server, office) = TestServer::start_with_office().await;
    let all = [
        family("R1", ["王大山", "李秀英"]),
        family("R2", ["张建国", "赵桂兰"]),
    ];
    let heads = all.clone().map(|it| HouseholdFacts {
        members: it.members[..1].to_vec(),
        ..it
    });
    let mut file = RosterFile::of_households(
        &[
            "镇(乡、街道)",
            "村(居)",
            "户编号",
            "姓名",
            "性别",
            "证件号码",
            "与户主关系",
            "劳动技能",
            "脱贫属性",
        ],
        &heads,
    );
    let mut below: Vec<Vec<Cell>> = vec![vec![Cell::from("家庭成员")]];
    let with_name = |row: &[Cell], head: Cell| {
        let (place, rest) = row.split_at(2);
        [place, &[head][..], rest].concat()
    };
    let headings: Vec<Cell> = HEADINGS.iter().map(|it| Cell::from(*it)).collect();
    below.push(with_name(&headings, "户主姓名".into()));
    for family in &all {
        let rows = rows_of(&family.members[0], family, &family.members[1..]).rows;
        let head = family.members[0].name.as_str();
        below.extend(rows.iter().map(|row| with_name(row, head.into())));
    }
    file.rows.extend(below);
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["error_count"], 0, "{preview:#}");
    office.commit(&preview).await.expect(200);
    let expected = [["王大山", "李秀英"], ["张建国", "赵桂兰"]];
    assert_eq!(names(&server).await, expected);
}

#[tokio::test]
async fn what_the_row_of_a_member_remarks_is_said_of_the_member() {
    let (server, office) = TestServer::start_with_office().await;
    let known = family("R1", ["王大山", "李秀英"]);
    let file = RosterFile::households(&[known]);
    let remark = |texts: [&str; 2]| {
        let file = file.clone().with(0, "备注", texts[0]);
        file.with(1, "备注", texts[1])
    };
    for (texts, kept) in [
        (["", "2026年8月去世"], "李秀英：2026年8月去世"),
        (["危房已改造", "长期住院"], "危房已改造；李秀英：长期住院"),
        (["危房已改造", "危房已改造"], "危房已改造"),
    ] {
        let preview = office.preview(HOUSEHOLDS, remark(texts).bytes()).await;
        assert_eq!(preview["error_count"], 0, "{preview:#}");
        office.commit(&preview).await.expect(200);
        let register = register_by_number(&server.db).await;
        let said = &register["R1"].remark;
        assert!(
            said.as_ref().is_some_and(|it| it.contains(kept)),
            "{said:?} {kept}"
        );
    }
}
