//! Names of persons: what stands beside a name, and characters that were lost on the way.

use super::character::{is_chinese, is_lost, is_private, private_character, without_radicals};
use super::nothing::{is_elsewhere, says_nothing};
use super::text::{Read, Refusal, as_typed, text};
use crate::problem::{Text, words};
use crate::text::{DOTS, half_width, squeezed, trimmed};
use crate::workbook::reader::Cell;

/// A name, and what there is to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it is kept.
    pub text: String,
    /// What stood beside it, for the remark.
    pub note: Option<String>,
    /// Whether it was read otherwise than it stands, white space apart.
    pub repaired: bool,
    /// What somebody should look at.
    pub doubt: Option<Refusal>,
}

/// Most characters of a name.
const LONGEST: usize = 50;
/// Words behind a name that say that the person lives there no longer.
const GONE: [&str; 50] = [
    "已故",
    "去世",
    "已去世",
    "去逝",
    "已去逝",
    "过世",
    "已过世",
    "逝世",
    "已逝世",
    "离世",
    "已离世",
    "身故",
    "已身故",
    "死亡",
    "已死亡",
    "病故",
    "已病故",
    "亡故",
    "已亡故",
    "已亡",
    "已死",
    "死",
    "死了",
    "病逝",
    "病亡",
    "逝",
    "卒",
    "仙逝",
    "不在了",
    "过逝",
    "故",
    "亡",
    "殁",
    "销户",
    "已销户",
    "注销",
    "已注销",
    "迁出",
    "已迁出",
    "迁走",
    "已迁走",
    "外迁",
    "已外迁",
    "外嫁",
    "已外嫁",
    "嫁出",
    "已嫁出",
    "出嫁",
    "已出嫁",
    "远嫁",
];
/// Words behind a name, without a bracket, that are no part of it.
const BESIDE: [&str; 12] = [
    "户主", "配偶", "残疾", "五保", "低保", "外嫁", "已嫁", "服刑", "本人", "外出", "离职", "退休",
];
/// Words that people put before a name.
const BEFORE: [&str; 4] = ["户主姓名", "户主", "姓名", "家长"];
/// What ends the name of somebody for a relative of theirs: 王大山之妻 is not 王大山.
const KIN: [&str; 22] = [
    "之妻", "之夫", "之子", "之女", "之母", "之父", "之孙", "之媳", "之婿", "家属", "妻子", "丈夫",
    "儿子", "女儿", "儿媳", "媳妇", "母亲", "父亲", "孙子", "孙女", "配偶", "老婆",
];
/// Words that stand in a column of names and are none.
const NO_NAMES: [&str; 22] = [
    "男", "女", "是", "否", "户主", "配偶", "本人", "姓名", "长子", "次子", "长女", "次女", "妻子",
    "儿子", "女儿", "儿媳", "父亲", "母亲", "家属", "汉族", "家长", "成员",
];
/// Words for somebody who has no name yet, which may stand for one until it is given.
const NOT_NAMED: [&str; 18] = [
    "未取名",
    "待取名",
    "未命名",
    "待命名",
    "未起名",
    "待起名",
    "没取名",
    "没起名",
    "暂未取名",
    "暂未命名",
    "暂未起名",
    "尚未取名",
    "尚未命名",
    "尚未起名",
    "还未取名",
    "还没取名",
    "还没起名",
    "未定名",
];
/// Words for an infant that say neither a name nor that there is none yet.
const INFANTS: [&str; 25] = [
    "婴儿",
    "新生儿",
    "新生婴儿",
    "初生婴儿",
    "女婴",
    "男婴",
    "婴幼儿",
    "幼儿",
    "小孩",
    "小孩子",
    "孩子",
    "宝宝",
    "小宝宝",
    "小女孩",
    "小男孩",
    "无名",
    "无名字",
    "无姓名",
    "没名字",
    "没有名字",
    "暂无名",
    "暂无名字",
    "暂无姓名",
    "尚无名字",
    "还没有名字",
];
/// What stands between the names of two persons. Each may be a character of a name, too: 周和平.
const BETWEEN_PERSONS: [char; 4] = ['和', '与', '及', '跟'];
/// What people write behind the name of an example.
const EXAMPLES: [&str; 6] = ["示例", "样例", "范例", "例子", "举例", "例"];
/// A word for a sex or a people, which behind a name of three characters is no fourth.
const COLUMNS_BESIDE: &str = "男女汉回满苗壮藏彝侗瑶土蒙";
/// The surnames of nearly everybody who has one of a single character. Those that as often begin a name
/// without a surname, written by its sound, are left out: 艾则孜, 古丽.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温常康施洪季樊葛庞牛俞殷翟詹申耿关焦左柳甘祝包宁尚符舒阮纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁房滕屈饶解尤阳时穆农司卓吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝傅萧";
/// Surnames of two characters, which people set off by a space.
const DOUBLE_SURNAMES: [&str; 20] = [
    "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯",
    "东方", "南宫", "长孙", "宇文", "端木", "百里", "西门", "独孤",
];
/// Circles among them: with less than two characters beside it, a circle hides a character.
const CIRCLES: &str = "●○◦°⚫⬤º";
/// Signs around a name.
const QUOTES: &str = "'‘’\"“”`´＇＂「」『』";
/// Signs by which people mark a row, before or behind its name.
const MARKS: &str = "★☆▲△√✓✔■◆◇▼";
/// Strokes that may stand for the dot, or between two persons.
const HYPHENS: [char; 10] = ['-', '－', '–', '—', '‐', '‑', '−', '_', '＿', 'ー'];

