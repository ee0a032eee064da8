import Files
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private struct Stop: Error {}

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
  }

  @Test func writesWholeFilesAndLeavesNothingElse() throws {
    try AtomicFile.write("first", to: folder.path + "/a")
    try AtomicFile.write(Data("second".utf8), to: folder.path + "/a")
    #expect(try text("a") == "second")
    #expect(try folder.names == ["a"])
  }

  @Test("small and large pieces arrive in their order", arguments: [1, 1000, 262_143, 262_145])
  func pieces(size: Int) throws {
    var expected: [UInt8] = []
    try AtomicFile.write(to: folder.path + "/a") { sink in
      for round in 0..<7 {
        let piece = (0..<(size + round)).map { UInt8(($0 + round) % 251) }
        try sink.write(piece)
        expected += piece
      }
      #expect(sink.count == expected.count)
      try sink.write([Float(1.5), -2])
      try sink.write("end")
    }
    expected += [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0] + Array("end".utf8)
    #expect(try WholeFile.read(path: folder.path + "/a", limit: 1 << 24) == expected)
  }

  @Test func anErrorInTheBodyLeavesTheOldFileAndNoTemporary() throws {
    try AtomicFile.write("old", to: folder.path + "/a")
    #expect(throws: Stop.self) {
      try AtomicFile.write(to: folder.path + "/a") { sink in
        try sink.write([UInt8](repeating: 1, count: 1 << 20))
        throw Stop()
      }
    }
    #expect(try text("a") == "old")
    #expect(try folder.names == ["a"])
  }

  @Test func whileItIsWrittenTheOldFileStandsAndTheTemporaryNamesTheProcess() throws {
    try AtomicFile.write("old", to: folder.path + "/a")
    try AtomicFile.write(to: folder.path + "/a") { sink in
      try sink.write("new")
      #expect(try text("a") == "old")
      let names = try folder.names
      #expect(names.count == 2)
      #expect(names[0].hasPrefix(".a.\(getpid())-") && names[0].hasSuffix(".partial"))
    }
    #expect(try text("a") == "new")
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let path = folder.path + "/none/a"
    let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: path) }
    #expect(error?.code == ENOENT)
    #expect(
      error?.description
        == "cannot create '\(path)': No such file or directory; "
        + "check the path, or create the folder it names")
  }

  @Test func aFolderInTheFilesPlaceIsAnErrorAndNoTemporaryStays() throws {
    try Folder.create(folder.path + "/a")
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path + "/a") }
    #expect(try folder.names == ["a"])
  }

  @Test func aFullDiskSurfaces() throws {
    #if os(Linux)
      let descriptor = open("/dev/full", O_WRONLY)
      defer { close(descriptor) }
      var sink = FileSink(descriptor: descriptor, path: "/some/file")
      try sink.write("little")
      let error = #expect(throws: FileError.self) { try sink.flush() }
      #expect(error?.code == ENOSPC)
      #expect(error?.description.contains("'/some/file'") == true)
      #expect(error?.description.contains("free some space") == true)
      #expect(throws: FileError.self) { try sink.write([UInt8](repeating: 0, count: 1 << 20)) }
    #endif
  }

  @Test func anErrorInTheMiddleOfALargePieceSurfaces() throws {
    // A closed reader stands for any error in the middle of writing.
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    signal(SIGPIPE, SIG_IGN)
    close(ends[0])
    defer { close(ends[1]) }
    var sink = FileSink(descriptor: ends[1], path: "/a/pipe")
    let error = #expect(throws: FileError.self) {
      try sink.write([UInt8](repeating: 0, count: 1 << 20))
    }
    #expect(error?.code == EPIPE)
  }

  @Test func freeSpaceIsAskedForBefore() throws {
    try AtomicFile.requireFreeSpace(1, in: folder.path)
    let error = #expect(throws: FileError.self) {
      try AtomicFile.requireFreeSpace(1 << 60, in: folder.path)
    }
    #expect(error?.description.contains("\(1 << 60) bytes are needed") == true)
    #expect(throws: FileError.self) {
      try AtomicFile.requireFreeSpace(1, in: folder.path + "/none")
    }
  }

  @Test func staleTemporariesGoAndOthersStay() throws {
    // Larger than any process id on Linux (2²²) and Darwin.
    let dead = 99_999_999
    for name in [
      ".a.\(dead)-1.partial", ".b.c.\(dead)-22.partial", ".a.\(getpid())-1.partial",
      ".a.x-1.partial", "a.\(dead)-1.partial", ".a.\(dead)-1", "data",
    ] {
      _ = try folder.write([1], to: name)
    }
    #expect(try AtomicFile.removeStaleTemporaries(in: folder.path).isEmpty)
    let removed = try AtomicFile.removeStaleTemporaries(in: folder.path, olderThan: 0)
    #expect(removed == [".a.\(dead)-1.partial", ".b.c.\(dead)-22.partial"])
    #expect(try folder.names.count == 5)
  }

  @Test func namesAsLongAsTheSystemAllows() throws {
    let name = String(repeating: "ä", count: 127)
    try AtomicFile.write("x", to: folder.path + "/" + name)
    #expect(try folder.names.count == 1)
    #expect(throws: FileError.self) {
      try AtomicFile.write("x", to: folder.path + "/" + name + "äää")
    }
    #expect(try folder.names.count == 1)
  }

  @Test("a file that another library wrote takes its name and replaces what had it")
  func adoption() throws {
    let old = try folder.write("old", to: "a")
    let new = try folder.write("new", to: "a.tmp")
    try AtomicFile.adopt(new, as: old)
    #expect(try text("a") == "new")
    #expect(try folder.names == ["a"])
    #expect(throws: FileError.self) { try AtomicFile.adopt(new, as: old) }
    #expect(try text("a") == "new")
  }

  @Test func foldersAreMadeWithTheirParents() throws {
    try Folder.create(folder.path + "/x/y/z")
    try Folder.create(folder.path + "/x/y/z")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/x/y/z"))
    _ = try folder.write([1], to: "file")
    #expect(throws: FileError.self) { try Folder.create(folder.path + "/file") }
    #expect(throws: FileError.self) { try Folder.create(folder.path + "/file/deeper") }
  }
}

