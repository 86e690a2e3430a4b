//! Lists of pairs whose heading names only households or only helpers, or that are lists of another kind.

use serde_json::Value;

use crate::support::pairing::{pair_list_under, preview_pair_list};
use crate::support::{Client, TestServer};

/// The one problem of a list of a single row under these headings.
async fn problem_of(office: &Client, headings: &[&str]) -> Value {
    let row: Vec<_> = headings.iter().map(|_| "甲").collect();
    let bytes = pair_list_under(headings, &[&row]);
    let dry = preview_pair_list(office, bytes).await;
    assert_eq!(
        (&dry["rows"], &dry["error_count"]),
        (&0.into(), &1.into()),
        "{dry:#}"
    );
    dry["problems"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_one_of_the_two_says_which_it_has_and_which_it_lacks() {
    let (_server, office) = TestServer::start_with_office().await;
    let helpers = "工号（或责任人证件号码、责任人姓名）";
    let households = "户编号（或户主证件号码、户主姓名）";
    for (headings, has, lacks) in [
        (&["户编号", "老师"][..], "“户编号”（A1）", helpers),
        (&["备注", "贫困户编号"], "“贫困户编号”（B1）", helpers),
        (&["户主", "结对时间"], "“户主”（A1）", helpers),
        (&["村别", "工号"], "“工号”（B1）", households),
        (&["帮扶责任人"], "“帮扶责任人”（A1）", households),
        (
            &["户编号", "户主姓名", "结对日期"],
            "“户编号”（A1）、“户主姓名”（B1）",
            helpers,
        ),
    ] {
        let problem = problem_of(&office, headings).await;
        assert_eq!(problem["code"], "missing_column", "{problem:#}");
        let reason = problem["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("结对表第 1 行的表头有") && reason.contains(has),
            "{reason}"
        );
        assert!(
            reason.contains(&format!("缺少必需的列：{lacks}")),
            "{reason}"
        );
        assert!(reason.ends_with(&headings.join("、")), "{reason}");
        assert_eq!(problem["cell"], "A1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_in_the_place_of_a_list_of_pairs_is_named_for_what_it_is() {
    let (_server, office) = TestServer::start_with_office().await;
    for (headings, is) in [
        (
            &["镇", "村", "户编号", "姓名", "证件号码", "与户主关系"][..],
            "贫困户名册",
        ),
        (&["姓名", "证件号码", "与户主关系"], "贫困户名册"),
        (&["工号", "姓名", "单位", "职务"], "帮扶责任人名册"),
        (&["姓名", "性别", "单位", "职级"], "帮扶责任人名册"),
    ] {
        let problem = problem_of(&office, headings).await;
        assert_eq!(problem["code"], "another_list", "{problem:#}");
        let reason = problem["reason"].as_str().unwrap();
        assert!(
            reason.contains(&format!("像是{is}，不是结对表")),
            "{reason}"
        );
    }
}
