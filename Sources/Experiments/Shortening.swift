/// Lists of any length in an output that people read to its end.
public enum Shortening {
  /// Problems, warnings or notes that are shown; whoever mends these finds the others next.
  public static let lineLimit = 100

  /// The first lines, with how many more there are in a line of their own.
  public static func lines(_ lines: [String], limit: Int = lineLimit) -> String {
    guard lines.count > limit else { return lines.joined(separator: "\n") }
    return (lines.prefix(limit) + ["… and \(lines.count - limit) more"]).joined(separator: "\n")
  }

  /// The first words between commas, with how many more there are.
  public static func list(_ words: [String], limit: Int) -> String {
    guard words.count > limit else { return words.joined(separator: ", ") }
    return words.prefix(limit).joined(separator: ", ") + " and \(words.count - limit) more"
  }
}
