//! How far an import is.

use crate::code_list;

code_list! {
    /// How far an import is.
    pub enum ImportState = "import_state", "导入进度" {
        Queued = "queued", "排队中", [];
        Reading = "reading", "正在读取", [];
        Checking = "checking", "正在核对", [];
        Ready = "ready", "待确认", [];
        Committed = "committed", "已导入", [];
        Failed = "failed", "核对失败", [];
        Cancelled = "cancelled", "已取消", [];
        Undone = "undone", "已撤销", [];
        Expired = "expired", "预览已过期", [];
    }
}

impl ImportState {
    /// Whether it waits for a worker, or a worker works on it.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Queued | Self::Reading | Self::Checking)
    }

    /// Whether nothing of it is in the register and nobody has given it up, so that it may be
    /// checked again or cancelled.
    pub fn is_open(self) -> bool {
        self.is_at_work() || matches!(self, Self::Ready | Self::Failed | Self::Expired)
    }
}
