//! What a file is when it is no workbook that we read, in words for whoever sent it.

use serde::{Deserialize, Serialize};

use crate::problem::{Text, words};

/// What a file is when it is no workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Excel 4.0 or earlier.
    AncientXls,
    /// A workbook behind a password.
    Encrypted,
    /// Another OLE document: an old Word file, an e-mail.
    Ole,
    /// A web page that was saved as .xls, as many web systems export.
    Html,
    /// A web page in one file with its pictures, as Excel and browsers save it.
    Mhtml,
    /// Excel's XML of 2003.
    Xml,
    /// What a web system answers to a program, where a file was expected.
    Json,
    /// A document of `WordPad`.
    Rtf,
    /// A document of Word or `PowerPoint`.
    OtherOffice,
    /// Any other zip archive.
    Zip,
    /// A RAR or 7z archive.
    OtherArchive,
    /// By its first bytes, `%PDF`.
    Pdf,
    /// A PNG, JPEG or GIF.
    Picture,
    /// None of the known kinds.
    Unknown,
}

impl Kind {
    /// What it is, behind 而是: with a space before Latin letters.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::AncientXls => " Excel 4.0 或更早的 .xls 文件",
            Self::Encrypted => "设有打开密码的工作簿",
            Self::Ole => "旧版 Office 的其他文档",
            Self::Html => "网页（HTML）文件，只是扩展名像表格",
            Self::Mhtml => "单个文件网页（MHTML），只是扩展名像表格",
            Self::Json => "网页系统返回的数据（JSON），不是导出的表格",
            Self::Rtf => "写字板（RTF）文档",
            Self::Xml => " XML 表格 2003 文件",
            Self::OtherOffice => " Word 或 PowerPoint 文档",
            Self::Zip => "压缩包",
            Self::OtherArchive => " RAR 或 7z 压缩包",
            Self::Pdf => " PDF 文件",
            Self::Picture => "图片",
            Self::Unknown => "无法识别的文件",
        }
    }

    pub(super) fn english(self) -> &'static str {
        match self {
            Self::AncientXls => "an .xls file of Excel 4.0 or earlier",
            Self::Encrypted => "a workbook behind a password",
            Self::Ole => "another document of an old Office",
            Self::Html => "a web page (HTML) that is only called like a table",
            Self::Mhtml => "a web page in one file (MHTML) that is only called like a table",
            Self::Json => "data of a web system (JSON), not the table that it exports",
            Self::Rtf => "a WordPad (RTF) document",
            Self::Xml => "an XML spreadsheet of 2003",
            Self::OtherOffice => "a Word or PowerPoint document",
            Self::Zip => "a zip archive",
            Self::OtherArchive => "a RAR or 7z archive",
            Self::Pdf => "a PDF file",
            Self::Picture => "a picture",
            Self::Unknown => "a file of no known kind",
        }
    }

    pub(super) fn remedy(self) -> Text {
        match self {
            Self::AncientXls | Self::Html | Self::Mhtml | Self::Xml => {
                words!(
                    "请用 Excel 或 WPS 打开，选择“另存为”，类型选“Excel 工作簿 (*.xlsx)”，再导入新文件（只改扩展名无效）",
                    "open it in Excel or WPS, save it as an Excel workbook (*.xlsx) and import the new file (changing its name alone does not help)"
                )
            }
            Self::Encrypted => {
                words!(
                    "请用 Excel 打开，在“文件—信息—保护工作簿”中去掉打开密码，保存后再导入",
                    "open it in Excel, take off the password and save it"
                )
            }
            Self::Zip | Self::OtherArchive => words!(
                "请先解压，再导入其中的表格文件",
                "unpack it and import the table that is in it"
            ),
            Self::Json => {
                words!(
                    "请回到原来的系统重新登录后再导出一次；确认能用 Excel 或 WPS 打开后再导入",
                    "log in to that system again and export once more; see that Excel or WPS opens the file"
                )
            }
            Self::Ole
            | Self::Rtf
            | Self::OtherOffice
            | Self::Pdf
            | Self::Picture
            | Self::Unknown => {
                words!(
                    "请导入 .xlsx、.xls、.xlsb、.ods 或 .csv 格式的名册；空白模板可从“下载模板”取得",
                    "import a roster as .xlsx, .xls, .xlsb, .ods or .csv; our empty template can be downloaded"
                )
            }
        }
    }
}
