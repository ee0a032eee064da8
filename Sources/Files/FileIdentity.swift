#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which file a path leads to: two paths with equal identities are one file, by a link of either
/// kind.
public struct FileIdentity: Hashable, Sendable {
  /// Of the file system.
  private var device: UInt64
  /// Within it.
  private var node: UInt64

  /// Device and number within it, such as `2049:131`.
  public var text: String { "\(device):\(node)" }

  /// The identity of the file at `path` (links are followed); `nil` where it cannot be looked at.
  public init?(of path: String) {
    var info = stat()
    guard uninterrupted({ stat(path, &info) }) == 0 else { return nil }
    (device, node) = (UInt64(truncatingIfNeeded: info.st_dev), UInt64(info.st_ino))
  }
}
