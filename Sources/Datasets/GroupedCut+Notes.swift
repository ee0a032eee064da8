extension GroupedCut {
  /// How far one side is from what was wished for; `nil` where every class got it.
  static func note(
    _ pools: [Pool], _ dealt: [[[Int]]], side: Int, called part: String
  ) -> String? {
    var (got, wished): (Int, Int) = (0, 0)
    var worst: (off: Double, pool: Pool, count: Int)?
    for (pool, sides) in zip(pools, dealt) {
      let (count, wish) = (sides[side].count, pool.wishes[side])
      got += count
      wished += wish
      let off = Double(abs(count - wish)) / Double(max(pool.members.count, 1))
      if off > worst?.off ?? 0 { worst = (off, pool, count) }
    }
    guard let worst else { return nil }
    return
      "\(Wording.count(got, "\(part) image")) where \(wished) were wished for, since groups stay"
      + " together; furthest off is '\(worst.pool.name)' with \(worst.count) of its"
      + " \(worst.pool.members.count) images instead of \(worst.pool.wishes[side])"
  }
}

extension ExampleGroups {
  /// Says of which groups a division that is not ours to change has members in several parts.
  ///
  /// - Parameter rule: what made the groups, in words.
  func remarks(
    on parts: [SplitName?], of examples: [Example], by rule: String
  ) -> [String] {
    let groups = members()
    return [(SplitName.train, SplitName.test), (.train, .validation), (.validation, .test)]
      .compactMap { first, second in
        var (count, images): (Int, [String: Int]) = (0, [:])
        for group in groups where group.contains(where: { parts[$0] == first }) {
          let others = group.filter { parts[$0] == second }
          if others.isEmpty { continue }
          count += 1
          for index in others { images[examples[index].label, default: 0] += 1 }
        }
        if count == 0 { return nil }
        let classes = images.sorted {
          $0.value != $1.value ? $0.value > $1.value : Wording.precedes($0.key, $1.key)
        }
        let listed = classes.prefix(8).map { "'\($0.key)' \($0.value)" }.joined(separator: ", ")
        let more = classes.count > 8 ? " and \(classes.count - 8) more classes" : ""
        let all = classes.reduce(0) { $0 + $1.value }
        return
          "\(Wording.count(count, "group")) by \(rule) in both \(first.word) and \(second.word),"
          + " with \(Wording.count(all, "\(second.word) image")): \(listed)\(more); split.test divides"
          + " them so"
      }
  }
}

extension SplitName {
  /// As sentences call it.
  var word: String { self == .validation ? "validation" : rawValue }
}
