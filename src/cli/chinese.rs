//! The help of the command line in Chinese. The English stands in [`arguments`](super::arguments), at each command
//! and argument; [`help`](super::help) says which of both is shown.

/// What the help of a command says.
pub(super) struct Words {
    /// The command, such as `import households`; of the program itself nothing.
    pub command: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What stands below its arguments.
    pub after: &'static str,
    /// Its arguments by their ids, and what each is for.
    pub arguments: &'static [(&'static str, &'static str)],
}

/// Arguments that all commands take.
pub(super) const EVERYWHERE: &[(&str, &str)] = &[
    ("help", "显示帮助"),
    ("version", "显示版本"),
    (
        "lang",
        "帮助和命令行报错所用的语言（默认：按 LC_ALL、LC_MESSAGES、LANG）",
    ),
    (
        "database",
        "数据库：sqlite:文件 或 postgres://用户:密码@主机/库名；也可写在 DATABASE_URL 中（默认：sqlite:qianshou-data/qianshou.db）",
    ),
    ("listen", "serve 和 demo 的监听地址（默认：127.0.0.1:8080）"),
    (
        "log",
        "记录哪些日志，如 info 或 qianshou=debug,sqlx=warn（默认：serve 为 info，其他为 warn）",
    ),
    (
        "create",
        "没有数据库时新建一个空的（默认：只在从未有过数据库的地方新建，即默认位置的第一次启动，或 migrate 和 import）",
    ),
    (
        "trusted_proxies",
        "可信的反向代理的地址或网段，用逗号分开，采用其 X-Forwarded-For；不填时，登录失败按代理的一个地址合计（默认：无）",
    ),
    (
        "cors_origins",
        "哪些网页可以从浏览器使用接口：写网页的来源，如 https://app.example.cn，用逗号分开；* 表示任何网页（默认：无）",
    ),
    (
        "config",
        "写有这些设置的文件（TOML：database、listen、log、trusted_proxies、cors_origins）（默认：qianshou.toml，如果有）",
    ),
];

/// What stands for the values of arguments.
pub(super) const VALUES: &[(&str, &str)] = &[
    ("FILE", "文件"),
    ("FOLDER", "文件夹"),
    ("NAME", "名称"),
    ("NUMBER", "工号"),
    ("DAY", "日期"),
    ("YEAR", "年度"),
    ("VERSION", "版本"),
    ("TOWN", "镇"),
    ("VILLAGE", "村"),
    ("UNIT", "单位"),
    ("LIMIT", "个数"),
    ("ID", "编号"),
    ("RUN", "方案编号"),
    ("ROLE", "角色"),
    ("STAFF", "工号"),
    ("FIELD", "字段"),
    ("ANSWER", "答复"),
    ("KIND[=ANSWER[:NAME]]", "事项[=答复[:名称]]"),
    ("KIND=ANSWER[:NAME]", "事项=答复[:名称]"),
    ("URL", "地址"),
    ("HOST:PORT", "主机:端口"),
    ("FILTER", "级别"),
    ("ADDRESSES", "地址"),
    ("ORIGINS", "来源"),
    ("LANGUAGE", "语言"),
];

const PROFILE: &str = "按这个名称的列名方案读取（默认：保存过的、列名完全相同的方案）";
const REPORT_AS_JSON: &str = "以 JSON 输出报告，文件被拒绝时也一样";
const SHEETS: &str = "只读取这张工作表，可以重复写（默认：像名册的工作表）";
const ALL_PROBLEMS: &str = "逐处列出问题（默认：同一列的同一种问题合为一行）";
const DRY_RUN: &str = "只核对，不写入";
const WORKBOOK: &str = "表格文件：.xlsx、.xlsm、.xls、.xlsb、.ods 或 .csv";
const OUT: &str = "写入的文件；写 - 则输出到标准输出";
const YEAR: &str = "年度（默认：--as-of 那天所在的年度）";
const AS_OF: &str = "看到哪一天为止，格式 YYYY-MM-DD（默认：今天）";
const RUN: &str = "结对方案的编号，不论方案后来如何";
/// The arguments of the import of a roster; `{kinds}` are the kinds of questions that have a proposal.
const IMPORT_FILE: &[(&str, &str)] = &[
    ("file", WORKBOOK),
    ("dry_run", DRY_RUN),
    ("good_rows_only", "不导入有错误或待决事项的行"),
    ("sheets", SHEETS),
    ("profile", PROFILE),
    (
        "accept",
        "对这一种待决事项照预览的建议办理：{kinds}；或给出预览所列的另一种答复，如 place_spelling=different_places，列有名称的还可写明采用哪一个，如 place_spelling=same_place:双喜村；可以重复写",
    ),
    (
        "left",
        "登记在册、而文件的同一户中没有的成员，一律作何答复：moved_away（迁出）、died（去世）、stays（仍在）或 same_person（同一人）",
    ),
    ("answers", "同 --accept 事项=答复"),
    (
        "clear_empty",
        "该字段（如 phone）的空白格清空登记中的内容；* 为文件中的所有列；可以重复写",
    ),
    ("all_problems", ALL_PROBLEMS),
    ("json", REPORT_AS_JSON),
];

