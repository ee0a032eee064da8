#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The process that writes to a store: one at a time, whatever name the store is reached by.
public struct StoreOwner: Hashable, Sendable {
  /// The machine's name.
  public var host: String
  /// What the system calls this installation (`/etc/machine-id`): two machines may have one name.
  public var machine: String?
  /// The process.
  public var process: ProcessIdentity
  /// The name space of process numbers, which every container has for itself; `nil` where there is
  /// none or it is not known.
  public var space: String?

  /// An owner as it was written down earlier.
  public init(host: String, machine: String? = nil, process: ProcessIdentity, space: String? = nil)
  {
    (self.host, self.machine) = (host, machine)
    (self.process, self.space) = (process, space)
  }

  /// This process.
  public static var current: StoreOwner {
    StoreOwner(
      host: ProcessIdentity.hostName, machine: ProcessIdentity.machine,
      process: ProcessIdentity(of: getpid()), space: ProcessIdentity.space)
  }

  /// What one process can know of another one.
  public enum Standing: Hashable, Sendable {
    case alive
    /// It ended, or its machine was started anew.
    case gone
    /// On this machine, but in a container whose processes cannot be seen.
    case hidden
    /// On another machine.
    case elsewhere
  }

  /// Whether the owner still lives, as far as `observer` can tell. Clocks are not asked: they may
  /// differ between machines.
  public func standing(seenBy observer: StoreOwner) -> Standing {
    if let boot = process.boot, boot == observer.process.boot {
      if let space, let other = observer.space, space != other { return .hidden }
      if space == nil, host != observer.host { return .hidden }
      return process.isAlive ? .alive : .gone
    }
    guard host == observer.host,
      machine == nil || observer.machine == nil
        || machine == observer.machine
    else { return .elsewhere }
    // The same machine in another life; without a boot's name, the number is all there is.
    let knowsBoots = process.boot != nil && observer.process.boot != nil
    return !knowsBoots && process.isAlive ? .alive : .gone
  }
}

extension ProcessIdentity {
  /// The boot of the machine that the process was started in.
  package var boot: Substring? { token?.split(separator: ":").first }

  /// Whether this is a living process, and neither the caller's nor the one that has `number`.
  package func isAnotherLivingProcess(than number: Int32) -> Bool {
    processID != number && processID != getpid() && isAlive
  }

  /// What the system calls this installation; `nil` where it has no such name.
  static var machine: String? {
    let words = text(of: "/etc/machine-id")?.split(whereSeparator: \.isWhitespace)
    return words?.first.map(String.init)
  }

  /// The name space of this process's number, such as `pid:[4026531836]`.
  static var space: String? {
    var bytes = [CChar](repeating: 0, count: 128)
    let count = readlink("/proc/self/ns/pid", &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
