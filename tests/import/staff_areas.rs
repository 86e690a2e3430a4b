//! 负责镇 and 负责村 of a roster of staff: villages of several towns, on several rows, and however they are parted.
//! Over HTTP, with real workbooks.

use qianshou::staff::StaffFacts;
use serde_json::{Value, json};

use crate::support::register::facts;
use crate::support::roster::{HOUSEHOLDS, STAFF, full_teacher, roster_of, staff_on_register};
use crate::support::{Client, RosterFile, TestServer, Value as Cell};

fn teacher(number: &str, town: Option<&str>, village: Option<&str>) -> StaffFacts {
    let names = ["丁零", "丁一", "丁二", "丁三", "丁四"];
    StaffFacts {
        town: town.map(str::to_owned),
        village: village.map(str::to_owned),
        ..full_teacher(number, names[number.parse::<usize>().unwrap()])
    }
}

async fn register(server: &TestServer, places: &[(&str, &str)]) {
    for (town, village) in places {
        server.add_household(facts(town, village)).await;
    }
}

/// 负责镇 and 负责村 of everyone, by 工号.
async fn areas(server: &TestServer) -> Vec<(String, String)> {
    let said = |cell: Option<String>| cell.unwrap_or_default();
    let staff = staff_on_register(server).await.into_iter();
    staff
        .map(|person| (said(person.town), said(person.village)))
        .collect()
}

fn pair(town: &str, village: &str) -> (String, String) {
    (town.to_owned(), village.to_owned())
}

fn codes(report: &Value) -> Vec<&str> {
    let kinds = report["kinds"].as_array().unwrap().iter();
    kinds.map(|it| it["code"].as_str().unwrap()).collect()
}

async fn taken_in(office: &Client, file: &RosterFile) -> Value {
    let preview = office.preview(STAFF, file.bytes()).await;
    assert_eq!(preview["undecided_count"], 0, "{preview:#}");
    assert_eq!(preview["error_count"], 0, "{preview:#}");
    office.commit(&preview).await.expect(200);
    preview
}

#[tokio::test]
async fn a_village_of_another_town_says_its_town_before_its_name() {
    let (server, office) = TestServer::start_with_office().await;
    register(
        &server,
        &[
            ("草庙镇", "双喜村"),
            ("大桥镇", "新河村"),
            ("大桥镇", "东风村"),
        ],
    )
    .await;
    let file = RosterFile::staff(&[
        teacher("1", Some("草庙镇"), Some("双喜村、大桥镇新河村")),
        teacher("2", None, Some("大桥镇：新河村")),
        teacher("3", None, Some("双喜村、大桥镇东风村")),
        teacher("4", Some("草庙镇"), Some("大丰区大桥镇新河村")),
    ]);
    let preview = taken_in(&office, &file).await;
    assert!(!codes(&preview).contains(&"village_unknown"), "{preview:#}");
    assert!(
        codes(&preview).contains(&"village_of_other_town"),
        "{preview:#}"
    );
    assert_eq!(
        areas(&server).await,
        [
            pair("草庙镇、大桥镇", "双喜村、新河村"),
            pair("大桥镇", "新河村"),
            pair("草庙镇、大桥镇", "双喜村、东风村"),
            pair("草庙镇、大桥镇", "新河村"),
        ]
    );
    // The same file once more changes nothing.
    let again = office.preview(STAFF, file.bytes()).await;
    assert_eq!(again["staff"]["unchanged"], 4, "{again:#}");
    // They follow when the village is called otherwise.
    let rename = json!({
        "town": "大桥镇", "village": "新河村", "new_town": "大桥镇", "new_village": "新桥村", "reason": "更名",
    });
    office.post("/renamings").json(&rename).await.expect(201);
    let after = areas(&server).await;
    assert_eq!(after[0], pair("草庙镇、大桥镇", "双喜村、新桥村"));
    assert_eq!(after[1], pair("大桥镇", "新桥村"));
}

#[tokio::test]
async fn a_village_that_only_a_helper_of_another_town_names_is_asked_about_when_it_is_renamed() {
    let (server, office) = TestServer::start_with_office().await;
    let at = |village: &str, number: &str| qianshou::household::HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts("大桥镇", village)
    };
    let before = [at("新河村", "R1"), at("新河村", "R2")];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let helper = teacher("1", Some("草庙镇"), Some("大桥镇新河村"));
    taken_in(&office, &RosterFile::staff(&[helper])).await;
    let after = before.map(|it| qianshou::household::HouseholdFacts {
        village: "幸福村".to_owned(),
        ..it
    });
    let preview = office.preview(HOUSEHOLDS, roster_of(&after)).await;
    assert_eq!(
        preview["conflicts"][0]["kind"], "place_renamed",
        "{preview:#}"
    );
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(areas(&server).await, [pair("草庙镇、大桥镇", "幸福村")]);
}

