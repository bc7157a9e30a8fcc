"""Chinese texts have full-width brackets around and beside Chinese; a page puts its notes into those of its reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"\([^()]*{HAN}|{HAN}[^()]*\)|{HAN}\s*\((?!\))|(?<!\()\)\s*{HAN}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|`[^`]*`")


def _chinese() -> list[str]:
    with (ROOT / "translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as catalogue:
        messages = [message.string for message in read_po(catalogue) if message.id]
    return [text for one in messages for text in (one if isinstance(one, tuple) else (one,))]


def test_chinese_translations_have_full_width_brackets() -> None:
    texts = _chinese()

    assert len(texts) > 1000
    assert [text for text in texts if HALF_WIDTH.search(PLACEHOLDER.sub("〇", text))] == []


@pytest.mark.parametrize("text", ["金额(元)", "金额 (yuan)", "(含税)金额", "(2026)年", "需求(%(year)s)"])
def test_half_width_brackets_are_seen(text: str) -> None:
    assert HALF_WIDTH.search(PLACEHOLDER.sub("〇", text))


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.stem)
def test_templates_put_notes_into_the_brackets_of_the_language(template: Path) -> None:
    shown = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)

    assert re.findall(r"\(\{\{.*|.*\}\}\)", shown) == [], "write {{ bracketed(…) }}"


@pytest.mark.parametrize("module", sorted((ROOT / "portal").rglob("*forms.py")), ids=lambda path: str(path.parent.name))
def test_labels_put_notes_into_the_brackets_of_the_language(module: Path) -> None:
    assert re.findall(r'f"[^"]* \(\{[^"]*"', re.sub(r"pick\(.*", "", module.read_text())) == [], "use bracketed"
