#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that whichever process needs it first computes, and all share: replaced whole, never
/// changed, and checked whenever it is opened. So nobody ever sees a half-written one, and a damaged
/// one is made again.
public enum CheckedFile {
  /// How the file came about.
  public enum Origin: Hashable, Sendable {
    /// It was there, and every byte of it as it was written.
    case found
    /// There was none.
    case built
    /// It was there and could not be trusted.
    case rebuilt(because: String)
  }

  /// Why a file cannot be trusted.
  public struct Damage: Error, Hashable, Sendable {
    /// What was found and what was expected, as in "it has 3 bytes and 4 are expected".
    public var reason: String

    /// Damage with its whole reason.
    public init(_ reason: String) { self.reason = reason }
  }

  /// The file `name` in `folder`, built where it is absent or damaged; the folder is made.
  ///
  /// Who builds holds the lock `name.lock`; others wait, and then find what was built.
  ///
  /// - Parameters:
  ///   - noun: what the file is in an error, such as "pixel cache".
  ///   - lock: takes the lock at a path; to be replaced by whoever may have to stop waiting.
  ///   - check: what the file holds; throws where it is not as it was written.
  ///   - build: writes the file by means of ``AtomicFile`` to the path that it is given.
  /// - Returns: what `check` made of the file, and how it came about.
  /// - Throws: `FileError` where the folder or the file cannot be used, and what `lock` and `build`
  ///   throw.
  public static func open<Content>(
    _ name: String, in folder: String, called noun: String,
    lock: (String) throws -> FileLock = { try FileLock(waitingFor: $0) },
    check: (MappedFile) throws(Damage) -> Content, build: (String) throws -> Void
  ) throws -> (content: Content, origin: Origin) {
    try Folder.create(folder)
    let path = "\(folder)/\(name)"
    if case .good(let content) = try look(path, check) { return (content, .found) }
    let held = try lock(path + ".lock")
    defer { held.unlock() }
    let origin: Origin
    switch try look(path, check) {
    case .good(let content): return (content, .found)
    case .damaged(let reason): origin = .rebuilt(because: reason)
    case .absent: origin = .built
    }
    try AtomicFile.removeStaleTemporaries(in: folder)
    try build(path)
    guard case .good(let content) = try look(path, check) else {
      throw FileError(
        "use the \(noun)", path, reason: "it is damaged right after it was written",
        advice: "check that disk, or choose another folder")
    }
    return (content, origin)
  }

  private enum Found<Content> {
    case absent
    case damaged(String)
    case good(Content)
  }

  private static func look<Content>(
    _ path: String, _ check: (MappedFile) throws(Damage) -> Content
  ) throws(FileError) -> Found<Content> {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      if error.code == ENOENT { return .absent }
      // Content that cannot be mapped, such as none, is damage; a refusal of the system is not.
      if error.code == nil { return .damaged(error.reason) }
      throw error
    }
    do throws(Damage) {
      return .good(try check(file))
    } catch {
      return .damaged(error.reason)
    }
  }
}
