//! What the operating system refuses, in words. It says so itself in English, with a number behind it,
//! which tells the people of an office nothing.

use std::io::{Error, ErrorKind};

/// Why a file, a folder or an address could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// For people who read Chinese.
    pub chinese: String,
    /// For those who read English.
    pub english: String,
}

/// The words for an error. One that we made ourselves says what it says.
pub fn words(error: &Error) -> Words {
    let (chinese, english) = match error.kind() {
        ErrorKind::NotFound => ("没有这个文件或文件夹", "there is no such file or folder"),
        ErrorKind::PermissionDenied => ("没有权限", "permission is missing"),
        ErrorKind::AlreadyExists => ("已经存在", "it is there already"),
        ErrorKind::IsADirectory => ("是文件夹，不是文件", "it is a folder and no file"),
        ErrorKind::NotADirectory => ("路径中有一段不是文件夹", "a part of the path is no folder"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("磁盘空间不足", "there is no room left on the disk")
        }
        ErrorKind::FileTooLarge => ("文件过大", "the file is too large"),
        ErrorKind::ReadOnlyFilesystem => ("磁盘是只读的", "the disk is read-only"),
        ErrorKind::InvalidFilename => ("文件名无效或过长", "the name is too long or not allowed"),
        ErrorKind::ResourceBusy => ("正被其他程序使用", "another program uses it"),
        ErrorKind::AddrInUse => ("已被其他程序占用", "another program uses it"),
        ErrorKind::AddrNotAvailable => ("不是本机的地址", "it is no address of this machine"),
        ErrorKind::ConnectionRefused => {
            ("对方没有在该地址上服务", "nobody listens at that address")
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            ("连接中断", "the connection broke")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            ("网络不通", "the network does not reach it")
        }
        ErrorKind::TimedOut => ("没有及时应答", "there was no answer in time"),
        ErrorKind::UnexpectedEof => ("内容不完整", "it ends too early"),
        ErrorKind::InvalidData => ("内容不是文本（UTF-8）", "it is no text (UTF-8)"),
        _ => return other(error),
    };
    Words {
        chinese: chinese.to_owned(),
        english: english.to_owned(),
    }
}

fn other(error: &Error) -> Words {
    match error.raw_os_error() {
        Some(number) => Words {
            chinese: format!("系统拒绝（错误号 {number}）"),
            english: format!("the system refuses (error number {number})"),
        },
        None => Words {
            chinese: error.to_string(),
            english: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_and_no_english_of_the_system_is_shown() {
        for number in 1..=133 {
            let words = words(&Error::from_raw_os_error(number));
            assert!(!words.chinese.contains("os error"), "{words:?}");
            assert!(
                !words.chinese.chars().any(|it| it.is_ascii_lowercase()),
                "{words:?}"
            );
            assert!(!words.english.contains("os error"), "{words:?}");
        }
        let missing = std::fs::read("no such file").unwrap_err();
        assert_eq!(words(&missing).chinese, "没有这个文件或文件夹");
        let ours = Error::other("demo.db 已被替换");
        assert_eq!(words(&ours).chinese, "demo.db 已被替换");
    }
}
