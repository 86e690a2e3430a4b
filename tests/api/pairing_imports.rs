//! Lists of pairs that people have made by hand, imported from Excel.

use qianshou::access::Role;
use qianshou::staff::StaffFacts;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::support::pairing::{
    PAIR_LISTS, current_pairings, household_with_head, pair_list, pair_list_under,
    preview_pair_list, refused_pair_list, send_pair_list, staff_number, take_pair_list,
};
use crate::support::register::day;
use crate::support::staff::{add_person, add_person_with, change_person};
use crate::support::{Client, TestServer, XLSX};

/// The code of each problem with its cell, in the order of the rows.
fn found(problems: &Value) -> Vec<(String, String)> {
    let text = |problem: &Value, field: &str| problem[field].as_str().unwrap().to_owned();
    let problems = problems.as_array().unwrap().iter();
    problems
        .map(|problem| (text(problem, "code"), text(problem, "cell")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_checked_first_and_then_taken_in_as_a_whole() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    let (one, _) = household_with_head(&server, "QH001", "赵一").await;
    let (two, identity) = household_with_head(&server, "QH002", "钱二").await;
    let (three, _) = household_with_head(&server, "QH003", "孙三").await;
    let (held, _) = household_with_head(&server, "QH004", "李四").await;
    server.pair(held, helper, day("2025-01-01")).await;
    let bytes = pair_list(&[
        [
            "1",
            "QH001",
            "",
            "赵一",
            &number,
            "甲帮扶",
            "",
            "2026-03-01",
            "镇里商定",
        ],
        [
            "2",
            "",
            &identity,
            "",
            "",
            "甲帮扶",
            "东圩小学",
            "2026年3月5日",
            "",
        ],
        ["3", "", "", "孙三", &number, "", "东圩小学", "", ""],
        ["4", "QH004", "", "李四", &number, "", "", "2026-03-01", ""],
        ["合计", "", "", "", "", "", "", "", ""],
    ]);
    let dry = preview_pair_list(&office, bytes.clone()).await;
    assert_eq!(
        (
            &dry["state"],
            &dry["rows"],
            &dry["pairings"]["new"],
            &dry["pairings"]["unchanged"],
            &dry["error_count"]
        ),
        (&json!("ready"), &json!(4), &json!(3), &json!(1), &json!(0)),
        "{dry}"
    );
    assert_eq!(current_pairings(&office).await.len(), 1);
    let taken = take_pair_list(&office, bytes.clone()).await;
    assert_eq!(
        (&taken["state"], &taken["pairings"]["new"]),
        (&json!("committed"), &json!(3))
    );
    let now = current_pairings(&office).await;
    assert_eq!(now.len(), 4);
    for (household, from, reason) in [
        (one, "2026-03-01", "导入“结对表.xlsx”：镇里商定"),
        (two, "2026-03-05", "导入“结对表.xlsx”"),
        (three, &server.app.today().to_string(), "导入“结对表.xlsx”"),
        (held, "2025-01-01", "测试"),
    ] {
        let pairing = now
            .iter()
            .find(|one| one["household_id"] == json!(household));
        let pairing = pairing.unwrap();
        assert_eq!(pairing["staff_id"], json!(helper));
        assert_eq!(pairing["from_date"], from);
        assert_eq!(pairing["reason"], reason);
    }
    // Once more, all hold already.
    let again = take_pair_list(&office, bytes).await;
    assert_eq!(
        (&again["pairings"]["new"], &again["pairings"]["unchanged"]),
        (&json!(0), &json!(4))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_that_cannot_be_is_named_with_cell_value_reason_and_cure() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let gone = add_person(&server, "东圩小学", "乙帮扶").await;
    let full = add_person(&server, "东圩小学", "丙帮扶").await;
    for name in ["丁帮扶", "丁帮扶"] {
        add_person(&server, "西圩小学", name).await;
    }
    for (staff_id, change) in [
        (gone, json!({ "active": false })),
        (full, json!({ "capacity": 1 })),
    ] {
        change_person(&office, staff_id, &change).await;
    }
    let a = staff_number(&office, helper).await;
    let (b, c) = (
        staff_number(&office, gone).await,
        staff_number(&office, full).await,
    );
    let (taken, identity) = household_with_head(&server, "QH001", "赵一").await;
    server.pair(taken, gone, day("2026-01-01")).await;
    for number in 2..=9 {
        household_with_head(&server, &format!("QH00{number}"), "钱二").await;
    }
    let (former, _) = household_with_head(&server, "QH010", "孙三").await;
    server
        .pair_until(former, full, day("2026-01-01"), day("2026-06-01"))
        .await;
    let tomorrow = server.app.today().succ_opt().unwrap().to_string();
    let rows = [
        ["1", "QH099", "", "", &a, "", "", "", ""],
        ["2", "QH002", &identity, "", &a, "", "", "", ""],
        ["3", "", "", "钱二", &a, "", "", "", ""],
        ["4", "QH003", "", "周五", &a, "", "", "", ""],
        ["5", "QH001", "", "", &a, "", "", "", ""],
        ["6", "QH004", "", "", "T404", "", "", "", ""],
        ["7", "QH005", "", "", "", "丁帮扶", "", "", ""],
        ["8", "QH006", "", "", &b, "", "", "", ""],
        ["9", "QH007", "", "", &a, "", "西圩小学", "", ""],
        ["10", "QH008", "", "", &c, "", "", "", ""],
        ["11", "QH008", "", "", &a, "", "", "", ""],
        ["12", "QH009", "", "", &c, "", "", "", ""],
        ["13", "QH010", "", "", &a, "", "", "2026-05-01", ""],
        ["14", "QH002", "", "", &a, "", "", &tomorrow, ""],
        ["15", "QH003", "", "", "", "", "", "", ""],
    ];
    let dry = preview_pair_list(&office, pair_list(&rows)).await;
    let expected = [
        ("unknown_household", "B3"),
        ("household_contradicts", "B4"),
        ("ambiguous_household", "D5"),
        ("head_differs", "D6"),
        ("household_already_paired", "B7"),
        ("unknown_helper", "E8"),
        ("ambiguous_helper", "F9"),
        ("helper_inactive", "E10"),
        ("unit_differs", "G11"),
        ("household_twice", "B13"),
        ("helper_full", "E14"),
        ("overlaps_earlier_pairing", "H15"),
        ("date_in_future", "H16"),
        ("required_cell", "F17"),
    ]
    .map(|(code, cell)| (code.to_owned(), cell.to_owned()));
    assert_eq!(found(&dry["problems"]), expected, "{dry}");
    assert_eq!(dry["error_count"], expected.len());
    for problem in dry["problems"].as_array().unwrap() {
        assert_eq!(problem["sheet"], "结对表");
        for field in ["reason", "cure"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{problem}");
        }
    }
    assert_eq!(dry["problems"][5]["value"], "T404");
    assert!(!dry.to_string().contains(&identity), "{dry}");
    let before = current_pairings(&office).await;
    refused_pair_list(&office, pair_list(&rows)).await;
    assert_eq!(current_pairings(&office).await, before, "all or nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_roll_can_be_taken_in_again() {
    let (server, office) = TestServer::start_with_office().await;
    let numbered = |person: &mut StaffFacts| person.number = Some("T001".to_owned());
    let helper = add_person_with(&server, "东圩小学", "甲帮扶", numbered).await;
    let (one, _) = household_with_head(&server, "QH001", "赵一").await;
    server.pair(one, helper, day("2026-01-01")).await;
    let roll = office.download("/reports/pairings").await;
    let path = items_path(&office).await;
    let end = json!({ "reason": "重新结对", "date": day("2026-02-01") });
    office.post(&path).json(&end).await.expect(200);
    // As it stands the roll begins before the former pairing has ended.
    let preview = preview_pair_list(&office, roll.clone()).await;
    let import = office.choose(&preview, json!({ "sheets": ["全部"] })).await;
    let chosen = office.report_of(&import).await;
    assert_eq!(chosen["rows"], 1, "{chosen}");
    assert_eq!(chosen["problems"][0]["value"], "2026-01-01");
    let refused = office.commit(&import).await;
    refused.expect_problem(422, "import_has_errors");
    let (other, office) = TestServer::start_with_office().await;
    add_person_with(&other, "东圩小学", "甲帮扶", numbered).await;
    household_with_head(&other, "QH001", "赵一").await;
    // Each pair stands on the sheet of all and on that of its unit; that with sums is no list.
    let taken = take_pair_list(&office, roll).await;
    assert_eq!(
        (&taken["rows"], &taken["pairings"]["new"]),
        (&json!(2), &json!(1)),
        "{taken}"
    );
    let problems = taken["problems"].as_array().unwrap().iter();
    let repeated = problems.filter(|problem| problem["code"] == "pair_repeated");
    assert_eq!(repeated.count(), 1, "{taken}");
}

async fn items_path(office: &Client) -> String {
    let id = current_pairings(office).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    format!("/pairings/{id}/end")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_and_who_may_not_is_refused() {
    let (server, office) = TestServer::start_with_office().await;
    let text = office
        .refused_file(PAIR_LISTS, "结对表.xlsx", b"%PDF-1.7".to_vec())
        .await;
    assert!(text["reason"].is_string(), "{text}");
    let mut empty = Workbook::new();
    empty.add_worksheet().write(0, 0, "别的").unwrap();
    let bytes = empty.save_to_buffer().unwrap();
    let none = preview_pair_list(&office, bytes).await;
    assert_eq!(none["error_count"], 1, "{none}");
    for role in [Role::Helper, Role::Leader] {
        let client = server.client(role).await;
        let refused = send_pair_list(&client, pair_list(&[])).await;
        refused.expect_problem(403, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_sent_twice_is_taken_in_once() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    household_with_head(&server, "QH001", "赵一").await;
    let bytes = pair_list(&[["1", "QH001", "", "", &number, "", "", "", ""]]);
    let send_again = || {
        office
            .post(PAIR_LISTS)
            .key("list")
            .file("表.xlsx", XLSX, bytes.clone())
    };
    let first = office.checked(&send_again().await).await;
    assert_eq!(office.checked(&send_again().await).await, first);
    office.commit(&first).await.expect(200);
    let again = office.checked(&send_again().await).await;
    assert_eq!(
        (&again["id"], &again["state"]),
        (&first["id"], &json!("committed"))
    );
    assert_eq!(current_pairings(&office).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_columns_are_enough_if_they_name_the_pair() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    for (household, head) in [("QH001", "赵一"), ("QH002", "钱二"), ("草庙003", "孙三")] {
        household_with_head(&server, household, head).await;
    }
    for (headings, row) in [
        (["户编号", "工号"], ["QH001", number.as_str()]),
        (["贫困户编号", "责任人工号"], ["草庙003", number.as_str()]),
        (["工号", "户主姓名"], [number.as_str(), "钱二"]),
        (["户主", "帮扶责任人"], ["孙三", "甲帮扶"]),
    ] {
        // The heading of a second page is no pair.
        let bytes = pair_list_under(&headings, &[&row, &headings]);
        let dry = preview_pair_list(&office, bytes).await;
        assert_eq!(
            (&dry["pairings"]["new"], &dry["error_count"]),
            (&json!(1), &json!(0)),
            "{headings:?}: {dry:#}"
        );
        assert_eq!(dry["groups"][0]["code"], "repeated_heading", "{dry:#}");
    }
    let bytes = pair_list_under(
        &["户编号", "工号"],
        &[&["QH001", &number], &["QH002", &number]],
    );
    let taken = take_pair_list(&office, bytes).await;
    assert_eq!(taken["pairings"]["new"], 2, "{taken}");
    assert_eq!(current_pairings(&office).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_households_or_helpers_says_so_once() {
    let (server, office) = TestServer::start_with_office().await;
    household_with_head(&server, "QH001", "赵一").await;
    let helpers = "工号（或责任人证件号码、责任人姓名）";
    let households = "户编号（或户主证件号码、户主姓名）";
    for (headings, lacks, has) in [
        (["户编号", "户主姓名", "结对日期"], helpers, households),
        (["工号", "责任人姓名", "备注"], households, helpers),
        (["镇", "村", "备注"], helpers, "与户主关系"),
    ] {
        let bytes = pair_list_under(&headings, &[&["QH001", "QH001", ""][..]; 20]);
        let dry = preview_pair_list(&office, bytes).await;
        assert_eq!(dry["error_count"], 1, "{dry:#}");
        let reason = dry["problems"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(lacks) && !reason.contains(has), "{reason}");
        assert_eq!(
            dry["problems"][0]["cure"],
            "请补上缺少的列，或下载空白模板填写"
        );
    }
    let other = pair_list_under(&["项目", "金额"], &[&["甲", "1"]]);
    let dry = preview_pair_list(&office, other).await;
    let problem = &dry["problems"][0];
    assert_eq!(problem["code"], "no_header");
    assert!(
        problem["reason"].as_str().unwrap().contains("结对表"),
        "{problem}"
    );
    let cure = problem["cure"].as_str().unwrap();
    assert!(
        cure.contains("户编号、工号") && cure.contains("模板"),
        "{cure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_says_beside_its_pairs_is_kept_or_told() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    household_with_head(&server, "QH001", "赵一").await;
    let (held, _) = household_with_head(&server, "QH002", "钱二").await;
    server.pair(held, helper, day("2026-01-01")).await;
    let list = pair_list(&[
        [
            "1",
            "QH001",
            "",
            "赵一（已搬走）",
            &number,
            "",
            "",
            "",
            "镇里商定",
        ],
        [
            "2",
            "QH002",
            "",
            "",
            &number,
            "",
            "",
            "2026-02-01",
            "村里商定",
        ],
    ]);
    let dry = preview_pair_list(&office, list.clone()).await;
    let codes: Vec<_> = dry["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    assert!(codes.contains(&&json!("pair_date_kept")), "{dry:#}");
    assert!(codes.contains(&&json!("pair_remark_not_kept")), "{dry:#}");
    take_pair_list(&office, list.clone()).await;
    let now = current_pairings(&office).await;
    let reasons: Vec<_> = now
        .iter()
        .map(|it| it["reason"].as_str().unwrap())
        .collect();
    let new = reasons
        .iter()
        .find(|reason| reason.contains("镇里商定"))
        .unwrap();
    assert!(new.contains("已搬走"), "{reasons:?}");
    // What is there already is not told again.
    let again = preview_pair_list(&office, list).await;
    let remarks = again["problems"].as_array().unwrap().iter();
    let told: Vec<_> = remarks
        .filter(|it| it["code"] == "pair_remark_not_kept")
        .collect();
    assert_eq!(told.len(), 1, "{again:#}");
    assert_eq!(told[0]["value"], "村里商定");
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_a_list_are_told_by_kind_and_column() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    let unknown: Vec<String> = (1..=30).map(|at| format!("QH9{at:02}")).collect();
    let mut rows: Vec<[&str; 9]> = unknown
        .iter()
        .map(|household| ["", household.as_str(), "", "", &number, "", "", "", ""])
        .collect();
    rows.push(["", "QH901", "", "", "T404", "", "", "", ""]);
    let dry = preview_pair_list(&office, pair_list(&rows)).await;
    let groups = dry["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2, "{groups:#?}");
    assert_eq!(
        (&groups[0]["code"], &groups[0]["count"]),
        (&json!("unknown_household"), &json!(31))
    );
    assert_eq!(groups[0]["column"], "户编号");
    assert_eq!(groups[0]["cells"][0], "结对表!B3");
    assert_eq!(
        (&groups[1]["code"], &groups[1]["count"]),
        (&json!("unknown_helper"), &json!(1))
    );
    assert_eq!(dry["problems"].as_array().unwrap().len(), 32);
    let words = |at: usize| groups[at]["words"].as_str().unwrap();
    assert!(
        words(0).contains("户编号 共 31 处（结对表!B3、B4、B5 等）"),
        "{groups:#?}"
    );
    assert!(words(1).contains("结对表!E33 工号 “T404”"), "{groups:#?}");
    refused_pair_list(&office, pair_list(&rows)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ditto_mark_repeats_the_helper_and_the_day_and_no_household() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    for (at, name) in ["赵一", "钱二", "孙三"].iter().enumerate() {
        household_with_head(&server, &format!("QH00{}", at + 1), name).await;
    }
    let first = |at: &'static str, household: &'static str| [at, household, "", ""];
    let row = |[at, household, identity, name]: [&'static str; 4], rest: [&str; 4]| {
        let [number, helper, unit, day] = rest.map(ToOwned::to_owned);
        let told = [at, household, identity, name].map(ToOwned::to_owned);
        let [at, household, identity, name] = told;
        [
            at,
            household,
            identity,
            name,
            number,
            helper,
            unit,
            day,
            String::new(),
        ]
    };
    let rows = [
        row(
            first("1", "QH001"),
            [&number, "甲帮扶", "东圩小学", "2026-03-01"],
        ),
        row(first("2", "QH002"), ["〃", "同上", "″", "同上"]),
        row(first("3", "QH003"), ["同上", "〃", "同上", "〃"]),
    ];
    let texts: Vec<[&str; 9]> = rows
        .iter()
        .map(|row| row.each_ref().map(String::as_str))
        .collect();
    let taken = take_pair_list(&office, pair_list(&texts)).await;
    assert_eq!(
        (&taken["pairings"]["new"], &taken["error_count"]),
        (&json!(3), &json!(0)),
        "{taken}"
    );
    let now = current_pairings(&office).await;
    assert!(
        now.iter()
            .all(|one| one["from_date"] == json!("2026-03-01")),
        "{now:?}"
    );

    // A household stands in one row.
    let again = row(first("2", "〃"), ["〃", "同上", "″", "同上"]);
    let rows = [rows[0].clone(), again];
    let texts: Vec<[&str; 9]> = rows
        .iter()
        .map(|row| row.each_ref().map(String::as_str))
        .collect();
    let refused = preview_pair_list(&office, pair_list(&texts)).await;
    assert!(
        found(&refused["problems"])
            .iter()
            .any(|(code, _)| code == "ditto_unclear"),
        "{refused}"
    );
}

/// Whatever people call the helper beside 户编号; and a row without one is told at its cell.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_two_columns_is_read_by_any_heading_of_the_helper() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    household_with_head(&server, "QH001", "赵一").await;
    household_with_head(&server, "QH002", "钱二").await;
    let numbers = [
        "工号",
        "帮扶人工号",
        "教师工号",
        "干部工号",
        "帮扶干部工号",
        "责任人工号",
        "结对人工号",
    ];
    let names = [
        "帮扶人",
        "帮扶干部",
        "帮扶教师",
        "包户干部",
        "结对人",
        "帮扶责任人",
        "责任人姓名",
    ];
    let headings = numbers.map(|it| (it, number.as_str()));
    let headings = headings.into_iter().chain(names.map(|it| (it, "甲帮扶")));
    for (heading, value) in headings {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("名册").unwrap();
        for (row, cells) in (0..).zip([["户编号", heading], ["QH001", value], ["QH002", ""]]) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let checked = preview_pair_list(&office, bytes).await;
        assert_eq!(checked["pairings"]["new"], 1, "{heading}: {checked:#}");
        let expected = [("required_cell".to_owned(), "B3".to_owned())];
        assert_eq!(
            found(&checked["problems"]),
            expected,
            "{heading}: {checked:#}"
        );
        let words = checked["groups"][0]["words"].as_str().unwrap();
        assert!(words.contains("名册!B3"), "{words}");
    }
}
