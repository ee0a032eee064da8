import Files

/// What is remembered while class folders are read.
struct FolderReading {
  var walk: FolderWalk
  let root: String
  /// The root, links resolved.
  let base: String
  /// Where pictures really are that links lead to, by id.
  var targets: [String: String] = [:]
  var outsideImages = 0
  /// Folders beside the parts, without folders in them, and how many pictures each holds.
  var strays: [(name: String, pictures: Int)] = []
  /// Parts with pictures in no class folder.
  var loose: [(name: String, pictures: Int)] = []
  /// Parts that lie in a folder of their own name.
  var doubled: [String] = []
  private var empty: [String] = []
  private var others: [String] = []
  private var passedOver: [String] = []
  private var unread: [String] = []
  private var unreadByFolder: [(folder: String, count: Int)] = []
  /// Names of the folders in each class folder without pictures of its own.
  private var inner: [String: [String]] = [:]

  init(walk: FolderWalk, root: String, base: String) {
    (self.walk, self.root, self.base) = (walk, root, base)
  }

  mutating func take(_ findings: FolderWalk.Findings, of label: String, at relative: String) {
    for picture in findings.pictures {
      guard let target = picture.target else { continue }
      targets[picture.path] = target
      if !SafePath.isInside(target, base) { outsideImages += 1 }
    }
    if findings.pictures.isEmpty, findings.unread.isEmpty { empty.append(relative) }
    if findings.picturesAtTop == 0 { inner[relative] = findings.folders }
    if !findings.unread.isEmpty { unreadByFolder.append((relative, findings.unread.count)) }
    unread += findings.unread
    others += findings.others
    passedOver += findings.passedOver
  }

  /// The parts among the folders of the root, by name; none where a folder called `train` holds
  /// pictures and no folders, and other classes lie beside it.
  mutating func division(of folders: [String]) throws(DatasetError) -> [String: SplitName] {
    let division = SplitFolder.division(of: folders)
    var (hasClasses, pictures) = (division.isEmpty, 0)
    for name in division.keys.sorted(by: Wording.precedes) where division[name] == .train {
      let level = try walk.level(below: name + "/")
      hasClasses = hasClasses || !level.folders.isEmpty
      pictures += level.pictures
    }
    if hasClasses { return division }
    guard folders.allSatisfy({ SplitFolder($0) != nil }) else { return [:] }
    throw DatasetError(
      .badFolders, at: root,
      "it holds folders for parts of the data, \(Wording.list(folders)), and none for classes in"
        + " them: \(Wording.count(pictures, "picture")) to learn from have no class",
      advice: "sort them into one folder a class, or use format csv if a table has their classes")
  }

  /// Refuses a root with a single folder that holds only folders: it would be one class.
  mutating func refuseExtraLevel(_ top: FolderWalk.Level) throws(DatasetError) {
    if top.pictures > 0 { loose.append((".", top.pictures)) }
    guard top.pictures == 0, top.folders.count == 1 else { return }
    var path = top.folders[0]
    var level = try walk.level(below: path + "/")
    guard level.pictures == 0, !level.folders.isEmpty else { return }
    let (outer, held) = (path, level.folders)
    while level.pictures == 0, level.folders.count == 1 {
      let next = "\(path)/\(level.folders[0])"
      let below = try walk.level(below: next + "/")
      guard below.pictures == 0, !below.folders.isEmpty else { break }
      (path, level) = (next, below)
    }
    throw DatasetError(
      .badFolders, at: root,
      "it holds one folder, '\(outer)', and that holds no image but"
        + " \(Wording.count(held.count, "folder")), \(Wording.list(held, limit: 3)): it would be the"
        + " only class",
      advice: "the classes seem to be in '\(root)/\(path)': let dataset.root say so")
  }

