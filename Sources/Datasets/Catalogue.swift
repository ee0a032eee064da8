import Files

/// All examples of a data set that can be used, those that cannot, and what was mended.
///
/// Nothing is divided yet and no pixel has been read. Two readings of the same files give equal
/// catalogues on every machine.
public struct Catalogue: Sendable {
  /// The data set's name.
  public let name: String
  /// The folder that paths start from.
  public let root: String
  /// Usable examples, in the data's own order.
  public let examples: [Example]
  /// For each example its index in the catalogue as first read, before ``quarantining(_:)``:
  /// what a pixel cache built from that catalogue is indexed by.
  public let sourceIndices: [Int]
  /// Rows that cannot be used.
  public let quarantined: [QuarantinedExample]
  /// Rows that were mended without loss.
  public let repairs: [RepairedRow]
  /// What else a reader should know, in sentences; a class that lost all its examples among it.
  public var notes: [String] { ownNotes + (lossNote.map { [$0] } ?? []) }
  /// Where links may lead, for files that are named later.
  let links: LinkRule
  private let ownNotes: [String]

  /// A catalogue as first read.
  public init(
    name: String, root: String, examples: [Example], quarantined: [QuarantinedExample] = [],
    repairs: [RepairedRow] = [], notes: [String] = [], links: LinkRule = .anywhere
  ) {
    (self.name, self.root, self.examples) = (name, root, examples)
    (self.quarantined, self.repairs, ownNotes) = (quarantined, repairs, notes)
    self.links = links
    sourceIndices = Array(examples.indices)
  }

  private init(
    _ other: Catalogue, keeping kept: [Int], setAside: [QuarantinedExample] = [],
    adding added: [String] = []
  ) {
    (name, root, repairs) = (other.name, other.root, other.repairs)
    (ownNotes, links) = (other.ownNotes + added, other.links)
    examples = kept.map { other.examples[$0] }
    sourceIndices = kept.map { other.sourceIndices[$0] }
    quarantined = other.quarantined + setAside
  }

  /// Reads a data set's lists of examples.
  ///
  /// Rows without image, duplicates and the like are set aside, not thrown; call
  /// ``checkQuarantine(limit:)`` to stop when they are too many.
  ///
  /// - Throws: where a list cannot be read, a column or file is missing, or no example is usable.
  public static func read(_ configuration: DatasetConfiguration) throws(DatasetError) -> Catalogue {
    guard FolderListing.isFolder(configuration.root) else {
      throw DatasetError(
        .missingFile, at: configuration.root,
        "the root of data set '\(configuration.name)' is no folder",
        advice: "correct dataset.root, or fetch the data")
    }
    var draft = CatalogueDraft(links: configuration.followLinks ?? .anywhere)
    switch configuration.format {
    case .csv(let format): try draft.readTable(format, root: configuration.root)
    case .folder: try draft.readFolders(root: configuration.root)
    case .list(let format): try draft.readLists(format, root: configuration.root)
    case .idx(let format): try draft.readIDX(format, root: configuration.root)
    case .cifar10: try draft.readCIFAR(.cifar10, root: configuration.root)
    case .cifar100: try draft.readCIFAR(.cifar100, root: configuration.root)
    }
    try draft.applyLabelRules(of: configuration)
    draft.noteLinks()
    let catalogue = Catalogue(
      name: configuration.name, root: configuration.root, examples: draft.examples,
      quarantined: draft.quarantined, repairs: draft.repairs, notes: draft.notes,
      links: draft.links)
    guard !catalogue.examples.isEmpty else { throw catalogue.nothingUsable() }
    return catalogue
  }

  /// The share of all rows that are set aside.
  public var quarantinedShare: Double {
    let total = examples.count + quarantined.count
    return total == 0 ? 0 : Double(quarantined.count) / Double(total)
  }

