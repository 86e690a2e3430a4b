//! Rosters: what offices hold goes in whole or not at all, and all that is wrong is said at once.

use std::io::{Cursor, Read};

use qianshou::access::Role;
use qianshou::household::{
    self, Category, Cause, Education, Health, HouseholdFacts, HousingGrade, IdentityNumber, Labour,
    Measure, Member, PovertyStatus, Relation, Schooling, Sex, Workplace,
};
use qianshou::staff::{self, Rank, StaffFacts};
use rust_xlsxwriter::Workbook;
use serde_json::{Value as Json, json};

use crate::support::register::person;
use crate::support::{Client, RosterFile, TestServer, Value, XLSX, rezipped, zipped};

const HOUSEHOLDS: &str = "/imports/households";
const STAFF: &str = "/imports/staff";

/// The report of a roster that has errors, after its commit was refused.
async fn refused(client: &Client, path: &str, bytes: Vec<u8>) -> Json {
    let report = client.preview(path, bytes).await;
    client
        .commit(&report)
        .await
        .expect_problem(422, "import_has_errors");
    report
}

async fn office() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    (server, office)
}

/// What the register holds, by 户编号.
async fn register(server: &TestServer) -> Vec<HouseholdFacts> {
    let mut tx = server.db.read().await.unwrap();
    let households = household::store::all(&mut tx).await.unwrap();
    let mut facts: Vec<_> = households
        .into_iter()
        .map(|household| household.facts)
        .collect();
    facts.sort_by(|a, b| a.number.cmp(&b.number));
    facts
}

async fn staff_register(server: &TestServer) -> Vec<StaffFacts> {
    let mut tx = server.db.read().await.unwrap();
    let mut people: Vec<_> = staff::store::all(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(staff::model::Staff::facts)
        .collect();
    people.sort_by(|a, b| a.name.cmp(&b.name));
    people
}

/// A household of which the roster says everything, without a contradiction.
fn rich(number: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        group_name: Some("3组".to_owned()),
        phone: Some("13900000000".to_owned()),
        address: Some("=双喜村3组5号".to_owned()),
        identified_year: Some(2016),
        category: Some(Category::General),
        status: PovertyStatus::LiftedWithPolicy,
        lifted_year: Some(2019),
        main_cause: Some(Cause::Illness),
        other_causes: vec![Cause::LackOfLabour, Cause::LackOfFunds],
        wage_income_fen: Some(1_800_050),
        business_income_fen: Some(400_000),
        property_income_fen: Some(0),
        transfer_income_fen: Some(100_000),
        business_expense_fen: Some(200_050),
        income_per_head_fen: Some(700_000),
        housing_grade: Some(HousingGrade::B),
        housing_safe: Some(true),
        water_safe: Some(true),
        wishes: Some("想学养羊".to_owned()),
        approach: Some("先治病，再发展养殖".to_owned()),
        measures: vec![Measure::Industry, Measure::Health],
        roster_helper: Some("王老师".to_owned()),
        roster_unit: Some("草庙小学".to_owned()),
        remark: Some("测试".to_owned()),
        members: vec![
            Member {
                phone: Some("13900000000".to_owned()),
                workplace: Some(Workplace::InTown),
                months_worked: Some(6),
                ..adult("张大山", Relation::Head, "19850307", Health::ChronicIllness)
            },
            adult("李秀英", Relation::Spouse, "19870912", Health::Healthy),
            Member {
                education: None,
                schooling: Some(Schooling::Primary),
                labour: Some(Labour::None),
                ..adult("张小山", Relation::Other, "20180520", Health::Healthy)
            },
        ],
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

/// A person whose sex fits: serial numbers are given by turns, so the spouse's may need another try.
fn adult(name: &str, relation: Relation, born: &str, health: Health) -> Member {
    let wanted = (relation == Relation::Spouse).then_some(Sex::Female);
    let mut member = person(name, relation, born);
    while wanted.unwrap_or(Sex::Male) != member.sex.unwrap() {
        member = person(name, relation, born);
    }
    Member {
        ethnicity: Some("汉族".to_owned()),
        education: Some(Education::LowerSecondary),
        schooling: Some(Schooling::None),
        health: Some(health),
        labour: Some(Labour::Ordinary),
        resident_medical: Some(true),
        employee_medical: Some(false),
        resident_pension: Some(true),
        critical_illness: Some(true),
        minimum_living: Some(false),
        ..member
    }
}

fn teacher(number: &str, name: &str) -> StaffFacts {
    let identity = person(name, Relation::Other, "19800101").identity_number;
    StaffFacts {
        number: Some(number.to_owned()),
        sex: identity.as_ref().map(IdentityNumber::sex),
        identity_number: identity,
        name: name.to_owned(),
        unit: "草庙小学".to_owned(),
        position: Some("教师".to_owned()),
        rank: Rank::Middle,
        political_status: Some("群众".to_owned()),
        phone: Some("13900000001".to_owned()),
        capacity: Some(0),
        town: Some("草庙镇".to_owned()),
        village: None,
        specialty: Some("数学".to_owned()),
        remark: None,
    }
}

/// The problem of a report or of an answer at a cell.
fn at<'a>(problems: &'a Json, cell: &str) -> &'a Json {
    problems
        .as_array()
        .unwrap()
        .iter()
        .find(|problem| problem["cell"] == cell)
        .unwrap_or_else(|| panic!("nothing at {cell}: {problems:#}"))
}

