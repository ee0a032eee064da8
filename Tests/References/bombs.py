"""Makes small files that ask for much: pictures, tables, experiment files, lists, weights, arrays.

Every maker is a function without arguments that returns the bytes of one file, always the same, of
at most 1 MB unless its name says otherwise. Only Python's standard library is used; what has no
encoder there (JPEG, WebP, GIF, TIFF, BMP) is put together bit by bit.

Run: python3 Tests/References/bombs.py      writes Tests/ImagesTests/Fixtures/Bombs, the smallest
     python3 Tests/References/bombs.py FOLDER [KIND [NAME]]      writes all, by kind
`Scripts/faults/bombs.py` gives them to the program and measures what they cost.
"""

import gzip
import lzma
import pathlib
import pickle
import struct
import sys
import zlib

SIDE = 10_000  # SIDE × SIDE is the limit of pixels


class Bits:
    """Bits into bytes: the first bit the highest of a byte, or the lowest."""

    def __init__(self, low_first=False):
        self.low_first, self.value, self.count = low_first, 0, 0

    def put(self, value, count):
        if self.low_first:
            self.value |= value << self.count
        else:
            self.value = self.value << count | value
        self.count += count

    def bytes(self, pad=0):
        while self.count % 8:
            self.put(pad, 1)
        return self.value.to_bytes(self.count // 8, "little" if self.low_first else "big")


# JPEG


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


QUANTIZATION = segment(0xDB, b"\0" + bytes([1] * 64))


def huffman(table_class, index, symbols):
    """A table that gives the first symbol one bit, the second two, and so on."""
    counts = [1 if i < len(symbols) else 0 for i in range(16)]
    return segment(0xC4, bytes([table_class << 4 | index] + counts) + bytes(symbols))


def frame(marker, height, width, samplings, bits=8):
    parts = b"".join(bytes([i + 1, s, 0]) for i, s in enumerate(samplings))
    return segment(marker, struct.pack(">BHHB", bits, height, width, len(samplings)) + parts)


def scan(components, first, last, approximation=0):
    parts = b"".join(bytes([c, 0]) for c in components)
    return segment(0xDA, bytes([len(components)]) + parts + bytes([first, last, approximation]))


def blocks(height, width, samplings):
    """Blocks of an interleaved scan."""
    if len(samplings) == 1:
        return (height + 7) // 8 * ((width + 7) // 8)
    sides = [(s >> 4, s & 15) for s in samplings]
    across, down = max(s[0] for s in sides) * 8, max(s[1] for s in sides) * 8
    units = -(-height // down) * -(-width // across)
    return units * sum(a * b for a, b in sides)


def coded(bits):
    """So many zero bits, filled up with ones."""
    data = bytearray(-(-bits // 8))
    if bits % 8:
        data[-1] = (1 << (8 - bits % 8)) - 1
    return bytes(data)


def progressive(height, width, scans, samplings=(0x11,)):
    """A DC scan of all components, then scans of 63 coefficients that are all zero."""
    count = blocks(height, width, samplings)
    out = b"\xff\xd8" + QUANTIZATION + frame(0xC2, height, width, samplings)
    out += huffman(0, 0, [0]) + scan(range(1, len(samplings) + 1), 0, 0) + coded(count)
    # EOB runs: symbol 14 << 4 and 14 bits more, up to 32,767 blocks each.
    out += huffman(1, 0, [0xE0, 0x00])
    alone = (height + 7) // 8 * ((width + 7) // 8)
    bits = Bits()
    left = alone
    while left >= 1 << 14:
        run = min(left, (1 << 15) - 1)
        bits.put(0, 1)
        bits.put(run - (1 << 14), 14)
        left -= run
    for _ in range(left):
        bits.put(0b10, 2)
    body = scan([1], 1, 63) + bits.bytes(1).replace(b"\xff", b"\xff\0")
    return out + body * (scans - 1) + b"\xff\xd9"


def baseline(height, width, samplings=(0x11,), cut=None, restart=0):
    count = blocks(height, width, samplings)
    out = b"\xff\xd8" + QUANTIZATION + frame(0xC0, height, width, samplings)
    out += huffman(0, 0, [0]) + huffman(1, 0, [0])
    if restart:
        out += segment(0xDD, struct.pack(">H", restart))
    out += scan(range(1, len(samplings) + 1), 0, 63)
    if restart:
        pieces = [coded(2 * restart) + bytes([0xFF, 0xD0 + i % 8]) for i in range(count // restart)]
        return out + b"".join(pieces) + coded(2 * (count % restart)) + b"\xff\xd9"
    data = coded(2 * count)
    return out + (data if cut is None else data[:cut]) + b"\xff\xd9"


def arithmetic(height, width, scans, samplings=(0x11,)):
    """No coded byte at all: an arithmetic decoder goes on with zeros for ever."""
    marker = 0xCA if scans > 1 else 0xC9
    out = b"\xff\xd8" + QUANTIZATION + frame(marker, height, width, samplings)
    all_components = range(1, len(samplings) + 1)
    if scans == 1:
        return out + scan(all_components, 0, 63) + bytes(64) + b"\xff\xd9"
    out += scan(all_components, 0, 0) + bytes(8)
    return out + (scan([1], 1, 63) + bytes(8)) * (scans - 1) + b"\xff\xd9"


def small_jpeg(before=b""):
    out = b"\xff\xd8" + before + QUANTIZATION + frame(0xC0, 16, 16, (0x11,))
    return out + huffman(0, 0, [0]) + huffman(1, 0, [0]) + scan([1], 0, 63) + coded(8) + b"\xff\xd9"


def exif_loop():
    entry = struct.pack("<HHII", 0x0100, 3, 1, 1)
    directory = struct.pack("<H", 65_000) + entry * 5_000 + struct.pack("<I", 8)
    return b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + directory


JPEG = {
    "499_scans_2000.jpg": lambda: progressive(2000, 2000, 499),
    "499_scans_1400.jpg": lambda: progressive(1400, 1400, 499),
    "32_scans.jpg": lambda: progressive(SIDE, SIDE, 32),
    "10_scans.jpg": lambda: progressive(SIDE, SIDE, 10),
    "500_scans_16.jpg": lambda: progressive(16, 16, 500),
    "progressive_444.jpg": lambda: progressive(SIDE, SIDE, 2, (0x11, 0x11, 0x11)),
    "progressive_cmyk.jpg": lambda: progressive(SIDE, SIDE, 2, (0x11, 0x11, 0x11, 0x11)),
    "progressive_420.jpg": lambda: progressive(SIDE, SIDE, 2, (0x22, 0x11, 0x11)),
    "baseline_gray.jpg": lambda: baseline(SIDE, SIDE),
    "baseline_420.jpg": lambda: baseline(SIDE, SIDE, (0x22, 0x11, 0x11)),
    "baseline_444.jpg": lambda: baseline(8000, 8000, (0x11, 0x11, 0x11)),
    "baseline_cmyk.jpg": lambda: baseline(7000, 7000, (0x11,) * 4),
    "baseline_separate_scans.jpg": lambda: separate_scans(SIDE, SIDE),
    "above_the_limit.jpg": lambda: baseline(14_000, 14_000),
    "one_column.jpg": lambda: baseline(65_500, 1),
    "one_row.jpg": lambda: baseline(1, 65_500),
    "cut_off_at_once.jpg": lambda: baseline(SIDE, SIDE, (0x22, 0x11, 0x11), cut=10),
    "cut_off_of_65500.jpg": lambda: baseline(65_500, 65_500, cut=10),
    "restart_each_block.jpg": lambda: baseline(4000, 4000, restart=1),
    "arithmetic.jpg": lambda: arithmetic(SIDE, SIDE, 1, (0x11, 0x11, 0x11)),
    "arithmetic_32_scans.jpg": lambda: arithmetic(SIDE, SIDE, 32),
    "arithmetic_500_scans.jpg": lambda: arithmetic(1400, 1400, 500),
    "12_bits.jpg": lambda: b"\xff\xd8" + QUANTIZATION + frame(0xC1, SIDE, SIDE, (0x11,), 12)
    + huffman(0, 0, [0]) + huffman(1, 0, [0]) + scan([1], 0, 63) + coded(80_000) + b"\xff\xd9",
    "comments.jpg": lambda: small_jpeg(segment(0xFE, b"") * 240_000),
    "tables.jpg": lambda: small_jpeg(huffman(0, 0, [0]) * 40_000),
    "fill_bytes.jpg": lambda: small_jpeg(b"\xff" * 990_000),
    "exif_loop.jpg": lambda: small_jpeg(segment(0xE1, exif_loop()[:65_000]) * 15),
    "garbage_between_segments.jpg": lambda: small_jpeg(b"\0" * 990_000),
}


def separate_scans(height, width):
    """A scan for each of three components, sequential: libjpeg has to keep all coefficients."""
    out = b"\xff\xd8" + QUANTIZATION + frame(0xC0, height, width, (0x11, 0x11, 0x11))
    out += huffman(0, 0, [0]) + huffman(1, 0, [0])
    count = blocks(height, width, (0x11,))
    data = coded(2 * count)
    for component in (1, 2, 3):
        out += scan([component], 0, 63) + (data if component == 1 else data[:100])
    return out + b"\xff\xd9"


# PNG


def chunk(name, data=b""):
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )


def zeros(count):
    """Zlib data of so many zero bytes."""
    squeeze = zlib.compressobj(9)
    out = []
    piece = bytes(1 << 20)
    while count > 0:
        out.append(squeeze.compress(piece[: min(count, 1 << 20)]))
        count -= 1 << 20
    return b"".join(out) + squeeze.flush()


def png(height, width, depth, kind, *, interlaced=0, between=b"", data=None, before=b""):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    if data is None:
        data = zeros(png_bytes(height, width, depth * channels, interlaced))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    palette = chunk(b"PLTE", bytes(768)) if kind == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + palette + between
        + chunk(b"IDAT", data) + chunk(b"IEND")
    )


def png_bytes(height, width, bits, interlaced):
    def rows(height, width):
        return height * (1 + (width * bits + 7) // 8) if height and width else 0

    if not interlaced:
        return rows(height, width)
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
              (1, 0, 2, 1)]
    return sum(rows(-(-(height - y) // dy), -(-(width - x) // dx)) for y, x, dy, dx in passes)


PNG = {
    "gray.png": lambda: png(SIDE, SIDE, 8, 0),
    "bilevel.png": lambda: png(SIDE, SIDE, 1, 0),
    "palette.png": lambda: png(SIDE, SIDE, 8, 3),
    "palette_transparent.png": lambda: png(SIDE, SIDE, 8, 3, between=chunk(b"tRNS", bytes(256))),
    "rgb.png": lambda: png(SIDE, SIDE, 8, 2),
    "rgba.png": lambda: png(SIDE, SIDE, 8, 6),
    "rgba_16_bits.png": lambda: png(SIDE, SIDE, 16, 6),
    "rgba_interlaced.png": lambda: png(SIDE, SIDE, 8, 6, interlaced=1),
    "gray_interlaced.png": lambda: png(SIDE, SIDE, 8, 0, interlaced=1),
    "interlaced_row.png": lambda: png(1, 65_535, 8, 6, interlaced=1),
    "interlaced_column.png": lambda: png(65_535, 1, 8, 6, interlaced=1),
    "one_column.png": lambda: png(SIDE * SIDE, 1, 8, 0),
    "one_row.png": lambda: png(1, SIDE * SIDE, 8, 0),
    "above_the_limit.png": lambda: png(20_000, 20_000, 8, 0),
    "above_and_cut_off.png": lambda: png(60_000, 60_000, 8, 6, data=zeros(1 << 20)),
    "unpacks_to_950_MB.png": lambda: png(16, 16, 8, 2, data=zeros(950 << 20)),
    "profile_of_200_MB.png": lambda: png(
        16, 16, 8, 2, before=chunk(b"iCCP", b"p\0\0" + zeros(200 << 20))),
    "text_of_200_MB.png": lambda: png(
        16, 16, 8, 2, before=chunk(b"zTXt", b"t\0\0" + zeros(200 << 20))),
    "international_text.png": lambda: png(
        16, 16, 8, 2, before=chunk(b"iTXt", b"t\0\1\0\0\0" + zeros(200 << 20))),
    "tiny_chunks.png": lambda: png(16, 16, 8, 2, before=chunk(b"teXt") * 80_000),
    "empty_data_chunks.png": lambda: png(16, 16, 8, 2, between=chunk(b"IDAT") * 80_000),
    "suggested_palettes.png": lambda: png(
        16, 16, 8, 2, before=b"".join(
            chunk(b"sPLT", b"%d\0\x08" % i + bytes(60)) for i in range(11_000))),
    "animation.png": lambda: png(
        16, 16, 8, 2, before=chunk(b"acTL", struct.pack(">II", 1 << 30, 0))
        + chunk(b"fcTL", bytes(26)) * 20_000),
    "critical_chunks.png": lambda: png(16, 16, 8, 2, before=chunk(b"PLTE", bytes(3)) * 60_000),
}


# GIF


def gif_data(count, minimum=8):
    """LZW of `count` zeros: codes of rising length, each a run one longer than the one before."""
    bits = Bits(low_first=True)
    out = bytearray()

    def flush():
        nonlocal bits
        whole = bits.count // 8
        out.extend((bits.value & ((1 << 8 * whole) - 1)).to_bytes(whole, "little"))
        bits.value >>= 8 * whole
        bits.count -= 8 * whole

    clear = 1 << minimum
    bits.put(clear, minimum + 1)
    left, table, size = count, clear + 2, minimum + 1
    bits.put(0, size)
    left -= 1
    run = 1
    while left > 0:
        if table == 4096:
            bits.put(clear, 12)
            table, size, run = clear + 2, minimum + 1, 1
            bits.put(0, size)
            left -= 1
            flush()
            continue
        run += 1
        if run > left:
            # The run of that length has a code already.
            bits.put(0 if left == 1 else clear + left, size)
            left = 0
        else:
            bits.put(table, size)
            left -= run
        table += 1
        if table == 1 << size and size < 12:
            size += 1
        flush()
    bits.put(clear + 1, size)
    out += bits.bytes()
    pieces = [bytes(out[i : i + 255]) for i in range(0, len(out), 255)]
    return bytes([minimum]) + b"".join(bytes([len(p)]) + p for p in pieces) + b"\0"


def gif(height, width, frames=b"", before=b""):
    screen = struct.pack("<HHBBB", width, height, 0xF7, 0, 0)
    return b"GIF89a" + screen + bytes(768) + before + frames + b";"


def gif_frame(height, width, interlaced=False):
    return b"," + struct.pack(
        "<HHHHB", 0, 0, width, height, 0x40 if interlaced else 0) + gif_data(height * width)


GIF = {
    "canvas_65535.gif": lambda: gif(65_535, 65_535, gif_frame(1, 1)),
    "canvas.gif": lambda: gif(SIDE, SIDE, gif_frame(1, 1)),
    "frame.gif": lambda: gif(SIDE, SIDE, gif_frame(SIDE, SIDE)),
    "interlaced.gif": lambda: gif(SIDE, SIDE, gif_frame(SIDE, SIDE, interlaced=True)),
    "frame_beyond_canvas.gif": lambda: gif(16, 16, gif_frame(SIDE, SIDE)),
    "frames.gif": lambda: gif(16, 16, gif_frame(1, 1) * 40_000),
    "comments.gif": lambda: gif(16, 16, gif_frame(16, 16), before=b"!\xfe\0" * 300_000),
    "one_row.gif": lambda: gif(1, 65_535, gif_frame(1, 65_535)),
}


# WebP


def vp8l(height, width):
    """A lossless picture whose every pixel is the only symbol of its codes: no bit a pixel."""
    bits = Bits(low_first=True)
    bits.put(0x2F, 8)
    bits.put(width - 1, 14)
    bits.put(height - 1, 14)
    bits.put(0, 1 + 3)  # no alpha; version 0
    bits.put(0, 1)  # no transform
    bits.put(0, 1)  # no colour cache
    bits.put(0, 1)  # one group of codes
    for _ in range(5):
        bits.put(1, 1)  # a simple code
        bits.put(0, 1)  # of one symbol
        bits.put(0, 1)  # in one bit
        bits.put(0, 1)  # 0
    return bits.bytes()


def riff(*chunks):
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def three(value):
    return struct.pack("<I", value)[:3]


def animation(height, width, frames):
    part = vp8l(height, width)
    data = b"VP8L" + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)
    entry = three(0) + three(0) + three(width - 1) + three(height - 1) + three(10) + b"\0" + data
    head = bytes([2, 0, 0, 0]) + three(width - 1) + three(height - 1)
    return riff((b"VP8X", head), (b"ANIM", bytes(6)), *[(b"ANMF", entry)] * frames)


WEBP = {
    "lossless.webp": lambda: riff((b"VP8L", vp8l(SIDE, SIDE))),
    "lossless_5000.webp": lambda: riff((b"VP8L", vp8l(5000, 5000))),
    "lossless_above.webp": lambda: riff((b"VP8L", vp8l(16_383, 16_383))),
    "animation.webp": lambda: animation(SIDE, SIDE, 1),
    "frames.webp": lambda: animation(16, 16, 15_000),
    "chunks.webp": lambda: riff(
        (b"VP8X", bytes(4) + three(15) + three(15)), *[(b"abcd", b"")] * 100_000,
        (b"VP8L", vp8l(16, 16))),
    "empty_chunks.webp": lambda: riff((b"VP8L", vp8l(16, 16)), *[(b"EXIF", b"")] * 100_000),
}


# TIFF

SHORT, LONG = 3, 4


def tiff(entries, data=b"", next_directory=0):
    """A file of one directory; `data` begins at byte 8."""
    place = 8 + len(data)
    out = b"II*\0" + struct.pack("<I", place) + data
    body = b""
    extra = b""
    behind = place + 2 + 12 * len(entries) + 4
    for tag, kind, values in sorted(entries):
        size = {SHORT: 2, LONG: 4}[kind]
        packed = struct.pack("<%d%s" % (len(values), "H" if kind == SHORT else "I"), *values)
        if size * len(values) > 4:
            packed, extra = struct.pack("<I", behind + len(extra)), extra + packed
        body += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    return out + struct.pack("<H", len(entries)) + body + struct.pack("<I", next_directory) + extra


def strips(height, width, channels, compression, data, rows=None, bits=8, extra=()):
    """All strips are the same bytes."""
    rows = rows or height
    count = -(-height // rows)
    entries = [
        (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [bits] * channels),
        (259, SHORT, [compression]), (262, SHORT, [2 if channels > 2 else 1]),
        (273, LONG, [8] * count), (277, SHORT, [channels]), (278, LONG, [rows]),
        (279, LONG, [len(data)] * count), *extra,
    ]
    return tiff(entries, data)


def tiles(height, width, channels, compression, data, side, extra=()):
    count = -(-height // side) * -(-width // side)
    entries = [
        (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [8] * channels),
        (259, SHORT, [compression]), (262, SHORT, [2 if channels > 2 else 1]),
        (277, SHORT, [channels]), (322, LONG, [side]), (323, LONG, [side]),
        (324, LONG, [8] * count), (325, LONG, [len(data)] * count), *extra,
    ]
    return tiff(entries, data)


def many_directories(count):
    """Directories one after the other, each of one entry."""
    out = b"II*\0" + struct.pack("<I", 8)
    for index in range(count):
        after = 8 + 18 * (index + 1)
        out += struct.pack("<H", 1) + struct.pack("<HHII", 256, LONG, 1, 16)
        out += struct.pack("<I", after if index + 1 < count else 0)
    return out


def packbits(count):
    return b"\x81\0" * (-(-count // 128))


def lzma_zeros(count):
    return lzma.compress(bytes(count))


ALPHA = [(338, SHORT, [2])]
TIFF = {
    "deflate_rgba.tif": lambda: strips(SIDE, SIDE, 4, 8, zeros(SIDE * SIDE * 4), extra=ALPHA),
    "deflate_rgba_16.tif": lambda: strips(
        SIDE, SIDE, 4, 8, zeros(SIDE * SIDE * 8), bits=16, extra=ALPHA),
    "deflate_rows.tif": lambda: strips(SIDE, SIDE, 3, 8, zeros(SIDE * 3), rows=1),
    "deflate_gray.tif": lambda: strips(SIDE, SIDE, 1, 8, zeros(SIDE * SIDE)),
    "same_strip_unpacks_to_much.tif": lambda: strips(4096, 64, 3, 8, zeros(100 << 20), rows=1),
    "overlapping_strips.tif": lambda: strips(20_000, 16, 1, 1, bytes(800_000), rows=1),
    "overlapping_tiles.tif": lambda: tiles(2000, 2000, 1, 1, bytes(800_000), 16),
    "strips_on_one_place.tif": lambda: strips(2_000, 16, 1, 1, bytes(4_000), rows=1),
    "packbits.tif": lambda: strips(SIDE, SIDE, 1, 32773, packbits(SIDE) , rows=1),
    "lzma.tif": lambda: strips(SIDE, SIDE, 3, 34925, lzma_zeros(SIDE * SIDE * 3)),
    "lzma_rows.tif": lambda: strips(4000, 4000, 3, 34925, lzma_zeros(4000 * 3), rows=1),
    "stored_rows.tif": lambda: strips(SIDE, SIDE, 3, 1, bytes(SIDE * 3), rows=1),
    "fax.tif": lambda: strips(SIDE, SIDE, 1, 4, b"\xff" * (SIDE // 8 + 8), bits=1),
    "fax_3.tif": lambda: strips(SIDE, SIDE, 1, 3, bytes(10_000), bits=1),
    "tiles.tif": lambda: tiles(SIDE, SIDE, 4, 8, zeros(256 * 256 * 4), 256, extra=ALPHA),
    "tiles_16.tif": lambda: tiles(4000, 4000, 3, 1, bytes(16 * 16 * 3), 16),
    "one_tile.tif": lambda: tiles(SIDE, SIDE, 3, 8, zeros(10_000 * 10_000 * 3), 10_000 // 16 * 16),
    "one_column.tif": lambda: strips(SIDE * SIDE, 1, 1, 8, zeros(SIDE * SIDE)),
    "one_row.tif": lambda: strips(1, SIDE * SIDE, 1, 8, zeros(SIDE * SIDE)),
    "directories.tif": lambda: many_directories(55_000),
    "directory_loop.tif": lambda: strips(16, 16, 1, 1, bytes(256))[:-4] + struct.pack("<I", 264),
    "entries.tif": lambda: b"II*\0" + struct.pack("<IH", 8, 65_535) + struct.pack(
        "<HHII", 270, 2, 4, 0) * 65_535 + bytes(4),
    "entries_of_all_tags.tif": lambda: b"II*\0" + struct.pack("<IH", 8, 65_535) + b"".join(
        struct.pack("<HHII", tag, 1, 4, 0) for tag in range(1, 65_536)) + bytes(4),
    "count_of_4_billion.tif": lambda: tiff(
        [(256, LONG, [16]), (257, LONG, [16]), (259, SHORT, [1]), (262, SHORT, [1])])[:-4]
    + struct.pack("<HHII", 273, LONG, 0xFFFF_FFFF, 8) + bytes(4),
}


# BMP


def bmp(height, width, bits, compression, data, palette=256):
    offset = 54 + 4 * (palette if bits <= 8 else 0)
    header = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0,
        palette if bits <= 8 else 0, 0)
    return (
        b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header
        + bytes(4 * palette if bits <= 8 else 0) + data
    )


BMP = {
    "runs_ended.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\0\1"),
    "runs.bmp": lambda: bmp(SIDE, SIDE, 8, 1, (b"\xff\0" * 39 + b"\x37\0\0\0") * SIDE + b"\0\1"),
    "jumps.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\0\2\xff\xff" * 240_000 + b"\0\1"),
    "jumps_around.bmp": lambda: bmp(1, 1, 8, 1, b"\xff\0" * 480_000 + b"\0\1"),
    "runs_cut_off.bmp": lambda: bmp(SIDE, SIDE, 8, 1, b"\xff\0"),
    "no_rows.bmp": lambda: bmp(SIDE, SIDE, 24, 0, b""),
    "one_bit.bmp": lambda: bmp(2800, 2800, 1, 0, bytes(352 * 2800), palette=2),
    "masks_cut_off.bmp": lambda: bmp(SIDE, SIDE, 32, 3, bytes(16)),
    "lowest_row.bmp": lambda: bmp(-(1 << 31), 1, 8, 1, b"\0\1"),
}


# IDX


def idx(sizes, data):
    return bytes([0, 0, 8, len(sizes)]) + struct.pack(">%dI" % len(sizes), *sizes) + data


def gzipped(head, count):
    """A gzip file of `head` and so many zeros."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [squeeze.compress(head)]
    piece = bytes(1 << 20)
    while count > 0:
        out.append(squeeze.compress(piece[: min(count, 1 << 20)]))
        count -= 1 << 20
    return b"".join(out) + squeeze.flush()


IDX = {
    "sound_in_proportion.gz": lambda: gzipped(
        idx([20, 600, 800], bytes(range(256)) * 1000), 20 * 600 * 800 - 256_000),
    "promises_less.gz": lambda: gzipped(idx([10, 28, 28], b""), 1_000_000_000),
    "promises_more.gz": lambda: gzipped(idx([4_000_000, 28, 28], b""), 1_000_000),
    "sound_small_pictures.gz": lambda: gzipped(idx([1_200_000, 28, 28], b""), 1_200_000 * 784),
    "sound_large_pictures.gz": lambda: gzipped(idx([9, SIDE, SIDE], b""), 9 * SIDE * SIDE),
    "one_picture.gz": lambda: gzipped(idx([1, 30_000, 30_000], b""), 900_000_000),
    "no_height.gz": lambda: gzipped(idx([1 << 31, 0, 28], b""), 0),
    "overflows.gz": lambda: gzipped(idx([0xFFFF_FFFF] * 3, b""), 100),
    "foreign.gz": lambda: gzipped(b"\x1f\x8b", 1_000_000_000),
    "members.gz": lambda: gzipped(idx([10, 28, 28], b""), 7840) + gzip.compress(b"", mtime=0) * 45_000,
}


# Tables, lists, names: text


def csv(rows):
    return ("id,label\n" + "".join(rows)).encode()


CSV = {
    "columns.csv": lambda: b",".join(b"c%d" % i for i in range(135_000)) + b"\n1,2\n",
    "empty_columns.csv": lambda: b"," * 990_000 + b"\n1,2\n",
    "wide_and_long.csv": lambda: b",".join(b"%d" % i for i in range(4_000)) + b"\n" + (
        b"," * 3_999 + b"\n") * 240,
    "open_quote.csv": lambda: csv(['1,"a'] + ["b\n"] * 450_000),
    "open_quotes.csv": lambda: csv(['1,"a\n'] * 180_000),
    "odd_quotes.csv": lambda: csv(['1,""a"\n'] * 130_000),
    "open_quote_in_header.csv": lambda: b'"id,label\n' + b"1,a\n" * 220_000,
    "classes.csv": lambda: csv([f"{i},c{i}\n" for i in range(65_000)]),
    "class_names_alike.csv": lambda: csv([f"{i},{'Aa'[i >> 0 & 1]}{'Bb'[i >> 1 & 1]}{i >> 2}\n" for i in range(60_000)]),
    "label_of_900_kB.csv": lambda: csv(["1,", "a" * 900_000, "\n2,b\n"]),
    "id_of_900_kB.csv": lambda: csv(["1" * 900_000, ",a\n2,b\n"]),
    "same_id.csv": lambda: csv(["1,a\n"] * 240_000),
    "same_id_two_labels.csv": lambda: csv([f"1,{i % 2}\n" for i in range(240_000)]),
    "spaces.csv": lambda: csv(["1, ", " " * 900_000, "a\n"]),
    "combining_marks.csv": lambda: csv(["1,a" + "\u0301" * 450_000 + "\n2,b\n"]),
    "empty_lines.csv": lambda: csv(["\n" * 900_000, "1,a\n2,b\n"]),
    "carriage_returns.csv": lambda: csv(["\r" * 900_000, "1,a\n2,b\n"]),
    "no_utf8.csv": lambda: b"id,label\n" + b"1,\xff\n" * 180_000,
    "formula_cells.csv": lambda: csv(['="1","=""a"""\n'] * 60_000),
    "paths_up.csv": lambda: csv(["../" * 300_000, ",a\n"]),
    "zeros.csv.gz": lambda: gzipped(b"id,label\n", 900_000_000),
    "newlines.csv.gz": lambda: gzip.compress(b"id,label\n" + b"\n" * 190_000_000, mtime=0),
}

LISTS = {
    "ids.txt": lambda: b"\n" * 990_000,
    "unknown_ids.txt": lambda: b"".join(b"x%d\n" % i for i in range(125_000)),
    "same_id.txt": lambda: b"1\n" * 490_000,
    "long_id.txt": lambda: b"1" * 990_000,
    "commas.txt": lambda: b"," * 990_000,
    "quotes.txt": lambda: b'"' * 990_000,
    "quotes_in_lines.txt": lambda: b'"1\n' * 330_000,
    "json_lists.txt": lambda: b"[" * 990_000,
    "unknown_ids.txt.gz": lambda: gzip.compress(
        b"".join(b"x%d\n" % i for i in range(1000)) * 25_000, mtime=0),
    "zeros.txt.gz": lambda: gzipped(b"", 260_000_000),
}


# Experiment files

HEAD = "name: x\ndataset: {format: folder, root: .}\nimage: {size: 8}\nstrategies: {baseline: {}}\n"


def yaml(text):
    return (HEAD + text).encode()


def laughs():
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    for i in range(1, 12):
        rows.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n")
    return "".join(rows)


YAML = {
    "laughs.yaml": lambda: yaml(laughs()),
    "aliases.yaml": lambda: yaml("a: &a x\nb: [" + "*a, " * 100_000 + "]\n"),
    "anchors.yaml": lambda: yaml("".join(f"k{i}: &a{i} x\n" for i in range(50_000))),
    "brackets.yaml": lambda: yaml("a: " + "[" * 100_000),
    "braces.yaml": lambda: yaml("a: " + "{a: " * 100_000),
    "dashes.yaml": lambda: yaml("a:\n  " + "- " * 100_000 + "x\n"),
    "indentation.yaml": lambda: yaml("".join(" " * i + "a:\n" for i in range(1, 1_300))),
    "questions.yaml": lambda: yaml("? " * 100_000 + "x\n"),
    "keys.yaml": lambda: yaml("".join(f"k{i}: 1\n" for i in range(80_000))),
    "same_key.yaml": lambda: yaml("a: 1\n" * 100_000),
    "keys_of_a_section.yaml": lambda: yaml(
        "training:\n" + "".join(f"  k{i}: 1\n" for i in range(40_000))),
    "strategies.yaml": lambda: HEAD.replace("{baseline: {}}\n", "").encode() + b"\n  baseline: {}\n"
    + b"".join(b"  s%d: {strategy: focal-loss}\n" % i for i in range(25_000)),
    "swept_values.yaml": lambda: yaml("").replace(
        b"{baseline: {}}", b"{baseline: {}, focal-loss: {gamma: [" + b",".join(
            b"%d" % i for i in range(100_000)) + b"]}}"),
    "swept_product.yaml": lambda: yaml("").replace(
        b"{baseline: {}}", b"{baseline: {}, focal-loss: {gamma: [" + b",".join(
            b"%d" % i for i in range(5_000)) + b"], class_weights: [" + b",".join(
            b"%d" % i for i in range(5_000)) + b"]}}"),
    "seeds.yaml": lambda: yaml("seeds: 1000000000\n"),
    "seed_list.yaml": lambda: yaml("seeds: [" + ", ".join(map(str, range(90_000))) + "]\n"),
    "merge_keys.yaml": lambda: yaml("a: &a {b: 1}\n" + "".join(
        f"c{i}: {{<<: *a}}\n" for i in range(40_000))),
    "scalar.yaml": lambda: yaml("note: " + "x" * 950_000 + "\n"),
    "folded_scalar.yaml": lambda: yaml("note: >\n" + "  x\n" * 240_000),
    "quoted_scalar.yaml": lambda: yaml('note: "' + "\\n" * 470_000 + '"\n'),
    "open_quote.yaml": lambda: yaml('note: "' + "x\n" * 450_000),
    "commas.yaml": lambda: yaml("tags: [" + ", " * 450_000 + "]\n"),
    "flow.yaml": lambda: yaml("tags: [" + "x " * 450_000 + "]\n"),
    "tabs.yaml": lambda: yaml("\t" * 950_000),
    "comments.yaml": lambda: yaml("#\n" * 480_000),
    "documents.yaml": lambda: yaml("---\n" * 240_000),
    "directives.yaml": lambda: b"%YAML 1.1\n" * 95_000 + yaml(""),
    "tag.yaml": lambda: yaml("a: !" + "x" * 900_000 + " 1\n"),
    "long_key.yaml": lambda: yaml("a" * 900_000 + ": 1\n"),
    "colons.yaml": lambda: yaml("a: " + ": " * 400_000 + "\n"),
    "stars.yaml": lambda: yaml("note: '" + "*" * 900_000 + "'\n"),
    "combining_marks.yaml": lambda: yaml("note: a" + "\u0301" * 450_000 + "\n"),
    "number.yaml": lambda: yaml("seeds: [" + "9" * 900_000 + "]\n"),
    "exponent.yaml": lambda: yaml("training: {epochs: 1e999999999}\n"),
    "excludes.yaml": lambda: yaml("exclude:\n" + "".join(
        f"  - {{seed: {i}}}\n" for i in range(45_000)) + "seeds: 10000\n"),
    "image_pattern.yaml": lambda: yaml("").replace(
        b"{format: folder, root: .}",
        b"{format: csv, root: ., file: a.csv, id: id, label: label, image: '"
        + b"{id}" * 200_000 + b"'}"),
    "class_pattern.yaml": lambda: yaml("").replace(
        b"root: .}", b"root: ., classes: {include: [" + b"'" + b"*a" * 300_000 + b"']}}"),
    "classes.yaml": lambda: yaml("").replace(
        b"root: .}", b"root: ., classes: {exclude: [" + b", ".join(
            b"c%d" % i for i in range(90_000)) + b"]}}"),
    "merged_labels.yaml": lambda: yaml("").replace(
        b"root: .}", b"root: ., labels: {merge: {" + b", ".join(
            b"c%d: d%d" % (i, i) for i in range(45_000)) + b"}}}"),
    "transforms.yaml": lambda: yaml("augmentation: [" + ", ".join(["flip: 0.5"] * 60_000) + "]\n"),
    "stages.yaml": lambda: yaml("stages: [" + ", ".join(["{top: 1}"] * 30_000) + "]\n"),
}


# Weights


def stored_zip(content, names=("archive/data.pkl",)):
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content)
        archive.writestr(zipfile.ZipInfo("archive/version"), b"3\n")
    return buffer.getvalue()


def shared_tuple():
    """One tuple of 50,000 sizes that 10,000 entries share: `PROTO MARK 1… TUPLE PUT`, then GETs."""
    head = b"\x80\x02" + b"(" + b"K\x01" * 50_000 + b"tq\x00" + b"0" + b"}("
    body = b"".join(b"X" + struct.pack("<I", 5) + b"%05d" % i + b"h\x00" for i in range(10_000))
    return head + body + b"u."


def packed_zip():
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in ("archive/data.pkl", "archive/data/0"):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as part:
                for _ in range(400):
                    part.write(bytes(1 << 20))
    return buffer.getvalue()


def safetensors(header, data=b""):
    return struct.pack("<Q", len(header)) + header + data


WEIGHTS = {
    "shared_tuple.pth": lambda: stored_zip(shared_tuple()),
    "marks.pth": lambda: stored_zip(b"\x80\x02" + b"(" * 900_000 + b"."),
    "empty_lists.pth": lambda: stored_zip(b"\x80\x02" + b"]" * 900_000 + b"."),
    "memo.pth": lambda: stored_zip(b"\x80\x04]" + b"\x94" * 900_000 + b"."),
    "nested.pth": lambda: stored_zip(b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b"."),
    "list_in_itself.pth": lambda: stored_zip(b"\x80\x02]q\0h\0a" + b"h\0a" * 200_000 + b"."),
    "duplicates.pth": lambda: stored_zip(b"\x80\x02]" + b"2" * 900_000 + b"."),
    "long_text.pth": lambda: stored_zip(b"\x80\x02X" + struct.pack("<I", 900_000) + b"x" * 900_000
                                        + b"."),
    "promised_text.pth": lambda: stored_zip(b"\x80\x04\x8d" + struct.pack("<Q", 1 << 40) + b"x."),
    "long_number.pth": lambda: stored_zip(b"\x80\x02\x8b" + struct.pack("<I", 900_000)
                                          + b"\x7f" * 900_000 + b"."),
    "entries.pth": lambda: stored_zip(b"", [f"archive/data/{i}" for i in range(9_000)]),
    "packed.pth": packed_zip,
    "legacy.pth": lambda: pickle.dumps(0x1950A86A20F9469CFC6C, 2) * 60_000,
    "keys.safetensors": lambda: safetensors(b"{" + b",".join(
        b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(16_000)) + b"}"),
    "shape.safetensors": lambda: safetensors(
        b'{"a":{"dtype":"F32","shape":[' + b",".join([b"1"] * 400_000)
        + b'],"data_offsets":[0,4]}}', bytes(4)),
    "brackets.safetensors": lambda: safetensors(b"[" * 900_000),
    "metadata.safetensors": lambda: safetensors(b'{"__metadata__":{' + b",".join(
        b'"%d":"x"' % i for i in range(70_000)) + b"}}"),
    "escapes.safetensors": lambda: safetensors(b'{"' + b"\\u0041" * 160_000 + b'":{}}'),
    "spaces.safetensors": lambda: safetensors(b"{" + b" " * 990_000 + b"}"),
    "promised_header.safetensors": lambda: struct.pack("<Q", 90_000_000) + b"{}",
}

KINDS = {
    "jpeg": JPEG, "png": PNG, "gif": GIF, "webp": WEBP, "tiff": TIFF, "bmp": BMP, "idx": IDX,
    "csv": CSV, "list": LISTS, "yaml": YAML, "weights": WEIGHTS,
}


# The smallest of their kinds, which Tests/ImagesTests/BombTests.swift looks at.
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ImagesTests" / "Fixtures" / "Bombs"
SMALL = [
    "cut_off_at_once.jpg", "cut_off_of_65500.jpg", "arithmetic.jpg", "arithmetic_32_scans.jpg",
    "interlaced_row.png", "above_and_cut_off.png", "canvas_65535.gif", "canvas.gif",
    "lossless.webp", "lossless_above.webp", "animation.webp", "fax.tif", "strips_on_one_place.tif",
    "count_of_4_billion.tif", "directory_loop.tif", "runs_ended.bmp", "runs_cut_off.bmp",
    "no_rows.bmp", "lowest_row.bmp",
]


def fixtures():
    FIXTURES.mkdir(exist_ok=True)
    for makers in KINDS.values():
        for name in SMALL:
            if name in makers:
                (FIXTURES / name).write_bytes(makers[name]())


def main():
    if len(sys.argv) == 1:
        fixtures()
        return
    folder = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:4]
    for kind, makers in KINDS.items():
        for name, make in makers.items():
            if wanted not in ([], [kind], [kind, name]):
                continue
            data = make()
            (folder / kind).mkdir(parents=True, exist_ok=True)
            (folder / kind / name).write_bytes(data)
            print(f"{kind:8} {len(data):>9} {name}")


if __name__ == "__main__":
    main()
