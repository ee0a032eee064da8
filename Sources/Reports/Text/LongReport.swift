import Metrics
import Results

/// For pandas, R and the like: CSV with one row a run, class and figure.
///
/// Rows without a class are of the run as a whole. A figure that is undefined has a row without a value.
public struct LongReport: Report {
  public static let fileExtension = "long.csv"
  /// Whether texts that look like formulas stand as they are.
  public var isExact: Bool

  /// A report in long form.
  public init(isExact: Bool = false) { self.isExact = isExact }

  public func render(_ comparisons: [Comparison]) -> String {
    RecordTable.joined(comparisons.map(\.longRecords)).csv(exact: isExact)
  }
}

extension Comparison {
  private static let classFigures: [(key: String, value: @Sendable (ClassMetrics) -> Double?)] = [
    ("recall", { $0.recall }), ("top5", { $0.top5 }), ("precision", { $0.precision }),
    ("f1", { $0.f1 }),
  ]

  /// One row a finished run, class and figure, in the order of strategies, seeds and classes.
  fileprivate var longRecords: RecordTable {
    var table = RecordTable([
      "sweep", "dataset", "stage", "recipe", "strategy", "variant", "is_baseline", "run", "seed",
      "fold", "class", "group", "train", "test", "metric", "value",
    ])
    let shown = Set(classes.map(\.name))
    for strategy in strategies {
      for run in strategy.runs {
        let start: [RecordValue] = [
          .text(sweep), .text(dataset), RecordValue(stage), .text(run.recipeID),
          .text(strategy.strategy), .text(strategy.variant), .truth(strategy.isBaseline),
          .integer(Int(run.id)), .text(String(run.seed)), RecordValue(run.fold),
        ]
        for figure in HeadlineFigure.allCases {
          table.add(
            start + [.missing, .missing, .missing, RecordValue(run.headline?.images)]
              + [.text(figure.rawValue), .number(run.headline.flatMap(figure.value))])
        }
        let figures = Dictionary(run.classes.map { ($0.classIndex, $0) }) { $1 }
        for record in run.classRecords where shown.contains(record.name) {
          let place: [RecordValue] = [
            .text(record.name), .text(record.group.rawValue), .integer(record.trainCount),
            .integer(record.testCount),
          ]
          for (key, value) in Self.classFigures {
            table.add(start + place + [.text(key), .number(figures[record.index].flatMap(value))])
          }
        }
      }
    }
    return table
  }
}
