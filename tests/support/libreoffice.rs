//! LibreOffice, as another reader of the workbooks that we write.

use std::process::Command;

/// Converts a workbook by LibreOffice: `pdf`, `csv`, `xlsx` … or `csv:FILTER` with its options.
///
/// Nothing, and a loud line, where LibreOffice is not installed and nobody demands it; with
/// `CI=true` that is a failure. Each call has a profile of its own, so calls may run side by side.
pub fn soffice_to(format: &str, workbook: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("workbook.xlsx");
    std::fs::write(&source, workbook).unwrap();
    let output = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.path().join("profile").display()
        ))
        .args([
            "--headless",
            "--norestore",
            "--convert-to",
            format,
            "--outdir",
        ])
        .arg(folder.path().join("out"))
        .arg(&source)
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("soffice (package libreoffice-calc-nogui) is needed with CI=true: {error}")
        }
        Err(error) => {
            eprintln!(
                "\n!!! SKIPPED: soffice (package libreoffice-calc-nogui) is not there: {error}\n"
            );
            return None;
        }
    };
    let extension = format.split(':').next().unwrap_or(format);
    let converted = folder
        .path()
        .join("out")
        .join("workbook")
        .with_extension(extension);
    Some(std::fs::read(&converted).unwrap_or_else(|error| {
        panic!(
            "LibreOffice wrote no {extension} ({error}): {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        )
    }))
}
