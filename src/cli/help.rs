//! In which language the command line speaks of itself: its help, and what is wrong with what was typed.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::arguments::proposing_kinds;
use super::chinese::{COMMANDS, EVERYWHERE, VALUES};
use crate::problem::Language;

const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The language of `--lang`, else that of the locale. Neither needs a command line that can be read.
pub(super) fn language(
    arguments: impl IntoIterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Language {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let said = match argument.strip_prefix("--lang") {
            Some("") => arguments.next(),
            Some(value) => value.strip_prefix('=').map(ToOwned::to_owned),
            None => None,
        };
        match said.as_deref() {
            Some("zh") => return Language::Chinese,
            Some("en") => return Language::English,
            _ => {}
        }
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    let locale = locale
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    if locale.to_ascii_lowercase().starts_with("zh") {
        Language::Chinese
    } else {
        Language::English
    }
}

/// The command with its help in a language.
pub(super) fn spoken(mut command: Command, language: Language) -> Command {
    match language {
        Language::English => command,
        Language::Chinese => {
            // What clap adds by itself is to be told in Chinese, too.
            command.build();
            in_chinese(command, "")
        }
    }
}

fn in_chinese(mut command: Command, path: &str) -> Command {
    // clap gives one to each command that has others below it: all are told alike.
    let path = if command.get_name() == "help" {
        "help"
    } else {
        path
    };
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let usage = usage
        .replace("[OPTIONS]", "[选项]")
        .replace("[COMMAND]", "[命令]")
        .replace("<COMMAND>", "<命令>");
    let usage = VALUES.iter().fold(usage, |usage, (english, chinese)| {
        usage.replace(&format!("<{english}>"), &format!("<{chinese}>"))
    });
    let words = COMMANDS.iter().find(|words| words.command == path);
    if let Some(words) = words {
        let after = Some(words.after).filter(|after| !after.is_empty());
        let short = words.about.lines().next().unwrap_or_default();
        command = command.about(short).long_about(words.about);
        if let Some(after) = after {
            command = command.after_help(after);
        }
    }
    let own = words.map_or(&[][..], |words| words.arguments);
    command = command
        .override_usage(usage)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|argument| described(argument, own));
    // clap repeats all commands below its own `help`, where nobody looks.
    if path == "help" {
        return command;
    }
    let names = command
        .get_subcommands()
        .map(|below| below.get_name().to_owned());
    for name in names.collect::<Vec<_>>() {
        let below = format!("{path} {name}");
        command = command.mut_subcommand(name, |command| in_chinese(command, below.trim_start()));
    }
    command
}

/// An argument with its help in Chinese, by those of its command and of all.
fn described(argument: Arg, own: &[(&str, &str)]) -> Arg {
    let id = argument.get_id().as_str();
    let mut known = own.iter().chain(EVERYWHERE);
    let Some((_, words)) = known.find(|(other, _)| *other == id) else {
        return argument;
    };
    let list = |values: Vec<String>, what: &str| {
        (!values.is_empty()).then(|| format!("（{what}：{}）", values.join("、")))
    };
    let takes_value = argument.get_action().takes_values();
    let possible = argument.get_possible_values().into_iter();
    let possible = possible.filter(|_| takes_value);
    let possible = possible.map(|it| it.get_name().to_owned()).collect();
    let defaults = argument.get_default_values().iter();
    let defaults = defaults.filter(|_| takes_value);
    let defaults = defaults
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    let variable = argument.get_env().into_iter();
    let variable = variable
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    let further = [
        list(possible, "可选"),
        list(defaults, "默认"),
        list(variable, "环境变量"),
    ];
    let words = words.replace("{kinds}", &proposing_kinds().join("、"));
    let words = words + &further.into_iter().flatten().collect::<String>();
    let heading = if argument.is_positional() {
        "参数"
    } else {
        "选项"
    };
    let placeholder = argument.get_value_names().and_then(<[_]>::first);
    let placeholder = placeholder.map_or_else(|| id.to_uppercase(), ToString::to_string);
    let placeholder = VALUES.iter().find(|(english, _)| *english == placeholder);
    let argument = argument
        .help(words.clone())
        .long_help(words)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
        .hide_env(true);
    match placeholder {
        Some((_, chinese)) if takes_value => argument.value_name(*chinese),
        _ => argument,
    }
}