fn codes(report: &Json) -> Vec<&str> {
    report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}

// What goes in ------------------------------------------------------------------------------------

#[tokio::test]
async fn a_roster_in_the_templates_layout_comes_in_as_it_stands() {
    let (server, office) = office().await;
    let sent = vec![rich("A1"), rich("A2")];
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
    assert_eq!(register(&server).await, sent);
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
    let mut sent = rich("320999001");
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
        let (server, office) = office().await;
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
        assert_eq!(codes(&report), ["lifted_unsafe_housing"], "{report:#}");
        assert_eq!(register(&server).await, [sent.clone()]);
    }
}

#[tokio::test]
async fn the_kind_under_which_a_household_is_watched_is_its_category() {
    let (server, office) = office().await;
    let mut facts = rich("W1");
    facts.category = Some(Category::LiftedHousehold);
    let mut file = RosterFile::households(&[facts]);
    file.headings.push("监测对象类型".to_owned());
    for row in &mut file.rows {
        row.push("脱贫不稳定户".into());
    }
    office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        register(&server).await[0].category,
        Some(Category::UnstableLifted)
    );
}

#[tokio::test]
async fn values_are_taken_as_people_type_them() {
    let (server, office) = office().await;
    let sent = rich("V1");
    let identity = sent.members[0].identity_number.unwrap();
    let wide: String = identity
        .whole()
        .chars()
        .map(|character| char::from_u32(character as u32 + 0xfee0).unwrap())
        .collect();
    let file = RosterFile::households(&[sent.clone()])
        .with(0, "证件号码", format!(" {} ", wide.to_lowercase()).as_str())
        .with(0, "户主证件号码", Value::Nothing)
        .with(0, "工资性收入(元)", "１８，０００.50元")
        .with(0, "生产经营性收入(元)", "0.4万元")
        .with(0, "出生日期", "1985年3月7日")
        .with(0, "识别年度", "2016年1月")
        .with(0, "是否享受低保", "×")
        .with(0, "姓名", "张 大 山")
        .with(0, "户主姓名", Value::Nothing)
        .with(0, "联系电话", 13_900_000_000.0)
        .with(0, "务工时间(月)", "6个月");
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    let repairs: Vec<_> = report["problems"].as_array().unwrap().iter().collect();
    assert!(
        repairs.iter().all(|repair| repair["severity"] == "repair"),
        "{report:#}"
    );
    for (heading, code, read) in [
        (
            "证件号码",
            "identity_number_form",
            identity.masked().as_str(),
        ),
        ("出生日期", "date_form", "1985-03-07"),
        ("务工时间(月)", "amount_form", "6"),
        ("是否享受低保", "yes_no_form", "否"),
        ("工资性收入(元)", "amount_form", "18000.50 元"),
        ("生产经营性收入(元)", "amount_form", "4000.00 元"),
    ] {
        let repair = at(&report["problems"], &file.address(0, heading));
        assert_eq!(repair["code"], code, "{repair:#}");
        assert_eq!(repair["reason"], format!("读作“{read}”"), "{repair:#}");
    }
    assert_eq!(
        repairs.len(),
        6,
        "what is only trimmed is not listed: {report:#}"
    );
    assert_eq!(register(&server).await, [sent]);
}

#[tokio::test]
async fn rows_without_a_number_make_households_by_their_heads() {
    let (server, office) = office().await;
    let mut one = rich("x");
    one.number = None;
    let mut two = rich("y");
    two.number = None;
    let file = RosterFile::households(&[one.clone(), two])
        .without("户编号")
        .without("户主证件号码");
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(report["households"]["new"], 2, "{report:#}");
    let households = register(&server).await;
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
    let (server, office) = office().await;
    let mut file = RosterFile::households(&[rich("B1"), rich("B2")]);
    file.rows.swap(2, 3);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let households = register(&server).await;
    assert_eq!(households.len(), 2);
    assert!(households.iter().all(|facts| facts.members.len() == 3));
}

