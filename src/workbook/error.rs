//! Why a file cannot be read, in words for the one who sent it.

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::limit::{
    MAX_AREAS, MAX_CELL_CHARS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_PARTS, MAX_ROWS, MAX_TEXTS,
};

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
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::EmptyFile => "请确认文件已完整保存或上传，再重新导入",
            Self::TooLarge(_) => "请按镇或按村拆分成几个文件分别导入，并删除图片等多余内容",
            Self::NotWorkbook(kind) => kind.remedy(),
            Self::CutOff => "请重新复制或下载原文件，确认能用 Excel 或 WPS 打开后再导入",
            Self::UnknownEncoding => {
                "请用 Excel 或 WPS 打开，确认中文显示正常，另存为 .xlsx 后再导入"
            }
            Self::Bomb(_) | Self::TooManyParts(_) | Self::TooManyTexts(_) | Self::Entities(_) => {
                "请用 Excel 或 WPS 打开，把数据复制到新的工作簿，另存为 .xlsx 后再导入"
            }
            Self::TooManyAreas => "请取消多余的合并单元格，或按镇拆分成几个文件分别导入",
            Self::Damaged { .. } => {
                "请用 Excel 或 WPS 打开并另存为 .xlsx；如打不开，请重新导出或取得原文件"
            }
            Self::TooWide { .. } => {
                "请删除该单元格及其以右的多余列（选中后按 Ctrl+-），保存后再导入"
            }
            Self::TooLong(_) => "请拆分成几个文件分别导入",
            Self::CellTooLong { .. } => "请缩短该单元格的内容；文本文件请检查此处是否少了一个引号",
            Self::OpenQuote { .. } => "请在该单元格补上缺少的引号；如文件没有传完，请重新导出",
            Self::Exhausted => {
                "请用 Excel 或 WPS 打开，把数据复制到新的工作簿，另存为 .xlsx 后再导入；数据很多时请按镇拆分"
            }
            Self::Stopped => "如仍需导入，请重新核对",
            Self::Internal => "请稍后重试；如仍不行，请联系系统管理员查看日志",
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
