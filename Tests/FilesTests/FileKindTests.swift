import Files
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is no regular file is refused at once: none of these ends, and opening some waits for ever.
@Suite(.timeLimit(.minutes(1))) struct FileKindTests {
  private static let readers: [(name: String, read: @Sendable (String) throws -> Void)] = [
    ("WholeFile.read", { _ = try WholeFile.read(path: $0, limit: 100) }),
    ("WholeFile.start", { _ = try WholeFile.start(of: $0, count: 16) }),
    ("MappedFile", { _ = try MappedFile(path: $0) }),
    ("Gzip", { _ = try Gzip.decompress(path: $0, limit: 100) }),
    ("IDXFile", { _ = try IDXFile(path: $0) }),
    ("SHA256Digest", { _ = try SHA256Digest.hex(ofFile: $0) }),
  ]

  private func makeSocket(at path: String) {
    #if canImport(Glibc)
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    #expect(bound == 0)
  }

  @Test func `every reader says what it is`() throws {
    let folder = try TemporaryFolder("kind")
    let fifo = folder.path(of: "fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    try folder.link("link", to: fifo)
    // A socket's path has at most 107 bytes.
    let short = "/tmp/poise-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    makeSocket(at: short)
    defer { unlink(short) }
    let cases = [
      (fifo, "it is a FIFO, not a regular file; what a pipe or '<(…)' gives is written to a"),
      (folder.path(of: "link"), "it is a FIFO, not a regular file"),
      (folder.path, "it is a folder, not a regular file; name a file"),
      ("/dev/zero", "it is a device, not a regular file"),
      (short, "it is a socket, not a regular file"),
    ]
    for (path, words) in cases {
      for reader in Self.readers {
        let error = #expect(throws: FileError.self) { try reader.read(path) }
        let text = "\(try #require(error))"
        #expect(text.contains("'\(path)': \(words)"), "\(reader.name): \(text)")
      }
    }
  }

  @Test func `kinds are told, links followed`() throws {
    let folder = try TemporaryFolder("kind")
    let file = try folder.write("a", to: "a")
    try folder.link("b", to: file)
    try folder.link("c", to: "nothing")
    #expect(FileKind(at: file) == .regular && FileKind(at: folder.path(of: "b")) == .regular)
    #expect(FileKind(at: folder.path) == .folder && FileKind(at: "/dev/null") == .device)
    #expect(FileKind(at: folder.path(of: "c")) == nil)
  }
}

@Suite struct PlainTextTests {
  @Test(
    "What would move the cursor or turn the writing is written out",
    arguments: [
      ("plain – ünï 漢字 👩‍👩‍👧", "plain – ünï 漢字 👩‍👩‍👧"),
      ("a\u{1B}[2Jb", "a\\u{1B}[2Jb"), ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
      ("\u{0}\u{7F}\u{9B}31m\u{85}", "\\u{0}\\u{7F}\\u{9B}31m\\u{85}"),
      ("\u{202E}gpj\u{2066}\u{2069}", "\\u{202E}gpj\\u{2066}\\u{2069}"),
      ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"), ("", ""), ("\\n", "\\n"),
    ])
  func line(text: String, expected: String) {
    #expect(PlainText.line(text) == expected)
  }

  @Test func linesStayWhereTheyAreWanted() {
    #expect(PlainText.lines("a\nb\u{1B}[1m\r\n") == "a\nb\\u{1B}[1m\\r\n")
  }
}
