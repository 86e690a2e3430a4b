//! Each command calls the room that does the work.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use comfy_table::Table;
use poem::listener::TcpAcceptor;

use super::arguments::{Cli, Command, ExportCommand, ImportCommand, PairingCommand, UserCommand};
use super::help;
use crate::access::Caller;
use crate::access::making::{self, NewAccount};
use crate::access::service;
use crate::app::App;
use crate::code_list::CodeList;
use crate::config::Config;
use crate::db::{self, Db};
use crate::openapi::Version;
use crate::pairing::run::model::Scope;
use crate::problem::{Language, Problem};
use crate::roster::RosterKind;
use crate::workbook::limit::Limits;
use crate::workbook::reader_worker;
use crate::{demo, import, pairing, progress, report, server, staff, terminal};

/// Reads the command line and does what it says.
pub fn start() -> ExitCode {
    let typed = std::env::args_os().map(|it| it.to_string_lossy().into_owned());
    let language = help::language(typed, |name| std::env::var(name).ok());
    let matches = help::spoken(Cli::command(), language).try_get_matches();
    let matches = matches.unwrap_or_else(|error| help::exit(&error, language));
    let cli = Cli::from_arg_matches(&matches);
    let cli = cli.unwrap_or_else(|error| help::exit(&error, language));
    refuse_what_is_not_heeded(&cli.command, &matches, language);
    let outcome = match cli.command {
        Command::ReadWorkbook {
            memory_mib,
            cpu_seconds,
            file,
        } => {
            let limits = Limits {
                memory_mib,
                cpu_seconds,
            };
            // Without a runtime: its threads would take address space that the workbook may need.
            reader_worker::run(&file, limits)
                .map(|()| ExitCode::SUCCESS)
                .map_err(Into::into)
        }
        _ => run(cli),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("错误：{error}");
        ExitCode::FAILURE
    })
}

/// Ends the program where the command line asks for something that the command would not do. The
/// environment and the settings file speak to all commands: what stands there may not be meant for this one.
fn refuse_what_is_not_heeded(command: &Command, matches: &ArgMatches, language: Language) {
    let is_given = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
    if matches!(command, Command::Demo { .. }) && (is_given("database") || is_given("create")) {
        let words = "demo 总是在 --dir 的文件夹中新建自己的数据库，不使用 --database 和 --create；\
            要使用指定的数据库，请用 serve / a demo makes a database of its own in the folder of --dir and heeds \
            neither --database nor --create; to work with a database of yours, use `serve`";
        let error = Cli::command().error(ErrorKind::ArgumentConflict, words);
        help::exit(&error, language);
    }
}

/// Accounts that are read at once.
const MOST_AT_ONCE: i64 = 200;
/// Stands behind a password that was made.
const SHOWN_ONCE: &str = "仅显示这一次，请立即记下 / shown only this once";

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