@Suite struct MappedFileTests {
  @Test func bytesAreTheFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(0...255), to: "a")
    let file = try MappedFile(path: path)
    for access in [MappedFile.Access.sequential, .random, .soon] { file.advise(access) }
    #expect(Array(file.bytes) == Array(0...255))
    #expect(file.stamp == (try FileStamp(of: path)))
    // The old content stays with those who hold it.
    try AtomicFile.write("other", to: path)
    #expect(Array(file.bytes) == Array(0...255))
  }

  @Test func emptyFilesFoldersAndPipesAreErrors() throws {
    let folder = try TemporaryFolder()
    let empty = try folder.write([], to: "a")
    let error = #expect(throws: FileError.self) { try MappedFile(path: empty) }
    #expect(error?.reason == "the file is empty")
    #expect(try WholeFile.read(path: empty, limit: 0) == [])
    try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
    for path in [folder.path, folder.path + "/pipe", folder.path + "/none"] {
      #expect(throws: FileError.self) { try MappedFile(path: path) }
      #expect(throws: FileError.self) { try WholeFile.read(path: path, limit: 10) }
    }
  }

  @Test func readingStopsAtTheLimit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], to: "a")
    #expect(try WholeFile.read(path: path, limit: 3) == [1, 2, 3])
    #expect(throws: FileError.self) { try WholeFile.read(path: path, limit: 2) }
  }

  @Test func stampsChangeWithTheFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], to: "a")
    let before = try #require(try FileStamp(of: path))
    #expect(before.size == 3)
    #expect(try FileStamp(of: path) == before)
    _ = try folder.write([1, 2, 3, 4], to: "a")
    #expect(try FileStamp(of: path) != before)
    #expect(try FileStamp(of: path + "/none") == nil)
    #expect(try FileStamp(of: folder.path + "/none") == nil)
  }
}

@Suite struct FileLockTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/lock"
  }

  @Test func isHeldByOneAndFreeAfterwards() throws {
    let first = try #require(try FileLock(trying: path))
    #expect(try FileLock(trying: path) == nil)
    #expect(FileLock.lastHolder(of: path) == getpid())
    first.unlock()
    first.unlock()
    let second = try #require(try FileLock(trying: path))
    #expect(try FileLock(trying: path) == nil)
    second.unlock()
  }

  @Test func isFreeOnceNobodyRefersToIt() throws {
    do { _ = try #require(try FileLock(trying: path)) }
    #expect(try FileLock(trying: path) != nil)
  }

  @Test func otherProcessesAreKeptOut() throws {
    let lock = try FileLock(waitingFor: path)
    #expect(try exitStatus(["flock", "--nonblock", path, "true"]) == 1)
    lock.unlock()
    #expect(try exitStatus(["flock", "--nonblock", path, "true"]) == 0)
  }

  private func exitStatus(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func holdersTakeTurns() throws {
    nonisolated(unsafe) var (inside, worst, done) = (0, 0, 0)
    let path = path
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<20 {
        try! FileLock.holding(path) {
          inside += 1
          worst = max(worst, inside)
          done += 1
          inside -= 1
        }
      }
    }
    #expect(worst == 1)
    #expect(done == 160)
  }

  @Test func aBodysErrorLetsGo() throws {
    #expect(throws: Stop.self) { try FileLock.holding(path) { throw Stop() } }
    #expect(try FileLock(trying: path) != nil)
  }

  @Test func aLockInNoFolderIsAnError() {
    #expect(throws: FileError.self) { try FileLock(waitingFor: folder.path + "/none/lock") }
  }
}
