"""Inputs that are almost right: changes that know a little of each format."""

import gzip
import io
import re
import struct
import zipfile
import zlib

import damages

NUMBERS = (0, 1, 2, 3, 7, 8, 15, 16, 17, 255, 256, 257, 4095, 32767, 32768, 65535, 65536,
           0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff)
WORDS = ("null", "~", "true", "[]", "{}", "[1, [2]]", "{a: b}", "-1", "0", "1e999", ".nan", ".inf",
         "1.5", "99999999999999999999", "0x10", "2001-01-01", "''", "\"\\u0000\"", "!!binary aGk=",
         "!tag x", "&a x", "*a", "<<", "run:1", "*", "? x", "%YAML 1.1", "- - -", "|", ">", "#",
         "'", "\"", "ä", "\u202eabc", "\x07", "\t", "../..", "/dev/null", "/", "{x}", "{", ":", "---")
CELLS = ('"', '""', '"a', 'a"b', "\r", "\r\n", "\n", "\0", ",", ";", "\t", "=1+1", "-", "\ufeff",
         "\u00a0", "../../etc/passwd", "/dev/zero", "x" * 5000, "nan", "\u200b", "%s%n", "ß", "\x1b[2J")


def bytes_of(data, generator):
    """One or a few changes that know nothing of the format."""
    data = bytearray(data)
    for _ in range(generator.choice((1, 1, 1, 2, 4, 16))):
        change = generator.choice((number, number, number, *damages.CONTENT.values()))
        data = bytearray(change(data, generator) or data)
    return bytes(data)


def number(data, generator):
    """A number of 1 to 8 bytes, mostly in the head, becomes a telling one."""
    size = generator.choice((1, 2, 2, 4, 4, 8))
    if len(data) <= size:
        return data
    at = generator.randrange(min(len(data) - size, generator.choice((32, 128, len(data)))) or 1)
    value = generator.choice(NUMBERS) & ((1 << 8 * size) - 1)
    data[at:at + size] = value.to_bytes(size, generator.choice(("big", "little")))
    return data


def pieces(parts, generator):
    """A list with one of its members left out, doubled, moved, swapped or changed."""
    parts = list(parts)
    if len(parts) < 2:
        return parts
    action = generator.randrange(5)
    at, to = generator.randrange(len(parts)), generator.randrange(len(parts))
    if action == 0:
        del parts[at]
    elif action == 1:
        parts.insert(to, parts[at])
    elif action == 2:
        parts.insert(to, parts.pop(at))
    elif action == 3:
        parts[at], parts[to] = parts[to], parts[at]
    else:
        parts[at:at + 1] = [parts[at]] * generator.choice((2, 10, 200))
    return parts


def png(data, generator):
    """Chunks, with right lengths and checksums."""
    chunks, at = [], 8
    while at + 12 <= len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        chunks.append((data[at + 4:at + 8], data[at + 8:at + 8 + size]))
        at += 12 + size
    if generator.random() < 0.5:
        chunks = pieces(chunks, generator)
    if chunks:
        index = generator.randrange(len(chunks))
        kind, content = chunks[index]
        if kind == b"IDAT" and generator.random() < 0.7:
            content = repacked(content, generator)
        elif generator.random() < 0.8:
            content = bytes_of(content, generator) if content else b"\0\1"
        else:
            kind = generator.choice((b"PLTE", b"tRNS", b"IDAT", b"iCCP", b"eXIf", b"gAMA", b"acTL",
                                     b"fdAT", b"zTXt"))
        chunks[index] = (kind, content)
    out = data[:8]
    for kind, content in chunks:
        out += struct.pack(">I", len(content)) + kind + content
        out += struct.pack(">I", zlib.crc32(kind + content))
    return out


def repacked(content, generator):
    """What was deflated, changed and deflated again."""
    try:
        return zlib.compress(bytes_of(zlib.decompress(content), generator))
    except zlib.error:
        return bytes_of(content, generator)