/// A person's name: white space between the characters of a Chinese name is dropped, dots between the
/// parts of a name become those of the standard (GB/T 15834: U+00B7), a remark is taken off and told.
pub fn name(cell: &Cell<'_>) -> Read<Name> {
    if let Cell::Text(text) = cell
        && is_plain(text)
        && !says_nothing(text)
        && !is_no_name(text)
    {
        return Ok(Some(Name {
            text: text.to_string(),
            ..Name::default()
        }));
    }
    as_typed(cell)?;
    if let Cell::Text(typed) = cell
        && INFANTS.contains(&squeezed(typed).as_str())
    {
        return Err(Refusal::new(
            "name_placeholder",
            words!("“{}”不是姓名", "“{}” is not a name", trimmed(typed)),
            words!(
                "请填写出生医学证明或户口簿上的姓名；还没有取名的请填“未取名”，取名后再更正",
                "fill in the name on the birth certificate or in the household booklet; for a child without a name yet write “未取名” (not named) and correct it later"
            ),
        ));
    }
    let Some(typed) = text(cell, LONGEST)? else {
        return Ok(None);
    };
    if is_elsewhere(&typed) {
        return Ok(None);
    }
    if is_no_name(&typed) && !NOT_NAMED.contains(&typed.as_str()) {
        return Err(no_name(words!("不是姓名", "not a name")));
    }
    if is_garbled(&typed) {
        return Err(lost());
    }
    let mut name = Name::default();
    let broken = typed.contains(['\n', '\r', '\t', '\u{2028}']);
    let whole = without_radicals(&typed);
    let is_sign = |character: char| {
        QUOTES.contains(character) || MARKS.contains(character) || character == ' '
    };
    let unquoted = whole.trim_matches(is_sign);
    let bare = without_remark(unquoted, &mut name)?;
    check_characters(&bare)?;
    let bare = joined(&bare, &mut name)?;
    let dotted = with_dots(&bare)?;
    name.repaired |= broken || dotted != bare || unquoted != typed;
    name.text = dotted;
    if name.text.is_empty() {
        return Err(no_name(words!("不是姓名", "not a name")));
    }
    if is_kin(&name.text) {
        return Err(no_name(words!(
            "是对亲属的称呼，不是姓名",
            "a word for a relative, not a name"
        )));
    }
    if !several_persons(&name.text).is_empty() {
        return Err(several());
    }
    if NOT_NAMED.contains(&name.text.as_str()) {
        name.doubt = Some(Refusal::new(
            "name_placeholder",
            words!(
                "“{}”不是姓名，先照此登记",
                "“{}” is not a name and is kept for the time being",
                name.text
            ),
            words!(
                "取名后请填写出生医学证明或户口簿上的姓名，再导入或在系统中更正",
                "once the child is named, fill in the name on the birth certificate or in the household booklet and import again, or correct it here"
            ),
        ));
    } else if name.text.chars().any(is_private) {
        name.doubt = Some(private_character(&name.text, &words!("姓名", "the name")));
    } else if name.doubt.is_none() {
        name.doubt = mixed(&name.text);
    }
    Ok(Some(name))
}