/// Ends the program with what is wrong with the command line, or with the help that was asked for.
pub(super) fn exit(error: &clap::Error, language: Language) -> ! {
    match refusal(error) {
        Some(words) if language == Language::Chinese => {
            eprintln!(
                "错误：{words}\n\n用 qianshou --help 查看命令，用 qianshou 命令 --help 查看它的选项。"
            );
            std::process::exit(error.exit_code());
        }
        _ => error.exit(),
    }
}

/// What is wrong with the command line in Chinese; nothing where it is the help that was asked for.
fn refusal(error: &clap::Error) -> Option<String> {
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    let value = of(ContextKind::InvalidValue);
    // The last of several is the nearest.
    let meant = |kind| match error.get(kind) {
        Some(ContextValue::Strings(all)) => all.last().cloned(),
        other => other.map(ToString::to_string),
    };
    let meant =
        |kind| meant(kind).map_or_else(String::new, |meant| format!("，您要写的是 {meant} 吗？"));
    Some(match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        ErrorKind::UnknownArgument => {
            format!(
                "没有选项或参数 {argument}{}",
                meant(ContextKind::SuggestedArg)
            )
        }
        ErrorKind::InvalidSubcommand => format!(
            "没有命令 {}{}",
            of(ContextKind::InvalidSubcommand),
            meant(ContextKind::SuggestedSubcommand)
        ),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 缺少值"),
        ErrorKind::InvalidValue => format!(
            "{argument} 的值“{value}”不能用，可选：{}",
            of(ContextKind::ValidValue)
        ),
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string);
            let why = why.map_or_else(String::new, |why| format!("：{why}"));
            format!("{argument} 的值“{value}”不能用{why}")
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::MissingSubcommand => {
            format!("请写明命令：{}", of(ContextKind::ValidSubcommand))
        }
        ErrorKind::ArgumentConflict if !argument.is_empty() => match of(ContextKind::PriorArg) {
            other if other == argument => format!("{argument} 只能写一次"),
            other => format!("{argument} 与 {other} 不能同时使用"),
        },
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        ErrorKind::NoEquals => format!("{argument} 的值须用 = 连接"),
        ErrorKind::InvalidUtf8 => "参数中有不能识别的字符（不是 UTF-8）".to_owned(),
        // A refusal of ours, which is in both languages.
        _ => {
            let words = error.to_string();
            let words = words.lines().next().unwrap_or_default();
            words.trim_start_matches("error: ").to_owned()
        }
    })
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::arguments::Cli;

    fn is_chinese(text: &str) -> bool {
        text.chars()
            .any(|it| ('\u{4e00}'..='\u{9fff}').contains(&it))
    }

    #[test]
    fn the_language_is_that_of_the_flag_else_of_the_locale() {
        use Language::{Chinese, English};
        let said = |arguments: &[&str], variables: &[(&str, &str)]| {
            let arguments = arguments.iter().map(|it| (*it).to_owned());
            language(arguments, |name| {
                let found = variables.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        for (arguments, variables, expected) in [
            (&["qianshou"][..], &[][..], English),
            (&["qianshou"], &[("LANG", "zh_CN.UTF-8")], Chinese),
            (
                &["qianshou"],
                &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")],
                English,
            ),
            (
                &["qianshou"],
                &[("LANG", "C"), ("LC_MESSAGES", "zh_CN")],
                Chinese,
            ),
            (&["qianshou"], &[("LANG", "zh_CN"), ("LC_ALL", "")], Chinese),
            (&["qianshou", "--lang", "zh"], &[], Chinese),
            (&["qianshou", "pair", "--lang=zh"], &[], Chinese),
            (&["qianshou", "--lang=en"], &[("LANG", "zh_CN")], English),
            (&["qianshou", "--lang"], &[("LANG", "zh_CN")], Chinese),
        ] {
            assert_eq!(
                said(arguments, variables),
                expected,
                "{arguments:?} {variables:?}"
            );
        }
    }

    /// Each command that people see, by its path.
    fn commands(command: &Command, path: &str, into: &mut Vec<(String, Command)>) {
        into.push((path.to_owned(), command.clone()));
        let below = command.get_subcommands();
        for one in below.filter(|it| !it.is_hide_set() && it.get_name() != "help") {
            let path = format!("{path} {}", one.get_name());
            commands(one, path.trim_start(), into);
        }
    }

    #[test]
    fn every_command_and_every_argument_has_its_help_in_both_languages() {
        let mut english = Cli::command();
        english.build();
        let chinese = spoken(Cli::command(), Language::Chinese);
        let (mut all, mut told) = (Vec::new(), Vec::new());
        commands(&english, "", &mut all);
        commands(&chinese, "", &mut told);
        assert!(all.len() > 20);
        for ((path, english), (_, chinese)) in all.into_iter().zip(told) {
            let words = COMMANDS.iter().find(|words| words.command == path);
            let words = words.unwrap_or_else(|| panic!("`{path}` has no help in Chinese"));
            let has_after = english.get_after_help().is_some();
            assert_eq!(has_after, !words.after.is_empty(), "{path}");
            for argument in english.get_arguments() {
                let id = argument.get_id().as_str();
                let help = argument
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    !help.is_empty() && !help.starts_with(is_chinese_sign),
                    "{path} {id}"
                );
            }
            for argument in chinese.get_arguments() {
                let id = argument.get_id().as_str();
                let help = argument
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(is_chinese(&help), "{path} {id}: {help}");
                if argument.get_action().takes_values() {
                    let names = argument.get_value_names().unwrap_or_default();
                    assert!(
                        names.iter().all(|name| is_chinese(name)),
                        "{path} {id}: {names:?}"
                    );
                }
            }
            for (id, _) in words.arguments {
                let is_there = english.get_arguments().any(|it| it.get_id() == id);
                assert!(is_there, "{path} has no `{id}`");
            }
            let mut chinese = chinese;
            let help = chinese.render_long_help().to_string();
            for raw in [
                "Usage",
                "Options:",
                "Commands:",
                "Arguments:",
                "[default",
                "[possible",
                "[env",
                "Print",
                "Example",
            ] {
                assert!(!help.contains(raw), "{path}: {help}");
            }
        }
    }

    fn is_chinese_sign(character: char) -> bool {
        is_chinese(&character.to_string())
    }

    #[test]
    fn what_is_wrong_with_a_command_line_is_told_in_chinese() {
        let told = |arguments: &[&str]| {
            let command = spoken(Cli::command(), Language::Chinese);
            let arguments = std::iter::once("qianshou").chain(arguments.iter().copied());
            let error = command.try_get_matches_from(arguments).unwrap_err();
            refusal(&error).unwrap_or_default()
        };
        for (arguments, expected) in [
            (&["serv"][..], "没有命令 serv，您要写的是 serve 吗？"),
            (
                &["pair", "--twon", "a"],
                "没有选项或参数 --twon，您要写的是 --town 吗？",
            ),
            (&["backup"], "缺少 <文件>"),
            (&["pair", "--town"], "--town <镇> 缺少值"),
            (
                &["openapi", "--version", "2"],
                "--version <版本> 的值“2”不能用，可选：3.1、3.0",
            ),
            (&["pair", "--all", "--all"], "--all 只能写一次"),
        ] {
            assert_eq!(told(arguments), expected, "{arguments:?}");
        }
        assert!(
            told(&["progress", "--year", "x"])
                .starts_with("--year <年度> 的值“x”不能用：应为 2000 至 2100")
        );
        assert!(told(&["import", "undo", "x"]).contains("应为编号（UUID）"));
        assert_eq!(told(&["--help"]), "");
    }
}
