//! Texts of one line: places, units, addresses.

use quick_xml::escape::unescape;

use super::character::{is_chinese, is_lost, is_private, private_character, without_radicals};
use super::nothing::is_elsewhere;
use super::text::{Read, Refusal, as_typed, text};
use crate::problem::{Text, words};
use crate::text::parts;
use crate::workbook::reader::Cell;

/// A text of one line, and what there is to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// As it is kept.
    pub text: String,
    /// Whether it was read otherwise than it stands: a line break, a space or the code of a web page was
    /// taken out, or it is no text that somebody typed.
    pub repaired: bool,
    /// What somebody should look at.
    pub doubt: Option<Refusal>,
}

/// Fields of so many characters are for whole sentences, which may have several lines.
const SENTENCES: usize = 500;
/// Fields of so many characters may hold anything that can be written: an address, a remark.
const FREE: usize = 200;

/// Text of at most `longest` characters. A short one has one line: line breaks are taken out, and a
/// space is put in their place only between letters.
pub fn line(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let Some(mut line) = whole(cell, longest)? else {
        return Ok(None);
    };
    if longest < SENTENCES {
        line.join();
    }
    Ok(Some(line))
}

/// A text with all its lines, and what is to be told of its characters.
fn whole(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let typed = as_typed(cell);
    if longest < FREE {
        typed.clone()?;
    }
    let Some(text) = text(cell, longest)? else {
        return Ok(None);
    };
    if is_elsewhere(&text) {
        return Ok(None);
    }
    let mut line = Line {
        text,
        repaired: typed.is_err() && !matches!(cell, Cell::Text(_)),
        doubt: None,
    };
    // Most texts have none of the bytes that anything below is about.
    let is_odd =
        |byte: u8| matches!(byte, ..b' ' | b'&' | b'<' | b'\\' | b'?' | 0xc2 | 0xe2 | 0xee.. );
    if !line.text.bytes().any(is_odd) {
        return Ok(Some(line));
    }
    line.clean();
    if line.text.is_empty() {
        return Ok(None);
    }
    if has_lost(&line.text, longest < SENTENCES) {
        line.doubt = Some(lost(words!(
            "文字中有丢失的字（显示为 ?、□ 等）",
            "the text has lost characters (they show as ?, □ and so on)"
        )));
    } else if line.text.contains(is_private) {
        line.doubt = Some(private_character(&line.text, &words!("文字", "the text")));
    }
    Ok(Some(line))
}

/// Whether a character of a text was lost; in a sentence a question mark may be meant.
fn has_lost(text: &str, is_short: bool) -> bool {
    if text.contains('\u{fffd}') || (is_short && text.contains(is_lost)) {
        return true;
    }
    let marks: &[char] = if is_short { &['?', '？'] } else { &['?'] };
    text.match_indices(marks).any(|(at, mark)| {
        let before = text[..at].chars().next_back().is_some_and(is_chinese);
        let behind = text[at + mark.len()..]
            .chars()
            .next()
            .is_some_and(is_chinese);
        if is_short {
            before || behind
        } else {
            before && behind
        }
    })
}

fn lost(reason: Text) -> Refusal {
    Refusal::new(
        "lost_character",
        reason,
        words!(
            "请对照原件补上这个字",
            "fill in the character from the original"
        ),
    )
}

impl Line {
    /// Takes out what belongs to a web page, line ends of Unicode, and radicals in the place of characters.
    fn clean(&mut self) {
        let mut clean = without_radicals(&self.text).into_owned();
        for (code, meant) in [
            ("&nbsp;", " "),
            ("<br>", "\n"),
            ("<br/>", "\n"),
            ("<br />", "\n"),
            ("</br>", "\n"),
            ("<BR>", "\n"),
            ("\\r\\n", "\n"),
            ("\\n", "\n"),
            ("\u{2028}", "\n"),
            ("\u{2029}", "\n"),
        ] {
            if clean.contains(code) {
                clean = clean.replace(code, meant);
            }
        }
        if clean.contains('&')
            && let Ok(meant) = unescape(&clean)
        {
            clean = meant.into_owned();
        }
        if clean != self.text {
            clean.trim().clone_into(&mut self.text);
            self.repaired = true;
        }
    }

