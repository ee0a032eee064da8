"""Makes Tests/ImagesTests/Fixtures: small image files, and what Pillow makes of them.

Pinned: pillow==13.0.0, numpy==2.4.6 (any Pillow 10 or newer gives the same resize).
Run: python Tests/References/images_fixtures.py
"""

import hashlib
import json
import pathlib

import numpy as np
from PIL import Image, features

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "ImagesTests" / "Fixtures"
generator = np.random.default_rng(20240229)
entries = []


def picture(height, width, channels=3):
    """Waves and an edge: smooth enough for JPEG, with something to get wrong."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        127 + 80 * np.sin(x / (5 + 2 * c) + c) + 40 * np.cos(y / (4 + c)) for c in range(channels)
    ]
    values = np.stack(planes, axis=-1)
    values[height // 3 : height // 2, width // 4 : width // 2] += 60
    return np.clip(values, 0, 255).astype(np.uint8)


def noise(height, width):
    return generator.integers(0, 256, (height, width, 3), dtype=np.uint8)


def expect(name, array, tolerance, source, **more):
    array = np.ascontiguousarray(array, dtype=np.uint8)
    (FOLDER / name).write_bytes(array.tobytes())
    entries.append(
        dict(
            source=source,
            expected=name,
            height=array.shape[0],
            width=array.shape[1],
            tolerance=tolerance,
            sha256=hashlib.sha256(array.tobytes()).hexdigest(),
            **more,
        )
    )


def on_white(array):
    alpha = array[..., 3:].astype(np.int64)
    return (array[..., :3].astype(np.int64) * alpha + 255 * (255 - alpha) + 127) // 255


FOLDER.mkdir(parents=True, exist_ok=True)

# JPEG. Decoders may differ by rounding in the inverse DCT, colours and chroma upsampling.
rgb = Image.fromarray(picture(40, 56))
rgb.save(FOLDER / "colour.jpg", quality=90)
rgb.save(FOLDER / "progressive.jpg", quality=90, progressive=True)
rgb.save(FOLDER / "full_chroma.jpg", quality=95, subsampling=0)
rgb.convert("L").save(FOLDER / "gray.jpg", quality=90)
Image.fromarray(picture(24, 32, 4), mode="CMYK").save(FOLDER / "cmyk.jpg", quality=95)
Image.fromarray(picture(192, 256)).save(FOLDER / "large.jpg", quality=85)
for name in ["colour", "progressive", "full_chroma", "gray", "cmyk"]:
    decoded = Image.open(FOLDER / f"{name}.jpg").convert("RGB")
    expect(f"{name}_jpg.rgb", np.array(decoded), 3, f"{name}.jpg", kind="decode")
# Large enough to be decoded at half its size: near what a full decode and resize gives.
decoded = Image.open(FOLDER / "large.jpg").convert("RGB")
for height, width in [(24, 32), (48, 48)]:
    resized = decoded.resize((width, height), Image.Resampling.BILINEAR)
    expect(
        f"large_{height}x{width}.rgb", np.array(resized), 6, "large.jpg", kind="decode and resize"
    )

# PNG: exact.
small = noise(13, 17)
Image.fromarray(small).save(FOLDER / "colour.png")
expect("colour_png.rgb", small, 0, "colour.png", kind="decode")
palette = Image.fromarray(picture(20, 24)).quantize(16)
palette.save(FOLDER / "palette.png")
expect("palette_png.rgb", np.array(palette.convert("RGB")), 0, "palette.png", kind="decode")
gray = small[..., 0]
Image.fromarray(gray).save(FOLDER / "gray.png")
expect("gray_png.rgb", np.repeat(gray[..., None], 3, axis=2), 0, "gray.png", kind="decode")
bits = gray > 127
Image.fromarray(bits).save(FOLDER / "one_bit.png")
expect("one_bit_png.rgb", np.repeat(bits[..., None] * 255, 3, axis=2), 0, "one_bit.png", kind="decode")
deep = generator.integers(0, 65536, (9, 11), dtype=np.uint16)
Image.fromarray(deep).save(FOLDER / "gray16.png")
deep8 = np.round(deep / 257.0)
expect("gray16_png.rgb", np.repeat(deep8[..., None], 3, axis=2), 1, "gray16.png", kind="decode")
alpha = np.concatenate([small, noise(13, 17)[..., :1]], axis=2)
Image.fromarray(alpha, mode="RGBA").save(FOLDER / "alpha.png")
expect("alpha_png.rgb", on_white(alpha), 0, "alpha.png", kind="decode")

# Resizing.
source = noise(31, 47)
Image.fromarray(source).save(FOLDER / "noise.png")
for height, width in [(16, 16), (7, 47), (31, 9), (64, 80), (1, 1), (30, 100), (13, 12)]:
    resized = Image.fromarray(source).resize((width, height), Image.Resampling.BILINEAR)
    expect(f"noise_{height}x{width}.rgb", np.array(resized), 1, "noise.png", kind="resize")

manifest = dict(
    pillow=Image.__version__, libjpeg=features.version("libjpeg_turbo"), entries=entries
)
(FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
