import Files

extension CatalogueDraft {
  /// Reads one folder a class, with or without folders for the parts of the data above it
  /// (``SplitFolder``). Images lie at any depth below their class.
  mutating func readFolders(root: String) throws(DatasetError) {
    guard let base = SafePath.real(root) else {
      throw DatasetError(FileError("find the folder", root, reason: "it is not there"))
    }
    var reading = FolderReading(
      walk: FolderWalk(base: base, links: links), root: root, base: base)
    let top = try reading.walk.level(below: "")
    take(top)
    let division = try reading.division(of: top.folders)
    if division.isEmpty {
      try reading.refuseExtraLevel(top)
      for name in top.folders { try readClass(name, at: name, split: nil, &reading) }
      reading.noteSharedFolders(of: top.folders)
    } else {
      try readDivided(top.folders, division, &reading)
    }
    dropFilesListedTwice(reading)
    for (path, target) in reading.walk.outside { outside.add(path, to: target) }
    outside.images = reading.outsideImages
    notes += reading.notes()
  }

  private mutating func readDivided(
    _ folders: [String], _ division: [String: SplitName], _ reading: inout FolderReading
  ) throws(DatasetError) {
    try reading.refuseTwoOfAPart(division)
    for name in folders where division[name] == nil {
      let (_, level) = try reading.unpacked(name)
      guard level.folders.isEmpty else { throw reading.strayFolder(name, beside: division) }
      reading.strays.append((name, level.pictures))
    }
    for name in folders {
      guard let split = division[name] else { continue }
      let (path, level) = try reading.unpacked(name)
      if path != name { reading.doubled.append(path) }
      take(level)
      if level.pictures > 0 { reading.loose.append((name, level.pictures)) }
      for label in level.folders {
        try readClass(label, at: "\(path)/\(label)", split: split, &reading)
      }
    }
  }

  private mutating func take(_ level: FolderWalk.Level) {
    for (path, reason, detail) in level.setAside { setAside(path, reason, detail) }
  }

  private mutating func readClass(
    _ label: String, at relative: String, split: SplitName?, _ reading: inout FolderReading
  ) throws(DatasetError) {
    let findings = try reading.walk.pictures(in: relative)
    for (path, reason, detail) in findings.setAside { setAside(path, reason, detail, label: label) }
    for path in findings.unread {
      setAside(
        path, .unreadFormat, "only \(PictureFormat.decodedNames) are read", label: label)
    }
    reading.take(findings, of: label, at: relative)
    examples += findings.pictures.map { picture in
      Example(
        id: picture.path, label: label, pixels: .file("\(reading.base)/\(picture.path)"),
        givenSplit: split)
    }.sorted { Wording.precedes($0.id, $1.id) }
  }

  /// Sets aside what is the same file as another picture, by a link: the same image twice, perhaps
  /// in two classes or parts.
  private mutating func dropFilesListedTwice(_ reading: FolderReading) {
    guard !reading.targets.isEmpty else { return }
    var owners: [String: String] = [:]
    for example in examples where reading.targets[example.id] == nil {
      owners["\(reading.base)/\(example.id)"] = example.id
    }
    var dropped: Set<String> = []
    for example in examples {
      guard let target = reading.targets[example.id] else { continue }
      if let owner = owners[target] {
        dropped.insert(example.id)
        setAside(
          example.id, .duplicateFile, "a link to the same file as '\(owner)'",
          label: example.label)
      } else {
        owners[target] = example.id
      }
    }
    if !dropped.isEmpty { examples.removeAll { dropped.contains($0.id) } }
  }
}