/// The names of several persons in one cell, as of those who help a household; they are kept with commas
/// of lists between them.
pub fn names(cell: &Cell<'_>) -> Read<Name> {
    let Cell::Text(typed) = cell else {
        return name(cell);
    };
    // Nearly every cell names one person.
    if is_plain(typed) {
        return name(cell);
    }
    as_typed(cell)?;
    let parts = several_names(typed);
    if parts.len() < 2 {
        return name(cell);
    }
    let mut all = Name::default();
    let mut notes = Vec::new();
    for part in parts {
        let Some(one) = name(&Cell::Text(part.into()))? else {
            continue;
        };
        if !all.text.is_empty() {
            all.text.push('、');
        }
        all.text += &one.text;
        all.doubt = all.doubt.or(one.doubt);
        notes.extend(one.note);
    }
    if all.text.is_empty() {
        return Ok(None);
    }
    all.repaired = all.text != trimmed(typed);
    all.note = (!notes.is_empty()).then(|| notes.join("，"));
    Ok(Some(all))
}

/// The parts of a cell that are a name each: between marks or lines, or between spaces where each of them
/// is as long as a name.
fn several_names(typed: &str) -> Vec<&str> {
    let parts = |marks: &'static [char]| {
        let parts = typed.split(marks).map(str::trim);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>()
    };
    let hard = parts(&[
        '、', ',', '，', ';', '；', '/', '／', '\n', '\r', '\u{2028}', '|', '+',
    ]);
    if hard.len() > 1 {
        return hard;
    }
    let joined = several_persons(typed);
    if !joined.is_empty() {
        return joined;
    }
    let soft: Vec<&str> = typed.split_whitespace().collect();
    let is_name = |part: &&str| part.chars().count() > 1 && part.chars().all(is_chinese);
    let are_names = soft.iter().all(is_name)
        && !soft
            .iter()
            .any(|part| DOUBLE_SURNAMES.contains(part) || BESIDE.contains(part));
    if are_names { soft } else { Vec::new() }
}

/// The names between which «and» stands: 周文斌和孙巧云. Each has a surname and is as long as a name; so long a name
/// of one person has no surname at its begin and in its middle. Empty where it is one name: 周和平, 王文和.
fn several_persons(typed: &str) -> Vec<&str> {
    let is_and = |character: char| BETWEEN_PERSONS.contains(&character);
    // Four characters before and behind it, at least, in all.
    if typed.len() < 15 || !typed.contains(is_and) {
        return Vec::new();
    }
    let is_name = |part: &&str| {
        let begins = part.chars().next().is_some_and(|it| SURNAMES.contains(it))
            || DOUBLE_SURNAMES
                .iter()
                .any(|surname| part.starts_with(surname));
        (2..=4).contains(&part.chars().count()) && part.chars().all(is_chinese) && begins
    };
    let parts: Vec<&str> = typed.split(is_and).map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(is_name) {
        return parts;
    }
    // A name may have the character, too: 周和平和孙云.
    let mut splits = typed.match_indices(is_and);
    let two = splits.find_map(|(at, and)| {
        let (before, after) = (typed[..at].trim(), typed[at + and.len()..].trim());
        (is_name(&before) && is_name(&after)).then_some(vec![before, after])
    });
    two.unwrap_or_default()
}

fn several() -> Refusal {
    Refusal::new(
        "name_several",
        words!("一格里像是有两个姓名", "the cell seems to hold two names"),
        words!(
            "每人一行，请分开；曾用名请写在备注栏",
            "one person a row; put former names into the remarks"
        ),
    )
}