#[tokio::main]
async fn run(cli: Cli) -> Outcome {
    let config = Config::load(cli.flags)?;
    let serves = matches!(cli.command, Command::Serve);
    start_log(
        config
            .log
            .as_deref()
            .unwrap_or(if serves { "info" } else { "warn" }),
    );
    match &cli.command {
        Command::Openapi { of, yaml } => {
            let version = match of.as_str() {
                "3.0" => Version::V3_0,
                _ => Version::V3_1,
            };
            return print(&server::openapi(version, *yaml));
        }
        Command::Template { dir } => {
            import::cli::template(dir)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Demo { no_serve, dir } => {
            // A database of its own: a demo never touches the office's.
            let listen = (!no_serve).then_some(config.listen.as_str());
            demo::run(dir, listen).await?;
            return Ok(ExitCode::SUCCESS);
        }
        // Neither brings the database forward, and neither makes one.
        Command::Backup { file } => {
            db::backup(&config.database, file).await?;
            return print(&format!("已备份到 {0} / saved to {0}", file.display()));
        }
        Command::Restore { file } => {
            return print(&db::restore(&config.database, file).await?.to_string());
        }
        _ => {}
    }
    // What can be known to fail is known before a database is made for it.
    let acceptor = if serves {
        Some(server::bind(&config.listen).await?)
    } else {
        None
    };
    if let Command::Import(command) = &cli.command
        && let Some(file) = command.file()
    {
        std::fs::File::open(file).map_err(|error| terminal::not_read(file, &error))?;
    }
    let begins = match &cli.command {
        Command::Import(command) => command.file().is_some(),
        command => matches!(command, Command::Migrate),
    };
    let opened = Db::open_or_create(&config.database, config.creation(begins, serves)).await?;
    if opened.made {
        eprintln!("新建了一个空的数据库 / made a new, empty database");
    }
    let mut app = App::new(opened.db);
    app.trusted_proxies = config.trusted_proxies.as_slice().into();
    app.cors_origins = config.cors_origins.as_slice().into();
    let outcome = match acceptor {
        Some(acceptor) => serve(&app, acceptor).await,
        None => dispatch(cli.command, &app).await,
    };
    app.db.close().await;
    outcome
}

async fn serve(app: &App, acceptor: TcpAcceptor) -> Outcome {
    if let Some((name, password)) = making::first_administrator(app).await? {
        println!(
            "首个系统管理员 / first administrator：{name}  密码 / password：{password}  （{SHOWN_ONCE}）"
        );
    }
    server::run(app, acceptor).await?;
    Ok(ExitCode::SUCCESS)
}

async fn dispatch(command: Command, app: &App) -> Outcome {
    match command {
        // Done before a database is opened, or without one.
        Command::Serve
        | Command::Openapi { .. }
        | Command::Backup { .. }
        | Command::Restore { .. }
        | Command::Demo { .. }
        | Command::Template { .. }
        | Command::ReadWorkbook { .. } => {}
        Command::Pair {
            town,
            village,
            unit,
            all,
            leaving,
            confirm,
            json,
        } => {
            let unit_id = match unit {
                Some(unit) => Some(staff::unit::service::named(app, &unit).await?),
                None => None,
            };
            let leaving = match leaving {
                Some(number) => Some(staff_by_number(app, &number).await?),
                None => None,
            };
            let scope = Scope {
                town,
                village,
                unit_id,
                paired: all,
                leaving,
            };
            return print(&pairing::run::cli::pair(app, scope, confirm, json).await?);
        }
        Command::Pairing(PairingCommand::Verify { run }) => {
            let (told, holds) = pairing::audit::cli::verify(app, run).await?;
            print(&told)?;
            if !holds {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Pairing(PairingCommand::Dimacs { run, out }) => {
            return print(&pairing::audit::cli::dimacs(app, run, &out).await?);
        }
        Command::Import(command) => {
            let wish = match command {
                ImportCommand::Households(file) => file.wish(RosterKind::Households),
                ImportCommand::Staff(file) => file.wish(RosterKind::Staff),
                ImportCommand::Pairings(file) => file.wish(),
                ImportCommand::List { limit } => {
                    return print(&import::cli::list(app, limit).await?);
                }
                ImportCommand::Undo { id } => return import::cli::undo(app, id).await,
            };
            return Box::pin(import::cli::import(app, &wish)).await;
        }
        Command::Export(ExportCommand::Progress { year, as_of, out }) => {
            report::cli::export_progress(app, year, as_of, &out).await?;
        }
        Command::Export(ExportCommand::Pairings { as_of, unit, out }) => {
            report::cli::export_pairings(app, as_of, unit.as_deref(), &out).await?;
        }
        Command::Progress { year, as_of, json } => {
            return print(&progress::cli::progress(app, year, as_of, json).await?);
        }
        Command::User(command) => return user(command, app).await,
        Command::Migrate => {
            let engine = app.db.engine();
            return print(&format!(
                "数据库已是最新结构（{engine}） / the database has the latest schema ({engine})"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn user(command: UserCommand, app: &App) -> Outcome {
    let caller = Caller::command_line();
    let (account, password) = match command {
        UserCommand::Add { name, role, staff } => {
            let staff_id = match staff {
                None => None,
                Some(number) => Some(staff_by_number(app, &number).await?),
            };
            let new = NewAccount {
                username: name,
                role,
                staff_id,
                password: None,
            };
            let made = making::create(app, &caller, None, new).await?;
            (made.account, made.password)
        }
        UserCommand::List => return print(&accounts(app).await?),
        UserCommand::Reset { name } => {
            let id = account_named(app, &name).await?;
            service::reset(app, &caller, id, None).await?
        }
        UserCommand::Unlock { name } => {
            let id = account_named(app, &name).await?;
            service::unlock(app, &caller, id).await?;
            return print(&format!(
                "已解除账号 {name} 的登录限制 / {name} may log in again"
            ));
        }
    };
    println!(
        "账号 / account：{}  密码 / password：{}  （{SHOWN_ONCE}）",
        account.username,
        password.unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}

/// All accounts, with the people whose they are.
async fn accounts(app: &App) -> Result<String, Problem> {
    let caller = Caller::command_line();
    let mut table = Table::new();
    table.set_header(["账号", "角色", "工号", "姓名", "状态"]);
    let mut cursor = None;
    loop {
        let (accounts, next) = service::list(app, cursor.as_deref(), MOST_AT_ONCE).await?;
        for account in accounts {
            let person = match account.staff_id {
                None => None,
                Some(id) => Some(staff::service::get(app, &caller, id).await?),
            };
            let number = person.as_ref().and_then(|it| it.number.clone());
            table.add_row([
                account.username,
                account.role.label().to_owned(),
                number.unwrap_or_default(),
                person.map(|it| it.name).unwrap_or_default(),
                (if account.active {
                    "可登录"
                } else {
                    "已停用"
                })
                .to_owned(),
            ]);
        }
        cursor = next;
        if cursor.is_none() {
            return Ok(table.to_string());
        }
    }
}

async fn account_named(app: &App, name: &str) -> Result<uuid::Uuid, Problem> {
    let mut tx = app.db.read().await?;
    Ok(service::find_by_username(&mut tx, name).await?.id)
}

async fn staff_by_number(app: &App, number: &str) -> Result<uuid::Uuid, Problem> {
    let mut tx = app.db.read().await?;
    staff::store::find_by_number(&mut tx, number)
        .await?
        .map(|person| person.id)
        .ok_or_else(|| Problem::not_found("工号", "staff number"))
}

fn print(text: &str) -> Outcome {
    terminal::print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error, so that standard output is the command's own; private numbers in them are
/// masked.
fn start_log(filter: &str) {
    tracing_subscriber::fmt()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(|| crate::access::log::Masked(std::io::stderr()))
        .init();
}
