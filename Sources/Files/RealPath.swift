import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The one name of a file that has several by symbolic links.
public enum RealPath {
  /// As many links after one another as the system follows.
  private static let mostLinks = 40

  /// The absolute path of what `path` leads to, which need not be there yet; of a folder that is not
  /// there, or a chain of links without an end, the path as it was named.
  public static func of(_ path: String) -> String {
    var path = path
    for _ in 0..<mostLinks {
      if let real = resolved(path) { return real }
      guard let target = target(ofLink: path) else { break }
      // A link's target is seen from its own folder.
      path = target.hasPrefix("/") ? target : folder(of: path) + "/" + target
    }
    guard let name = path.split(separator: "/").last, let folder = resolved(folder(of: path)) else {
      return path
    }
    return (folder == "/" ? "" : folder) + "/" + name
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static func target(ofLink path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