fn no_name(reason: Text) -> Refusal {
    Refusal::new(
        "name_invalid",
        reason,
        words!(
            "请填写姓名，说明请写在备注栏",
            "fill in the name, and put words on it into the remarks"
        ),
    )
}

/// Whether a text is a word that stands in a column of names by mistake.
fn is_no_name(text: &str) -> bool {
    // Most names begin with none of these.
    let may_be = matches!(
        text.chars().next(),
        Some(
            '男' | '女'
                | '是'
                | '否'
                | '户'
                | '配'
                | '本'
                | '姓'
                | '长'
                | '次'
                | '妻'
                | '儿'
                | '父'
                | '母'
                | '家'
                | '汉'
                | '成'
                | '未'
                | '待'
                | '没'
                | '暂'
                | '尚'
                | '还'
                | '无'
                | '婴'
                | '新'
                | '初'
                | '幼'
                | '小'
                | '孩'
                | '宝'
        )
    );
    may_be && (NO_NAMES.contains(&text) || is_placeholder(text))
}

/// Whether a text stands for the name of somebody who has none yet.
fn is_placeholder(text: &str) -> bool {
    NOT_NAMED.contains(&text) || INFANTS.contains(&text)
}

/// Whether a text ends with a word for a relative of the person that it names.
fn is_kin(text: &str) -> bool {
    let length = text.chars().count();
    (length > 2 && text.ends_with('妻'))
        || (length > 3 && KIN.iter().any(|word| text.ends_with(word)))
}

/// Whether a text is Chinese that was read by the code of another language: çŽ‹å¤§, Íõ´ó.
fn is_garbled(text: &str) -> bool {
    let is_of_it =
        |character: &char| matches!(character, '\u{80}'..='\u{2ff}' | '\u{2010}'..='\u{2122}');
    let count = text.chars().filter(is_of_it).count();
    text.contains("锟斤")
        || text.contains("烫烫")
        || (count > 2 && 2 * count > text.chars().count() && !text.chars().any(is_chinese))
}

fn lost() -> Refusal {
    Refusal::new(
        "lost_character",
        words!(
            "姓名中有丢失的字（显示为 ?、□ 或乱码）",
            "the name has lost characters (they show as ?, □ or garbled)"
        ),
        words!(
            "请对照身份证或户口簿补上这个字",
            "fill in the character from the identity card or the household booklet"
        ),
    )
}

/// Two to four characters of which all are usual: nearly every name.
fn is_plain(text: &str) -> bool {
    let all = text
        .chars()
        .all(|character| matches!(character, '\u{3400}'..='\u{9fff}'));
    // Three bytes each; a name of four may end with 去世, which has to be looked at.
    all && (2..=3).contains(&(text.len() / 3)) && !text.ends_with(['故', '亡', '妻'])
}

/// The name without what stands beside it in brackets, or behind it as a word.
fn without_remark(typed: &str, name: &mut Name) -> Result<String, Refusal> {
    let open = |character: char| "(（[［【〔<《〈{".contains(character);
    let close = |character: char| ")）]］】〕>》〉}".contains(character);
    let (mut bare, mut remark) = (typed.to_owned(), String::new());
    if typed.contains(open) || typed.contains(close) {
        let mut depth = 0_usize;
        bare.clear();
        for character in typed.chars() {
            if open(character) {
                depth += 1;
            } else if close(character) {
                depth = depth.saturating_sub(1);
            } else if depth > 0 {
                remark.push(character);
            } else {
                bare.push(character);
            }
        }
    } else if let Some((before, word)) = beside(typed) {
        (bare, remark) = (before.to_owned(), word.to_owned());
    }
    let remark = remark.trim();
    let bare = bare.trim().to_owned();
    if remark.is_empty() {
        name.repaired = bare != typed.trim();
        return Ok(bare);
    }
    if bare.is_empty() {
        return Err(Refusal::new(
            "name_invalid",
            words!(
                "只有括号里的说明，没有姓名",
                "there are words in brackets only, and no name"
            ),
            words!(
                "请填写姓名，说明请写在备注栏",
                "fill in the name, and put words on it into the remarks"
            ),
        ));
    }
    let tight: String = remark.split_whitespace().collect();
    if EXAMPLES.contains(&tight.as_str()) {
        return Err(Refusal::new(
            "name_of_example",
            words!(
                "姓名后面注有“{}”，是示例",
                "“{}” stands behind the name: it is an example",
                super::mask(remark)
            ),
            words!("请删除示例的行", "delete the row of the example"),
        ));
    }
    if GONE
        .iter()
        .any(|word| tight == *word || (word.chars().count() > 1 && tight.contains(word)))
    {
        return Err(Refusal::new(
            "name_with_remark",
            words!("姓名后面注有“{}”", "“{}” stands behind the name", super::mask(remark)),
            words!("已去世、迁出或销户的人请从名册中删除这一行；仍在本户的请只填姓名", "delete the row of somebody who died, moved out or was struck off; for one who still lives there write the name alone"),
        )
        .proposing(Some(bare)));
    }
    name.doubt = Some(Refusal::new(
        "name_with_remark",
        words!(
            "姓名后面的“{}”不是姓名，只读取了“{bare}”",
            "“{}” behind the name is no part of it, and “{bare}” alone was read",
            super::mask(remark)
        ),
        words!(
            "请核对姓名；说明请写在备注栏",
            "check the name; put other words into the remarks"
        ),
    ));
    if tight != "户主" {
        name.note = Some(format!("姓名注有“{remark}”"));
    }
    Ok(bare)
}

