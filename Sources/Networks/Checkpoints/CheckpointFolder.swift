import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The newest checkpoint of a run and the one before it.
///
/// At every moment, also of a kill or a power failure, at least one of the two is whole.
public struct CheckpointFolder: Sendable {
  public let path: String

  /// The folder at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  /// The newest.
  public var current: String { path + "/current.checkpoint" }
  /// The one before it.
  public var previous: String { path + "/previous.checkpoint" }
  /// Where a newest that could not be read is put, for whoever wants to know why.
  public var damaged: String { path + "/damaged.checkpoint" }

  /// Makes `checkpoint` the current one and keeps the one that was current before.
  ///
  /// - Throws: `FileError`.
  public func save(_ checkpoint: Checkpoint) throws {
    try save(metadata: checkpoint.metadata, tensors: checkpoint.tensors.map(\.written))
  }

  /// As ``save(_:)``, with tensors from where they lie.
  ///
  /// - Throws: as ``save(_:)``.
  public func save(metadata: Data, tensors: [WrittenTensor]) throws {
    try Folder.create(path)
    try AtomicFile.removeStaleTemporaries(in: path, olderThan: 0)
    if FileManager.default.fileExists(atPath: current) { try keepCurrentAsPrevious() }
    try Checkpoint.write(metadata: metadata, tensors: tensors, to: current)
  }

  /// The newest whole checkpoint, or nil where none was ever saved.
  ///
  /// Where the current one is damaged or missing, the previous one is returned with a notice, and
  /// becomes the current one.
  ///
  /// - Throws: `CheckpointError` or `FileError` where there are files but none is whole.
  public func load() throws -> Checkpoint? {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return nil }
    try AtomicFile.removeStaleTemporaries(in: path, olderThan: 0)
    let hasPrevious = files.fileExists(atPath: previous)
    var failure = "'\(current)' is missing"
    if files.fileExists(atPath: current) {
      do {
        return try Checkpoint(readingFrom: current)
      } catch {
        failure = "\(error)"
        guard hasPrevious else { throw error }
      }
    }
    guard hasPrevious else { return nil }
    var checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(readingFrom: previous)
    } catch {
      throw CheckpointError("no checkpoint in '\(path)' can be used: \(failure); \(error)")
    }
    if files.fileExists(atPath: current) { try move(current, to: damaged) }
    try move(previous, to: current)
    checkpoint.notice = "continuing from the previous checkpoint: \(failure)"
    return checkpoint
  }

  /// A second name for the current file, so that it is there under one name or the other always.
  private func keepCurrentAsPrevious() throws {
    let second = path + "/.previous.checkpoint.new"
    unlink(second)
    guard link(current, second) == 0 else {
      // A file system without hard links: for a moment only the previous name exists.
      return try move(current, to: previous)
    }
    try move(second, to: previous)
    // Two names of one file: rename did nothing and left the second.
    unlink(second)
  }

  private func move(_ old: String, to new: String) throws(FileError) {
    guard rename(old, new) == 0 else { throw FileError("rename", old, code: errno) }
  }
}
