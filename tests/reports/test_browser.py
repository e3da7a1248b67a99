"""The page as a browser lays it out: names that cover nothing, no sideways scrolling, the small script at
work.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

MEASURE = """
<script>
addEventListener("load",function(){
 document.querySelectorAll("details.page").forEach(function(e,i){if(i<6)e.open=true});
 document.querySelectorAll("details.page[open] details").forEach(function(e){e.open=true});
 setTimeout(function(){
  var clashes=[];
  document.querySelectorAll("svg.chart").forEach(function(chart){
   var boxes=Array.from(chart.querySelectorAll("text")).filter(function(t){return !t.closest(".service")})
    .map(function(t){return{w:t.textContent,b:t.getBoundingClientRect()}})
    .filter(function(x){return x.b.width});
   boxes.forEach(function(one,i){boxes.slice(i+1).forEach(function(two){
    var wide=Math.min(one.b.right,two.b.right)-Math.max(one.b.left,two.b.left);
    var high=Math.min(one.b.bottom,two.b.bottom)-Math.max(one.b.top,two.b.top);
    if(wide>1&&high>4)clashes.push([chart.querySelector("title").textContent,one.w,two.w]);
   })});
  });
  var table=document.querySelector("table[data-name=scores]");
  var heads=table.tHead.rows[0].cells,last=heads.length-1;
  heads[last].querySelector("[role=button]").click();
  var sorted=Array.from(table.tBodies[0].rows).map(function(r){return r.cells[last].textContent});
  var found=document.createElement("pre");found.id="found";
  found.textContent=JSON.stringify({clashes:clashes,width:document.documentElement.scrollWidth,
   view:innerWidth,buttons:document.querySelectorAll("th [role=button]").length,
   sorted:sorted,filters:document.querySelectorAll("input[type=search]").length,
   target:location.hash?document.getElementById(location.hash.slice(1)).open:null});
  document.body.appendChild(found);
 },300);
});
</script>
"""


def measured(chromium: str, page: str, folder: Path, width: int, address: str = "") -> dict[str, Any]:
    target = folder / "measured.html"
    target.write_text(page.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", "--virtual-time-budget=4000",
        "--dump-dom", f"file://{target}{address}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result


@pytest.mark.parametrize("width", [1280, 400])
def test_no_name_covers_another_as_laid_out(chromium: str, page: str, tmp_path: Path, width: int) -> None:
    found = measured(chromium, page, tmp_path, width)
    assert found["clashes"] == []
    assert found["width"] <= found["view"]


def test_the_script_adds_sorting_and_filters(chromium: str, page: str, tmp_path: Path) -> None:
    found = measured(chromium, page, tmp_path, 1280)
    assert found["buttons"] > 50 and found["filters"] >= 5
    amounts = [float(re.sub("[$,+]", "", words).replace("−", "-")) for words in found["sorted"]]
    assert len(amounts) == 24 and amounts == sorted(amounts, reverse=True)


def test_a_deep_link_opens_its_clinician(chromium: str, page: str, tmp_path: Path) -> None:
    assert measured(chromium, page, tmp_path, 1280, "#npi-1999000021")["target"] is True
