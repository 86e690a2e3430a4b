//! 是 and 否 in all their spellings.

use super::nothing::says_nothing;
use super::text::{Read, Refusal, plain};
use crate::text::squeezed;
use crate::workbook::reader::Cell;

const YES: [&str; 18] = [
    "是",
    "√",
    "✓",
    "✔",
    "有",
    "1",
    "Y",
    "y",
    "YES",
    "Yes",
    "yes",
    "TRUE",
    "true",
    "对",
    "参加",
    "已参加",
    "享受",
    "已享受",
];
const NO: [&str; 19] = [
    "否",
    "×",
    "✗",
    "✘",
    "无",
    "0",
    "N",
    "n",
    "NO",
    "No",
    "no",
    "FALSE",
    "false",
    "错",
    "没有",
    "未参加",
    "不参加",
    "未享受",
    "不享受",
];
const SAFE: [&str; 8] = [
    "安全",
    "达标",
    "已达标",
    "有保障",
    "已保障",
    "已解决",
    "解决",
    "保障",
];
const UNSAFE: [&str; 7] = [
    "不安全",
    "不达标",
    "未达标",
    "无保障",
    "未保障",
    "未解决",
    "没解决",
];

/// Characters of an answer that says neither: 已停保, 是否, 无法核实, 不确定.
const UNSURE: [char; 16] = [
    '停', '退', '断', '消', '撤', '止', '核', '定', '知', '清', '详', '待', '查', '或', '/', '?',
];

/// Yes or no, as ticked or written.
pub fn yes_no(cell: &Cell<'_>) -> Read<bool> {
    answer(cell, &YES, &NO, "请填“是”或“否”")
}

/// Safe or not: in words, or as yes or no.
pub fn safe(cell: &Cell<'_>) -> Read<bool> {
    match plain(cell) {
        Ok(text) if SAFE.contains(&&*squeezed(&text)) => Ok(Some(true)),
        Ok(text) if UNSAFE.contains(&&*squeezed(&text)) => Ok(Some(false)),
        _ => answer(cell, &YES, &NO, "请填“是”（安全）或“否”（不安全）"),
    }
}

fn answer(cell: &Cell<'_>, yes: &[&str], no: &[&str], remedy: &str) -> Read<bool> {
    if let Cell::Bool(truth) = cell {
        return Ok(Some(*truth));
    }
    let text = plain(cell)?;
    if yes.contains(&&*text) {
        return Ok(Some(true));
    }
    if no.contains(&&*text) {
        return Ok(Some(false));
    }
    let tight = squeezed(&text);
    if yes.contains(&&*tight) {
        Ok(Some(true))
    } else if no.contains(&&*tight) {
        Ok(Some(false))
    } else if tight.is_empty() || says_nothing(&tight) {
        Ok(None)
    } else {
        let both = tight.starts_with("是否") || tight.starts_with("有无");
        let guess = if both || tight.contains(UNSURE) {
            None
        } else if tight.starts_with(['是', '有', '已', '√']) {
            Some("是")
        } else if tight.starts_with(['否', '无', '没', '不', '未']) {
            Some("否")
        } else {
            None
        };
        let refusal = Refusal::new("not_yes_or_no", "不是“是”或“否”", remedy);
        Err(refusal.proposing(guess.map(ToOwned::to_owned)))
    }
}
