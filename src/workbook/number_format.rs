//! What a cell's number format makes of its number: a date, or digits in a fixed form such as `0001`.
//!
//! A format of zeros is how offices keep the zeros of a household's number that Excel would drop: the
//! clerk sees 0001, and means it. A format that only rounds or groups (`0.00`, `#,##0`) changes nothing
//! of what the number is.

/// A number from here on has lost digits; its form would hide that.
const EXACT: f64 = 1e15;

/// How a number format shows numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// As numbers.
    #[default]
    Number,
    /// As days, with or without a time.
    Date,
    /// As a time that has passed.
    Duration,
    /// As digits in a fixed form.
    Digits(Form),
}

/// A fixed form of digits: `0000`, `000-0000`, `"D"000`, `0"组"`; with conditions, a form for each of them
/// (`[<100]0000;0`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(Vec<(Condition, Pieces)>);

/// What a part of a format shows; nothing for one that shows a number as a number.
type Pieces = Option<Vec<Piece>>;

/// What a format shows before and behind a text: `@"村"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affixes {
    before: String,
    behind: String,
}

/// Of which numbers a part of a format is: an operator and the number behind it.
type Condition = Option<(String, String)>;

/// What a number that is a name is called: 3号, 3组. Of money and measures it is none.
const NAMING: &str = "号组户村社队第栋幢室镇屯庄";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A digit, or zero where the number has none left.
    Zero,
    /// A digit, or nothing.
    Digit,
    /// What stands there whatever the number is.
    Sign(char),
}

impl Shown {
    /// Of one of Excel's own formats, by its number.
    pub fn by_id(id: u32) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::Number,
        }
    }

    /// Of a format's code.
    pub fn by_code(code: &str) -> Self {
        match time_of(code) {
            Self::Number => form_of(code).map_or(Self::Number, Self::Digits),
            time => time,
        }
    }
}

impl Affixes {
    /// Of a format's code; nothing where it shows a text as it is, or not at all.
    pub fn by_code(code: &str) -> Option<Self> {
        if !code.contains('@') {
            return None;
        }
        let sections: Vec<&str> = sections(code).collect();
        // A text is shown by the fourth part, or by the last where that is for texts.
        let section = sections.get(3).or(sections.last())?;
        let (mut affixes, mut is_behind) = ([String::new(), String::new()], false);
        let mut signs = section.chars();
        while let Some(sign) = signs.next() {
            let side = &mut affixes[usize::from(is_behind)];
            match sign {
                '@' if is_behind => return None,
                '@' => is_behind = true,
                '"' => side.extend(signs.by_ref().take_while(|sign| *sign != '"')),
                '\\' => side.extend(signs.next()),
                '_' | '*' => {
                    signs.next();
                }
                '[' => {
                    signs.by_ref().find(|sign| *sign == ']');
                }
                sign if !sign.is_ascii() => side.push(sign),
                ' ' => {}
                _ => return None,
            }
        }
        let [before, behind] = affixes.map(|side| side.trim().to_owned());
        (is_behind && !(before.is_empty() && behind.is_empty())).then_some(Self { before, behind })
    }

    /// What is seen of a text; nothing where that is the text itself. What somebody typed as well is meant once.
    pub fn show(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let before = if text.starts_with(&self.before) {
            ""
        } else {
            &self.before
        };
        let behind = if text.ends_with(&self.behind) {
            ""
        } else {
            &self.behind
        };
        let is_whole = before.is_empty() && behind.is_empty();
        (!is_whole).then(|| format!("{before}{text}{behind}"))
    }
}

/// Whether the first part of a code shows a date or a duration.
fn time_of(code: &str) -> Shown {
    let mut signs = code.chars().peekable();
    // After «a» comes «AM/PM» or «A/P».
    let mut half_day = false;
    while let Some(sign) = signs.next() {
        match sign.to_ascii_lowercase() {
            '\\' | '_' | '*' => {
                signs.next();
            }
            '"' => while signs.next().is_some_and(|sign| sign != '"') {},
            ';' => return Shown::Number,
            '[' => {
                let inside: String = signs.by_ref().take_while(|sign| *sign != ']').collect();
                let inside = inside.to_ascii_lowercase();
                let unit = inside.chars().next();
                if matches!(unit, Some('h' | 'm' | 's'))
                    && inside.chars().all(|sign| Some(sign) == unit)
                {
                    return Shown::Duration;
                }
            }
            'a' if !half_day => half_day = true,
            'p' | 'm' | '/' if half_day => return Shown::Date,
            'd' | 'm' | 'h' | 'y' | 's' if !half_day => return Shown::Date,
            _ => {}
        }
    }
    Shown::Number
}

