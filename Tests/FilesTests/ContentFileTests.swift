import Dispatch
import Files
import Synchronization
import TestSupport
import Testing

/// Gzip members without compression: RFC 1951's stored blocks, RFC 1952's frame.
enum StoredGzip {
  static func member(_ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let end = min(start + 65_535, content.count)
      let size = UInt16(end - start)
      bytes.append(end == content.count ? 1 : 0)
      for number in [size, ~size] { bytes += [UInt8(number & 255), UInt8(number >> 8)] }
      bytes += content[start..<end]
      start = end
    } while start < content.count
    let sum = content.withUnsafeBytes { CRC32.checksum(of: $0) }
    for number in [sum, UInt32(content.count)] {
      for shift: UInt32 in [0, 8, 16, 24] {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    return bytes
  }
}

@Suite struct ContentFileTests {
  /// A number that tells each place from its neighbours.
  private static func byte(at place: Int) -> UInt8 { UInt8(place / 1000 % 251) }
  private static let count = 13_000_000

  /// A gzip file of two members, 13 MB: several places to go on from.
  private func file(in folder: TemporaryFolder) throws -> ContentFile {
    let content = (0..<Self.count).map(Self.byte)
    let bytes =
      StoredGzip.member(Array(content[..<7_000_001]))
      + StoredGzip.member(Array(content[7_000_001...]))
    return try ContentFile(path: try folder.write(bytes, to: "a.gz"))
  }

  @Test func anyPlaceIsReadInAnyOrderByAnyThread() throws {
    let folder = try TemporaryFolder()
    let file = try file(in: folder)
    #expect(file.isCompressed)
    let places =
      [0, 12_999_990, 6_999_999, 4_194_304, 4_194_303, 1, 12_999_999]
      + (1...40).map { $0 * 2_654_435_761 % Self.count }
    let wrong = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: places.count) { index in
      let place = places[index]
      let expected = (place..<min(place + 50, Self.count)).map(Self.byte)
      if (try? file.read(50, at: place)) != expected { wrong.withLock { $0.append(place) } }
    }
    #expect(wrong.withLock(\.self) == [])
    #expect(try file.read(5, at: Self.count) == [])
    #expect(try file.read(5, at: Self.count + 1_000_000) == [])
    #expect(try file.forEachPiece(upTo: 1 << 30) { _, _ in } == Self.count)
  }

  @Test func piecesEndBehindTheLimit() throws {
    let folder = try TemporaryFolder()
    let file = try file(in: folder)
    var last = 0
    let read = try file.forEachPiece(upTo: 100_000) { piece, offset in last = offset + piece.count }
    #expect(read == last && (100_001...(100_001 + 65_536)).contains(read))
  }

  @Test func theLastPlaceOfADamagedMemberIsAnErrorEveryTime() throws {
    let folder = try TemporaryFolder()
    var bytes = StoredGzip.member((0..<3000).map(Self.byte))
    bytes[bytes.count - 5] ^= 1
    let file = try ContentFile(path: try folder.write(bytes, to: "a.gz"))
    for _ in 0..<3 { #expect(throws: FileError.self) { try file.read(3001, at: 0) } }
  }

  @Test("a gzip file unpacks to 64 times its length, or to 16 MiB")
  func proportion() throws {
    #expect(ContentFile.mostContent(ofCompressed: 20_000) == 16 << 20)
    #expect(ContentFile.mostContent(ofCompressed: 1_000_000) == 64_000_000)
    let folder = try TemporaryFolder()
    // 4,000,000 zeros each.
    let zeros = try WholeFile.read(path: fixture("zeros.gz").path, limit: 1 << 20)
    let four = try folder.write(Array(repeatElement(zeros, count: 4).joined()), to: "four.gz")
    #expect(try Gzip.decompress(path: four, limit: 1 << 30).count == 16_000_000)
    let five = try folder.write(Array(repeatElement(zeros, count: 5).joined()), to: "five.gz")
    let error = #expect(throws: FileError.self) {
      try Gzip.decompress(path: five, limit: 1 << 30)
    }
    #expect(error?.reason.contains("unpack to more than 16777216") == true)
    #expect(error?.advice.contains("unpack it") == true)
  }
}

