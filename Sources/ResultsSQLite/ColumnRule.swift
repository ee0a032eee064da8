import GRDB
import Metrics
import Results

/// What a column's values may be: of the type that the layout declares, and in bounds within which no
/// reader's arithmetic overflows.
struct ColumnRule: Sendable {
  enum Kind: Sendable { case integer, real, text, blob, any }

  let name: String
  let kind: Kind
  let isNullable: Bool
  /// Of an integer.
  let integers: ClosedRange<Int64>
  /// Of a real number.
  let reals: ClosedRange<Double>
  /// The words that a text may be; empty for any text.
  let words: Set<String>

  init(name: String, type: String, isNullable: Bool, table: String) {
    (self.name, self.isNullable) = (name, isNullable)
    kind =
      switch type.uppercased() {
      case "INTEGER", "INT": .integer
      case "REAL": .real
      case "TEXT": .text
      case "BLOB": .blob
      default: .any
      }
    integers = Self.range(of: name)
    reals = Self.shares.contains(name) ? -1e-6...1 + 1e-6 : Self.signed(name)
    words = Self.words["\(table).\(name)"] ?? []
  }

  /// Sums of a million counts stay far below 2^63.
  private static let count: ClosedRange<Int64> = 0...1_000_000_000_000

  private static func range(of column: String) -> ClosedRange<Int64> {
    if column == "id" || column.hasSuffix("_id") || column == "equals_run" { return 0...Int64.max }
    return switch column {
    case "seed": Int64.min...Int64.max
    case "pid", "exit_code", "signal": Int64(Int32.min)...Int64(Int32.max)
    case "is_best", "is_current", "leak", "swept", "git_dirty": 0...1
    case "confidence": 0...10_000
    case "class_index", "true_class", "pred_class", "image_index", "model_classes": 0...(1 << 32)
    default: count
    }
  }

  /// Differences and sums of such numbers are still numbers.
  private static func signed(_ column: String) -> ClosedRange<Double> {
    column.hasSuffix("mcc") ? -1 - 1e-6...1 + 1e-6 : -1e300...1e300
  }

  private static let shares: Set<String> = {
    let figures = HeadlineFigure.allCases.filter { $0.isShare && $0 != .mcc }
    return Set(figures.flatMap { [$0.stored.testColumn, $0.stored.validationColumn] })
      .union([
        "top1", "precision", "recall", "f1", "specificity", "sampled", "effective", "drawn",
        "realised", "p_1", "p_2", "p_3", "p_4", "p_5",
      ])
  }()

  private static let words: [String: Set<String>] = [
    "run.status": Set(RunStatus.allCases.map(\.rawValue) + ["pruned"]),
    "class.shot": Set(ShotGroup.allCases.map(\.rawValue)),
    "class_metric.split": ["train", "val", "test"],
  ]
}

/// The columns of a part as the file has them.
struct PartColumns: Sendable {
  let rules: [ColumnRule]
  /// Whether a column enters the digest, in the order of the rules.
  let isKept: [Bool]
  /// Places of the columns that name a row.
  let keys: [Int]
  let numbering: Int?

  init(_ part: DigestedPart, in database: Database) throws {
    let rows = try CheckedRow.fetchAll(
      database, table: part.table, sql: "PRAGMA table_info(\(part.table))")
    rules = try rows.map { row in
      let isKey: Int = try row["pk"]
      let isRequired: Int = try row["notnull"]
      return ColumnRule(
        name: try row["name"], type: try row["type"], isNullable: isKey == 0 && isRequired == 0,
        table: part.table)
    }
    isKept = rules.map { rule in
      part.columns.isEmpty ? !part.skipped.contains(rule.name) : part.columns.contains(rule.name)
    }
    let names = rules.map(\.name)
    keys = (part.order.isEmpty ? [part.key ?? "id"] : part.order).compactMap(names.firstIndex)
    numbering = part.numbering.flatMap(names.firstIndex)
  }
}
