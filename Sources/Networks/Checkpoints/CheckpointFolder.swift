import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The newest checkpoint of a run and the one before it.
///
/// At every moment, also of a kill or a power failure, at least one of the two is whole. Where a disk
/// damages both, a run starts anew.
public struct CheckpointFolder: Sendable {
  public let path: String

  /// The folder at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  /// The newest.
  public var current: String { path + "/current.checkpoint" }
  /// The one before it.
  public var previous: String { path + "/previous.checkpoint" }
  /// What is appended to the name of a file that cannot be believed: it is kept for whoever wants to
  /// know why, and never read again.
  public static let damagedEnding = ".damaged"

  /// What a folder had to give.
  public struct Loaded {
    /// The newest whole one; `nil` where there is none.
    public var checkpoint: Checkpoint?
    /// What was set aside or fallen back to, in one sentence; `nil` where nothing was.
    public var notice: String?
  }

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
    if try FileStamp(of: current) != nil { try keepCurrentAsPrevious() }
    try Checkpoint.write(metadata: metadata, tensors: tensors, to: current)
  }

  /// The newest whole checkpoint, if there is one.
  ///
  /// A damaged file is set aside under its name with ``damagedEnding``. Where the current one is
  /// damaged or missing, the previous one is returned and becomes the current one.
  ///
  /// - Throws: `FileError` where the system refuses to read a file, which is no damage: it may be whole.
  public func load() throws -> Loaded {
    guard try FileStamp(of: path) != nil else { return Loaded() }
    try AtomicFile.removeStaleTemporaries(in: path, olderThan: 0)
    let newest = try read(current)
    if case .whole(let checkpoint) = newest { return Loaded(checkpoint: checkpoint) }
    let older = try read(previous)
    let reasons = [newest, older].compactMap { reading in
      if case .damaged(let reason) = reading { reason } else { nil as String? }
    }
    var loaded = Loaded()
    if case .whole(let checkpoint) = older {
      try move(previous, to: current)
      loaded.checkpoint = checkpoint
      loaded.notice =
        "continuing from the previous checkpoint: "
        + (reasons.first ?? "'\(current)' is missing")
    } else if !reasons.isEmpty {
      loaded.notice = "starting anew without a checkpoint: \(reasons.joined(separator: ", and "))"
    }
    return loaded
  }

  /// Sets the current one aside, whose content its owner cannot use.
  ///
  /// - Returns: that in one sentence.
  /// - Throws: `FileError`.
  public func setAside(_ reason: String) throws -> String {
    try setAside(current, reason)
  }

  private func setAside(_ file: String, _ reason: String) throws -> String {
    try move(file, to: file + Self.damagedEnding)
    return "'\(file)' is damaged (\(reason)) and kept as '\(file)\(Self.damagedEnding)'"
  }

  private enum Reading {
    case absent
    case damaged(String)
    case whole(Checkpoint)
  }

  /// Reads a file, and sets it aside where it is damaged.
  private func read(_ file: String) throws -> Reading {
    let reason: String
    do {
      return .whole(try Checkpoint(readingFrom: file))
    } catch let error as FileError {
      if error.code == ENOENT { return .absent }
      // Content that cannot be mapped, such as none, is damage.
      guard error.code == nil else { throw error }
      reason = error.reason
    } catch let error as CheckpointError {
      reason = error.reason
    }
    return .damaged(try setAside(file, reason))
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
