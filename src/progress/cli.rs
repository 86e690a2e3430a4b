//! `qianshou progress`.

use chrono::NaiveDate;
use comfy_table::Table;
use poem_openapi::types::ToJSON;
use serde_json::Value;

use super::service;
use crate::access::Caller;
use crate::api::Year;
use crate::app::App;
use crate::problem::Problem;

/// The progress of a year as of a day: a table for people, or what the API gives.
pub(crate) async fn progress(
    app: &App,
    year: Option<i32>,
    as_of: Option<NaiveDate>,
    json: bool,
) -> Result<String, Problem> {
    let year = year.map(|year| Year(year.into()));
    let view = service::of_year(app, &Caller::command_line(), year, as_of, false).await?;
    let progress = view.to_json().unwrap_or_default();
    Ok(if json {
        format!("{progress:#}")
    } else {
        table(&progress)
    })
}

/// The leader's two minutes: what the API says of progress, as people read it.
pub fn table(progress: &Value) -> String {
    let mut table = Table::new();
    table.set_header(["月份", "新脱贫", "再次脱贫", "返贫", "累计新脱贫"]);
    for month in progress["months"].as_array().into_iter().flatten() {
        let cumulative = &month["cumulative"];
        table.add_row([
            format!("{} 月", month["month"]),
            month["newly_lifted"].to_string(),
            month["lifted_again"].to_string(),
            month["relapsed"].to_string(),
            cumulative
                .as_i64()
                .map_or_else(String::new, |count| count.to_string()),
        ]);
    }
    let count = |figure: &str| progress[figure]["count"].to_string();
    format!(
        "{} 年脱贫进度（截至 {}）\n{table}\n目标 {} 户：新脱贫 {}，再次脱贫 {}，返贫 {}，办理中 {}，还差 {}",
        progress["year"],
        progress["as_of"].as_str().unwrap_or_default(),
        progress["target"],
        count("newly_lifted"),
        count("lifted_again"),
        count("relapsed"),
        progress["in_pipeline"],
        progress["to_go"],
    )
}
