#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Something about a file that could not be done or is not as it must be: what was tried, on which
/// path, what came back, and what to do about it.
public struct FileError: Error, CustomStringConvertible, Hashable, Sendable {
  /// What was tried, as a verb phrase: "open", "read as an IDX file".
  public var operation: String
  /// The file or folder, as it was named.
  public var path: String
  /// The system's error number; `nil` where the content is at fault and not the system.
  public var code: Int32?
  /// The system's words, or what was found and what was expected.
  public var reason: String
  /// What to do; may be empty.
  public var advice: String

  /// An error of the system with its number, in its words.
  public init(_ operation: String, _ path: String, code: Int32) {
    (self.operation, self.path, self.code) = (operation, path, code)
    reason = String(cString: strerror(code))
    advice = FileError.advice(for: code)
  }

  /// An error in a file's content or in a path itself.
  public init(_ operation: String, _ path: String, reason: String, advice: String = "") {
    (self.operation, self.path, self.reason, self.advice) = (operation, path, reason, advice)
    code = nil
  }

  public var description: String {
    let sentence = PlainText.line("cannot \(operation) '\(path)': \(reason)")
    return advice.isEmpty ? sentence : "\(sentence); \(advice)"
  }

  private static func advice(for code: Int32) -> String {
    switch code {
    case ENOENT: "check the path, or create the folder it names"
    case EACCES, EPERM: "check who owns it and its permissions"
    case ENOSPC, EDQUOT: "free some space on that disk, or choose another folder"
    case EROFS: "that disk is read-only; choose another folder"
    case EISDIR: "a file was expected there, and it is a folder"
    case ENOTDIR: "a part of that path is a file where a folder was expected"
    case EMFILE, ENFILE: "too many files are open; raise the limit with 'ulimit -n'"
    case EIO: "the disk reports a fault; check it before trusting other files on it"
    case ESTALE: "the file's server forgot it; mount that disk anew"
    case EFBIG: "a file may not grow so large there; raise the limit with 'ulimit -f'"
    case ENOMEM, EAGAIN: "end other programs, or raise the limits of this one"
    case ENAMETOOLONG: "choose a shorter name"
    default: ""
    }
  }
}

extension FileError: SystemRefusing {
  public var refusal: SystemRefusal? {
    code.flatMap {
      SystemRefusal.isMachines($0)
        ? SystemRefusal(operation, path, code: $0, reason: reason) : nil
    }
  }
}

/// Repeats a system call while a signal interrupts it; -1 and `errno` as the call leaves them.
func uninterrupted<Value: SignedInteger>(_ call: () -> Value) -> Value {
  while true {
    let value = call()
    if value != -1 || errno != EINTR { return value }
  }
}
