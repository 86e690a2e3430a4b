//! What stands in a cell is read as Excel shows it, and what Excel could not show either is told at its
//! cell: one odd cell never makes a file unreadable.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;
use qianshou::workbook::source::Cell;

use crate::support::case_file::{Reading, read_case, read_roster};
use crate::support::mess::Grid;
use crate::support::reader::{read_workbook, text_cell};
use crate::support::{XlsbFile, rezipped, xls, xls_number, zipped};

const SHEET: &str = "xl/worksheets/sheet1.xml";
const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

fn case(file: &str) -> Reading {
    let reading = read_case(file, RosterKind::Households);
    assert!(reading.refusal.is_none(), "{file}: {:?}", reading.refusal);
    reading
}

fn households(bytes: &[u8]) -> Reading {
    let reading = read_roster(bytes, RosterKind::Households, &Choices::default());
    assert!(reading.refusal.is_none(), "{:?}", reading.refusal);
    reading
}

/// [`ALL`] in a workbook with something changed in the XML of its sheet.
fn changed(from: &str, to: &str) -> Vec<u8> {
    rezipped(&Grid::plain().xlsx(), SHEET, |xml| {
        assert!(xml.contains(from), "{from}: {xml}");
        xml.replace(from, to)
    })
}

/// [`ALL`] with a further column 备注, in whose first cell stands this XML.
fn with_remark(cell: &str) -> Vec<u8> {
    let bytes = Grid::plain().column("备注", ["@@"]).xlsx();
    rezipped(&bytes, SHEET, |xml| {
        let at = xml.find("<c r=\"J2\"").unwrap();
        let end = xml[at..].find("</c>").unwrap() + at + 4;
        format!("{}{cell}{}", &xml[..at], &xml[end..])
    })
}

/// The codes of what is said of a cell as an error.
fn errors<'r>(reading: &'r Reading, cell: &str) -> Vec<&'r str> {
    let said = reading.at(cell).into_iter();
    let errors = said.filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_formula_without_a_result_is_told_at_its_cell() {
    let reading = case("F17_formula_no_cache.xlsx");
    for cell in ["J2", "K2"] {
        assert_eq!(errors(&reading, cell), ["formula_not_calculated"], "{cell}");
    }
    assert_eq!(reading.names(), ["张建国"]);
    let said = reading.at("J2")[0];
    assert_eq!(said.reason.zh, "公式没有计算结果");
    assert!(
        said.remedy.zh.contains("Excel 或 WPS"),
        "{}",
        said.remedy.zh
    );

    let reading = case("F18_formula_no_cache_required.xlsx");
    for cell in ["F2", "D3"] {
        assert_eq!(errors(&reading, cell), ["formula_not_calculated"], "{cell}");
    }
}

#[test]
fn other_formulas_without_a_result_are_told_too() {
    for cell in [
        r#"<c r="J2"><f>A2</f></c>"#,
        r#"<c r="J2"><f>A2</f><v/></c>"#,
        r#"<c r="J2" t="n"><f>A2</f><v> </v></c>"#,
        r#"<c r="J2" t="str"><f>A2</f></c>"#,
        r#"<c r="J2"><f t="shared" si="0"/><v></v></c>"#,
        r#"<c r="J2" t="e"><f>A2</f><v></v></c>"#,
        // In a cell whose format is text.
        r#"<c r="J2" t="inlineStr"><is><t>=VLOOKUP(D2,A:B,2,0)</t></is></c>"#,
    ] {
        let reading = households(&with_remark(cell));
        assert_eq!(errors(&reading, "J2"), ["formula_not_calculated"], "{cell}");
    }
    // A formula that has given an empty text or a number.
    for cell in [
        r#"<c r="J2" t="str"><f>IF(A2="","",1)</f><v></v></c>"#,
        r#"<c r="J2"><f>1+1</f><v>2</v></c>"#,
        r#"<c r="J2" t="str"><f>A2</f><v>草庙镇</v></c>"#,
    ] {
        let reading = households(&with_remark(cell));
        assert_eq!(reading.names(), ALL, "{cell}");
    }
}

