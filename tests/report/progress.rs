//! The progress workbook, downloaded, opened again by calamine and by LibreOffice.
#![allow(clippy::float_cmp, reason = "counts and fen are exact in floats")]

use calamine::{Data, DataType, Range, Reader};
use qianshou::access::Role;
use qianshou::code_list::CodeList;
use qianshou::household::Cause;
use qianshou::method::{Point, PointStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::book::{Book, CSV, day_in, each_row_once, number_in, part_of};
use crate::support::lifts::{MARCH, lift_household, propose_lift, relapse_lift, take_steps};
use crate::support::register::{day, sound_household};
use crate::support::{Client, TestServer, soffice_to};

const SHEETS: [&str; 5] = ["总览", "单位", "帮扶责任人", "户台账", "脱贫"];

const QUERY: &str = "year=2026&as_of=2026-11-20";

async fn download(client: &Client, query: &str) -> Vec<u8> {
    client.download(&format!("/reports/progress?{query}")).await
}

/// The number under a label of the overview.
fn under(sheet: &Range<Data>, label: &str) -> f64 {
    let (row, column, _) = sheet
        .used_cells()
        .find(|(_, _, cell)| cell.get_string() == Some(label))
        .unwrap_or_else(|| panic!("no {label}"));
    match sheet.get((row + 1, column)) {
        Some(Data::Float(number)) => *number,
        other => panic!("{label}: {other:?}"),
    }
}

async fn visit(server: &TestServer, household: Uuid, helper: Uuid, on: &str, fen: Option<i64>) {
    let mut tx = server.db.write().await.unwrap();
    let id = Uuid::now_v7();
    qianshou::insert!(&mut tx, "visit", [()], |_visit| {
        id: id,
        household_id: household,
        staff_id: helper,
        visited_on: day(on),
        kind: "home",
        met: "head",
        situation_confirmed: true,
        causes_confirmed: true,
        measures: "[]",
        version: 1_i64,
        logged_at: server.app.now(),
        logged_by: "测试",
    })
    .unwrap();
    qianshou::insert!(&mut tx, "benefit", [()], |_benefit| {
        visit_id: id,
        position: 1_i64,
        kind: "money",
        amount_fen: fen,
        description: "慰问金",
    })
    .unwrap();
    tx.commit().await.unwrap();
}

const HEADS: [&str; 4] = ["王大山", "=1+2", "李小河", "@赵平原"];

/// Four households: one lifted, one that fell back, one under way, one without a helper.
async fn a_year(server: &TestServer, office: &Client) -> (Uuid, [Uuid; 4]) {
    let helper = server.add_staff().await;
    let mut ids = Vec::new();
    for (head, town) in HEADS.iter().zip(["大中镇", "大中镇", "新丰镇", "新丰镇"]) {
        let mut facts = sound_household(head);
        facts.town = town.to_owned();
        facts.main_cause = Some(Cause::Illness);
        ids.push(server.add_household(facts).await);
    }
    let ids: [Uuid; 4] = ids.try_into().unwrap();
    for id in &ids[..3] {
        server.pair(*id, helper, day("2026-01-01")).await;
    }
    lift_household(office, ids[0], MARCH).await;
    let fallen = lift_household(office, ids[1], MARCH).await;
    relapse_lift(office, &fallen, "2026-08-01").await;
    let under_way = propose_lift(office, ids[2], "2026-05-01").await;
    take_steps(office, &under_way, &["2026-05-02"]).await;
    visit(server, ids[0], helper, "2025-12-30", Some(99)).await;
    visit(server, ids[0], helper, "2026-02-03", Some(30_050)).await;
    visit(server, ids[2], helper, "2026-04-05", None).await;
    // After the day that is asked about.
    visit(server, ids[2], helper, "2026-11-21", Some(1_000_000)).await;
    (helper, ids)
}

/// What stands in a column of a sheet, without the row of sums, as the API writes it; `unit` of it is 1.
fn written(book: &mut Book, sheet: &str, heading: &str, rows: usize, unit: f64) -> Vec<Value> {
    let cells = book.column(sheet, heading).into_iter().take(rows);
    cells
        .map(|cell| match cell {
            Data::Float(number) => json!((number * unit).round()),
            Data::DateTime(_) => json!(day_in(&cell)),
            Data::Empty => Value::Null,
            other => json!(other.to_string()),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_holds_what_the_summaries_of_the_workbook_hold() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let path = format!("/progress?{QUERY}&include=points");
    let progress = office.get(&path).await.expect(200);
    let mut book = Book::open(&download(&office, QUERY).await);
    let columns = [
        ("units", "单位", "帮扶责任人(人)", 1.0),
        ("units", "单位", "帮扶户数(户)", 1.0),
        ("units", "单位", "本年走访(次)", 1.0),
        ("units", "单位", "本年送达实惠(元)", 100.0),
        ("units", "单位", "新脱贫(户)", 1.0),
        ("units", "单位", "再次脱贫(户)", 1.0),
        ("units", "单位", "本年返贫(户)", 1.0),
        ("units", "单位", "办理中(户)", 1.0),
        ("units", "单位", "六项全达成(户)", 1.0),
        ("helpers", "帮扶责任人", "帮扶户数(户)", 1.0),
        ("helpers", "帮扶责任人", "本年走访(次)", 1.0),
        ("helpers", "帮扶责任人", "最近走访", 1.0),
        ("helpers", "帮扶责任人", "本年送达实惠(元)", 100.0),
        ("helpers", "帮扶责任人", "办理中(户)", 1.0),
    ];
    let fields = [
        "/helpers",
        "/households",
        "/visits",
        "/benefits_fen",
        "/figures/newly_lifted",
        "/figures/lifted_again",
        "/figures/relapsed",
        "/figures/in_pipeline",
        "/points/all_met",
        "/households",
        "/visits",
        "/last_visit_on",
        "/benefits_fen",
        "/figures/in_pipeline",
    ];
    for ((list, sheet, heading, unit), field) in columns.into_iter().zip(fields) {
        let rows = progress[list].as_array().unwrap();
        assert_eq!(rows.len(), 2, "the helper, and nobody: {rows:?}");
        let told: Vec<_> = rows
            .iter()
            .map(|row| row.pointer(field).cloned().unwrap_or_default())
            .map(|value| value.as_f64().map_or(value, |number| json!(number)))
            .collect();
        let written = written(&mut book, sheet, heading, rows.len(), unit);
        assert_eq!(written, told, "{sheet} {heading} {field}");
    }
    // Shares are of all households of the row.
    let points = &progress["units"][0]["points"];
    for (at, point) in Point::ENTRIES.iter().enumerate() {
        assert_eq!(points["met"][at]["point"], point.code);
        let share = &book.column("单位", point.label)[0];
        let met = points["met"][at]["count"].as_f64().unwrap();
        let households = points["households"].as_f64().unwrap();
        assert_eq!(number_in(share), met / households, "{}", point.label);
    }
    // The whole is the sum of its parts.
    let sum = |list: &str, field: &str| {
        let rows = progress[list].as_array().unwrap().iter();
        rows.map(|row| row[field].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(progress["visits"], 2);
    assert_eq!(progress["benefits_fen"], 30_050);
    assert_eq!(progress["households"], 4);
    for field in ["visits", "benefits_fen", "households"] {
        assert_eq!(progress[field], sum("units", field), "{field}");
        assert_eq!(progress[field], sum("helpers", field), "{field}");
    }
    assert_eq!(sum("towns", "households"), 4);
    let plain = office.get(&format!("/progress?{QUERY}")).await.expect(200);
    assert_eq!(plain.get("points"), None, "only on demand");
    assert_eq!(plain["units"][0].get("points"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_agrees_with_progress() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let progress = office.get(&format!("/progress?{QUERY}")).await.expect(200);
    let bytes = download(&office, QUERY).await;
    assert_eq!(
        bytes,
        download(&office, QUERY).await,
        "the same content is the same bytes"
    );
    let mut book = Book::open(&bytes);
    assert_eq!(book.0.sheet_names(), SHEETS);
    let sheet = book.sheet("总览");
    let title = sheet.get((0, 0)).unwrap().to_string();
    assert_eq!(title, "2026 年结对帮扶脱贫进度");
    let subtitle = sheet.get((1, 0)).unwrap().to_string();
    assert!(subtitle.contains("截至2026年11月20日"), "{subtitle}");
    assert!(subtitle.contains(&office.username), "{subtitle}");
    for (label, expected) in [
        ("年度目标(户)", &progress["target"]),
        ("新脱贫(户)", &progress["newly_lifted"]["count"]),
        ("尚差(户)", &progress["to_go"]),
        ("再次脱贫(户)", &progress["lifted_again"]["count"]),
        ("本年返贫(户)", &progress["relapsed"]["count"]),
        ("办理中(户)", &progress["in_pipeline"]),
        ("已评议", &progress["pipeline"][1]["count"]),
    ] {
        assert_eq!(Some(under(&sheet, label)), expected.as_f64(), "{label}");
    }
    assert!((under(&sheet, "完成率") - 0.05).abs() < 1e-9);
    let months = progress["months"].as_array().unwrap();
    for (row, month) in (10_u32..).zip(months) {
        assert_eq!(
            sheet.get_value((row, 0)).unwrap().to_string(),
            format!("{}月", month["month"])
        );
        let begun = month.get("cumulative").is_some();
        assert_eq!(begun, month["month"].as_i64().unwrap() <= 11);
        for (column, figure) in [(1, "newly_lifted"), (3, "relapsed"), (4, "cumulative")] {
            match sheet.get_value((row, column)).unwrap() {
                Data::Empty => assert!(!begun),
                cell => assert_eq!(Some(number_in(cell)), month[figure].as_f64(), "{figure}"),
            }
        }
    }
    // The sums are formulas that carry their result.
    let formulas = book.0.worksheet_formula("总览").unwrap();
    let formula = formulas.get_value((22, 1)).unwrap();
    assert_eq!(formula, "SUBTOTAL(109,B11:B22)");
    assert_eq!(number_in(sheet.get_value((22, 1)).unwrap()), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_and_helpers_add_up_to_the_whole() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let mut book = Book::open(&download(&office, QUERY).await);
    let mut numbers = |sheet: &str, heading: &str| -> Vec<f64> {
        book.column(sheet, heading).iter().map(number_in).collect()
    };
    // The helper's unit, those without a helper, the sum.
    assert_eq!(numbers("单位", "帮扶户数(户)"), [3.0, 1.0, 4.0]);
    assert_eq!(numbers("单位", "帮扶责任人(人)"), [1.0, 0.0, 1.0]);
    assert_eq!(numbers("单位", "新脱贫(户)"), [1.0, 0.0, 1.0]);
    assert_eq!(numbers("单位", "本年返贫(户)"), [1.0, 0.0, 1.0]);
    assert_eq!(numbers("帮扶责任人", "帮扶户数(户)"), [3.0, 1.0, 4.0]);
    assert_eq!(numbers("帮扶责任人", "本年走访(次)"), [2.0, 0.0, 2.0]);
    assert_eq!(
        numbers("帮扶责任人", "本年送达实惠(元)"),
        [300.5, 0.0, 300.5]
    );
    assert_eq!(numbers("帮扶责任人", "办理中(户)"), [1.0, 0.0, 1.0]);
    let last = book.column("帮扶责任人", "最近走访");
    assert_eq!(day_in(&last[0]), day("2026-04-05"));
    assert_eq!(last[1], Data::Empty);
    let names = book.column("帮扶责任人", "帮扶责任人");
    assert_eq!(names[0].to_string(), "张帮扶");
    assert_eq!(names[1].to_string(), "（无帮扶责任人）");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_every_household_with_typed_cells_and_masked_numbers() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let mut book = Book::open(&download(&office, QUERY).await);
    let heads: Vec<_> = book.column("户台账", "户主");
    assert_eq!(heads.len(), 4);
    let at = |name: &str| {
        heads
            .iter()
            .position(|cell| cell.get_string() == Some(name))
            .unwrap()
    };
    // What looks like a formula is text, and no formula.
    assert_eq!(heads[at("=1+2")], Data::String("=1+2".to_owned()));
    assert_eq!(heads[at("@赵平原")], Data::String("@赵平原".to_owned()));
    let formulas = book.0.worksheet_formula("户台账").unwrap();
    assert!(formulas.used_cells().next().is_none());
    let (wang, zhao) = (at("王大山"), at("@赵平原"));
    assert_eq!(
        number_in(&book.column("户台账", "年人均纯收入(元)")[wang]),
        6800.0
    );
    assert_eq!(number_in(&book.column("户台账", "人口(人)")[wang]), 1.0);
    assert_eq!(
        day_in(&book.column("户台账", "最近走访")[wang]),
        day("2026-02-03")
    );
    assert_eq!(book.column("户台账", "最近走访")[zhao], Data::Empty);
    assert_eq!(
        book.column("户台账", "帮扶责任人")[wang].to_string(),
        "张帮扶"
    );
    assert_eq!(book.column("户台账", "帮扶责任人")[zhao], Data::Empty);
    assert_eq!(
        book.column("户台账", "主要致贫原因")[wang].to_string(),
        "因病"
    );
    for number in book.column("户台账", "户主证件号码") {
        let number = number.to_string();
        assert!(number.starts_with("320***********"), "{number}");
        assert_eq!(number.len(), 18, "{number}");
    }
    let standing = book.column("户台账", "脱贫情况");
    let standing: Vec<_> = HEADS.map(|name| standing[at(name)].to_string()).to_vec();
    assert_eq!(standing, ["已脱贫", "已返贫", "已评议", "未脱贫"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_six_points_are_those_of_the_method() {
    let (server, office) = TestServer::start_with_office().await;
    let (_, ids) = a_year(&server, &office).await;
    let mut tx = server.db.read().await.unwrap();
    let settings = qianshou::settings::store::load(&mut tx).await.unwrap();
    let points = qianshou::method::evaluate_all(&mut tx, &settings, day("2026-11-20"))
        .await
        .unwrap();
    drop(tx);
    let mut book = Book::open(&download(&office, QUERY).await);
    let heads = book.column("户台账", "户主");
    let mut met = [0.0; 6];
    for (id, head) in ids.iter().zip(HEADS) {
        let at = heads
            .iter()
            .position(|cell| cell.get_string() == Some(head));
        let (_, states) = points.iter().find(|(of, _)| of == id).unwrap();
        for (index, state) in states.iter().enumerate() {
            let shown = &book.column("户台账", state.point.label())[at.unwrap()];
            assert_eq!(shown.get_string(), Some(state.state.label()), "{head}");
            met[index] += f64::from(u8::from(state.state == PointStatus::Met));
        }
    }
    assert!(met[1] > 0.0 && met[5] == 1.0, "{met:?}");
    // The row of sums has the share of the whole.
    for (entry, met) in Point::ENTRIES.iter().zip(met) {
        let shares = book.column("单位", entry.label);
        assert_eq!(
            number_in(shares.last().unwrap()),
            met / 4.0,
            "{}",
            entry.label
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sheet_prints_on_a4_and_stays_in_view() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let bytes = download(&office, QUERY).await;
    for (sheet, number) in SHEETS.iter().zip(1..) {
        let xml = part_of(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
        for wanted in [
            "paperSize=\"9\"",
            "orientation=\"landscape\"",
            "<pageSetUpPr fitToPage=\"1\"/>",
            "第 &amp;P 页　共 &amp;N 页",
        ] {
            assert!(xml.contains(wanted), "{sheet}: {wanted}");
        }
        each_row_once(&xml);
        if number > 1 {
            assert!(xml.contains("state=\"frozen\""), "{sheet}");
            assert!(xml.contains("<autoFilter ref=\"A3:"), "{sheet}");
            assert!(xml.contains("fitToHeight=\"0\""), "{sheet}");
        }
    }
    let names = part_of(&bytes, "xl/workbook.xml");
    assert_eq!(names.matches("_xlnm.Print_Titles").count(), 4, "{names}");
    // The six points are coloured by what they say.
    let ledger = part_of(&bytes, "xl/worksheets/sheet4.xml");
    for label in ["已达成", "已过期", "缺失"] {
        assert!(ledger.contains(&format!("<formula>\"{label}\"</formula>")));
    }
    // A column chart of the month with two lines over it.
    let chart = part_of(&bytes, "xl/charts/chart1.xml");
    assert!(chart.contains("<c:barChart>") && chart.contains("<c:lineChart>"));
    assert_eq!(chart.matches("<c:ser>").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn lifts_show_each_step_and_how_they_ended() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let mut book = Book::open(&download(&office, QUERY).await);
    let heads = book.column("脱贫", "户主");
    assert_eq!(heads.len(), 3);
    let at = |name: &str| {
        heads
            .iter()
            .position(|cell| cell.get_string() == Some(name))
            .unwrap()
    };
    let (wang, fallen, li) = (at("王大山"), at("=1+2"), at("李小河"));
    assert_eq!(
        day_in(&book.column("脱贫", "批准日期")[wang]),
        day("2026-03-12")
    );
    assert_eq!(
        book.column("脱贫", "批准经办人")[wang].to_string(),
        "村两委"
    );
    assert_eq!(book.column("脱贫", "类别")[wang].to_string(), "新脱贫");
    assert_eq!(
        day_in(&book.column("脱贫", "民主评议日期")[li]),
        day("2026-05-02")
    );
    assert_eq!(book.column("脱贫", "核实日期")[li], Data::Empty);
    assert_eq!(book.column("脱贫", "进度")[fallen].to_string(), "已返贫");
    assert_eq!(
        day_in(&book.column("脱贫", "返贫(终止)日期")[fallen]),
        day("2026-08-01")
    );
    let reason = &book.column("脱贫", "返贫(终止)原因")[fallen];
    assert_eq!(*reason, Data::String("+遭灾".to_owned()));

    // As of June it still held.
    let mut june = Book::open(&download(&office, "year=2026&as_of=2026-06-30").await);
    assert_eq!(june.column("脱贫", "进度")[fallen].to_string(), "已脱贫");
    assert_eq!(june.column("脱贫", "返贫(终止)原因")[fallen], Data::Empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_download_has_a_chinese_name_and_is_sent_once() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let path = format!("/reports/progress?{QUERY}");
    let first = leader.get(&path).await;
    first.expect(200);
    assert_eq!(
        first.header("content-type"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    assert_eq!(
        first.header("content-disposition"),
        "attachment; filename=\"progress-2026-as-of-2026-11-20.xlsx\"; \
         filename*=UTF-8''%E5%B8%AE%E6%89%B6%E8%BF%9B%E5%BA%A6-2026%E5%B9%B4-\
         %E6%88%AA%E8%87%B32026-11-20.xlsx"
    );
    let tag = first.header("etag").to_owned();
    let again = leader.get(&path).header("if-none-match", &tag).await;
    again.expect(304);
    assert!(again.bytes.is_empty());
    assert_eq!(
        download(&leader, QUERY).await,
        first.bytes,
        "the same content is the same bytes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_register_gives_a_workbook_that_opens_everywhere() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let bytes = download(&leader, QUERY).await;
    let mut book = Book::open(&bytes);
    assert_eq!(book.0.sheet_names(), SHEETS);
    assert_eq!(under(&book.sheet("总览"), "尚差(户)"), 20.0);
    assert!(book.column("户台账", "户主").is_empty());
    let Some(csv) = soffice_to(CSV, &bytes) else {
        return;
    };
    let csv = String::from_utf8_lossy(&csv).into_owned();
    assert!(csv.contains("2026 年结对帮扶脱贫进度"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn libreoffice_reads_it_and_comes_to_the_same_sums() {
    let (server, office) = TestServer::start_with_office().await;
    a_year(&server, &office).await;
    let bytes = download(&office, QUERY).await;
    let Some(csv) = soffice_to(CSV, &bytes) else {
        return;
    };
    let csv = String::from_utf8_lossy(&csv).into_owned();
    // As shown, numbers stand a space apart from the line.
    assert!(csv.contains("合计,1 ,0 ,1 ,"), "{csv}");
    assert!(!csv.contains("#NAME") && !csv.contains("Err:"), "{csv}");
    if let Ok(folder) = std::env::var("KEEP") {
        std::fs::write(format!("{folder}/report.xlsx"), &bytes).unwrap();
    }
    let pdf = soffice_to("pdf", &bytes).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_see_progress_download_it() {
    let server = TestServer::start().await;
    let helper = server.client(Role::Helper).await;
    let path = format!("/reports/progress?{QUERY}");
    helper.get(&path).await.expect_problem(403, "forbidden");
    server
        .stranger()
        .get(&path)
        .await
        .expect_problem(401, "unauthenticated");
    let leader = server.client(Role::Leader).await;
    let tomorrow = server.app.today().succ_opt().unwrap();
    let future = leader
        .get(&format!("/reports/progress?as_of={tomorrow}"))
        .await;
    future.expect_problem(422, "date_in_future");
}