    /// Makes one line of all.
    fn join(&mut self) {
        // Those of Latin-1 begin with the byte 0xc2; nearly every text has none of these bytes.
        let is_of_control = |byte: u8| matches!(byte, ..b' ' | 0x7f | 0xc2);
        if !self.text.bytes().any(is_of_control) || !self.text.contains(char::is_control) {
            return;
        }
        let lines = self.text.split(char::is_control).map(str::trim);
        let lines = lines.filter(|part| !part.is_empty());
        self.text = lines.fold(
            String::with_capacity(self.text.len()),
            |mut joined, part| {
                let letters = |character: Option<char>| {
                    character.is_some_and(|character| character.is_ascii_alphanumeric())
                };
                if letters(joined.chars().last()) && letters(part.chars().next()) {
                    joined.push(' ');
                }
                joined + part
            },
        );
        self.repaired = true;
    }
}

/// The name of a place or of a unit: one, in one line, without spaces beside Chinese characters, and
/// without a character that was lost.
pub fn place(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let Some(mut line) = whole(cell, longest)? else {
        return Ok(None);
    };
    // Nearly every name has nothing that is looked for below.
    if line.text.chars().all(is_usual) {
        return Ok(Some(line));
    }
    if line.text.contains(['?', '？', '*', '＊', '※']) || line.text.contains(is_lost) {
        return Err(lost(words!(
            "名称中有丢失的字或标记（显示为 ?、□、* 等）",
            "the name has lost characters or marks (?, □, * and so on)"
        )));
    }
    if line.text.contains("同上") || line.text.contains(['〃', '˝']) {
        return Err(Refusal::new(
            "ditto_unclear",
            words!(
                "名称里夹有“同上”之类的记号",
                "there is a ditto sign within the name"
            ),
            words!(
                "请填写具体内容，不用“同上”之类的记号",
                "write out the content, without ditto signs"
            ),
        ));
    }
    let bare = without_signs(&line.text);
    if bare.len() < line.text.len() {
        let bare = bare.to_owned();
        line.text = bare;
        line.repaired = true;
    }
    if let Some(doubt) = several(&line.text)? {
        line.doubt = Some(doubt);
    }
    line.join();
    if line.text.contains(char::is_whitespace) {
        let tight = without_spaces(&line.text);
        line.repaired |= tight != line.text;
        line.text = tight;
    }
    Ok((!line.text.is_empty()).then_some(line))
}

/// Whether a character of a name is neither a sign nor a space, nor begins «同上».
fn is_usual(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '\u{3400}'..='\u{9fff}' if character != '同')
}

/// The names of one place or of several, such as 双喜村、前进村: each is read as [`place`] reads it, and kept once.
pub fn places(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let Cell::Text(text) = cell else {
        return place(cell, longest);
    };
    if whole(cell, longest)?.is_none() {
        return Ok(None);
    }
    let names = several_places(text);
    let mut all = Line::default();
    let mut kept: Vec<String> = Vec::new();
    for name in &names {
        let Some(one) = place(&Cell::Text(name.into()), longest)? else {
            continue;
        };
        if !kept.contains(&one.text) {
            kept.push(one.text);
        }
        all.repaired |= one.repaired;
        // What stands in brackets are parts of the place, such as its groups.
        let is_clear = |it: &Refusal| it.code == "place_several" && parts(name, is_gap).len() == 1;
        all.doubt = all.doubt.or(one.doubt.filter(|it| !is_clear(it)));
    }
    if let Some(doubt) = &mut all.doubt
        && doubt.code == "place_several"
    {
        *doubt.remedy = words!(
            "几个村（镇）之间请用顿号“、”隔开",
            "put “、” between several villages or towns"
        );
    }
    all.text = kept.join("、");
    all.repaired |= names.len() > 1 && all.text != **text;
    Ok((!all.text.is_empty()).then_some(all))
}

