"""What the site does with the pages, which are written to be read in the repository too."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PICTURES = "tests/workbook/pictures"  # from the root of the repository
PICTURE = re.compile(rf"/{PICTURES}/([\w-]+\.png)\)")
COMMENT = re.compile(r"<!-- .*? -->")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"  # Chinese characters and punctuation
BREAK = re.compile(rf"(?<=[{HAN})])\n *(?=\[?[{HAN}])")  # a link may end or begin a line


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pictures that the pages show; they stay where the tests keep them."""
    docs = Path(config.docs_dir)
    texts = [page.read_text(encoding="utf-8") for page in docs.rglob("*.md")]
    for name in sorted({name for text in texts for name in PICTURE.findall(text)}):
        kept = docs.parent / PICTURES / name
        files.append(File.generated(config, f"pictures/{name}", abs_src_path=str(kept)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page without its comments, and with its pictures where the site has them."""
    return unbroken(COMMENT.sub("", markdown).replace(f"../{PICTURES}/", "pictures/"))


def unbroken(markdown: str) -> str:
    """Chinese lines joined: in a paragraph a browser would show their end as a blank."""
    parts = FENCE.split(markdown)
    fences = [*FENCE.findall(markdown), ""]
    return "".join(BREAK.sub("", p) + fence for p, fence in zip(parts, fences, strict=True))
