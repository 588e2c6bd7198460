"""Every sentence the server says exists in Chinese, with the same fields, compiled."""

import re
from gettext import GNUTranslations
from io import BytesIO

from tests.support import catalog as command
from tests.support import server_catalog

FIELD = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_sentence_is_in_the_catalog_and_no_other() -> None:
    written = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in server_catalog.load()
        if message.id
    }
    assert len(written) > 50
    assert written == server_catalog.needed_sentences()


def test_every_sentence_is_translated_into_chinese() -> None:
    wanting = [
        message.id
        for message in server_catalog.load()
        if message.id and (message.fuzzy or not CHINESE.search(server_catalog.chinese(message)))
    ]
    assert wanting == []


def test_translations_fill_the_same_fields() -> None:
    different = [
        message.id
        for message in server_catalog.load()
        if isinstance(message.id, str)
        and message.id
        and set(FIELD.findall(message.id)) != set(FIELD.findall(server_catalog.chinese(message)))
    ]
    assert different == []


def test_the_compiled_catalog_is_the_written_one() -> None:
    written = command.compiled(server_catalog.load())
    assert server_catalog.CATALOG.with_suffix(".mo").read_bytes() == written
    assert GNUTranslations(BytesIO(written)).gettext("Sign in") == "登录"
