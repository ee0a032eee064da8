import Drawing

/// A section of the page. Without script everything in it is readable.
struct PageSection: Hashable, Sendable {
  /// Unique in the page, from ``PageContext/id(_:)``: the fragment of its address.
  let id: String
  /// Its heading, and how the contents call it.
  let title: String
  /// What is seen, in numbers of this sweep, and what it cannot show.
  let lede: Markup
  /// Tables, pictures, keys and folds.
  let body: Markup
}

/// What a section or a picture is made of.
struct PageContext: Sendable {
  let comparison: Comparison
  let evidence: Evidence
  /// Begins every id, where a page holds several comparisons, such as `s2-`; otherwise empty.
  let prefix: String

  init(_ comparison: Comparison, with evidence: Evidence = Evidence(), prefix: String = "") {
    (self.comparison, self.evidence, self.prefix) = (comparison, evidence, prefix)
  }

  /// An id that is unique in the page; `name` is a word in lower case.
  func id(_ name: String) -> String { prefix + name }
}

/// Makes one section of a page.
protocol SectionWriter {
  /// Rules for its own classes, once in the page's style sheet; empty where it has none.
  static var style: String { get }
  /// `nil` where there is nothing to show and nothing to say of that.
  static func section(in context: PageContext) -> PageSection?
}

extension SectionWriter {
  static var style: String { "" }
}
