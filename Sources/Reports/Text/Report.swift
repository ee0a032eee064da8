/// A way to write a comparison down. Pure: the same comparison gives the same text.
public protocol Report: Sendable {
  /// Without a dot, such as `md`.
  static var fileExtension: String { get }
  /// The comparison as text; ends with a line end.
  func render(_ comparison: Comparison) -> String
}

/// What a report puts in its lines.
public enum ReportSubject: String, CaseIterable, Sendable {
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
  case table, markdown, csv, json

  /// The writer of this format.
  public func report(
    on subject: ReportSubject = .overview, style: TextStyle = TextStyle()
  ) -> any Report {
    switch self {
    case .table: TerminalReport(subject: subject, style: style)
    case .markdown: MarkdownReport(subject: subject)
    case .csv: CSVReport(subject: subject)
    case .json: JSONReport(subject: subject)
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

  /// A report of `subject` in the given style.
  public init(subject: ReportSubject = .overview, style: TextStyle = TextStyle()) {
    (self.subject, self.style) = (subject, style)
  }

  public func render(_ comparison: Comparison) -> String {
    Section.text(ComparisonText(comparison, style).sections(on: subject), style)
  }
}

/// For a README or an issue: pipe tables.
public struct MarkdownReport: Report {
  public static let fileExtension = "md"
  /// What stands in its lines.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparison: Comparison) -> String {
    Section.markdown(ComparisonText(comparison, TextStyle()).sections(on: subject))
  }
}

/// For a spreadsheet: one table, shares as fractions, RFC 4180. The overview is by strategy.
public struct CSVReport: Report {
  public static let fileExtension = "csv"
  /// What stands in its rows.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparison: Comparison) -> String {
    switch subject {
    case .overview, .strategy: comparison.strategyRecords().csv()
    case .class: comparison.classRecords().csv()
    case .group: comparison.groupRecords().csv()
    }
  }
}

/// For programs: everything, under keys that stay as they are and in an order that stays as it is.
public struct JSONReport: Report {
  public static let fileExtension = "json"
  /// What is written.
  public var subject: ReportSubject

  /// A report of `subject`.
  public init(subject: ReportSubject = .overview) { self.subject = subject }

  public func render(_ comparison: Comparison) -> String {
    comparison.json(on: subject).rendered()
  }
}