  /// This catalogue without the examples at the given indices, which are set aside with their
  /// reasons. Indices shift: ``sourceIndices`` leads back.
  ///
  /// - Parameter problems: in any order; of two for one example the first by index counts.
  /// - Precondition: every index is one of ``examples``.
  public func quarantining(
    _ problems: [(index: Int, reason: QuarantinedExample.Reason, detail: String)]
  ) -> Catalogue {
    var isKept = Array(repeating: true, count: examples.count)
    var setAside: [QuarantinedExample] = []
    for problem in problems.sorted(by: { $0.index < $1.index }) where isKept[problem.index] {
      isKept[problem.index] = false
      setAside.append(
        QuarantinedExample(
          id: examples[problem.index].id, reason: problem.reason, detail: problem.detail,
          label: examples[problem.index].label))
    }
    return Catalogue(self, keeping: examples.indices.filter { isKept[$0] }, setAside: setAside)
  }

  /// This catalogue with more notes, such as those on its pixels.
  public func noting(_ sentences: [String]) -> Catalogue {
    Catalogue(self, keeping: Array(examples.indices), adding: sentences)
  }

  /// Checks that no more than `limit`, a share of all rows, had to be set aside.
  ///
  /// - Throws: with the counts by reason, and an example of each.
  public func checkQuarantine(limit: Double) throws(DatasetError) {
    guard quarantinedShare > limit else { return }
    let total = examples.count + quarantined.count
    throw DatasetError(
      .tooManyQuarantined, at: "data set '\(name)'",
      "\(quarantined.count) of \(total) examples (\(Wording.percent(quarantinedShare))) cannot be"
        + " used, and \(Wording.percent(limit)) is the limit: \(quarantineReasons())"
        + (lossNote.map { "; \($0)" } ?? ""),
      advice: "repair the data, or raise dataset.quarantine_limit if so many are expected")
  }

  /// Names the classes of which no example is left.
  private var lossNote: String? {
    let present = Set(examples.map(\.label))
    var lost: [String: Int] = [:]
    for example in quarantined {
      if let label = example.label, !present.contains(label) { lost[label, default: 0] += 1 }
    }
    guard !lost.isEmpty else { return nil }
    let names = lost.keys.sorted(by: Wording.precedes)
    return "\(Wording.count(lost.count, "class has", plural: "classes have")) no usable image and"
      + " \(lost.count == 1 ? "is" : "are") left out: \(LabelForm.list(names, counts: lost))"
  }

  private func nothingUsable() -> DatasetError {
    DatasetError(
      .noUsableExample, at: "data set '\(name)'",
      quarantined.isEmpty
        ? "it lists no example at all"
        : "none of its \(quarantined.count) examples can be used: \(quarantineReasons())",
      advice: "check dataset.root and the names of its files: '\(root)'")
  }

  private func quarantineReasons() -> String {
    QuarantineCount.count(quarantined, examples: 1)
      .map { group in
        let first = group.examples[0]
        let such = "such as '\(first.id)': \(first.detail)"
        guard group.reason == .unreadFormat else {
          return "\(group.count) \(group.reason.rawValue) (\(such))"
        }
        let unread = quarantined.filter { $0.reason == .unreadFormat }
        return "\(group.count) \(group.reason.rawValue)"
          + " (\(PictureFormat.endings(of: unread.map(\.id))); \(such))"
      }
      .joined(separator: ", ")
  }
}

/// How many examples were set aside for one reason, with the first of them.
public struct QuarantineCount: Codable, Hashable, Sendable {
  /// Why they were set aside.
  public var reason: QuarantinedExample.Reason
  /// How many there are.
  public var count: Int
  /// The first few.
  public var examples: [QuarantinedExample]

  /// Counts by reason, most frequent first, with the first `examples` of each.
  public static func count(
    _ quarantined: [QuarantinedExample], examples: Int = 5
  ) -> [QuarantineCount] {
    let groups = QuarantinedExample.Reason.allCases.map { reason in
      let group = quarantined.filter { $0.reason == reason }
      return QuarantineCount(
        reason: reason, count: group.count, examples: Array(group.prefix(examples)))
    }
    // The sort is stable only by this tie-break: reasons in their declared order.
    return groups.enumerated().filter { $0.element.count > 0 }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element)
  }
}