/// The form that a code gives to digits; nothing for one that shows a number as a number.
fn form_of(code: &str) -> Option<Form> {
    let sections: Vec<&str> = sections(code).collect();
    let conditions = sections.iter().map(|section| condition_of(section));
    let conditions: Vec<Condition> = conditions.collect();
    if conditions.iter().all(Option::is_none) {
        let pieces = pieces_of(sections.first()?)?;
        return Some(Form(vec![(None, Some(pieces))]));
    }
    let parts = sections.iter().zip(conditions);
    let parts: Vec<_> = parts
        .map(|(section, condition)| (condition, pieces_of(section)))
        .collect();
    parts
        .iter()
        .any(|(_, pieces)| pieces.is_some())
        .then_some(Form(parts))
}

/// The parts of a code between semicolons, but for those that are shown.
fn sections(code: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    code.split(move |sign| {
        let ends = sign == ';' && !quoted && !escaped;
        quoted ^= sign == '"' && !escaped;
        escaped = sign == '\\' && !escaped;
        ends
    })
}

/// The condition of a part: `[<100]`.
fn condition_of(section: &str) -> Condition {
    let mut insides = section
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next());
    let inside = insides.find(|inside| inside.starts_with(['<', '>', '=']))?;
    let number = inside.trim_start_matches(['<', '>', '=']);
    let operator = &inside[..inside.len() - number.len()];
    number.parse::<f64>().ok()?;
    Some((operator.to_owned(), number.to_owned()))
}

/// Whether a number is one of those that a part of a format is for.
fn holds(condition: &Condition, number: f64) -> bool {
    let Some((operator, limit)) = condition else {
        return true;
    };
    let Ok(limit) = limit.parse::<f64>() else {
        return false;
    };
    match operator.as_str() {
        "<" => number < limit,
        "<=" => number <= limit,
        ">" => number > limit,
        ">=" => number >= limit,
        "<>" => (number - limit).abs() > 0.0,
        _ => (number - limit).abs() <= 0.0,
    }
}

/// What a part of a code shows; nothing for one that shows a number as a number.
fn pieces_of(code: &str) -> Pieces {
    let code = code.replace("General", "0").replace("G/通用格式", "0");
    let mut pieces = Vec::new();
    let mut is_chinese = false;
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '0' => pieces.push(Piece::Zero),
            '#' => pieces.push(Piece::Digit),
            '\\' => pieces.extend(signs.next().map(Piece::Sign)),
            '"' => pieces.extend(
                signs
                    .by_ref()
                    .take_while(|sign| *sign != '"')
                    .map(Piece::Sign),
            ),
            // As wide as the next sign, or filled with it.
            '_' | '*' => {
                signs.next();
            }
            '[' => {
                let inside: String = signs.by_ref().take_while(|sign| *sign != ']').collect();
                match inside.strip_prefix('$') {
                    // A text and a language: `$D-804`.
                    Some(text) => {
                        let text = text.split('-').next().unwrap_or_default();
                        pieces.extend(text.chars().map(Piece::Sign));
                    }
                    // Chinese digits: of what is named by them, 三组, the number is as good.
                    None if inside.starts_with("DB") => is_chinese = true,
                    // A colour or a condition.
                    None => {}
                }
            }
            '-' | ' ' | '(' | ')' | '+' | ':' | '~' | '\'' => pieces.push(Piece::Sign(sign)),
            sign if !sign.is_ascii() => pieces.push(Piece::Sign(sign)),
            _ => return None,
        }
    }
    let zeros = pieces.iter().filter(|piece| **piece == Piece::Zero).count();
    let first = pieces
        .iter()
        .position(|piece| !matches!(piece, Piece::Sign(_)))?;
    let has_name = pieces[..first]
        .iter()
        .any(|piece| matches!(piece, Piece::Sign(sign) if sign.is_ascii_alphanumeric()));
    let is_named = pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Sign(sign) if NAMING.contains(*sign)));
    let is_form = zeros >= 2 || has_name;
    (is_named || (is_form && !is_chinese)).then_some(pieces)
}

