//! 结对花名册, downloaded, opened again by calamine and by LibreOffice.
#![allow(clippy::float_cmp, reason = "counts are exact in floats")]

use calamine::{Data, Reader};
use qianshou::access::Role;
use serde_json::json;
use uuid::Uuid;

use crate::support::book::{Book, CSV, day_in, each_row_once, number_in, part_of};
use crate::support::register::{day, facts};
use crate::support::staff::{add_person_with, unit_of};
use crate::support::{TestServer, soffice_to};

const PATH: &str = "/reports/pairings?as_of=2026-06-30";

const EAST: &str = "青禾镇东圩小学";

const WEST: &str = "青禾镇西圩小学/幼儿园";

/// A person with a 工号 as short as offices give them.
async fn numbered(server: &TestServer, unit: &str, name: &str, number: &str) -> Uuid {
    add_person_with(server, unit, name, |person| {
        person.number = Some(number.to_owned());
        person.position = Some("教导主任".to_owned());
        person.phone = Some("13800000001".to_owned());
        person.capacity = Some(5);
    })
    .await
}

/// Two units with three helpers, four households with a helper on 30 June and one without; one of
/// them has changed hands since.
async fn an_office(server: &TestServer) -> [Uuid; 3] {
    let people = [
        numbered(server, EAST, "甲帮扶", "T001").await,
        numbered(server, EAST, "乙帮扶", "T002").await,
        numbered(server, WEST, "丙帮扶", "T003").await,
    ];
    let mut households = Vec::new();
    for village in ["东圩村", "东圩村", "西圩村", "西圩村", "西圩村"] {
        let mut household = facts("青禾镇", village);
        household.members[0].name = format!("=户主{}", households.len());
        household.number = Some(format!("QH{:03}", households.len()));
        households.push(server.add_household(household).await);
    }
    let [one, two, three] = people;
    server.pair(households[0], one, day("2026-01-01")).await;
    server.pair(households[1], one, day("2026-02-01")).await;
    server.pair(households[2], two, day("2026-03-01")).await;
    let (from, to) = (day("2026-04-01"), day("2026-08-01"));
    server.pair_until(households[3], three, from, to).await;
    server.pair(households[3], one, to).await;
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roll_has_a_sheet_for_all_and_one_for_each_unit_and_its_sums_agree() {
    let (server, office) = TestServer::start_with_office().await;
    an_office(&server).await;
    let bytes = office.download(PATH).await;
    assert_eq!(bytes, office.download(PATH).await, "the same bytes again");
    let mut book = Book::open(&bytes);
    let west = "青禾镇西圩小学_幼儿园";
    assert_eq!(book.0.sheet_names(), ["汇总", "全部", EAST, west]);
    let subtitle = book.sheet(EAST).get((1, 0)).unwrap().to_string();
    assert!(subtitle.contains("截至2026年6月30日"), "{subtitle}");
    assert!(subtitle.contains(&office.username), "{subtitle}");
    let mut numbers = |heading: &str| -> Vec<f64> {
        book.column("汇总", heading).iter().map(number_in).collect()
    };
    // Two units, those without a helper, the sum.
    assert_eq!(numbers("帮扶责任人(人)"), [2.0, 1.0, 0.0, 3.0]);
    assert_eq!(numbers("帮扶户数(户)"), [3.0, 1.0, 1.0, 5.0]);
    assert_eq!(numbers("帮扶人口(人)"), [6.0, 2.0, 2.0, 10.0]);
    for (sheet, pairs, people, helpers) in [
        ("全部", 4, 8.0, "3 人"),
        (EAST, 3, 6.0, "2 人"),
        (west, 1, 2.0, "1 人"),
    ] {
        let sizes = book.column(sheet, "人口(人)");
        assert_eq!(sizes[..pairs].iter().map(number_in).sum::<f64>(), people);
        assert_eq!(number_in(&sizes[pairs]), people, "{sheet}");
        let numbers = book.column(sheet, "户编号");
        assert_eq!(numbers[pairs].to_string(), format!("{pairs} 户"));
        let names = book.column(sheet, "帮扶责任人");
        assert_eq!(names[pairs].to_string(), helpers);
        let rows = book.column(sheet, "序号");
        assert_eq!(
            number_in(&rows[pairs - 1]),
            f64::from(u8::try_from(pairs).unwrap())
        );
        let signatures = rows.last().unwrap().to_string();
        assert!(signatures.starts_with("单位负责人（签字）"), "{signatures}");
    }
    let formulas = book.0.worksheet_formula(EAST).unwrap();
    assert_eq!(formulas.get_value((6, 10)).unwrap(), "SUBTOTAL(109,K4:K6)");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roll_is_that_of_the_day_with_typed_cells() {
    let (server, office) = TestServer::start_with_office().await;
    let [_, second, third] = an_office(&server).await;
    let path = format!("/pairings?staff_id={third}");
    let theirs = office.get(&path).await.expect(200)["items"][0]["household_id"].clone();
    let assistance = json!({
        "household_id": theirs, "staff_id": second, "from_date": "2026-06-01", "reason": "村干部",
    });
    let call = office.post("/assistances").json(&assistance);
    call.await.expect(201);
    let mut book = Book::open(&office.download(PATH).await);
    let assistants = book.column("全部", "协助帮扶人");
    let assisted = assistants.iter().filter(|cell| **cell != Data::Empty);
    assert_eq!(assisted.count(), 1);
    let helpers: Vec<_> = book.column("全部", "帮扶责任人")[..4].to_vec();
    let names: Vec<_> = helpers.iter().map(ToString::to_string).collect();
    assert_eq!(names.iter().filter(|name| *name == "甲帮扶").count(), 2);
    let at = names.iter().position(|name| name == "丙帮扶").unwrap();
    let cell = |book: &mut Book, heading: &str| book.column("全部", heading)[at].clone();
    assert_eq!(cell(&mut book, "单位").to_string(), WEST);
    assert_eq!(cell(&mut book, "职务").to_string(), "教导主任");
    let phone = Data::String("13800000001".to_owned());
    assert_eq!(cell(&mut book, "联系电话"), phone);
    assert_eq!(cell(&mut book, "村").to_string(), "西圩村");
    assert_eq!(cell(&mut book, "户主"), Data::String("=户主3".to_owned()));
    assert_eq!(cell(&mut book, "主要致贫原因").to_string(), "因病");
    assert_eq!(day_in(&cell(&mut book, "结对日期")), day("2026-04-01"));
    assert_eq!(cell(&mut book, "协助帮扶人").to_string(), "乙帮扶");
    assert_eq!(cell(&mut book, "责任人签名"), Data::Empty);
    // In August the first helper has the household.
    let mut august = Book::open(&office.download("/reports/pairings?as_of=2026-08-01").await);
    assert_eq!(august.0.sheet_names(), ["汇总", "全部", EAST]);
    let since = august.column("全部", "结对日期");
    assert!(
        since[..4]
            .iter()
            .any(|cell| day_in(cell) == day("2026-08-01"))
    );
    // Whoever looks for identity numbers finds none.
    let csv = part_of(&office.download(PATH).await, "xl/worksheets/sheet2.xml");
    assert!(!csv.contains("320999"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sheet_of_the_roll_prints_on_a4_with_room_to_sign() {
    let (server, office) = TestServer::start_with_office().await;
    an_office(&server).await;
    let bytes = office.download(PATH).await;
    for number in 1..=4 {
        let xml = part_of(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
        for wanted in [
            "paperSize=\"9\"",
            "orientation=\"landscape\"",
            "<pageSetUpPr fitToPage=\"1\"/>",
            "fitToHeight=\"0\"",
            "第 &amp;P 页　共 &amp;N 页",
        ] {
            assert!(xml.contains(wanted), "{number}: {wanted}");
        }
        let high = xml.matches("ht=\"30\" customHeight=\"1\"").count();
        // The title, each pair that takes one line, and the room above the signatures.
        assert_eq!(high, [1, 5, 5, 2][number - 1], "rows high enough to sign");
        each_row_once(&xml);
    }
    let names = part_of(&bytes, "xl/workbook.xml");
    assert_eq!(names.matches("_xlnm.Print_Titles").count(), 4, "{names}");
    assert_eq!(names.matches("!$1:$3").count(), 4, "{names}");
}

#[tokio::test(flavor = "multi_thread")]
async fn libreoffice_reads_the_roll_and_comes_to_the_same_sums() {
    let (server, office) = TestServer::start_with_office().await;
    an_office(&server).await;
    let bytes = office.download(PATH).await;
    let Some(csv) = soffice_to(CSV, &bytes) else {
        return;
    };
    let csv = String::from_utf8_lossy(&csv).into_owned();
    assert!(csv.contains("合计,,3 ,5 ,10 ,"), "{csv}");
    assert!(!csv.contains("#NAME") && !csv.contains("Err:"), "{csv}");
    if let Ok(folder) = std::env::var("KEEP") {
        std::fs::write(format!("{folder}/roll.xlsx"), &bytes).unwrap();
    }
    let pdf = soffice_to("pdf", &bytes).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unit_gets_its_own_sheet_by_the_api_and_by_the_command() {
    let (server, office) = TestServer::start_with_office().await;
    let [.., three] = an_office(&server).await;
    let unit = unit_of(&office, three).await;
    let answer = office.get(&format!("{PATH}&unit_id={unit}")).await;
    answer.expect(200);
    let name = answer.header("content-disposition");
    assert!(name.contains("pairings-as-of-2026-06-30.xlsx"), "{name}");
    let mut book = Book::open(&answer.bytes);
    assert_eq!(book.0.sheet_names().len(), 1);
    let sheet = book.0.sheet_names()[0].clone();
    let title = book.sheet(&sheet).get((0, 0)).unwrap().to_string();
    assert_eq!(title, format!("{WEST}结对花名册"));
    assert_eq!(book.column(&sheet, "户主")[0].to_string(), "=户主3");

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("花名册.xlsx");
    let export = async |unit, on| {
        qianshou::report::cli::export_pairings(&server.app, Some(on), unit, &out).await
    };
    let on = day("2026-06-30");
    export(Some(WEST), on).await.unwrap();
    let mut file = Book::open(&std::fs::read(&out).unwrap());
    assert_eq!(file.0.sheet_names(), book.0.sheet_names());
    assert_eq!(file.column(&sheet, "户主"), book.column(&sheet, "户主"));
    export(None, on).await.unwrap();
    let file = Book::open(&std::fs::read(&out).unwrap());
    assert_eq!(file.0.sheet_names().len(), 4);
    let unknown = export(Some("没有的单位"), on).await.unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_see_progress_download_the_roll() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let empty = Book::open(&leader.download(PATH).await);
    assert_eq!(empty.0.sheet_names(), ["汇总", "全部"]);
    let helper = server.client(Role::Helper).await;
    helper.get(PATH).await.expect_problem(403, "forbidden");
    let nobody = server.stranger().get(PATH).await;
    nobody.expect_problem(401, "unauthenticated");
    let tomorrow = server.app.today().succ_opt().unwrap();
    let future = leader.get(&format!("/reports/pairings?as_of={tomorrow}"));
    future.await.expect_problem(422, "date_in_future");
    let unit = Uuid::now_v7();
    let unknown = leader.get(&format!("{PATH}&unit_id={unit}"));
    unknown.await.expect_problem(404, "not_found");
}
