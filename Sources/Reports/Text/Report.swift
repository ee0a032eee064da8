import Metrics

/// A way to write comparisons down. Pure: the same comparisons give the same text.
public protocol Report: Sendable {
  /// Without a dot, such as `md`.
  static var fileExtension: String { get }
  /// Several comparisons as one text, such as the stages of a sweep: one valid document of its
  /// format, which ends with a line end.
  func render(_ comparisons: [Comparison]) -> String
}

extension Report {
  /// One comparison as text; ends with a line end.
  public func render(_ comparison: Comparison) -> String { render([comparison]) }
}

/// What a report puts in its lines.
public enum ReportSubject: String, CaseIterable, Sendable {
  /// One screen of a terminal: the ranking, three sentences, where there is more. Formats for files
  /// have the overview in its place.
  case summary
  /// Everything: strategies, what helped, classes, notes.
  case overview
  case strategy
  /// The study's table: one line a class, one column a strategy.
  case `class`
  /// Many, medium and few.
  case group
}

/// The formats by the names that the command line uses.
public enum ReportFormat: String, CaseIterable, Sendable {
  case table, markdown, csv, json, html, latex
  /// CSV in long form: one row a run, class and figure.
  case long = "csv-long"

  /// The writer of this format.
  public func report(
    on subject: ReportSubject = .overview, style: TextStyle = TextStyle(),
    showsNotes: Bool = false
  ) -> any Report {
    switch self {
    case .table: TerminalReport(subject: subject, style: style, showsNotes: showsNotes)
    case .markdown: MarkdownReport(subject: subject)
    case .csv: CSVReport(subject: subject, isExact: style.exactCSV)
    case .json: JSONReport(subject: subject)
    case .html: HTMLReport()
    case .latex: LaTeXReport(subject: subject)
    case .long: LongReport(isExact: style.exactCSV)
    }
  }
}

/// For a terminal, or a mail: plain text in columns.
public struct TerminalReport: Report {
  public static let fileExtension = "txt"
  /// What stands in its lines.
  public var subject: ReportSubject
  /// Width, signs and colour.
  public var style: TextStyle
  /// Whether strategies' notes are listed, and not only counted.
  public var showsNotes: Bool
  /// How many strategies the summary lists; 0 for all.
  public var top = 12
  /// Figures beside the first in the summary; empty for the groups' differences.
  public var columns: [HeadlineFigure] = []

  /// A report of `subject` in the given style.
  public init(
    subject: ReportSubject = .overview, style: TextStyle = TextStyle(), showsNotes: Bool = false
  ) {
    (self.subject, self.style, self.showsNotes) = (subject, style, showsNotes)
  }

  public func render(_ comparisons: [Comparison]) -> String {
    comparisons.map { comparison in
      let text = ComparisonText(comparison, style, showsNotes: showsNotes)
      let sections =
        subject == .summary
        ? text.summary(top: top, columns: columns) : text.sections(on: subject)
      return Section.text(sections, style)
    }.joined(separator: "\n")
  }
}

/// For a README or an issue: pipe tables.
public struct MarkdownReport: Report {
  public static let fileExtension = "md"
  /// What stands in its lines.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparisons: [Comparison]) -> String {
    comparisons.map { comparison in
      let text = ComparisonText(comparison, TextStyle(), showsNotes: true)
      return Section.markdown(text.sections(on: subject))
    }.joined(separator: "\n")
  }
}

/// For a spreadsheet: one table with one header, shares as fractions, RFC 4180. The overview is by
/// strategy.
public struct CSVReport: Report {
  public static let fileExtension = "csv"
  /// What stands in its rows.
  public var subject: ReportSubject
  /// Whether texts that look like formulas stand as they are.
  public var isExact: Bool

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview, isExact: Bool = false) {
    (self.subject, self.isExact) = (subject, isExact)
  }

  public func render(_ comparisons: [Comparison]) -> String {
    RecordTable.joined(
      comparisons.map { comparison in
        switch subject {
        case .summary, .overview, .strategy: comparison.strategyRecords()
        case .class: comparison.classRecords()
        case .group: comparison.groupRecords()
        }
      }
    ).csv(exact: isExact)
  }
}

/// For programs: everything, under keys that stay as they are and in an order that stays as it is.
/// Several comparisons are the list `comparisons` of one object.
public struct JSONReport: Report {
  public static let fileExtension = "json"
  /// What is written.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparisons: [Comparison]) -> String {
    let documents = comparisons.map { $0.json(on: subject) }
    guard documents.count != 1 else { return documents[0].rendered() }
    return JSONText.object([
      ("schema", .integer(1)), ("sweep", JSONText(comparisons.first?.sweep)),
      ("comparisons", .array(documents)),
    ]).rendered()
  }
}
