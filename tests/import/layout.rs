//! The layouts of a roster: headings, merged cells, rows of a household.

use qianshou::household::Cause;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::support::roster::{
    HOUSEHOLDS, full_household, households_on_register, problem_codes, refused_roster,
};
use crate::support::{RosterFile, TestServer, Value};

#[tokio::test]
async fn a_roster_in_the_templates_layout_comes_in_as_it_stands() {
    let (server, office) = TestServer::start_with_office().await;
    let sent = vec![full_household("A1"), full_household("A2")];
    let mut file = RosterFile::households(&sent);
    file.titles = vec!["贫困户名册（二〇二〇年）".to_owned(), String::new()];
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(report["state"], "committed", "{report:#}");
    assert_eq!(
        (&report["problems"], &report["rows"]),
        (&json!([]), &json!(6)),
        "{report:#}"
    );
    assert_eq!(
        report["households"],
        json!({ "new": 2, "changed": 0, "unchanged": 0, "absent": 0, "conflicting": 0, "left_out": 0 })
    );
    assert_eq!(report["persons"]["new"], 6);
    assert_eq!(households_on_register(&server.db).await, sent);
}

#[tokio::test]
async fn the_national_export_comes_in_with_its_earlier_and_its_later_headings() {
    let common = [
        "序号",
        "县(市、区、旗)",
        "乡(镇)",
        "行政村",
        "自然村",
        "户编号",
        "人编号",
        "姓名",
        "证件号码",
        "人数",
        "与户主关系",
        "民族",
        "文化程度",
        "在校生状况",
        "健康状况",
        "劳动技能",
        "务工状况",
        "务工时间(月)",
        "脱贫属性",
        "脱贫年度",
        "人均纯收入",
    ];
    let earlier = [
        "是否参加大病医疗",
        "贫困户属性",
        "主要致贫原因",
        "危房户",
        "饮水安全",
        "饮水困难",
        "联系电话",
    ];
    let later = [
        "是否参加大病保险",
        "户类型",
        "致贫原因1",
        "致贫原因2",
        "致贫原因3",
        "危房户",
        "是否解决安全饮用水",
        "户联系电话",
        "人联系电话",
        "首次识别时间",
        "人员识别时间",
        "监测对象类型",
        "风险是否消除",
        "风险识别时间",
        "风险消除时间",
    ];
    let mut sent = full_household("320999001");
    sent.housing_safe = Some(false);
    sent.members[0].number = Some("32099900101".to_owned());
    // What the export has no columns for.
    sent.address = None;
    sent.wage_income_fen = None;
    sent.business_income_fen = None;
    sent.property_income_fen = None;
    sent.transfer_income_fen = None;
    sent.business_expense_fen = None;
    sent.housing_grade = None;
    (sent.wishes, sent.approach, sent.remark) = (None, None, None);
    (sent.roster_helper, sent.roster_unit) = (None, None);
    sent.measures.clear();
    for member in &mut sent.members {
        member.resident_medical = None;
        member.employee_medical = None;
        member.resident_pension = None;
        member.minimum_living = None;
    }
    for (own, is_later) in [(&earlier[..], false), (&later[..], true)] {
        let (server, office) = TestServer::start_with_office().await;
        if is_later {
            sent.other_causes = vec![Cause::LackOfLabour, Cause::LackOfFunds];
            sent.identified_year = Some(2016);
        } else {
            sent.other_causes.clear();
            sent.identified_year = None;
        }
        let headings: Vec<_> = common.iter().chain(own).copied().collect();
        let file = RosterFile::of_households(&headings, std::slice::from_ref(&sent));
        let report = office.import(HOUSEHOLDS, file.bytes()).await;
        assert_eq!(report["unknown_columns"], json!([]), "{report:#}");
        assert_eq!(
            problem_codes(&report),
            ["lifted_unsafe_housing"],
            "{report:#}"
        );
        assert_eq!(households_on_register(&server.db).await, [sent.clone()]);
    }
}

#[tokio::test]
async fn rows_without_a_number_make_households_by_their_heads() {
    let (server, office) = TestServer::start_with_office().await;
    let mut one = full_household("x");
    one.number = None;
    let mut two = full_household("y");
    two.number = None;
    let file = RosterFile::households(&[one.clone(), two])
        .without("户编号")
        .without("户主证件号码");
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(report["households"]["new"], 2, "{report:#}");
    let households = households_on_register(&server.db).await;
    assert_eq!(households.len(), 2);
    assert!(households.iter().all(|facts| facts.members.len() == 3));
    // The same family with its number, later: known by the identity number of its head.
    one.number = Some("N1".to_owned());
    let file = RosterFile::households(&[one]);
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        report["households"],
        json!({ "new": 0, "changed": 1, "unchanged": 0, "absent": 1, "conflicting": 0, "left_out": 0 })
    );
}