/// A word behind a name that is no part of it, set off by a space or, if it says that the person is gone,
/// without one.
fn beside(typed: &str) -> Option<(&str, &str)> {
    let typed = typed.trim();
    let is_between = |character: char| {
        character.is_whitespace() || HYPHENS.contains(&character) || ":：".contains(character)
    };
    if let Some((before, word)) = typed.rsplit_once(is_between)
        && before.chars().count() > 1
        && (GONE.contains(&word) || BESIDE.contains(&word) || is_of_a_column(before, word))
    {
        return Some((before.trim_end_matches(is_between), word));
    }
    let begin = BEFORE.iter().chain(&["已故", "故"]);
    let begins = begin.filter_map(|word| Some((typed.strip_prefix(word)?, *word)));
    let begun = begins
        .map(|(after, word)| (after.trim_start_matches(is_between), word))
        .find(|(after, word)| after.chars().count() > if *word == "故" { 2 } else { 1 });
    if begun.is_some() {
        return begun;
    }
    // Nobody is called so with two characters before it.
    let last = typed
        .strip_suffix(['故', '亡'])
        .zip(typed.chars().next_back());
    if let Some((before, _)) = last
        && before.chars().count() > 2
        && !GONE
            .iter()
            .any(|word| word.chars().count() > 1 && typed.ends_with(word))
    {
        return Some((before, &typed[before.len()..]));
    }
    // Without a space, so long a name is a name and a word.
    let is_long = typed.chars().count() > 4;
    let beside = BESIDE.iter().filter(|_| is_long);
    let ends = GONE
        .iter()
        .filter(|word| word.chars().count() > 1)
        .chain(beside);
    let ends = ends.filter_map(|word| Some((typed.strip_suffix(word)?, *word)));
    // 已去世 ends with 去世, too: the longest word is what was written.
    ends.filter(|(before, _)| before.chars().count() > 1)
        .min_by_key(|(before, _)| before.len())
}

/// Whether a word behind a name is what another column holds: 王大山 男, 王大山 汉.
fn is_of_a_column(before: &str, word: &str) -> bool {
    let mut characters = word.chars();
    let is_alone = characters
        .next()
        .is_some_and(|it| COLUMNS_BESIDE.contains(it))
        && matches!(characters.next(), None | Some('族'))
        && characters.next().is_none();
    // Of two characters and one, all may be the name.
    let tight = before.split_whitespace().map(|part| part.chars().count());
    is_alone && (word.len() > 3 || tight.sum::<usize>() > 2)
}

