import Foundation
import Networks
import Randomness
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  private static func sample(_ number: Int) -> Checkpoint {
    Checkpoint(
      metadata: Data("{\"step\": \(number)}".utf8),
      tensors: [
        NamedTensor(name: "a.weight", shape: [2, 3, 4], values: Golden.stream("a", count: 24)),
        NamedTensor(name: "größe", shape: [], values: [Float(number)]),
        NamedTensor(name: "empty", shape: [0, 3], values: []),
        NamedTensor(
          name: "special", shape: [3], values: [.infinity, -0.0, .leastNonzeroMagnitude]),
      ])
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "checkpoints-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test("come back as they were")
  func roundTrip() throws {
    try withFolder { folder in
      let path = folder + "/one"
      try Self.sample(7).write(to: path)
      let read = try Checkpoint(readingFrom: path)
      #expect(read == Self.sample(7))
      #expect(read["special"]?.values[1].sign == .minus)
      #expect(read["absent"] == nil)
      try Checkpoint(metadata: Data(), tensors: []).write(to: path)
      #expect(try Checkpoint(readingFrom: path).tensors.isEmpty)
    }
  }

  @Test("notice every one of 300 flips, cuts and blanks")
  func everyCorruptionIsNoticed() throws {
    try withFolder { folder in
      let path = folder + "/one"
      try Self.sample(1).write(to: path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      var generator = SeededGenerator(seed: 1, purpose: .testing)
      for attempt in 0..<300 {
        var bytes = whole
        switch attempt % 4 {
        case 0, 1:
          bytes[generator.integer(below: bytes.count)] ^= 1 << generator.integer(below: 8)
        case 2: bytes = bytes.prefix(generator.integer(below: bytes.count))
        default:
          let start = generator.integer(below: bytes.count)
          let end = min(start + 1 + generator.integer(below: 64), bytes.count)
          let old = bytes[start..<end]
          bytes.replaceSubrange(start..<end, with: Data(repeating: 0, count: end - start))
          if bytes[start..<end] == old { bytes.append(0) }
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: (any Error).self, "attempt \(attempt)") {
          try Checkpoint(readingFrom: path)
        }
      }
    }
  }

  @Test("of another format say so")
  func otherFormats() throws {
    try withFolder { folder in
      let path = folder + "/one"
      try Data("PK\u{3}\u{4} certainly no checkpoint, but long enough for one".utf8)
        .write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(readingFrom: path) }
      #expect(error?.description.contains("does not start as a checkpoint") == true)
    }
  }

  @Test("are kept with the one before")
  func previousIsKept() throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent + "/run")
      #expect(try folder.load().checkpoint == nil)
      for number in 1...3 { try folder.save(Self.sample(number)) }
      #expect(try folder.load().checkpoint == Self.sample(3))
      #expect(try Checkpoint(readingFrom: folder.previous) == Self.sample(2))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.sorted() == ["current.checkpoint", "previous.checkpoint"])
    }
  }

  @Test("fall back to the one before and say why", arguments: [true, false])
  func fallBack(truncated: Bool) throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent)
      for number in 1...2 { try folder.save(Self.sample(number)) }
      if truncated {
        try Data().write(to: URL(fileURLWithPath: folder.current))
      } else {
        try FileManager.default.removeItem(atPath: folder.current)
      }
      let loaded = try folder.load()
      #expect(loaded.checkpoint?.tensors == Self.sample(1).tensors)
      #expect(loaded.notice?.contains(truncated ? "empty" : "missing") == true)
      let aside = folder.current + CheckpointFolder.damagedEnding
      #expect(FileManager.default.fileExists(atPath: aside) == truncated)
      // The good one is current now: the next save must not lose it.
      try folder.save(Self.sample(5))
      #expect(try Checkpoint(readingFrom: folder.previous).tensors == Self.sample(1).tensors)
      #expect(try folder.load().checkpoint == Self.sample(5))
      #expect(try folder.load().notice == nil)
    }
  }

  @Test("that are all damaged are set aside, and that is said")
  func allDamaged() throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent)
      let files = [folder.current, folder.previous]
      func damage(_ count: Int) throws {
        for file in files.prefix(count) {
          try Data("short".utf8).write(to: URL(fileURLWithPath: file))
        }
      }
      for count in 1...2 {
        try damage(count)
        let loaded = try folder.load()
        #expect(loaded.checkpoint == nil)
        #expect(loaded.notice?.contains("starting anew") == true)
        for file in files.prefix(count) {
          #expect(loaded.notice?.contains("'\(file)' is damaged (it has only 5 bytes)") == true)
          #expect(FileManager.default.fileExists(atPath: file + CheckpointFolder.damagedEnding))
          #expect(!FileManager.default.fileExists(atPath: file))
        }
        #expect(try folder.load().notice == nil, "told once")
      }
      try folder.save(Self.sample(1))
      #expect(try folder.load().checkpoint == Self.sample(1))
    }
  }

  @Test("that the system refuses to read are not taken for damaged")
  func unreadable() throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent)
      for number in 1...2 { try folder.save(Self.sample(number)) }
      // A link to itself: opening it is refused with ELOOP, whoever asks.
      let whole = folder.current + ".whole"
      try FileManager.default.moveItem(atPath: folder.current, toPath: whole)
      try FileManager.default.createSymbolicLink(
        atPath: folder.current, withDestinationPath: folder.current)
      let error = #expect(throws: (any Error).self) { try folder.load() }
      #expect(error.map { "\($0)".contains("cannot open '\(folder.current)'") } == true)
      try FileManager.default.removeItem(atPath: folder.current)
      try FileManager.default.moveItem(atPath: whole, toPath: folder.current)
      #expect(try folder.load().checkpoint == Self.sample(2))
    }
  }

  @Test("sweep what a killed process left behind")
  func staleTemporaries() throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent)
      try folder.save(Self.sample(1))
      // No process has this number on Linux or macOS.
      let stale = parent + "/.current.checkpoint.99999999-1.partial"
      try Data("half".utf8).write(to: URL(fileURLWithPath: stale))
      try folder.save(Self.sample(2))
      #expect(!FileManager.default.fileExists(atPath: stale))
    }
  }

  @Test("that cannot be written leave the old ones alone")
  func unwritable() throws {
    try withFolder { parent in
      let folder = CheckpointFolder(parent + "/file")
      try Data().write(to: URL(fileURLWithPath: folder.path))
      #expect(throws: (any Error).self) { try folder.save(Self.sample(1)) }
    }
  }
}
