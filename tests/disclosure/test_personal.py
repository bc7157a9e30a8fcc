"""Personal data are found where they stand, and nothing else is taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure.personal import Kind, count_by_kind, find, mask_pages, masked_line
from portal.kernel.personal_numbers import has_check_digit

IDENTITY = "11010519491231002X"


def masked(text: str) -> str:
    return mask_pages([text], find([text]))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"身份证号：{IDENTITY}。", "身份证号：1101*************X。"),
        ("电话13812345678", "电话138****5678"),
        ("电话 138 1234 5678，", "电话 138 **** 5678，"),
        ("手机：+86-138-1234-5678", "手机：+86-138******5678"),
        ("联系电话：１３８１２３４５６７８", "联系电话：１３８****５６７８"),
        ("联系人：张三丰  电话", "联系人：张**  电话"),
        ("联 系 人：李四", "联 系 人：李*"),
        ("评审专家：王小明、赵丽、欧阳修文；公示", "评审专家：王**、赵*、欧***；公示"),
        ("老号码110105491231002", "老号码1101**********2"),
        ("联系人 张三", "联系人 张*"),
        ("联系人：张 三", "联系人：张 *"),
        ("受益人 李小明、王大锤", "受益人 李**、王**"),
        ("经办人：张三丰电话", "经办人：张**电话"),
        ("已通知欧阳锋女士到场", "已通知欧**女士到场"),
        ("由李小明先生负责", "由李**先生负责"),
        ("项目联系人（询问）：李四", "项目联系人（询问）：李*"),
        ("联系人（张三）：", "联系人（张*）："),
        ("评标委员会成员：甲某某、乙某某", "评标委员会成员：甲**、乙**"),
        ("评审专家：1.王小明（组长）、2.赵丽（采购人代表）", "评审专家：1.王**（组长）、2.赵*（采购人代表）"),
        ("电话 1 3 8 1 2 3 4 5 6 7 8。", "电话 1 3 * * * * * * * 7 8。"),
        ("电话138-12-34-56-78", "电话138********6-78"),
        ("电话 138 123 45678", "电话 138 *** *5678"),
        ("身份证 110105 19491231 002X", "身份证 1101** ******** ***X"),
        ("身份证 1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "身份证 1 1 * * * * * * * * * * * * * * * X"),
        ("序号 姓名 年龄\n1 张三 70\n2 乐正绫 71\n合计 2 人", "序号 姓名 年龄\n1 张* 70\n2 乐** 71\n合计 2 人"),
        ("序号\t姓名\t电话\n1\t李 四\t0371-1", "序号\t姓名\t电话\n1\t李 *\t0371-1"),
        ("姓 名 村 组\n王大锤 一组", "姓 名 村 组\n王** 一组"),
        ("专家名单：\n张三\n欧阳修\n日期：五月", "专家名单：\n张*\n欧**\n日期：五月"),
        ("姓名,备注\n张三,低保\n李小明,低保", "姓名,备注\n张*,低保\n李**,低保"),
    ],
)
def test_what_is_personal_is_masked_in_its_place(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "法定代表人：张三丰",
        "统一社会信用代码91410100MA3X4Y5Z6A",
        "统一社会信用代码：52410105MJF8123456",
        "项目编号：豫财招标采购-2026-1381234567",
        "预算金额13812345678元".replace("13812345678", "12812345678"),
        "监督电话：0371-65501234",
        "110105194912310021",
        "联系人：详见采购文件",
        "联系人：办公室",
        "订单号113812345678900",
        "张三丰在会上发言",
        "服务对象：高龄、失能老人",
        "服务对象 高龄老人",
        "申请人 单位",
        "负责人：张三",
        "得分 13 85 90 88 76 9",
        "1 3 8 1 2 3 4 5 6 7 8 9 10",
        "110105 19491231 0021",
        "姓名 性别 年龄\n单位 项目 方式",
        "高龄女士优先",
        "联系人：\n单位：\n项目：\n时间：",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert masked(text) == text


def test_a_long_list_of_names_is_masked_to_its_end() -> None:
    assert len(find(["受益人：" + "、".join(["李小明"] * 300)])) == 300


def test_names_that_overlap_are_masked_to_the_end_of_both() -> None:
    assert masked("受益人\n张三 和 王 五。") == "受益人\n张* 和 * *。"


@given(
    label=st.sampled_from(["联系人：", "联系人 ", "经办人（一）：", "受益人\n", "专家名单: ", "紧急联系人："]),
    names=st.lists(
        st.sampled_from(["张三", "李小明", "欧阳锋", "王 五", "赵某某", "司马相如"]), min_size=1, max_size=5
    ),
    between=st.sampled_from(["、", "，", " 和 ", "；", "\n", "/"]),
    after=st.sampled_from(["", "。", "电话", " 0371-65501234", "\n日期"]),
)
def test_names_behind_a_label_are_masked_however_they_are_listed(
    label: str, names: list[str], between: str, after: str
) -> None:
    text = label + between.join(names) + after

    assert not any(name[1:].strip() in masked(text) for name in names)
    assert masked(text).startswith(label)


@given(st.text("0123456789 -Xx張张三姓名联系人：\n\t,（）", max_size=200))
def test_masking_keeps_length_and_lines(text: str) -> None:
    shown = masked(text)

    assert len(shown) == len(text)
    assert [len(line) for line in shown.split("\n")] == [len(line) for line in text.split("\n")]


def test_findings_are_counted_by_kind_and_tell_their_page() -> None:
    findings = find(["没有", f"联系人：张三，13812345678，{IDENTITY}"])

    assert count_by_kind(findings) == {"identity": 1, "mobile": 1, "name": 1}
    assert {finding.page for finding in findings} == {1}
    assert {finding.kind for finding in findings} == set(Kind)


def test_the_check_digit_of_the_standard_is_computed() -> None:
    assert has_check_digit(IDENTITY)
    assert has_check_digit(IDENTITY.lower())
    assert not has_check_digit("110105194912310021")


def test_a_line_may_be_masked_as_a_whole() -> None:
    assert masked_line("情况说明 13812345678.docx") == "情况说明 138****5678.docx"
