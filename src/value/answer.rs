//! 是 and 否 in all their spellings.

use super::nothing::says_nothing;
use super::text::{Read, Refusal, plain};
use crate::problem::{Text, words};
use crate::text::squeezed;
use crate::workbook::reader::Cell;

const YES: [&str; 25] = [
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
    "是的",
    "参保",
    "已参保",
    "已缴费",
    "正在享受",
    "享受中",
    "☑",
];
const NO: [&str; 28] = [
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
    "不是",
    "没参加",
    "没有参加",
    "未参保",
    "没参保",
    "没有参保",
    "没享受",
    "没有享受",
    "未缴费",
];
const SAFE: [&str; 20] = [
    "安全",
    "达标",
    "已达标",
    "有保障",
    "已保障",
    "已解决",
    "解决",
    "保障",
    "无隐患",
    "无安全隐患",
    "没有隐患",
    "没隐患",
    "没问题",
    "没有问题",
    "无问题",
    "无危险",
    "不缺水",
    "无危房",
    "不是危房",
    "非危房",
];
const UNSAFE: [&str; 22] = [
    "不安全",
    "不达标",
    "未达标",
    "无保障",
    "未保障",
    "未解决",
    "没解决",
    "没有解决",
    "没有保障",
    "没保障",
    "有隐患",
    "有安全隐患",
    "存在隐患",
    "存在安全隐患",
    "有危险",
    "缺水",
    "饮水困难",
    "危房",
    "是危房",
    "倒塌",
    "已倒塌",
    "有污染",
];

/// Yes or no, as ticked or written.
pub fn yes_no(cell: &Cell<'_>) -> Read<bool> {
    answer(cell, &YES, &NO, || {
        words!("请填“是”或“否”", "fill in “是” (yes) or “否” (no)")
    })
}

/// Safe or not: in words, or as yes or no.
pub fn safe(cell: &Cell<'_>) -> Read<bool> {
    match plain(cell) {
        Ok(text) if SAFE.contains(&&*squeezed(&text)) => Ok(Some(true)),
        Ok(text) if UNSAFE.contains(&&*squeezed(&text)) => Ok(Some(false)),
        _ => answer(cell, &YES, &NO, || {
            words!(
                "请填“是”（安全）或“否”（不安全）",
                "fill in “是” (safe) or “否” (not safe)"
            )
        }),
    }
}

fn answer(cell: &Cell<'_>, yes: &[&str], no: &[&str], remedy: fn() -> Text) -> Read<bool> {
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
        let refusal = Refusal::new(
            "not_yes_or_no",
            words!("填的不是“是”或“否”", "neither “是” (yes) nor “否” (no)"),
            remedy(),
        );
        Err(refusal.proposing(guess(&tight, yes, no).map(ToOwned::to_owned)))
    }
}

/// The answer of which a text is the word with one wrong character. What only begins with a yes, or holds
/// one, says something else more often than not: 有条件未参加, 已过期.
fn guess(text: &str, yes: &[&str], no: &[&str]) -> Option<&'static str> {
    let length = text.chars().count();
    if length < 3 {
        return None;
    }
    let is_near = |word: &&str| word.chars().count() >= 3 && strsim::osa_distance(text, word) == 1;
    // One character may also turn a word into its opposite: 已参保, 已脱保.
    let ends = |character: char| "未非无不没否脱退停断欠过注销拆".contains(character);
    let is_slip = |word: &&str| {
        let same_end = text
            .chars()
            .filter(|it| ends(*it))
            .eq(word.chars().filter(|it| ends(*it)));
        same_end && is_near(word)
    };
    // 己参加 is as near to 未参加 as to 已参加.
    match (yes.iter().any(is_near), no.iter().any(is_near)) {
        (true, false) if yes.iter().any(is_slip) => Some("是"),
        (false, true) if no.iter().any(is_slip) => Some("否"),
        _ => None,
    }
}
