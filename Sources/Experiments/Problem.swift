import Files

/// Where in the input something stands: a file with line and column, or a source without lines such
/// as `--set training.batch=x`. Lines and columns count from 1.
public struct Place: Hashable, Sendable {
  /// The file as it was named, or the option or environment variable that a value came from.
  public var file: String
  /// From 1; absent where a whole file or an option is meant.
  public var line: Int?
  /// From 1; absent where ``line`` is.
  public var column: Int?

  /// A place with all its parts.
  public init(file: String, line: Int? = nil, column: Int? = nil) {
    (self.file, self.line, self.column) = (file, line, column)
  }
}

/// One thing wrong, or worth knowing, in an experiment file.
public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
  /// How bad it is; only an error keeps a sweep from starting.
  public enum Severity: String, Sendable { case error, warning, note }
  /// How bad it is.
  public var severity: Severity
  /// The file as it was named, or the option or environment variable that the value came from.
  public var file: String
  /// From 1; absent where a whole file or an option is meant.
  public var line: Int?
  /// From 1; absent where ``line`` is.
  public var column: Int?
  /// What was received and what was expected.
  public var message: String
  /// What to do.
  public var hint: String?
  /// Whether something that the file names is not there, in contrast to being wrong.
  public var isMissing: Bool

  /// A problem with all its parts.
  public init(
    _ severity: Severity = .error, at place: Place, message: String, hint: String? = nil,
    isMissing: Bool = false
  ) {
    self.severity = severity
    (file, line, column) = (place.file, place.line, place.column)
    (self.message, self.hint, self.isMissing) = (message, hint, isMissing)
  }

  /// `file:12:5: error: message; hint`, the form editors jump to.
  public var description: String {
    var place = PlainText.line(file)
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return "\(place): \(severity.rawValue): "
      + PlainText.line(message + (hint.map { "; \($0)" } ?? ""))
  }
}

/// Everything wrong with an experiment file, found before anything starts. Never empty.
public struct ExperimentProblems: Error, Hashable, Sendable, CustomStringConvertible {
  /// In the order of the input.
  public var problems: [Problem]

  /// Problems in the order of the input.
  ///
  /// - Precondition: there is at least one.
  public init(problems: [Problem]) {
    precondition(!problems.isEmpty, "no problem is no error")
    self.problems = problems
  }

  /// Whether all that is wrong is that something named is not there.
  public var areAllMissing: Bool { problems.allSatisfy(\.isMissing) }

  /// One line a problem; of very many the first.
  public var description: String { Shortening.lines(problems.map(\.description)) }
}

/// Collects problems while a file is read, so that all of them are told at once.
final class ProblemList {
  private(set) var problems: [Problem] = []
  private(set) var warnings: [Problem] = []
  private var told: Set<Problem> = []
  /// Errors that were found beyond ``limit``.
  private var untold = 0

  /// Errors that are told at most: nobody mends more in one go.
  static let limit = 1_000

  /// Whether further errors are counted only.
  var isFull: Bool { problems.count >= Self.limit }

  var isEmpty: Bool { problems.isEmpty }

  /// Adds an error. The same error at the same place is told once, however many runs have it.
  func add(_ place: Place, _ message: String, hint: String? = nil, isMissing: Bool = false) {
    if isFull {
      untold += 1
      return
    }
    let problem = Problem(at: place, message: message, hint: hint, isMissing: isMissing)
    if told.insert(problem).inserted { problems.append(problem) }
  }

  /// Adds something that does not stop a sweep.
  func warn(
    _ place: Place, _ message: String, hint: String? = nil, as severity: Problem.Severity = .warning
  ) {
    let warning = Problem(severity, at: place, message: message, hint: hint)
    if told.insert(warning).inserted { warnings.append(warning) }
  }

  /// Throws what was found, in the order of the input.
  func check() throws(ExperimentProblems) {
    guard !problems.isEmpty else { return }
    var last: [Problem] = []
    if untold > 0 {
      last.append(
        Problem(
          at: Place(file: problems[0].file),
          message: "there are \(untold) more problems like these",
          hint: "mend the first \(Self.limit), then look again"))
    }
    let files = Dictionary(
      zip(problems.map(\.file), problems.indices), uniquingKeysWith: { first, _ in first })
    let sorted = problems.enumerated().sorted { a, b in
      let fileA = files[a.element.file] ?? 0
      let fileB = files[b.element.file] ?? 0
      return (fileA, a.element.line ?? 0, a.element.column ?? 0, a.offset)
        < (fileB, b.element.line ?? 0, b.element.column ?? 0, b.offset)
    }
    throw ExperimentProblems(problems: sorted.map(\.element) + last)
  }
}
