import Dispatch
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct CheckedFileTests {
  private struct Stop: Error {}
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("checked") }

  /// Opens a file whose content must be `text`; counts what it takes.
  private func open(
    _ text: String = "good", writing written: String? = nil, counting builds: inout Int
  ) throws -> (content: String, origin: CheckedFile.Origin) {
    try CheckedFile.open(
      "a", in: folder.path(of: "deeper/caches"), called: "test file",
      check: { file throws(CheckedFile.Damage) in
        let found = String(decoding: file.bytes, as: UTF8.self)
        guard found == text else { throw CheckedFile.Damage("it says \(found)") }
        return found
      },
      build: { path in
        builds += 1
        try AtomicFile.write(written ?? text, to: path)
      })
  }

  @Test func isBuiltOnceAndFoundAfterwards() throws {
    var builds = 0
    #expect(try open(counting: &builds).origin == .built)
    let found = try open(counting: &builds)
    #expect(found.origin == .found && found.content == "good")
    #expect(builds == 1)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: folder.path(of: "deeper/caches"))
    #expect(names.sorted() == ["a", "a.lock"])
  }

  @Test func isBuiltAgainWhereItIsDamagedWithTheReason() throws {
    var builds = 0
    _ = try open(counting: &builds)
    for (content, reason) in [("bad", "it says bad"), ("", "the file is empty")] {
      try folder.write(content, to: "deeper/caches/a")
      #expect(try open(counting: &builds).origin == .rebuilt(because: reason))
      #expect(try open(counting: &builds).origin == .found)
    }
    #expect(builds == 3)
  }

  @Test func isNotBelievedRightAfterItWasWrittenEither() throws {
    var builds = 0
    let error = #expect(throws: FileError.self) {
      try open(writing: "bad", counting: &builds)
    }
    #expect(error?.description.contains("cannot use the test file '") == true)
    #expect(error?.reason == "it is damaged right after it was written")
    #expect(builds == 1)
  }

  @Test func anErrorWhileBuildingLeavesNothingButTheLock() throws {
    #expect(throws: Stop.self) {
      try CheckedFile.open(
        "a", in: folder.path, called: "test file", check: { _ in },
        build: { try AtomicFile.write(to: $0) { _ in throw Stop() } })
    }
    #expect(try folder.names == ["a.lock"])
    #expect(try FileLock(trying: folder.path(of: "a.lock")) != nil)
  }

  @Test func whoeverMustStopWaitingNeedNotWait() throws {
    let held = try FileLock(waitingFor: folder.path(of: "a.lock"))
    defer { held.unlock() }
    #expect(throws: Stop.self) {
      try CheckedFile.open(
        "a", in: folder.path, called: "test file",
        lock: { path in
          guard let lock = try FileLock(trying: path) else { throw Stop() }
          return lock
        }, check: { _ in }, build: { _ in Issue.record("built") })
    }
  }

  @Test func severalAtOnceBuildOnce() throws {
    let builds = Atomic<Int>(0)
    let path = folder.path
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      _ = try? CheckedFile.open(
        "a", in: path, called: "test file", check: { _ in },
        build: {
          builds.add(1, ordering: .relaxed)
          Thread.sleep(forTimeInterval: 0.05)
          try AtomicFile.write("good", to: $0)
        })
    }
    #expect(builds.load(ordering: .relaxed) == 1)
  }

  @Test func aRefusalOfTheSystemIsNoDamage() throws {
    try folder.write("a file", to: "file")
    #expect(throws: FileError.self) {
      try CheckedFile.open(
        "a", in: folder.path(of: "file"), called: "test file", check: { _ in },
        build: { _ in Issue.record("built") })
    }
  }
}

@Suite struct RecordFileTests {
  private let form = RecordFile(
    magic: "TEST", numbers: [1, -2], key: "abc", count: 3, recordBytes: 5)
  private let records: [UInt8] = Array(1...15)
  @Sendable private static func loop(count: Int, body: @Sendable (Int) -> Void) {
    for index in (0..<count).reversed() { body(index) }
  }

  private func file() -> [UInt8] {
    let checksums = records.withUnsafeBytes { form.checksums(of: $0, by: Self.loop) }
    return form.header + records + checksums.withUnsafeBytes { Array($0) }
  }

  /// Why bytes are not believed; `nil` where they are.
  private func damage(_ bytes: [UInt8]) -> String? {
    bytes.withUnsafeBytes { bytes in
      do throws(CheckedFile.Damage) {
        try form.checkRecords(in: bytes, try form.checksums(in: bytes), by: Self.loop)
        return nil
      } catch {
        return error.reason
      }
    }
  }

  @Test func beginsWithMagicNumbersAndKeyAndZeros() {
    #expect(form.header.count == 4096)
    let start: [UInt8] =
      Array("TEST".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
      + [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + Array("abc".utf8)
    #expect(Array(form.header.prefix(start.count)) == start)
    #expect(form.header.dropFirst(start.count).allSatisfy { $0 == 0 })
    #expect(form.size == 4096 + 15 + 12 && form.size == file().count)
  }

  @Test func checksumsAreThoseOfTheRecords() {
    let expected = stride(from: 0, to: 15, by: 5).map { start in
      records[start..<(start + 5)].withUnsafeBytes { CRC32.checksum(of: $0) }
    }
    #expect(records.withUnsafeBytes { form.checksums(of: $0, by: Self.loop) } == expected)
    #expect(damage(file()) == nil)
  }

  @Test func everyByteOfHeaderRecordsAndChecksumsMatters() {
    let good = file()
    for place in good.indices {
      var bad = good
      bad[place] ^= 1
      let expected =
        switch place {
        case ..<4096: "its header is not the expected one"
        case ..<4111: "record \((place - 4096) / 5) does not fit its checksum"
        default: "record \((place - 4111) / 4) does not fit its checksum"
        }
      #expect(damage(bad) == expected)
    }
    #expect(damage(good.dropLast()) == "it has 4122 bytes and 4123 or more are expected")
    #expect(damage(good + [0]) == nil)
  }

  @Test func theSealCoversHeaderChecksumsAndTheRest() {
    let seal = form.seal([1, 2], and: [3], [4])
    #expect(seal.count == RecordFile.sealBytes)
    let text = form.header + [1, 0, 0, 0, 2, 0, 0, 0, 3, 4]
    #expect(seal == Array(SHA256Digest.hex(of: text).utf8))
    #expect(form.seal([1, 2]) != seal && form.seal([2, 1], and: [3, 4]) != seal)
  }

  @Test func noRecordsAtAll() {
    let empty = RecordFile(magic: "TEST", numbers: [], key: "", count: 0, recordBytes: 0)
    #expect(empty.size == 4096)
    #expect([UInt8]().withUnsafeBytes { empty.checksums(of: $0, by: Self.loop) } == [])
  }
}