/// The help of each command.
pub(super) const COMMANDS: &[Words] = &[
    Words {
        command: "",
        about: "牵手：结对帮扶服务（三清楚两明确一达成）\n\n为贫困户安排帮扶责任人，记录走访，提示下一步该做什么，并统计全年脱贫进度。",
        after: "\
示例：
  qianshou demo                                     演示一个虚构单位的一年，然后打开文档页
  qianshou serve --listen 0.0.0.0:8080              正式运行，使用 qianshou-data/qianshou.db
  qianshou pair --confirm                           为所有还没有责任人的户安排责任人
  qianshou template                                 写出空白名册模板
  qianshou import households 贫困户名册.xlsx         导入名册，要么全部导入，要么都不导入
  qianshou export progress --out progress.xlsx      导出上报用的进度表
  qianshou user add wangfang --role office          新建办公室账号，密码只显示一次
  qianshou openapi --yaml > openapi.yaml            生成客户端所用的接口文档
  qianshou backup qianshou-2026-11-25.db            运行中备份全部数据
  qianshou restore qianshou-2026-11-25.db           停止服务后恢复备份",
        arguments: &[],
    },
    Words {
        command: "serve",
        about: "提供接口和文档",
        after: "示例：\n  qianshou serve --listen 0.0.0.0:8080 --database postgres://qianshou@db/qianshou\n  qianshou serve --database sqlite:/srv/qianshou.db --create   第一次：新建数据库",
        arguments: &[],
    },
    Words {
        command: "demo",
        about: "演示一个虚构单位的一年，然后连同文档页一起提供",
        after: "示例：\n  qianshou demo --no-serve --dir /tmp/demo",
        arguments: &[
            ("no_serve", "演示完一年就结束，不提供服务"),
            ("dir", "名册、数据库和进度表放在哪里；以前演示留下的会被替换"),
        ],
    },
    Words {
        command: "import",
        about: "导入名册，或只说明导入后会怎样",
        after: "",
        arguments: &[],
    },
    Words {
        command: "import households",
        about: "户和家庭成员：填好的本系统模板，或全国系统导出的表",
        after: "示例：\n  qianshou import households 贫困户名册.xlsx --dry-run",
        arguments: IMPORT_FILE,
    },
    Words {
        command: "import staff",
        about: "帮扶责任人和单位",
        after: "示例：\n  qianshou import staff 帮扶责任人名册.xlsx",
        arguments: IMPORT_FILE,
    },
    Words {
        command: "import pairings",
        about: "人工安排的结对：哪一户、哪位责任人、从哪天起",
        after: "示例：\n  qianshou import pairings 结对表.xlsx --dry-run",
        arguments: &[
            ("file", WORKBOOK),
            ("dry_run", DRY_RUN),
            ("good_rows_only", "不导入有错误的行"),
            ("sheets", "只读取这张工作表，可以重复写（默认：像结对表的工作表）"),
            ("profile", PROFILE),
            ("all_problems", ALL_PROBLEMS),
            ("json", REPORT_AS_JSON),
        ],
    },
    Words {
        command: "import list",
        about: "列出最近的导入和结果",
        after: "示例：\n  qianshou import list --limit 50",
        arguments: &[("limit", "最多列出几次")],
    },
    Words {
        command: "import undo",
        about: "撤销一次导入，只要后来的记录都不依赖它",
        after: "示例：\n  qianshou import undo 019b6a1c-8f0e-7c3a-9d42-1f5e6b7a8c90",
        arguments: &[("id", "导入的编号")],
    },
    Words {
        command: "template",
        about: "写出空白名册模板",
        after: "示例：\n  qianshou template --dir import-templates",
        arguments: &[("dir", "放在哪里")],
    },
    Words {
        command: "export",
        about: "导出表格",
        after: "",
        arguments: &[],
    },
    Words {
        command: "export progress",
        about: "上报用的进度表",
        after: "示例：\n  qianshou export progress --year 2026 --as-of 2026-11-25 --out progress.xlsx",
        arguments: &[("year", YEAR), ("as_of", AS_OF), ("out", OUT)],
    },
    Words {
        command: "export pairings",
        about: "结对花名册，按单位分列，可打印签字",
        after: "示例：\n  qianshou export pairings --as-of 2026-11-25 --unit 青禾小学 --out pairings.xlsx",
        arguments: &[
            ("as_of", "哪一天的结对，格式 YYYY-MM-DD（默认：今天）"),
            ("unit", "只要这个单位的，写全称"),
            ("out", OUT),
        ],
    },
    Words {
        command: "progress",
        about: "显示全年脱贫进度",
        after: "示例：\n  qianshou progress --year 2026 --as-of 2026-11-25",
        arguments: &[
            ("year", YEAR),
            ("as_of", AS_OF),
            ("json", "以 JSON 输出，不用表格"),
        ],
    },
    Words {
        command: "openapi",
        about: "输出 OpenAPI 接口文档",
        after: "示例：\n  qianshou openapi > openapi.json\n  qianshou openapi --version 3.0 > openapi-3.0.json",
        arguments: &[
            ("of", "OpenAPI 的版本：3.0 给只认识它的客户端生成器"),
            ("yaml", "以 YAML 输出，不用 JSON"),
        ],
    },
    Words {
        command: "pair",
        about: "为每一户提出责任人，说明理由和缺口",
        after: "示例：\n  qianshou pair\n  qianshou pair --town 青禾镇 --village 东圩村 --json\n  qianshou pair --all --unit 实验小学\n  qianshou pair --confirm",
        arguments: &[
            ("town", "只安排这个镇的户，写全称"),
            ("village", "只安排这个村的户，写全称"),
            ("unit", "只由这个单位的人员帮扶，写全称"),
            ("all", "也包括已有责任人的户：各户保持不变，除非两者按规则不能再结对"),
            ("leaving", "只安排这个工号的人名下的户：此人将要离岗或已离岗"),
            ("confirm", "从今天起生效"),
            ("json", "以 JSON 输出，不用表格"),
        ],
    },
    Words {
        command: "pairing",
        about: "核验结对方案，或写出它的网络供其他求解程序核对",
        after: "",
        arguments: &[],
    },
    Words {
        command: "pairing verify",
        about: "证明没有比该方案更好的安排，并说明核验了什么；方案与记载不符时以失败结束。人工调整不算失败：会说明它的代价",
        after: "示例：\n  qianshou pairing verify 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11",
        arguments: &[("run", RUN)],
    },
    Words {
        command: "pairing dimacs",
        about: "以 DIMACS 格式写出计算方案时的网络，并以 CSV 写出各节点的含义",
        after: "示例：\n  qianshou pairing dimacs 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11 --out run.min",
        arguments: &[
            ("run", RUN),
            ("out", "写入的文件；节点写入同名、以 .nodes.csv 结尾的文件"),
        ],
    },
    Words {
        command: "user",
        about: "新建账号、重置密码",
        after: "",
        arguments: &[],
    },
    Words {
        command: "user add",
        about: "新建账号；密码只显示一次",
        after: "示例：\n  qianshou user add lina --role helper --staff T0012",
        arguments: &[
            ("name", "登录名"),
            (
                "role",
                "administrator（系统管理员）、office（办公室）、unit_contact（单位联络员）、helper（帮扶责任人）或 leader（领导）",
            ),
            ("staff", "此人在帮扶责任人名册中的工号；帮扶责任人和单位联络员必填"),
        ],
    },
    Words {
        command: "user list",
        about: "列出所有账号",
        after: "示例：\n  qianshou user list",
        arguments: &[],
    },
    Words {
        command: "user reset",
        about: "给账号换新密码，只显示一次；该账号的登录全部失效，并解除锁定",
        after: "示例：\n  qianshou user reset admin",
        arguments: &[("name", "账号的登录名")],
    },
    Words {
        command: "user unlock",
        about: "清除账号的登录失败记录，使其不必等待",
        after: "示例：\n  qianshou user unlock lina",
        arguments: &[("name", "账号的登录名")],
    },
    Words {
        command: "migrate",
        about: "把数据库升级到本版本的结构，然后结束",
        after: "示例：\n  qianshou migrate --database sqlite:/srv/qianshou.db",
        arguments: &[],
    },
    Words {
        command: "backup",
        about: "在运行中把整个数据库备份到一个新文件",
        after: "\
备份写完并核对之后才得到文件名，只有文件的主人可以读取。备份是某一时刻的全部数据，不影响使用。

示例：
  qianshou backup qianshou-2026-11-25.db
  qianshou backup qianshou-2026-11-25.dump --database postgres://qianshou:PASSWORD@db/qianshou

恢复：qianshou restore 文件",
        arguments: &[("file", "写入的文件，不能已经存在")],
    },
    Words {
        command: "restore",
        about: "用备份换下现有的数据库；此时不能有程序在使用它",
        after: "\
先核对备份，把现有数据放到一边，换上备份，并逐行核对。中途失败或中断，数据库仍是原来的样子。请先停止服务。
SQLite 的旧数据库放在 文件.before-restore-时间，PostgreSQL 放在模式 before_restore_时间 中；不再需要时请自行删除。
PostgreSQL 其他用户的权限不恢复。

示例：
  qianshou restore qianshou-2026-11-25.db
  qianshou restore qianshou-2026-11-25.db --database sqlite:/srv/qianshou/qianshou.db
  qianshou restore qianshou-2026-11-25.dump --database postgres://qianshou:PASSWORD@db/qianshou

然后：qianshou serve",
        arguments: &[("file", "备份文件，只读取")],
    },
    Words {
        command: "help",
        about: "显示帮助，或某个命令的帮助",
        after: "",
        arguments: &[("subcommand", "哪个命令")],
    },
];
