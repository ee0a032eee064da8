#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Paths that come from data, kept inside the folder they belong to.
public enum SafePath {
  /// Where symbolic links on a path may lead.
  public enum Links: Sendable {
    /// Not out of the folder that the path belongs to.
    case inside
    /// Wherever whoever made the link wanted.
    case anywhere
  }

  /// The absolute path of `relative` below `root`, links resolved.
  ///
  /// Rejects what is empty or absolute, holds a NUL, climbs out by `..`, leads through a link to
  /// nowhere, or, unless `links` lead anywhere, leaves the root through a symbolic link. A file that
  /// does not exist is no error here: its path is returned once its deepest existing folder is known
  /// to be inside.
  ///
  /// - Throws: with the reason why the path is rejected, or where a folder on it cannot be looked
  ///   at.
  public static func resolve(
    _ relative: String, under root: String, links: Links = .inside
  ) throws(FileError) -> String {
    func unsafe(_ reason: String) -> FileError {
      FileError(
        "use the path", relative.replacing("\0", with: "\\0"), reason: reason,
        advice: "give a path relative to '\(root)' that stays inside")
    }
    if relative.isEmpty { throw unsafe("it is empty") }
    if relative.utf8.contains(0) { throw unsafe("it contains a NUL byte") }
    if relative.hasPrefix("/") { throw unsafe("it is absolute") }
    var parts: [Substring] = []
    for part in relative.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { throw unsafe("it climbs out of the folder") }
      } else {
        parts.append(part)
      }
    }
    guard let base = realPath(root) else { throw FileError("find the folder", root, code: errno) }
    var known = parts.count
    while known >= 0 {
      let path = join(base, parts[..<known])
      if let real = realPath(path) {
        guard links == .anywhere || isInside(real, base) else {
          throw unsafe("a symbolic link leads it out of the folder to '\(real)'")
        }
        return join(real, parts[known...])
      }
      guard errno == ENOENT || errno == ENOTDIR else { throw FileError("find", path, code: errno) }
      // A dangling link may come to lead anywhere.
      var info = stat()
      if lstat(path, &info) == 0 { throw unsafe("it is a symbolic link that leads nowhere") }
      known -= 1
    }
    return join(base, parts[...])
  }

  /// Whether a path is a folder's own or lies below it; both without links in them.
  public static func isInside(_ path: String, _ folder: String) -> Bool {
    path == folder || folder == "/" || path.hasPrefix(folder + "/")
  }

  /// The absolute path of something that exists, links resolved; `nil` where there is nothing, or
  /// links go round in a circle.
  public static func real(_ path: String) -> String? { realPath(path) }

  private static func join(_ base: String, _ parts: ArraySlice<Substring>) -> String {
    parts.reduce(base) { $0 == "/" ? "/\($1)" : "\($0)/\($1)" }
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