/// The names in a cell that may hold several: between commas, and between spaces, line breaks or other signs where
/// what stands there ends as names of villages do, or as those of towns. A town before a village says where it is.
fn several_places(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in parts(text, |it| "、，,;；/／".contains(it)) {
        let pieces = parts(part, is_gap).into_iter().map(str::trim);
        let mut whole: Vec<String> = Vec::new();
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            match whole.last_mut() {
                Some(last) if is_town(last) && !is_town(piece) => last.push_str(piece),
                _ => whole.push(piece.to_owned()),
            }
        }
        if whole.len() > 1
            && (whole.iter().all(|it| is_village(it)) || whole.iter().all(|it| is_town(it)))
        {
            names.extend(whole);
        } else {
            names.push(part.to_owned());
        }
    }
    names
}

/// Whether a character may stand between two names, though names are written with it, too.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "|｜+＋&＆".contains(character)
}

/// Whether a text ends as the name of a town does.
fn is_town(text: &str) -> bool {
    const ENDS: [&str; 6] = ["镇", "乡", "街道", "街道办", "办事处", "苏木"];
    ends_with_one(text, &ENDS)
}

/// Whether a text ends as the name of a village does; its groups may stand in brackets behind it.
fn is_village(text: &str) -> bool {
    const ENDS: [&str; 9] = [
        "村", "社区", "居", "居委", "委会", "村委", "嘎查", "屯", "庄",
    ];
    let name = text.split(['(', '（']).next().unwrap_or_default();
    ends_with_one(name, &ENDS)
}

fn ends_with_one(text: &str, ends: &[&str]) -> bool {
    let before = ends.iter().find_map(|end| text.strip_suffix(end));
    before.is_some_and(|before| !before.is_empty())
}

/// A name without quotation signs, brackets around the whole of it and signs at its ends.
fn without_signs(text: &str) -> &str {
    let is_sign = |character: char| "。、，,;；.:：\"“”‘’'`「」".contains(character);
    let bare = text.trim_matches(|character: char| is_sign(character) || character.is_whitespace());
    for (open, close) in [
        ('(', ')'),
        ('（', '）'),
        ('[', ']'),
        ('【', '】'),
        ('《', '》'),
        ('<', '>'),
    ] {
        let inner = bare
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner
            && !inner.contains([open, close])
        {
            return inner.trim();
        }
    }
    bare
}

/// What a name of a place or unit ends with.
const ENDINGS: &str = "村镇乡县组区道学校局所院站办会司队厂场社屯庄园部室班";

/// Refuses two names in one cell; where the parts are no two of one kind, somebody should look at it.
fn several(text: &str) -> Result<Option<Refusal>, Refusal> {
    let is_between = |character: char| "、，,;；/／|+＋&＆".contains(character);
    let is_gap = |character: char| character.is_whitespace() || character.is_control();
    if !text.contains(is_between) && !text.contains(is_gap) {
        return Ok(None);
    }
    let parts = text.split(|character| is_between(character) || is_gap(character));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let last = |part: &str| part.chars().next_back();
    let ending = parts.first().and_then(|part| last(part));
    let are_two = parts.len() > 1
        && parts
            .iter()
            .all(|part| last(part) == ending && part.chars().count() > 1)
        && ending.is_some_and(|ending| ENDINGS.contains(ending));
    let refusal = || {
        Refusal::new(
            "place_several",
            words!("一格里像是有两个名称", "the cell seems to hold two names"),
            words!(
                "一格只填一个村（组、单位），其他的请写在备注栏",
                "one village, group or unit a cell; put others into the remarks"
            ),
        )
    };
    if are_two {
        Err(refusal())
    } else {
        Ok((parts.len() > 1 && text.contains(is_between)).then(refusal))
    }
}

