//! Groups of names that may be spellings of one place.

use std::collections::{BTreeMap, HashMap};

use super::above;
use super::spelling::Level;

/// The names that may be one place, each with their positions among those given; names that are like no other
/// are in none. Equal names are one and may stand several times.
pub fn alike<'n>(level: Level<'_>, names: impl IntoIterator<Item = &'n str>) -> Vec<Vec<usize>> {
    alike_or_same(level, names, &[])
}

/// As [`alike`], with pairs of positions that are the same for another reason.
pub fn alike_or_same<'n>(
    level: Level<'_>,
    names: impl IntoIterator<Item = &'n str>,
    same: &[(usize, usize)],
) -> Vec<Vec<usize>> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut group_of: Vec<usize> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        group_of.push(at);
        for key in level.keys(name) {
            let other = *by_key.entry(key).or_insert(at);
            let (one, other) = (root(&group_of, at), root(&group_of, other));
            group_of[one.max(other)] = one.min(other);
        }
    }
    for (one, other) in above::pairs(level, &names).iter().chain(same) {
        let (one, other) = (root(&group_of, *one), root(&group_of, *other));
        group_of[one.max(other)] = one.min(other);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..group_of.len() {
        groups.entry(root(&group_of, at)).or_default().push(at);
    }
    groups.into_values().filter(|it| it.len() > 1).collect()
}

fn root(group_of: &[usize], mut at: usize) -> usize {
    while group_of[at] != at {
        at = group_of[at];
    }
    at
}
