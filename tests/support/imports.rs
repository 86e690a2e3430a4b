//! Sending a roster, and what comes of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::roster::import_path;
use super::{Answer, Client};

/// Media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How long a check may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

impl Client {
    /// Sends a roster to `/imports/households`, `/imports/staff` or `/imports/pairings`.
    pub async fn send_roster(&self, path: &str, bytes: Vec<u8>) -> Answer {
        self.post(path).file("名册.xlsx", XLSX, bytes).await
    }

    /// The import that an answer speaks of, when no more work is done on it.
    pub async fn checked(&self, answer: &Answer) -> Value {
        let import = answer.expect(202);
        let path = import_path(&import, "");
        assert_eq!(answer.header("location"), format!("/api/v1{path}"));
        self.settled(&path).await
    }

    /// The import at a path, when no more work is done on it.
    pub async fn settled(&self, path: &str) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let import = self.get(path).await.expect(200);
            let state = import["state"].as_str().unwrap();
            if !["queued", "reading", "checking"].contains(&state) {
                return import;
            }
            assert!(tokio::time::Instant::now() < deadline, "{import:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What a roster would do: its report with the problems of it, at most 1,000, the headings that
    /// were not understood, and the fields of the import.
    pub async fn preview(&self, path: &str, bytes: Vec<u8>) -> Value {
        let import = self.checked(&self.send_roster(path, bytes).await).await;
        assert_eq!(import["state"], "ready", "{import:#}");
        self.report_of(&import).await
    }

    /// Takes a roster in, which must have no errors; gives its report as [`preview`](Self::preview)
    /// does.
    pub async fn import(&self, path: &str, bytes: Vec<u8>) -> Value {
        let report = self.preview(path, bytes).await;
        let import = self.commit(&report).await.expect(200);
        assert_eq!(import["state"], "committed", "{import:#}");
        self.report_of(&import).await
    }

    /// Answers questions of a preview, by kind or by key; gives the preview that comes of it.
    pub async fn decide(&self, preview: &Value, decisions: &[(&str, bool)]) -> Value {
        let decisions: Vec<_> = decisions
            .iter()
            .map(|(conflict, accept)| json!({ "conflict": conflict, "accept": accept }))
            .collect();
        let choices = json!({ "decisions": decisions });
        let import = self.choose(preview, choices).await;
        assert_eq!(import["state"], "ready", "{import:#}");
        self.report_of(&import).await
    }

    /// Makes choices for an import as it is, and has it checked again with them.
    pub async fn choose(&self, import: &Value, choices: Value) -> Value {
        let path = import_path(import, "");
        let tag = self.tag(&path).await;
        let call = self.patch(&path).if_match(&tag);
        let answer = call.json(&json!({ "choices": choices })).await;
        self.checked(&answer).await
    }

    /// Asks for the commit of an import.
    pub async fn commit(&self, import: &Value) -> Answer {
        let call = self.post(&import_path(import, "/commit"));
        call.json(&json!({})).await
    }

    /// What is wrong with a file that cannot be read: said at once, or by the import.
    pub async fn refused_file(&self, path: &str, name: &str, bytes: Vec<u8>) -> Value {
        let answer = self
            .post(path)
            .file(name, "application/octet-stream", bytes)
            .await;
        if answer.status == 202 {
            let import = self.checked(&answer).await;
            assert_eq!(import["state"], "failed", "{import:#}");
            return import["failure"].clone();
        }
        let code = answer.expect(answer.status)["code"].clone();
        let status = if code == "wrong_file_type" { 415 } else { 422 };
        let problem = answer.expect_problem(status, code.as_str().unwrap());
        let mut failure = problem["errors"][0].clone();
        failure["code"] = code;
        failure["reason"] = failure["detail"].clone();
        failure
    }

    /// The report of an import with its problems, at most 1,000, and the fields of the import.
    pub async fn report_of(&self, import: &Value) -> Value {
        let mut report = import["report"].clone();
        for (field, value) in import.as_object().unwrap() {
            report[field] = value.clone();
        }
        let mut problems = Vec::new();
        let mut cursor = None::<String>;
        while problems.len() < 1_000 {
            let mut call = self
                .get(&import_path(import, "/problems"))
                .query(&[("limit", "200")]);
            if let Some(cursor) = &cursor {
                call = call.query(&[("cursor", cursor)]);
            }
            let page = call.await.expect(200);
            problems.extend(page["items"].as_array().unwrap().iter().cloned());
            cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        report["problems"] = problems.into();
        let columns = report["sheets"].as_array().into_iter().flatten();
        let unknown: Vec<_> = columns
            .flat_map(|sheet| sheet["columns"].as_array().unwrap())
            .filter(|column| column["certainty"] == "unknown")
            .map(|column| column["heading"].clone())
            .collect();
        report["unknown_columns"] = unknown.into();
        report
    }
}
