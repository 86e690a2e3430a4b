//! Entity tags (RFC 9110, 8.8.3): which version of a record a client means.

use poem::http::StatusCode;

use crate::problem::Problem;

/// The version of a record, as its entity tag.
#[derive(Clone, Copy, Debug)]
pub struct ETag(pub i64);

impl std::fmt::Display for ETag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "\"{}\"", self.0)
    }
}

impl ETag {
    /// The tag of a record that changes once at most, when it ends, is read or is taken back.
    pub fn of_state(has_changed: bool) -> Self {
        Self(1 + i64::from(has_changed))
    }

    /// Refuses a change of a record by one who has not read its latest version.
    pub fn must_match(self, if_match: Option<&str>) -> Result<(), Problem> {
        let Some(sent) = if_match else {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if_match_required",
                "请先读取该记录，并在 If-Match 中带上它的 ETag",
                "read the record first and send its ETag as `If-Match`",
            )
            .at_parameter("header", "If-Match"));
        };
        let Some(sent) = EntityTags::read(sent) else {
            return Err(Problem::bad_request(
                format!("If-Match 无效：{}", NO_ENTITY_TAG.0),
                format!("`If-Match`: {}", NO_ENTITY_TAG.1),
            )
            .at_parameter("header", "If-Match"));
        };
        if sent.name(&self.to_string()) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "changed_meanwhile",
            "该记录在您读取之后已有更改，请重新读取后再改",
            "the record has changed since you read it; read it again",
        ))
    }
}

/// The codings in which an answer may be compressed, the best first.
pub const CODINGS: [&str; 3] = ["zstd", "br", "gzip"];

/// What to say of a header that should hold entity tags and does not, in Chinese and English.
pub const NO_ENTITY_TAG: (&str, &str) = (
    "应为读取时得到的 ETag，连同引号原样发送，如 \"3\"",
    "must be the ETag as it was read, with its quotes, such as \"3\"",
);

/// What `If-Match` and `If-None-Match` hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags<'a> {
    /// `*`: any version that is there.
    Any,
    /// These.
    These(Vec<EntityTag<'a>>),
}

/// One entity tag, with its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag<'a> {
    is_weak: bool,
    quoted: &'a str,
}

impl<'a> EntityTags<'a> {
    /// Reads the value of a header; nothing if it holds anything but entity tags, or none.
    pub fn read(header: &'a str) -> Option<Self> {
        if header.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = header.trim();
        loop {
            // A list may have empty items (RFC 9110, 5.6.1).
            rest = rest.trim_start_matches([',', ' ', '\t']);
            if rest.is_empty() {
                break;
            }
            let opaque = rest.strip_prefix("W/");
            let (is_weak, quoted) = (opaque.is_some(), opaque.unwrap_or(rest));
            let inside = quoted.strip_prefix('"')?;
            let end = inside.find('"')?;
            let is_of_tag = |sign: char| sign == '!' || (sign > '"' && sign != '\u{7f}');
            if !inside[..end].chars().all(is_of_tag) {
                return None;
            }
            let (quoted, behind) = quoted.split_at(end + 2);
            tags.push(EntityTag { is_weak, quoted });
            rest = behind.trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Self::These(tags))
    }

    /// The tag of the same version in another coding, such as `"3-gzip"` for `"3"`.
    pub fn of_coding(tag: &str, coding: &str) -> String {
        match tag.strip_suffix('"') {
            Some(tag) => format!("{tag}-{coding}\""),
            None => tag.to_owned(),
        }
    }

    /// Whether they name the version with this tag, by the strong comparison: a weak tag never does.
    fn name(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|it| !it.is_weak && it.is_of(tag)),
        }
    }

    /// Whether they name the version with this tag, by the weak comparison.
    pub fn name_weakly(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|it| it.is_of(tag)),
        }
    }
}

impl EntityTag<'_> {
    /// Whether it is this tag, or that of the same version in another coding.
    fn is_of(self, tag: &str) -> bool {
        let of_coding = |coding: &&str| EntityTags::of_coding(tag, coding) == self.quoted;
        self.quoted == tag || CODINGS.iter().any(of_coding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_by_its_strong_tag_alone_or_in_a_list() {
        let code = |sent| ETag(3).must_match(sent).map_err(|problem| problem.code());
        for good in [
            "*",
            " * ",
            "\"3\"",
            " \"3\" ",
            "\"1\", \"3\"",
            "\"1\",\"3\"",
            "W/\"1\", \"3\"",
            "\"3-gzip\"",
            "\"3-zstd\"",
            ", \"3\" ,",
            "\"a,b\", \"3\"",
        ] {
            assert_eq!(code(Some(good)), Ok(()), "{good:?}");
        }
        for stale in [
            "\"2\"",
            "W/\"3\"",
            "W/\"3-gzip\"",
            "\"3-\"",
            "\"3-lzma\"",
            "\"2-gzip\"",
            "\"33\"",
            "\"\"",
            "\"1\", \"2\"",
            "\"1,3\"",
        ] {
            assert_eq!(code(Some(stale)), Err("changed_meanwhile"), "{stale:?}");
        }
        for none in [
            "3",
            "",
            " ",
            ",",
            "\"3",
            "3\"",
            "w/\"3\"",
            "W/3",
            "W/ \"3\"",
            "\"3\"x",
            "\"1\" \"3\"",
            "*, \"3\"",
            "'3'",
            "\"1 3\" x",
            "“3”",
        ] {
            assert_eq!(code(Some(none)), Err("bad_request"), "{none:?}");
        }
        assert_eq!(code(None), Err("if_match_required"));
    }
}