/// Refuses characters that stand for others, or between two names.
fn check_characters(bare: &str) -> Result<(), Refusal> {
    let has = |signs: &str| bare.chars().any(|character| signs.contains(character));
    if has("?？") || bare.contains(is_lost) {
        return Err(lost());
    }
    let letters = half_width(bare);
    let mut letters = letters.chars().filter(char::is_ascii_alphabetic).peekable();
    let crossed =
        letters.peek().is_some() && letters.all(|letter| letter.eq_ignore_ascii_case(&'x'));
    let hidden = crossed && bare.chars().any(is_chinese);
    if hidden || has("*＊※×✕") || has(MARKS) || bare.contains("__") || bare.contains("＿＿")
    {
        return Err(Refusal::new(
            "name_masked",
            words!(
                "姓名被星号遮盖，或带有标记",
                "the name is hidden by asterisks, or has marks in it"
            ),
            words!(
                "请填写完整的姓名，不带星号等标记",
                "fill in the whole name, without asterisks and marks"
            ),
        ));
    }
    // 〇 is a character of names, and a number as well.
    if bare
        .chars()
        .any(|character| character.is_numeric() && !is_chinese(character))
    {
        return Err(Refusal::new(
            "name_with_digits",
            words!("姓名中含有数字", "the name holds digits"),
            words!(
                "请核对是否填错了列；序号请删去",
                "check whether it stands in the wrong column; delete serial numbers"
            ),
        ));
    }
    if has("、，,;；/／\\|+&") {
        return Err(several());
    }
    Ok(())
}

/// The name without white space, if it is Chinese; parts that may be two names are doubtful.
fn joined(bare: &str, name: &mut Name) -> Result<String, Refusal> {
    let parts: Vec<&str> = bare.split_whitespace().collect();
    if parts.len() < 2 {
        return Ok(bare.to_owned());
    }
    let is_dot = |character: char| DOTS.contains(character);
    let tight = parts.concat();
    if !tight
        .chars()
        .all(|character| is_chinese(character) || is_dot(character))
    {
        return Ok(parts.join(" "));
    }
    let is_word = |part: &&&str| part.chars().count() > 1;
    let words = parts.iter().filter(is_word).count();
    let two = words > 1 && !DOUBLE_SURNAMES.contains(&parts[0]) && !tight.contains(is_dot);
    let is_whole = |part: &&str| match part.chars().count() {
        2 | 3 => part.starts_with(|it| SURNAMES.contains(it)),
        4 => DOUBLE_SURNAMES.iter().any(|name| part.starts_with(name)),
        _ => false,
    };
    if two && (bare.contains(['\n', '\r']) || parts.iter().all(is_whole)) {
        return Err(Refusal::new(
            "name_several",
            words!("一格里像是有两个姓名", "the cell seems to hold two names"),
            words!(
                "每人一行，请分开；少数民族姓名中间请用“·”",
                "one person a row; of minorities, put “·” between the parts of the name"
            ),
        ));
    }
    // A name that is whole without what stands behind it: 王大山 明.
    let is_whole_before = words == 1 && parts[0].chars().count() > 2 && !tight.contains(is_dot);
    if two || is_whole_before {
        name.doubt = Some(Refusal::new(
            "name_with_space",
            words!(
                "姓名中间有空格，读作“{tight}”",
                "there is a space within the name, which was read as “{tight}”"
            ),
            words!(
                "请核对；如果是两个人请分成两行，少数民族姓名中间请用“·”",
                "check it; put two persons into two rows; of minorities, put “·” between the parts of the name"
            ),
        ));
    }
    Ok(tight)
}

/// The name with the dot of the standard between its parts.
fn with_dots(bare: &str) -> Result<String, Refusal> {
    if !bare.contains(|character| DOTS.contains(character)) {
        return Ok(bare.to_owned());
    }
    let characters: Vec<char> = bare.chars().collect();
    let chinese = characters
        .iter()
        .all(|character| is_chinese(*character) || DOTS.contains(*character));
    if !chinese {
        return Ok(bare.to_owned());
    }
    if bare.contains(|character| CIRCLES.contains(character))
        && bare
            .split(|character| DOTS.contains(character))
            .any(|part| part.chars().count() < 2)
    {
        return Err(Refusal::new(
            "name_masked",
            words!(
                "姓名中有圆圈，像是遮盖了字",
                "a circle in the name seems to hide a character"
            ),
            words!(
                "请填写完整的姓名；少数民族姓名中间请用“·”",
                "fill in the whole name; of minorities, put “·” between the parts of the name"
            ),
        ));
    }
    let mut dotted = String::with_capacity(bare.len());
    for character in characters {
        if !DOTS.contains(character) {
            dotted.push(character);
        } else if !dotted.is_empty() && !dotted.ends_with('·') {
            dotted.push('·');
        }
    }
    Ok(dotted.trim_end_matches('·').to_owned())
}

