"""Makes Tests/ImagesTests/Fixtures/Formats: picture files as cameras and programs write them, and
what they have to become.

Right values are Pillow's, laid on white where there is transparency, or, for files that are put
together here byte by byte, the array that they were made from.

Pinned: pillow==13.0.0, numpy==2.4.6; cjpeg of libjpeg-turbo 2.1.5 (Debian: libjpeg-turbo-progs).
Run: python Tests/References/formats_fixtures.py
"""

import io
import json
import pathlib
import struct
import subprocess
import zlib

import numpy as np
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "ImagesTests" / "Fixtures" / "Formats"
FOLDER.mkdir(parents=True, exist_ok=True)
for old in FOLDER.iterdir():
    old.unlink()

entries, pixels, places = [], bytearray(), {}
HEIGHT, WIDTH = 21, 34
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
RGB = np.stack([x * 7 % 256, y * 11 % 256, (x + y) * 5 % 256], -1).astype(np.uint8)
RGB[4:10, 5:16] = [200, 30, 40]
RGB[12:19, 18:30] = [20, 180, 90]
GRAY = np.asarray(Image.fromarray(RGB).convert("L"))
ALPHA = np.where((x > 8) & (x < 24), 255, x * 7 % 256).astype(np.uint8)
PICTURE = Image.fromarray(RGB)


