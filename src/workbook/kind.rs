//! What a file is when it is no workbook that we read, in words for whoever sent it.

use serde::{Deserialize, Serialize};

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
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::AncientXls => "Excel 4.0 或更早的 .xls 文件",
            Self::Encrypted => "设有打开密码的工作簿",
            Self::Ole => "旧版 Office 的其他文档",
            Self::Html => "网页（HTML）文件，只是扩展名像表格",
            Self::Mhtml => "单个文件网页（MHTML），只是扩展名像表格",
            Self::Json => "网页系统返回的数据（JSON），不是导出的表格",
            Self::Rtf => "写字板（RTF）文档",
            Self::Xml => "XML 表格 2003 文件",
            Self::OtherOffice => "Word 或 PowerPoint 文档",
            Self::Zip => "压缩包",
            Self::OtherArchive => "RAR 或 7z 压缩包",
            Self::Pdf => "PDF 文件",
            Self::Picture => "图片",
            Self::Unknown => "无法识别的文件",
        }
    }

    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::AncientXls | Self::Html | Self::Mhtml | Self::Xml => {
                "请用 Excel 或 WPS 打开，选择“另存为”，类型选“Excel 工作簿 (*.xlsx)”，再导入新文件（只改扩展名无效）"
            }
            Self::Encrypted => {
                "请用 Excel 打开，在“文件—信息—保护工作簿”中去掉打开密码，保存后再导入"
            }
            Self::Zip | Self::OtherArchive => "请先解压，再导入其中的表格文件",
            Self::Json => {
                "请回到原来的系统重新登录后再导出一次；确认能用 Excel 或 WPS 打开后再导入"
            }
            Self::Ole
            | Self::Rtf
            | Self::OtherOffice
            | Self::Pdf
            | Self::Picture
            | Self::Unknown => {
                "请导入 .xlsx、.xls、.xlsb、.ods 或 .csv 格式的名册；空白模板可从“下载模板”取得"
            }
        }
    }
}