/// What stands between Chinese characters and belongs to no name.
fn mixed(name: &str) -> Option<Refusal> {
    if has_letter_beside_chinese(name) {
        return Some(Refusal::new(
            "name_with_letters",
            words!("中文姓名里夹有字母", "there are letters in a Chinese name"),
            words!(
                "请核对姓名；字母只是标记的请删去",
                "check the name; delete letters that are only marks"
            ),
        ));
    }
    if !name.chars().any(is_chinese) {
        return None;
    }
    if name.contains(HYPHENS) {
        return Some(Refusal::new(
            "name_with_hyphen",
            words!("姓名中间有短横", "there is a stroke within the name"),
            words!(
                "请核对；少数民族姓名中间请用“·”，两个人请分成两行",
                "check it; put two persons into two rows; of minorities, put “·” between the parts of the name"
            ),
        ));
    }
    if name.ends_with(['故', '亡']) {
        return Some(Refusal::new(
            "name_with_remark",
            words!(
                "姓名的末一个字像是“已故”的说明",
                "the last character of the name may say that the person has died"
            ),
            words!(
                "请核对；已去世的人请从名册中删除这一行",
                "check it; delete the row of somebody who has died"
            ),
        ));
    }
    let is_usual = |character: char| is_chinese(character) || character == '·';
    let odd = name.chars().find(|character| !is_usual(*character))?;
    Some(Refusal::new(
        "name_odd_character",
        words!(
            "姓名中有“{odd}”，不是姓名用字",
            "“{odd}” in the name is no character of names"
        ),
        words!(
            "请核对姓名，删去多余的符号",
            "check the name and delete signs that are too many"
        ),
    ))
}

