//! Settings of the program: by flag, by environment, by file, in this order; then the default.

use std::net::{IpAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;

use crate::db::Creation;
use crate::os_error;

/// The file that is read if it is there and no other is named.
pub const DEFAULT_FILE: &str = "qianshou.toml";
const DEFAULT_DATABASE: &str = "sqlite:qianshou-data/qianshou.db";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// The settings as flags; each may also stand in the environment or in the file.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Database: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`; `DATABASE_URL` says it, too
    /// [default: sqlite:qianshou-data/qianshou.db]
    #[arg(
        long,
        global = true,
        env = "QIANSHOU_DATABASE",
        hide_env_values = true,
        value_name = "URL"
    )]
    database: Option<String>,
    /// Address to listen on, for `serve` and `demo` [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "QIANSHOU_LISTEN", value_name = "HOST:PORT")]
    listen: Option<String>,
    /// What to log, such as `info` or `qianshou=debug,sqlx=warn` [default: info when serving, else warn]
    #[arg(long, global = true, env = "QIANSHOU_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// Make a new, empty database if there is none [default: only where there never was one: the first
    /// start at the default path, or `migrate` and `import`]
    #[arg(long, global = true)]
    create: bool,
    /// Reverse proxies whose `X-Forwarded-For` is believed, as addresses or networks, with commas
    /// between them; without them all who come through a proxy count as one address when log-ins
    /// fail [default: none]
    #[arg(
        long,
        global = true,
        env = "QIANSHOU_TRUSTED_PROXIES",
        value_name = "ADDRESSES",
        value_delimiter = ','
    )]
    trusted_proxies: Option<Vec<String>>,
    /// Origins of web pages that may use the API from a browser, such as `https://app.example.cn`, with
    /// commas between them; `*` for any [default: none]
    #[arg(
        long,
        global = true,
        env = "QIANSHOU_CORS_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    cors_origins: Option<Vec<String>>,
    /// File with these settings (TOML: database, listen, log, `trusted_proxies`, `cors_origins`) [default: qianshou.toml if it is there]
    #[arg(long, global = true, env = "QIANSHOU_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The settings as they may stand in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    listen: Option<String>,
    log: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    cors_origins: Option<Vec<String>>,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address of the database.
    pub database: String,
    /// Whether it was named, rather than left to the default.
    named: bool,
    /// Whether it was said that a database may be made there.
    create: bool,
    /// Address to listen on.
    pub listen: String,
    /// What to log, if anyone has said.
    pub log: Option<String>,
    /// Proxies in front of the server whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of web pages that may use the API from a browser.
    pub cors_origins: Vec<String>,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "配置文件 {path} 无法读取：{} / cannot read the settings file {path}: {}",
        os_error::words(source).chinese,
        os_error::words(source).english
    )]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be understood.
    #[error("配置文件 {path} 有误 / error in the settings file: {words}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and what.
        words: String,
    },
    /// One setting is wrong.
    #[error(
        "设置 {name} 无效：“{value}”，{remedy} / invalid setting `{name}` “{value}”: {english}"
    )]
    Value {
        /// Which setting.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// What to set instead.
        remedy: &'static str,
        /// The same in English.
        english: &'static str,
    },
}

impl Config {
    /// Brings flags (with the environment in them) and file together and checks every value.
    pub fn load(flags: Flags) -> Result<Self, ConfigError> {
        let file = match &flags.config {
            Some(path) => read(path)?,
            None if Path::new(DEFAULT_FILE).exists() => read(Path::new(DEFAULT_FILE))?,
            None => File::default(),
        };
        let mut flags = flags;
        if flags.database.is_none() {
            // Where other programs look for it.
            flags.database = std::env::var("DATABASE_URL")
                .ok()
                .filter(|it| !it.is_empty());
        }
        Self::merge(flags, file)
    }

    fn merge(flags: Flags, file: File) -> Result<Self, ConfigError> {
        let config = Self {
            named: flags.database.is_some() || file.database.is_some(),
            create: flags.create,
            database: flags
                .database
                .or(file.database)
                .unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
            listen: flags
                .listen
                .or(file.listen)
                .unwrap_or_else(|| DEFAULT_LISTEN.to_owned()),
            log: flags.log.or(file.log),
            trusted_proxies: flags
                .trusted_proxies
                .or(file.trusted_proxies)
                .unwrap_or_default()
                .iter()
                .map(|proxy| network(proxy))
                .collect::<Result<_, _>>()?,
            cors_origins: flags
                .cors_origins
                .or(file.cors_origins)
                .unwrap_or_default()
                .iter()
                .map(|origin| checked_origin(origin.trim()))
                .collect::<Result<_, _>>()?,
        };
        config.check()?;
        Ok(config)
    }

