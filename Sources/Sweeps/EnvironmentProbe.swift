import Foundation
import Kernels
import Results

/// Finds out what machine and build this is.
public enum EnvironmentProbe {
  /// The environment as it is stored with every run.
  public static func record(threads: Int) -> EnvironmentRecord {
    let process = ProcessInfo.processInfo
    return EnvironmentRecord(
      host: process.hostName, operatingSystem: process.operatingSystemVersionString,
      processor: processor, cores: process.processorCount,
      memoryMB: Int(process.physicalMemory / 1_048_576), swift: compiler,
      toolVersion: Build.version,
      blas: "\(OpenBLAS.configuration), own kernels \(OpenBLAS.kernels)",
      threads: threads,
      gitCommit: git(["rev-parse", "HEAD"]),
      gitDirty: git(["status", "--porcelain", "--untracked-files=no"]).map { !$0.isEmpty })
  }

  /// The processor's name as the system gives it.
  public static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map {
      $0.trimmingCharacters(in: .whitespaces)
    } ?? "unknown"
  }

  private static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The output of a git command in the working folder, or `nil` where there is no repository.
  private static func git(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