fn has_letter_beside_chinese(name: &str) -> bool {
    name.chars().any(is_chinese)
        && name
            .chars()
            .any(|character| character.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Name, &'static str> {
        name(&Cell::Text(text.to_owned().into()))
            .map(Option::unwrap_or_default)
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_name_is_kept_whole_and_without_filling() {
        for (typed, kept, repaired) in [
            ("张三", "张三", false),
            ("张　三", "张三", false),
            ("王　大 山", "王大山", false),
            ("王 大山", "王大山", false),
            ("王大 山", "王大山", false),
            ("王\n大山", "王大山", true),
            ("欧阳 建国", "欧阳建国", false),
            ("Anna Maria", "Anna Maria", false),
            ("阿依古丽·买买提", "阿依古丽·买买提", false),
            ("阿依古丽•买买提", "阿依古丽·买买提", true),
            ("阿依古丽・买买提", "阿依古丽·买买提", true),
            ("阿依古丽．买买提", "阿依古丽·买买提", true),
            ("阿依古丽●买买提", "阿依古丽·买买提", true),
            ("阿依古丽 . 买买提", "阿依古丽·买买提", true),
            ("王大山.", "王大山", true),
            ("王𠅤", "王𠅤", false),
            ("张\u{f96f}", "张\u{f96f}", false),
            ("王某某", "王某某", false),
            // «And» may be a character of a name.
            ("和平", "和平", false),
            ("和珅", "和珅", false),
            ("周和", "周和", false),
            ("周和平", "周和平", false),
            ("王文和", "王文和", false),
            ("欧阳和平", "欧阳和平", false),
            ("王和文王", "王和文王", false),
            ("阿卜杜和加艾力", "阿卜杜和加艾力", false),
            ("小和尚", "小和尚", false),
        ] {
            let name = of(typed).unwrap();
            assert_eq!(
                (name.text.as_str(), name.repaired),
                (kept, repaired),
                "{typed}"
            );
            assert_eq!(name.doubt, None, "{typed}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_name_is_told() {
        for (typed, kept, note) in [
            ("王大山(户主)", "王大山", None),
            ("王大山 户主", "王大山", None),
            ("王大山（小名二狗）", "王大山", Some("姓名注有“小名二狗”")),
            ("王大山【残疾】", "王大山", Some("姓名注有“残疾”")),
            ("王大山（1号", "王大山", Some("姓名注有“1号”")),
            ("王大山 汉", "王大山", Some("姓名注有“汉”")),
            ("王大山 男", "王大山", Some("姓名注有“男”")),
            ("王明 回族", "王明", Some("姓名注有“回族”")),
        ] {
            let name = of(typed).unwrap();
            assert_eq!(
                (name.text.as_str(), name.note.as_deref()),
                (kept, note),
                "{typed}"
            );
            assert_eq!(name.doubt.unwrap().code, "name_with_remark", "{typed}");
        }
        for (typed, code) in [
            ("李?花", "lost_character"),
            ("李？花", "lost_character"),
            ("李□花", "lost_character"),
            ("李〓花", "lost_character"),
            ("李\u{fffd}花", "lost_character"),
            ("赵*", "name_masked"),
            ("王×山", "name_masked"),
            ("王大山（已故）", "name_with_remark"),
            ("王大山 去世", "name_with_remark"),
            ("王大山去世", "name_with_remark"),
            ("王大山（2019年病故）", "name_with_remark"),
            ("王大山（死）", "name_with_remark"),
            ("王大山(病故)", "name_with_remark"),
            ("王大山（亡故）", "name_with_remark"),
            ("王大山（过世）", "name_with_remark"),
            ("王大山（离世）", "name_with_remark"),
            ("王大山（逝世）", "name_with_remark"),
            ("王大山（病逝）", "name_with_remark"),
            ("王大山 死", "name_with_remark"),
            ("王大山 李秀英", "name_several"),
            ("王山 李英", "name_several"),
            ("王大山　李秀英 王小山", "name_several"),
            ("（户主）", "name_invalid"),
            ("王大山、李秀英", "name_several"),
            ("王大山\n李秀英", "name_several"),
            ("王大山/王山", "name_several"),
            ("张3", "name_with_digits"),
            ("周文斌和孙巧云", "name_several"),
            ("周文斌 和 孙巧云", "name_several"),
            ("周斌与孙云", "name_several"),
            ("周文斌及孙巧云", "name_several"),
            ("周和平和孙云", "name_several"),
            ("周文斌和孙巧云和李四", "name_several"),
            ("欧阳建国和王英", "name_several"),
            ("婴儿", "name_placeholder"),
            ("新 生 儿", "name_placeholder"),
            ("（无名）", "name_invalid"),
            ("无名", "name_placeholder"),
            ("女婴", "name_placeholder"),
            ("宝宝", "name_placeholder"),
            ("王大山（示例）", "name_of_example"),
            ("王大山(例)", "name_of_example"),
        ] {
            assert_eq!(of(typed).err(), Some(code), "{typed}");
        }
        for (typed, code) in [
            ("李\u{e863}", "private_character"),
            ("阿依古丽 买买提", "name_with_space"),
            ("王大 秀英", "name_with_space"),
            ("王大山 明", "name_with_space"),
            ("张三A", "name_with_letters"),
        ] {
            assert_eq!(of(typed).unwrap().doubt.unwrap().code, code, "{typed}");
        }
        for typed in ["未取名", "待取名", "未命名", "暂未取名", "未 取 名"] {
            let name = of(typed).unwrap();
            assert_eq!(name.doubt.unwrap().code, "name_placeholder", "{typed}");
        }
        let helpers = names(&Cell::Text("周文斌和孙巧云".into())).unwrap();
        assert_eq!(helpers.unwrap().text, "周文斌、孙巧云");
        assert_eq!(
            of("李\u{e863}").unwrap().doubt.unwrap().proposal.as_deref(),
            Some("李䶮")
        );
        assert_eq!(of("不详"), Ok(Name::default()));
    }
}
