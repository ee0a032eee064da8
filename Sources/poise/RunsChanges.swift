import ArgumentParser
import Files
import Foundation
import Results
import ResultsSQLite
import Sweeps

/// Hides runs, or shows them again.
struct RunsArchive: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Hides runs from lists, reports and comparing views; --undo shows them again.",
    discussion: "Nothing is deleted, and a sweep does not make archived runs again.")

  @OptionGroup var selection: RunSelection
  @Flag(help: "Show archived runs again.") var undo = false

  func run() throws {
    let chosen = try selection.chosen(in: try selection.store.open())
    let store = try SQLiteRunStore(path: selection.store.results)
    let changed = try store.archive(chosen.map(\.summary.id), !undo)
    let same = chosen.count - changed
    let rest = same > 0 ? ", \(same) \(undo ? "were not" : "were already")" : ""
    Terminal.tell(
      "\(changed) run\(changed == 1 ? "" : "s") \(undo ? "shown again" : "archived")\(rest)")
  }
}

/// Deletes runs.
struct RunsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Deletes runs from the store; without --yes it only lists them.",
    discussion: """
      A sweep of their file makes removed runs again. Their folders beside the store keep the \
      results, and the next sweep takes them from there without training; --files deletes the \
      folders too.
      """)

  @OptionGroup var selection: RunSelection
  @Flag(help: "Delete; without it nothing is changed.") var yes = false
  @Flag(help: "Delete the runs' working folders as well.") var files = false

  func run() throws {
    let opened = try selection.store.open()
    let named = try selection.chosen(in: opened)
    let chosen = try named + Self.dependants(of: named, in: opened)
    let results = selection.store.results
    let work = WorkFolder.path(ofStore: results)
    let folders = chosen.map { Self.folder(of: $0.description, in: work) }
    let shared = try Self.folders(beside: Set(chosen.map(\.summary.id)), in: opened, work)
    for (details, folder) in zip(chosen, folders) {
      let run = details.summary
      let kept = FileManager.default.fileExists(atPath: folder) ? "  \(folder)" : ""
      let state = run.equals.map { "the same as run \($0.id)" } ?? run.status.rawValue
      Terminal.tell("\(run.id)  \(run.name)  \(state)\(files ? kept : "")")
    }
    let count = "\(chosen.count) run\(chosen.count == 1 ? "" : "s")"
    guard yes else {
      let folders = files ? " and their folders" : ""
      return Terminal.tell("nothing is deleted yet: --yes deletes \(count)\(folders)")
    }
    let lock = try Self.lock(work, results)
    defer { lock?.unlock() }
    try SQLiteRunStore(path: results).remove(chosen.map(\.summary.id))
    if files {
      for folder in folders where !shared.contains(folder) {
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    let left = folders.count { FileManager.default.fileExists(atPath: $0) }
    let rest =
      left > 0
      ? "; \(left) folder\(left == 1 ? "" : "s") kept, from which a sweep restores the results" : ""
    Terminal.tell("\(count) removed\(rest)")
  }

  /// Runs that were not made because they are the same as one of these, and that go with it.
  private static func dependants(
    of chosen: [RunDetails], in opened: SQLiteRunStore
  ) throws -> [RunDetails] {
    let ids = Set(chosen.map(\.summary.id))
    return try opened.sweeps().flatMap { try opened.summaries(ofSweep: $0.name) }
      .filter { run in !ids.contains(run.id) && run.equals.map { ids.contains($0.id) } ?? false }
      .compactMap { try opened.run($0.id) }
  }

  private static func folder(of run: RunDescription, in work: String) -> String {
    SweepPlan.folder(ofRun: run.name, configHash: run.configHash, in: work)
  }

  /// The folders of all other runs: the same run of another sweep has the same one.
  private static func folders(
    beside chosen: Set<RunID>, in opened: SQLiteRunStore, _ work: String
  ) throws -> Set<String> {
    var folders: Set<String> = []
    for sweep in try opened.sweeps() {
      let summaries = try opened.summaries(ofSweep: sweep.name)
      let descriptions = try opened.descriptions(ofSweep: sweep.name)
      for (summary, description) in zip(summaries, descriptions)
      where !chosen.contains(summary.id) {
        folders.insert(folder(of: description, in: work))
      }
    }
    return folders
  }

  /// Keeps sweeps out while rows are deleted; `nil` where no sweep has ever worked beside the store.
  private static func lock(_ work: String, _ results: String) throws -> FileLock? {
    guard FileManager.default.fileExists(atPath: work) else { return nil }
    guard let lock = try FileLock(trying: work + "/sweep.lock") else {
      throw Failure(
        "a sweep is writing to \(results); wait for it or stop it", code: Failure.cannotWrite)
    }
    return lock
  }
}
