//! The whole: texts as people write them, and what must hold of any text.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::shapes::fits_luhn;

use super::*;
use crate::access::Sight;
use crate::identity::IdentityNumber;
use crate::text::half_width_char;

/// Each text as one sees it who may see nothing private.
pub(super) fn assert_masked(texts: &[(&str, &str)]) {
    for (text, expected) in texts {
        assert_eq!(seen(text), *expected, "{text}");
        assert_eq!(seen(expected), *expected, "once is enough");
        assert_eq!(
            unmasked((*expected).to_owned(), text, Sight::NOTHING).as_deref(),
            Ok(*text)
        );
    }
}

/// Nothing private stands in these texts.
pub(super) fn assert_stays(texts: &[&str]) {
    for text in texts {
        assert_eq!(seen(text), *text);
    }
}

fn seen(text: &str) -> String {
    masked(text, Sight::NOTHING).into_owned()
}

#[test]
fn private_numbers_are_masked_however_they_are_written() {
    for (text, expected) in [
        ("电话13800138000", "电话138******00"),
        ("手机：138 0013 8000。", "手机：138 **** **00。"),
        ("tel13800138000", "tel138******00"),
        ("138-0013-8000，常打", "138-****-**00，常打"),
        ("+86 13800138000", "+86 1********00"),
        ("8613800138000", "861********00"),
        ("１３８００１３８０００", "１３８******００"),
        ("138\u{200b}0013\u{200b}8000", "138\u{200b}****\u{200b}**00"),
        ("家里0515-83512345", "家里051*-******45"),
        ("(0515)83512345", "(051*)******45"),
        ("座机 83512345", "座机 ******45"),
        ("王某320999194912310022残", "王某320*************22残"),
        ("11010519491231002x", "110*************2x"),
        (
            "/households/320999194912310022",
            "/households/320*************22",
        ),
        ("320999 19491231 0028", "320*** ******** **28"),
        ("320999-1949-1231-0028", "320***-****-****-**28"),
        (
            "3 2 0 9 9 9 1 9 4 9 1 2 3 1 0 0 2 2",
            "3 2 0 * * * * * * * * * * * * * 2 2",
        ),
        ("320999491231002", "320**********02"),
        ("11010519491231002X43", "110*****************"),
        ("残疾证32099919491231002843", "残疾证320*****************"),
        ("打错的3209991949123100", "打错的320***********00"),
        ("卡6222021234567890128", "卡622**************28"),
        ("6222 0212 3456 7890 128", "622* **** **** **** *28"),
        ("账号 101234567890", "账号 101*******90"),
        ("护照E12345678", "护照E******78"),
        ("出生日期 1949-12-31", "出生日期 1949-**-**"),
        ("1949年12月31日出生", "1949年**月**日出生"),
        ("生于19491231", "生于1949****"),
        (
            "sfz320999194912310022v2final",
            "sfz320*************22v2final",
        ),
        (
            "tel13800138000id320999194912310022x",
            "tel138******00id320*************22x",
        ),
        (
            "身份证320999194912310022x1a2b3c",
            "身份证320*************22x1a2b3c",
        ),
        ("IMG13800138000a1b2c3d", "IMG138******00a1b2c3d"),
        ("Zhang3Li4Wang13800138000", "Zhang3Li4Wang138******00"),
        (
            "生日：1949.12.31，2026-11-29走访",
            "生日：1949.**.**，2026-11-29走访",
        ),
    ] {
        assert_eq!(seen(text), expected, "{text}");
    }
}

#[test]
fn all_else_stays() {
    for text in [
        "2026-11-29 10:30:00",
        "2026-11-29 2026-12-01",
        "2026年11月29日",
        "名册20261129103000.xlsx",
        "2026-11-29T10:00:00.123456Z",
        "收入 5000 3000 2000 4000 元",
        "共 123456789.00 元",
        "1234567890123",
        "户编号320999001002000123",
        "户编号：62099900100200012",
        "0197a1b2-1391-7345-8a3b-139123456789",
        "第0197a1b2-1391-7345-8a3b-139123456789小学",
        "a3f113912345678bde622202123456781c0ffee0",
        "文件 10485760 字节",
        "20260101-20261231",
        "400-820-8820",
        "第 12345678 号",
        "2026 年 1 至 12 月走访 13 次",
        "110 105 120",
    ] {
        assert_eq!(seen(text), text);
    }
}

#[test]
fn a_text_of_nothing_but_digits_does_not_keep_a_reader_waiting() {
    let started = std::time::Instant::now();
    for text in [
        "1 ".repeat(20_000),
        "1".repeat(40_000),
        "2026-".repeat(8_000),
    ] {
        seen(&text);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20));
}

#[test]
fn a_reader_sees_what_he_may() {
    let text = "电话13800138000，证320999194912310028";
    assert_eq!(
        masked(text, Sight::MESSAGES),
        "电话13800138000，证320*************28"
    );
}

#[test]
fn what_was_masked_is_not_lost_by_a_change_of_the_text_around_it() {
    let stored = "证320999194912310028，电话13800138000";
    let read = seen(stored);
    let back = |sent: &str| unmasked(sent.to_owned(), stored, Sight::NOTHING).unwrap();
    assert_eq!(back(&read), stored);
    assert_eq!(
        back(&format!("已核实：{read}。")),
        format!("已核实：{stored}。")
    );
    assert_eq!(back("电话138******00"), "电话13800138000");
    assert_eq!(back("电话13900139000"), "电话13900139000");
}

/// Text without digits, as it stands around a number; and without l, o and x, which may be taken for a
/// part of it: then more of it is hidden.
fn words() -> impl Strategy<Value = String> {
    "[王李张的是在，。：；（）、 a-kmnp-wyz\n]{0,12}"
}

