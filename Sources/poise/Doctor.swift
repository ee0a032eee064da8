import ArgumentParser
import Foundation
import Kernels
import ResultsSQLite
import Sweeps

/// Says what this machine offers and what may be wrong with it.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows processor, OpenBLAS, SQLite and disk, and what may be wrong.")

  @Option(help: "The store whose disk is looked at.") var results = "results.sqlite"

  func run() throws {
    let environment = EnvironmentProbe.record(
      threads: ProcessInfo.processInfo.activeProcessorCount)
    let variables = ProcessInfo.processInfo.environment
    var lines = [
      "poise        \(environment.toolVersion), built with Swift \(environment.swift)",
      "processor    \(environment.processor), \(environment.cores) cores",
      "memory       \(environment.memoryMB) MB",
      "system       \(environment.operatingSystem)",
      "OpenBLAS     \(OpenBLAS.configuration)",
      "  core       \(OpenBLAS.coreName)",
      "own kernels  \(OpenBLAS.kernels)"
        + (variables["OPENBLAS_CORETYPE"].map { " (OPENBLAS_CORETYPE=\($0))" } ?? ""),
      "  bfloat16   \(BFloat16.instructions) (training computes in single precision)",
      "  threads    1 (our own threads share the work)",
      "SQLite       \(SQLiteRunStore.libraryVersion), rollback journal, synchronous=EXTRA",
    ]
    let folder = URL(fileURLWithPath: results).deletingLastPathComponent().path
    if let free = Self.freeMB(at: folder) {
      lines.append("disk         \(free) MB free at \(folder)")
      if free < 2_000 {
        lines.append("  warning    a ResNet-50 run keeps up to 600 MB of checkpoints")
      }
    }
    try Terminal.tell(lines.joined(separator: "\n"))
  }

  private static func freeMB(at folder: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    return (attributes?[.systemFreeSize] as? NSNumber).map { Int($0.int64Value / 1_048_576) }
  }
}
