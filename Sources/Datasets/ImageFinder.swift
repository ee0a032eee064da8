import Files

/// Finds image files by path, listing each folder once.
struct ImageFinder {
  let root: String
  private let links: LinkRule
  /// The root, links resolved.
  private let base: String
  /// The first path at which there was no file.
  private(set) var firstMissing: String?
  /// Images outside the root, reached through links.
  private(set) var outsideImages = 0
  /// The first few of those links, with what they lead to.
  private(set) var outsideLinks: [(name: String, target: String)] = []
  private var backslashes = 0
  private var absolutes = 0
  private var folders: [String: Result<Contents, FileError>] = [:]

  init(root: String, links: LinkRule) {
    (self.root, self.links) = (root, links)
    base = SafePath.real(root) ?? root
  }

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
    /// Whether a link led out of the root on the way.
    var isOutside = false
  }

  /// What a reader should know of how paths were read, in sentences.
  var notes: [String] {
    var notes: [String] = []
    if backslashes > 0 {
      notes.append("\(Wording.count(backslashes, "path")) with backslashes read as with slashes")
    }
    if absolutes > 0 {
      notes.append("\(Wording.count(absolutes, "absolute path")) below the root taken as they are")
    }
    return notes
  }

  /// Looks for an image. A path may be absolute where it leads into the root; backslashes count as
  /// slashes where that finds a file and nothing else does.
  mutating func find(_ given: String) -> Finding {
    var path = given
    for start in [root, base] where given.hasPrefix("/") && given.hasPrefix(start + "/") {
      path = String(given.dropFirst(start.count + 1).drop { $0 == "/" })
      absolutes += 1
      break
    }
    if path.hasPrefix("/") {
      return .unsafe("the path '\(given)' is absolute and does not lead below '\(root)'")
    }
    let finding = look(path)
    if case .missing = finding {
      if path.contains("\\"), case .found(let file) = look(path.replacing("\\", with: "/")) {
        backslashes += 1
        return .found(file)
      }
      firstMissing = firstMissing ?? path
    }
    return finding
  }

  private mutating func look(_ relative: String) -> Finding {
    let (folder, name) = Self.parts(of: relative)
    if name.isEmpty || name == "." || name == ".." {
      return .unsafe("'\(relative)' names no file")
    }
    switch contents(of: folder) {
    case .failure(let error): return .unsafe(error.description)
    case .success(let contents):
      // Names are compared as text, so that composed and decomposed accents are the same.
      guard let entry = contents.entries[name] else {
        return .missing("no file '\(relative)'")
      }
      guard entry.kind == .file else { return .missing("'\(relative)' is no file") }
      let path = "\(contents.path)/\(entry.name)"
      if !entry.isLink {
        if contents.isOutside { noteOutside(folder, contents.path) }
        return .found(path)
      }
      do throws(FileError) {
        let real = try SafePath.resolve(
          "\(folder)/\(entry.name)", under: root, links: links.safePath)
        if !SafePath.isInside(real, base) { noteOutside(relative, real) }
        return .found(real)
      } catch { return .unsafe(error.description) }
    }
  }

  private mutating func noteOutside(_ link: String, _ target: String) {
    outsideImages += 1
    if outsideLinks.count < 4, !outsideLinks.contains(where: { $0.name == link }) {
      outsideLinks.append((link, target))
    }
  }

  private static func parts(of path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  /// What the folder of a missing image holds, as the end of a sentence.
  mutating func contents(beside relative: String) -> String {
    let folder = Self.parts(of: relative).folder
    guard case .success(let contents) = contents(of: folder), contents.exists else {
      return "there is no folder '\(folder)'"
    }
    let names = contents.entries.keys.sorted(by: Wording.precedes)
    return names.isEmpty
      ? "the folder '\(folder)' is empty"
      : "the folder '\(folder)' holds \(Wording.list(names, limit: 3))"
  }

  /// What is there in the place of a missing image, and what that says of the pattern: another
  /// ending, other capitals, or zeros that a spreadsheet dropped.
  mutating func hint(for missing: String) -> String? {
    let (folder, name) = Self.parts(of: missing)
    guard case .success(let contents) = contents(of: folder) else { return nil }
    let ending = PictureFormat.ending(of: name)
    let stem = ending.isEmpty ? name : String(name.dropLast(ending.count + 1))
    func digits(_ text: String) -> Substring {
      let whole = text.hasSuffix(".0") ? text.dropLast(2) : text[...]
      let rest = whole.drop { $0 == "0" }
      return rest.isEmpty ? "0" : rest
    }
    for other in contents.entries.keys.sorted(by: Wording.precedes) {
      let otherEnding = PictureFormat.ending(of: other)
      let otherStem = otherEnding.isEmpty ? other : String(other.dropLast(otherEnding.count + 1))
      if otherStem == stem || other == stem || other.lowercased() == name.lowercased() {
        return "'\(other)' is there: correct the ending in dataset.image"
      }
      let isNumber = !otherStem.isEmpty && otherStem.utf8.allSatisfy { (48...57).contains($0) }
      if isNumber, digits(otherStem) == digits(stem) {
        return "'\(other)' is there, as if a spreadsheet had made numbers of the ids: write"
          + " {…:0\(otherStem.count)} in dataset.image, such as 'images/{id:0\(otherStem.count)}.png',"
          + " which gives whole numbers \(otherStem.count) digits"
      }
    }
    return nil
  }

  private mutating func contents(of folder: String) -> Result<Contents, FileError> {
    if let known = folders[folder] { return known }
    let result = Result { () throws(FileError) in
      let path = try SafePath.resolve(folder, under: root, links: links.safePath)
      var contents = Contents(
        path: path, entries: [:], isOutside: !SafePath.isInside(path, base))
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
