import Files
import Foundation

/// The folder of what is computed once and shared: decoded pixels, activations of frozen trunks, and
/// measured durations of steps.
///
/// Everything in it can be made again. Removing a file that a run is reading does no harm: the run
/// keeps what it has mapped.
public struct CacheFolder: Sendable {
  /// The folder as it was named.
  public let path: String

  /// The folder at a path, which need not exist.
  public init(_ path: String) { self.path = path }

  /// What a file holds.
  public enum Kind: String, CaseIterable, Sendable {
    case pixels, activations, measurements
  }

  /// One file.
  public struct Entry: Hashable, Sendable {
    /// The file's name in the folder.
    public let name: String
    /// What it holds, by its name.
    public let kind: Kind
    /// Its size.
    public let bytes: Int
    /// Seconds since 1970.
    public let modified: Double
  }

  /// All files, by name.
  ///
  /// - Throws: where the folder is there and cannot be read.
  public func entries() throws -> [Entry] {
    guard try FileStamp(of: path) != nil else { return [] }
    return try Folder.names(in: path).compactMap { name in
      guard name.hasSuffix(".cache"),
        let kind = Kind.allCases.first(where: { name.hasPrefix($0.rawValue + "-") }),
        let stamp = try FileStamp(of: path + "/" + name)
      else { return nil }
      return Entry(name: name, kind: kind, bytes: stamp.size, modified: stamp.modified)
    }
  }

  /// Removes files of a kind, or of all, last changed more than `seconds` ago; with them what killed
  /// processes left half-written.
  ///
  /// - Returns: what was removed.
  /// - Throws: `FileError` where a file cannot be looked at, removed or locked.
  @discardableResult
  public func clear(_ kind: Kind? = nil, olderThan seconds: Double = 0) throws -> [Entry] {
    let now = Date().timeIntervalSince1970
    let chosen = try entries().filter {
      (kind == nil || $0.kind == kind) && now - $0.modified >= seconds
    }
    for entry in chosen {
      let file = path + "/" + entry.name
      try remove(file)
      // Whoever still waits for this lock builds beside whoever takes a new one, and the last to
      // finish wins: both files are whole and equal.
      if let lock = try FileLock(trying: file + ".lock") {
        defer { lock.unlock() }
        try remove(file + ".lock")
      }
    }
    if try FileStamp(of: path) != nil {
      try AtomicFile.removeStaleTemporaries(in: path, olderThan: 0)
    }
    return chosen
  }

  private func remove(_ file: String) throws(FileError) {
    guard unlink(file) == 0 || errno == ENOENT else {
      throw FileError("remove", file, code: errno)
    }
  }
}
