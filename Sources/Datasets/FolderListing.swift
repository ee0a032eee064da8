import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a folder holds, by name, in the order of the names' bytes.
///
/// One pass over a folder replaces a question to the system for every image.
struct FolderListing {
  enum Kind { case file, folder, other }

  struct Entry {
    var name: String
    /// What it is, links followed.
    var kind: Kind
    var isLink: Bool
  }

  let entries: [Entry]
  /// Names that are not UTF-8, as far as they can be shown.
  let unreadableNames: [String]

  /// Lists a folder; `.` and `..` are left out.
  init(of path: String) throws(FileError) {
    guard let folder = opendir(path) else { throw FileError("list the folder", path, code: errno) }
    defer { closedir(folder) }
    var (entries, unreadable): ([Entry], [String]) = ([], [])
    errno = 0
    while let entry = readdir(folder) {
      withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee))
        { name in
          guard let text = String(validatingCString: name) else {
            unreadable.append(String(cString: name))
            return
          }
          if text == "." || text == ".." { return }
          entries.append(Self.entry(text, type: Int(entry.pointee.d_type), in: path))
        }
      }
      errno = 0
    }
    guard errno == 0 else { throw FileError("list the folder", path, code: errno) }
    self.entries = entries.sorted { Wording.precedes($0.name, $1.name) }
    unreadableNames = unreadable.sorted(by: Wording.precedes)
  }

  static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  private static func entry(_ name: String, type: Int, in folder: String) -> Entry {
    if type == Int(DT_REG) { return Entry(name: name, kind: .file, isLink: false) }
    if type == Int(DT_DIR) { return Entry(name: name, kind: .folder, isLink: false) }
    // Links, and file systems that do not tell: ask.
    var info = stat()
    let path = "\(folder)/\(name)"
    let isLink = lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
    guard stat(path, &info) == 0 else { return Entry(name: name, kind: .other, isLink: isLink) }
    let kind: Kind =
      switch info.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return Entry(name: name, kind: kind, isLink: isLink)
  }
}
