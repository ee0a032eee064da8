#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What stands at a path: only a regular file has an end that is known before it is read.
public enum FileKind: Hashable, Sendable {
  case regular
  case folder
  /// A named pipe, or what a shell makes of `<(…)`: opening it may wait for ever.
  case fifo
  case device
  case socket
  case other

  /// What stands at a path, links followed; `nil` where nothing does, or nobody may look.
  public init?(at path: String) {
    var info = stat()
    guard uninterrupted({ stat(path, &info) }) == 0 else { return nil }
    self.init(info)
  }

  init(_ info: stat) {
    switch info.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    case S_IFIFO: self = .fifo
    case S_IFCHR, S_IFBLK: self = .device
    case S_IFSOCK: self = .socket
    default: self = .other
    }
  }

  /// What it is, for a sentence: `it is a FIFO, not a regular file`.
  public var sentence: String {
    let words =
      switch self {
      case .regular: "a regular file"
      case .folder: "a folder"
      case .fifo: "a FIFO"
      case .device: "a device"
      case .socket: "a socket"
      case .other: "something else"
      }
    return self == .regular ? "it is \(words)" : "it is \(words), not a regular file"
  }

  /// What to do where a regular file was expected.
  public var advice: String {
    switch self {
    case .fifo, .device, .socket:
      "what a pipe or '<(…)' gives is written to a temporary file first, whose name is given here"
    default: "name a file"
    }
  }
}
