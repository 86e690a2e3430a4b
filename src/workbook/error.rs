//! Why a file cannot be read, in words for the one who sent it.

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::limit::{
    MAX_AREAS, MAX_CELL_CHARS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_PARTS, MAX_ROWS, MAX_TEXTS,
};
use crate::problem::{Text, words};

/// Why a file cannot be read as a workbook. The text says what it is, [`remedy`](Self::remedy) what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ReadError {
    /// The file has no bytes.
    #[error("文件是空的（0 字节）")]
    EmptyFile,
    /// Over [`MAX_FILE_BYTES`].
    #[error("文件过大（{} MiB），最大 {} MiB", .0 >> 20, MAX_FILE_BYTES >> 20)]
    TooLarge(u64),
    /// Another kind of file.
    #[error("这不是能导入的表格，而是{}", .0.words())]
    NotWorkbook(Kind),
    /// The file ends too early: it was not uploaded or copied whole.
    #[error("文件不完整，后面一部分丢失了（可能没有传完，或复制时中断）")]
    CutOff,
    /// A text file in an encoding that is not recognised.
    #[error("文本文件的编码无法识别（既不是 UTF-8，也不是 GB18030）")]
    UnknownEncoding,
    /// A part unpacks to more than a workbook can need.
    #[error("文件解压后过大或压缩比异常（{0}），疑似损坏或恶意文件，已拒绝读取")]
    Bomb(String),
    /// More parts than a workbook has.
    #[error("工作簿含 {0} 个部分，超过上限 {MAX_PARTS}，已拒绝读取")]
    TooManyParts(usize),
    /// More different texts than [`MAX_TEXTS`], or than the file has room for.
    #[error("工作簿的共享文本数 {0} 超过上限 {MAX_TEXTS} 或与文件大小不符，已拒绝读取")]
    TooManyTexts(u64),
    /// A document type declaration, in which entities can grow without end.
    #[error("工作簿的 {0} 含有文档类型或实体定义（DTD），不是正常的表格，已拒绝读取")]
    Entities(String),
    /// More merged areas than [`MAX_AREAS`].
    #[error("工作簿的合并单元格超过上限 {MAX_AREAS} 处")]
    TooManyAreas,
    /// It begins like a workbook, but cannot be read.
    #[error("工作簿已损坏，无法读取{}{what}", if what.is_empty() { "" } else { "：" })]
    Damaged {
        /// What of it is damaged, if that is known.
        what: String,
        /// What the library said that could not read it: for the log, never for a clerk.
        detail: String,
    },
    /// A cell far to the right.
    #[error("工作表“{sheet}”的单元格 {cell} 超出范围：最多使用 {MAX_COLUMNS} 列")]
    TooWide {
        /// Name of the sheet.
        sheet: String,
        /// Address of the first such cell.
        cell: String,
    },
    /// A row beyond Excel's last.
    #[error("工作表“{0}”的行数超过 Excel 的上限 {MAX_ROWS}")]
    TooLong(String),
    /// A text longer than Excel lets a cell hold.
    #[error("工作表“{sheet}”的单元格 {cell} 内容过长：最多 {MAX_CELL_CHARS} 个字符")]
    CellTooLong {
        /// Name of the sheet.
        sheet: String,
        /// Address of the cell.
        cell: String,
    },
    /// A quote in a text that nothing ends: all that follows would be one value.
    #[error("工作表“{sheet}”的单元格 {cell} 的引号没有结束，后面的行都成了它的内容")]
    OpenQuote {
        /// Name of the sheet.
        sheet: String,
        /// Address of the cell.
        cell: String,
    },
    /// The process that read the file was ended by its limits, or ended itself.
    #[error("读取这个文件时超出了内存或时间限制，或文件会使读取程序崩溃，已停止读取")]
    Exhausted,
    /// Nobody waits for the rows any more.
    #[error("读取已中止")]
    Stopped,
    /// A fault of ours, which has been logged.
    #[error("系统内部错误，已记录：读取程序没有启动或没有正常应答")]
    Internal,
}

