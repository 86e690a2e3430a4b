//! What changed between two states of a household or of a person of the staff, field by field.

use serde_json::Value;

use crate::access::Field;
use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::LeaveAnswer;
use crate::household::model::Member;
use crate::household::person_match::{PersonKey, counterpart, pair};
use crate::household::staging::Departure;
use crate::problem::{Text, words};
use crate::roster::RosterKind;
use crate::roster::column::{Column, Record};
use crate::roster::{household as household_roster, pairs, staff as staff_roster};
use crate::text::yuan;
use crate::{household, staff};

code_list! {
    /// What was done to a household.
    pub enum ChangeKind = "household_change_kind", "变更方式" {
        Import = "import", "导入", [];
        Undo = "undo", "撤销导入", [];
        Rename = "rename", "地名更名", [];
    }
}

code_list! {
    /// What becomes of a person of a household.
    pub enum PersonChange = "person_change", "成员变动" {
        Comes = "comes", "加入本户", [];
        Goes = "goes", "离开本户", [];
        Changed = "changed", "变更", [];
    }
}

/// The person whom a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonChanged {
    /// Name (姓名), of one who stays as it is now.
    pub name: String,
    /// What becomes of them.
    pub change: PersonChange,
    /// Of one who goes: what people answered, if they were asked.
    pub reason: Option<LeaveAnswer>,
    /// Of one who goes: whether people are still to say what became of them.
    pub is_undecided: bool,
}

/// One field that differs between the two states, or a person who is in one of them only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Of which roster the record is: the same name is another field in another one.
    pub kind: RosterKind,
    /// JSON pointer (RFC 6901) into the record's facts.
    pub pointer: String,
    /// What stood there; nothing if the place is new.
    pub old: Option<String>,
    /// What stands there; nothing if the place is gone.
    pub new: Option<String>,
    /// The member of a household whom it is about.
    pub person: Option<PersonChanged>,
}

impl FieldChange {
    /// The field in words, such as `李秀英 健康状况`, or who comes or goes.
    pub fn label(&self) -> Text {
        let mut keys = self.pointer.split('/').skip(1);
        let first = keys.next().unwrap_or_default();
        if first != "members" {
            return self.heading(first);
        }
        let position = keys.next().and_then(|key| key.parse::<usize>().ok());
        let heading = match keys.next().unwrap_or_default() {
            "number" => self.heading("member_number"),
            key => self.heading(key),
        };
        let Some(person) = &self.person else {
            let position = position.map_or(0, |position| position + 1);
            return words!("成员 {position} {heading}", "member {position} {heading}"; heading);
        };
        let (name, change) = (&person.name, person.change.text());
        match (person.change, person.reason) {
            (PersonChange::Changed, _) => words!("{name} {heading}", "“{name}” {heading}"; heading),
            (PersonChange::Goes, Some(reason)) => {
                let reason = reason.text();
                words!("{name} {change}（{reason}）", "“{name}” {change} ({reason})"; change, reason)
            }
            (PersonChange::Goes, None) if person.is_undecided => words!(
                "{name} 本名册未列（去留待定）",
                "“{name}” is registered and not in the roster (to be decided)"
            ),
            _ => words!("{name} {change}", "“{name}” {change}"; change),
        }
    }

    /// A value of this field as people read it.
    pub fn words(&self, value: &str) -> Text {
        if let Some(label) = self.field().and_then(|field| (field.label_of)(value)) {
            return label;
        }
        if self.key().ends_with("_fen")
            && let Ok(fen) = value.parse()
        {
            return words!("{} 元", "{} yuan", yuan(fen));
        }
        match value {
            "true" => Text::new("是", "yes"),
            "false" => Text::new("否", "no"),
            other => Text::same(other),
        }
    }

