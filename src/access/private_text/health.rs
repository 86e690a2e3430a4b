//! Finds what a text tells of somebody's health: names of serious and chronic diseases, of disabilities
//! and of a lost ability to work.
//!
//! It is a list of words, and promises no more: «他的肾不行了» says as much and is not found. What
//! the help is called (大病救助, 残疾人补贴, 医保, 看病, 住院) stays, and so does a cause of poverty (因残疾).

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::mask::Mask;
use super::signs::{Sign, Signs};

/// Words that are hidden unless they are part of one of [`KEPT`].
const WORDS: &[&str] = &[
    // Tumours.
    "癌",
    "肝癌",
    "肺癌",
    "胃癌",
    "食道癌",
    "食管癌",
    "乳腺癌",
    "宫颈癌",
    "子宫癌",
    "子宫颈癌",
    "子宫内膜癌",
    "卵巢癌",
    "结肠癌",
    "直肠癌",
    "大肠癌",
    "肠癌",
    "肾癌",
    "膀胱癌",
    "前列腺癌",
    "胰腺癌",
    "胆管癌",
    "胆囊癌",
    "甲状腺癌",
    "鼻咽癌",
    "喉癌",
    "口腔癌",
    "舌癌",
    "皮肤癌",
    "骨癌",
    "脑癌",
    "血癌",
    "淋巴癌",
    "癌症",
    "癌变",
    "白血病",
    "肿瘤",
    "恶性肿瘤",
    "脑瘤",
    "脑肿瘤",
    "骨肉瘤",
    "淋巴瘤",
    "骨髓瘤",
    "母细胞瘤",
    "神经母细胞瘤",
    "化疗",
    "放疗",
    // Kidneys, liver, lungs, heart, vessels.
    "尿毒症",
    "肾病",
    "肾炎",
    "肾衰",
    "肾衰竭",
    "肾功能衰竭",
    "透析",
    "血透",
    "血液透析",
    "腹膜透析",
    "肾移植",
    "肝炎",
    "乙肝",
    "丙肝",
    "甲肝",
    "戊肝",
    "乙型肝炎",
    "丙型肝炎",
    "小三阳",
    "大三阳",
    "肝硬化",
    "肝腹水",
    "肝衰竭",
    "尘肺",
    "尘肺病",
    "矽肺",
    "肺结核",
    "结核病",
    "肺气肿",
    "慢阻肺",
    "慢性阻塞性肺病",
    "肺纤维化",
    "哮喘",
    "肺心病",
    "心脏病",
    "先心病",
    "先天性心脏病",
    "冠心病",
    "心梗",
    "心肌梗死",
    "心肌梗塞",
    "心衰",
    "心力衰竭",
    "高血压",
    "心绞痛",
    "脑梗",
    "脑梗死",
    "脑梗塞",
    "脑卒中",
    "脑溢血",
    "脑出血",
    "脑血栓",
    "中风",
    "偏瘫",
    "截瘫",
    "高位截瘫",
    "瘫痪",
    "全瘫",
    "植物人",
    "糖尿病",
    "尿崩症",
    "甲亢",
    "甲减",
    "痛风",
    "血友病",
    "地中海贫血",
    "再障",
    "再生障碍性贫血",
    "贫血",
    "红斑狼疮",
    "类风湿",
    "风湿病",
    "强直性脊柱炎",
    "股骨头坏死",
    "骨髓炎",
    "渐冻症",
    "渐冻人",
    "肌无力",
    "重症肌无力",
    "肌萎缩",
    "硬皮病",
    "帕金森",
    "帕金森病",
    "艾滋",
    "艾滋病",
    "HIV",
    "梅毒",
    "麻风病",
    "白内障",
    "青光眼",
    // Mind and nerves.
    "精神病",
    "精神病人",
    "精神病患者",
    "精神分裂",
    "精神分裂症",
    "精神障碍",
    "精神疾病",
    "精神失常",
    "精神异常",
    "精神疾患",
    "重性精神病",
    "抑郁症",
    "抑郁",
    "躁狂",
    "躁狂症",
    "双相情感障碍",
    "躁郁症",
    "焦虑症",
    "强迫症",
    "自闭症",
    "孤独症",
    "癫痫",
    "羊癫疯",
    "羊角风",
    "痴呆",
    "老年痴呆",
    "痴呆症",
    "阿尔茨海默",
    "阿尔茨海默病",
    "智障",
    "智力障碍",
    "智力低下",
    "弱智",
    "脑瘫",
    "小儿麻痹",
    "小儿麻痹症",
    "唐氏综合征",
    "唐氏综合症",
    "酒精依赖",
    // Disabilities.
    "残疾",
    "残疾人",
    "残障",
    "残障人士",
    "致残",
    "伤残",
    "重残",
    "重度残疾",
    "轻度残疾",
    "肢体残疾",
    "肢残",
    "肢体残",
    "视力残疾",
    "视残",
    "听力残疾",
    "听残",
    "言语残疾",
    "语言残疾",
    "智力残疾",
    "智残",
    "精神残疾",
    "多重残疾",
    "残疾等级",
    "截肢",
    "失明",
    "双目失明",
    "盲人",
    "聋哑",
    "聋哑人",
    "聋人",
    "耳聋",
    "失聪",
    "哑巴",
    "瘸",
    "瘸子",
    "跛",
    "侏儒",
    "侏儒症",
    "唇腭裂",
    "唇裂",
    "腭裂",
    "兔唇",
    "半身不遂",
    "换肾",
    "换肝",
    "换心",
    "肝移植",
    "心脏移植",
    "AIDS",
    // What the fields of health and labour say.
    "慢病",
    "患慢病",
    "患有慢病",
    "失去劳动力",
    "失去劳动能力",
    "没有劳动力",
    "没有劳动能力",
    "丧失劳力",
    "无劳力",
    "没劳力",
    "没有劳力",
    "弱劳力",
    "半劳力",
    "患有大病",
    "患大病",
    "长期慢性病",
    "患有慢性病",
    "患慢性病",
    "慢性病",
    "丧失劳动力",
    "丧失劳动能力",
    "无劳动力",
    "无劳动能力",
    "弱劳动力",
    "半劳动力",
];

