/// Something that a data set has to say of itself: what was set aside, repaired or assumed.
public struct DatasetRemark: Codable, Hashable, Sendable {
  /// Where it comes from.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Examples that were set aside, by reason.
    case quarantined
    /// Rows that were mended, by repair.
    case repaired
    /// What reading found: files passed over, names merged.
    case catalogue
    /// What dividing found: leaks, deviations, classes without images.
    case split
    /// Training images that the long tail left out.
    case longTail = "long_tail"
  }

  /// Where it comes from.
  public var kind: Kind
  /// How many examples, rows or files; `nil` where it counts nothing.
  public var count: Int?
  /// One sentence.
  public var text: String

  /// A remark with its count.
  public init(_ kind: Kind, count: Int?, _ text: String) {
    (self.kind, self.count, self.text) = (kind, count, text)
  }

  /// A sentence that says its count itself, at its beginning or behind the fold's number: `12 files were
  /// passed over`, `fold 2: 3 classes have no test image`.
  public init(_ kind: Kind, sentence: String) {
    let start = sentence.prefixMatch(of: #/fold [0-9]+: /#)?.range.upperBound ?? sentence.startIndex
    let digits = sentence[start...].prefix { $0.isASCII && ($0.isNumber || $0 == ",") }
    self.init(kind, count: Int(digits.filter { $0 != "," }), sentence)
  }
}