impl Form {
    /// What is seen of a number; nothing where that is the number itself, or would not be the whole of it.
    pub fn show(&self, number: f64) -> Option<String> {
        if !(0.0..EXACT).contains(&number) || number.fract() != 0.0 {
            return None;
        }
        let (_, pieces) = self
            .0
            .iter()
            .find(|(condition, _)| holds(condition, number))?;
        let pieces = pieces.as_ref()?;
        let plain = number.to_string();
        let mut digits = plain.chars().rev().peekable();
        let mut places = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Sign(_)))
            .count();
        // From the right to the left.
        let mut seen = Vec::new();
        for piece in pieces.iter().rev() {
            match piece {
                Piece::Sign(sign) => seen.push(*sign),
                Piece::Zero | Piece::Digit => {
                    let digit = digits.next_if(|digit| plain != "0" || *digit != '0');
                    seen.extend(digit.or((*piece == Piece::Zero).then_some('0')));
                    places -= 1;
                    if places == 0 && plain != "0" {
                        seen.extend(digits.by_ref());
                    }
                }
            }
        }
        let seen: String = seen.iter().rev().collect();
        let seen = seen.trim();
        (seen != plain && !seen.is_empty()).then(|| seen.to_owned())
    }
}

/// Whether a text that is shown for a number is that number in a fixed form, where the format itself is
/// not at hand: all its digits, with zeros before them or signs between them, or a name before them.
pub fn is_form_of(text: &str, number: f64) -> bool {
    let Some((first, rest)) = text.as_bytes().split_first() else {
        return false;
    };
    let is_named = text.contains(|sign| NAMING.contains(sign));
    let is_telling =
        *first == b'0' || first.is_ascii_alphabetic() || rest.contains(&b'-') || is_named;
    if !is_telling || !(0.0..EXACT).contains(&number) {
        return false;
    }
    let is_of_form =
        |sign: char| sign.is_ascii_alphanumeric() || "- ()".contains(sign) || NAMING.contains(sign);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0');
    let same = match number.to_string() {
        zero if zero == "0" => significant.is_empty() && digits.len() > 1,
        plain => significant == plain,
    };
    same && text.chars().all(is_of_form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(code: &str, number: f64) -> String {
        match Shown::by_code(code) {
            Shown::Digits(form) => form.show(number).unwrap_or_default(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_text_is_seen_with_what_its_format_adds() {
        for (code, text, wanted) in [
            ("@\"村\"", "双喜", "双喜村"),
            ("@\"村\"", "双喜村", ""),
            ("@村", "双喜", "双喜村"),
            ("\"草庙镇\"@", "双喜村", "草庙镇双喜村"),
            ("General;General;General;@\"小学\"", "草庙", "草庙小学"),
            ("0;0;0;@\\村", "双喜", "双喜村"),
            ("[红色]@\"村\"", "双喜", "双喜村"),
            ("@", "双喜", ""),
            ("@_ ", "双喜", ""),
            ("_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ", "双喜", ""),
            ("0\"组\"", "双喜", ""),
            (";;;", "双喜", ""),
            ("@@", "双喜", ""),
            ("@\"村\"", "  ", ""),
        ] {
            let affixes = Affixes::by_code(code);
            let seen = affixes.and_then(|affixes| affixes.show(text));
            assert_eq!(seen.unwrap_or_default(), wanted, "{code} {text}");
        }
    }

    #[test]
    fn chinese_digits_name_as_others_do() {
        for (code, number, wanted) in [
            ("[DBNum1]General\"组\"", 3.0, "3组"),
            ("[DBNum1][$-804]0\"组\"", 12.0, "12组"),
            ("[DBNum2][$-804]0\"号\"", 3.0, "3号"),
            // A number is a number, whatever its digits look like.
            ("[DBNum1][$-804]General", 3.0, "Number"),
            ("[DBNum2]0", 3.0, "Number"),
            ("[DBNum1]00", 3.0, "Number"),
        ] {
            assert_eq!(seen(code, number), wanted, "{code}");
        }
    }

    #[test]
    fn zeros_are_shown_as_the_clerk_sees_them() {
        for (code, number, wanted) in [
            ("0000", 1.0, "0001"),
            ("0000", 0.0, "0000"),
            ("00000000", 1234.0, "00001234"),
            ("000-0000", 10_002.0, "001-0002"),
            ("000\\-0000", 10_002.0, "001-0002"),
            ("000\"-\"0000_ ", 12_345_678.0, "1234-5678"),
            ("0000_);[Red]\\(0000\\)", 7.0, "0007"),
            ("[Red]#000", 7.0, "007"),
            ("#0000", 54_321.0, ""),
            ("\"D\"000", 12.0, "D012"),
            ("[$HH-804]0", 12.0, "HH12"),
            ("0000\"号\"", 3.0, "0003号"),
            ("0000-00-00", 20_140_105.0, "2014-01-05"),
            ("0\"组\"", 3.0, "3组"),
            ("\"第\"0\"户\"", 12.0, "第12户"),
            ("General\"号\"", 7.0, "7号"),
            ("[<100]0000;0", 11.0, "0011"),
            ("[<100]0000;0", 111.0, ""),
            ("[<=999]000;0000", 7.0, "007"),
            ("[>=1000]0;[Red][<1000]0000", 12.0, "0012"),
            // The number itself, or not the whole of it.
            ("0000", 12_345.0, ""),
            ("0000", 1.5, ""),
            ("0000", -1.0, ""),
            ("000000000000000000", 3.209_991_949_123_1e17, ""),
        ] {
            assert_eq!(seen(code, number), wanted, "{code} {number}");
        }
    }

    #[test]
    fn a_format_that_rounds_or_groups_leaves_the_number() {
        for code in [
            "General",
            "0",
            "#",
            "@",
            "0.00",
            "00.00",
            "#,##0",
            "#,##0.00_ ",
            "0%",
            "00%",
            "0.00E+00",
            "# ?/?",
            "0\"元\"",
            "\"¥\"#,##0",
            "0_ ",
            "[DBNum1]00",
            "",
            "G/通用格式",
        ] {
            assert_eq!(seen(code, 1.0), "Number", "{code}");
        }
    }

    #[test]
    fn a_form_is_known_by_what_is_shown() {
        for (text, number) in [
            ("0001", 1.0),
            ("001-0002", 10_002.0),
            ("D012", 12.0),
            ("000", 0.0),
            ("008号", 8.0),
            ("3组", 3.0),
            ("第12户", 12.0),
        ] {
            assert!(is_form_of(text, number), "{text}");
        }
        for (text, number) in [
            ("1", 1.0),
            ("0", 0.0),
            ("0.5", 0.5),
            ("-5", -5.0),
            ("1,234", 1234.0),
            ("5%", 0.05),
            ("", 1.0),
            ("05", 5.2),
            ("2014-01-05", 41_644.0),
            ("元", 1.0),
        ] {
            assert!(!is_form_of(text, number), "{text}");
        }
    }

    #[test]
    fn dates_and_durations_are_known() {
        for code in [
            "DD/MM/YY",
            "H:MM:SS;@",
            "m\"M\"d\"D\";@",
            "[$-404]e\"\\xfc\"m\"\\xfc\"d\"\\xfc\"",
            "ha/p\\\\m",
            "*-yyyy-mm-dd",
            "yyyy\"年\"m\"月\"d\"日\";@",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
        ] {
            assert_eq!(Shown::by_code(code), Shown::Date, "{code}");
        }
        for code in [
            "[h]:mm:ss",
            "[ss]",
            "[Blue]\\+[h]:mm;[h]:mm",
            "[>=100][Magenta][s].00",
        ] {
            assert_eq!(Shown::by_code(code), Shown::Duration, "{code}");
        }
        for code in [
            "#,##0\\ [$\\u20bd-46D]",
            "\"Y: \"0.00\"m\";\"Y: \"-0.00\"m\"",
            "0_ ;[Red]\\-0\\ ",
            "#,##0.0####\" YMD\"",
            "#,##0*y",
            "[>=100][Magenta]General",
        ] {
            assert_eq!(Shown::by_code(code), Shown::Number, "{code}");
        }
        assert_eq!(seen("\\Y000000", 1.0), "Y000001");
        assert_eq!(Shown::by_id(14), Shown::Date);
        assert_eq!(Shown::by_id(2), Shown::Number);
    }
}
