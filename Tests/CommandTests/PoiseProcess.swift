import Foundation
import TestSupport

/// The built command, run as a person would.
struct PoiseProcess {
  /// Beside the test runner, in the build folder.
  static var executable: URL {
    let runner =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent("poise")
  }

  /// What a command left behind.
  struct Output {
    var status: Int32
    var wasSignalled: Bool
    var standardOutput: String
    var standardError: String
  }

  let process = Process()
  private let folder: URL
  private let name = UUID().uuidString

  /// A command to be run in `folder`.
  init(_ arguments: [String], in folder: String, environment: [String: String] = [:]) {
    self.folder = URL(fileURLWithPath: folder)
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = self.folder
    process.standardInput = FileHandle.nullDevice
    var variables = ProcessInfo.processInfo.environment
    variables["COUNTERPOISE_DATA"] = nil
    process.environment = variables.merging(environment) { $1 }
  }

  /// Starts without waiting; output goes to files, so that nothing blocks.
  func start() throws {
    for (suffix, attach) in [("out", true), ("err", false)] {
      let file = folder.appendingPathComponent(".\(name).\(suffix)")
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      if attach { process.standardOutput = handle } else { process.standardError = handle }
    }
    try process.run()
  }

  /// Waits for the end.
  func finish() throws -> Output {
    process.waitUntilExit()
    func text(_ suffix: String) -> String {
      let file = folder.appendingPathComponent(".\(name).\(suffix)")
      return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
    return Output(
      status: process.terminationStatus,
      wasSignalled: process.terminationReason == .uncaughtSignal,
      standardOutput: text("out"), standardError: text("err"))
  }

  /// Runs to the end.
  static func run(
    _ arguments: String..., in folder: String, environment: [String: String] = [:]
  ) throws -> Output {
    let process = PoiseProcess(arguments, in: folder, environment: environment)
    try process.start()
    return try process.finish()
  }
}
