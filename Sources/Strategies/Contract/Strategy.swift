import Datasets

/// A treatment of class imbalance: the one thing that differs between compared runs.
///
/// A small value whose stored properties are its hyper-parameters. It holds no data and never sees
/// the model: every strategy feeds the same trainer.
public protocol Strategy: Codable, Sendable {
  /// The defaults; the parser overlays a file's keys and rejects the rest by name.
  init()
  /// The name in experiment files and in the store, such as `class-balanced-sampling`.
  static var name: String { get }
  /// Family, formula, parameters, paper: what `poise strategies` shows.
  static var card: StrategyCard { get }
  /// Checks the parameters. Called for every run of a sweep before the first one starts.
  ///
  /// - Throws: ``InvalidParameter`` for the first that is out of range.
  func validate() throws(InvalidParameter)
  /// What this strategy changes for classes of these sizes.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used with these classes.
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan
  /// Settings besides the defaults that `poise strategies test` measures, each with a short name.
  static var furtherTrials: [(name: String, strategy: any Strategy)] { get }
}

extension Strategy {
  /// None.
  public static var furtherTrials: [(name: String, strategy: any Strategy)] { [] }
}

/// What `poise strategies` shows of a strategy.
public struct StrategyCard: Sendable {
  /// How strategies are listed together.
  public enum Family: String, CaseIterable, Sendable {
    case reference, weighting, loss, sampling, augmentation, mixing, combination, schedule
    case postHoc = "post-hoc"
  }
  /// Where it stands in the list; the folder of its file.
  public var family: Family
  /// One line.
  public var summary: String
  /// In one line, with the parameters' names.
  public var formula: String
  /// Author, title, venue, and which variant is meant.
  public var paper: String
  /// One entry a coding key, in the order of the file's documentation.
  public var parameters: [StrategyParameter]
  /// Whether classes of one size are trained as without treatment; not so where the loss is another
  /// function.
  public var isNeutralOnBalancedData: Bool
  /// What is easily overlooked; `nil` where nothing is.
  public var remark: String?

  /// A card with all its parts.
  public init(
    family: Family, summary: String, formula: String, paper: String,
    parameters: [StrategyParameter] = [], isNeutralOnBalancedData: Bool = true,
    remark: String? = nil
  ) {
    (self.family, self.summary, self.formula) = (family, summary, formula)
    (self.paper, self.parameters) = (paper, parameters)
    self.isNeutralOnBalancedData = isNeutralOnBalancedData
    self.remark = remark
  }
}

/// One hyper-parameter of a strategy, under its key in experiment files (snake_case).
public struct StrategyParameter: Sendable {
  /// In snake_case.
  public var key: String
  /// The default as it would stand in a file; ``unset`` for a parameter that is absent unless given.
  public var defaultValue: String
  /// What a value must be; completes the sentence "… but must be", such as
  /// `a number, 0 ≤ beta < 1`.
  public var range: String
  /// One sentence.
  public var meaning: String

  /// A parameter with all its parts.
  public init(_ key: String, default defaultValue: String, range: String, _ meaning: String) {
    (self.key, self.defaultValue) = (key, defaultValue)
    (self.range, self.meaning) = (range, meaning)
  }

  /// What stands for a default where there is none.
  public static let unset = "unset"

  /// A parameter that is absent unless given.
  public static func unset(_ key: String, range: String, _ meaning: String) -> StrategyParameter {
    StrategyParameter(key, default: unset, range: range, meaning)
  }
}

/// A hyper-parameter that cannot be used: which, what was received, what was expected.
public struct InvalidParameter: Error, Hashable, Sendable, CustomStringConvertible {
  /// The key in the experiment file.
  public var parameter: String
  /// The value as text.
  public var received: String
  /// What a value must be.
  public var expected: String

  /// An error with all its parts.
  public init(_ parameter: String, received: String, expected: String) {
    (self.parameter, self.received, self.expected) = (parameter, received, expected)
  }

  /// One sentence.
  public var description: String { "\(parameter) is \(received), but must be \(expected)" }
}
