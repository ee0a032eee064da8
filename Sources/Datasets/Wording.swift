/// The words and orders that messages and tables of this room share.
package enum Wording {
  /// Whether `first` sorts before `second`, byte by byte: the same on every machine and locale.
  package static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }

  /// `'a', 'b', 'c' and 4 more`.
  package static func list(_ names: some Collection<String>, limit: Int = 5) -> String {
    let shown = names.prefix(limit).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }

  /// `1 row`, `2 rows`.
  package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
  }

  /// A number with commas between thousands, such as `1,867`.
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let places = digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
    }
    return (number < 0 ? "-" : "") + places.joined()
  }

  /// A share as percent with one decimal, such as `78.4 %`.
  package static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }

  /// ` (did you mean 'articleType'?)` for a likely slip of the pen, else nothing.
  package static func didYouMean(_ word: String, among known: some Sequence<String>) -> String {
    suggestion(for: word, among: known).map { " (did you mean '\($0)'?)" } ?? ""
  }

  /// The known word nearest to `word`, if it differs by no more than a third of its letters or one
  /// of them starts with the other.
  package static func suggestion(
    for word: String, among known: some Sequence<String>
  ) -> String? {
    let wanted = letters(of: word)
    var near: [(word: String, distance: Int)] = []
    for candidate in known {
      let other = letters(of: candidate)
      let distance = distance(wanted, other)
      let isStart =
        min(wanted.count, other.count) >= 3
        && (wanted.starts(with: other) || other.starts(with: wanted))
      if distance <= max(1, wanted.count / 3) || isStart { near.append((candidate, distance)) }
    }
    return near.min {
      ($0.distance, $0.word.count) < ($1.distance, $1.word.count)
        || ($0.distance == $1.distance && $0.word.count == $1.word.count
          && precedes($0.word, $1.word))
    }?.word
  }

  /// Small letters without what separates words, so that `article_type` is `articleType`.
  private static func letters(of word: String) -> [Character] {
    word.lowercased().filter { !" _-.".contains($0) }
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words
  /// (Damerau 1964, optimal string alignment).
  private static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for i in first.indices {
      var row = [i + 1]
      for j in second.indices {
        var cost = last[j] + (first[i] == second[j] ? 0 : 1)
        cost = min(cost, last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[second.count]
  }
}
