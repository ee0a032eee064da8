import Files

/// A zip archive whose entries are stored, not compressed: the only kind that PyTorch writes.
///
/// The central directory is believed once everything in it was checked: places and sizes lie
/// inside the file and overlap nothing, local headers say the same names, checksums are right.
/// Zip64 is read. (PKWARE, APPNOTE.TXT 6.3.10.)
struct ZipArchive {
  /// Content by name.
  private(set) var entries: [String: UnsafeRawBufferPointer] = [:]
  /// Names of entries that are compressed and so not read.
  private(set) var compressed: [String] = []

  private static let entryLimit = 131_072
  private static let nameLimit = 4_096

  private struct Entry {
    var name: String
    var checksum: UInt32
    /// In the archive.
    var size: Int
    var isCompressed: Bool
    /// Of the local header.
    var offset: Int
  }

  /// The central directory's place, size and number of entries.
  private struct Directory {
    var offset: Int
    var size: Int
    var count: Int
  }

  init(_ bytes: UnsafeRawBufferPointer) throws(WeightFault) {
    let directory = try Self.directory(of: bytes)
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<(directory.offset + directory.size)]),
      at: directory.offset, of: "the archive's directory")
    var places: [Range<Int>] = []
    for _ in 0..<directory.count {
      let entry = try Self.entry(&reader)
      let place = try Self.place(of: entry, in: bytes, end: directory.offset)
      places.append(place)
      if entry.isCompressed {
        compressed.append(entry.name)
        continue
      }
      let content = UnsafeRawBufferPointer(
        rebasing: bytes[(place.upperBound - entry.size)..<place.upperBound])
      guard CRC32.checksum(of: content) == entry.checksum else {
        throw WeightFault(
          "the checksum of its entry \(WeightFault.quoted(entry.name)) is wrong",
          advice: "the file is damaged, or was saved with compute_crc32=False; fetch it again, or "
            + "save it again with checksums")
      }
      guard entries.updateValue(content, forKey: entry.name) == nil else {
        throw WeightFault("its entry \(WeightFault.quoted(entry.name)) stands twice in it")
      }
    }
    guard reader.left == 0 else {
      throw WeightFault("its directory has \(reader.left) bytes more than its entries")
    }
    places.sort { $0.lowerBound < $1.lowerBound }
    for (place, next) in zip(places, places.dropFirst()) where next.lowerBound < place.upperBound {
      throw WeightFault("entries of the archive overlap at byte \(next.lowerBound)")
    }
  }

  /// Finds the end record, and the zip64 end record where there is one.
  private static func directory(of bytes: UnsafeRawBufferPointer) throws(WeightFault) -> Directory {
    guard let end = endRecord(of: bytes) else {
      throw WeightFault("it begins as a zip archive does but has no end record: it is cut off")
    }
    var reader = ByteReader(bytes, at: end + 4, of: "the archive's end record")
    let (disk, startDisk) = (try reader.next(UInt16.self), try reader.next(UInt16.self))
    let (here, all) = (try reader.next(UInt16.self), try reader.next(UInt16.self))
    let (size, offset) = (try reader.next(UInt32.self), try reader.next(UInt32.self))
    var directory = Directory(offset: Int(offset), size: Int(size), count: Int(all))
    var limit = end
    let locator = end - 20
    if locator >= 0, bytes.loadUnaligned(fromByteOffset: locator, as: UInt32.self) == 0x0706_4B50 {
      (directory, limit) = try directory64(of: bytes, locator: locator)
    } else if disk != 0 || startDisk != 0 || here != all {
      throw WeightFault("it is one part of an archive of several", advice: "join its parts first")
    }
    guard directory.count <= entryLimit else {
      throw WeightFault("it has \(directory.count) entries; at most \(entryLimit) are read")
    }
    // Nothing may lie between the directory and its end record, nor before the first entry.
    guard directory.offset <= limit, directory.size == limit - directory.offset else {
      throw WeightFault(
        "its directory of \(directory.size) bytes at \(directory.offset) does not end at \(limit)")
    }
    return directory
  }

  private static func directory64(
    of bytes: UnsafeRawBufferPointer, locator: Int
  ) throws(WeightFault) -> (Directory, limit: Int) {
    var reader = ByteReader(bytes, at: locator + 8, of: "the archive's zip64 locator")
    let place = try reader.next(UInt64.self)
    guard let position = Int(exactly: place), position <= locator - 56 else {
      throw WeightFault("its zip64 end record at \(place) lies outside the file")
    }
    reader = ByteReader(bytes, at: position, of: "the archive's zip64 end record")
    guard try reader.next(UInt32.self) == 0x0606_4B50 else {
      throw WeightFault("there is no zip64 end record at \(position)")
    }
    guard try reader.next(UInt64.self) == UInt64(locator - position - 12) else {
      throw WeightFault("its zip64 end record has the wrong length")
    }
    _ = try reader.next(UInt32.self)
    let disks = try reader.next(UInt64.self)
    let (here, all) = (try reader.next(UInt64.self), try reader.next(UInt64.self))
    let (size, offset) = (try reader.next(UInt64.self), try reader.next(UInt64.self))
    guard disks == 0, here == all else {
      throw WeightFault("it is one part of an archive of several", advice: "join its parts first")
    }
    let numbers = [offset, size, all].compactMap { Int(exactly: $0) }
    guard numbers.count == 3 else { throw WeightFault("its directory lies outside the file") }
    return (Directory(offset: numbers[0], size: numbers[1], count: numbers[2]), position)
  }

  /// The last end record whose comment ends with the file.
  private static func endRecord(of bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 22 else { return nil }
    let first = max(0, bytes.count - 22 - 65_535)
    for position in stride(from: bytes.count - 22, through: first, by: -1)
    where bytes[position] == 0x50
      && bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self) == 0x0605_4B50
    {
      let comment = Int(bytes[position + 20]) | Int(bytes[position + 21]) << 8
      if position + 22 + comment == bytes.count { return position }
    }
    return nil
  }

  /// One entry of the central directory.
  private static func entry(_ reader: inout ByteReader) throws(WeightFault) -> Entry {
    guard try reader.next(UInt32.self) == 0x0201_4B50 else {
      throw WeightFault("its directory is broken at byte \(reader.position - 4)")
    }
    _ = try reader.next(UInt32.self)
    let (flags, method) = (try reader.next(UInt16.self), try reader.next(UInt16.self))
    _ = try reader.next(UInt32.self)
    let checksum = try reader.next(UInt32.self)
    var sizes = [UInt64(try reader.next(UInt32.self)), UInt64(try reader.next(UInt32.self))]
    let nameLength = Int(try reader.next(UInt16.self))
    let extraLength = Int(try reader.next(UInt16.self))
    let commentLength = Int(try reader.next(UInt16.self))
    let disk = try reader.next(UInt16.self)
    _ = try reader.next(bytes: 6)
    var offset = UInt64(try reader.next(UInt32.self))
    guard nameLength <= nameLimit else { throw WeightFault("an entry's name is too long") }
    let name = try reader.next(text: nameLength)
    let extra = try reader.next(bytes: extraLength)
    _ = try reader.next(bytes: commentLength)
    try widen(&sizes, &offset, from: extra, name)
    guard flags & 1 == 0 else {
      throw WeightFault(
        "its entry \(WeightFault.quoted(name)) is encrypted", advice: "decrypt it first")
    }
    guard disk == 0, method != 0 || sizes[0] == sizes[1], let size = Int(exactly: sizes[0]),
      let place = Int(exactly: offset)
    else {
      throw WeightFault("its entry \(WeightFault.quoted(name)) has sizes that cannot be")
    }
    return Entry(
      name: name, checksum: checksum, size: size, isCompressed: method != 0, offset: place)
  }

  /// Takes from the zip64 field what did not fit 32 bits.
  private static func widen(
    _ sizes: inout [UInt64], _ offset: inout UInt64, from extra: UnsafeRawBufferPointer,
    _ name: String
  ) throws(WeightFault) {
    guard sizes.contains(0xFFFF_FFFF) || offset == 0xFFFF_FFFF else { return }
    var reader = ByteReader(extra, of: "the extra field of \(WeightFault.quoted(name))")
    while reader.left >= 4 {
      let (kind, length) = (try reader.next(UInt16.self), Int(try reader.next(UInt16.self)))
      var field = ByteReader(
        try reader.next(bytes: length), of: "the zip64 field of \(WeightFault.quoted(name))")
      guard kind == 1 else { continue }
      // Uncompressed before compressed, here and in the entry's own order reversed.
      if sizes[1] == 0xFFFF_FFFF { sizes[1] = try field.next(UInt64.self) }
      if sizes[0] == 0xFFFF_FFFF { sizes[0] = try field.next(UInt64.self) }
      if offset == 0xFFFF_FFFF { offset = try field.next(UInt64.self) }
      return
    }
    throw WeightFault("its entry \(WeightFault.quoted(name)) lacks its zip64 field")
  }

  /// From the local header to the end of the content.
  private static func place(
    of entry: Entry, in bytes: UnsafeRawBufferPointer, end: Int
  ) throws(WeightFault) -> Range<Int> {
    let outside = WeightFault(
      "its entry \(WeightFault.quoted(entry.name)) of \(entry.size) bytes at \(entry.offset) "
        + "reaches beyond the file")
    guard entry.offset <= end, entry.size <= end - entry.offset else { throw outside }
    var reader = ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: entry.offset,
      of: "the archive before its directory")
    guard try reader.next(UInt32.self) == 0x0403_4B50 else {
      throw WeightFault("its entry \(WeightFault.quoted(entry.name)) does not begin as one")
    }
    _ = try reader.next(bytes: 22)
    let nameLength = Int(try reader.next(UInt16.self))
    let extraLength = Int(try reader.next(UInt16.self))
    guard try reader.next(text: nameLength) == entry.name else {
      throw WeightFault(
        "its entry \(WeightFault.quoted(entry.name)) has another name in its own header")
    }
    _ = try reader.next(bytes: extraLength)
    guard entry.size <= reader.left else { throw outside }
    return entry.offset..<(reader.position + entry.size)
  }
}