/// What stays though it begins with one of [`WORDS`], or holds one.
const KEPT: &[&str] = &[
    "因残疾",
    "残疾证",
    "残疾人证",
    "残疾帮扶",
    "残疾人帮扶",
    "残疾补贴",
    "残疾人补贴",
    "残疾人两项补贴",
    "残疾两项补贴",
    "残疾人生活补贴",
    "残疾人护理补贴",
    "重度残疾人护理补贴",
    "残疾人联合会",
    "残疾人就业",
    "残疾人之家",
    "残疾人保障",
    "残疾人事业",
    "残疾人权益",
    "残疾人服务",
    "残疾预防",
    "残疾鉴定",
    "残疾评定",
    "残疾人评定",
    "残疾人工作",
    "残疾人专干",
    "残疾人办证",
    "残疾人培训",
    "助残疾人",
    "全国助残日",
    "伤残鉴定",
    "伤残补助",
    "伤残津贴",
    "伤残保险",
    "慢性病门诊",
    "慢性病补助",
    "慢性病报销",
    "慢性病救助",
    "慢性病管理",
    "慢性病签约",
    "慢性病政策",
    "慢性病用药",
    "慢性病卡",
    "慢性病证",
    "慢性病保障",
    "慢性病防治",
    "慢性病认定",
    "慢病门诊",
    "慢病补助",
    "慢病报销",
    "慢病救助",
    "慢病管理",
    "慢病签约",
    "慢病政策",
    "慢病用药",
    "慢病卡",
    "慢病证",
    "慢病保障",
    "慢病防治",
    "慢病认定",
    "换心情",
    "两癌",
    "防癌",
    "肿瘤防治",
    "肿瘤医院",
    "精神病医院",
    "结核病医院",
    "结核病防治所",
    "结核病防治",
    "艾滋病防治",
    "精神病院",
    "精神障碍防治",
    "高血压防治",
    "糖尿病防治",
    "中风险",
    "中风力",
    "中风电",
    "中风景",
    "中风俗",
    "中风貌",
    "中风格",
    "中风味",
    "失明显",
    "失明细",
    "失明确",
    "跛行路",
    "癌症防治",
    "癌症筛查",
    "肝炎疫苗",
    "乙肝疫苗",
    "交通瘫痪",
    "系统瘫痪",
    "网络瘫痪",
    "无劳动力市场",
    "残疾人体育",
];

/// Kinds of disabilities that are told by their grade: 肢体二级.
const FACULTIES: [&str; 7] = ["肢体", "视力", "听力", "言语", "智力", "精神", "多重"];
const GRADES: &str = "一二三四1234壹贰叁肆";

/// Most spaces between two signs of a word.
const WIDEST_GAP: usize = 2;

/// What somebody puts between the signs of a word so that it is not found.
fn is_gap(sign: &Sign) -> bool {
    is_gap_sign(sign.word)
}

pub(super) fn is_gap_sign(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '·' | '.' | '-' | '_' | '|' | '/')
}

/// A phrase that begins with a sign.
struct Phrase {
    signs: Vec<char>,
    is_hidden: bool,
}

/// The phrases by their first sign, the longest first.
static PHRASES: LazyLock<HashMap<char, Vec<Phrase>>> = LazyLock::new(|| {
    let hidden = WORDS.iter().map(|word| (word, true));
    let kept = KEPT.iter().map(|word| (word, false));
    let mut phrases: HashMap<char, Vec<Phrase>> = HashMap::new();
    for (word, is_hidden) in hidden.chain(kept) {
        let signs: Vec<char> = word.to_lowercase().chars().collect();
        let first = signs.first().copied().unwrap_or_default();
        phrases
            .entry(first)
            .or_default()
            .push(Phrase { signs, is_hidden });
    }
    for phrases in phrases.values_mut() {
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.signs.len()));
    }
    phrases
});

