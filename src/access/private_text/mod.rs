//! Finds private data in texts that people wrote, and masks them.
//!
//! | kind | what is found | file |
//! | --- | --- | --- |
//! | numbers masked by hand | `320999********0022`, `138****8000`, with `*`, X and other signs: shown is no more than of others | `half` |
//! | identity numbers | 18, 15 or 20 characters and what was meant to be one: every run of 14 digits or more that is nothing else; passports and the like after their name | `numbers` |
//! | bank cards | 16 to 19 digits that fit the check digit (Luhn) of a known issuer, in groups too; any number of 6 digits or more after «卡号» or «账号» | `numbers` |
//! | telephones | mobile (11 digits, with 86 and zeros before it, or one or two digits too many), landline with its area code; 7 or 8 digits after «电话», «打», «联系», «家里», «办公室», before «（家）» | `numbers` |
//! | ends of numbers | three to eight digits after «尾号», «后四位», «末六位», and after «身份证尾», «手机末尾» | `ends` |
//! | birth dates | a date beside «出生», «生日», «生于», «DOB»: its year stays | `birth`, `dates` |
//! | health | words for diseases, disabilities and lost ability to work, from a list; with spaces in them too | `health` |
//!
//! Digits may be full-width, Chinese (幺三八, 壹叁捌), circled, raised or of another script; in a row of
//! digits an O stands for 0, an l for 1 (`digits`). They may be glued to words (电话13800138000) and apart by
//! spaces and signs; apart by a few words too, where the text says what they are
//! (手机138，然后0013，再8000; `spoken`). Where the parts could as well be several numbers, they are taken for one
//! only if that one holds together (a province and a birth date, the groups in which people write it).
//!
//! Mark-up that shows as a space (`<br>`, `&nbsp;`, `%20`) is read as one.
//!
//! What stays:
//! - years, dates, times;
//! - sums of money of less than 14 digits; one that looks like a telephone number only if it has decimals
//!   or ends with six zeros;
//! - UUIDs, and digests of 32, 40 or 64 hexadecimal digits; in other words of letters and digits numbers are
//!   looked for;
//! - numbers that the text itself calls 户编号, 单号, 项目编号 and the like, by the rule of the field
//!   (`register_number`); 信用代码 and other codes of authorities, unless they are identity numbers or
//!   mobile ones; 准考证号, unless they are identity numbers.
//!
//! Not found, and so not promised: numbers of less than 14 digits in groups that nobody writes, without a
//! word for what they are; numbers with units (一百三十八亿…) or told in a riddle; a number of which parts
//! stand in several texts; health told otherwise than by a word of the list; names and addresses.
//!
//! Masking keeps the number of characters, and masking what is masked changes nothing.

mod birth;
mod dates;
mod digits;
mod ends;
mod half;
mod health;
mod mask;
mod masking;
mod numbers;
pub(super) mod register_number;
mod restore;
mod shapes;
mod signs;
mod spoken;
mod survey;
#[cfg(test)]
mod tests;
mod words;

pub use masking::masked;
pub use restore::{MaskMoved, unmasked, unmasked_list};
