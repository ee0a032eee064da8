/// Pictures that a data set has more than once, or nearly: what `poise data FILE --duplicates` and
/// `--near` print.
public struct PictureList: Sendable {
  /// One picture as the data set lists it.
  public struct Image: Hashable, Sendable {
    /// Its id.
    public var id: String
    /// `train`, `val` or `test`; `nil` where it is in no split.
    public var split: String?
    /// Its class's name.
    public var label: String

    /// A picture.
    public init(id: String, split: String?, label: String) {
      (self.id, self.split, self.label) = (id, split, label)
    }
  }

  /// Pictures that belong together, and why.
  public struct Group: Sendable {
    /// At least two.
    public var images: [Image]
    /// What makes them belong together, by name, such as `difference`.
    public var evidence: [(name: String, value: String)]

    /// A group of pictures.
    public init(images: [Image], evidence: [(name: String, value: String)]) {
      (self.images, self.evidence) = (images, evidence)
    }
  }

  /// What the list is called.
  public var title: String
  /// In the order in which they are shown; all have the same names of evidence.
  public var groups: [Group]
  /// What a reader should know, one sentence each.
  public var notes: [String]

  /// A list of groups.
  public init(title: String, groups: [Group], notes: [String]) {
    (self.title, self.groups, self.notes) = (title, groups, notes)
  }

  /// The list in a format.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: Section.text([section()], style)
    case .markdown: Section.markdown([section()])
    case .csv: records().csv(exact: style.exactCSV)
    case .json:
      JSONText.object([
        ("schema", .integer(1)), ("groups", .integer(groups.count)),
        ("notes", .array(notes.map { .text($0) })), ("images", records().json),
      ]).rendered()
    }
  }

  private var evidenceNames: [String] { groups.first?.evidence.map(\.name) ?? [] }

  private func section() -> Section {
    let names = ["group", "id", "split", "label"] + evidenceNames
    var table = TextTable(
      keyColumns: 2, names.map { TextTable.Column($0, alignsRight: false, limit: 40) })
    for (number, group) in groups.enumerated() {
      for image in group.images {
        table.add(
          ([String(number + 1), image.id, image.split ?? "none", image.label]
            + group.evidence.map(\.value)).map { TextTable.Cell($0) })
      }
    }
    var blocks: [Section.Block] = groups.isEmpty ? [] : [.table(table)]
    if !notes.isEmpty { blocks.append(.list(notes)) }
    return Section(title: title, blocks: blocks)
  }

  private func records() -> RecordTable {
    var table = RecordTable(["group", "id", "split", "label"] + evidenceNames)
    for (number, group) in groups.enumerated() {
      for image in group.images {
        table.add(
          [
            .integer(number + 1), .text(image.id), RecordValue(image.split), .text(image.label),
          ] + group.evidence.map { .text($0.value) })
      }
    }
    return table
  }
}