  /// What a folder beside or for a part holds. Archives are often packed with the folder inside a
  /// folder of its own name: then what the inner one holds.
  mutating func unpacked(
    _ name: String
  ) throws(DatasetError) -> (path: String, level: FolderWalk.Level) {
    let level = try walk.level(below: name + "/")
    guard level.pictures == 0, level.folders == [name] else { return (name, level) }
    return ("\(name)/\(name)", try walk.level(below: "\(name)/\(name)/"))
  }

  func refuseTwoOfAPart(_ division: [String: SplitName]) throws(DatasetError) {
    for split in SplitName.allCases {
      let names = division.filter { $0.value == split }.keys.sorted(by: Wording.precedes)
      guard names.count > 1 else { continue }
      throw DatasetError(
        .badFolders, at: root,
        "it holds both a folder '\(names[0])' and a folder '\(names[1])', and both mean"
          + " \(split == .validation ? "validation" : split.rawValue)",
        advice: "keep one of them")
    }
  }

  func strayFolder(_ name: String, beside division: [String: SplitName]) -> DatasetError {
    let train = division.keys.sorted(by: Wording.precedes).first { division[$0] == .train }
    let words = ["train", "validation", "val", "test"]
    return DatasetError(
      .badFolders, at: root,
      "it holds the folder '\(train ?? "train")' and beside it '\(name)', which holds folders and is"
        + " no split\(Wording.didYouMean(name, among: words))",
      advice: "keep only folders such as 'train', 'val' and 'test', or only classes")
  }

  /// Tells where all classes hold folders of the same names and nothing else: those may be the
  /// classes.
  mutating func noteSharedFolders(of classes: [String]) {
    let sets = Set(classes.map { inner[$0] ?? [] })
    guard classes.count > 1, sets.count == 1, let names = sets.first, names.count > 1 else {
      return
    }
    shared = (classes, names)
  }
  private var shared: (classes: [String], names: [String])?

  /// What a reader should know, in sentences.
  func notes() -> [String] { notesOnFolders + notesOnFiles }

  private var notesOnFolders: [String] {
    var notes = empty.map { "the folder '\($0)' holds no image" }
    if let shared {
      notes.append(
        "\(shared.classes.count) classes, \(Wording.list(shared.classes, limit: 3)), hold no image"
          + " but each the same \(shared.names.count) folders, \(Wording.list(shared.names, limit: 3)):"
          + " if those are the classes, let dataset.root name one of the folders above them")
    }
    for path in doubled {
      notes.append("the classes of '\(path)' are read, a folder in its own name")
    }
    for (name, count) in strays {
      notes.append(
        "\(Wording.count(count, "picture")) in '\(name)', a folder beside the parts without class"
          + " folders, not used")
    }
    for (name, count) in loose {
      notes.append(
        "\(Wording.count(count, "picture")) directly in '\(name == "." ? root : name)', in no class"
          + " folder, not used")
    }
    return notes
  }

  private var notesOnFiles: [String] {
    var notes: [String] = []
    if !unread.isEmpty {
      let folders = unreadByFolder.prefix(3).map { "'\($0.folder)' \($0.count)" }
      notes.append(
        "\(Wording.count(unread.count, "picture")) of formats that are not read set aside,"
          + " \(PictureFormat.endings(of: unread)); by folder: \(folders.joined(separator: ", "))"
          + (unreadByFolder.count > 3 ? ", …" : ""))
    }
    if !others.isEmpty {
      notes.append(
        "\(Wording.count(others.count, "file")) passed over, no pictures by name and content,"
          + " \(PictureFormat.endings(of: others)): \(Wording.list(others, limit: 3))")
    }
    if !passedOver.isEmpty {
      notes.append(
        "\(Wording.count(passedOver.count, "folder")) not entered, reached through a link into the"
          + " data set itself or too deep: \(Wording.list(passedOver, limit: 3))")
    }
    if !walk.leftBehind.isEmpty {
      notes.append(
        "\(Wording.count(walk.leftBehind.count, "folder")) of archives and systems passed over:"
          + " \(Wording.list(walk.leftBehind, limit: 3))")
    }
    return notes
  }
}
