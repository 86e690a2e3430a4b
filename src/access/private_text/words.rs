//! The words by which a text says what a number in it is.

/// Before a number that is no private one, unless it is an identity number.
pub(super) const OTHER_NUMBER: [&str; 37] = [
    "户编号",
    "户号",
    "人编号",
    "户编码",
    "信用代码",
    "信用代码证",
    "信用代码证号",
    "机构代码",
    "机构代码证",
    "营业执照",
    "营业执照号",
    "营业执照号码",
    "营业执照注册号",
    "执照号",
    "执照号码",
    "执照编号",
    "注册号",
    "工商注册号",
    "准考证",
    "准考证号",
    "准考证号码",
    "准考证编号",
    "考号",
    "考生号",
    "文号",
    "发文字号",
    "发票号",
    "发票号码",
    "发票代码",
    "合同编号",
    "合同号",
    "项目编号",
    "单号",
    "订单号",
    "批次号",
    "流水号",
    "税号",
];
/// Those of [`OTHER_NUMBER`] whose numbers may look like anything.
pub(super) const EXAM_NUMBER: [&str; 6] = [
    "准考证",
    "准考证号",
    "准考证号码",
    "准考证编号",
    "考号",
    "考生号",
];
/// Those of [`OTHER_NUMBER`] that an authority gives; they may fit the check digit of a card.
pub(super) const OFFICIAL_CODE: [&str; 9] = [
    "代码",
    "代码证",
    "代码证号",
    "执照",
    "执照号",
    "执照号码",
    "执照编号",
    "注册号",
    "税号",
];
/// Before an identity number, perhaps without its end.
pub(super) const IDENTITY_NUMBER: [&str; 6] = [
    "身份证",
    "身份证号",
    "身份证号码",
    "身份号",
    "身份号码",
    "公民身份号码",
];
/// In a bracket after a landline without its area code.
pub(super) const LANDLINES: [&str; 8] = ["家", "宅", "办", "单位", "村", "座机", "固话", "电话"];
/// Before a telephone number.
pub(super) const TELEPHONE: [&str; 20] = [
    "电话",
    "手机",
    "座机",
    "固话",
    "宅电",
    "电话号",
    "电话号码",
    "手机号",
    "手机号码",
    "座机号",
    "联系方式",
    "联系号码",
    "微信",
    "微信号",
    "传真",
    "tel",
    "phone",
    "mobile",
    "telephone",
    "cell",
];
/// Before a landline without its area code: who is called, or where.
pub(super) const CALL: [&str; 24] = [
    "办公室",
    "值班室",
    "传达室",
    "村部",
    "村委会",
    "住宅",
    "打",
    "打到",
    "打给",
    "打了",
    "拨",
    "拨打",
    "拨通",
    "致电",
    "联系",
    "联系人",
    "来电",
    "回电",
    "家里",
    "家中",
    "家里的",
    "呼",
    "call",
    "fax",
];
/// Some words before a landline without its area code.
pub(super) const CALL_NEARBY: [&str; 9] = [
    "电话", "座机", "固话", "联系", "致电", "拨打", "手机", "打给", "家里",
];
/// After a row of digits that counts something.
pub(super) const UNITS: &str = "元块万亿角分斤吨亩克册本次户个人名位间里公千米平方头只羽株棵份件套张箱袋车天年月日岁号字辆%％度";
/// Before the number of a bank account.
pub(super) const ACCOUNT: [&str; 17] = [
    "账户号",
    "账户号码",
    "存折号",
    "一折通",
    "社保卡",
    "社保卡号",
    "银行卡号码",
    "户头",
    "卡号",
    "账号",
    "帐号",
    "银行卡",
    "存折",
    "账户",
    "帐户",
    "银行卡号",
    "一卡通",
];
/// Before the number of another paper.
pub(super) const PAPER: [&str; 9] = [
    "护照",
    "护照号",
    "护照号码",
    "通行证",
    "通行证号",
    "军官证",
    "证件号",
    "证件号码",
    "居住证",
];
/// Some words before the parts of an identity number.
pub(super) const IDENTITY: [&str; 5] = ["身份证", "身份号", "证件", "公民身份", "残疾证"];
/// Before a sum of money.
pub(super) const MONEY: [&str; 24] = [
    "金额", "资金", "收入", "支出", "补助", "补贴", "发放", "拨付", "投入", "投资", "共计", "合计",
    "总计", "贷款", "款项", "经费", "产值", "预算", "工资", "存款", "借款", "捐款", "总额", "共",
];

/// Whether a text ends with one of these words.
pub(super) fn says(before: &str, words: &[&str]) -> bool {
    words.iter().any(|word| before.ends_with(word))
}

/// Whether one of these words stands in the last sentence of a text.
pub(super) fn mentions(before: &str, words: &[&str]) -> bool {
    last_mention(before, words).is_some()
}

/// Where the last of these words stands in the last sentence of a text.
pub(super) fn last_mention(before: &str, words: &[&str]) -> Option<usize> {
    let is_end = |sign: char| matches!(sign, '。' | ';' | '!' | '?' | '\n');
    let sentence = before.rsplit(is_end).next().unwrap_or_default();
    words.iter().filter_map(|word| sentence.rfind(word)).max()
}
