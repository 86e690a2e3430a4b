#!/usr/bin/env python3
"""The same import as a Python office would write it: openpyxl read-only, SQLAlchemy Core bulk insert.

    tests/bench/peer_import.py DATABASE_URL ROSTER.xlsx

It groups rows by 户编号, turns labels to codes, money to fen and yes/no to booleans, and inserts into
the tables that `qianshou migrate` made. It checks nothing: no check character, no cross-check, no
comparison with what is there.
"""

import sys
import uuid
import warnings
from datetime import datetime, timezone

import openpyxl
from sqlalchemy import MetaData, create_engine, insert
from sqlalchemy.types import NullType

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


def same(value):
    return value


HOUSEHOLD = {
    "户编号": ("number", same), "镇(乡、街道)": ("town", same), "村(居)": ("village", same), "组": ("group_name", same),
    "联系电话": ("phone", same), "家庭住址": ("address", same), "识别年度": ("identified_year", same),
    "贫困户属性": ("category", code("category")), "脱贫属性": ("status", code("status")),
    "脱贫年度": ("lifted_year", same), "主要致贫原因": ("main_cause", code("cause")),
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
    "出生日期": ("birth_date", lambda value: value.date()), "文化程度": ("education", code("education")),
    "在校生状况": ("schooling", code("schooling")), "健康状况": ("health", code("health")),
    "劳动技能": ("labour", code("labour")), "务工状况": ("workplace", code("workplace")),
    "务工时间(月)": ("months_worked", same), "联系电话": ("phone", same),
    "是否参加城乡居民基本医疗保险": ("resident_medical", yes), "是否参加城镇职工基本医疗保险": ("employee_medical", yes),
    "是否参加城乡居民基本养老保险": ("resident_pension", yes), "是否参加大病保险": ("critical_illness", yes),
    "是否享受低保": ("minimum_living", yes),
}


def main(url, path):
    engine = create_engine(url)
    tables = MetaData()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables.reflect(engine, only=["household", "member"])
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        # SQLite knows no UUID and no TIMESTAMPTZ; the values go in as they are.
        for table in tables.tables.values():
            for column in table.columns:
                if column.name in {"id", "household_id", "import_id", "created_at", "updated_at"}:
                    column.type = NullType()
    new_id = (lambda: uuid.uuid4().bytes) if sqlite else uuid.uuid4
    now = datetime.now(timezone.utc)
    now = now.isoformat() if sqlite else now

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    headings = next(sheet.iter_rows(max_row=1, values_only=True))
    rows = sheet.iter_rows(min_row=2, max_col=len(headings), values_only=True)
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
    with engine.begin() as connection:
        for table, values in (("household", list(households.values())), ("member", members)):
            for start in range(0, len(values), CHUNK):
                connection.execute(insert(tables.tables[table]), values[start : start + CHUNK])


if __name__ == "__main__":
    main(*sys.argv[1:])
