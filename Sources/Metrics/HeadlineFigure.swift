/// A figure that stands for a whole run: what it is called everywhere, how it is written, and how it
/// follows from the classes' counts.
///
/// This is the only place that knows a figure's names. Options, reports, CSV and JSON files, the
/// columns of stores and the values of ``HeadlineMetrics`` are all derived from ``allCases``.
public struct HeadlineFigure: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// The name in options, experiment files, CSV and JSON, such as `macro_recall`.
  public let rawValue: String
  /// How a sentence calls it.
  public let title: String
  /// How a narrow column calls it.
  public let columnTitle: String
  /// Whether it is a share, shown as percent with one decimal; others are shown with three decimals.
  public let isShare: Bool
  /// Whether a smaller figure is the better one.
  public let lowerIsBetter: Bool
  /// The names under which stores keep it.
  public let stored: StoredNames
  /// Its value from the classes' counts; `nil` for a figure that needs more than these, and is set
  /// by whoever counts images.
  let formula: (@Sendable (PresentClasses) -> Double?)?

  /// The names of one figure in stores. Each is a promise to whoever reads stored files.
  public struct StoredNames: Sendable {
    /// The column of the table `run`, for the test split.
    public let testColumn: String
    /// The column of the table `epoch`, for the validation split.
    public let validationColumn: String
    /// The column of the views `v_runs` and `v_compare`; `nil` where they do not show the figure.
    public let viewColumn: String?
    /// The key in the JSON of ``HeadlineMetrics``, which outcomes and checkpoints hold.
    public let recordKey: String
  }

  /// Declares a figure; unless stated otherwise, all of its names follow from `key`.
  ///
  /// - Parameters:
  ///   - key: the public name, in snake_case.
  ///   - title: how a sentence calls it.
  ///   - narrow: how a narrow column calls it; as `title` where `nil`.
  ///   - stored: the names in stores where they differ from those of ``StoredNames/init(key:)``.
  ///   - formula: its value from the counts of classes with images.
  init(
    _ key: String, _ title: String, narrow: String? = nil, isShare: Bool = true,
    lowerIsBetter: Bool = false, stored: StoredNames? = nil,
    formula: (@Sendable (PresentClasses) -> Double?)? = nil
  ) {
    (rawValue, self.title, columnTitle) = (key, title, narrow ?? title)
    (self.isShare, self.lowerIsBetter) = (isShare, lowerIsBetter)
    self.stored = stored ?? StoredNames(key: key)
    self.formula = formula
  }

  /// The figure with this public name; `nil` if there is none.
  public init?(rawValue: String) {
    guard let figure = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = figure
  }

  /// The figure of an evaluation, or `nil` where it is undefined or no finite number.
  public func value(of headline: HeadlineMetrics) -> Double? {
    headline[self].flatMap { $0.isFinite ? $0 : nil }
  }

  /// Figures are told apart by their public names.
  public static func == (a: HeadlineFigure, b: HeadlineFigure) -> Bool { a.rawValue == b.rawValue }

  /// Hashes the public name.
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension HeadlineFigure.StoredNames {
  /// The names that follow from a public key: columns `key` and `val_key`, and the key in camelCase
  /// for JSON.
  init(key: String) {
    let words = key.split(separator: "_").map(String.init)
    let camel = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
    self.init(column: key, view: key, record: words[0] + camel.joined())
  }

  /// Names of which some are older than the public key.
  init(column: String, view: String?, record: String) {
    self.init(
      testColumn: column, validationColumn: "val_" + column, viewColumn: view, recordKey: record)
  }
}

/// Seen classes with at least one image in the split: what headline figures are worked out from.
struct PresentClasses: Sendable {
  /// Not empty; each has all scores that need images of the class.
  let classes: [ClassMetrics]
  /// One a class, in the same order.
  let groups: [ShotGroup]

  /// Images of all classes.
  var images: Double { Double(classes.map(\.support).reduce(0, +)) }

  /// Σ count / images.
  func share(_ count: KeyPath<ClassMetrics, Int>) -> Double {
    Double(classes.map { $0[keyPath: count] }.reduce(0, +)) / images
  }

  /// A score of each class, of all groups or of one.
  func values(_ score: KeyPath<ClassMetrics, Double?>, of group: ShotGroup? = nil) -> [Double] {
    zip(classes, groups).compactMap { metrics, own in
      group == nil || own == group ? metrics[keyPath: score] : nil
    }
  }

  /// The mean of a score over the classes of all groups or of one; `nil` without any.
  func mean(_ score: KeyPath<ClassMetrics, Double?>, of group: ShotGroup? = nil) -> Double? {
    let values = values(score, of: group)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