#[tokio::test]
async fn rows_with_one_number_need_not_be_neighbours() {
    let (server, office) = TestServer::start_with_office().await;
    let mut file = RosterFile::households(&[full_household("B1"), full_household("B2")]);
    file.rows.swap(2, 3);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let households = households_on_register(&server.db).await;
    assert_eq!(households.len(), 2);
    assert!(households.iter().all(|facts| facts.members.len() == 3));
}

/// Offices merge the cells of what a household shares; only the first of the rows then holds it.
#[tokio::test]
async fn merged_cells_are_the_households() {
    let (server, office) = TestServer::start_with_office().await;
    let sent = vec![full_household("B3"), full_household("B4")];
    let file = RosterFile::households(&sent);
    let mut workbook = Workbook::new();
    file.write(&mut workbook);
    let sheet = workbook.worksheet_from_name("名册").unwrap();
    let format = rust_xlsxwriter::Format::new();
    for (first, number) in [(1, "B3"), (4, "B4")] {
        sheet
            .merge_range(first, 0, first + 2, 0, "草庙镇", &format)
            .unwrap();
        sheet
            .merge_range(first, 1, first + 2, 1, "前进村", &format)
            .unwrap();
        sheet
            .merge_range(first, 3, first + 2, 3, number, &format)
            .unwrap();
    }
    let report = office
        .import(HOUSEHOLDS, workbook.save_to_buffer().unwrap())
        .await;
    assert_eq!(report["problems"], json!([]), "{report:#}");
    assert_eq!(households_on_register(&server.db).await, sent);
}

#[tokio::test]
async fn a_sheet_without_a_roster_says_what_is_missing() {
    let (_server, office) = TestServer::start_with_office().await;
    let empty = RosterFile::households(&[]);
    let other = RosterFile::new(&["甲", "乙"]);
    let lacking = RosterFile::households(&[full_household("O1")])
        .without("村(居)")
        .without("证件号码");
    for (file, code, word) in [
        (empty, "empty_sheet", "没有任何内容"),
        (other, "no_header", "名册"),
        (lacking.clone(), "missing_column", "村(居)、证件号码"),
    ] {
        let report = office.preview(HOUSEHOLDS, file.bytes()).await;
        assert_eq!(problem_codes(&report), [code], "{report:#}");
        let reason = report["problems"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(word), "{reason}");
    }
    refused_roster(&office, HOUSEHOLDS, lacking.bytes()).await;
    // Nobody without an identity number is lost for it, but a household that nothing names is.
    let mut nameless = full_household("O2");
    nameless.number = None;
    let file = RosterFile::households(&[nameless])
        .with(0, "证件号码", Value::Nothing)
        .with(0, "户主证件号码", Value::Nothing);
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        problem_codes(&report),
        ["household_unidentified", "required_cell"],
        "{report:#}"
    );
}

#[tokio::test]
async fn hidden_sheets_and_the_templates_own_are_passed_over() {
    let (server, office) = TestServer::start_with_office().await;
    let mut workbook = Workbook::new();
    let sent = full_household("P1");
    for (name, facts) in [
        ("示例", full_household("P2")),
        ("旧表", full_household("P3")),
        ("新表", sent.clone()),
        ("另一张", full_household("P4")),
    ] {
        let mut file = RosterFile::households(&[facts]);
        name.clone_into(&mut file.sheet);
        file.write(&mut workbook);
    }
    workbook
        .worksheet_from_name("旧表")
        .unwrap()
        .set_hidden(true);
    workbook
        .worksheet_from_name("新表")
        .unwrap()
        .set_active(true);
    let report = office
        .import(HOUSEHOLDS, workbook.save_to_buffer().unwrap())
        .await;
    let read: Vec<_> = report["sheets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|sheet| sheet["read"] == true)
        .map(|sheet| &sheet["name"])
        .collect();
    assert_eq!(read, ["新表", "另一张"], "both have the same columns");
    assert_eq!(problem_codes(&report), ["hidden_sheet"]);
    let known = households_on_register(&server.db).await;
    assert_eq!(known.len(), 2);
    assert_eq!(known[0], sent);
}

#[tokio::test]
async fn columns_of_one_fact_must_agree() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut file = RosterFile::households(&[full_household("Q1")]);
    file.headings.push("饮水困难".to_owned());
    file.headings.push("民 族".to_owned());
    file.rows[0].push("是".into());
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        problem_codes(&report),
        ["duplicate_column", "columns_contradict"],
        "{report:#}"
    );
    assert_eq!(report["problems"][1]["cell"], file.address(0, "饮水困难"));
}
