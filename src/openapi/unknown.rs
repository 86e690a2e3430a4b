//! Names that nobody knows: what was probably meant.

use crate::problem::Text;

/// Most known names that one refusal lists.
const MOST_LISTED: usize = 12;
/// The longest name that is looked at.
const LONGEST: usize = 60;

/// What has no such name.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    Field,
    Parameter,
}

/// What to say of a name that is none of those `known`.
pub fn unknown_name(named: Named, name: &str, known: &[&str]) -> Text {
    let (zh, en) = match named {
        Named::Field => ("没有这个字段", "there is no such field"),
        Named::Parameter => ("没有这个参数", "there is no such parameter"),
    };
    let (meant_zh, meant_en) = match nearest(name, known) {
        Some(meant) => (
            format!("，您要写的是 {meant} 吗？"),
            format!("; did you mean `{meant}`?"),
        ),
        None => <_>::default(),
    };
    let (known_zh, known_en) = match known {
        [] => match named {
            Named::Field => (
                "，此处没有任何字段".to_owned(),
                "; it has no fields".to_owned(),
            ),
            Named::Parameter => (
                "，此操作不带查询参数".to_owned(),
                "; the operation has none".to_owned(),
            ),
        },
        known if known.len() <= MOST_LISTED => (
            format!("（可用：{}）", known.join("、")),
            format!(" (known: {})", known.join(", ")),
        ),
        _ => <_>::default(),
    };
    Text::new(
        format!("{zh}{meant_zh}{known_zh}"),
        format!("{en}{meant_en}{known_en}"),
    )
}

/// The known name that is nearest to another, if it is near enough to have been meant. Case and the
/// signs between words do not count.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.chars().count() > LONGEST {
        return None;
    }
    let name = plain(name);
    let distances = known.iter().map(|known| {
        let other = plain(known);
        let longer = name.chars().count().max(other.chars().count());
        let shorter = name.chars().count().min(other.chars().count());
        let is_part = shorter >= 3 && (name.contains(&other) || other.contains(&name));
        let distance = strsim::osa_distance(&name, &other);
        let is_near = is_part || distance <= (longer / 3).max(1) && distance < longer;
        (is_near, distance, *known)
    });
    let near = distances.filter(|(is_near, ..)| *is_near);
    near.min_by_key(|(_, distance, _)| *distance)
        .map(|(.., known)| known)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|sign| !matches!(sign, '_' | '-' | ' ' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let known = [
            "limit",
            "cursor",
            "staff_id",
            "unit_id",
            "from",
            "to",
            "visited_on",
        ];
        for (name, meant) in [
            ("Limit", Some("limit")),
            ("limt", Some("limit")),
            ("limits", Some("limit")),
            ("staffId", Some("staff_id")),
            ("staff-id", Some("staff_id")),
            ("staff", Some("staff_id")),
            ("unti_id", Some("unit_id")),
            ("visitedOn", Some("visited_on")),
            ("visit_on", Some("visited_on")),
            ("frm", Some("from")),
            ("from_date", Some("from")),
            ("page", None),
            ("x", None),
            ("镇", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &known), meant, "{name}");
        }
        assert_eq!(nearest(&"limit".repeat(100), &known), None);
    }

    #[test]
    fn a_short_list_of_names_is_told() {
        let told = |name, known: &[&str]| unknown_name(Named::Parameter, name, known).zh;
        assert_eq!(
            told("limt", &["limit", "cursor"]),
            "没有这个参数，您要写的是 limit 吗？（可用：limit、cursor）"
        );
        assert_eq!(told("a", &["limit"; 13]), "没有这个参数");
        assert_eq!(told("a", &[]), "没有这个参数，此操作不带查询参数");
    }
}
