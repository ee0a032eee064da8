import Files

/// A catalogue while it is being read.
struct CatalogueDraft {
  /// Where symbolic links may lead.
  let links: LinkRule
  var examples: [Example] = []
  var quarantined: [QuarantinedExample] = []
  var repairs: [RepairedRow] = []
  var notes: [String] = []
  /// Where each label stands first, as file and line, with how many labels were met before it; empty
  /// where labels do not stand in a file.
  private(set) var labelPlaces: [String: (order: Int, text: String)] = [:]
  /// Images that lie outside the root, reached through links, and the first few of those links.
  var outside = LinksOutside()

  init(links: LinkRule) { self.links = links }

  /// The absolute path of a file that must be there, or an error that names its neighbours.
  mutating func existingFile(
    _ file: String, for key: String, under root: String
  ) throws(DatasetError) -> String {
    let path = try asDatasetError { () throws(FileError) in
      try SafePath.resolve(file, under: root, links: links.safePath)
    }
    let stamp = try asDatasetError { () throws(FileError) in try FileStamp(of: path) }
    if stamp != nil {
      if let base = SafePath.real(root), !SafePath.isInside(path, base) {
        outside.add(file, to: path)
      }
      return path
    }
    let names = ((try? FolderListing(of: root))?.entries ?? []).map(\.name)
    throw DatasetError(
      .missingFile, at: key,
      "no file '\(file)' in '\(root)'\(Wording.didYouMean(file, among: names))",
      advice: names.isEmpty
        ? "that folder is empty; fetch the data" : "it holds \(Wording.list(names, limit: 8))")
  }

  /// Remembers where a label stands, if it is the first time.
  mutating func notePlace(of label: String, _ path: String, line: Int) {
    if labelPlaces[label] == nil { labelPlaces[label] = (labelPlaces.count, "\(path):\(line)") }
  }

  mutating func setAside(
    _ id: String, _ reason: QuarantinedExample.Reason, _ detail: String, label: String? = nil
  ) {
    quarantined.append(
      QuarantinedExample(id: id, reason: reason, detail: detail, label: label))
  }

  /// Turns labels into classes by the configuration's rules. Names that the experiment file gives
  /// are taken as they stand: whoever wrote them meant them.
  mutating func applyLabelRules(of configuration: DatasetConfiguration) throws(DatasetError) {
    var rules = configuration.labels ?? LabelRules()
    var place = configuration.root
    var isWritten = false
    switch configuration.format {
    case .csv(let format): (place, isWritten) = ("\(configuration.root)/\(format.file)", true)
    case .folder: break
    case .list(let format):
      (place, isWritten) = ("\(configuration.root)/\(format.train)", true)
      if format.classNames != nil || format.classNamesFile != nil { isWritten = false }
      if !isWritten, rules.near == .ask { rules.near = .keep }
    case .idx, .cifar10, .cifar100: if rules.near == .ask { rules.near = .keep }
    }
    if configuration.labels == nil, rules.near == .keep { return }
    try apply(rules, isWritten: isWritten, at: place)
  }

  /// States what was reached through links that lead out of the root.
  mutating func noteLinks() {
    guard !outside.links.isEmpty else { return }
    let listed = outside.links.prefix(3).map { "'\($0.name)' to '\($0.target)'" }
    let what =
      outside.images > 0
      ? Wording.count(outside.images, "image") : Wording.count(outside.links.count, "file")
    notes.append(
      "\(what) outside the root reached through links: \(listed.joined(separator: ", "))"
        + (outside.links.count > 3 ? " and more" : ""))
  }
}

/// Images that lie outside a data set's root.
struct LinksOutside {
  var images = 0
  /// Links and what they lead to, the first few.
  private(set) var links: [(name: String, target: String)] = []

  mutating func add(_ name: String, to target: String) {
    if links.count < 4, !links.contains(where: { $0.name == name }) {
      links.append((name, target))
    }
  }
}

extension LinkRule {
  /// The same rule in the words of the room of files.
  var safePath: SafePath.Links { self == .inside ? .inside : .anywhere }
}