    /// Whether a database may be made for a command, which `begins` a register (an import, `migrate`), serves
    /// it, or works with one that is there. A database that is named and is not there may have
    /// been deleted or moved: to serve an empty one in its place would hide that. One that is not named has a
    /// folder of its own, which is there after the first start.
    pub fn creation(&self, begins: bool, serves: bool) -> Creation {
        // A database on a server was made by someone for this, or there would be none.
        let on_a_server = !self.database.starts_with("sqlite:");
        let begins = begins || serves && on_a_server;
        match (self.create, self.named) {
            (true, _) => Creation::Allowed,
            (false, true) if begins => Creation::First,
            (false, false) if begins || serves => Creation::FirstWithFolder,
            (false, _) => Creation::Never,
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| self.database.starts_with(scheme)) {
            return Err(ConfigError::Value {
                name: "database (QIANSHOU_DATABASE, DATABASE_URL)",
                // An address may hold a password: only its beginning is shown.
                value: self.database.chars().take(12).collect(),
                remedy: "应为 sqlite:文件 或 postgres://用户:密码@主机/库名",
                english: "expected sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME",
            });
        }
        if !self
            .listen
            .to_socket_addrs()
            .is_ok_and(|mut found| found.next().is_some())
        {
            return Err(ConfigError::Value {
                name: "listen (QIANSHOU_LISTEN)",
                value: self.listen.clone(),
                remedy: "应为 主机:端口，例如 127.0.0.1:8080",
                english: "expected HOST:PORT, such as 127.0.0.1:8080",
            });
        }
        if let Some(log) = &self.log
            && tracing_subscriber::EnvFilter::try_new(log).is_err()
        {
            return Err(ConfigError::Value {
                name: "log (QIANSHOU_LOG)",
                value: log.clone(),
                remedy: "应为 error、warn、info、debug 或 模块=级别",
                english: "expected error, warn, info, debug or MODULE=LEVEL",
            });
        }
        Ok(())
    }
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, ConfigError> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| address())
        .map_err(|_| ConfigError::Value {
            name: "trusted_proxies (QIANSHOU_TRUSTED_PROXIES)",
            value: text.to_owned(),
            remedy: "应为 IP 地址或网段，例如 127.0.0.1 或 10.0.0.0/8",
            english: "expected an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8",
        })
}

/// An origin as browsers send it (RFC 6454, 6.2): nothing behind the host and its port, no capitals.
fn checked_origin(origin: &str) -> Result<String, ConfigError> {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    let is_host =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-.:[]".contains(sign);
    let is_origin = host.is_some_and(|host| !host.is_empty() && host.chars().all(is_host));
    if is_origin || origin == "*" {
        return Ok(origin.to_owned());
    }
    Err(ConfigError::Value {
        name: "cors_origins (QIANSHOU_CORS_ORIGINS)",
        value: origin.to_owned(),
        remedy: "应为 协议://主机[:端口]（小写，后面不带 /），例如 https://app.example.cn，或 *",
        english: "expected SCHEME://HOST[:PORT] in small letters without a / behind, such as https://app.example.cn, or *",
    })
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|error| ConfigError::Parse {
        path: path.to_owned(),
        words: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let flags = Flags {
            listen: Some("127.0.0.1:1".to_owned()),
            ..Flags::default()
        };
        let file: File = toml::from_str("listen = '127.0.0.1:2'\nlog = 'warn'").unwrap();
        let config = Config::merge(flags, file).unwrap();
        assert_eq!(config.listen, "127.0.0.1:1");
        assert_eq!(config.log.as_deref(), Some("warn"));
        assert_eq!(config.database, DEFAULT_DATABASE);
    }

    #[test]
    fn a_database_that_is_named_is_not_made_unless_told() {
        let creation = |database: Option<&str>, create, begins| {
            let flags = Flags {
                database: database.map(str::to_owned),
                create,
                ..Flags::default()
            };
            let config = Config::merge(flags, File::default()).unwrap();
            config.creation(begins, false)
        };
        let named = Some("sqlite:a.db");
        assert_eq!(creation(named, false, false), Creation::Never);
        assert_eq!(creation(named, false, true), Creation::First);
        assert_eq!(creation(named, true, false), Creation::Allowed);
        assert_eq!(creation(None, false, false), Creation::Never);
        assert_eq!(creation(None, false, true), Creation::FirstWithFolder);
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        let toml = "trusted_proxies = ['127.0.0.1', '10.0.0.0/8', '::1']";
        let file: File = toml::from_str(toml).unwrap();
        let config = Config::merge(Flags::default(), file).unwrap();
        let shown: Vec<_> = config
            .trusted_proxies
            .iter()
            .map(IpNet::to_string)
            .collect();
        assert_eq!(shown, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for origin in [
            "https://app.example.cn",
            "http://127.0.0.1:5173",
            "http://[::1]:80",
            "*",
        ] {
            assert_eq!(checked_origin(origin).unwrap(), origin);
        }
        for bad in [
            "",
            "null",
            "https://",
            "https://App.cn",
            "https://a.cn/b",
            "ftp://a.cn",
        ] {
            assert!(checked_origin(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_setting_is_named() {
        for (toml, name) in [
            ("database = 'mysql://x'", "DATABASE_URL"),
            ("listen = 'nowhere'", "QIANSHOU_LISTEN"),
            ("log = '=='", "QIANSHOU_LOG"),
            (
                "trusted_proxies = ['proxy.example']",
                "QIANSHOU_TRUSTED_PROXIES",
            ),
            (
                "cors_origins = ['https://app.example.cn/']",
                "QIANSHOU_CORS_ORIGINS",
            ),
            ("cors_origins = ['app.example.cn']", "QIANSHOU_CORS_ORIGINS"),
        ] {
            let file: File = toml::from_str(toml).unwrap();
            let error = Config::merge(Flags::default(), file)
                .unwrap_err()
                .to_string();
            assert!(error.contains(name), "{error}");
        }
        let error = toml::from_str::<File>("databse = 'x'")
            .unwrap_err()
            .to_string();
        assert!(error.contains("databse"), "{error}");
    }

    #[test]
    fn a_password_in_the_address_is_not_shown() {
        let file: File = toml::from_str("database = 'mysql://root:geheim@host/x'").unwrap();
        let error = Config::merge(Flags::default(), file)
            .unwrap_err()
            .to_string();
        assert!(!error.contains("geheim"), "{error}");
    }
}
