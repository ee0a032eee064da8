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
    let changed = try store.archive(chosen, !undo)
    let same = chosen.count - changed
    let rest = same > 0 ? ", \(same) \(undo ? "were not" : "were already")" : ""
    try Terminal.tell(
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
    // A damaged run can be removed too, so that a sweep makes it anew.
    let opened = try SQLiteRunStore(
      readOnly: selection.store.results, comparesDigests: false)
    let unreadable = Self.unreadable(selection.runs, in: opened)
    let named = Set(
      try unreadable.isEmpty ? selection.chosen(in: opened) : unreadable + readable(in: opened))
    let all = try opened.runPlaces()
    // Runs that were not made because they are the same as one of these go with it.
    let dependants = all.filter { run in
      !named.contains(run.id) && run.equals.map(named.contains) ?? false
    }
    let chosen = all.filter { named.contains($0.id) } + dependants
    let nameless = named.subtracting(all.map(\.id)).sorted()
    let results = selection.store.results
    let folders = chosen.map { Self.folder(of: $0, ofStore: results) }
    // The same run of another sweep has the same folder.
    let removed = Set(chosen.map(\.id))
    let shared = Set(
      all.filter { !removed.contains($0.id) }.map { Self.folder(of: $0, ofStore: results) })
    for run in nameless { try Terminal.tell("\(run)  (its rows cannot be read)") }
    for (run, folder) in zip(chosen, folders) {
      let kept = FileManager.default.fileExists(atPath: folder) ? "  \(folder)" : ""
      let state = run.equals.map { "the same as run \($0)" } ?? run.status.rawValue
      try Terminal.tell("\(run.id)  \(run.name)  \(state)\(files ? kept : "")")
    }
    let number = chosen.count + nameless.count
    let count = "\(number) run\(number == 1 ? "" : "s")"
    guard yes else {
      let folders = files ? " and their folders" : ""
      return try Terminal.tell("nothing is deleted yet: --yes deletes \(count)\(folders)")
    }
    let locks = try Self.locks(results)
    defer { for lock in locks { lock.unlock() } }
    let store = try SQLiteRunStore(path: results)
    try store.claim(lock: locks.first?.path)
    defer { try? store.release() }
    try store.remove(chosen.map(\.id) + nameless)
    if files {
      for folder in folders where !shared.contains(folder) {
        // What stays is counted below.
        try? FileManager.default.removeItem(atPath: folder)
      }
    }
    let left = folders.count { FileManager.default.fileExists(atPath: $0) }
    let rest =
      left > 0
      ? "; \(left) folder\(left == 1 ? "" : "s") kept, from which a sweep restores the results" : ""
    try Terminal.tell("\(count) removed\(rest)")
  }

  /// Runs that were named by numbers and are too damaged to say what they are.
  private static func unreadable(_ names: [String], in opened: SQLiteRunStore) -> [RunID] {
    names.compactMap(RunID.init).filter { id in
      do {
        _ = try opened.run(id)
        return false
      } catch {
        return error is StoreDamage
      }
    }
  }

  /// The other runs that were named.
  private func readable(in opened: SQLiteRunStore) throws -> [RunID] {
    var others = selection
    let unreadable = Set(Self.unreadable(selection.runs, in: opened))
    others.runs.removeAll { RunID($0).map(unreadable.contains) ?? false }
    return others.runs.isEmpty ? [] : try others.chosen(in: opened)
  }

  private static func folder(of run: RunPlace, ofStore store: String) -> String {
    WorkFolder.run(run.name, configHash: run.configHash, ofStore: store)
  }

  /// Keeps sweeps out while rows are deleted; empty where none has ever worked beside the store.
  private static func locks(_ results: String) throws -> [FileLock] {
    guard FileManager.default.fileExists(atPath: WorkFolder.path(ofStore: results)) else {
      return []
    }
    return try WorkFolder(store: results).lock(store: results)
  }
}
