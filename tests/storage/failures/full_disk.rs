//! A full disk: of the database, of temporary files, at a start.

use std::process::Command;
use std::time::{Duration, Instant};

use qianshou::access::Role;

use crate::support::database::LONG_WAIT;
use crate::support::session::log_in_status;
use crate::support::{Service, SmallDisk, TestDatabase, TestServer};

const CSV: &str = "text/csv";

/// Bytes of a kind that the service keeps as they are.
fn large_file(number: usize) -> Vec<u8> {
    format!("户编号,姓名,{number}\n")
        .repeat(40_000)
        .into_bytes()
}

#[tokio::test]
async fn a_full_disk_is_told_and_writing_works_again_as_soon_as_there_is_room() {
    let Some(disk) = SmallDisk::of_mib(48) else {
        return;
    };
    let database = TestDatabase::create_on(&disk).await;
    let db = database.open().await;
    let server = TestServer::over(database, db).await;
    let office = server.client(Role::Office).await;
    let upload = async |number| {
        let file = large_file(number);
        office
            .post("/imports/households")
            .file("名册.csv", CSV, file)
            .await
    };
    upload(0).await.expect(202);
    for round in 1..4 {
        disk.fill();
        let mut refused = 0;
        for number in 0..40 {
            let answer = upload(round * 100 + number).await;
            if answer.status == 202 {
                continue;
            }
            let problem = answer.expect_problem(507, "storage_full");
            assert!(problem["detail"].as_str().unwrap().contains("磁盘已满"));
            assert!(!answer.header("retry-after").is_empty());
            refused += 1;
            if refused == 5 {
                break;
            }
        }
        assert_eq!(refused, 5, "the disk is full");
        office.get("/accounts/me").await.expect(200);
        assert!([201, 507].contains(&log_in_status(&server, &office).await));
        disk.make_room();
        let free = Instant::now();
        while log_in_status(&server, &office).await != 201 {
            assert!(free.elapsed() < LONG_WAIT, "writing does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for number in 0..12 {
            upload(round * 100 + 50 + number).await.expect(202);
            assert_eq!(log_in_status(&server, &office).await, 201);
        }
        let health = server.stranger().get("/health").await.expect(200);
        assert_eq!(health["database_schema"], health["program_schema"]);
    }
}

/// Uploads come in by temporary files, whose disk need not be the database's.
#[tokio::test]
async fn a_full_disk_of_temporary_files_is_told_too() {
    let Some(disk) = SmallDisk::of_mib(8) else {
        return;
    };
    let (server, office) = TestServer::start_with_office().await;
    let service = Service::start_with_temporary_files_in(&server.database.url(), disk.path()).await;
    let office = office.at_server(&service.url);
    let upload = async |number| {
        let call = office.post("/imports/households");
        call.file("名册.csv", CSV, large_file(number)).await
    };
    upload(0).await.expect(202);
    disk.fill();
    let problem = upload(1).await.expect_problem(507, "storage_full");
    assert!(problem["detail"].as_str().unwrap().contains("没有写入"));
    disk.make_room();
    upload(2).await.expect(202);
}

/// Workbooks grow in temporary files too.
#[tokio::test]
async fn a_workbook_that_finds_no_room_is_told_too() {
    let Some(disk) = SmallDisk::of_mib(8) else {
        return;
    };
    let (server, office) = TestServer::start_with_office().await;
    let service = Service::start_with_temporary_files_in(&server.database.url(), disk.path()).await;
    let office = office.at_server(&service.url);
    let import = office
        .post("/imports/households")
        .file("名册.csv", CSV, large_file(0))
        .await
        .expect(202);
    let id = import["id"].as_str().unwrap();
    let marked = format!("/imports/{id}/marked-file");
    let checked = Instant::now();
    while office.get(&marked).await.status != 200 {
        assert!(checked.elapsed() < LONG_WAIT, "the import is not checked");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let paths = ["/reports/progress", "/reports/pairings", marked.as_str()];
    disk.fill();
    for path in paths {
        office.get(path).await.expect_problem(507, "storage_full");
    }
    disk.make_room();
    for path in paths {
        assert_eq!(office.get(path).await.status, 200, "{path}");
    }
}

/// The first start, and later ones.
#[test]
fn a_start_on_a_full_disk_is_told_in_words() {
    let Some(disk) = SmallDisk::of_mib(4) else {
        return;
    };
    let at = |name: &str| disk.path().join(name);
    let migrate = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .args(["migrate", "--create", "--database"])
            .arg(format!("sqlite:{}", at(name).display()))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    // From not a byte up to nearly enough.
    for kib in [0, 8, 40, 100, 300] {
        let name = format!("{kib}/qianshou.db");
        std::fs::write(at("spare"), vec![1; kib << 10]).unwrap();
        disk.fill();
        std::fs::remove_file(at("spare")).unwrap();
        let (success, said) = migrate(&name);
        assert!(!success && said.contains("磁盘空间不足"), "{kib}: {said}");
        assert!(!said.contains("(code"), "{kib}: {said}");
        disk.make_room();
        let (success, said) = migrate(&name);
        assert!(success, "{kib}: {said}");
        std::fs::remove_dir_all(at(&kib.to_string())).unwrap();
    }
}
