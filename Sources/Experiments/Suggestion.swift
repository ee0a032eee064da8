/// Finds the name somebody probably meant.
public enum Suggestion {
  /// `did you mean 'gamma'? known keys: …`, without the question where nothing is near. Strategies are
  /// too many for a line: the command that lists them is named instead.
  static func text(for name: String, among known: [String], called kind: String) -> String {
    let list =
      kind == "strategies"
      ? "'poise strategies' lists them" : "known \(kind): \(known.joined(separator: ", "))"
    guard let near = nearest(to: name, among: known) else { return list }
    return "did you mean '\(near)'? \(list)"
  }

  /// The known name at the smallest distance, if that is at most a third of the name's length.
  public static func nearest(to name: String, among known: [String]) -> String? {
    let spelled = normalised(name)
    guard spelled.count <= 64 else { return nil }
    let ranked = known.map { (name: $0, distance: distance(spelled, normalised($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, spelled.count / 3) ? best.name : nil
  }

  private static func normalised(_ name: String) -> [Character] {
    name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforePrevious[j - 1] + 1)
        }
        current.append(cost)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
  }
}
