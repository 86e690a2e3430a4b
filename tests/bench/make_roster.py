#!/usr/bin/env python3
"""Writes a fictional roster of households as large as wanted, in our template's layout.

    tests/bench/make_roster.py PERSONS OUT.xlsx [--full]

With --full every row says all of its household, as the national system's export does; else only the
head's row does.

Standard library only: the sheet's XML is written as Excel writes it, with shared strings. The area
code 320999 has never been issued; no person is real.
"""

import random
import re
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

TEMPLATE = Path(__file__).parents[2] / "import-templates" / "household-roster.xlsx"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华玉珍凤海建国文志梅"


def headings():
    """The template's headings, without the mark of required ones."""
    with zipfile.ZipFile(TEMPLATE) as template:
        sheet = template.read("xl/worksheets/sheet1.xml").decode()
        strings = re.findall(r"<si>.*?</si>", template.read("xl/sharedStrings.xml").decode(), re.S)
    first_row = re.search(r"<row r=\"1\".*?</row>", sheet, re.S).group()
    texts = [re.sub(r"<.*?>", "", text) for text in strings]
    return [texts[int(index)].lstrip("*") for index in re.findall(r"<v>(\d+)</v>", first_row)]


def identity(born, sex, serial):
    body = f"320999{born:%Y%m%d}{serial % 500 * 2 + (1 if sex == '男' else 0):03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]


class People:
    """Persons whose identity numbers do not come twice."""

    def __init__(self, full):
        self.full = full
        self.random = random.Random(2026)
        self.serials = {}

    def person(self, relation, sex, year, **more):
        born = date(year, 1, 1) + timedelta(days=self.random.randrange(365))
        serial = self.serials.get((born, sex), 0)
        if serial == 500:
            return self.person(relation, sex, year, **more)
        self.serials[born, sex] = serial + 1
        name = self.random.choice(SURNAMES) + "".join(self.random.sample(GIVEN, 2))
        return {
            "姓名": name, "性别": sex, "证件类型": "居民身份证", "证件号码": identity(born, sex, serial),
            "与户主关系": relation, "民族": "汉族", "出生日期": born, "健康状况": "健康",
            "是否参加城乡居民基本医疗保险": "是", "是否参加城镇职工基本医疗保险": "否",
            "是否参加城乡居民基本养老保险": "是", "是否参加大病保险": "是", "是否享受低保": "否", **more,
        }

    def household(self, number):
        pick = self.random.choice
        phone = f"139{number:08}"
        grown = {"文化程度": pick(("小学", "初中", "高中")), "在校生状况": "非在校生", "劳动技能": "普通劳动力"}
        head = self.person("户主", "男", pick(range(1970, 1991)), 联系电话=phone, 务工状况="乡(镇)内",
                           **{"务工时间(月)": pick(range(1, 13))}, **grown)
        head["健康状况"] = "长期慢性病"
        members = [head, self.person("配偶", "女", pick(range(1970, 1991)), **grown)]
        for _ in range(pick((0, 1, 1, 2, 3))):
            sex = pick("男女")
            members.append(self.person("之子" if sex == "男" else "之女", sex, pick(range(2014, 2019)),
                                       在校生状况="小学", 劳动技能="无劳动力"))
        per_head = pick(range(3000, 9000))
        shared = {
            "组": f"{number % 9 + 1}组", "户主姓名": head["姓名"], "户主证件号码": head["证件号码"],
            "家庭住址": f"示例镇第{number % 400}村{number % 9 + 1}组{number % 90}号", "识别年度": 2016,
            "贫困户属性": "一般贫困户", "脱贫属性": "未脱贫", "主要致贫原因": "因病", "其他致贫原因": "缺劳力、缺资金",
            "家庭人口": len(members), "工资性收入(元)": per_head * len(members) - 1200, "生产经营性收入(元)": 2000,
            "财产性收入(元)": 0, "转移性收入(元)": 1000.5, "生产经营性支出(元)": 1800.5, "年人均纯收入(元)": per_head,
            "住房安全": "是", "危房等级": "B级", "饮水安全": "是", "内心诉求": f"希望第{number % 50}项技术培训",
            "帮扶思路": "先治病，再发展养殖", "帮扶措施": "产业、健康", "帮扶责任人": pick(SURNAMES) + "老师",
            "帮扶单位": f"示例第{number % 60}小学",
        }
        for index, member in enumerate(members):
            place = {"镇(乡、街道)": f"示例{number % 14}镇", "村(居)": f"第{number % 400}村", "户编号": f"320999{number:07}"}
            yield {**place, **member, **(shared if index == 0 or self.full else {})}


def letters(column):
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def main(persons, out, full):
    columns = headings()
    names = [letters(index) for index in range(len(columns))]
    strings = {}
    people = People(full)

    def cell(column, row, value):
        place = f'<c r="{names[column]}{row}"'
        if isinstance(value, str):
            return f'{place} t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        if isinstance(value, date):
            return f'{place} s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        return f"{place}><v>{value}</v></c>"

    def rows():
        yield 1, dict(zip(columns, columns))
        row, number = 1, 0
        while row <= persons:
            number += 1
            for person in people.household(number):
                if row <= persons or person["与户主关系"] != "户主":
                    row += 1
                    yield row, person

    main_xmlns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/worksheets/sheet1.xml", "worksheet"),
             ("xl/styles.xml", "styles"), ("xl/sharedStrings.xml", "sharedStrings")]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", f'{head}<Types xmlns="{package}/content-types">'
                      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                      '<Default Extension="xml" ContentType="application/xml"/>'
                      + "".join(f'<Override PartName="/{part}" ContentType="{types}.{kind}+xml"/>' for part, kind in parts)
                      + "</Types>")
        book.writestr("_rels/.rels", f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                      f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr("xl/workbook.xml", f'{head}<workbook xmlns="{main_xmlns}" xmlns:r="{office}"><sheets>'
                      '<sheet name="贫困户名册" sheetId="1" r:id="rId1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f'{head}<Relationships xmlns="{package}/relationships">'
                      + "".join(f'<Relationship Id="rId{index}" Type="{office}/{kind}" Target="{target}"/>'
                                for index, (kind, target) in enumerate(
                                    [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"),
                                     ("sharedStrings", "sharedStrings.xml")], 1))
                      + "</Relationships>")
        book.writestr("xl/styles.xml", f'{head}<styleSheet xmlns="{main_xmlns}"><fonts count="1"><font/></fonts>'
                      '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
                      '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/>'
                      '<xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1">'
                      '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>')
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{head}<worksheet xmlns="{main_xmlns}"><sheetData>'.encode())
            for row, values in rows():
                cells = "".join(cell(column, row, values[heading])
                                for column, heading in enumerate(columns) if heading in values)
                sheet.write(f'<row r="{row}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'{head}<sst xmlns="{main_xmlns}" uniqueCount="{len(strings)}">'.encode())
            for text in strings:
                shared.write(f"<si><t>{escape(text)}</t></si>".encode())
            shared.write(b"</sst>")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], "--full" in sys.argv[3:])
