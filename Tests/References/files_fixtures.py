"""Makes Tests/FilesTests/Fixtures: gzip files written by another program than ours.

Only Python's standard library. Run: python Tests/References/files_fixtures.py
"""

import gzip
import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "FilesTests" / "Fixtures"
FOLDER.mkdir(parents=True, exist_ok=True)

# Two images of 3 x 4 bytes; byte i is 7 i modulo 256.
idx = bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 3, 4) + bytes(7 * i % 256 for i in range(24))
(FOLDER / "two_images.idx.gz").write_bytes(gzip.compress(idx, mtime=0))

# Two members one after the other, as `cat a.gz b.gz` makes them, and padding.
members = gzip.compress(b"first ", mtime=0) + gzip.compress(b"second", mtime=0) + bytes(512)
(FOLDER / "two_members.gz").write_bytes(members)

# 4 MB of zeros in about 4 kB.
(FOLDER / "zeros.gz").write_bytes(gzip.compress(bytes(4_000_000), mtime=0))