def on_white(rgba):
    alpha = rgba[..., 3:].astype(np.int64)
    return ((rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def threefold(gray):
    return np.repeat(np.asarray(gray, dtype=np.uint8)[..., None], 3, axis=2)


def pillow(data, orientation="ignore"):
    """Pillow's pixels, laid on white."""
    image = Image.open(io.BytesIO(data))
    if orientation == "apply":
        image = ImageOps.exif_transpose(image)
    return on_white(np.asarray(image.convert("RGBA")).astype(np.int64))


def keep(name, data, right=None, remarks=(), tolerance=0, orientation="ignore"):
    """Writes a file once and notes its right pixels."""
    (FOLDER / name).write_bytes(data)
    right = np.ascontiguousarray(pillow(data, orientation) if right is None else right, np.uint8)
    values = right.tobytes()
    if values not in places:
        places[values] = len(pixels)
        pixels.extend(values)
    entries.append(
        dict(
            file=name, height=right.shape[0], width=right.shape[1], offset=places[values],
            tolerance=tolerance, remarks=list(remarks), orientation=orientation, complaint="",
        )
    )


def refuse(name, data, complaint):
    (FOLDER / name).write_bytes(data)
    entries.append(
        dict(file=name, height=0, width=0, offset=0, tolerance=0, remarks=[],
             orientation="ignore", complaint=complaint)
    )


def saved(image, format, **options):
    target = io.BytesIO()
    image.save(target, format=format, **options)
    return target.getvalue()


# ---- JPEG. One rounding in the inverse DCT, colours and chroma upsampling: two decoders may differ.

PPM = saved(PICTURE, "PPM")


def cjpeg(*options):
    command = ["cjpeg", "-quality", "92", *options]
    return subprocess.run(command, input=PPM, capture_output=True, check=True).stdout


SAMPLINGS = [
    "2x1,2x1,2x1", "4x1", "1x4", "4x2", "3x1", "2x2,2x1", "2x2,1x2,1x2", "2x1,1x2,1x1",
    "2x2,2x2,1x1", "1x1,2x2,2x2", "2x2,1x1,2x1",
]
for sampling in SAMPLINGS:
    name = "sampled_" + sampling.replace(",", "_") + ".jpg"
    keep(name, cjpeg("-sample", sampling), tolerance=1)
keep("arithmetic.jpg", cjpeg("-arithmetic"), tolerance=1)
keep("restart.jpg", cjpeg("-restart", "1"), tolerance=1)
keep("rgb.jpg", cjpeg("-rgb"), tolerance=1)
for level in [0, 1, 2]:
    data = saved(PICTURE.convert("CMYK"), "JPEG", quality=92, subsampling=level)
    keep(f"cmyk_{level}.jpg", data, tolerance=1)
keep("two_pictures.mpo", saved(PICTURE, "MPO", save_all=True, append_images=[PICTURE]), tolerance=1)

base = saved(PICTURE, "JPEG", quality=92)
right = pillow(base)
table = base.index(b"\xff\xdb")
keep("trailing.jpg", base + bytes(500) + b"trailer", right, tolerance=1)
keep("without_end.jpg", base[:-2], right, ["warning"], tolerance=1)
keep("garbage_before_end.jpg", base[:-2] + b"\x12" * 40 + base[-2:], right, ["warning"], tolerance=1)
keep("extra_before_table.jpg", base[:table] + bytes(2) + base[table:], right, ["warning"], tolerance=1)
keep("filled.jpg", base[:table] + b"\xff" * 5 + base[table:], right, tolerance=1)
# A bad number of coefficients in the scan's header of a baseline picture: harmless, and a warning.
scan = base.index(b"\xff\xda")
header = bytearray(base)
header[scan + 2 + (base[scan + 2] << 8 | base[scan + 3]) - 2] = 0
keep("odd_scan_header.jpg", bytes(header), right, ["warning"], tolerance=1)
progressive = saved(PICTURE, "JPEG", quality=92, progressive=True)
keep("progressive_without_end.jpg", progressive[:-2], pillow(progressive), ["warning"], tolerance=1)
last = progressive.rindex(b"\xff\xda")
refuse("progressive_without_last_scan.jpg", progressive[:last], "Premature end of JPEG file")
refuse("cut.jpg", base[: len(base) * 2 // 3], "Premature end of JPEG file")
refuse("cut_with_end.jpg", base[: len(base) * 2 // 3] + base[-2:], "premature end of data segment")
frame = base.index(b"\xff\xc0")
refuse("twelve_bits.jpg", base[: frame + 4] + b"\x0c" + base[frame + 5 :], "precision 12")
refuse("lossless.jpg", base[: frame + 1] + b"\xc3" + base[frame + 2 :], "SOF type 0xc3")
refuse("newline_first.jpg", b"\n" + base, "it starts with a ff d8 ff")


# ---- EXIF

def exif(number, endian="<", kind=3):
    """A TIFF header, and a directory with the maker's name and the orientation."""
    mark = b"II" if endian == "<" else b"MM"
    value = struct.pack(endian + {1: "Bxxx", 3: "Hxx", 4: "I"}[kind], number)
    return (
        mark + struct.pack(endian + "HI", 42, 8) + struct.pack(endian + "H", 2)
        + struct.pack(endian + "HHI", 0x010F, 2, 4) + b"Cam\0"
        + struct.pack(endian + "HHI", 0x0112, kind, 1) + value + bytes(4)
    )


def with_exif(data, *parts):
    body = b"".join(parts)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


PREFIX = b"Exif\0\0"
for number in range(1, 9):
    data = with_exif(base, PREFIX, exif(number, "<" if number % 2 else ">"))
    assert Image.open(io.BytesIO(data)).getexif().get(0x0112) == number
    said = [] if number == 1 else ["orientationApplied"]
    keep(f"exif_{number}.jpg", data, None, said, 1, "apply")
    said = [] if number == 1 else ["orientationIgnored"]
    keep(f"exif_{number}.jpg", data, right, said, 1)
for number in [0, 9]:
    data = with_exif(base, PREFIX, exif(number))
    keep(f"exif_{number}.jpg", data, right, [], 1, "apply")
keep("exif_twice_prefixed.jpg", with_exif(base, PREFIX, PREFIX, exif(6)), None,
     ["orientationApplied"], 1, "apply")
keep("exif_long.jpg", with_exif(base, PREFIX, exif(6, ">", 4)), None, ["orientationApplied"], 1, "apply")
keep("exif_broken.jpg", with_exif(base, PREFIX, exif(6)[:20]), right, [], 1, "apply")


# ---- PNG: exact

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(array, colour, depth, *extra, before_end=b"", interlaced=False):
    height, width = array.shape[:2]
    array = array.reshape(height, width, -1)

    def rows(part):
        for row in part:
            if depth == 16:
                yield b"\0" + row.astype(">u2").tobytes()
            elif depth == 8:
                yield b"\0" + row.astype(np.uint8).tobytes()
            else:
                bits = "".join(format(int(value), f"0{depth}b") for value in row.reshape(-1))
                bits += "0" * (-len(bits) % 8)
                yield b"\0" + bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))

    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
                  (1, 0, 2, 1)]
    parts = [array[top::down, left::right] for top, left, down, right in passes]
    raw = b"".join(b"".join(rows(part)) for part in parts if part.size)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(raw)) + before_end + chunk(b"IEND", b"")
    )


RGBA = np.dstack([RGB, ALPHA])
CLEAR = on_white(RGBA.astype(np.int64))
deep = RGB.astype(np.uint16) * 257
keep("rgb.png", png(RGB, 2, 8), RGB)
keep("interlaced.png", png(RGB, 2, 8, interlaced=True), RGB)
keep("gray_2_bits_interlaced.png", png(GRAY // 64, 0, 2, interlaced=True), threefold(GRAY // 64 * 85))
keep("rgb_16.png", png(deep, 2, 16), RGB)
keep("gray_16.png", png(GRAY.astype(np.uint16) * 257, 0, 16), threefold(GRAY))
twelve = GRAY.astype(np.uint16) * 16
keep("gray_12_in_16.png", png(twelve, 0, 16), threefold(np.round(twelve / 257)))
keep("gray_1.png", png((GRAY > 128) * 1, 0, 1), threefold((GRAY > 128) * 255))
keep("rgba.png", png(RGBA, 6, 8), CLEAR, ["transparency"])
keep("rgba_16.png", png(RGBA.astype(np.uint16) * 257, 6, 16), CLEAR, ["transparency"])
opaque = np.dstack([RGB, np.full_like(ALPHA, 255)])
keep("rgba_opaque.png", png(opaque, 6, 8), RGB)
gray_alpha = np.dstack([GRAY, ALPHA])
right_gray = on_white(np.dstack([threefold(GRAY), ALPHA]).astype(np.int64))
keep("gray_alpha.png", png(gray_alpha, 4, 8), right_gray, ["transparency"])
keep("gray_alpha_16.png", png(gray_alpha.astype(np.uint16) * 257, 4, 16), right_gray, ["transparency"])
key = np.where((RGB == [200, 30, 40]).all(-1), 0, 255)
keyed = on_white(np.dstack([RGB, key]).astype(np.int64))
keep("colour_key.png", png(RGB, 2, 8, chunk(b"tRNS", struct.pack(">3H", 200, 30, 40))), keyed,
     ["transparency"])
paletted = PICTURE.quantize(16)
keep("palette_alpha.png", saved(paletted, "PNG", transparency=0), None, ["transparency"])
gamma = chunk(b"gAMA", struct.pack(">I", 100000))
white = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
keep("gamma_1.png", png(RGB, 2, 8, gamma), RGB, ["gamma"])
keep("gamma_16.png", png(deep, 2, 16, gamma), RGB, ["gamma"])
keep("gamma_and_white.png", png(RGB, 2, 8, chunk(b"gAMA", struct.pack(">I", 55556)), white), RGB,
     ["gamma"])
keep("gamma_usual.png", png(RGB, 2, 8, chunk(b"gAMA", struct.pack(">I", 45455))), RGB)
keep("srgb.png", png(RGB, 2, 8, chunk(b"sRGB", b"\0"), gamma), RGB)
turned = Image.fromarray(np.asarray(ImageOps.exif_transpose(
    Image.open(io.BytesIO(saved(PICTURE, "PNG", exif=PREFIX + exif(6)))))))
keep("exif.png", png(RGB, 2, 8, chunk(b"eXIf", exif(6))), np.asarray(turned),
     ["orientationApplied"], orientation="apply")
keep("exif_behind.png", png(RGB, 2, 8, before_end=chunk(b"eXIf", exif(6, ">"))), RGB,
     ["orientationIgnored"])
keep("animated.png", saved(PICTURE, "PNG", save_all=True, append_images=[PICTURE.rotate(90)],
                           duration=100), RGB, ["frames"])
keep("bytes_behind_end.png", png(RGB, 2, 8) + bytes(300), RGB)
keep("without_end.png", png(RGB, 2, 8)[:-12], RGB, ["warning"])
surplus = zlib.compress(b"\0" * 5_000_000)
bomb = png(RGB, 2, 8)
start = bomb.index(b"IDAT") - 4
raw = b"".join(b"\0" + row.tobytes() for row in RGB)
keep("unpacks_to_more.png",
     bomb[:start] + chunk(b"IDAT", zlib.compress(raw + bytes(5_000_000))) + chunk(b"IEND", b""), RGB,
     ["warning"])
profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(3_000_000)))
keep("large_profile.png", png(RGB, 2, 8, profile), RGB)
short = b"".join(b"\0" + row.tobytes() for row in RGB[:-3])
refuse("too_few_rows.png",
       bomb[:start] + chunk(b"IDAT", zlib.compress(short)) + chunk(b"IEND", b""),
       "Not enough image data")
refuse("cut.png", bomb[: len(bomb) // 2], "the file breaks off")


# ---- WebP, GIF

lossless = saved(PICTURE, "WEBP", lossless=True)
keep("lossless.webp", lossless, RGB)
keep("lossy.webp", saved(PICTURE, "WEBP", quality=90), tolerance=1)
keep("alpha.webp", saved(Image.fromarray(RGBA), "WEBP", lossless=True, exact=True), CLEAR,
     ["transparency"])
keep("exif.webp", saved(PICTURE, "WEBP", lossless=True, exif=PREFIX + exif(8)), None,
     ["orientationApplied"], orientation="apply")
keep("animated.webp", saved(PICTURE, "WEBP", lossless=True, save_all=True,
                            append_images=[PICTURE.rotate(180)], duration=100), RGB, ["frames"])
refuse("cut.webp", lossless[: len(lossless) // 2], "breaks off")

indexed = np.asarray(paletted)
colours = np.asarray(paletted.getpalette()[:48], np.uint8).reshape(-1, 3)


def lzw(indices, bits=4):
    """GIF's data without compression: a clear code before the table could grow."""
    clear, codes = 1 << bits, []
    for position, index in enumerate(indices):
        if position % (clear - 2) == 0:
            codes.append(clear)
        codes.append(int(index))
    codes.append(clear + 1)
    number = sum(code << (bits + 1) * place for place, code in enumerate(codes))
    data = number.to_bytes((len(codes) * (bits + 1) + 7) // 8, "little")
    blocks = [data[i : i + 255] for i in range(0, len(data), 255)]
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif(indices, left=0, top=0, screen=None, clear=None, interlaced=False, local=False, frames=1):
    height, width = indices.shape
    screen = screen or (width, height)
    table = colours.tobytes()
    other = np.roll(colours, 1, axis=0).tobytes()
    control = b"" if clear is None else b"\x21\xf9\x04\x01\0\0" + bytes([clear]) + b"\0"
    flags = (0x40 if interlaced else 0) | (0x83 if local else 0)
    rows = list(range(height))
    if interlaced:
        rows = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
    frame = (
        control + b"\x2c" + struct.pack("<4HB", left, top, width, height, flags)
        + (table if local else b"") + lzw(indices[rows].reshape(-1))
    )
    return (
        b"GIF89a" + struct.pack("<2H3B", *screen, 0xB3, 2, 0) + (other if local else table)
        + frame * frames + b"\x3b"
    )


flat = colours[indexed]
keep("plain.gif", gif(indexed), flat)
keep("interlaced.gif", gif(indexed, interlaced=True), flat)
keep("local_palette.gif", gif(indexed, local=True), flat)
keep("saved.gif", saved(paletted, "GIF"), None)
keep("animated.gif", gif(indexed, frames=3), flat, ["frames"])
clear = np.where(indexed[..., None] == 3, 255, flat)
assert (indexed == 3).any()
keep("transparent.gif", gif(indexed, clear=3), clear, ["transparency"])
margin = np.full((HEIGHT + 6, WIDTH + 9, 3), 255, np.uint8)
margin[4 : 4 + HEIGHT, 5 : 5 + WIDTH] = clear
keep("smaller_than_screen.gif", gif(indexed, 5, 4, (WIDTH + 9, HEIGHT + 6), 3), margin,
     ["transparency"])
keep("larger_than_screen.gif", gif(indexed, 2, 1, (WIDTH - 4, HEIGHT - 5)),
     np.pad(flat, ((1, 0), (2, 0), (0, 0)), constant_values=255)[: HEIGHT - 5, : WIDTH - 4],
     ["transparency"])
refuse("cut.gif", gif(indexed)[:300], "giflib")
refuse("without_frames.gif", gif(indexed)[:61] + b"\x3b", "before its first frame")


# ---- BMP: exact

def bmp(data, bits, method=0, size=40, masks=(), table=b"", top_down=False, used=0, shape=RGB.shape):
    height, width = shape[0], shape[1]
    height = -height if top_down else height
    if size == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, method, 0, 0, 0, used, 0)
    header += b"".join(struct.pack("<I", mask) for mask in masks)
    if size > 40:
        header = header.ljust(size, b"\0")
    offset = 14 + len(header) + len(table)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + table + data


def bottom_up(array, item):
    """Rows of bytes from the bottom, each a multiple of four bytes long."""
    rows = [np.ascontiguousarray(row, item).tobytes() for row in array[::-1]]
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def packed(indices, bits):
    rows = []
    for row in indices[::-1]:
        text = "".join(format(int(value), f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 32)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return b"".join(rows)


BGR = RGB[..., ::-1]
keep("24.bmp", bmp(bottom_up(BGR, np.uint8), 24), RGB)
keep("24_top_down.bmp", bmp(bottom_up(BGR[::-1], np.uint8), 24, top_down=True), RGB)
keep("24_os2.bmp", bmp(bottom_up(BGR, np.uint8), 24, size=12), RGB)
zeros = np.dstack([BGR, np.zeros_like(ALPHA)])
keep("32_unused_byte.bmp", bmp(bottom_up(zeros, np.uint8), 32), RGB)
value = RGB.astype(np.uint32)
word = value[..., 0] << 24 | value[..., 1] << 16 | value[..., 2] << 8 | ALPHA
masks = (0xFF000000, 0xFF0000, 0xFF00, 0xFF)
keep("32_alpha_last.bmp", bmp(bottom_up(word, "<u4"), 32, 3, 124, masks), CLEAR, ["transparency"])
keep("32_declared_alpha_zero.bmp",
     bmp(bottom_up(zeros, np.uint8), 32, 3, 108, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)), RGB)
keep("32_masks_of_40.bmp", bmp(bottom_up(zeros, np.uint8), 32, 3, 40, (0xFF0000, 0xFF00, 0xFF)), RGB)


def scaled(values, bits):
    return np.round(values.astype(np.float64) * 255 / ((1 << bits) - 1)).astype(np.uint8)


five = RGB >> 3
word = five[..., 0].astype(np.uint16) << 10 | five[..., 1].astype(np.uint16) << 5 | five[..., 2]
keep("16.bmp", bmp(bottom_up(word, "<u2"), 16), scaled(five, 5))
word = five[..., 0].astype(np.uint16) << 11 | (RGB[..., 1] >> 2).astype(np.uint16) << 5 | five[..., 2]
keep("16_565.bmp", bmp(bottom_up(word, "<u2"), 16, 3, 40, (0xF800, 0x07E0, 0x001F)),
     np.dstack([scaled(five[..., 0], 5), scaled(RGB[..., 1] >> 2, 6), scaled(five[..., 2], 5)]))
quads = b"".join(bytes([*colour[::-1], 0]) for colour in colours)
triples = b"".join(bytes(colour[::-1]) for colour in colours)
keep("8.bmp", bmp(bottom_up(indexed, np.uint8), 8, table=quads, used=16), flat)
keep("4.bmp", bmp(packed(indexed, 4), 4, table=quads), flat)
keep("4_os2.bmp", bmp(packed(indexed, 4), 4, size=12, table=triples), flat)
bits = (GRAY > 128) * 1
keep("1.bmp", bmp(packed(bits, 1), 1, table=bytes([0, 0, 0, 0, 255, 255, 255, 0])),
     threefold(bits * 255))


def runs(indices, bits):
    """Runs of equal pixels; where there are three or more different ones, an absolute stretch."""
    data = b""
    for row in indices[::-1]:
        column = 0
        while column < len(row):
            length = 1
            while column + length < len(row) and row[column + length] == row[column]:
                length += 1
            stretch = row[column : column + 5]
            if length == 1 and len(stretch) == 5:
                if bits == 8:
                    body = bytes(int(v) for v in stretch)
                else:
                    nibbles = [*map(int, stretch), 0]
                    body = bytes(a << 4 | b for a, b in zip(nibbles[::2], nibbles[1::2]))
                data += bytes([0, 5]) + body + bytes(len(body) % 2)
                column += 5
            else:
                v = int(row[column])
                data += bytes([length, v if bits == 8 else v << 4 | v])
                column += length
        data += b"\0\0"
    return data + b"\0\1"


keep("8_runs.bmp", bmp(runs(indexed, 8), 8, 1, table=quads, used=16), flat)
keep("4_runs.bmp", bmp(runs(indexed, 4), 4, 2, table=quads, used=16), flat)
skipped = np.zeros_like(indexed)
skipped[HEIGHT - 4, 7:10] = 5
data = bytes([0, 2, 7, 3, 3, 5, 0, 1])
keep("8_runs_with_gap.bmp", bmp(data, 8, 1, table=quads, used=16), colours[skipped])
refuse("cut.bmp", bmp(bottom_up(BGR, np.uint8), 24)[:-200], "before its last row")
refuse("runs_cut.bmp", bmp(runs(indexed, 8)[:100], 8, 1, table=quads, used=16), "break off")
refuse("jpeg_inside.bmp", bmp(base, 0, 4), "compression 4")


# ---- TIFF: exact

for name, options in {
    "plain": {}, "lzw": dict(compression="tiff_lzw"), "deflate": dict(compression="tiff_deflate"),
    "packbits": dict(compression="packbits"),
}.items():
    keep(f"{name}.tif", saved(PICTURE, "TIFF", **options), RGB)
keep("gray.tif", saved(Image.fromarray(GRAY), "TIFF"), threefold(GRAY))
keep("palette.tif", saved(paletted, "TIFF"), flat)
keep("one_bit.tif", saved(Image.fromarray(GRAY > 128), "TIFF", compression="group4"),
     threefold((GRAY > 128) * 255))
keep("gray_16.tif", saved(Image.fromarray(GRAY.astype(np.uint16) * 257), "TIFF"), threefold(GRAY))
keep("alpha.tif", saved(Image.fromarray(RGBA), "TIFF"), CLEAR, ["transparency"], 1)
keep("cmyk.tif", saved(PICTURE.convert("CMYK"), "TIFF"), RGB, tolerance=1)
keep("two_pages.tif", saved(PICTURE, "TIFF", save_all=True, append_images=[PICTURE.rotate(90)]), RGB,
     ["frames"])


def tiff(array, tags, endian="<"):
    """One strip, and the tags given besides those that every picture has."""
    array = array.reshape(array.shape[0], array.shape[1], -1)
    body = np.ascontiguousarray(array, np.dtype(array.dtype).newbyteorder(endian)).tobytes()
    bits = 8 * array.dtype.itemsize
    tags = {256: array.shape[1], 257: array.shape[0], 258: bits, 259: 1, 273: 8,
            277: array.shape[2], 278: array.shape[0], 279: len(body)} | tags
    assert array.shape[2] == 1
    directory = struct.pack(endian + "H", len(tags))
    for tag, number in sorted(tags.items()):
        directory += struct.pack(endian + "HHII", tag, 4, 1, number)
    mark = b"II" if endian == "<" else b"MM"
    return mark + struct.pack(endian + "HI", 42, 8 + len(body)) + body + directory + bytes(4)


keep("white_is_zero.tif", tiff(255 - GRAY, {262: 0}), threefold(GRAY))
keep("big_endian_16.tif", tiff(GRAY.astype(np.uint16) * 257, {262: 1}, ">"), threefold(GRAY))
upright = np.rot90(GRAY, -1)
keep("turned.tif", tiff(GRAY, {262: 1, 274: 6}), threefold(upright), ["orientationApplied"],
     orientation="apply")
keep("turned.tif", tiff(GRAY, {262: 1, 274: 6}), threefold(GRAY), ["orientationIgnored"])
refuse("float.tif", saved(Image.fromarray(GRAY.astype(np.float32)), "TIFF"), "libtiff")
refuse("cut.tif", saved(PICTURE, "TIFF", compression="tiff_lzw")[:400], "libtiff")
refuse("large_tile.tif", tiff(GRAY, {262: 1, 322: 1 << 20, 323: 1 << 20, 324: 8, 325: 100}), "values")


# ---- Formats by their first bytes

keep("png_named.jpg", png(RGB, 2, 8), RGB)
keep("webp_named.jpg", lossless, RGB)
keep("jpeg_named.png", base, right, tolerance=1)
refuse("picture.avif", saved(PICTURE, "AVIF"), "AVIF file, which poise cannot read")
refuse("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC file, which poise cannot read")
refuse("picture.jp2", saved(PICTURE, "JPEG2000"), "JPEG 2000 file, which poise cannot read")
refuse("picture.ppm", PPM, "PNM file, which poise cannot read")
refuse("pointer.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
       "git lfs pull")
refuse("page.jpg", b"<!DOCTYPE html><html><body>404</body></html>", "a web page")

(FOLDER / "right.rgb").write_bytes(pixels)
manifest = dict(pillow=Image.__version__, entries=entries)
(FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
print(len(entries), "entries,", sum(path.stat().st_size for path in FOLDER.iterdir()), "bytes")
