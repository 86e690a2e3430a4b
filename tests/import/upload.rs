//! Sending a roster, and what is kept of it.

use qianshou::access::Role;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::support::database::count_rows;
use crate::support::roster::{
    HOUSEHOLDS, full_household, households_on_register, import_path, problem_codes, refused_roster,
};
use crate::support::{Dice, RosterFile, SEED, TestServer, XLSX, rezipped, zipped};

#[tokio::test]
async fn nothing_is_written_before_the_commit() {
    let (server, office) = TestServer::start_with_office().await;
    let file = RosterFile::households(&[full_household("G1")]);
    let report = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        (&report["state"], &report["households"]["new"]),
        (&json!("ready"), &json!(1))
    );
    assert!(households_on_register(&server.db).await.is_empty());
    let faulty = file.with(0, "性别", "女");
    let report = refused_roster(&office, HOUSEHOLDS, faulty.bytes()).await;
    assert_eq!(problem_codes(&report)[0], "identity_sex", "{report:#}");
    assert!(households_on_register(&server.db).await.is_empty());
    assert_eq!(count_rows(&server.db, "history").await, 0);
}

#[tokio::test]
async fn the_same_key_gives_the_first_import_again() {
    let (_server, office) = TestServer::start_with_office().await;
    let file = RosterFile::households(&[full_household("H1")]).bytes();
    let send = |bytes: Vec<u8>| {
        office
            .post(HOUSEHOLDS)
            .key("k1")
            .file("名册.xlsx", XLSX, bytes)
    };
    let first = send(file.clone()).await.expect(202);
    assert_eq!(send(file).await.expect(202)["id"], first["id"]);
    let other = RosterFile::households(&[full_household("H2")]).bytes();
    send(other)
        .await
        .expect_problem(422, "idempotency_key_reused");
    let imports = office.get("/imports").await.expect(200);
    assert_eq!(imports["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_import_is_kept_with_its_file_and_warnings() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut facts = full_household("I1");
    facts.members[1].labour = None;
    let mut file = RosterFile::households(&[facts]);
    file.headings.push("身高".to_owned());
    let bytes = file.bytes();
    let report = office.import(HOUSEHOLDS, bytes.clone()).await;
    assert_eq!(report["unknown_columns"], json!(["身高"]));
    let import = office.get(&import_path(&report, "")).await.expect(200);
    assert_eq!(import["file_name"], "名册.xlsx");
    assert_eq!(import["file_bytes"], bytes.len());
    assert_eq!(import["recorded_by"], office.username);
    assert_eq!(import["committed_by"], office.username);
    assert_eq!(import["report"]["households"]["new"], 1);
    let warned: Vec<_> = problem_codes(&report);
    assert_eq!(warned, ["unknown_column", "labour_missing"]);
    let file = office.get(&import_path(&report, "/file")).await;
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
    let (server, office) = TestServer::start_with_office().await;
    let file = RosterFile::households(&[full_household("J1")]).bytes();
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

#[tokio::test]
async fn a_file_of_another_kind_is_named() {
    let (_server, office) = TestServer::start_with_office().await;
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
    let (_server, office) = TestServer::start_with_office().await;
    let good = RosterFile::households(&[full_household("N1")]).bytes();
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
    RosterFile::households(&[full_household("N2")]).write(&mut workbook);
    let sheet = workbook.worksheet_from_name("名册").unwrap();
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let failure = office.refused_file(HOUSEHOLDS, "a.xlsx", bytes).await;
    assert_eq!(failure["cell"], "XFD1048576", "{failure:#}");
    assert_eq!(failure["sheet"], "名册");
}

/// Broken at any byte, a workbook is read, or refused in words; nothing panics. Four clerks send five
/// hundred each.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_workbook_is_never_a_fault_of_ours() {
    let (_server, office) = TestServer::start_with_office().await;
    let good = RosterFile::households(&[full_household("S1")]).bytes();
    let clerk = async |mut dice: Dice| {
        for _ in 0..500 {
            let mut bytes = good.clone();
            for _ in 0..3 {
                let number = dice.roll();
                let at = usize::try_from(number % bytes.len() as u64).unwrap();
                bytes[at] ^= u8::try_from(1 << (number >> 60 & 7)).unwrap();
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
    let dice = (1..=4).map(|number: u64| Dice(number * SEED));
    futures_util::future::join_all(dice.map(clerk)).await;
}
