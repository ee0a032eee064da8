import GRDB

/// Whose rows a digest is over.
public struct DigestOwner: Hashable, Sendable {
  /// Tables whose rows have rows of other tables.
  public enum Kind: String, CaseIterable, Sendable {
    case run, sweep, dataset, environment, recipe, store

    /// What has rows of this kind: one row of its table each, or the store as a whole.
    func owners(in database: Database) throws -> [DigestOwner] {
      guard self != .store else { return [.store] }
      return try Int64.fetchAll(database, sql: "SELECT id FROM \(rawValue) ORDER BY id")
        .map { DigestOwner(self, $0) }
    }

    /// The parts that such a row has.
    var parts: [DigestedPart] { DigestedPart.all.filter { $0.owner == self } }
  }

  /// The table of the row.
  public let kind: Kind
  /// Its number there; 0 for the store.
  public let id: Int64

  /// The row of a table.
  init(_ kind: Kind, _ id: Int64) { (self.kind, self.id) = (kind, id) }

  /// What belongs to the file as a whole.
  static let store = DigestOwner(.store, 0)

  static func run(_ id: Int64) -> DigestOwner { DigestOwner(.run, id) }
}

/// Rows that one digest is over: those that a table has of one owner, or some of their columns.
struct DigestedPart: Hashable, Sendable {
  /// The table, or the table and its column where it is apart.
  let name: String
  let owner: DigestOwner.Kind
  let table: String
  /// The column that names the owner; `nil` where all rows belong to the store.
  let key: String?
  /// In which order the rows of one owner come.
  let order: [String]
  /// The only columns that count; empty where all do but ``skipped``.
  var columns: Set<String> = []
  /// Columns that are parts of their own.
  var skipped: Set<String> = []
  /// The column that numbers the rows from 0 without a gap, if one does.
  var numbering: String?

  private init(
    _ owner: DigestOwner.Kind, _ table: String, key: String?, order: [String] = [],
    numbering: String? = nil
  ) {
    (name, self.owner, self.table, self.key) = (table, owner, table, key)
    (self.order, self.numbering) = (order, numbering)
  }

  /// Some columns of a row that has a digest of their own.
  private init(_ owner: DigestOwner.Kind, _ name: String, columns: Set<String>) {
    self.init(owner, owner.rawValue, key: "id", name: name)
    self.columns = columns
  }

  private init(_ owner: DigestOwner.Kind, _ table: String, key: String?, name: String) {
    (self.name, self.owner, self.table, self.key, order) = (name, owner, table, key, [])
  }

  static let run = {
    var part = DigestedPart(.run, "run", key: "id")
    part.skipped = ["config", "swept_keys", "archived_at"]
    return part
  }()
  static let configuration = DigestedPart(
    .run, "run.config", columns: ["id", "config", "swept_keys"])
  static let archiving = DigestedPart(.run, "run.archived_at", columns: ["id", "archived_at"])

  static let attempt = ofRun("attempt", ["number"])
  static let setting = ofRun("setting", ["key"])
  static let tag = ofRun("tag", ["tag"])
  static let note = ofRun("note", ["number"])
  static let comment = ofRun("comment", ["number"])
  static let classMetric = ofRun("class_metric", ["split", "class_index"])
  static let confusion = ofRun("confusion", ["split", "true_class", "pred_class"])
  static let prediction = ofRun("prediction", ["example_id"])
  static let classMass = ofRun("class_mass", ["class_index"])
  static let phaseMass = ofRun("phase_mass", ["phase", "class_index"])
  static let epoch = ofRun("epoch", ["epoch"])
  static let kernel = ofRun("kernel", ["name"])
  static let figure = ofRun("figure", ["name"])
  static let guess = ofRun("guess", ["image_index"])
  static let artifact = ofRun("artifact", ["path"])
  static let recipeRun = ofRun("recipe_run", ["recipe_id"])

  static let sweep = DigestedPart(.sweep, "sweep", key: "id")
  static let environment = DigestedPart(.environment, "environment", key: "id")
  static let recipe = DigestedPart(.recipe, "recipe", key: "id")
  static let dataset = DigestedPart(.dataset, "dataset", key: "id")
  static let classes = DigestedPart(
    .dataset, "class", key: "dataset_id", order: ["class_index"], numbering: "class_index")
  static let quarantine = DigestedPart(
    .dataset, "quarantine", key: "dataset_id", order: ["reason"])
  static let remark = DigestedPart(
    .dataset, "dataset_remark", key: "dataset_id", order: ["number"])
  static let testImage = DigestedPart(
    .dataset, "test_image", key: "dataset_id", order: ["image_index"], numbering: "image_index")
  static let migration = DigestedPart(.store, "migration", key: nil, order: ["number"])
  static let shard = DigestedPart(.store, "shard", key: nil, order: ["path"])

  private static func ofRun(_ table: String, _ order: [String]) -> DigestedPart {
    DigestedPart(.run, table, key: "run_id", order: order)
  }

  /// Every table but that of the digests, in the order in which they are told.
  static let all: [DigestedPart] = [
    run, configuration, archiving, attempt, setting, tag, note, comment, classMetric, confusion,
    prediction, classMass, phaseMass, epoch, kernel, figure, guess, artifact, recipeRun, sweep,
    environment, recipe, dataset, classes, quarantine, remark, testImage, migration, shard,
  ]

  /// What is known of a run before it begins.
  static let description = [
    run, configuration, archiving, setting, tag, comment, recipeRun,
  ]

  /// What the end of a run writes.
  static let results = [
    run, attempt, note, classMetric, confusion, prediction, classMass, phaseMass, kernel, figure,
    guess,
  ]

  /// What a list shows of a run.
  static let line = [configuration, archiving, tag, comment, epoch, recipeRun]

  /// What a report shows of a run.
  static let summary = line + [note, figure, classMetric, guess]

  /// What is shown of one run besides.
  static let details = summary + [environment, remark, classMass, phaseMass, kernel]

  /// What people change of a run that is done: no figure follows from it.
  static let words: Set<DigestedPart> = [tag, comment, archiving]

  /// The query for one owner's rows; `?` stands for its number.
  var sql: String {
    let condition = key.map { " WHERE \($0) = ?" } ?? ""
    let order = order.isEmpty ? "" : " ORDER BY " + order.joined(separator: ", ")
    return "SELECT * FROM \(table)\(condition)\(order)"
  }
}
