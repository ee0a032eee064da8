import Files

/// Lists the pictures of class folders, following links as far as the rule allows.
///
/// Names that start with a dot, and folders that archives and systems leave behind, are passed
/// over. No folder is entered twice through a link, so that links may go round in circles.
struct FolderWalk {
  /// What is found in one class folder.
  struct Findings {
    var pictures: [Picture] = []
    /// Pictures of formats that are not decoded, by path.
    var unread: [String] = []
    /// Files that are no pictures, by path.
    var others: [String] = []
    /// Links to folders that are not followed, and folders too deep.
    var passedOver: [String] = []
    var setAside: [(path: String, reason: QuarantinedExample.Reason, detail: String)] = []
    /// Names of the folders directly in the class folder, and how many pictures lie there.
    var folders: [String] = []
    var picturesAtTop = 0
  }

  struct Picture {
    /// Relative to the root.
    var path: String
    /// Where the file really is; `nil` where no link leads to it.
    var target: String?
  }

  private static let deepest = 16
  private static let leftovers: Set<String> = [
    "__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__pycache__",
    "#recycle", "@Recycle",
  ]

  /// The root, links resolved.
  let base: String
  let links: LinkRule
  /// Folders of archives and systems that were passed over.
  private(set) var leftBehind: [String] = []
  /// Links that lead out of the root and were followed, with what they lead to.
  private(set) var outside: [(name: String, target: String)] = []
  private var entered: Set<String> = []

  init(base: String, links: LinkRule) { (self.base, self.links) = (base, links) }

  /// The folders in a folder, and the number of pictures that lie beside them.
  struct Level {
    var folders: [String] = []
    var pictures = 0
    var setAside: [(path: String, reason: QuarantinedExample.Reason, detail: String)] = []
  }

  /// Lists one folder, `prefix` below the root, ending in a slash or empty.
  mutating func level(below prefix: String) throws(DatasetError) -> Level {
    let listing = try list(prefix.isEmpty ? base : "\(base)/\(prefix.dropLast())")
    var level = Level()
    level.setAside = Self.unreadable(listing, below: prefix)
    for entry in listing.entries where !entry.name.hasPrefix(".") {
      switch entry.kind {
      case .folder where isLeftover(entry.name, at: prefix): break
      case .folder:
        let path = prefix + entry.name
        if let problem = linkProblem(entry, at: path) {
          level.setAside.append((path, .unsafePath, problem))
        } else if entry.isLink, let real = SafePath.real("\(base)/\(path)"),
          SafePath.isInside(base, real)
        {
          level.setAside.append((path, .unsafePath, "a link to a folder that holds the data"))
        } else {
          level.folders.append(entry.name)
        }
      case .file: if PictureFormat.isPictureName(entry.name) { level.pictures += 1 }
      case .other: break
      }
    }
    return level
  }

  /// Lists a class folder and all below it.
  mutating func pictures(in folder: String) throws(DatasetError) -> Findings {
    var findings = Findings()
    var waiting = [(path: folder, depth: 0)]
    while let (folder, depth) = waiting.popLast() {
      // Only a folder that a link led to, or is one, is really elsewhere than its path says.
      let real = SafePath.real("\(base)/\(folder)") ?? "\(base)/\(folder)"
      entered.insert(real)
      let isMoved = real != "\(base)/\(folder)"
      let listing = try list("\(base)/\(folder)")
      findings.setAside += Self.unreadable(listing, below: folder + "/")
      for entry in listing.entries where !entry.name.hasPrefix(".") {
        let path = "\(folder)/\(entry.name)"
        if let problem = linkProblem(entry, at: path) {
          findings.setAside.append((path, .unsafePath, problem))
          continue
        }
        switch entry.kind {
        case .folder where isLeftover(entry.name, at: folder + "/"): break
        case .folder:
          if depth == 0 { findings.folders.append(entry.name) }
          if depth < Self.deepest, mayEnter(entry, at: path) {
            waiting.append((path, depth + 1))
          } else {
            findings.passedOver.append(path)
          }
        case .file:
          let target = entry.isLink ? SafePath.real("\(base)/\(path)") : "\(real)/\(entry.name)"
          take(path, entry, isMoved || entry.isLink ? target : nil, at: depth, into: &findings)
        case .other:
          findings.setAside.append((path, .missingImage, "a link that leads nowhere, or no file"))
        }
      }
    }
    return findings
  }

  private func take(
    _ path: String, _ entry: FolderListing.Entry, _ target: String?, at depth: Int,
    into findings: inout Findings
  ) {
    switch PictureFormat.judge(entry.name, at: "\(base)/\(path)") {
    case .picture:
      findings.pictures.append(Picture(path: path, target: target))
      if depth == 0 { findings.picturesAtTop += 1 }
    case .unread:
      findings.unread.append(path)
      if depth == 0 { findings.picturesAtTop += 1 }
    case .nothing: findings.others.append(path)
    }
  }

  private func list(_ path: String) throws(DatasetError) -> FolderListing {
    try asDatasetError { () throws(FileError) in try FolderListing(of: path) }
  }

  private static func unreadable(
    _ listing: FolderListing, below prefix: String
  ) -> [(path: String, reason: QuarantinedExample.Reason, detail: String)] {
    listing.unreadableNames.map { (prefix + $0, .unsafePath, "the name is not UTF-8") }
  }

  private mutating func isLeftover(_ name: String, at prefix: String) -> Bool {
    guard Self.leftovers.contains(name) else { return false }
    if !leftBehind.contains(prefix + name) { leftBehind.append(prefix + name) }
    return true
  }

  /// Why a link must not be followed; `nil` where it may, or where there is none. A link that leads
  /// out of the root is remembered.
  private mutating func linkProblem(_ entry: FolderListing.Entry, at path: String) -> String? {
    guard entry.isLink, entry.kind != .other else { return nil }
    do throws(FileError) {
      let real = try SafePath.resolve(path, under: base, links: links.safePath)
      if !SafePath.isInside(real, base), !outside.contains(where: { $0.name == path }),
        outside.count < 4
      {
        outside.append((path, real))
      }
      return nil
    } catch {
      return error.description
    }
  }

  /// Whether a folder below a class is entered. Through a link only where it leads out of the root,
  /// to no folder above it, and to none that was entered before: inside the root it may lead to
  /// another class.
  private mutating func mayEnter(_ entry: FolderListing.Entry, at path: String) -> Bool {
    guard entry.isLink else { return true }
    guard let real = SafePath.real("\(base)/\(path)"), !SafePath.isInside(real, base),
      !SafePath.isInside(base, real)
    else { return false }
    return entered.insert(real).inserted
  }
}
