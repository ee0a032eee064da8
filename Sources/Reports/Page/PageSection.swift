import Drawing

/// A section of the page. Without script everything in it is readable.
package struct PageSection: Hashable, Sendable {
  /// Unique in the page, from ``PageContext/id(_:)``: the fragment of its address.
  package let id: String
  /// How the contents call it, in a word or two.
  package let title: String
  /// What stands above it.
  package let heading: String
  /// What is seen, in numbers of this sweep, and what it cannot show.
  package let lede: Markup
  /// Tables, pictures, keys and folds.
  package let body: Markup
}

/// What a section or a picture is made of.
package struct PageContext: Sendable {
  package let comparison: Comparison
  package let evidence: Evidence
  /// Begins every id, where a page holds several comparisons, such as `s2-`; otherwise empty.
  package let prefix: String

  package init(_ comparison: Comparison, with evidence: Evidence = Evidence(), prefix: String = "")
  {
    (self.comparison, self.evidence, self.prefix) = (comparison, evidence, prefix)
  }

  /// Of the headings of sections: below the page's question, or below the part's name.
  var headingLevel: Int { prefix.isEmpty ? 2 : 3 }

  /// An id that is unique in the page; `name` is a word in lower case.
  package func id(_ name: String) -> String { prefix + name }
}

/// Makes one section of a page.
package protocol SectionWriter: Sendable {
  /// Rules for its own classes, once in the page's style sheet; empty where it has none.
  static var style: String { get }
  /// `nil` where there is nothing to show and nothing to say of that.
  static func section(in context: PageContext) -> PageSection?
}

extension SectionWriter {
  package static var style: String { "" }
}
