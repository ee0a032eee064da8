import Files

/// Finds image files by path, listing each folder once.
struct ImageFinder {
  let root: String
  /// The first path at which there was no file.
  private(set) var firstMissing: String?
  private var folders: [String: Result<Contents, FileError>] = [:]

  init(root: String) { self.root = root }

  /// Where an image is, or why it cannot be used.
  enum Finding {
    case found(String)
    case missing(String)
    case unsafe(String)
  }

  private struct Contents {
    /// Absolute, links resolved.
    var path: String
    /// What it holds; the values spell the names as the disk does.
    var entries: [String: FolderListing.Entry]
    var exists = false
  }

  mutating func find(_ relative: String) -> Finding {
    let slash = relative.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(relative[..<$0]) } ?? "."
    let name = slash.map { String(relative[relative.utf8.index(after: $0)...]) } ?? relative
    if name.isEmpty || name == "." || name == ".." {
      return .unsafe("'\(relative)' names no file")
    }
    switch contents(of: folder) {
    case .failure(let error): return .unsafe(error.description)
    case .success(let contents):
      // Names are compared as text, so that composed and decomposed accents are the same.
      guard let entry = contents.entries[name] else {
        firstMissing = firstMissing ?? relative
        return .missing("no file '\(relative)'")
      }
      guard entry.kind == .file else { return .missing("'\(relative)' is no file") }
      let path = "\(contents.path)/\(entry.name)"
      if !entry.isLink { return .found(path) }
      do throws(FileError) {
        return .found(try SafePath.resolve("\(folder)/\(entry.name)", under: root))
      } catch { return .unsafe(error.description) }
    }
  }

  /// What the folder of a missing image holds, as the end of a sentence.
  mutating func contents(beside relative: String) -> String {
    let folder = relative.lastIndex(of: "/").map { String(relative[..<$0]) } ?? "."
    guard case .success(let contents) = contents(of: folder), contents.exists else {
      return "there is no folder '\(folder)'"
    }
    let names = contents.entries.keys.sorted(by: Wording.precedes)
    return names.isEmpty
      ? "the folder '\(folder)' is empty"
      : "the folder '\(folder)' holds \(Wording.list(names, limit: 3))"
  }

  private mutating func contents(of folder: String) -> Result<Contents, FileError> {
    if let known = folders[folder] { return known }
    let result = Result { () throws(FileError) in
      let path = try SafePath.resolve(folder, under: root)
      var contents = Contents(path: path, entries: [:])
      // A folder that is not there holds nothing: its images are missing.
      guard FolderListing.isFolder(path) else { return contents }
      let listing = try FolderListing(of: path)
      contents.exists = true
      contents.entries.reserveCapacity(listing.entries.count)
      for entry in listing.entries where contents.entries[entry.name] == nil {
        contents.entries[entry.name] = entry
      }
      return contents
    }
    folders[folder] = result
    return result
  }
}