/// Without spaces, but for those between two words of letters.
fn without_spaces(text: &str) -> String {
    let words = text.split_whitespace();
    words.fold(String::with_capacity(text.len()), |mut tight, word| {
        let letters = |character: Option<char>| {
            character.is_some_and(|character| character.is_ascii_alphabetic())
        };
        if letters(tight.chars().last()) && letters(word.chars().next()) {
            tight.push(' ');
        }
        tight + word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_in_one_way() {
        let of = |text: &str| {
            place(&Cell::Text(text.to_owned().into()), 100)
                .unwrap()
                .unwrap()
        };
        for (typed, kept, repaired) in [
            ("双喜村", "双喜村", false),
            (" 双喜村 ", "双喜村", false),
            ("双 喜 村", "双喜村", true),
            ("双喜　村", "双喜村", true),
            ("双喜村\n", "双喜村", false),
            ("双喜\n村", "双喜村", true),
            ("3 组", "3组", true),
            ("New Village", "New Village", false),
        ] {
            let line = of(typed);
            assert_eq!(
                (line.text.as_str(), line.repaired),
                (kept, repaired),
                "{typed}"
            );
        }
        assert!(place(&Cell::Text("双?村".into()), 100).is_err());
        assert!(place(&Cell::Text("双□村".into()), 100).is_err());
        assert_eq!(place(&Cell::Text("????".into()), 100), Ok(None));
    }

    #[test]
    fn a_long_text_keeps_its_lines_and_a_short_one_has_none() {
        let of = |text: &str, longest| {
            line(&Cell::Text(text.to_owned().into()), longest)
                .unwrap()
                .unwrap()
        };
        assert_eq!(of("一\n二", 500).text, "一\n二");
        assert_eq!(of("示例镇\n3组", 200).text, "示例镇3组");
        assert_eq!(of("A1\tB2", 200).text, "A1 B2");
        assert_eq!(of("王\u{fffd}", 200).doubt.unwrap().code, "lost_character");
    }

    #[test]
    fn a_cell_of_places_takes_what_stands_between_them_for_what_it_is() {
        let of = |text: &str| {
            let line = places(&Cell::Text(text.to_owned().into()), 100);
            line.unwrap().unwrap()
        };
        for (typed, kept, repaired) in [
            ("双喜村、前进村", "双喜村、前进村", false),
            ("双喜村，前进村", "双喜村、前进村", true),
            ("双喜村 前进村", "双喜村、前进村", true),
            ("双喜村　前进村", "双喜村、前进村", true),
            ("双喜村\n前进村", "双喜村、前进村", true),
            ("双喜村|前进村", "双喜村、前进村", true),
            ("双喜村+前进社区", "双喜村、前进社区", true),
            ("草庙镇 大桥镇", "草庙镇、大桥镇", true),
            ("草庙镇 双喜村", "草庙镇双喜村", true),
            ("草庙镇 双喜村 前进村", "草庙镇双喜村、前进村", true),
            ("双喜村、双喜村", "双喜村", true),
            ("双 喜 村", "双喜村", true),
            ("双喜村 3组", "双喜村3组", true),
            ("双喜村（1组、2组）", "双喜村（1组、2组）", false),
            (
                "双喜村（1组、2组）、前进村",
                "双喜村（1组、2组）、前进村",
                false,
            ),
            ("双喜村（1组、前进村", "双喜村（1组、前进村", false),
        ] {
            let line = of(typed);
            assert_eq!(
                (line.text.as_str(), line.repaired),
                (kept, repaired),
                "{typed}"
            );
            assert_eq!(line.doubt, None, "{typed}");
        }
        let doubt = of("双喜+前进").doubt.unwrap();
        assert!(doubt.remedy.zh.contains('、'), "{doubt:?}");
    }
}