def jpeg(data, generator):
    """Segments, with right lengths mostly."""
    segments, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xff and data[at + 1] != 0xda:
        size = struct.unpack(">H", data[at + 2:at + 4])[0]
        segments.append(data[at:at + 2 + size])
        at += 2 + size
    rest = data[at:]
    if generator.random() < 0.4:
        segments = pieces(segments, generator)
    if segments and generator.random() < 0.7:
        index = generator.randrange(len(segments))
        kind, content = segments[index][:2], bytes_of(segments[index][4:], generator)[:60000]
        segments[index] = kind + struct.pack(">H", len(content) + 2) + content
    elif generator.random() < 0.5:
        rest = rest[:2] + bytes_of(rest[2:], generator)
    return data[:2] + b"".join(segments) + rest


def zipped(data, generator):
    """An archive of PyTorch's whose pickle or numbers changed, with right checksums."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = [(info.filename, old.read(info)) for info in old.infolist()]
    except (zipfile.BadZipFile, struct.error, RuntimeError):
        return bytes_of(data, generator)
    if generator.random() < 0.2:
        parts = pieces(parts, generator)
    for index, (name, content) in enumerate(parts):
        if name.endswith(".pkl") or generator.random() < 0.1:
            parts[index] = (name, bytes_of(content, generator))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name, content in parts:
            new.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def safetensors(data, generator):
    """The header's JSON, with its right length mostly."""
    size = struct.unpack("<Q", data[:8])[0]
    header, rest = data[8:8 + size], data[8 + size:]
    header = json_of(header, generator)
    length = len(header) if generator.random() < 0.8 else generator.choice(NUMBERS)
    return struct.pack("<Q", length) + header + rest


def json_of(data, generator):
    """Numbers, words and brackets of JSON."""
    for _ in range(generator.choice((1, 1, 2, 5))):
        found = list(re.finditer(rb'-?\d+|"[^"]*"|[\[\]{}:,]', data))
        if not found:
            break
        match = generator.choice(found)
        word = generator.choice((
            str(generator.choice(NUMBERS)).encode(), b"-1", b"1e400", b"null", b"[]", b"{}", b'""',
            b'"\\ud800"', b"", match.group() * 2, b"[" * 2000, b'{"a":' * 2000, b'"F32"',
            generator.choice(found).group()))
        data = data[:match.start()] + word + data[match.end():]
    return data


def compressed(inner):
    """A mutation of what is inside gzip, or of the gzip file itself."""
    def act(data, generator):
        if generator.random() < 0.25 or data[:2] != b"\x1f\x8b":
            return bytes_of(data, generator)
        try:
            content = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return bytes_of(data, generator)
        return gzip.compress(inner(content, generator), 1)
    return act


def lines(words):
    """A mutation of text in lines: whole lines, indentation, and words of a list."""
    def act(data, generator):
        if generator.random() < 0.15:
            return bytes_of(data, generator)
        rows = data.split(b"\n")
        for _ in range(generator.choice((1, 1, 2, 3))):
            action = generator.randrange(4)
            at = generator.randrange(len(rows))
            if action == 0:
                rows = pieces(rows, generator) or rows
            elif action == 1:
                rows[at] = generator.choice((b" ", b"  ", b"\t", b"- ", b"")) + rows[at].lstrip(b" ")
            else:
                rows[at] = token(rows[at], words, generator)
        return b"\n".join(rows)
    return act


def token(row, words, generator):
    """A word or sign of a line becomes another."""
    found = list(re.finditer(rb"[\w.+-]+|[^\w\s]", row))
    word = generator.choice(words).encode("utf-8", "surrogatepass")
    if not found or generator.random() < 0.2:
        at = generator.randrange(len(row) + 1)
        return row[:at] + word + row[at:]
    match = generator.choice(found)
    return row[:match.start()] + word + row[match.end():]


yaml = lines(WORDS)
table = lines(CELLS)


def by_name(name):
    """The mutation that knows a file's format."""
    return {
        ".png": png, ".jpg": jpeg, ".pth": zipped, ".pt": zipped, ".safetensors": safetensors,
        ".yaml": yaml, ".csv": table, ".txt": table, ".json": json_of,
        ".gz": compressed(bytes_of)}.get(name[name.rfind("."):], bytes_of)


def mutated(name, data, generator):
    """A changed copy, by format mostly and byte by byte else."""
    change = by_name(name) if generator.random() < 0.75 else bytes_of
    for _ in range(20):
        new = change(data, generator)
        if new != data:
            return new
    return data + b"\0"
