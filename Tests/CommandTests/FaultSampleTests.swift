import Foundation
import TestSupport
import Testing

/// A sample of what `make faults` does for an hour.
@Suite struct FaultSampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test("A sample of every kind of fault loses nothing", .timeLimit(.minutes(10)))
  func sample() throws {
    let folder = try TemporaryFolder("faults")
    let log = folder.path(of: "output.txt")
    try Data().write(to: URL(fileURLWithPath: log))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", Self.root.appendingPathComponent("Scripts/faults").path, "--sample",
      "--poise", PoiseProcess.executable.path, "--log", folder.path(of: "log.jsonl"),
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: log, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    // A harness that tried nothing proves nothing.
    let tried = try String(contentsOfFile: folder.path(of: "log.jsonl"), encoding: .utf8)
    #expect(tried.split(separator: "\n").count >= 50, "\(text)")
  }
}
