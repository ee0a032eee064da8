#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process on this host that can be asked for later, even if its number was given away again.
public struct ProcessIdentity: Hashable, Sendable {
  /// The process's number.
  public let processID: Int32
  /// The boot's id and the process's start in clock ticks; `nil` where the system has no `/proc`,
  /// or when the process was gone already.
  public let token: String?

  /// A process as it was written down earlier.
  public init(processID: Int32, token: String?) {
    (self.processID, self.token) = (processID, token)
  }

  /// The process that has this number now.
  public init(of processID: Int32) {
    self.init(processID: processID, token: Self.token(of: processID))
  }

  /// Whether the process still runs. A zombie does not; nor does another process under its number.
  public var isAlive: Bool {
    guard processID > 0 else { return false }
    guard kill(processID, 0) == 0 || errno == EPERM else { return false }
    guard let fields = Self.status(of: processID) else {
      // No /proc: the signal's word is all there is.
      return Self.text(of: "/proc/self/stat") == nil
    }
    if fields[0] == "Z" || fields[0] == "X" { return false }
    return token == nil || token == Self.token(of: processID)
  }

  /// This machine's name, as `hostname` prints it.
  public static var hostName: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func token(of processID: Int32) -> String? {
    guard let fields = status(of: processID), fields.count > 19 else { return nil }
    let boot = text(of: "/proc/sys/kernel/random/boot_id")?.prefix { !$0.isWhitespace } ?? "?"
    return "\(boot):\(fields[19])"
  }

  /// The fields of `/proc/PID/stat` from the third (the state) on; the second, the command in
  /// brackets, may itself hold spaces and brackets.
  private static func status(of processID: Int32) -> [Substring]? {
    guard let line = text(of: "/proc/\(processID)/stat"), let end = line.lastIndex(of: ")") else {
      return nil
    }
    let fields = line[line.index(after: end)...].split(whereSeparator: \.isWhitespace)
    return fields.isEmpty ? nil : fields
  }

  static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
