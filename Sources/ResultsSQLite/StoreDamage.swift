/// Something in a results file that is not what was written there.
public struct StoreDamage: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whose rows are meant.
  public let owner: DigestOwner
  /// What people call that, where it can be read.
  public var name: String?
  /// The table, or the table and column.
  public let table: String
  /// What is wrong, without a full stop.
  public let detail: String
  /// Runs that readers have left out because of it.
  public internal(set) var leftOut: [Int64] = []
  /// Whether the rows can be read at all, although they are not those that were written.
  var isReadable = false

  init(_ owner: DigestOwner, name: String? = nil, table: String, _ detail: String) {
    (self.owner, self.name, self.table, self.detail) = (owner, name, table, detail)
  }

  /// The number of the run whose rows are meant; `nil` where they are not a run's.
  public var run: Int64? { owner.kind == .run ? owner.id : nil }

  /// The same rows with the same fault, whatever was left out.
  func isSame(as other: StoreDamage) -> Bool {
    (owner, table, detail) == (other.owner, other.table, other.detail)
  }

  /// Whether only people's words on a run are meant: tags, notes and archiving, from which no figure
  /// follows.
  public var concernsWords: Bool { DigestedPart.words.contains { $0.name == table } }

  /// What is damaged: `run 7 (focal-s1)`.
  public var subject: String {
    let called = name.map { " (\($0))" } ?? ""
    return switch owner.kind {
    case .store: "the store"
    case .dataset: "data set \(owner.id)\(called)"
    default: "\(owner.kind.rawValue) \(owner.id)\(called)"
    }
  }

  /// One sentence without its full stop: `run 7 (focal-s1), table class_metric: …`.
  public var description: String { "\(subject), table \(table): \(detail)" }
}
