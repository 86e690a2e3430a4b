//! Workbooks that do harm end their reader and nothing else.

use std::path::Path;
use std::time::Duration;

use qianshou::access::Role;
use qianshou::workbook::error::ReadError;
use qianshou::workbook::limit::Limits;
use qianshou::workbook::reader_process::{Child, Program};
use serde_json::json;
use uuid::Uuid;

use crate::support::reader::{crafted_workbooks, read_workbook, read_workbook_under};
use crate::support::{
    Dice, RosterFile, SEED, TestServer, Value, XlsbFile, complete_household, fields, soffice_to,
};

#[test]
fn a_file_that_ends_its_reader_is_an_error_of_its_own() {
    for bytes in crafted_workbooks() {
        assert!(bytes.len() < 16 << 10);
        assert_eq!(read_workbook(&bytes).err(), Some(ReadError::Exhausted));
    }
}

/// The header of an OLE container that announces 2³² − 1 sectors for its table, and nothing in it but
/// the name by which it is taken for an .xls (tafia/calamine#714, mended in 0.38).
fn container_of_many_sectors() -> Vec<u8> {
    let mut bytes = vec![0; 612];
    bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    for (at, field) in [(24, 0x3E_u16), (26, 3), (28, 0xFFFE), (30, 9), (32, 6)] {
        bytes[at..at + 2].copy_from_slice(&field.to_le_bytes());
    }
    bytes[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
    let name: Vec<u8> = "Workbook"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    bytes[512..512 + name.len()].copy_from_slice(&name);
    bytes
}

#[test]
fn a_container_that_announces_more_than_it_has_is_cut_off() {
    let error = read_workbook(&container_of_many_sectors()).err();
    assert_eq!(error, Some(ReadError::CutOff));
}

#[test]
fn a_reader_that_is_not_there_is_a_fault_of_ours() {
    for path in ["/nowhere/qianshou", "/bin/true", "/bin/echo"] {
        let program = Program {
            path: path.into(),
            limits: Limits::default(),
        };
        let error = Child::open(&program, Path::new("x.xlsx")).err();
        assert_eq!(error, Some(ReadError::Internal), "{path}");
    }
}

/// While harmful files come in, one after the other and several at once, every visit is logged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn harmful_files_stop_no_visit() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    let household = server.household_of(helper.staff_id.unwrap()).await;
    let visits = async {
        for visit in 0..60 {
            let body =
                json!({ "visited_on": server.days_ago(visit), "kind": "phone", "met": "head" });
            helper
                .post(&format!("/households/{household}/visits"))
                .key(&Uuid::now_v7().to_string())
                .json(&body)
                .await
                .expect(201);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let harm = async {
        let files = crafted_workbooks();
        for _ in 0..3 {
            let uploads = files.iter().map(|bytes| async {
                office
                    .refused_file("/imports/households", "名册.xls", bytes.clone())
                    .await
            });
            for failure in futures_util::future::join_all(uploads).await {
                assert_eq!(failure["code"], "unreadable_file", "{failure}");
                assert!(
                    failure["reason"]
                        .as_str()
                        .unwrap()
                        .contains("内存或时间限制"),
                    "{failure}"
                );
                assert!(failure["cure"].as_str().unwrap().contains(".xlsx"));
            }
        }
    };
    tokio::join!(visits, harm);
}

/// Broken at any byte, a workbook of any format is read, or refused in words: the reader neither hangs
/// nor gives an answer that is a fault of ours.
#[test]
fn a_damaged_workbook_is_read_or_refused() {
    let xlsx = RosterFile::households(&[complete_household("张三")]).bytes();
    let binary = XlsbFile {
        name: "一",
        rows: &[
            vec!["户一".into(), 1.0.into()],
            vec![Value::Nothing, "二".into()],
        ],
        hidden_rows: &[1],
        before: &[],
        after: &[(176, fields(&[0, 1, 0, 0]))],
    };
    let mut files = vec![
        xlsx.clone(),
        binary.bytes(),
        "姓名,\"备注\"\n张三,\"好\"\n".repeat(20).into_bytes(),
    ];
    files.extend(
        ["xls", "ods"]
            .iter()
            .filter_map(|format| soffice_to(format, &xlsx)),
    );
    let limits = Limits {
        cpu_seconds: 20,
        ..Limits::default()
    };
    std::thread::scope(|scope| {
        for worker in 0..4_u64 {
            let files = &files;
            scope.spawn(move || {
                let mut dice = Dice(SEED ^ worker);
                for round in 0..500 {
                    let mut bytes = files[round % files.len()].clone();
                    for _ in 0..3 {
                        let at = usize::try_from(dice.roll() % bytes.len() as u64).unwrap();
                        bytes[at] ^= 1 << (dice.roll() >> 60 & 7);
                    }
                    let outcome = read_workbook_under(&bytes, limits);
                    let fault = matches!(outcome, Err(ReadError::Internal));
                    assert!(!fault, "worker {worker}, round {round}");
                }
            });
        }
    });
}
