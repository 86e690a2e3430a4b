//! In which language an answer speaks: Chinese, or English for who asks for it.

use std::cell::Cell;
use std::future::Future;

use poem::http::{HeaderMap, HeaderValue, header};

/// A language that we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// zh-CN, the language if the client asks for no other.
    #[default]
    Chinese,
    /// en.
    English,
}

/// A text in one of our languages: Chinese, then English, each as [`format!`] takes it.
macro_rules! say {
    ($language:expr, $chinese:literal, $english:literal) => {
        match $language {
            $crate::problem::Language::Chinese => format!($chinese),
            $crate::problem::Language::English => format!($english),
        }
    };
}
pub(crate) use say;

/// The answer that is being written.
#[derive(Default)]
struct Answer {
    language: Language,
    /// Whether it holds a text in that language.
    speaks: Cell<bool>,
}

tokio::task_local! {
    static ANSWER: Answer;
}

/// So many things by their English name: `1 error`, `2 errors`.
pub fn counted(count: i64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}

impl Language {
    /// The one of ours that a request likes best, by `Accept-Language` (RFC 9110, 12.5.4).
    pub fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let sent: Vec<_> = sent.filter_map(|value| value.to_str().ok()).collect();
        let ranges: Vec<_> = sent.iter().flat_map(|value| weighted(value)).collect();
        let (chinese, english) = (wish(&ranges, "zh"), wish(&ranges, "en"));
        if english > chinese {
            Self::English
        } else {
            Self::Chinese
        }
    }

    /// The language of the answer that is being written, which holds a text in it from now on. Outside
    /// of a request, such as on the command line, it is Chinese.
    pub fn speak() -> Self {
        let speak = |answer: &Answer| {
            answer.speaks.set(true);
            answer.language
        };
        ANSWER.try_with(speak).unwrap_or_default()
    }

    /// What stands between the items of a list.
    pub fn comma(self) -> &'static str {
        match self {
            Self::Chinese => "、",
            Self::English => ", ",
        }
    }

    /// Runs what answers a request with these headers. Beside the answer: whether a text in it
    /// depends on the language.
    pub async fn of_one_request<F: Future>(self, answering: F) -> (F::Output, bool) {
        let answer = Answer {
            language: self,
            ..Answer::default()
        };
        let run = async {
            let output = answering.await;
            let speaks = ANSWER.try_with(|answer| answer.speaks.get());
            (output, speaks.unwrap_or_default())
        };
        ANSWER.scope(answer, run).await
    }

    /// Says in the headers of an answer that it depends on the language.
    pub fn tell(self, headers: &mut HeaderMap) {
        let tag = match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        };
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag));
        let name = header::ACCEPT_LANGUAGE.as_str();
        let is_said = |value: &HeaderValue| {
            let value = value.to_str().unwrap_or_default();
            value
                .split(',')
                .any(|it| it.trim().eq_ignore_ascii_case(name))
        };
        if !headers.get_all(header::VARY).iter().any(is_said) {
            headers.append(header::VARY, HeaderValue::from_static("accept-language"));
        }
    }
}

/// What a header such as `Accept-Language` names, in lower case, with the weights in thousandths (RFC 9110,
/// 12.4.2).
pub fn weighted(header: &str) -> impl Iterator<Item = (String, u32)> {
    header.split(',').filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1000"
        )]
        let weight = (weight.clamp(0.0, 1.0) * 1000.0).round() as u32;
        Some((name, weight))
    })
}

/// How much a language is wished for: its weight, by its own name before `*`; of two that weigh the
/// same, the one that is named first.
fn wish(ranges: &[(String, u32)], language: &str) -> Option<(u32, bool, std::cmp::Reverse<usize>)> {
    let named = |(range, _): &(String, u32)| {
        let rest = range.strip_prefix(language);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let all = ranges.iter().enumerate();
    let own = all.clone().filter(|(_, range)| named(range));
    let own: Vec<_> = own.map(|(at, (_, weight))| (*weight, true, at)).collect();
    let any = all.filter(|(_, (range, _))| range == "*");
    let any = any.map(|(at, (_, weight))| (*weight, false, at));
    let wishes: Vec<_> = if own.is_empty() { any.collect() } else { own };
    let wishes = wishes.into_iter().filter(|(weight, ..)| *weight > 0);
    wishes
        .map(|(weight, named, at)| (weight, named, std::cmp::Reverse(at)))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_weighs_most() {
        use Language::{Chinese, English};
        for (sent, language) in [
            ("en", English),
            ("EN-gb", English),
            ("en-GB,en;q=0.9", English),
            ("fr, en;q=0.5", English),
            ("zh;q=0.1, en;q=0.2", English),
            ("en;q=0.1, zh", Chinese),
            ("en;q=0.1, zh-CN;q=0.9", Chinese),
            ("zh-CN,en;q=0.8", Chinese),
            ("zh, en", Chinese),
            ("en, zh", English),
            ("en, *", English),
            ("*, en", English),
            ("*", Chinese),
            ("en;q=0", Chinese),
            ("en;q=0, *", Chinese),
            ("*;q=0.5, en", English),
            ("*;q=0.5, en;q=0.4", Chinese),
            ("zh;q=0, *;q=0.1", English),
            ("zh;q=0", Chinese),
            ("fr", Chinese),
            ("english", Chinese),
            ("en ; q=0.8 , zh ; q=0.9", Chinese),
            ("en;q=high, zh", Chinese),
            ("", Chinese),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, sent.parse().unwrap());
            assert_eq!(Language::of(&headers), language, "{sent:?}");
        }
        let mut lines = HeaderMap::new();
        lines.append(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_static("zh;q=0.5"),
        );
        lines.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        assert_eq!(Language::of(&lines), English);
        assert_eq!(Language::of(&HeaderMap::new()), Chinese);
    }

    #[test]
    fn an_answer_that_depends_on_the_language_says_so_once() {
        let mut headers = HeaderMap::new();
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        Language::English.tell(&mut headers);
        Language::English.tell(&mut headers);
        let vary: Vec<_> = headers.get_all(header::VARY).iter().collect();
        assert_eq!(vary, ["accept-encoding", "accept-language"]);
        assert_eq!(headers[header::CONTENT_LANGUAGE], "en");
    }
}