impl ReadError {
    /// What it is, as [`Display`](std::fmt::Display) says it in Chinese, and in English.
    pub fn words(&self) -> Text {
        Text::new(self.to_string(), self.english())
    }

    fn english(&self) -> String {
        match self {
            Self::EmptyFile => "the file is empty (0 bytes)".to_owned(),
            Self::TooLarge(bytes) => format!(
                "the file is too large ({} MiB); at most {} MiB are taken",
                bytes >> 20,
                MAX_FILE_BYTES >> 20
            ),
            Self::NotWorkbook(kind) => {
                format!("this is no table that can be imported, but {}", kind.english())
            }
            Self::CutOff => {
                "the file is not whole, its end is lost (the upload or the copying may have broken off)"
                    .to_owned()
            }
            Self::UnknownEncoding => {
                "the encoding of the text file is not known (neither UTF-8 nor GB18030)".to_owned()
            }
            Self::Bomb(_) => {
                "the file unpacks to far more than a workbook needs; it is damaged or malicious and was not read"
                    .to_owned()
            }
            Self::TooManyParts(count) => {
                format!("the workbook has {count} parts, of which at most {MAX_PARTS} are read")
            }
            Self::TooManyTexts(count) => format!(
                "the workbook has {count} shared texts: more than {MAX_TEXTS}, or more than fit in the file"
            ),
            Self::Entities(part) => format!(
                "`{part}` of the workbook declares document types or entities (DTD), as no proper table does; it was not read"
            ),
            Self::TooManyAreas => {
                format!("the workbook has more than {MAX_AREAS} merged areas")
            }
            Self::Damaged { .. } => "the workbook is damaged and cannot be read".to_owned(),
            Self::TooWide { sheet, cell } => format!(
                "cell {cell} of the sheet “{sheet}” is out of range: at most {MAX_COLUMNS} columns are read"
            ),
            Self::TooLong(sheet) => {
                format!("the sheet “{sheet}” has more than the {MAX_ROWS} rows of Excel")
            }
            Self::CellTooLong { sheet, cell } => format!(
                "the content of cell {cell} of the sheet “{sheet}” is too long: at most {MAX_CELL_CHARS} characters"
            ),
            Self::OpenQuote { sheet, cell } => format!(
                "a quotation mark in cell {cell} of the sheet “{sheet}” is not closed, and all rows behind it became its content"
            ),
            Self::Exhausted => {
                "reading this file needed more memory or time than allowed, or would have ended the reader; it was stopped"
                    .to_owned()
            }
            Self::Stopped => "reading was stopped".to_owned(),
            Self::Internal => {
                "an internal error, which has been logged: the reader did not start or did not answer"
                    .to_owned()
            }
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Text {
        match self {
            Self::EmptyFile => words!(
                "请确认文件已完整保存或上传，再重新导入",
                "see that the file was saved and uploaded whole, and import it again"
            ),
            Self::TooLarge(_) => words!(
                "请按镇或按村拆分成几个文件分别导入，并删除图片等多余内容",
                "split it into files by town or village, and delete pictures and what else is not needed"
            ),
            Self::NotWorkbook(kind) => kind.remedy(),
            Self::CutOff => words!(
                "请重新复制或下载原文件，确认能用 Excel 或 WPS 打开后再导入",
                "copy or download the file again, see that Excel or WPS opens it, and import it"
            ),
            Self::UnknownEncoding => {
                words!(
                    "请用 Excel 或 WPS 打开，确认中文显示正常，另存为 .xlsx 后再导入",
                    "open it in Excel or WPS, see that the Chinese is shown well, and save it as .xlsx"
                )
            }
            Self::Bomb(_) | Self::TooManyParts(_) | Self::TooManyTexts(_) | Self::Entities(_) => {
                words!(
                    "请用 Excel 或 WPS 打开，把数据复制到新的工作簿，另存为 .xlsx 后再导入",
                    "open it in Excel or WPS, copy the data into a new workbook and save that as .xlsx"
                )
            }
            Self::TooManyAreas => words!(
                "请取消多余的合并单元格，或按镇拆分成几个文件分别导入",
                "take apart merged cells that are not needed, or split it into files by town"
            ),
            Self::Damaged { .. } => {
                words!(
                    "请用 Excel 或 WPS 打开并另存为 .xlsx；如打不开，请重新导出或取得原文件",
                    "open it in Excel or WPS and save it as .xlsx; if it does not open, export it again or get the original file"
                )
            }
            Self::TooWide { .. } => {
                words!(
                    "请删除该单元格及其以右的多余列（选中后按 Ctrl+-），保存后再导入",
                    "delete this cell and the columns to its right that are not needed (select them and press Ctrl+-), and save it"
                )
            }
            Self::TooLong(_) => words!("请拆分成几个文件分别导入", "split it into several files"),
            Self::CellTooLong { .. } => words!(
                "请缩短该单元格的内容；文本文件请检查此处是否少了一个引号",
                "shorten the content of the cell; in a text file see whether a quotation mark is missing here"
            ),
            Self::OpenQuote { .. } => words!(
                "请在该单元格补上缺少的引号；如文件没有传完，请重新导出",
                "add the quotation mark that is missing in the cell; if the file broke off, export it again"
            ),
            Self::Exhausted => {
                words!(
                    "请用 Excel 或 WPS 打开，把数据复制到新的工作簿，另存为 .xlsx 后再导入；数据很多时请按镇拆分",
                    "open it in Excel or WPS, copy the data into a new workbook and save that as .xlsx; split large ones by town"
                )
            }
            Self::Stopped => words!(
                "如仍需导入，请重新核对",
                "check it again if it is still wanted"
            ),
            Self::Internal => words!(
                "请稍后重试；如仍不行，请联系系统管理员查看日志",
                "try again later; if that does not help, ask the administrator to look at the log"
            ),
        }
    }

    /// Whether the file is of another type, rather than a bad file of the right one.
    pub fn is_wrong_type(&self) -> bool {
        matches!(self, Self::NotWorkbook(_))
    }

    /// The sheet and cell that it is about.
    pub fn place(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::TooWide { sheet, cell }
            | Self::CellTooLong { sheet, cell }
            | Self::OpenQuote { sheet, cell } => (Some(sheet), Some(cell)),
            Self::TooLong(sheet) => (Some(sheet), None),
            _ => (None, None),
        }
    }

    /// What a library said of the file, for the log.
    pub(super) fn detail(&self) -> Option<&str> {
        match self {
            Self::Damaged { detail, .. } if !detail.is_empty() => Some(detail),
            _ => None,
        }
    }

    /// A broken workbook, with the error of the library that could not read it.
    pub(super) fn damaged(error: impl std::fmt::Display) -> Self {
        Self::damaged_by("", error)
    }

    /// A workbook that is broken in a way that has words.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::damaged_by(what, "")
    }

    /// Words for how a workbook is broken, with the error of the library that could not read it.
    pub(super) fn damaged_by(what: impl Into<String>, error: impl std::fmt::Display) -> Self {
        Self::Damaged {
            what: what.into(),
            detail: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_is_for_the_log() {
        let error = ReadError::damaged("invalid Zip archive: Could not find EOCD");
        assert_eq!(error.to_string(), "工作簿已损坏，无法读取");
        assert_eq!(
            error.detail(),
            Some("invalid Zip archive: Could not find EOCD")
        );
        let error = ReadError::damaged_by("内部的表格文字有误", "syntax error");
        assert_eq!(
            error.to_string(),
            "工作簿已损坏，无法读取：内部的表格文字有误"
        );
        assert_eq!(ReadError::broken("缺少工作表").detail(), None);
    }
}
