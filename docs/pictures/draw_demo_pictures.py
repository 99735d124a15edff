"""Draw the demo's pictures anew: each scene in scenes/*.svg becomes a JPEG in digest/demo/pictures.

Needs Chromium, which both rasterises and encodes:

    python docs/pictures/draw_demo_pictures.py [SCENE…]
"""

import base64
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENES = ROOT / "docs" / "pictures" / "scenes"
PICTURES = ROOT / "digest" / "demo" / "pictures"
MAX_BYTES = 90_000
# From the best quality down, until a picture is light enough to mail.
PAGE = """<!doctype html><img id="scene" src="data:image/svg+xml;base64,{svg}"><script>
scene.onload = () => {{
  const canvas = Object.assign(document.createElement("canvas"), {{width: 1200, height: 676}});
  canvas.getContext("2d").drawImage(scene, 0, 0, 1200, 676);
  for (let quality = 0.94, url = ""; quality > 0.5; quality -= 0.03) {{
    url = canvas.toDataURL("image/jpeg", quality);
    if (url.length * 3 / 4 < {limit}) {{ document.body.textContent = url; break; }}
  }}
}};
</script>"""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
    "--dump-dom",
)


def draw(scene: Path, browser: str) -> Path:
    """Rasterise *scene* and return the picture written.

    Raises:
        RuntimeError: the browser gave no picture: the SVG is broken, or too heavy at every quality.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(PAGE.format(svg=base64.b64encode(scene.read_bytes()).decode(), limit=MAX_BYTES))
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", page.as_uri()]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own page
    found = re.search(r">data:image/jpeg;base64,([A-Za-z0-9+/=]+)<", shown)
    if found is None:
        raise RuntimeError(f"{scene}: no picture came out; open the file in a browser to see why")
    picture = PICTURES / f"{scene.stem}.jpg"
    picture.write_bytes(base64.b64decode(found.group(1)))
    return picture


def main(names: list[str]) -> int:
    """Draw the scenes called *names*, or all of them."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("No Chromium on the path: install it to draw the pictures")
    for scene in sorted(SCENES.glob("*.svg")):
        if not names or scene.stem in names:
            picture = draw(scene, browser)
            print(f"{picture.name} {picture.stat().st_size:,} bytes")  # noqa: T201 - a script's report
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
