/// The words that class names consist of, to hide them from a text model.
///
/// A description often holds the name of its class, and then a text model need not learn what
/// things look like or are called: it reads the answer. Words are compared without their plural
/// endings, so `Shirt` falls with the class `Shirts`; two neighbours of a text are also compared
/// joined, so `T-Shirt` falls with `Tshirts` and `flip-flop` with `Flip Flops`.
public struct ClassWords: Sendable {
  private let stems: Set<String>

  /// The words of these class names.
  public init(_ names: some Sequence<String>) {
    var stems: Set<String> = []
    for name in names {
      let words = WordTokens.words(of: name)
      for word in words { stems.insert(WordTokens.stem(of: word)) }
      for (first, second) in zip(words, words.dropFirst()) {
        stems.insert(WordTokens.stem(of: first + second))
      }
    }
    self.stems = stems
  }

  /// Whether each word of a text is of a class name.
  private func marks(in words: [String]) -> [Bool] {
    var marks = words.map { stems.contains(WordTokens.stem(of: $0)) }
    for index in words.indices.dropLast()
    where stems.contains(WordTokens.stem(of: words[index] + words[index + 1])) {
      (marks[index], marks[index + 1]) = (true, true)
    }
    return marks
  }

  /// Whether a word of a class name is among them.
  public func occur(in words: [String]) -> Bool { marks(in: words).contains(true) }

  /// The words with `nil` in place of each run of class words. Runs become one, since how many
  /// words were hidden says something of the class, too.
  public func masking(_ words: [String]) -> [String?] {
    var masked: [String?] = []
    masked.reserveCapacity(words.count)
    var isInside = false
    for (word, isMarked) in zip(words, marks(in: words)) {
      if !isMarked { masked.append(word) } else if !isInside { masked.append(nil) }
      isInside = isMarked
    }
    return masked
  }
}