#[tokio::test]
async fn a_village_of_another_town_means_no_other_village() {
    let (server, office) = TestServer::start_with_office().await;
    register(
        &server,
        &[
            ("草庙镇", "双喜村"),
            ("大桥镇", "双喜村"),
            ("大桥镇", "新河村"),
        ],
    )
    .await;
    // Both towns have a 双喜村, and only one of them is meant.
    let file = RosterFile::staff(&[
        teacher("1", Some("草庙镇"), Some("双喜村、大桥镇新河村")),
        teacher("2", None, Some("双喜村、大桥镇新河村")),
    ]);
    let preview = taken_in(&office, &file).await;
    assert!(!codes(&preview).contains(&"village_unknown"), "{preview:#}");
    let both = "双喜村、大桥镇新河村";
    assert_eq!(areas(&server).await, [pair("草庙镇", both), pair("", both)]);
    // It follows under its new name, and with its town.
    for (village, new_town, new_village) in [
        (Some("新河村"), "大桥镇", Some("新桥村")),
        (None, "大桥街道", None),
    ] {
        let rename = json!({
            "town": "大桥镇", "village": village, "new_town": new_town, "new_village": new_village,
            "reason": "更名",
        });
        office.post("/renamings").json(&rename).await.expect(201);
    }
    let both = "双喜村、大桥街道新桥村";
    assert_eq!(areas(&server).await, [pair("草庙镇", both), pair("", both)]);
    // A town that nobody knows, and a village whose name begins like a town's, are told.
    let file = RosterFile::staff(&[
        teacher("3", Some("草庙镇"), Some("红旗镇新河村")),
        teacher("4", Some("草庙镇"), Some("古镇村")),
    ]);
    let preview = office.preview(STAFF, file.bytes()).await;
    let kinds = preview["kinds"].as_array().unwrap().iter();
    let unknown: Vec<_> = kinds.filter(|it| it["code"] == "village_unknown").collect();
    assert_eq!(unknown[0]["count"], 2, "{preview:#}");
}

/// A row with these cells alone, below the rows of the file.
fn with_row(mut file: RosterFile, cells: &[(&str, &str)]) -> RosterFile {
    let at = file.rows.len();
    file.rows.push(vec![Cell::Nothing; file.headings.len()]);
    for (heading, value) in cells {
        file = file.with(at, heading, *value);
    }
    file
}

#[tokio::test]
async fn further_villages_of_a_helper_may_stand_on_rows_of_their_own() {
    let (server, office) = TestServer::start_with_office().await;
    register(
        &server,
        &[
            ("草庙镇", "双喜村"),
            ("草庙镇", "前进村"),
            ("草庙镇", "红旗村"),
            ("大桥镇", "新河村"),
        ],
    )
    .await;
    let one = RosterFile::staff(&[teacher("1", Some("草庙镇"), Some("双喜村"))]);
    let mut file = with_row(one, &[("负责村", "前进村")]);
    file = with_row(file, &[("负责镇", "草庙镇"), ("负责村", "红旗村")]);
    let further = [
        ("单位", "草庙小学"),
        ("负责镇", "大桥镇"),
        ("负责村", "新河村"),
    ];
    file = with_row(file, &further);
    // As merged cells are read, and once more as it stands.
    let second = teacher("2", Some("草庙镇"), Some("双喜村"));
    let other = teacher("2", Some("草庙镇"), Some("前进村"));
    file.rows.extend(RosterFile::staff(&[second, other]).rows);
    let preview = taken_in(&office, &file).await;
    assert!(codes(&preview).contains(&"further_village"), "{preview:#}");
    assert!(!codes(&preview).contains(&"note_row"), "{preview:#}");
    assert_eq!(
        areas(&server).await,
        [
            pair("草庙镇、大桥镇", "双喜村、前进村、红旗村、新河村"),
            pair("草庙镇", "双喜村、前进村"),
        ]
    );
}

#[tokio::test]
async fn a_village_that_is_nobodys_is_an_error_and_another_row_is_another_person() {
    let (_server, office) = TestServer::start_with_office().await;
    let one = RosterFile::staff(&[teacher("1", Some("草庙镇"), Some("双喜村"))]);
    // An empty row stands between.
    let mut file = with_row(one.clone(), &[]);
    file = with_row(file, &[("负责村", "前进村")]);
    let preview = office.preview(STAFF, file.bytes()).await;
    assert!(codes(&preview).contains(&"required_cell"), "{preview:#}");
    // A name, or a unit, of its own makes it a row of its own.
    for cells in [
        &[("姓名", "丁八"), ("负责村", "前进村")][..],
        &[("单位", "大桥中学"), ("负责村", "前进村")],
        &[("工号", "1"), ("姓名", "丁一"), ("负责村", "双喜村")],
    ] {
        let preview = office
            .preview(STAFF, with_row(one.clone(), cells).bytes())
            .await;
        assert_ne!(preview["error_count"], 0, "{cells:?} {preview:#}");
    }
    // What is no village, below the list, is a note as before.
    let file = with_row(one, &[("负责村", "填表人：张三")]);
    let preview = office.preview(STAFF, file.bytes()).await;
    assert_eq!(preview["error_count"], 0, "{preview:#}");
}

#[tokio::test]
async fn villages_in_another_order_or_twice_are_no_change() {
    let (server, office) = TestServer::start_with_office().await;
    register(&server, &[("草庙镇", "双喜村"), ("草庙镇", "前进村")]).await;
    let of = |village: &str| RosterFile::staff(&[teacher("1", Some("草庙镇"), Some(village))]);
    taken_in(&office, &of("双喜村、前进村")).await;
    for same in [
        "前进村、双喜村",
        "双喜村、双喜村、前进村",
        "双喜村 前进村",
        "前进村\n双喜村",
        "前进村|双喜村",
    ] {
        let preview = office.preview(STAFF, of(same).bytes()).await;
        assert_eq!(preview["staff"]["unchanged"], 1, "{same} {preview:#}");
    }
    assert_eq!(areas(&server).await, [pair("草庙镇", "双喜村、前进村")]);
}
