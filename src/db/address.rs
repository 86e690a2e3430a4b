//! Where a database is, and which engine that means.

use std::fmt;
use std::path::Path;

use super::DbError;

/// The database engines that are supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Runs inside this program, on a file.
    Sqlite,
    /// A server that speaks PostgreSQL's protocol.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Where a database is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Address<'a> {
    /// A file.
    Sqlite(&'a Path),
    /// A server's address.
    Postgres(&'a str),
}

impl<'a> Address<'a> {
    pub(super) fn parse(url: &'a str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url));
        }
        let path = url.strip_prefix("sqlite:").ok_or(DbError::Address)?;
        Ok(Self::Sqlite(Path::new(
            path.strip_prefix("//").unwrap_or(path),
        )))
    }
}

/// The address without its password, and the password: what stands on a command line, everyone on
/// the machine can read.
pub(super) fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let authority_ends = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_ends);
    let Some(((user, password), host)) = authority
        .rsplit_once('@')
        .and_then(|(user, host)| Some((user.split_once(':')?, host)))
    else {
        return (url.to_owned(), None);
    };
    let password = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
    (
        format!("{scheme}://{user}@{host}{path}"),
        Some(password.into_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let split = |url| {
            let (url, password) = without_password(url);
            format!("{url} {}", password.unwrap_or_default())
        };
        assert_eq!(
            split("postgres://u:a%40b@h:1/d?x=y"),
            "postgres://u@h:1/d?x=y a@b"
        );
        assert_eq!(split("postgres://u@h/d"), "postgres://u@h/d ");
        assert_eq!(split("postgres://h?a=b:c@d"), "postgres://h?a=b:c@d ");
    }
}
