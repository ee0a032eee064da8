import Files

/// The words that a text model knows, by number.
///
/// Made from the training texts alone, so no word of validation or test is known beforehand. Words
/// are ordered by falling count, ties by their bytes; the numbers below ``first`` are kept.
public struct Vocabulary: Hashable, Sendable {
  /// Stands where a text has ended.
  public static let padding: Int32 = 0
  /// Stands for every word that is not known.
  public static let unknown: Int32 = 1
  /// Stands for hidden words of class names.
  public static let masked: Int32 = 2
  /// The number of the first word.
  public static let first: Int32 = 3

  /// Known words; the number of `words[i]` is ``first`` + i.
  public let words: [String]
  private let numbers: [String: Int32]

  /// Counts the words of training texts and keeps those that stand there at least `minCount` times.
  ///
  /// - Parameter texts: words of each text, `nil` for those hidden.
  public init(of texts: some Sequence<[String?]>, minCount: Int) {
    var counts: [String: Int] = [:]
    for text in texts {
      for case let word? in text { counts[word, default: 0] += 1 }
    }
    words = counts.filter { $0.value >= minCount }
      .sorted { $0.value != $1.value ? $0.value > $1.value : Wording.precedes($0.key, $1.key) }
      .map(\.key)
    numbers = Dictionary(
      uniqueKeysWithValues: words.enumerated().map { ($1, Self.first + Int32($0)) })
  }

  /// Numbers in all, kept ones among them.
  public var count: Int { Int(Self.first) + words.count }

  /// The numbers of a text's first words, at most `length` of them.
  public func numbers(of text: [String?], length: Int) -> [Int32] {
    text.prefix(length).map { word in
      word.map { numbers[$0] ?? Self.unknown } ?? Self.masked
    }
  }
}
