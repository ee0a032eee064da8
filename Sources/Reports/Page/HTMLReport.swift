import Drawing

/// A page for people: one file that opens from disk, with pictures, and without anything to load.
///
/// Several comparisons, such as the stages of a sweep, are one page with one part each. The same
/// comparisons give the same page: what a clock says comes in as ``Progress``.
public struct HTMLReport: Report {
  public static let fileExtension = "html"

  /// How far a sweep is, for a page that is written again after every run.
  public struct Progress: Hashable, Sendable {
    /// Such as `12 of 54 runs done, 1 failed; about 3 h 10 min left`.
    public var text: String
    /// Seconds after which a browser reads the file again; `nil` once the sweep has ended.
    public var refresh: Int?

    /// What is said above the question.
    public init(_ text: String, refresh: Int? = nil) { (self.text, self.refresh) = (text, refresh) }
  }

  /// What is known of each comparison beyond its figures, in the order in which they are rendered.
  public var evidence: [Evidence]
  /// `nil` for a page that is made once.
  public var progress: Progress?
  /// When and by what the page was made, such as `2026-12-01, poise 0.1.0`; empty: nothing is said.
  public var origin: String

  /// A page with these words above it.
  public init(evidence: [Evidence] = [], progress: Progress? = nil, origin: String = "") {
    (self.evidence, self.progress, self.origin) = (evidence, progress, origin)
  }

  public func render(_ comparisons: [Comparison]) -> String {
    guard !comparisons.isEmpty else { return "" }
    let parts = comparisons.enumerated().map { place, comparison in
      (comparison, evidence.indices.contains(place) ? evidence[place] : Evidence())
    }
    // Where stages are joined, the whole comes first.
    let ordered =
      parts.filter { !$0.0.stages.isEmpty } + parts.filter { $0.0.stages.isEmpty }
    let isAlone = ordered.count == 1
    let written = ordered.enumerated().map { place, part in
      PagePart(
        PageContext(part.0, with: part.1, prefix: isAlone ? "" : "p\(place + 1)-"),
        isAlone: isAlone)
    }
    let first = ordered[0].0
    var values: [String: Any] = [
      "title": "\(first.sweep): report", "sweep": first.sweep, "origin": origin,
      "hasOrigin": !origin.isEmpty,
      "style": PageStyle.text + PageSections.all.map { $0.style }.joined(),
      "script": PageScript.text, "question": PageAnswer.question(of: first),
      "parts": written.map(\.values),
    ]
    values["refresh"] = progress?.refresh.map(String.init)
    values["progress"] = progress?.text
    return PageTemplate.compiled.render(values)
  }
}

/// One comparison of a page.
struct PagePart {
  let values: [String: Any]

  init(_ context: PageContext, isAlone: Bool) {
    let sections = PageSections.all.compactMap { $0.section(in: context) }
    let comparison = context.comparison
    let name =
      !comparison.stages.isEmpty
      ? "All stages together" : comparison.stage.map { "Stage \($0)" } ?? comparison.dataset
    values = [
      "id": context.id("answer"), "name": name, "isNamed": !isAlone,
      "answer": PageAnswer.answer(in: context).text,
      "sections": sections.map {
        [
          "id": $0.id, "labels": isAlone ? "\($0.id)-h" : "\($0.id)-h \(context.id("answer"))-name",
          "level": context.headingLevel, "title": $0.title, "heading": $0.heading,
          "lede": $0.lede.text,
          "body": $0.body.text,
        ]
      },
    ]
  }
}

/// The sections of a page, in their order.
enum PageSections {
  static let all: [any SectionWriter.Type] = [
    StrategiesSection.self, TradeoffSection.self, ClassesSection.self, ConfusionsSection.self,
    CurvesSection.self, ReliabilitySection.self, MassSection.self, StatisticsSection.self,
    RunsSection.self, DataSection.self,
  ]
}
