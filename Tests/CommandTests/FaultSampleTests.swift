import Foundation
import TestSupport
import Testing

/// A sample of what `make faults` does for an hour.
@Suite struct FaultSampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs Python and returns its exit code and all that it printed.
  private func python(_ words: String..., in folder: TemporaryFolder) throws -> (Int32, String) {
    let log = folder.path(of: "output.txt")
    try Data().write(to: URL(fileURLWithPath: log))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-B"] + words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: log, encoding: .utf8))
  }

  @Test("A sample of every kind of fault loses nothing", .timeLimit(.minutes(10)))
  func sample() throws {
    let folder = try TemporaryFolder("faults")
    let log = folder.path(of: "log.jsonl")
    let (code, text) = try python(
      Self.root.appendingPathComponent("Scripts/faults").path, "--sample", "--poise",
      PoiseProcess.executable.path, "--log", log, in: folder)
    #expect(code == 0, "\(text)")
    // A harness that tried nothing proves nothing.
    let tried = try String(contentsOfFile: log, encoding: .utf8)
    #expect(tried.split(separator: "\n").count >= 50, "\(text)")
  }

  @Test("The model of a disk loses what no fsync brought to it, and nothing else")
  func disk() throws {
    let (code, text) = try python(
      "-m", "doctest", Self.root.appendingPathComponent("Scripts/faults/disk.py").path,
      in: TemporaryFolder("disk"))
    #expect(code == 0, "\(text)")
  }
}