/// Offices merge the cells of what a household shares; only the first of the rows then holds it.
#[tokio::test]
async fn merged_cells_are_the_households() {
    let (server, office) = office().await;
    let sent = vec![rich("B3"), rich("B4")];
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
    assert_eq!(register(&server).await, sent);
}

// Again -------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_is_recorded() {
    let (server, office) = office().await;
    let file = RosterFile::households(&[rich("C1"), rich("C2")]).bytes();
    let first = office.import(HOUSEHOLDS, file.clone()).await;
    let report = office.import(HOUSEHOLDS, file).await;
    assert_eq!(report["households"]["unchanged"], 2, "{report:#}");
    assert_eq!(report["persons"]["unchanged"], 6, "{report:#}");
    assert_eq!(report["file_sha256"], first["file_sha256"]);
    let imports = office.get("/imports").await.expect(200);
    let ids: Vec<_> = imports["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|import| &import["id"])
        .collect();
    assert_eq!(ids, [&report["id"], &first["id"]]);
    let mut tx = server.db.read().await.unwrap();
    let households = household::store::all(&mut tx).await.unwrap();
    assert_eq!(households.len(), 2);
    assert!(households.iter().all(|household| household.version == 1
        && household.import_id.map(|id| id.to_string()).as_deref() == first["id"].as_str()));
}

