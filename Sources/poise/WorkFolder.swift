import Files
import Foundation
import ResultsSQLite
import Sweeps

/// Where a store's working files are: next to it, in `.poise/`.
///
/// Next to the file itself, whatever symbolic links lead to it. Earlier versions worked beside the link:
/// runs that have a folder there keep it.
struct WorkFolder {
  /// Runs' folders and the sweep's lock.
  let path: String
  /// Decoded pixels, shared by all stores in the folder.
  let cache: String
  /// Where an earlier version worked, if that is another folder and there.
  private let former: String?

  /// The folder of a store.
  ///
  /// - Throws: `ResultsFileError` where no store can be, and `FileError` where the folder cannot be made.
  init(store: String) throws {
    try SQLiteRunStore.checkPlace(store)
    path = Self.path(ofStore: store)
    cache = Self.cache(ofStore: store)
    former = Self.formerPath(ofStore: store)
    try Folder.create(path)
    try Folder.create(cache)
  }

  /// Where the folder of a store is, without making it.
  static func path(ofStore store: String) -> String { folder(beside: RealPath.of(store)) }

  /// Where the cache beside a store is, without making it.
  static func cache(ofStore store: String) -> String {
    URL(fileURLWithPath: path(ofStore: store)).deletingLastPathComponent().path + "/cache"
  }

  /// The folder of one of a store's runs, without making it.
  static func run(_ name: String, configHash: String, ofStore store: String) -> String {
    let usual = SweepPlan.folder(ofRun: name, configHash: configHash, in: path(ofStore: store))
    guard let former = formerPath(ofStore: store), !FileManager.default.fileExists(atPath: usual)
    else { return usual }
    let other = SweepPlan.folder(ofRun: name, configHash: configHash, in: former)
    return FileManager.default.fileExists(atPath: other) ? other : usual
  }

  /// Lets runs that an earlier version began beside a link go on there.
  func findFormerFolders(of plan: inout SweepPlan) {
    guard let former else { return }
    for index in plan.runs.indices {
      let run = plan.runs[index]
      guard !FileManager.default.fileExists(atPath: run.folder) else { continue }
      let other = SweepPlan.folder(
        ofRun: run.description.name, configHash: run.description.configHash, in: former)
      if FileManager.default.fileExists(atPath: other) { plan.runs[index].folder = other }
    }
  }

  /// Keeps out sweeps that look at the lock files: those of this name, and those of earlier versions.
  ///
  /// - Throws: `Failure` where a sweep holds one.
  func lock(store: String) throws -> [FileLock] {
    try [path, former].compactMap(\.self).map { folder in
      let file = folder + "/sweep.lock"
      if let lock = try FileLock(trying: file) { return lock }
      let holder = FileLock.lastHolder(of: file).map { " (process \($0))" } ?? ""
      throw Failure(
        "another sweep\(holder) is writing to \(store); wait for it or give --results another file",
        code: Failure.cannotWrite)
    }
  }

  private static func formerPath(ofStore store: String) -> String? {
    let written = folder(beside: store)
    guard let identity = FileIdentity(of: written),
      identity != FileIdentity(of: path(ofStore: store))
    else { return nil }
    return written
  }

  private static func folder(beside store: String) -> String {
    let url = URL(fileURLWithPath: store)
    return url.deletingLastPathComponent().path + "/.poise/"
      + url.deletingPathExtension().lastPathComponent
  }
}
