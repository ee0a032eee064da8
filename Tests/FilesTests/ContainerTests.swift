import Files
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct ChecksumTests {
  @Test(
    "CRC-32 of known texts", arguments: [("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43)])
  func crc(text: String, expected: Int) {
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBytes { CRC32.checksum(of: $0) } == UInt32(expected))
    let halves = bytes.withUnsafeBytes { all in
      let (left, right) = (all.prefix(bytes.count / 2), all.dropFirst(bytes.count / 2))
      let first = CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: left))
      return CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: right), continuing: first)
    }
    #expect(halves == UInt32(expected))
  }

  @Test("SHA-256 of the texts in FIPS 180-2, and copies that go on separately")
  func sha() throws {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(SHA256Digest.hex(of: "abc") == abc)
    #expect(SHA256Digest.hex(of: [97, 98, 99]) == abc)
    #expect(SHA256Digest.hex(of: Data("abc".utf8)) == abc)
    #expect(SHA256Digest.hex(of: [97, 98, 99].lazy.map { UInt8($0) }) == abc)
    #expect(SHA256Digest.hex(of: "") == nothing)
    var digest = SHA256Digest()
    digest.update("a")
    let copy = digest
    Array("bc".utf8).withUnsafeBytes { digest.update($0) }
    #expect(digest.finalize() == abc && digest.finalize() == abc)
    var other = copy
    other.update("bc")
    #expect(copy.finalize() == SHA256Digest.hex(of: "a") && other.finalize() == abc)
    let folder = try TemporaryFolder()
    #expect(try SHA256Digest.hex(ofFile: try folder.write(Array("abc".utf8), to: "a")) == abc)
    #expect(try SHA256Digest.hex(ofFile: try folder.write([], to: "b")) == nothing)
    #expect(throws: FileError.self) { try SHA256Digest.hex(ofFile: folder.path + "/none") }
  }
}

@Suite struct GzipTests {
  @Test func membersFollowOneAnother() throws {
    let content = try Gzip.decompress(path: fixture("two_members.gz").path, limit: 12)
    #expect(String(decoding: content, as: UTF8.self) == "first second")
  }

  @Test func plainFilesAreReadAsTheyAre() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], to: "a")
    #expect(try Gzip.decompress(path: path, limit: 3) == [1, 2, 3])
    #expect(throws: FileError.self) { try Gzip.decompress(path: path, limit: 2) }
  }

  @Test func theLimitHoldsForWhatComesOut() throws {
    let path = fixture("zeros.gz").path
    #expect(try Gzip.decompress(path: path, limit: 4_000_000).count == 4_000_000)
    let error = #expect(throws: FileError.self) {
      try Gzip.decompress(path: path, limit: 3_999_999)
    }
    #expect(error?.reason.contains("limit of 3999999 bytes") == true)
  }

  @Test func everyTruncationAndEveryFlippedByteOfTheDataIsAnError() throws {
    let folder = try TemporaryFolder()
    let bytes = try WholeFile.read(path: fixture("two_images.idx.gz").path, limit: 999)
    for length in 2..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]), to: "cut.gz")
      #expect(throws: FileError.self, "\(length)") { try Gzip.decompress(path: path, limit: 999) }
    }
    // Behind the ten bytes of the header, whose time and system do not matter.
    for place in 10..<bytes.count {
      var changed = bytes
      changed[place] ^= 0x10
      let path = try folder.write(changed, to: "flipped.gz")
      #expect(throws: FileError.self, "\(place)") { try Gzip.decompress(path: path, limit: 999) }
    }
    let path = try folder.write(bytes + [1, 2, 3], to: "garbage.gz")
    #expect(throws: FileError.self) { try Gzip.decompress(path: path, limit: 999) }
  }
}

@Suite struct IDXFileTests {
  private func file(_ bytes: [UInt8]) throws(any Error) -> IDXFile {
    let folder = try TemporaryFolder()
    return try IDXFile(path: try folder.write(bytes, to: "a.idx"))
  }

  @Test func readsGzippedAndPlainFiles() throws {
    let path = fixture("two_images.idx.gz").path
    let images = try IDXFile(path: path)
    #expect(images.dimensions == [2, 3, 4])
    #expect(try images.bytes() == (0..<24).map { UInt8(7 * $0) })
    #expect(images.count == 2)
    #expect(try images.item(at: 1) == (12..<24).map { UInt8(7 * $0) })
    let plain = try file(try Gzip.decompress(path: path, limit: 999))
    #expect(plain.dimensions == images.dimensions)
    #expect(try plain.bytes() == images.bytes())
    #expect(try file([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]).bytes() == [5, 6])
    #expect(try file([0, 0, 8, 1, 0, 0, 0, 0]).bytes() == [])
  }