    /// What the record's table of fields says of the one that changed.
    pub fn field(&self) -> Option<&'static Field> {
        match self.kind {
            RosterKind::Households => household::model::field(self.key()),
            RosterKind::Staff => staff::model::field(self.key()),
            RosterKind::Pairings => None,
        }
    }

    /// The field's name. Of a list the pointer names the place, too; of a person who comes or goes it is
    /// the relation to the head that is told.
    fn key(&self) -> &str {
        let person = self.person.as_ref();
        if person.is_some_and(|person| person.change != PersonChange::Changed) {
            return "relation";
        }
        let is_name = |key: &&str| key.parse::<usize>().is_err();
        self.pointer.rsplit('/').find(is_name).unwrap_or_default()
    }

    /// The heading under which a field stands in the template, and its English name.
    fn heading(&self, key: &str) -> Text {
        let heading = match self.kind {
            RosterKind::Households => heading_of(household_roster::COLUMNS, key),
            RosterKind::Staff => heading_of(staff_roster::COLUMNS, key),
            RosterKind::Pairings => heading_of(pairs::COLUMNS, key),
        };
        let heading = heading.unwrap_or(match key {
            "closed_on" => "销户日期",
            "closed_reason" => "销户原因",
            other => other,
        });
        Text::new(heading, key.replace('_', " "))
    }
}

fn heading_of<R: Record>(columns: &[Column<R>], key: &str) -> Option<&'static str> {
    let column = columns.iter().find(|column| column.key == key);
    column.map(|column| column.heading)
}

/// The fields that differ between two states of a record, in the order in which the states have them.
pub fn between(kind: RosterKind, old: &Value, new: &Value) -> Vec<FieldChange> {
    between_as_answered(kind, old, new, &[])
}

/// As [`between`], of a household; whoever people have said to be another person of it has changed.
pub fn between_as_answered(
    kind: RosterKind,
    old: &Value,
    new: &Value,
    departures: &[Departure],
) -> Vec<FieldChange> {
    let same = departures
        .iter()
        .filter(|departure| departure.reason == LeaveAnswer::SamePerson)
        .filter_map(|departure| usize::try_from(departure.position).ok());
    let same: Vec<usize> = same.collect();
    let mut changes = Vec::new();
    compare(
        (kind, &same),
        String::new(),
        Some(old),
        Some(new),
        &mut changes,
    );
    // An id says nothing to people: where the members of a household went stands in `closed_reason`.
    changes.retain(|change| change.pointer != "/merged_into");
    changes
}