#[test]
fn a_zero_of_a_program_that_cannot_calculate_is_no_result() {
    let income = Grid::plain().column("工资性收入", ["@@"]).xlsx();
    let cell = r#"<c r="J2"><f>1000*12</f><v>0</v></c>"#;
    let income = rezipped(&income, SHEET, |xml| {
        let at = xml.find("<c r=\"J2\"").unwrap();
        let end = xml[at..].find("</c>").unwrap() + at + 4;
        format!("{}{cell}{}", &xml[..at], &xml[end..])
    });
    // It asks whoever opens the file to calculate all.
    let reading = households(&income);
    assert_eq!(errors(&reading, "J2"), ["formula_not_calculated"]);
    let calculated = rezipped(&income, "xl/workbook.xml", |xml| {
        xml.replace(" fullCalcOnLoad=\"1\"", "")
    });
    assert!(errors(&households(&calculated), "J2").is_empty());
}

#[test]
fn formulas_of_other_formats_are_told_too() {
    let csv = Grid::plain()
        .column("备注", ["=A2&B2", "#REF!", "#溢出!"])
        .text(",");
    let reading = households(csv.as_bytes());
    assert_eq!(errors(&reading, "J2"), ["formula_not_calculated"]);
    assert_eq!(errors(&reading, "J3"), ["formula_error"]);
    assert_eq!(errors(&reading, "J4"), ["formula_error"]);

    let content: &[u8] = br#"<office:spreadsheet><table:table table:name="A"><table:table-row>
        <table:table-cell table:formula="of:=[.B1]"/>
        <table:table-cell table:formula="of:=1" office:value-type="float" office:value="1"/>
        <table:table-cell office:value-type="float" office:value="1"><text:p>0001</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="1"><text:p>1.00</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="0"><text:p>#SPILL!</text:p></table:table-cell>
        <table:table-cell office:value-type="string"><text:p>#BUSY!</text:p></table:table-cell>
        </table:table-row></table:table></office:spreadsheet>"#;
    let mime: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    let ods = zipped(&[("mimetype", mime), ("content.xml", content)]);
    let cells = &read_workbook(&ods).unwrap()[0].1[0].cells;
    let wanted = [
        (0, Cell::Uncalculated),
        (1, Cell::Number(1.0)),
        (2, text_cell("0001")),
        (3, Cell::Number(1.0)),
        (4, Cell::Error("#SPILL!".to_owned())),
        (5, Cell::Error("#BUSY!".to_owned())),
    ];
    assert_eq!(*cells, wanted);
}

#[test]
fn any_error_value_is_told_at_its_cell() {
    let reading = case("F19_error_cells.xlsx");
    for cell in ["J2", "J3", "J4"] {
        assert_eq!(errors(&reading, cell), ["formula_error"], "{cell}");
    }
    assert!(reading.at("J4")[0].reason.zh.contains("#GETTING_DATA"));
    for file in [
        "P06a_spill.xlsx",
        "P06b_getting.xlsx",
        "P06c_calc.xlsx",
        "P06d_data.xlsx",
    ] {
        let reading = case(file);
        assert_eq!(errors(&reading, "J2"), ["formula_error"], "{file}");
        assert_eq!(reading.names(), ["张建国"], "{file}");
    }
    for value in [
        "#BUSY!",
        "#FIELD!",
        "#BLOCKED!",
        "#UNKNOWN!",
        "#PYTHON!",
        "#NULL!",
    ] {
        let reading = households(&with_remark(&format!(
            r#"<c r="J2" t="e"><f>A2</f><v>{value}</v></c>"#
        )));
        assert_eq!(errors(&reading, "J2"), ["formula_error"], "{value}");
        assert!(reading.at("J2")[0].reason.zh.contains(value));
    }
    // In the column of a name, and of a staff roster.
    let reading = households(&Grid::plain().cell(1, 3, "#CALC!").xlsx());
    assert_eq!(errors(&reading, "D2"), ["formula_error"]);
    let staff = "工号,姓名,单位,可帮扶户数\nT001,周二月,草庙小学,#SPILL!\nT002,吴三月,草庙小学,5\n";
    let reading = read_roster(staff.as_bytes(), RosterKind::Staff, &Choices::default());
    assert_eq!(errors(&reading, "D2"), ["formula_error"]);
}