@Suite struct CompressedIDXTests {
  private func header(_ sizes: [Int]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(sizes.count)]
    for size in sizes {
      for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: size >> shift)) }
    }
    return bytes
  }

  @Test func itemsOfAGzipFileAreThoseOfThePlainFile() throws {
    let folder = try TemporaryFolder()
    let content = header([300, 100, 200]) + (0..<6_000_000).map { UInt8($0 / 7 % 256) }
    let plain = try IDXFile(path: try folder.write(content, to: "a.idx"))
    let packed = try IDXFile(path: try folder.write(StoredGzip.member(content), to: "a.gz"))
    #expect(packed.dimensions == [300, 100, 200])
    for index in [299, 0, 150, 151, 3, 299] {
      let item = try packed.item(at: index)
      #expect(try item == plain.item(at: index))
      #expect(item == Array(content[(16 + index * 20_000)..<(16 + (index + 1) * 20_000)]))
    }
  }

  @Test func whatTheHeaderAnnouncesIsComparedWithTheFilesLength() throws {
    let folder = try TemporaryFolder()
    let zeros = try WholeFile.read(path: fixture("zeros.gz").path, limit: 1 << 20)
    // Sound, and 4,000,000 bytes as announced.
    let sound = StoredGzip.member(header([4, 1000, 1000])) + zeros
    #expect(try IDXFile(path: try folder.write(sound, to: "sound.gz")).count == 4)
    // Damaged behind the header, which nobody reads: what it announces is refused before.
    let start = header([30, 1000, 1000]) + [UInt8](repeating: 0, count: 100)
    let greedy = StoredGzip.member(start) + [1, 2, 3]
    var error = #expect(throws: FileError.self) {
      try IDXFile(path: try folder.write(greedy, to: "greedy.gz"))
    }
    #expect(error?.reason.contains("announce 30000000 bytes of data") == true)
    #expect(error?.reason.contains("unpacked to 16777216 at most") == true)
    let more = StoredGzip.member(header([3, 1000, 1000])) + zeros
    error = #expect(throws: FileError.self) {
      try IDXFile(path: try folder.write(more, to: "more.gz"))
    }
    #expect(error?.reason.contains("announce 3000000 bytes of data and more are there") == true)
    let less = StoredGzip.member(header([5, 1000, 1000])) + zeros
    error = #expect(throws: FileError.self) {
      try IDXFile(path: try folder.write(less, to: "less.gz"))
    }
    #expect(error?.reason.contains("announce 5000000 bytes of data and 4000000 are there") == true)
    let empty = header([1 << 31, 0, 28])
    error = #expect(throws: FileError.self) {
      try IDXFile(path: try folder.write(empty, to: "empty.idx"))
    }
    #expect(error?.reason.contains("items without bytes") == true)
  }

  @Test func labelsOfAGzipFileOfCIFARAreThoseOfThePlainFile() throws {
    let folder = try TemporaryFolder()
    // Records cross the borders of the pieces of 64 KiB in which a file is read.
    var content: [UInt8] = []
    for record in 0..<200 {
      content += [UInt8(record % 20), UInt8(record % 100)]
      content += [UInt8](repeating: UInt8(record), count: 3072)
    }
    for (name, bytes) in [("a.bin", content), ("a.gz", StoredGzip.member(content))] {
      let file = try CIFARFile(path: try folder.write(bytes, to: name), labelBytes: 2)
      #expect((0..<200).allSatisfy { file.label(at: $0) == $0 % 100 })
      #expect((0..<200).allSatisfy { file.coarseLabel(at: $0) == $0 % 20 })
      #expect(try file.pixels(at: 199) == [UInt8](repeating: 199, count: 3072))
    }
  }
}
