//! The formats, and files that are none of them.

use crate::support::mess::{Grid, Mess};
use crate::support::{XlsbFile, ole, rezipped, soffice_to, zipped};

/// Snapshots of files that LibreOffice writes.
pub const BY_LIBREOFFICE: [&str; 2] = ["format_xls", "format_ods"];

pub fn messes() -> Vec<Mess> {
    let plain = Grid::plain();
    let xlsx = plain.xlsx();
    let csv = plain.text(",");
    let (gb18030, ..) = encoding_rs::GB18030.encode(&csv);
    let xlsm = rezipped(&xlsx, "[Content_Types].xml", |xml| {
        xml.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    });
    let xlsb = XlsbFile {
        name: "名册",
        rows: &plain.rows,
        hidden_rows: &[],
        before: &[],
        after: &[],
    };
    let encrypted: Vec<u8> = "EncryptedPackage".bytes().collect();
    let html = "<html><table><tr><td>姓名</td></tr></table></html>";
    let mut messes = vec![
        Mess::new("format_xlsx", xlsx.clone()),
        Mess::new("format_xlsm", xlsm),
        Mess::new("format_xlsb", xlsb.bytes()),
        Mess::new("format_csv_utf8", csv.clone().into_bytes()),
        Mess::new("format_csv_utf8_bom", format!("\u{feff}{csv}").into_bytes()),
        Mess::new("format_csv_gb18030", gb18030.into_owned()),
        Mess::new("format_csv_tabs", plain.text("\t").into_bytes()),
        Mess::new("format_empty_file", Vec::new()),
        Mess::new("format_encrypted", ole("EncryptedPackage", &encrypted)),
        Mess::new("format_cut_off", xlsx[..xlsx.len() * 2 / 3].to_vec()),
        Mess::new("format_html_as_xls", html.as_bytes().to_vec()),
        Mess::new("format_pdf", b"%PDF-1.7 and so on".to_vec()),
        Mess::new("format_word", zipped(&[("word/document.xml", b"<x/>")])),
        Mess::new("format_zip", zipped(&[("a.txt", b"x")])),
        Mess::new("format_unknown", vec![1, 0, 2, 0, 3]),
    ];
    for (name, format) in BY_LIBREOFFICE.into_iter().zip(["xls", "ods"]) {
        if let Some(bytes) = soffice_to(format, &xlsx) {
            messes.push(Mess::new(name, bytes));
        }
    }
    messes
}