#[tokio::test]
async fn a_changed_value_is_replaced_and_what_was_is_kept() {
    let (server, office) = office().await;
    let mut facts = rich("D1");
    office
        .import(
            HOUSEHOLDS,
            RosterFile::households(&[facts.clone(), rich("D2")]).bytes(),
        )
        .await;
    facts.income_per_head_fen = Some(700_050);
    facts.members[1].health = Some(Health::Disabled);
    let file = RosterFile::households(&[facts.clone()]);
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        report["households"],
        json!({ "new": 0, "changed": 1, "unchanged": 0, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    assert_eq!(
        report["persons"],
        json!({ "new": 0, "changed": 1, "unchanged": 2, "absent": 3, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    let households = register(&server).await;
    assert_eq!(households.len(), 2, "the absent household stays");
    assert_eq!(households[0], facts);
    let mut tx = server.db.read().await.unwrap();
    let stored = household::store::all(&mut tx).await.unwrap();
    let changed = stored
        .iter()
        .find(|household| household.facts.number.as_deref() == Some("D1"))
        .unwrap();
    assert_eq!(changed.version, 2);
    let id = changed.id.to_string();
    let history = qianshou::access::history::of(&mut tx, "household", &id)
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].before.0["income_per_head_fen"], 700_000);
    assert_eq!(
        history[0].import_id.map(|id| id.to_string()).as_deref(),
        report["id"].as_str()
    );
}

#[tokio::test]
async fn a_roster_that_has_no_column_leaves_the_field_alone_and_an_empty_cell_clears_it() {
    let (server, office) = office().await;
    let facts = rich("E1");
    let file = RosterFile::households(&[facts.clone()]);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let without = file.clone().without("内心诉求").without("民族");
    let report = office.import(HOUSEHOLDS, without.bytes()).await;
    assert_eq!(report["households"]["unchanged"], 1, "{report:#}");
    let cleared = file.with(0, "内心诉求", Value::Nothing);
    office.import(HOUSEHOLDS, cleared.bytes()).await;
    let expected = HouseholdFacts {
        wishes: None,
        ..facts
    };
    assert_eq!(register(&server).await, [expected]);
}

#[tokio::test]
async fn a_person_may_move_to_another_household_of_the_same_file() {
    let (server, office) = office().await;
    let (mut from, mut to) = (rich("F1"), rich("F2"));
    let file = RosterFile::households(&[from.clone(), to.clone()]);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let mut moved = from.members.remove(2);
    moved.relation = Relation::Other;
    to.members.push(moved);
    let file = RosterFile::households(&[to.clone(), from.clone()]);
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let preview = office.decide(&preview, &[("moved", true)]).await;
    assert_eq!(preview["persons"]["absent"], 0, "{preview:#}");
    office.commit(&preview).await.expect(200);
    assert_eq!(register(&server).await, [from, to]);
}

#[tokio::test]
async fn nothing_is_written_before_the_commit() {
    let (server, office) = office().await;
    let file = RosterFile::households(&[rich("G1")]);
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        (&report["state"], &report["households"]["new"]),
        (&json!("ready"), &json!(1))
    );
    assert!(register(&server).await.is_empty());
    let faulty = file.with(0, "性别", "女");
    let report = refused(&office, HOUSEHOLDS, faulty.bytes()).await;
    assert_eq!(codes(&report)[0], "identity_sex", "{report:#}");
    assert!(register(&server).await.is_empty());
    let mut tx = server.db.read().await.unwrap();
    let history: i64 =
        qianshou::on!(&mut tx, connection => sqlx::query_scalar("SELECT count(*) FROM history")
        .fetch_one(connection).await)
        .unwrap();
    assert_eq!(history, 0);
}

#[tokio::test]
async fn the_same_key_gives_the_first_import_again() {
    let (_server, office) = office().await;
    let file = RosterFile::households(&[rich("H1")]).bytes();
    let send = |bytes: Vec<u8>| {
        office
            .post(HOUSEHOLDS)
            .key("k1")
            .file("名册.xlsx", XLSX, bytes)
    };
    let first = send(file.clone()).await.expect(202);
    assert_eq!(send(file).await.expect(202)["id"], first["id"]);
    let other = RosterFile::households(&[rich("H2")]).bytes();
    send(other)
        .await
        .expect_problem(422, "idempotency_key_reused");
    let imports = office.get("/imports").await.expect(200);
    assert_eq!(imports["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_import_is_kept_with_its_file_and_warnings() {
    let (_server, office) = office().await;
    let mut facts = rich("I1");
    facts.members[1].labour = None;
    let mut file = RosterFile::households(&[facts]);
    file.headings.push("身高".to_owned());
    let bytes = file.bytes();
    let report = office.import(HOUSEHOLDS, bytes.clone()).await;
    assert_eq!(report["unknown_columns"], json!(["身高"]));
    let id = report["id"].as_str().unwrap();
    let import = office.get(&format!("/imports/{id}")).await.expect(200);
    assert_eq!(import["file_name"], "名册.xlsx");
    assert_eq!(import["file_bytes"], bytes.len());
    assert_eq!(import["actor"], office.username);
    assert_eq!(import["committed_by"], office.username);
    assert_eq!(import["report"]["households"]["new"], 1);
    let warned: Vec<_> = codes(&report);
    assert_eq!(warned, ["unknown_column", "labour_missing"]);
    let file = office.get(&format!("/imports/{id}/file")).await;
    file.expect(200);
    assert_eq!(file.bytes, bytes);
    assert_eq!(file.header("content-type"), XLSX);
    assert!(
        file.header("content-disposition")
            .ends_with("filename*=UTF-8''%E5%90%8D%E5%86%8C.xlsx"),
        "{}",
        file.header("content-disposition")
    );
    office
        .get(&format!("/imports/{}", uuid::Uuid::nil()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn only_who_keeps_the_register_imports() {
    let (server, office) = office().await;
    let file = RosterFile::households(&[rich("J1")]).bytes();
    for role in [Role::Helper, Role::Leader] {
        let client = server.client(role).await;
        client
            .send_roster(HOUSEHOLDS, file.clone())
            .await
            .expect_problem(403, "forbidden");
        client
            .get("/imports")
            .await
            .expect_problem(403, "forbidden");
    }
    server
        .stranger()
        .send_roster(HOUSEHOLDS, file)
        .await
        .expect_problem(401, "unauthenticated");
    assert_eq!(office.get("/imports").await.expect(200)["items"], json!([]));
}

// What does not go in -----------------------------------------------------------------------------

#[tokio::test]
async fn all_errors_are_said_at_once_with_their_places() {
    let (server, office) = office().await;
    let (one, two) = (rich("K1"), rich("K2"));
    let wrong_check = {
        let whole = two.members[0].identity_number.as_ref().unwrap().whole();
        let last = if whole.ends_with('1') { "2" } else { "1" };
        format!("{}{last}", &whole[..17])
    };
    let file = RosterFile::households(&[one, two])
        .with(0, "健康状况", "还行")
        .with(0, "家庭人口", 5.0)
        .with(1, "证件号码", 320_999_198_709_120_000.0)
        .with(2, "务工时间(月)", 13.0)
        .with(2, "年人均纯收入(元)", 6999.0)
        .with(3, "证件号码", wrong_check.as_str())
        .with(4, "与户主关系", "户主")
        .with(5, "出生日期", "2018-05-21")
        .with(5, "姓名", Value::Nothing);
    let problem = refused(&office, HOUSEHOLDS, file.bytes()).await;
    let errors = &problem["problems"];
    for (row, heading, reason) in [
        (0, "健康状况", "“还行”不在可选值之内"),
        (0, "家庭人口", "填写 5 人，本户有 3 行"),
        (1, "证件号码", "末三位已丢失"),
        (2, "务工时间(月)", "一年务工 13 个月"),
        (2, "年人均纯收入(元)", "不一致"),
        (3, "证件号码", "校验码不符"),
        (4, "与户主关系", "已有户主"),
        (5, "出生日期", "填写 2018-05-21，证件号码为 2018-05-20"),
        (5, "姓名", "没有填写"),
    ] {
        let error = at(errors, &file.address(row, heading));
        assert!(
            error["reason"].as_str().unwrap().contains(reason),
            "{heading}: {error:#}"
        );
        assert_eq!(error["severity"], "error");
        assert_eq!(error["sheet"], "名册");
        assert!(!error["cure"].as_str().unwrap().is_empty());
    }
    assert_eq!(problem["error_count"], 9, "{errors:#}");
    assert!(
        at(errors, &file.address(2, "年人均纯收入(元)"))["reason"]
            .as_str()
            .unwrap()
            .contains(&file.address(0, "年人均纯收入(元)")),
        "both cells are named"
    );
    let text = problem.to_string();
    assert!(!text.contains(&wrong_check), "identity numbers are masked");
    assert!(text.contains(&qianshou::text::masked(&wrong_check)));
    assert!(register(&server).await.is_empty());
}

#[tokio::test]
async fn one_person_cannot_be_in_two_households() {
    let (_server, office) = office().await;
    let (one, mut two) = (rich("L1"), rich("L2"));
    two.members[2].identity_number = one.members[2].identity_number;
    let file = RosterFile::households(&[one.clone(), two.clone()]);
    let problem = refused(&office, HOUSEHOLDS, file.bytes()).await;
    let error = at(&problem["problems"], &file.address(5, "证件号码"));
    assert!(
        error["reason"]
            .as_str()
            .unwrap()
            .contains(&file.address(2, "证件号码")),
        "{error:#}"
    );
    // In two files: they may have left to found the second one, which is asked.
    office
        .import(HOUSEHOLDS, RosterFile::households(&[one]).bytes())
        .await;
    let file = RosterFile::households(&[two]);
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let conflict = &preview["conflicts"][0];
    assert_eq!(conflict["kind"], "split", "{preview:#}");
    assert_eq!(
        conflict["places"],
        json!([format!("名册!{}", file.address(2, "证件号码"))])
    );
    assert!(
        conflict["question"].as_str().unwrap().contains("户编号 L1"),
        "{conflict:#}"
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
}

#[tokio::test]
async fn a_number_is_not_given_to_another_family() {
    let (_server, office) = office().await;
    let file = RosterFile::households(&[rich("M1")]).bytes();
    office.import(HOUSEHOLDS, file).await;
    let file = RosterFile::households(&[rich("M1")]);
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(codes(&report), ["household_number_reused"], "{report:#}");
}

#[tokio::test]
async fn a_file_of_another_kind_is_named() {
    let (_server, office) = office().await;
    for (name, bytes, word) in [
        ("a.xls", b"<html><table></table>".to_vec(), "网页"),
        ("a.xls", b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">".to_vec(), "XML"),
        ("a.pdf", b"%PDF-1.7".to_vec(), "PDF"),
        ("a.jpg", b"\xFF\xD8\xFF\xE0".to_vec(), "图片"),
        ("a.odt", zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")]), "Word"),
        ("a.docx", zipped(&[("word/document.xml", b"<x/>")]), "Word"),
        ("a.zip", zipped(&[("a.txt", b"x")]), "压缩包"),
        ("a.bin", vec![1, 0, 2, 0, 3], "无法识别"),
    ] {
        let failure = office.refused_file(HOUSEHOLDS, name, bytes).await;
        assert_eq!(failure["code"], "wrong_file_type", "{failure:#}");
        assert!(failure["reason"].as_str().unwrap().contains(word), "{failure:#}");
        assert!(!failure["cure"].as_str().unwrap().is_empty());
    }
    for bytes in [
        Vec::new(),
        b"PK\x03\x04 and no more".to_vec(),
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no more".to_vec(),
        zipped(&[("xl/workbook.xml", b"<x/>")]),
    ] {
        let failure = office.refused_file(HOUSEHOLDS, "a.xlsx", bytes).await;
        assert_eq!(failure["code"], "unreadable_file", "{failure:#}");
    }
    office
        .post(HOUSEHOLDS)
        .json(&json!({}))
        .await
        .expect_problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_file_that_would_exhaust_memory_is_refused() {
    let (_server, office) = office().await;
    let good = RosterFile::households(&[rich("N1")]).bytes();
    let spaces = " ".repeat(11 << 20);
    let bomb = rezipped(&good, "xl/styles.xml", |xml| xml + &spaces);
    let liar = rezipped(&good, "xl/sharedStrings.xml", |xml| {
        let from = xml.find("uniqueCount=\"").unwrap() + 13;
        let to = from + xml[from..].find('"').unwrap();
        format!("{}{}{}", &xml[..from], u64::MAX, &xml[to..])
    });
    for (bytes, word) in [(bomb, "压缩比"), (liar, "共享文本数")] {
        let failure = office.refused_file(HOUSEHOLDS, "a.xlsx", bytes).await;
        assert_eq!(failure["code"], "unreadable_file", "{failure:#}");
        assert!(
            failure["reason"].as_str().unwrap().contains(word),
            "{failure:#}"
        );
    }
    // One cell at the far end of the sheet.
    let mut workbook = Workbook::new();
    RosterFile::households(&[rich("N2")]).write(&mut workbook);
    let sheet = workbook.worksheet_from_name("名册").unwrap();
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let failure = office.refused_file(HOUSEHOLDS, "a.xlsx", bytes).await;
    assert_eq!(failure["cell"], "XFD1048576", "{failure:#}");
    assert_eq!(failure["sheet"], "名册");
}

#[tokio::test]
async fn a_sheet_without_a_roster_says_what_is_missing() {
    let (_server, office) = office().await;
    let empty = RosterFile::households(&[]);
    let other = RosterFile::new(&["甲", "乙"]);
    let lacking = RosterFile::households(&[rich("O1")])
        .without("证件号码")
        .without("脱贫属性");
    for (file, code, word) in [
        (empty, "empty_sheet", "没有任何内容"),
        (other, "no_header", "名册"),
        (lacking.clone(), "missing_column", "证件号码、脱贫属性"),
    ] {
        let report = office.preview(HOUSEHOLDS, file.bytes()).await;
        assert_eq!(codes(&report), [code], "{report:#}");
        let reason = report["problems"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(word), "{reason}");
    }
    refused(&office, HOUSEHOLDS, lacking.bytes()).await;
    // Nobody without an identity number is lost for it, but a household that nothing names is.
    let mut nameless = rich("O2");
    nameless.number = None;
    let file = RosterFile::households(&[nameless])
        .with(0, "证件号码", Value::Nothing)
        .with(0, "户主证件号码", Value::Nothing);
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        codes(&report),
        ["household_unidentified", "required_cell"],
        "{report:#}"
    );
}

#[tokio::test]
async fn hidden_sheets_and_the_templates_own_are_passed_over() {
    let (server, office) = office().await;
    let mut workbook = Workbook::new();
    let sent = rich("P1");
    for (name, facts) in [
        ("示例", rich("P2")),
        ("旧表", rich("P3")),
        ("新表", sent.clone()),
        ("另一张", rich("P4")),
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
    assert_eq!(codes(&report), ["hidden_sheet"]);
    let known = register(&server).await;
    assert_eq!(known.len(), 2);
    assert_eq!(known[0], sent);
}

#[tokio::test]
async fn columns_of_one_fact_must_agree() {
    let (_server, office) = office().await;
    let mut file = RosterFile::households(&[rich("Q1")]);
    file.headings.push("饮水困难".to_owned());
    file.headings.push("姓 名".to_owned());
    file.rows[0].push("是".into());
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        codes(&report),
        ["duplicate_column", "columns_contradict"],
        "{report:#}"
    );
    assert_eq!(report["problems"][1]["cell"], file.address(0, "饮水困难"));
}

#[tokio::test]
async fn more_problems_than_can_be_read_are_counted() {
    let (_server, office) = office().await;
    let mut file = RosterFile::households(&[rich("R1")]);
    let row = file.rows[1].clone();
    file.rows.extend(std::iter::repeat_n(row, 1_200));
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert!(
        report["error_count"].as_i64().unwrap() > 1_200,
        "{}",
        report["error_count"]
    );
    assert_eq!(report["problems"].as_array().unwrap().len(), 1_000);
    let id = report["id"].as_str().unwrap();
    let page = office
        .get(&format!("/imports/{id}/problems"))
        .query(&[("severity", "warning"), ("limit", "1")])
        .await
        .expect(200);
    assert_eq!(page["items"][0]["severity"], "warning", "{page:#}");
    let kinds = report["kinds"].as_array().unwrap();
    let counted: i64 = kinds
        .iter()
        .filter(|kind| kind["severity"] == "error")
        .map(|kind| kind["count"].as_i64().unwrap())
        .sum();
    assert_eq!(report["error_count"], counted);
}

/// Broken at any byte, a workbook is read, or refused in words; nothing panics. Four clerks send five
/// hundred each.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_workbook_is_never_a_fault_of_ours() {
    let (_server, office) = office().await;
    let good = RosterFile::households(&[rich("S1")]).bytes();
    let clerk = async |mut seed: u64| {
        for _ in 0..500 {
            let mut bytes = good.clone();
            for _ in 0..3 {
                // xorshift64: the same damage in every run.
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let at = usize::try_from(seed % bytes.len() as u64).unwrap();
                bytes[at] ^= u8::try_from(1 << (seed >> 60 & 7)).unwrap();
            }
            let answer = office.send_roster(HOUSEHOLDS, bytes).await;
            assert!(
                [202, 415, 422].contains(&answer.status),
                "{}: {}",
                answer.status,
                answer.text()
            );
            if answer.status == 202 {
                let import = office.checked(&answer).await;
                assert!(
                    import["state"] == "ready" || import["failure"]["code"] != "internal",
                    "{import:#}"
                );
            }
        }
    };
    let seeds = (1..=4).map(|number: u64| number * 0x2545_F491_4F6C_DD1D);
    futures_util::future::join_all(seeds.map(clerk)).await;
}

// Staff -------------------------------------------------------------------------------------------

#[tokio::test]
async fn staff_come_in_with_their_units() {
    let (server, office) = office().await;
    let sent = vec![teacher("T1", "丁一"), teacher("T2", "丁二")];
    let file = RosterFile::staff(&sent);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["problems"], json!([]), "{report:#}");
    assert_eq!(
        report["staff"],
        json!({ "new": 2, "changed": 0, "unchanged": 0, "absent": 0, "conflicting": 0, "left_out": 0 })
    );
    assert_eq!(staff_register(&server).await, sent);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["staff"]["unchanged"], 2, "{report:#}");
    // One moves to another unit, the other is not in the file.
    let moved = StaffFacts {
        unit: "南阳中学".to_owned(),
        ..sent[0].clone()
    };
    let file = RosterFile::staff(&[moved.clone(), teacher("T3", "丁三")]);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(
        report["staff"],
        json!({ "new": 1, "changed": 1, "unchanged": 0, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    assert_eq!(staff_register(&server).await[0], moved);
}

#[tokio::test]
async fn staff_without_a_number_are_known_by_their_identity_number() {
    let (server, office) = office().await;
    let mut someone = teacher("T1", "丁一");
    someone.number = None;
    let file = RosterFile::staff(&[someone.clone()]);
    office.import(STAFF, file.bytes()).await;
    someone.number = Some("T9".to_owned());
    let file = RosterFile::staff(&[someone.clone()]);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["staff"]["changed"], 1, "{report:#}");
    assert_eq!(staff_register(&server).await, [someone]);
}

#[tokio::test]
async fn a_roster_of_staff_is_checked_like_one_of_households() {
    let (_server, office) = office().await;
    let known = teacher("T1", "丁一");
    let file = RosterFile::staff(&[known.clone()]);
    office.import(STAFF, file.bytes()).await;
    let mut twin = teacher("T2", "丁二");
    twin.identity_number = known.identity_number;
    twin.sex = known.sex;
    let other = teacher("T1", "丁三");
    let file = RosterFile::staff(&[twin, other, teacher("T4", "丁四"), teacher("T4", "丁五")])
        .with(2, "单位", Value::Nothing)
        .with(2, "职级", "大官")
        .with(3, "可帮扶户数", "很多");
    let report = office.preview(STAFF, file.bytes()).await;
    for (row, heading, code) in [
        (1, "工号", "staff_number_reused"),
        (2, "单位", "required_cell"),
        (2, "职级", "unknown_code"),
        (3, "工号", "same_staff_number"),
        (3, "可帮扶户数", "not_an_integer"),
    ] {
        let problem = at(&report["problems"], &file.address(row, heading));
        assert_eq!(problem["code"], code, "{report:#}");
    }
    let file = RosterFile::staff(&[known])
        .with(0, "工号", Value::Nothing)
        .with(0, "证件号码", Value::Nothing);
    let report = office.preview(STAFF, file.bytes()).await;
    assert_eq!(codes(&report), ["required_cell"], "{report:#}");
}

// Templates ---------------------------------------------------------------------------------------

#[tokio::test]
async fn templates_are_downloaded_under_a_chinese_name() {
    let (server, _office) = office().await;
    let helper = server.client(Role::Helper).await;
    for (kind, ascii) in [
        ("households", "household-roster"),
        ("staff", "staff-roster"),
    ] {
        let path = format!("/templates/{kind}");
        let answer = helper.get(&path).await;
        answer.expect(200);
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with(&format!(
                "attachment; filename=\"{ascii}.xlsx\"; filename*=UTF-8''%"
            )),
            "{disposition}"
        );
        let checked_in = format!(
            "{}/import-templates/{ascii}.xlsx",
            env!("CARGO_MANIFEST_DIR")
        );
        assert_eq!(answer.bytes, std::fs::read(checked_in).unwrap());
        let tag = answer.header("etag").to_owned();
        assert_eq!(
            helper.get(&path).header("if-none-match", &tag).await.status,
            304
        );
    }
    helper
        .get("/templates/visits")
        .await
        .expect_problem(400, "bad_request");
}

/// The drop-down lists, as Excel reads them.
#[tokio::test]
async fn the_template_has_a_drop_down_list_for_every_code_list() {
    let bytes =
        qianshou::roster::template::workbook(qianshou::roster::RosterKind::Households).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
    let mut xml = String::new();
    archive
        .by_name("xl/worksheets/sheet1.xml")
        .unwrap()
        .read_to_string(&mut xml)
        .unwrap();
    let lists = xml.matches("type=\"list\"").count();
    let wanted = qianshou::roster::household::COLUMNS
        .iter()
        .filter(|column| column.in_template)
        .filter(|column| {
            use qianshou::roster::column::Kind;
            matches!(
                column.kind,
                Kind::Code { .. } | Kind::YesNo(_) | Kind::Safe(_)
            )
        })
        .count();
    assert!(lists > 0, "{xml}");
    // Neighbours with the same list may share one element.
    let ranges: usize = xml
        .split("<dataValidation ")
        .filter(|element| element.starts_with("type=\"list\""))
        .map(|element| {
            let from = element.find("sqref=\"").unwrap() + 7;
            let to = from + element[from..].find('"').unwrap();
            element[from..to].split(' ').count()
        })
        .sum();
    assert_eq!(ranges, wanted);
    assert!(xml.contains("代码表!$"), "the lists stand on a sheet");
    assert!(xml.contains("state=\"frozen\""));
}

#[tokio::test]
async fn a_filled_template_that_went_through_libreoffice_comes_in() {
    let sent = rich("Z1");
    let bytes = RosterFile::households(&[sent.clone()]).bytes();
    let Some(saved) = crate::support::soffice_to("xlsx", &bytes) else {
        return;
    };
    let (server, office) = office().await;
    let report = office.import(HOUSEHOLDS, saved).await;
    assert_eq!(report["problems"], json!([]), "{report:#}");
    assert_eq!(register(&server).await, [sent]);
}

// The command line --------------------------------------------------------------------------------

#[test]
fn the_command_line_imports_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .current_dir(folder.path())
            .env_remove("DATABASE_URL")
            .args(arguments)
            .output()
            .unwrap()
    };
    let words = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    };
    let file = RosterFile::households(&[rich("U1")]);
    std::fs::write(folder.path().join("good.xlsx"), file.bytes()).unwrap();
    let bad = file.with(0, "劳动技能", "很强");
    std::fs::write(folder.path().join("bad.xlsx"), bad.bytes()).unwrap();
    std::fs::write(folder.path().join("page.xls"), "<html>").unwrap();

    let output = run(&["import", "households", "bad.xlsx"]);
    let cell = bad.address(0, "劳动技能");
    assert!(!output.status.success());
    assert!(
        words(&output).contains(&format!("错误 名册!{cell} 劳动技能 “很强”：")),
        "{}",
        words(&output)
    );
    let output = run(&["import", "households", "page.xls"]);
    assert!(!output.status.success());
    assert!(words(&output).contains("另存为”"), "{}", words(&output));
    let output = run(&["import", "households", "good.xlsx", "--dry-run"]);
    assert!(
        output.status.success() && words(&output).contains("核对通过"),
        "{}",
        words(&output)
    );
    let output = run(&["import", "households", "good.xlsx", "--json"]);
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["report"]["households"]["new"], 1, "{report:#}");
    assert_eq!(report["state"], "committed", "{report:#}");
    let output = run(&["import", "households", "good.xlsx"]);
    assert!(
        output.status.success() && words(&output).contains("未变 1 户"),
        "{}",
        words(&output)
    );
    assert!(!run(&["import", "staff", "nowhere.xlsx"]).status.success());
    let output = run(&["template", "--dir", "templates"]);
    assert!(output.status.success(), "{}", words(&output));
    assert!(folder.path().join("templates/staff-roster.xlsx").exists());
}