#[test]
fn error_values_of_the_binary_formats_are_told_too() {
    // Known and unknown, typed and of formulas.
    let cell = |row: u16, column: u16, rest: &[u8]| {
        let mut body = Vec::new();
        for part in [row, column, 0] {
            body.extend(part.to_le_bytes());
        }
        body.extend(rest);
        body
    };
    let formula = |column: u16, value: [u8; 8]| {
        (
            0x0006,
            cell(
                0,
                column,
                &[&value[..], &[0; 6], &[3, 0, 0x1E, 1, 0]].concat(),
            ),
        )
    };
    let bytes = xls(
        &[
            (0x041E, [&[164, 0, 4, 0, 0][..], b"0000"].concat()),
            (0x00E0, vec![0; 20]),
            (0x00E0, [&[0, 0, 164, 0][..], &[0; 16]].concat()),
        ],
        &[&[
            (0x0205, cell(0, 0, &[0x2A, 1])),
            (0x0205, cell(0, 1, &[0x2F, 1])),
            formula(2, [2, 0, 0x2C, 0, 0, 0, 0xFF, 0xFF]),
            formula(3, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
            formula(4, 5.0_f64.to_le_bytes()),
            xls_number(0, 5, 7.0),
            (0x0203, {
                let mut body = xls_number(0, 6, 7.0).1;
                body[4] = 1;
                body
            }),
        ]],
    );
    let cells = &read_workbook(&bytes).unwrap()[0].1[0].cells;
    let wanted = [
        (0, Cell::Error("#N/A".to_owned())),
        (1, Cell::Error("#错误值47".to_owned())),
        (2, Cell::Error("#错误值44".to_owned())),
        (3, Cell::Uncalculated),
        (4, Cell::Number(5.0)),
        (5, Cell::Number(7.0)),
        (6, text_cell("0007")),
    ];
    assert_eq!(*cells, wanted);

    let binary = XlsbFile {
        name: "名册",
        rows: &[vec![
            "张三".into(),
            "#REF!".into(),
            "李四".into(),
            "#SPILL!".into(),
        ]],
        hidden_rows: &[],
        before: &[],
        after: &[],
    };
    let bytes = binary.bytes();
    let cells = &read_workbook(&bytes).unwrap()[0].1[0].cells;
    let wanted = [
        (0, text_cell("张三")),
        (1, Cell::Error("#REF!".to_owned())),
        (2, text_cell("李四")),
        (3, Cell::Error("#错误值48".to_owned())),
    ];
    assert_eq!(*cells, wanted);
}

#[test]
fn one_odd_item_condemns_no_file() {
    assert_eq!(case("F06_dimension_A0.xlsx").names(), ALL);
    let dimension = r#"<dimension ref="A1:I4"/>"#;
    for odd in [
        "",
        r#"<dimension ref="A0"/>"#,
        "<dimension/>",
        r#"<dimension ref="XFE9999999:1"/>"#,
        r#"<dimension ref="名册"/>"#,
    ] {
        assert_eq!(households(&changed(dimension, odd)).names(), ALL, "{odd}");
    }
    for (from, to) in [
        // Rows and cells that say wrongly where they stand, or not at all.
        (r#"<row r="2""#, r#"<row r="0""#),
        (r#"<row r="3""#, "<row"),
        (r#"<c r="B2""#, "<c"),
        (r#"<c r="C2""#, r#"<c r="C0""#),
        // A type that nobody knows, on a cell that holds nothing, and what is no XML.
        (
            "</row></sheetData>",
            r#"<c r="L4" t="rich"><v></v></c></row></sheetData>"#,
        ),
        (
            "</row></sheetData>",
            r#"<c r="L4"><new><v2>1</v2></new></c></row></sheetData>"#,
        ),
        ("<sheetData>", "<sheetPr>A & B &nbsp;</sheetPr><sheetData>"),
    ] {
        assert_eq!(households(&changed(from, to)).names(), ALL, "{to}");
    }
}

#[test]
fn a_text_is_found_wherever_the_program_put_it() {
    let reading = case("F09_inline_v.xlsx");
    assert_eq!(reading.names(), ALL);
    for cell in [
        r#"<c r="J2" t="inlineStr"><v>低保户</v></c>"#,
        r#"<c r="J2" t="inlineStr"><is/><v>低保户</v></c>"#,
        r#"<c r="J2" t="inlineStr"><v>1</v><is><t>低保户</t></is></c>"#,
        r#"<c r="J2" t="inlineStr"><is><r><t>低保</t></r><r><t>户</t></r></is></c>"#,
        r#"<c r="J2" t="s"><is><t>低保户</t></is></c>"#,
        r#"<c r="J2" t="str"><v>低保户</v></c>"#,
        r#"<c r="J2"><v>低保户</v></c>"#,
        r#"<c r="J2" t="n"><v>低保户</v></c>"#,
    ] {
        let reading = households(&with_remark(cell));
        assert_eq!(reading.names(), ALL, "{cell}");
        let remark = reading.households[0].facts.remark.as_deref();
        assert_eq!(remark, Some("低保户"), "{cell}");
    }
    // A text that the table of texts has lost.
    let reading = households(&with_remark(r#"<c r="J2" t="s"><v>99999</v></c>"#));
    assert_eq!(errors(&reading, "J2"), ["cell_lost"]);
}

/// The household numbers that are read of two rows with numbers in a number format.
fn numbers_in(format: &str, numbers: [f64; 2]) -> Vec<String> {
    let [first, second] = numbers;
    let grid = Grid::plain()
        .cell(1, 2, first)
        .cell(2, 2, first)
        .cell(3, 2, second);
    let bytes = rezipped(&grid.xlsx(), SHEET, |xml| {
        (2..5).fold(xml, |xml, row| {
            let plain = format!("<c r=\"C{row}\">");
            assert!(xml.contains(&plain), "{xml}");
            xml.replace(&plain, &format!("<c r=\"C{row}\" s=\"1\">"))
        })
    });
    let bytes = rezipped(&bytes, "xl/styles.xml", |xml| {
        let format = format.replace('"', "&quot;");
        let formats = format!(
            r#"<numFmts count="1"><numFmt numFmtId="180" formatCode="{format}"/></numFmts><fonts"#
        );
        xml.replacen("<fonts", &formats, 1)
            .replace("</cellXfs>", "<xf numFmtId=\"180\"/></cellXfs>")
    });
    let reading = households(&bytes);
    assert_eq!(reading.names(), ALL, "{format}: {:?}", reading.problems);
    let numbers = reading.households.iter();
    numbers
        .filter_map(|read| read.facts.number.clone())
        .collect()
}

#[test]
fn zeros_that_a_format_shows_are_read() {
    let reading = case("V25_zero_format.xlsx");
    let numbers: Vec<_> = reading
        .households
        .iter()
        .filter_map(|read| read.facts.number.as_deref())
        .collect();
    assert_eq!(numbers, ["0001", "0002"]);
    for (format, wanted) in [
        ("0000", ["0001", "0023"]),
        ("00000000", ["00000001", "00000023"]),
        ("000-0000", ["000-0001", "000-0023"]),
        ("\"HH\"000_ ", ["HH001", "HH023"]),
        ("0000_);[Red]\\(0000\\)", ["0001", "0023"]),
    ] {
        assert_eq!(numbers_in(format, [1.0, 23.0]), wanted, "{format}");
    }
    for format in [
        "0",
        "0.00",
        "#,##0",
        "0_ ",
        "General",
        "#,##0.00_);[Red]\\(#,##0.00\\)",
    ] {
        assert_eq!(numbers_in(format, [1.0, 23.0]), ["1", "23"], "{format}");
    }
}

#[test]
fn half_a_character_is_no_escape_in_a_name() {
    let reading = case("V09_lone_surrogate.xlsx");
    let names: Vec<_> = reading
        .households
        .iter()
        .flat_map(|read| &read.facts.members)
        .map(|member| member.name.as_str())
        .collect();
    assert!(names.iter().all(|name| !name.contains('_')), "{names:?}");
    let name = |name: &str| {
        let grid = Grid::plain().cell(1, 3, name).text(",");
        let sheet = &read_workbook(grid.as_bytes()).unwrap()[0];
        sheet.1[1].cells[3].1.clone()
    };
    assert_eq!(name("李_xDE4A_花"), text_cell("李\u{fffd}花"));
    assert_eq!(name("_xD842__xDFB7_山"), text_cell("𠮷山"));
    assert_eq!(name("李花_x000D_"), text_cell("李花\r"));
    let entity = with_remark(r#"<c r="J2" t="str"><v>李&#xDE4A;花</v></c>"#);
    let cells = &read_workbook(&entity).unwrap()[0].1[1].cells;
    assert_eq!(cells[9].1, text_cell("李\u{fffd}花"));
}