/// A number with a sign between its parts, or none; perhaps full-width.
fn written(number: &str, parts: &[usize], sign: &str, full_width: bool) -> String {
    let mut rest = number;
    let mut pieces = Vec::new();
    for part in parts {
        let (piece, after) = rest.split_at((*part).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.is_empty());
    let text = pieces.join(sign);
    let wide = |sign: char| match sign {
        '0'..='9' | 'X' => char::from_u32(sign as u32 + 0xfee0).unwrap_or(sign),
        other => other,
    };
    if full_width {
        text.chars().map(wide).collect()
    } else {
        text
    }
}

fn digits_of(text: &str) -> String {
    text.chars()
        .map(half_width_char)
        .filter(|sign| sign.is_ascii_digit() || *sign == 'X' || *sign == '*')
        .collect()
}

/// Texts of what this module looks for, in any order.
fn telling() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[0-9]{1,20}",
        "[一二三四五六七八九〇零十壹幺]{1,18}",
        "[0-9OolIX]{1,18}",
        "[①②③⑧⓪¹²³⁸⁰]{1,11}",
        "1[3-9][0-9]{9}",
        "320999(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9])[0-9]{3}[0-9X]",
        "[ ，、。,.*+()-]{1,3}",
        "(19|20)?[0-9]{2}[-.年][0-9]{1,2}[-.月][0-9]{1,2}日?",
        prop::sample::select(vec![
            "电话",
            "手机",
            "打",
            "家里",
            "联系",
            "尾号",
            "后四位",
            "末六位是",
            "身份证",
            "卡号",
            "护照E",
            "出生",
            "生于",
            "生日",
            "生",
            "born ",
            "DOB ",
            "农历",
            "金额",
            "元",
            "户编号",
            "准考证号",
            "然后",
            "再",
            "王",
            "tel",
            "初",
            "腊月",
            "尿毒症",
            "残疾",
            "二级",
            "肢体",
            "癌",
            "因残疾",
            "残疾证",
            "\u{200b}",
            "\u{20e3}",
            "年",
            "月",
            "日",
            "X",
            "l",
        ])
        .prop_map(ToOwned::to_owned),
    ];
    prop::collection::vec(part, 1..10).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_masked_is_masked_once_and_not_lost(
        text in telling(), before in words(), after in words(),
    ) {
        for sight in [Sight::NOTHING, Sight::MESSAGES] {
            let once = masked(&text, sight).into_owned();
            prop_assert_eq!(once.chars().count(), text.chars().count());
            prop_assert_eq!(masked(&once, sight), once.as_str());
            let back = unmasked(once.clone(), &text, sight);
            prop_assert_eq!(back.as_ref(), Ok(&text));
            // The words around may be such that a date or number needs no mask: then it is refused.
            if let Ok(changed) = unmasked(format!("{before}，{once}，{after}"), &text, sight) {
                prop_assert_eq!(changed, format!("{before}，{text}，{after}"));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_keeps_its_length_and_is_masked_once(text in "\\PC{0,60}") {
        let once = seen(&text);
        prop_assert_eq!(once.chars().count(), text.chars().count());
        prop_assert_eq!(seen(&once), once);
    }

    #[test]
    fn no_identity_number_goes_out(
        before in words(), after in words(), day in 0_u64..50_000, serial in 0_u32..1000,
        sign in prop::sample::select(vec!["", " ", "-", "　"]), full_width: bool,
    ) {
        let born = NaiveDate::from_ymd_opt(1890, 1, 1).unwrap() + chrono::Days::new(day);
        let body = format!("320999{}{serial:03}", born.format("%Y%m%d"));
        let number = IdentityNumber::from_body(&body).unwrap();
        let number = number.whole();
        let text = written(number, &[6, 8], sign, full_width);
        let shown = digits_of(&seen(&format!("{before}{text}{after}")));
        prop_assert!(shown.contains(&crate::text::masked(number)), "{}", shown);
    }

    #[test]
    fn no_mobile_number_goes_out(
        before in words(), after in words(), number in "1[3-9][0-9]{9}",
        sign in prop::sample::select(vec!["", " ", "-"]), full_width: bool,
    ) {
        let text = written(&number, &[3, 4], sign, full_width);
        let shown = digits_of(&seen(&format!("{before}{text}{after}")));
        prop_assert!(shown.contains(&crate::text::masked(&number)), "{}", shown);
    }

    #[test]
    fn no_bank_card_goes_out(before in words(), body in "62[0-9]{16}", in_fours: bool) {
        let check = (0..10).find(|check| fits_luhn(&format!("{body}{check}"))).unwrap();
        let number = format!("{body}{check}");
        let parts: &[usize] = if in_fours { &[4, 4, 4, 4] } else { &[] };
        let text = written(&number, parts, " ", false);
        let shown = digits_of(&seen(&format!("{before}{text}元")));
        prop_assert!(shown.contains(&crate::text::masked(&number)), "{}", shown);
    }

    #[test]
    fn dates_times_sums_and_ids_stay(
        day in 0_i64..40_000, seconds in 0_u32..86_400, fen in 0_i64..100_000_000_000, id: u128,
    ) {
        let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Duration::days(day);
        let time = day.and_time(chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap());
        let id = uuid::Uuid::from_u128(id);
        for text in [
            day.to_string(),
            time.to_string(),
            time.format("%Y年%m月%d日 %H:%M").to_string(),
            time.format("%Y%m%d%H%M%S").to_string(),
            format!("{day}至{day}走访"),
            crate::text::yuan(fen),
            id.to_string(),
        ] {
            prop_assert_eq!(seen(&text), text);
        }
    }
}