/// `same` are the members of the household as it was who are said to be others of it as it is.
fn compare(
    (kind, same): (RosterKind, &[usize]),
    pointer: String,
    old: Option<&Value>,
    new: Option<&Value>,
    into: &mut Vec<FieldChange>,
) {
    if old == new {
        return;
    }
    if kind == RosterKind::Households
        && pointer == "/members"
        && let (Some(old), Some(new)) = (old, new)
        && compare_members(old, new, same, into).is_some()
    {
        return;
    }
    match (old, new) {
        (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None)
        | (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => {
            for key in keys(old, new) {
                let below = format!("{pointer}/{key}");
                compare(
                    (kind, same),
                    below,
                    child(old, &key),
                    child(new, &key),
                    into,
                );
            }
        }
        _ => {
            let (old, new) = (old.and_then(words), new.and_then(words));
            // A field that was not known yet and one without a value say the same: nothing.
            if old != new {
                into.push(FieldChange {
                    kind,
                    pointer,
                    old,
                    new,
                    person: None,
                });
            }
        }
    }
}

/// Compares members as persons: who has changed and who has come, in the order in which they are now, then
/// who is gone. Nothing if one of the lists is of no form that is known.
fn compare_members(
    old: &Value,
    new: &Value,
    same: &[usize],
    into: &mut Vec<FieldChange>,
) -> Option<()> {
    let read = |list: &Value| serde_json::from_value::<Vec<Member>>(list.clone()).ok();
    let (before, after) = (read(old)?, read(new)?);
    let keys = |members: &[Member]| members.iter().map(PersonKey::of).collect::<Vec<_>>();
    let (old_keys, new_keys) = (keys(&before), keys(&after));
    let mut pairs = pair(&old_keys, &new_keys);
    for position in same.iter().filter(|position| **position < old_keys.len()) {
        if let Some(found) = counterpart(&old_keys, &new_keys, &pairs, *position) {
            pairs[found.position] = Some(*position);
        }
    }
    let event = |position: usize, member: &Member, change: PersonChange| {
        let relation = Some(member.relation.code().to_owned());
        let (old, new) = match change {
            PersonChange::Goes => (relation, None),
            _ => (None, relation),
        };
        FieldChange {
            kind: RosterKind::Households,
            pointer: format!("/members/{position}"),
            old,
            new,
            person: Some(PersonChanged::of(member, change)),
        }
    };
    for (position, (member, known)) in after.iter().zip(&pairs).enumerate() {
        let Some(known) = known else {
            into.push(event(position, member, PersonChange::Comes));
            continue;
        };
        let first = into.len();
        let pointer = format!("/members/{position}");
        let (old, new) = (old.get(known), new.get(position));
        compare((RosterKind::Households, &[]), pointer, old, new, into);
        for change in &mut into[first..] {
            change.person = Some(PersonChanged::of(member, PersonChange::Changed));
        }
    }
    for (position, member) in before.iter().enumerate() {
        if !pairs.contains(&Some(position)) {
            into.push(event(position, member, PersonChange::Goes));
        }
    }
    Some(())
}

impl PersonChanged {
    fn of(member: &Member, change: PersonChange) -> Self {
        Self {
            name: member.name.clone(),
            change,
            reason: None,
            is_undecided: false,
        }
    }
}

/// Adds to the persons who go what people answered about them, or that they have not yet.
pub fn add_reasons(changes: &mut [FieldChange], departures: &[Departure], is_undecided: bool) {
    for change in changes {
        let position = change.pointer.rsplit('/').next();
        let position = position.and_then(|position| position.parse::<i64>().ok());
        let Some(person) = change.person.as_mut() else {
            continue;
        };
        if person.change == PersonChange::Goes {
            let departure = departures.iter().find(|it| Some(it.position) == position);
            person.reason = departure.map(|departure| departure.reason);
            person.is_undecided = is_undecided && departure.is_none();
        }
    }
}

/// The keys of both, or the places of the longer list.
fn keys(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let of = |value: Option<&Value>| -> Vec<String> {
        match value {
            // Who somebody is, is nothing that changes.
            Some(Value::Object(fields)) => {
                fields.keys().filter(|it| *it != "id").cloned().collect()
            }
            Some(Value::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
            _ => Vec::new(),
        }
    };
    let mut keys = of(old);
    for key in of(new) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn child<'a>(value: Option<&'a Value>, key: &str) -> Option<&'a Value> {
    match value? {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        object => object.get(key),
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Kind;
    use crate::codes::Relation;
    use serde_json::json;

    #[test]
    fn each_changed_field_is_told_once() {
        let old = json!({"town": "甲", "size": 2, "members": [{"name": "张三"}, {"name": "李四"}]});
        let new = json!({"town": "乙", "size": 2, "members": [{"name": "张三"}], "phone": null});
        let change = |pointer: &str, old: Option<&str>, new: Option<&str>| FieldChange {
            kind: RosterKind::Households,
            pointer: pointer.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            person: None,
        };
        assert_eq!(
            between(RosterKind::Households, &old, &new),
            [
                change("/town", Some("甲"), Some("乙")),
                change("/members/1/name", Some("李四"), None),
            ],
            "a field without a value is none that changes"
        );
        let unknown = json!({"town": "甲", "size": 2, "members": old["members"], "phone": null});
        assert!(between(RosterKind::Households, &unknown, &old).is_empty());
        assert!(between(RosterKind::Households, &old, &old).is_empty());
    }

    #[test]
    fn what_is_private_is_so_by_the_table_of_the_own_record() {
        use RosterKind::{Households, Staff};

        let private = |kind, pointer: &str| {
            let change = FieldChange {
                kind,
                pointer: pointer.to_owned(),
                old: None,
                new: None,
                person: None,
            };
            change.field().and_then(|field| field.private)
        };
        assert_eq!(private(Households, "/phone"), Some(Kind::Telephone));
        assert_eq!(private(Households, "/members/0/health"), Some(Kind::Health));
        let number = "/identity_number";
        assert_eq!(private(Staff, number), Some(Kind::Identity));
        assert_eq!(private(Staff, "/phone"), None);
        assert_eq!(private(Staff, "/villages/0"), None);
    }

    #[test]
    fn members_are_told_as_persons_and_never_by_position() {
        let member = |name: &str, relation| Member {
            birth_date: chrono::NaiveDate::from_ymd_opt(1970, 1, 1),
            ..Member::of(name, relation)
        };
        let of = |members: &[Member]| json!({ "members": members });
        let old = [
            member("王大山", Relation::Head),
            member("孙巧云", Relation::Spouse),
            member("王小明", Relation::Son),
        ];
        let mut new = [
            old[0].clone(),
            member("陈小宝", Relation::Grandson),
            old[2].clone(),
        ];
        new[2].phone = Some("13900000001".to_owned());
        let mut changes = between(RosterKind::Households, &of(&old), &of(&new));
        let told = |changes: &[FieldChange]| -> Vec<_> {
            let words = |change: &FieldChange, value: &Option<String>| {
                value
                    .as_ref()
                    .map_or(String::new(), |it| change.words(it).zh)
            };
            changes
                .iter()
                .map(|it| {
                    format!(
                        "{}: {} → {}",
                        it.label().zh,
                        words(it, &it.old),
                        words(it, &it.new)
                    )
                })
                .collect()
        };
        let expected = [
            "陈小宝 加入本户:  → 之孙子",
            "王小明 联系电话:  → 13900000001",
            "孙巧云 离开本户: 配偶 → ",
        ];
        assert_eq!(told(&changes), expected);
        add_reasons(&mut changes, &[], true);
        assert_eq!(changes[2].label().zh, "孙巧云 本名册未列（去留待定）");
        let reason = LeaveAnswer::Died;
        add_reasons(
            &mut changes,
            &[Departure {
                position: 1,
                reason,
            }],
            false,
        );
        assert_eq!(changes[2].label().zh, "孙巧云 离开本户（去世）");
        // The order is no change.
        let turned = [old[2].clone(), old[0].clone(), old[1].clone()];
        assert!(between(RosterKind::Households, &of(&old), &of(&turned)).is_empty());
    }

    #[test]
    fn every_field_has_its_chinese_heading_and_its_value_in_words() {
        let mut facts = crate::household::HouseholdFacts::of("甲", "乙");
        let member = crate::household::Member::of("张三", Relation::Head);
        facts.members.push(member);
        let facts = serde_json::to_value(&facts).unwrap();
        let mut pointers: Vec<_> = facts
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| !["members", "merged_into"].contains(&key.as_str()))
            .map(|key| format!("/{key}"))
            .collect();
        let member = facts["members"][0].as_object().unwrap();
        // That of a person is no fact, and stays.
        let told = member.keys().filter(|key| *key != "id");
        pointers.extend(told.map(|key| format!("/members/0/{key}")));
        let change = |pointer: &str| FieldChange {
            kind: RosterKind::Households,
            pointer: pointer.to_owned(),
            old: None,
            new: None,
            person: None,
        };
        for pointer in pointers {
            let label = change(&pointer).label().zh;
            assert!(
                !label.contains(|letter: char| letter.is_ascii_lowercase()),
                "{pointer}: {label}"
            );
        }
        assert_eq!(change("/members/1/number").label().zh, "成员 2 人编号");
        assert_eq!(change("/other_causes/0").label().zh, "其他致贫原因");
        assert_eq!(change("/other_causes/0").words("illness").zh, "因病");
        assert_eq!(
            change("/income_per_head_fen").words("700050").zh,
            "7000.50 元"
        );
        assert_eq!(change("/housing_safe").words("false").zh, "否");
        assert_eq!(change("/remark").words("true story").zh, "true story");
        let of_staff = |pointer: &str| FieldChange {
            kind: RosterKind::Staff,
            ..change(pointer)
        };
        assert_eq!(of_staff("/number").label().zh, "工号");
        assert_eq!(of_staff("/town").label().zh, "负责镇");
        assert_eq!(of_staff("/rank").words("middle").zh, "中层");
    }
}
