import Files

extension CatalogueDraft {
  private static let splitFolders: [String: SplitName] = [
    "train": .train, "validation": .validation, "val": .validation, "test": .test,
  ]
  private static let imageEndings = [
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif",
    ".tiff",
  ]
  private static let deepest = 16

  /// Reads one folder a class, with or without `train`, `validation` or `val`, and `test` above it.
  /// Images lie at any depth below their class; a link there to a folder is not followed, since it
  /// may lead to another class. Names that start with a dot are passed over.
  mutating func readFolders(root: String) throws(DatasetError) {
    let base = try asDatasetError { () throws(FileError) in
      try SafePath.resolve(".", under: root)
    }
    let top = try folders(in: base, below: "", root: root)
    let splits = top.filter { Self.splitFolders[$0] != nil }
    let others = top.filter { Self.splitFolders[$0] == nil }
    if splits.contains("train"), let other = others.first {
      throw DatasetError(
        .badFolders, at: root,
        "it holds the folder 'train' and beside it \(Wording.list(others, limit: 3)), which is no"
          + " split\(Wording.didYouMean(other, among: Self.splitFolders.keys.sorted()))",
        advice: "keep only 'train', 'validation' or 'val', and 'test', or only classes")
    }
    if splits.contains("validation") && splits.contains("val") {
      throw DatasetError(
        .badFolders, at: root, "it holds both a folder 'validation' and a folder 'val'",
        advice: "keep one of them")
    }
    var ignored: [String] = []
    if splits.contains("train") {
      for split in splits {
        for name in try folders(in: "\(base)/\(split)", below: split + "/", root: root) {
          try readClass(
            name, at: "\(split)/\(name)", root: base, split: Self.splitFolders[split],
            ignored: &ignored)
        }
      }
    } else {
      for name in top { try readClass(name, at: name, root: base, split: nil, ignored: &ignored) }
    }
    if !ignored.isEmpty {
      notes.append(
        "\(Wording.count(ignored.count, "entry", plural: "entries")) passed over, no JPEG, PNG,"
          + " WebP, GIF, BMP or TIFF by name, or a link to a folder: "
          + Wording.list(ignored, limit: 3))
    }
  }

  /// Names of the folders in a folder. Links that lead out of the root are set aside.
  private mutating func folders(
    in path: String, below prefix: String, root: String
  ) throws(DatasetError) -> [String] {
    let listing = try asDatasetError { () throws(FileError) in try FolderListing(of: path) }
    noteUnreadable(listing, below: prefix)
    var names: [String] = []
    for entry in listing.entries where entry.kind == .folder && !entry.name.hasPrefix(".") {
      if isSafe(entry, at: prefix + entry.name, root: root) { names.append(entry.name) }
    }
    return names
  }

  private mutating func readClass(
    _ label: String, at relative: String, root: String, split: SplitName?,
    ignored: inout [String]
  ) throws(DatasetError) {
    let before = examples.count
    var waiting = [(path: relative, depth: 0)]
    while let (folder, depth) = waiting.popLast() {
      let listing = try asDatasetError { () throws(FileError) in
        try FolderListing(of: "\(root)/\(folder)")
      }
      noteUnreadable(listing, below: folder + "/")
      for entry in listing.entries where !entry.name.hasPrefix(".") {
        let path = "\(folder)/\(entry.name)"
        guard isSafe(entry, at: path, root: root) else { continue }
        switch entry.kind {
        case .folder where !entry.isLink && depth < Self.deepest: waiting.append((path, depth + 1))
        case .file where Self.hasImageEnding(entry.name):
          examples.append(
            Example(id: path, label: label, pixels: .file("\(root)/\(path)"), givenSplit: split))
        case .other: setAside(path, .missingImage, "a link that leads nowhere, or no file")
        case .file, .folder: ignored.append(path)
        }
      }
    }
    if examples.count == before { notes.append("the folder '\(relative)' holds no image") }
    examples[before...].sort { Wording.precedes($0.id, $1.id) }
  }

  private mutating func isSafe(
    _ entry: FolderListing.Entry, at relative: String, root: String
  ) -> Bool {
    guard entry.isLink, entry.kind != .other else { return true }
    do throws(FileError) {
      _ = try SafePath.resolve(relative, under: root)
      return true
    } catch {
      setAside(relative, .unsafePath, error.description)
      return false
    }
  }

  private mutating func noteUnreadable(_ listing: FolderListing, below prefix: String) {
    for name in listing.unreadableNames {
      setAside(prefix + name, .unsafePath, "the name is not UTF-8")
    }
  }

  private static func hasImageEnding(_ name: String) -> Bool {
    let small = name.lowercased()
    return imageEndings.contains { small.hasSuffix($0) }
  }
}