/// The first two signs of whatever is hidden, in both cases of letters.
pub(super) fn beginnings() -> impl Iterator<Item = (char, Option<char>)> {
    let words = WORDS.iter().chain(&FACULTIES);
    words
        .flat_map(|word| [word.to_lowercase(), word.to_uppercase()])
        .filter_map(|word| {
            let mut signs = word.chars();
            signs.next().map(|first| (first, signs.next()))
        })
}

/// Hides the words of health in a text.
pub(super) fn hide(signs: &Signs, mask: &mut Mask) {
    let mut at = 0;
    while at < signs.0.len() {
        at = match signs.health_at(at) {
            Some((range, is_hidden)) => {
                let end = range.end;
                if is_hidden {
                    let visible = range.filter(|at| !is_gap(&signs.0[*at]));
                    visible.for_each(|at| mask.hide(at));
                }
                end
            }
            None => at + 1,
        };
    }
}

impl Signs {
    /// What begins here, and whether it is hidden.
    fn health_at(&self, at: usize) -> Option<(Range<usize>, bool)> {
        if let Some(end) = self.graded_faculty_at(at) {
            return Some((at..end, true));
        }
        let phrases = PHRASES.get(&self.0[at].word.to_ascii_lowercase())?;
        let (phrase, end) = phrases
            .iter()
            .find_map(|phrase| Some((phrase, self.end_of(at, &phrase.signs)?)))?;
        if !phrase.is_hidden {
            // The grade on a certificate tells the disability.
            let grade = self
                .after_grade(end)
                .filter(|_| phrase.signs.ends_with(&['证']));
            return Some(grade.map_or((at..end, false), |end| (end - 2..end, true)));
        }
        if !phrase.signs.contains(&'残') {
            return (!self.is_inside_latin_word(at..end)).then_some((at..end, true));
        }
        let grade = at.checked_sub(2).filter(|at| self.is_grade(*at));
        let end = self.after_grade(end).unwrap_or(end);
        Some((grade.unwrap_or(at)..end, true))
    }

    fn is_inside_latin_word(&self, range: Range<usize>) -> bool {
        let is_latin = |at: usize| {
            self.0
                .get(at)
                .is_some_and(|sign| sign.word.is_ascii_alphabetic())
        };
        let goes_on = is_latin(range.end - 1) && is_latin(range.end);
        goes_on || is_latin(range.start) && range.start > 0 && is_latin(range.start - 1)
    }

    /// Where a phrase ends that begins here, perhaps with spaces between its signs: `尿 毒 症`.
    fn end_of(&self, from: usize, phrase: &[char]) -> Option<usize> {
        let is_same = |at: usize, letter: char| {
            let sign = self.0.get(at);
            sign.is_some_and(|sign| sign.word.to_ascii_lowercase() == letter)
        };
        let (mut at, mut gaps) = (from, 0);
        for (place, letter) in phrase.iter().enumerate() {
            let gap = if place == 0 { 0 } else { self.run(at, is_gap) };
            at += gap;
            gaps += usize::from(gap > 0);
            if gap > WIDEST_GAP || !is_same(at, *letter) {
                return None;
            }
            at += 1;
        }
        let is_gap_at = |at: Option<usize>| {
            let sign = at.and_then(|at| self.0.get(at));
            sign.is_none_or(|sign| !sign.word.is_alphanumeric())
        };
        // «家中 风大» is no 中风: a short word must stand apart.
        let stands_apart = || is_gap_at(from.checked_sub(1)) && is_gap_at(Some(at));
        (gaps == 0 || phrase.len() > 2 || stands_apart()).then_some(at)
    }

    /// Where `肢体二级` ends, if it begins here.
    fn graded_faculty_at(&self, at: usize) -> Option<usize> {
        let signs = self.0.get(at..at + 2)?;
        let is_this = |word: &&str| word.chars().eq(signs.iter().map(|sign| sign.word));
        let is_faculty = FACULTIES.iter().any(is_this);
        is_faculty.then(|| self.after_grade(at + 2))?
    }

    /// Where the grade ends that stands here, perhaps after a sign.
    fn after_grade(&self, from: usize) -> Option<usize> {
        let at = from + self.run(from, |sign| !sign.word.is_alphanumeric()).min(1);
        self.is_grade(at).then_some(at + 2)
    }

    /// Whether a grade stands here: `二级`.
    fn is_grade(&self, at: usize) -> bool {
        let sign = |at: usize| self.0.get(at).map(|sign| sign.word);
        sign(at).is_some_and(|sign| GRADES.contains(sign)) && sign(at + 1) == Some('级')
    }
}

#[cfg(test)]
mod tests;