  @Test(
    "files that are none are said to be",
    arguments: [
      ([0, 0, 8], "it has 3 bytes and the header alone"),
      ([1, 0, 8, 1, 0, 0, 0, 0], "it starts with 1, 0"),
      ([0, 0, 13, 1, 0, 0, 0, 0], "its type is 13 and only 8"),
      ([0, 0, 8, 0], "it says 0 dimensions"),
      ([0, 0, 8, 9], "it says 9 dimensions"),
      ([0, 0, 8, 2, 0, 0, 0, 1, 0], "it ends within its header"),
      ([0, 0, 8, 1, 0, 0, 0, 2, 5], "announce 2 bytes of data and 1 are there"),
      ([0, 0, 8, 1, 0, 0, 0, 2, 5, 6, 7], "announce 2 bytes of data and 3 are there"),
      ([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "overflow"),
    ] as [([UInt8], String)])
  func wrong(bytes: [UInt8], reason: String) {
    let error = #expect(throws: FileError.self) { try file(bytes) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func theLimitHolds() throws {
    let path = fixture("two_images.idx.gz").path
    _ = try IDXFile(path: path, limit: 40)
    #expect(throws: FileError.self) { try IDXFile(path: path, limit: 39) }
    #expect(throws: FileError.self) { try IDXFile(path: path + ".none") }
  }
}

@Suite struct CIFARFileTests {
  @Test func readsLabelsAndPixels() throws {
    let folder = try TemporaryFolder()
    let records: [[UInt8]] = [0, 1, 2].map { (record: UInt8) -> [UInt8] in
      [record, record + 10] + Array(repeating: record + 50, count: 3072)
    }
    let path = try folder.write(records.flatMap { $0 }, to: "train.bin")
    let fine = try CIFARFile(path: path, labelBytes: 2)
    #expect(fine.count == 3)
    #expect((0..<3).map { fine.label(at: $0) } == [10, 11, 12])
    #expect((0..<3).map { fine.coarseLabel(at: $0) } == [0, 1, 2])
    #expect(try fine.pixels(at: 2) == [UInt8](repeating: 52, count: 3072))
    let single = try folder.write(records.flatMap { $0.dropFirst() }, to: "batch.bin")
    let ten = try CIFARFile(path: single, labelBytes: 1)
    #expect((0..<3).map { ten.label(at: $0) } == [10, 11, 12])
    #expect(ten.coarseLabel(at: 0) == nil)
    #expect(try ten.pixels(at: 1) == [UInt8](repeating: 51, count: 3072))
    // The one read as the other.
    #expect(throws: FileError.self) { try CIFARFile(path: single, labelBytes: 2) }
    #expect(throws: FileError.self) { try CIFARFile(path: path, labelBytes: 1) }
    #expect(throws: FileError.self) { try CIFARFile(path: path, labelBytes: 3) }
  }

  @Test func truncatedFilesAreErrors() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 1, count: 3072), to: "a.bin")
    let error = #expect(throws: FileError.self) { try CIFARFile(path: path, labelBytes: 1) }
    #expect(
      error?.description.contains("3072 bytes are no whole number of records of 3073") == true)
  }
}

@Suite struct SafePathTests {
  let folder: TemporaryFolder
  let root: String

  init() throws {
    folder = try TemporaryFolder()
    try Folder.create(folder.path + "/root/images")
    try Folder.create(folder.path + "/rooted")
    _ = try folder.write([1], to: "root/images/a.jpg")
    _ = try folder.write([1], to: "secret")
    let resolved = try #require(realpath(folder.path + "/root", nil))
    root = String(cString: resolved)
    free(resolved)
  }

  @Test(
    "paths inside are resolved",
    arguments: [
      ("images/a.jpg", "/images/a.jpg"), ("./images//a.jpg", "/images/a.jpg"),
      ("images/../images/a.jpg", "/images/a.jpg"), ("images/none.jpg", "/images/none.jpg"),
      ("new/deeper/none.jpg", "/new/deeper/none.jpg"), ("images/..", ""), ("..a/b..", "/..a/b.."),
      ("images/a.jpg/b", "/images/a.jpg/b"),
    ])
  func inside(relative: String, expected: String) throws {
    #expect(try SafePath.resolve(relative, under: folder.path + "/root") == root + expected)
  }

  @Test(
    "paths that lead out are refused",
    arguments: [
      ("", "empty"), ("/etc/passwd", "absolute"), ("../secret", "climbs out"), ("..", "climbs out"),
      ("images/../../secret", "climbs out"), ("../root/images/a.jpg", "climbs out"),
      ("a\0.jpg", "NUL"), ("images/./../.././secret", "climbs out"),
    ])
  func outside(relative: String, reason: String) {
    let error = #expect(throws: FileError.self) {
      try SafePath.resolve(relative, under: folder.path + "/root")
    }
    #expect(error?.reason.contains(reason) == true)
    #expect(error?.description.contains("\0") == false)
  }

  @Test func linksAreFollowedOnlyInside() throws {
    func link(_ name: String, to target: String) throws {
      try #require(symlink(target, root + "/" + name) == 0)
    }
    try link("inner", to: "images")
    try link("file", to: "../secret")
    try link("up", to: "..")
    try link("sibling", to: "../rooted")
    try link("dangling", to: "../nowhere")
    try link("circle", to: "circle")
    #expect(try SafePath.resolve("inner/a.jpg", under: root) == root + "/images/a.jpg")
    #expect(try SafePath.resolve("inner/new.jpg", under: root) == root + "/images/new.jpg")
    for path in [
      "file", "up/secret", "up/new", "sibling", "sibling/new", "dangling", "dangling/new", "circle",
    ] {
      #expect(throws: FileError.self, "\(path)") { try SafePath.resolve(path, under: root) }
    }
  }

  @Test func aRootThatIsNotThereIsAnError() {
    #expect(throws: FileError.self) { try SafePath.resolve("a", under: folder.path + "/none") }
  }

  @Test func theRootMayItselfBeALink() throws {
    try #require(symlink(root, folder.path + "/alias") == 0)
    let path = try SafePath.resolve("images/a.jpg", under: folder.path + "/alias")
    #expect(path == root + "/images/a.jpg")
  }
}
