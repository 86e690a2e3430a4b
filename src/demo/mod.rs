//! `qianshou demo`: a year of a fictional office, through the API that its people use.
//!
//! A fictional county is made ([`world`]), its rosters are written as workbooks (`files`), and then
//! everything goes over HTTP to a server like any other (`story`): nothing is put into the database
//! by another way.

mod client;
mod files;
mod story;
pub mod world;

use std::path::Path;

use poem::listener::Acceptor;
use serde_json::Value;

use client::Client;
pub use client::DemoError;
use story::When;

use crate::access;
use crate::app::App;
use crate::db::{self, Db};
use crate::{progress, server};

/// Where the demo puts its files, unless told otherwise.
pub const FOLDER: &str = "qianshou-demo";
const DATABASE: &str = "demo.db";
const HOUSEHOLD_ROSTER: &str = "household-roster.xlsx";
const STAFF_ROSTER: &str = "staff-roster.xlsx";

/// Plays the year in `folder`, then serves on `listen` until told to stop; without `listen` it ends
/// there. What an earlier demo left in the folder is replaced.
pub async fn run(folder: &Path, listen: Option<&str>) -> Result<(), DemoError> {
    let acceptor = server::bind(listen.unwrap_or("127.0.0.1:0")).await?;
    std::fs::create_dir_all(folder)?;
    db::remove(&folder.join(DATABASE))?;
    let db = Db::open(&format!("sqlite:{}", folder.join(DATABASE).display())).await?;
    let app = App::new(db);
    let administrator = access::making::first_administrator(&app).await?;
    let address = acceptor
        .local_addr()
        .iter()
        .find_map(|local| {
            local
                .as_socket_addr()
                .map(|local| format!("http://{local}"))
        })
        .unwrap_or_default();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = app.clone();
    let server = tokio::spawn(async move {
        server::serve(&served, acceptor, async {
            let _ = stopped.await;
        })
        .await
    });

    let (name, password) = administrator.unwrap_or_default();
    let helper = live(&app, &address, folder, &name, &password).await?;
    if listen.is_some() {
        println!("\n接口说明 / docs：{address}/docs");
        println!("系统管理员登录 / log in：{name}  {password}");
        if let Some(helper) = helper {
            println!(
                "帮扶责任人登录 / as a helper：{helper}  {}",
                story::HELPER_PASSWORD
            );
        }
        println!("按 Ctrl-C 结束 / Ctrl-C ends");
        server::told_to_stop()?.await;
    }
    let _ = stop.send(());
    server.await.map_err(std::io::Error::other)??;
    app.db.close().await;
    Ok(())
}

/// The year itself; gives the name of a helper who can log in.
async fn live(
    app: &App,
    address: &str,
    folder: &Path,
    name: &str,
    password: &str,
) -> Result<Option<String>, DemoError> {
    let today = app.today();
    let when = When::at(today);
    let world = world::make(today);
    let staff_roster = files::staff_roster(&world.staff)?;
    let household_roster = files::household_roster(&world.households)?;
    std::fs::write(folder.join(STAFF_ROSTER), &staff_roster)?;
    std::fs::write(folder.join(HOUSEHOLD_ROSTER), &household_roster)?;
    println!(
        "虚构的名册已写入 {}/（区划代码 320999 从未启用，人物均不存在）",
        folder.display()
    );

    let office = Client::log_in(address, name, password).await?;
    let staff = office
        .import("/imports/staff", STAFF_ROSTER, staff_roster)
        .await?;
    let households = office
        .import("/imports/households", HOUSEHOLD_ROSTER, household_roster)
        .await?;
    for report in [&staff, &households] {
        println!("{}", report["message"].as_str().unwrap_or_default());
    }
    story::link_units(&office, &world).await?;
    let run = story::pair(&office, when).await?;
    println!("{}", paired(&run));
    let (visits, helper) = story::visit(address, &office, when).await?;
    println!("走访：{visits} 次，由责任人本人登记，或由办公室代为登记");
    let plan = office.get(&format!("/year-plans/{}", when.year())).await?;
    let lifts =
        story::lifts::lift(&office, when, plan["line_fen"].as_i64().unwrap_or_default()).await?;
    println!("脱贫退出：提出 {lifts} 户");

    let query = format!("year={}&as_of={}", when.year(), when.as_of);
    let report = office
        .download(&format!("/reports/progress?{query}"))
        .await?;
    let file = folder.join(format!("progress-{}-{}.xlsx", when.year(), when.as_of));
    std::fs::write(&file, report)?;
    println!(
        "{}",
        progress::cli::table(&office.get(&format!("/progress?{query}")).await?)
    );
    println!("可上报的进度表：{}", file.display());
    Ok(helper)
}

/// What the run proposed, and what is short.
fn paired(run: &Value) -> String {
    let unplaced = match run["unplaced"].as_i64().unwrap_or_default() {
        0 => String::new(),
        unplaced => format!("，{unplaced} 户暂无人选"),
    };
    let mut words = format!(
        "结对：{} 户中 {} 户结对{unplaced}（可帮扶名额 {}）",
        run["households"], run["placed"], run["places"]
    );
    for shortage in run["shortages"].as_array().into_iter().flatten() {
        words.push_str("\n  ");
        words.push_str(shortage["words"].as_str().unwrap_or_default());
    }
    words
}
