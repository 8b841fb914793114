#!/usr/bin/env python3
"""Writes src/beads/glyphs.ts: the outlines of the few characters that stand in beads and in the wordmark.

Source: Noto Serif CJK SC Bold, Copyright 2017-2023 Adobe, SIL Open Font License 1.1 (Debian package fonts-noto-cjk).
Drawn as paths they are the same on each device and need no font file. Needs fonttools 4.x; run it only when a flow
brings a new character: python3 scripts/glyphs.py [FONT.ttc]
"""
import sys
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection

FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
# 五步 · 隐患(查派改复销) · 调解(诉理调议履) · 治 of the wordmark · the letters of English beads
CHARS = "点交下接评查派改复销诉受理调议签履治" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def main() -> None:
    fonts = TTCollection(sys.argv[1] if len(sys.argv) > 1 else FONT).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == "Noto Serif CJK SC")
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    scale = 100 / font["head"].unitsPerEm
    rows = []
    for ch in dict.fromkeys(CHARS):
        glyph = glyphs[cmap[ord(ch)]]
        box = BoundsPen(glyphs)
        glyph.draw(box)
        x0, y0, x1, y1 = box.bounds
        # The ink's middle lies on 0,0: a character stands right in a circle only by its ink, not by its advance.
        pen = SVGPathPen(glyphs, ntos=lambda v: f"{v:.1f}".rstrip("0").rstrip("."))
        move = (scale, 0, 0, -scale, -scale * (x0 + x1) / 2, scale * (y0 + y1) / 2)
        glyph.draw(TransformPen(pen, move))
        rows.append(f"  {ch}: '{pen.getCommands()}',")
    out = Path(__file__).resolve().parent.parent / "src/beads/glyphs.ts"
    out.parent.mkdir(parents=True, exist_ok=True)
    head = [
        "// Written by scripts/glyphs.py, not by hand. Outlines from Noto Serif CJK SC Bold, Copyright 2017-2023 Adobe,",
        "// SIL Open Font License 1.1. One em is 100 units; the middle of the ink is 0,0; y grows downwards.",
        "export const glyphs: Readonly<Record<string, string>> = {",
    ]
    out.write_text("\n".join([*head, *rows, "}", ""]), encoding="utf-8")
    print(f"{len(rows)} outlines, {out.stat().st_size} bytes")


main()
