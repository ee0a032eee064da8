import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the machine would not do with a file: its disk is full or fails, or a limit of the system is
/// reached. Whoever wanted it is not at fault, and may want it again once the machine is mended.
public struct SystemRefusal: Error, Codable, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb phrase: "write".
  public var operation: String
  /// The file or folder, as it was named.
  public var path: String
  /// The system's error number.
  public var code: Int32
  /// The system's words, or more than these.
  public var reason: String

  /// A refusal with all its parts, whatever its number.
  ///
  /// - Parameter reason: `nil` for the system's words.
  public init(_ operation: String, _ path: String, code: Int32, reason: String? = nil) {
    (self.operation, self.path, self.code) = (operation, path, code)
    self.reason = reason ?? String(cString: strerror(code))
  }

  /// The refusal that an error stands for; `nil` where it has another cause.
  ///
  /// - Parameter folders: in these nothing but the program's own files lies, so that no number of the
  ///   system but the one of an absent file can be anybody else's fault.
  public init?(of error: any Error, owning folders: [String] = []) {
    if let refusal = error as? SystemRefusal {
      self = refusal
    } else if let refusal = (error as? any SystemRefusing)?.refusal {
      self = refusal
    } else if let error = error as? FileError ?? FileError(foundation: error),
      let code = error.code, code != ENOENT,
      Self.isMachines(code) || folders.contains(where: { SafePath.isInside(error.path, $0) })
    {
      self.init(error.operation, error.path, code: code, reason: error.reason)
    } else {
      return nil
    }
  }

  /// Whether a number of the system speaks of the machine, whatever the file: a disk that is full,
  /// fails, went away or turned read-only, a quota, a limit on sizes, open files or memory.
  public static func isMachines(_ code: Int32) -> Bool { isDisks(code) || limits.contains(code) }

  /// Whether a number says that a disk is full or fails.
  public static func isDisks(_ code: Int32) -> Bool { disks.contains(code) }

  private static let disks: Set<Int32> = [
    ENOSPC, EDQUOT, EIO, ESTALE, ENXIO, ENODEV, ETIMEDOUT, ENOTCONN,
  ]
  private static let limits: Set<Int32> = [EROFS, EFBIG, EMFILE, ENFILE, ENOMEM, EAGAIN, ENOLCK]

  /// One sentence: which file, how full its disk is, and what to do.
  public var description: String {
    let tried = "cannot \(operation) '\(path)': \(reason)"
    switch code {
    case ENOSPC:
      return
        "the disk is full: \(tried); \(DiskRoom.text(at: path) ?? "no room is left"), free some"
    case EDQUOT:
      return "the disk's quota is used up: \(tried); remove files there, or have it raised"
    case EFBIG:
      return "a file may not grow so large here: \(tried); the limit is "
        + "\(OpenFileLimit.fileSizeText), raise it with 'ulimit -f'"
    case EMFILE:
      return "too few open files are allowed: \(tried); the limit is \(OpenFileLimit.now.soft), "
        + "raise it with 'ulimit -n'"
    case EIO, ESTALE, ENXIO, ENODEV, ETIMEDOUT, ENOTCONN:
      return "the disk fails: \(tried); look at the system's log, and check that disk before "
        + "trusting other files on it"
    case EROFS:
      return "the disk has become read-only: \(tried); a disk that fails does that, so look at the "
        + "system's log"
    default:
      var error = FileError(operation, path, code: code)
      error.reason = reason
      return error.description
    }
  }
}

/// An error that may be the machine's.
public protocol SystemRefusing: Error {
  /// What the machine refused; `nil` where the error has another cause.
  var refusal: SystemRefusal? { get }
}

/// How much room a disk has.
public enum DiskRoom {
  /// Such as `0.4 MB of 3.1 MB are free`, of the disk that a path is or would be on; `nil` where the
  /// system does not say.
  public static func text(at path: String) -> String? {
    var info = statvfs()
    var place = path
    while uninterrupted({ statvfs(place, &info) }) != 0 {
      guard errno == ENOENT, place != "/", place != "." else { return nil }
      let slash = place.lastIndex(of: "/")
      place = slash.map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "."
    }
    let unit = Double(info.f_frsize) / 1e6
    return "\(text(megabytes: Double(info.f_bavail) * unit)) of "
      + "\(text(megabytes: Double(info.f_blocks) * unit)) are free"
  }

  private static func text(megabytes: Double) -> String {
    megabytes < 1000
      ? "\((megabytes * 10).rounded() / 10) MB" : "\((megabytes / 100).rounded() / 10) GB"
  }
}
