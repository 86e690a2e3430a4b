//! Texts that are what is left of a formula: an error value that was saved as text, or the formula itself.

/// Longest name of an error value, in characters.
const LONGEST_ERROR: usize = 20;

/// Names of error values that are known without the sign at their end.
const KNOWN: [&str; 8] = [
    "N/A",
    "GETTING_DATA",
    "REF",
    "DIV/0",
    "VALUE",
    "NAME",
    "NUM",
    "NULL",
];

/// Whether a text, without white space around it, is an error value: `#REF!`, `#N/A`, and those that no
/// program knows yet or writes in Chinese (`#溢出!`).
pub fn is_error(text: &str) -> bool {
    // As LibreOffice writes it, and what an input method makes of the colon.
    let number = ["Err", "错误", "ERR"]
        .iter()
        .find_map(|word| text.strip_prefix(word));
    if let Some(number) = number.and_then(|rest| rest.strip_prefix([':', '：'])) {
        return !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let Some(name) = text.strip_prefix(['#', '＃']) else {
        return false;
    };
    if KNOWN.contains(&name.trim_end_matches([':', '：'])) {
        return true;
    }
    let Some(name) = name.strip_suffix(['!', '?', '！', '？']) else {
        return false;
    };
    let is_of_name = |sign: char| {
        sign.is_ascii_uppercase()
            || sign.is_ascii_digit()
            || "/_".contains(sign)
            || !sign.is_ascii()
    };
    name.chars().count().wrapping_sub(1) < LONGEST_ERROR
        && name.chars().all(is_of_name)
        && name.chars().any(|sign| !sign.is_ascii_digit())
}

/// Whether a text, without white space around it, is a formula that nothing has calculated, as in
/// a text file or a cell whose format is text.
pub fn is_formula(text: &str) -> bool {
    let Some(formula) = text.strip_prefix('=') else {
        return false;
    };
    let is_reference = |part: &str| {
        let digits =
            part.trim_start_matches(|sign: char| sign.is_ascii_alphabetic() || sign == '$');
        digits.len() < part.len()
            && !digits.is_empty()
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'$')
    };
    let mut parts = formula.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '$'));
    parts.any(is_reference)
        || formula.split_once('(').is_some_and(|(name, _)| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_values_are_known_by_their_form() {
        for text in [
            "#REF!",
            "#N/A",
            "#NAME?",
            "#DIV/0!",
            "#SPILL!",
            "#GETTING_DATA",
            "#BUSY!",
            "#溢出!",
            "Err:502",
            "Err：502",
            "错误:502",
            "错误：504",
            "#DIV/0！",
            "＃REF!",
            "#REF:",
            "#REF",
        ] {
            assert!(is_error(text), "{text}");
        }
        for text in [
            "#",
            "#1",
            "#12!",
            "错误",
            "错误:无",
            "Err：",
            "#NAMES",
            "3#",
            "#!",
            "##",
            "#ref",
            "Err:",
            "#N/A元",
            "#楼",
        ] {
            assert!(!is_error(text), "{text}");
        }
    }

    #[test]
    fn formulas_are_known_by_what_they_refer_to() {
        for text in [
            "=A2",
            "=$B$3&\"村\"",
            "=VLOOKUP(D2,表1!A:C,2,0)",
            "=SUM(1,2)",
            "=IF(A1=\"\",\"\",1)",
            "=名册!C4",
            "=TODAY()",
        ] {
            assert!(is_formula(text), "{text}");
        }
        for text in ["=", "==", "=无", "=1+1", "A2", "=（见备注）", "= 双喜村"] {
            assert!(!is_formula(text), "{text}");
        }
    }
}
