import ArgumentParser
import Foundation
import Reports
import Training

/// Decoded pixels and activations of frozen trunks: what there is, and away with it.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Lists or clears decoded pixels, activations of frozen trunks and measured steps.",
    discussion: """
      Everything listed can be made again and is, when a sweep needs it. Files are never removed \
      by themselves: a trunk with other weights, or other data, leaves the old ones behind.
      """,
    subcommands: [List.self, Clear.self], defaultSubcommand: List.self)

  /// One line a file.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One line a file, with its size.")

    @Option(help: "The store whose working folder is meant.") var results = "results.sqlite"

    func run() throws {
      let entries = try CacheFolder(try WorkFolder(store: results).cache).entries()
      let now = Date().timeIntervalSince1970
      let lines = entries.map { entry in
        let size = ActivationPlan.text(bytes: entry.bytes)
        let age = Duration.text(max(now - entry.modified, 0))
        return size.leftPadded(to: 10) + "  " + age.leftPadded(to: 10) + " old  " + entry.name
      }
      let total = ActivationPlan.text(bytes: entries.reduce(0) { $0 + $1.bytes })
      try Terminal.tell((lines + ["\(entries.count) files, \(total)"]).joined(separator: "\n"))
    }
  }

  /// Removes files.
  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes the files, or some of them; running sweeps keep what they read.")

    @Option(
      help: "Only these: \(CacheFolder.Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
      completion: .list(CacheFolder.Kind.allCases.map(\.rawValue)), transform: Choice.read)
    var kind: CacheFolder.Kind?
    @Option(help: "Only files last changed more than so many days ago.") var olderThan: Double = 0
    @Option(help: "The store whose working folder is meant.") var results = "results.sqlite"

    func validate() throws {
      if !olderThan.isFinite || olderThan < 0 {
        throw ValidationError("--older-than is \(olderThan), but must be at least 0 days")
      }
    }

    func run() throws {
      let removed = try CacheFolder(try WorkFolder(store: results).cache).clear(
        kind, olderThan: olderThan * 86_400)
      let total = ActivationPlan.text(bytes: removed.reduce(0) { $0 + $1.bytes })
      try Terminal.tell("removed \(removed.count) files, \(total)")
    }
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
