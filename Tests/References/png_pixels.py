"""What Pillow reads in a PNG file of ours: Tests/DrawingTests/Fixtures/indexed.json.

`indexed.png` beside it is written by the room Drawing (`COUNTERPOISE_RECORD=1` with the filter
`PNGImageTests`); after that this script has to be run.
"""
import json
import pathlib

import PIL
from PIL import Image

assert PIL.__version__ == "13.0.0"
folder = pathlib.Path(__file__).parent.parent / "DrawingTests/Fixtures"
picture = Image.open(folder / "indexed.png")
picture.load()
assert picture.mode == "P" and picture.format == "PNG"
numbers = list(picture.tobytes())
(folder / "indexed.json").write_text(json.dumps({
    "width": picture.width, "height": picture.height, "numbers": numbers,
    "colours": [list(colour) for colour in picture.convert("RGBA").get_flattened_data()],
}) + "\n")
