#!/usr/bin/env python3
"""The same import as a Python office would write it.

    tests/bench/peer_import.py DATABASE_URL ROSTER.xlsx openpyxl|calamine

`openpyxl`: openpyxl read-only and SQLAlchemy Core bulk insert (pandas reads by openpyxl, too, and then
copies). `calamine`: python-calamine and the driver's own fastest way, executemany or COPY. It groups rows by 户编号, turns labels to codes, money to fen and yes/no to booleans, and inserts into
the tables that `qianshou migrate` made. It checks nothing: no check character, no cross-check, no
comparison with what is there.
"""

import sys
import uuid
import warnings
from datetime import date, datetime, timezone

CHUNK = 1_000
CODES = {
    "sex": {"男": "male", "女": "female"},
    "relation": {"户主": "head", "配偶": "spouse", "之子": "son", "之女": "daughter"},
    "education": {"小学": "primary", "初中": "lower_secondary", "高中": "upper_secondary"},
    "schooling": {"非在校生": "none", "小学": "primary"},
    "health": {"健康": "healthy", "长期慢性病": "chronic_illness"},
    "labour": {"普通劳动力": "ordinary", "无劳动力": "none"},
    "workplace": {"乡(镇)内": "in_town"},
    "category": {"一般贫困户": "general"},
    "status": {"未脱贫": "poor"},
    "cause": {"因病": "illness", "缺劳力": "lack_of_labour", "缺资金": "lack_of_funds"},
    "housing_grade": {"B级": "b"},
    "measure": {"产业": "industry", "健康": "health"},
}


def code(kind):
    table = CODES[kind]
    return lambda value: table[value]


def codes(kind):
    table = CODES[kind]
    return lambda value: "[" + ",".join(f'"{table[part]}"' for part in value.split("、")) + "]"


def yes(value):
    return value == "是"


def fen(value):
    return round(float(value) * 100)


def to_date(value):
    return value.date() if isinstance(value, datetime) else value


def whole(value):
    return int(value)


def same(value):
    return value


HOUSEHOLD = {
    "户编号": ("number", same), "镇(乡、街道)": ("town", same), "村(居)": ("village", same), "组": ("group_name", same),
    "联系电话": ("phone", same), "家庭住址": ("address", same), "识别年度": ("identified_year", whole),
    "贫困户属性": ("category", code("category")), "脱贫属性": ("status", code("status")),
    "脱贫年度": ("lifted_year", whole), "主要致贫原因": ("main_cause", code("cause")),
    "其他致贫原因": ("other_causes", codes("cause")), "工资性收入(元)": ("wage_income_fen", fen),
    "生产经营性收入(元)": ("business_income_fen", fen), "财产性收入(元)": ("property_income_fen", fen),
    "转移性收入(元)": ("transfer_income_fen", fen), "生产经营性支出(元)": ("business_expense_fen", fen),
    "年人均纯收入(元)": ("income_per_head_fen", fen), "危房等级": ("housing_grade", code("housing_grade")),
    "住房安全": ("housing_safe", yes), "饮水安全": ("water_safe", yes), "内心诉求": ("wishes", same),
    "帮扶思路": ("approach", same), "帮扶措施": ("measures", codes("measure")), "帮扶责任人": ("roster_helper", same),
    "帮扶单位": ("roster_unit", same), "备注": ("remark", same), "姓名": ("head_name", same),
}
MEMBER = {
    "姓名": ("name", same), "性别": ("sex", code("sex")), "证件号码": ("identity_number", same),
    "与户主关系": ("relation", code("relation")), "民族": ("ethnicity", same),
    "出生日期": ("birth_date", to_date), "文化程度": ("education", code("education")),
    "在校生状况": ("schooling", code("schooling")), "健康状况": ("health", code("health")),
    "劳动技能": ("labour", code("labour")), "务工状况": ("workplace", code("workplace")),
    "务工时间(月)": ("months_worked", whole), "联系电话": ("phone", same),
    "是否参加城乡居民基本医疗保险": ("resident_medical", yes), "是否参加城镇职工基本医疗保险": ("employee_medical", yes),
    "是否参加城乡居民基本养老保险": ("resident_pension", yes), "是否参加大病保险": ("critical_illness", yes),
    "是否享受低保": ("minimum_living", yes),
}


def read_openpyxl(path):
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    width = 0
    for row in sheet.iter_rows(values_only=True):
        # Empty cells at the end of a row are not given.
        width = width or len(row)
        yield row + (None,) * (width - len(row))


def read_calamine(path):
    import python_calamine

    for row in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        yield [None if value == "" else value for value in row]


def grouped(rows, new_id, now):
    """The households and the members of the rows, as two lists of dictionaries."""
    headings = next(rows)
    of_household = [(index, *HOUSEHOLD[text]) for index, text in enumerate(headings) if text in HOUSEHOLD]
    of_member = [(index, *MEMBER[text]) for index, text in enumerate(headings) if text in MEMBER]
    number_at = headings.index("户编号")
    households, members = {}, []
    for row in rows:
        household = households.get(row[number_at])
        if household is None:
            household = {name: None if row[index] is None else read(row[index]) for index, name, read in of_household}
            household |= {"id": new_id(), "size": 0, "version": 1, "import_id": None, "created_at": now, "updated_at": now}
            households[row[number_at]] = household
        member = {name: None if row[index] is None else read(row[index]) for index, name, read in of_member}
        member |= {"id": new_id(), "household_id": household["id"], "position": household["size"], "number": None}
        household["size"] += 1
        members.append(member)
    return (("household", list(households.values())), ("member", members))


def write_sqlalchemy(url, tables):
    from sqlalchemy import MetaData, create_engine, insert
    from sqlalchemy.types import NullType

    engine = create_engine(url)
    known = MetaData()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known.reflect(engine, only=["household", "member"])
    if engine.dialect.name == "sqlite":
        # SQLite knows no UUID and no TIMESTAMPTZ; the values go in as they are.
        for table in known.tables.values():
            for column in table.columns:
                if column.name in {"id", "household_id", "import_id", "created_at", "updated_at"}:
                    column.type = NullType()
    with engine.begin() as connection:
        for table, values in tables:
            for start in range(0, len(values), CHUNK):
                connection.execute(insert(known.tables[table]), values[start : start + CHUNK])


def write_natively(url, tables):
    """SQLite: executemany of the standard library. PostgreSQL: COPY."""
    if url.startswith("sqlite"):
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA foreign_keys = ON")
        with connection:
            for table, values in tables:
                names = list(values[0])
                marks = ",".join("?" * len(names))
                connection.executemany(
                    f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})",
                    ([str(value) if isinstance(value, date) else value for value in row.values()] for row in values),
                )
        connection.close()
        return
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection, connection.cursor() as cursor:
        for table, values in tables:
            with cursor.copy(f"COPY {table} ({','.join(values[0])}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(list(row.values()))


def main(url, path, stack):
    sqlite = url.startswith("sqlite")
    new_id = (lambda: uuid.uuid4().bytes) if sqlite else uuid.uuid4
    now = datetime.now(timezone.utc)
    read, write = STACKS[stack]
    write(url, grouped(iter(read(path)), new_id, now.isoformat() if sqlite else now))


STACKS = {"openpyxl": (read_openpyxl, write_sqlalchemy), "calamine": (read_calamine, write_natively)}

if __name__ == "__main__":
    main(*sys.argv[1:])
